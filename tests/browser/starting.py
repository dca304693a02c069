"""Servers as processes of their own, on a port that was free a moment ago; on another one if it no longer is."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

_ATTEMPTS: Final = 5
"""Another process may take the port between our look and the server's."""
_STARTS_WITHIN_S: Final = 180.0

Start = Callable[[int], subprocess.Popen[bytes]]


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def started(start: Start, path: str, log: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start a server and wait until it answers.

    Parameters
    ----------
    start
        Starts it on a port.
    path
        Of an address that it answers when it is ready.
    log
        What it writes, to be shown if it does not start.

    Returns
    -------
    tuple of Popen and int
        The server and its port.
    """
    for _ in range(_ATTEMPTS):
        port = free_port()
        server = start(port)
        if answers(server, f"http://127.0.0.1:{port}{path}", log):
            return server, port
    raise AssertionError(f"no port stays free:\n{log.read_text()}")


def answers(server: subprocess.Popen[bytes], address: str, log: Path) -> bool:
    """Wait until a server answers; return False if somebody else has its port."""
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until:
        if server.poll() is not None:
            if "in use" in log.read_text():
                return False
            break
        try:
            with urlopen(address, timeout=5):
                return True
        except (URLError, OSError):
            time.sleep(0.1)
    server.kill()
    server.wait()
    raise AssertionError(f"the server did not start:\n{log.read_text()}")
