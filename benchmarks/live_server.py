"""The live socket alone, for load tests: serves it, prints its port, and a new token for each line that it reads."""

from __future__ import annotations

import socket
import sys
import threading

import uvicorn
from starlette.applications import Starlette

from formcheck.web.live.routes import live_routes
from formcheck.web.live.service import live_service


def _answer() -> None:
    for owner, _ in enumerate(sys.stdin):
        print(live_service().issue_token(f"load-test-{owner}", "owner"), flush=True)


def main() -> None:
    """Serve until killed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    print(port, flush=True)
    threading.Thread(target=_answer, daemon=True).start()
    uvicorn.run(Starlette(routes=live_routes()), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
