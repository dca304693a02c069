"""Layer: a real uvicorn and real connections: who sends too slowly, too much or too often takes nothing from others."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Sequence

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from formcheck.web.gate.crowd import GateLimits
from formcheck.web.shared.addresses import PHONE_CLAIM_PATH

from ...waiting import until
from .serving import WITHIN_S, Served, request, served, until_closed

QUICK = GateLimits(header_s=0.2, stall_s=0.3)


def hear(link: socket.socket, word: bytes) -> None:
    """Read until a word comes."""
    came = b""
    while word not in came:
        piece = link.recv(65_536)
        assert piece, came
        came += piece


def send_for_ever(link: socket.socket, piece: bytes) -> None:
    while True:
        link.sendall(piece)


def is_served(server: Served) -> bool:
    return server.ask("GET /formcheck-health").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("begun", [b"", b"GET /formcheck-health HTTP/1.1\r\nHost:"])
def test_headers_that_are_never_finished_end_the_connection(begun: bytes) -> None:
    with served(QUICK) as server, server.connect() as link:
        link.sendall(begun)
        assert until_closed(link) == b""


def test_the_header_of_a_second_request_has_no_longer() -> None:
    with served(QUICK) as server, server.connect() as link:
        link.sendall(f"GET /formcheck-health HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\nGET /form".encode())
        assert until_closed(link).count(b"HTTP/1.1") == 1


def test_one_byte_now_and_then_does_not_keep_a_header_open() -> None:
    with served(QUICK) as server, server.connect() as link:
        link.setblocking(False)

        def is_over() -> bool:
            with contextlib.suppress(BlockingIOError):
                try:
                    link.send(b"G")
                    return link.recv(1) == b""
                except ConnectionError:
                    return True
            return False

        until(is_over)


def test_connections_that_wait_give_way_to_a_request() -> None:
    with served(GateLimits(header_s=WITHIN_S, connections_per_address=5)) as server:
        waiting = [server.connect() for _ in range(20)]
        for link in waiting:
            link.sendall(b"GET / HTTP/1.1\r\n")
        assert is_served(server)
        # The oldest were ended; as many as may be are still there.
        assert until_closed(waiting[0]) == b""
        until(lambda: len(server.server.server_state.connections) <= 5)
        for link in waiting:
            link.close()


def test_sockets_that_are_served_do_not_give_way_and_more_are_not_let_in() -> None:
    limits = GateLimits(connections_per_address=3, header_s=WITHIN_S)
    with served(limits) as server, contextlib.ExitStack() as open_ones:
        for _ in range(3):
            open_ones.enter_context(server.open_socket())
        with server.connect() as link:
            assert until_closed(link) == b""


def test_one_address_opens_so_many_sockets() -> None:
    with served(GateLimits(sockets_per_address=2)) as server, contextlib.ExitStack() as open_ones:
        for _ in range(2):
            open_ones.enter_context(server.open_socket())
        with pytest.raises(InvalidStatus) as refused:
            server.open_socket()
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["x-frame-options"] == "DENY"


def test_tries_of_other_pages_use_up_nothing() -> None:
    with served(GateLimits(sockets_burst=1, sockets_per_s=1e-9)) as server:
        for _ in range(5):
            with pytest.raises(InvalidStatus) as refused:
                server.open_socket("http://127.0.0.1:1")
            assert refused.value.response.status_code == 403
        with server.open_socket() as link:
            link.send(b"hello")
            assert link.recv() == b"hello"


@pytest.mark.parametrize("length", ["content-length: 8388609", "content-length: 99999999999999999999"])
def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(length: str) -> None:
    with served() as server:
        answer = server.ask(f"PUT /formcheck-uploads/x\norigin: {server.origin}\n{length}")
        assert answer.startswith(b"HTTP/1.1 413" if "9" * 20 not in length else b"HTTP/1.1 4")
        assert server.seen.bytes == 0


def test_a_body_that_does_not_say_its_size_ends_at_what_is_taken() -> None:
    with served() as server:
        piece = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        with server.connect() as link:
            head = request(
                server.port, f"PUT /formcheck-uploads/x\norigin: {server.origin}\ntransfer-encoding: chunked"
            )
            with contextlib.suppress(ConnectionError):
                link.sendall(head + piece * 300)
            until_closed(link)
        until(lambda: server.seen.left == 1)
        assert server.seen.bytes <= 8 * 2**20


def test_a_body_that_stops_coming_is_not_waited_for() -> None:
    with served(QUICK) as server:
        head = f"PUT /formcheck-uploads/x\norigin: {server.origin}\ncontent-length: 1000"
        answer = server.ask(head, b"x" * 10)
        assert b"connection: close" in answer.lower()
        assert (server.seen.bytes, server.seen.left) == (10, 1)


@pytest.mark.parametrize(
    ("said", "body", "status"),
    [
        ("transfer-encoding: chunked", b"400\r\n" + b"x" * 1024 + b"\r\n", b"413"),
        ("transfer-encoding: chunked", b"1\r\nx\r\n", b"408"),
        ("content-length: 100", b"x", b"408"),
    ],
)
def test_a_body_that_is_too_long_or_too_slow_is_told_so_where_its_route_says_nothing(
    said: str, body: bytes, status: bytes
) -> None:
    with served(QUICK) as server:
        answer = server.ask(f"POST {PHONE_CLAIM_PATH}\norigin: {server.origin}\n{said}", body)
        assert answer.startswith(b"HTTP/1.1 " + status), answer
        assert b"connection: close" in answer.lower()


def test_an_early_answer_is_heard_by_who_sends_on_slowly() -> None:
    with served(QUICK) as server, server.connect() as link:
        head = f"PUT /formcheck-uploads/unread HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: {server.origin}\r\n"
        link.sendall(f"{head}Content-Length: 1000000\r\n\r\n".encode())
        hear(link, b"refused")
        sent, end = 0, time.monotonic() + 3 * QUICK.header_s
        while time.monotonic() < end:
            sent += link.send(b"x")
            time.sleep(0.01)
        link.sendall(b"x" * (1_000_000 - sent) + request(server.port, "GET /formcheck-health"))
        assert until_closed(link).startswith(b"HTTP/1.1 200")


def test_a_body_without_end_is_not_thrown_away_for_ever() -> None:
    with served(GateLimits(rest_bytes=1_000_000)) as server, server.connect() as link:
        head = f"PUT /formcheck-uploads/unread HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: {server.origin}\r\n"
        link.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        hear(link, b"refused")
        with pytest.raises(ConnectionError):
            send_for_ever(link, b"10000\r\n" + bytes(65_536) + b"\r\n")


def test_a_body_of_what_is_taken_comes_through() -> None:
    with served() as server:
        head = f"PUT /formcheck-uploads/x\norigin: {server.origin}\ncontent-length: {8 * 2**20}"
        assert server.ask(head, b"x" * 8 * 2**20).endswith(b"taken")
        assert server.seen.bytes == 8 * 2**20


@pytest.mark.parametrize(
    "sent", [b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 200_000 + b"\r\n\r\n", b"\x16\x03\x01\x00"]
)
def test_what_is_no_http_is_refused_with_the_headers_of_every_answer(sent: bytes) -> None:
    with served(QUICK) as server, server.connect() as link:
        link.sendall(sent)
        answer = until_closed(link).lower()
        assert b"server:" not in answer
        assert answer == b"" or (answer.startswith(b"http/1.1 400") and b"frame-ancestors 'none'" in answer)


def test_a_handshake_that_is_wrong_is_refused_with_the_headers_of_every_answer() -> None:
    with served() as server, server.connect() as link:
        head = (
            f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"
        )
        link.sendall(head.encode())
        answer = until_closed(link)
        assert answer.startswith(b"HTTP/1.1 4")
        assert b"frame-ancestors 'none'" in answer


def test_requests_far_ahead_of_their_answers_end_the_connection() -> None:
    with served() as server, server.connect() as link:
        ask = f"GET /formcheck-health HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()
        with pytest.raises(ConnectionError):
            send_for_ever(link, ask * 5000)


def test_a_fault_of_ours_tells_nothing_and_is_secured() -> None:
    # The gate opens this address because the app has it.
    with served() as server:
        answer = server.ask("GET /fails")
        assert answer.startswith(b"HTTP/1.1 500")
        assert b"secret" not in answer
        assert b"frame-ancestors 'none'" in answer
        assert b"server:" not in answer.lower()


def echoed(link: ClientConnection, message: Sequence[bytes]) -> str | bytes:
    """Send the parts of a message and return what comes back."""
    link.send(message)
    return link.recv()


def test_a_message_that_is_too_large_closes_its_socket() -> None:
    with served(GateLimits(message_bytes=1000)) as server:
        with server.open_socket() as link:
            link.send(b"x" * 1000)
            assert len(link.recv()) == 1000
            with pytest.raises(ConnectionClosed) as closed:
                echoed(link, [b"x" * 600, b"x" * 600])
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009
        assert server.seen.messages == [1000]


def test_who_pings_and_does_not_listen_is_cut_off() -> None:
    with served(GateLimits(stall_s=0.3)) as server, server.connect() as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
        link.sendall(
            f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: {server.origin}\r\n"
            f"Connection: upgrade\r\nUpgrade: websocket\r\n{key}\r\n\r\n".encode()
        )
        assert link.recv(4096).startswith(b"HTTP/1.1 101")
        ping = b"\x89\xfd\x00\x00\x00\x00" + b"p" * 125

        def flood() -> None:
            with contextlib.suppress(OSError):
                send_for_ever(link, ping * 1000)

        flooding = threading.Thread(target=flood, daemon=True)
        flooding.start()
        flooding.join(WITHIN_S)
        assert not flooding.is_alive()
        until(lambda: not server.server.server_state.connections)


@pytest.mark.parametrize("proxies", ["", "127.0.0.2", "127.0.0.1", "10.0.0.0, 127.0.0.1"])
def test_what_a_proxy_says_is_believed_of_those_that_are_named(monkeypatch: pytest.MonkeyPatch, proxies: str) -> None:
    monkeypatch.setenv("FORMCHECK_ALLOW_NETWORK_WITHOUT_LOGIN", "1")
    monkeypatch.setenv("FORMCHECK_PROXIES", proxies)
    with served() as server:
        answer = server.ask("GET /formcheck-health\nx-forwarded-for: 192.0.2.7\nx-forwarded-proto: https")
        told = json.loads(answer.partition(b"\r\n\r\n")[2])
        believed = {"address": "192.0.2.7", "scheme": "https"}
        assert told == (believed if "127.0.0.1" in proxies else {"address": "127.0.0.1", "scheme": "http"})


def test_a_proxy_that_means_nothing_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_ALLOW_NETWORK_WITHOUT_LOGIN", "1")
    monkeypatch.setenv("FORMCHECK_PROXIES", "everybody, 127.0.0.1")
    with served() as server:
        answer = server.ask("GET /formcheck-health\nx-forwarded-for: 192.0.2.7")
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["address"] == "127.0.0.1"
