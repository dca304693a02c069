"""Layer: credentials and configuration of the relay, held against a real coturn on loopback."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from formcheck.remote.turn import credential
from formcheck.remote.turn_check import PRIVATE_PEERS, check_relay, relay_address

from .relay import SECRET, free_port, relay


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Give the port of a relay as it is documented."""
    with relay(tmp_path_factory.mktemp("relay")) as found:
        yield found


def soon() -> int:
    return int(time.time()) + 600


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_relay_takes_our_credential_and_refuses_private_networks(port: int, transport: str) -> None:
    found = check_relay(f"turn:127.0.0.1:{port}?transport={transport}", credential(SECRET, "seat", soon()))
    assert found.ok, found.says
    assert found.lets_in == ()


def test_one_that_is_over_or_of_another_secret_is_refused(port: int) -> None:
    url = f"turn:127.0.0.1:{port}"
    for made in (credential(SECRET, "seat", int(time.time()) - 5), credential("another secret", "seat", soon())):
        found = check_relay(url, made)
        assert not found.ok
        assert "refuses the credential" in found.says


def test_a_relay_that_sends_into_private_networks_is_told(tmp_path: Path) -> None:
    allowed = [f"allowed-peer-ip={peer}" for peer in PRIVATE_PEERS]
    with relay(tmp_path, *allowed, "allow-loopback-peers", "cli-password=unused") as port:
        found = check_relay(f"turn:127.0.0.1:{port}", credential(SECRET, "seat", soon()))
    assert found.ok
    assert "10.0.0.1" in found.lets_in
    assert "private networks" in found.says


def test_their_own_client_gets_on_with_it(port: int) -> None:
    program = shutil.which("turnutils_uclient")
    if program is None:
        pytest.skip("there is no turnutils_uclient")
    made = credential(SECRET, "seat", soon())
    asked = [program, "-y", "-n", "1", "-c", "-u", made.username, "-w", made.password, "-p", str(port), "127.0.0.1"]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    # It relays to itself on loopback, which is refused: it got past its credential.
    assert "error 401" not in told.stdout + told.stderr
    assert "error 403" in told.stdout + told.stderr


def test_nobody_there_is_said_in_words() -> None:
    made = credential(SECRET, "seat", soon())
    port = free_port()
    assert "cannot be reached" in check_relay(f"turn:127.0.0.1:{port}?transport=tcp", made).says
    assert "no address" in check_relay("http://127.0.0.1", made).says


def test_what_is_no_relay_is_said_in_words() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]

        def answer() -> None:
            _, whom = other.recvfrom(2000)
            other.sendto(b"HTTP/1.1 400 Bad Request\r\n\r\n", whom)

        answering = threading.Thread(target=answer)
        answering.start()
        found = check_relay(f"turn:127.0.0.1:{port}", credential(SECRET, "seat", soon()))
        answering.join(10)
    assert found.says == "What answers there is no relay."


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("turn:turn.example.org", ("turn.example.org", 3478, "udp")),
        ("turn:turn.example.org:80?transport=tcp", ("turn.example.org", 80, "tcp")),
        ("turns:turn.example.org:443?transport=tcp", ("turn.example.org", 443, "tls")),
        ("turns:[2001:db8::1]", ("2001:db8::1", 5349, "tls")),
    ],
)
def test_addresses_are_read_as_browsers_do(url: str, leads_to: tuple[str, int, str]) -> None:
    found = relay_address(url)
    assert (found.host, found.port, found.transport) == leads_to
