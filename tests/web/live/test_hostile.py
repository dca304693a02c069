"""In process: what a hostile or broken client may send over the live socket, and what it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.websockets import WebSocket

from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.socket import serve_live_socket

from .world import HERE, SETUP, World, begin, farewell, frame, jpeg, send_frames


@pytest.fixture
def impatient() -> Iterator[World]:
    made = World(limits=LiveLimits(max_sets=1, first_message_s=0.05, idle_s=0.05, send_s=0.05))
    yield made
    made.close()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "null",
        "{}",
        '{"type": "fnord"}',
        '{"type": ["setup"]}',
        "[" * 16_000,
        '{"type": "setup", "version": ' + "9" * 5000 + "}",
        json.dumps(SETUP).replace("10", "NaN"),
        '"\\ud800"',
    ],
)
def test_garbage_text_is_malformed(world: World, text: str) -> None:
    with world.socket() as socket:
        socket.send_text(text)
        error, code = farewell(socket)
        assert (error, code) in (("malformed", 4400), ("version", 4426))
    assert world.registry.active_count == 0


@pytest.mark.parametrize("garbage", [b"", b"\x00" * 8, b"\xff" * 4000, frame(-1.0), frame(float("nan")), frame(1e300)])
def test_garbage_bytes_are_malformed(world: World, garbage: bytes) -> None:
    with world.socket() as socket:
        begin(socket)
        socket.send_bytes(garbage)
        assert farewell(socket)[1] == 4400


def test_a_long_text_is_too_large(world: World) -> None:
    with world.socket() as socket:
        socket.send_text(" " * 16_385)
        assert farewell(socket) == ("text-too-large", 4413)


def test_a_huge_frame_is_too_large(world: World) -> None:
    with world.socket() as socket:
        begin(socket)
        socket.send_bytes(frame(1.0, jpeg() + b"\xff\xd9" * 300_000))
        assert farewell(socket) == ("frame-too-large", 4413)
    assert world.estimators[0].times_s == []


def test_a_picture_that_would_unpack_to_gigabytes_is_too_large(world: World) -> None:
    small = jpeg()
    at = small.index(b"\xff\xc0")
    bomb = small[: at + 5] + b"\xff\xff\xff\xff" + small[at + 9 :]
    with world.socket() as socket:
        begin(socket)
        socket.send_bytes(frame(1.0, bomb))
        assert farewell(socket) == ("frame-too-large", 4413)


def test_a_truncated_picture_is_refused_and_the_set_can_go_on(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
        send_frames(socket, 1.0)
        socket.send_bytes(frame(2.0, jpeg()[:-200]))
        assert farewell(socket) == ("frame-unreadable", 4400)
    with world.socket() as socket:
        socket.send_json({"type": "resume", "version": 2, "set_id": set_id})
        assert socket.receive_json()["last_t"] == 2.0
        assert send_frames(socket, 3.0)[0]["reps"] == 2


def test_a_frame_before_the_setup_is_out_of_order(world: World) -> None:
    with world.socket() as socket:
        socket.send_bytes(frame(1.0))
        assert farewell(socket) == ("order", 4400)


@pytest.mark.parametrize("kind", ["finish", "ping", "cancel"])
def test_the_first_message_begins_a_set(world: World, kind: str) -> None:
    with world.socket() as socket:
        socket.send_json({"type": kind})
        assert farewell(socket) == ("order", 4400)


@pytest.mark.parametrize("second", [SETUP, {"type": "resume", "version": 2, "set_id": "a" * 24}])
def test_a_set_is_begun_once(world: World, second: dict[str, Any]) -> None:
    with world.socket() as socket:
        begin(socket)
        socket.send_json(second)
        assert farewell(socket) == ("order", 4400)


@pytest.mark.parametrize("later_ms", [-1.0, 0.0, 0.05])
def test_time_goes_forward(world: World, later_ms: float) -> None:
    with world.socket() as socket:
        begin(socket)
        send_frames(socket, 1000.0)
        socket.send_bytes(frame(1000.0 + later_ms))
        assert farewell(socket) == ("frame-time", 4400)
    assert world.estimators[0].times_s == [0.0]


def test_pictures_sent_without_listening_are_too_fast(world: World) -> None:
    world.gate.clear()
    with world.socket() as socket:
        begin(socket)
        for t_ms in range(5):
            socket.send_bytes(frame(float(t_ms)))
        assert farewell(socket) == ("too-fast", 4429)
        world.gate.set()


def test_a_flood_of_messages_is_too_fast(world: World) -> None:
    with world.socket() as socket:
        begin(socket)
        for _ in range(60):
            socket.send_json({"type": "ping"})
        assert farewell(socket) == ("too-fast", 4429)


def test_after_a_second_as_much_may_be_sent_again(world: World) -> None:
    with world.socket() as socket:
        begin(socket)
        for second in range(3):
            world.clock.advance(1.0)
            for i in range(50):
                send_frames(socket, 1000.0 * second + 20 * i)
    assert len(world.engines[0].poses) == 150


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "http://testserver.evil.example",
        "http://testserver:8501",
        "https://testserver",
        "file://testserver",
        "http://somebody@testserver",
        "http://testserver/path",
        "http://[",
    ],
)
def test_a_page_of_another_origin_is_refused(world: World, origin: str | None) -> None:
    with world.socket(headers={} if origin is None else {"origin": origin}) as socket:
        assert farewell(socket) == ("origin", 4403)


@pytest.mark.parametrize("origin", ["http://testserver:80", "HTTP://TestServer"])
def test_our_own_origin_may_be_written_otherwise(world: World, origin: str) -> None:
    with world.socket(headers={"origin": origin}) as socket:
        begin(socket)


def test_an_origin_that_was_named_is_ours(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_LIVE_ORIGINS", "https://a.example, https://knee.example:443")
    with world.socket(headers={"origin": "https://knee.example"}) as socket:
        begin(socket)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 5000, "%00"])
def test_a_token_that_was_made_up_is_refused(world: World, token: str) -> None:
    with world.socket(token=token) as socket:
        assert farewell(socket) == ("token-invalid", 4401)


def test_a_token_of_another_server_is_refused(world: World) -> None:
    with world.socket(token=World().token()) as socket:
        assert farewell(socket) == ("token-invalid", 4401)


def test_an_altered_token_is_refused(world: World) -> None:
    token = world.token()
    with world.socket(token=token[:-2] + ("AA" if not token.endswith("AA") else "BB")) as socket:
        assert farewell(socket) == ("token-invalid", 4401)


def test_an_old_token_begins_no_set(world: World) -> None:
    token = world.token()
    world.epoch.advance(301)
    with world.socket(token=token) as socket:
        socket.send_json(SETUP)
        assert farewell(socket) == ("token-expired", 4401)
    assert world.registry.active_count == 0


def test_one_set_too_many_is_told_that_the_server_is_busy(world: World) -> None:
    with world.socket() as a, world.socket() as b, world.socket(session="else") as c, world.socket(session="late") as d:
        for socket in (a, b, c):
            begin(socket)
        d.send_json(SETUP)
        assert farewell(d) == ("server-busy", 4503)
        a.send_json({"type": "cancel"})
        assert farewell(a) == ("", 1000)
        with world.socket(session="late") as again:
            begin(again)


def test_one_page_cannot_hold_every_place(world: World) -> None:
    with world.socket() as a, world.socket() as b, world.socket() as c, world.socket(session="else") as other:
        begin(a)
        begin(b)
        c.send_json(SETUP)
        assert farewell(c) == ("too-many-sets", 4503)
        begin(other)
        assert send_frames(a, 1.0)[0]["reps"] == send_frames(b, 1.0)[0]["reps"] == 1
        a.send_json({"type": "cancel"})
        assert farewell(a) == ("", 1000)
        with world.socket() as again:
            begin(again)


def test_who_says_nothing_is_not_waited_for(impatient: World) -> None:
    with impatient.socket() as socket:
        assert farewell(socket) == ("idle", 4408)


def test_who_sends_no_pictures_is_not_waited_for(impatient: World) -> None:
    with impatient.socket() as socket:
        begin(socket)
        assert farewell(socket) == ("idle", 4408)


def test_pings_alone_do_not_hold_a_place() -> None:
    world = World(limits=LiveLimits(max_sets=1))
    with world.socket() as socket:
        begin(socket)
        world.clock.advance(121)
        socket.send_json({"type": "ping"})
        assert farewell(socket) == ("no-pictures", 4408)
    world.close()


@pytest.mark.parametrize("reads", [True, False])
def test_a_half_open_socket_ends(impatient: World, reads: bool) -> None:
    """The other end is gone without a word: nothing comes, and with full buffers nothing can be sent either."""
    incoming = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": json.dumps(SETUP)}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not incoming:
            await asyncio.Event().wait()
        return incoming.pop(0)

    async def send(message: Any) -> None:
        if not reads and message["type"] != "websocket.accept":
            await asyncio.Event().wait()
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/live",
        "query_string": f"token={impatient.token()}".encode(),
        "headers": [(b"host", b"testserver"), (b"origin", HERE["origin"].encode())],
    }
    asyncio.run(serve_live_socket(WebSocket(scope, receive, send), impatient.registry, lambda *_: True))
    assert [message.get("code") for message in sent if message["type"] == "websocket.close"] == [4408] * reads
    impatient.clock.advance(121)
    assert impatient.registry.active_count == 0
