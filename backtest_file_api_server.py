"""Start the Backtest File Storage API: ``python backtest_file_api_server.py`` (options: ``--help``)."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Serve the demo market and strategies, or what the options and settings say."""
    try:
        from strikebook.cli import main as strikebook  # noqa: PLC0415 — it may not be there
    except ImportError:
        program = HERE / ".venv" / "bin" / "python"
        if not program.exists() or Path(sys.prefix) == HERE / ".venv":
            sys.exit("Strikebook is not set up here: run `make setup`, then this again.")
        os.execv(program, [str(program), __file__, *sys.argv[1:]])  # noqa: S606 — this same file
    strikebook(["serve", "--examples", str(HERE / "examples"), *sys.argv[1:]])


if __name__ == "__main__":
    main()
