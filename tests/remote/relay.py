"""A coturn of the test's own on loopback, with the documented configuration."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from formcheck.serve.folder import TURN_CONFIGURATION

SECRET: Final = "a secret of thirty-two characters"
_OWN: Final = {
    *("listening-port", "tls-listening-port", "static-auth-secret", "log-file", "cert", "pkey", "userdb", "pidfile"),
}
"""What a test says otherwise."""
_STARTS_WITHIN_S: Final = 20.0
_ENDS_WITHIN_S: Final = 10.0


def turnserver() -> str:
    """Return coturn's program; the test is skipped, or fails where tools are required, if there is none."""
    found = shutil.which("turnserver")
    if found is None:
        if os.environ.get("FORMCHECK_TEST_TOOLS") == "required":
            pytest.fail("turnserver (coturn) is needed")
        pytest.skip("there is no turnserver (coturn)")
    return found


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def relay(
    folder: Path,
    *more: str,
    configuration: str | None = None,
    secret: str = SECRET,
    certificate: Path | None = None,
) -> Iterator[int]:
    """Run coturn as documented, or otherwise configured, but on loopback and ports of its own, and give the port.

    With a certificate, in a file with its key, it listens by TLS alone, as where a firewall lets nothing else through.
    """
    program, port = turnserver(), free_port()
    ways = [f"listening-port={port}", "no-tls"]
    if certificate is not None:
        ways = [
            f"listening-port={free_port()}",
            f"tls-listening-port={port}",
            f"cert={certificate}",
            f"pkey={certificate}",
        ]
        ways += ["no-udp", "no-tcp"]
    kept = [
        line
        for line in (configuration or TURN_CONFIGURATION.read_text(encoding="utf-8")).splitlines()
        if line.partition("=")[0] not in _OWN
    ]
    own = [
        *ways,
        "listening-ip=127.0.0.1",
        "relay-ip=127.0.0.1",
        f"static-auth-secret={secret}",
        f"log-file={folder / 'turn.log'}",
        f"pidfile={folder / 'turn.pid'}",
        f"userdb={folder / 'turn.db'}",
        "no-dtls",
        *more,
    ]
    file = folder / "turnserver.conf"
    file.write_text("\n".join([*kept, *own]) + "\n", encoding="utf-8")
    process = subprocess.Popen(
        [program, "-c", str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    )
    try:
        _wait_for(port, process, by_udp=certificate is None)
        yield port
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ENDS_WITHIN_S)
        if process.poll() is None:
            process.kill()
            process.wait()


@contextmanager
def silent_port() -> Iterator[int]:
    """Give a UDP port at which nothing is answered, as behind a firewall that drops what comes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        yield int(silent.getsockname()[1])


def home_that_believes(folder: Path, authority: Path) -> Path:
    """Make a home folder in which Chromium believes the certificates of an authority; skipped without certutil."""
    program = shutil.which("certutil")
    if program is None:
        if os.environ.get("FORMCHECK_TEST_TOOLS") == "required":
            pytest.fail("certutil (libnss3-tools) is needed")
        pytest.skip("there is no certutil (libnss3-tools)")
    database = folder / ".pki" / "nssdb"
    database.mkdir(parents=True)
    for arguments in (("-N", "--empty-password"), ("-A", "-n", "test", "-t", "C,,", "-i", str(authority))):
        subprocess.run([program, "-d", f"sql:{database}", *arguments], check=True, capture_output=True)
    return folder


def _wait_for(port: int, process: subprocess.Popen[bytes], *, by_udp: bool) -> None:
    until_s = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until_s:
        assert process.poll() is None, "turnserver ended"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            if not by_udp or _answers(port):
                return
        time.sleep(0.05)
    raise AssertionError("turnserver does not listen")


def _answers(port: int) -> bool:
    """Say whether it answers a binding request over UDP, where it listens a little later."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.5)
        asking.connect(("127.0.0.1", port))
        asking.send(bytes.fromhex("000100002112a442") + bytes(12))
        return asking.recv(1500)[:2] == b"\x01\x01"
