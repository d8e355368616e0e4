"""The server's own process holds no engine: whatever needs prices or a strategy is asked of a worker."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.server.running import API, DAY, RUN, STRATEGY, USER, Running, ended, running, submitted

HEAVY = ("numpy", "pyarrow", "polars", "pandas", "talib", "exchange_calendars", "strikebook.engine")
HEAVY += ("strikebook.strategy", "strikebook.indicators")
# The command itself; when it has ended, it says what its process had loaded.
SAYS_MODULES = (
    sys.executable,
    "-c",
    "import sys\nfrom pathlib import Path\nfrom strikebook.cli import main\n"
    "try:\n    main(sys.argv[1:])\nfinally:\n    Path('modules.txt').write_text('\\n'.join(sys.modules))",
)
SHELF = "/api/v1/strategies"
DAY_OF_RUN = f"{API}/day/{USER}/{STRATEGY}/{DAY}"


def ask_everything(server: Running) -> set[tuple[str, str]]:
    """Ask every endpoint for something it has; which were asked, by the document's names."""
    client = server.client
    document = client.get(f"{SHELF}/{STRATEGY}").content
    job_id = submitted(client, RUN)
    ended(client, job_id)
    ask = [
        ("GET", "/health", "/health"),
        ("GET", "/api/v1/market", "/api/v1/market"),
        ("GET", SHELF, SHELF),
        ("POST", f"{SHELF}/validate", f"{SHELF}/validate"),
        ("PUT", f"{SHELF}/{{strategy_id}}", f"{SHELF}/{STRATEGY}?user_id=me"),
        ("GET", f"{SHELF}/{{strategy_id}}", f"{SHELF}/{STRATEGY}?user_id=me"),
        ("DELETE", f"{SHELF}/{{strategy_id}}", f"{SHELF}/{STRATEGY}?user_id=me"),
        ("GET", f"{API}/status/{{job_id}}", f"{API}/status/{job_id}"),
        ("GET", f"{API}/jobs", f"{API}/jobs"),
        ("POST", f"{API}/jobs/{{job_id}}/cancel", f"{API}/jobs/{job_id}/cancel"),
        ("GET", f"{API}/results/{{user_id}}", f"{API}/results/{USER}"),
        ("GET", f"{API}/metadata/{{user_id}}/{{strategy_id}}", f"{API}/metadata/{USER}/{STRATEGY}"),
        *(
            ("GET", f"{API}/day/{{user_id}}/{{strategy_id}}/{{date}}{end}", f"{DAY_OF_RUN}{end}{query}")
            for end, query in (("", ""), ("/download", ""), ("/why", "?node=start"), ("/chart", ""))
        ),
        ("GET", f"{API}/cleanup/status", f"{API}/cleanup/status"),
        ("POST", f"{API}/cleanup/run", f"{API}/cleanup/run"),
        ("DELETE", f"{API}/clear/{{user_id}}/{{strategy_id}}", f"{API}/clear/{USER}/{STRATEGY}"),
    ]
    for method, _, path in ask:
        answer = client.request(method, path, content=document if method in ("PUT", "POST") else None)
        assert answer.status_code == 200 or path.endswith("/chart"), (path, answer.text)  # it is not built yet
    for path in ("/docs", "/openapi.json", "/docs/swagger-ui-bundle.js"):
        assert client.get(path).status_code == 200
    return {(method, name) for method, name, _ in ask} | {("POST", f"{API}/run")}


def test_no_engine_is_loaded(tmp_path: Path) -> None:
    """After every endpoint was asked, the server's process has loaded no engine and none of its libraries."""
    with running(tmp_path, SAYS_MODULES) as server:
        asked = ask_everything(server)
        paths = server.client.get("/openapi.json").json()["paths"]
        assert asked == {(method.upper(), path) for path, found in paths.items() for method in found}
    loaded = (tmp_path / "modules.txt").read_text().splitlines()
    assert "strikebook.server.app" in loaded
    assert [name for name in loaded if name.startswith(HEAVY)] == []
