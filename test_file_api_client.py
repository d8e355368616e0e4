"""Walk through all endpoints of a running server: ``python test_file_api_client.py`` (options: ``--help``)."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Walk, with the packages of ``.venv`` where this Python has not got them."""
    try:
        from strikebook.cli.api_walk import main as walk  # noqa: PLC0415 — it may not be there
    except ImportError:
        program = HERE / ".venv" / "bin" / "python"
        if not program.exists() or Path(sys.prefix) == HERE / ".venv":
            sys.exit("Strikebook is not set up here: run `make setup`, then this again.")
        os.execv(program, [str(program), __file__, *sys.argv[1:]])  # noqa: S606 — this same file
    walk()


if __name__ == "__main__":
    main()
