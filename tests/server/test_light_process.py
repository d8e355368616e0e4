"""The server's own process holds no engine: whatever needs prices or a strategy is asked of a worker."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.server.every_endpoint import ask_everything
from tests.server.running import running

HEAVY = ("numpy", "pyarrow", "polars", "pandas", "talib", "exchange_calendars", "strikebook.engine")
HEAVY += ("strikebook.strategy", "strikebook.indicators")
# The command itself; when it has ended, it says what its process had loaded.
SAYS_MODULES = (
    sys.executable,
    "-c",
    (
        "import sys\nfrom pathlib import Path\nfrom strikebook.cli import main\n"
        "try:\n    main(sys.argv[1:])\nfinally:\n    Path('modules.txt').write_text('\\n'.join(sys.modules))"
    ),
)


def test_no_engine_is_loaded(tmp_path: Path) -> None:
    """After every endpoint was asked, the server's process has loaded no engine and none of its libraries."""
    with running(tmp_path, SAYS_MODULES) as server:
        for answer in ask_everything(server).values():
            assert answer.is_success, answer.text
        paths = server.client.get("/openapi.json").json()["paths"]
        assert ask_everything(server).keys() == {
            (method.upper(), path) for path, found in paths.items() for method in found
        }
    loaded = (tmp_path / "modules.txt").read_text().splitlines()
    assert "strikebook.server.app" in loaded
    assert [name for name in loaded if name.startswith(HEAVY)] == []
