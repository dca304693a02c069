"""The live socket alone, for load tests: serves it, prints its port, and a new token for each line that it reads.

With `--gate` the gate of the app stands before it.
"""

from __future__ import annotations

import socket
import sys
import threading
from dataclasses import replace

import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from formcheck.records.access import OWNER_ID
from formcheck.web.gate.gate import gate
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.registry import LiveRegistry
from formcheck.web.live.routes import live_routes
from formcheck.web.live.workers import LiveWorkers

_LIMITS = LiveLimits.from_environment()
# All clients of a load test have one address.
_REGISTRY = LiveRegistry(
    limits=replace(_LIMITS, max_sets_per_address=_LIMITS.max_sets), workers=LiveWorkers(_LIMITS.workers, _LIMITS)
)


def _answer() -> None:
    for owner, _ in enumerate(sys.stdin):
        print(_REGISTRY.issue_token(f"load-test-{owner}", OWNER_ID), flush=True)


def _let_in(_connection: HTTPConnection, _actor_id: str) -> bool:
    return True


def main() -> None:
    """Serve until killed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    print(port, flush=True)
    threading.Thread(target=_answer, daemon=True).start()
    routes = live_routes(lambda: _REGISTRY, admits=_let_in)
    uvicorn.run(
        Starlette(routes=routes, middleware=[gate(routes)] if "--gate" in sys.argv else []),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        ws_per_message_deflate=False,  # as Streamlit has it
    )


if __name__ == "__main__":
    main()
