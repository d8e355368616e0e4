"""Bare uvicorn sending one file's bytes with the same headers: the yardstick of ``bench.server``."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn


def main() -> None:
    """Serve the file named first on the port named second."""
    content = Path(sys.argv[1]).read_bytes()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-encoding", b"gzip"),
        (b"content-length", str(len(content)).encode()),
    ]

    async def app(scope, _receive, send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": content})

    uvicorn.run(
        app, port=int(sys.argv[2]), loop="uvloop", http="httptools", access_log=False, log_level="error", lifespan="off"
    )


if __name__ == "__main__":
    main()
