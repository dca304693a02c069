"""The live socket alone, for load tests: serves it, and prints the port and a token as one line of JSON."""

from __future__ import annotations

import json
import socket

import uvicorn
from starlette.applications import Starlette

from formcheck.web.live.routes import live_routes
from formcheck.web.live.service import live_service


def main() -> None:
    """Serve until killed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    print(json.dumps({"port": port, "token": live_service().issue_token("load-test")}), flush=True)
    # The application's own size limit is told to uvicorn too, as Streamlit does with its own.
    uvicorn.run(Starlette(routes=live_routes()), host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main()
