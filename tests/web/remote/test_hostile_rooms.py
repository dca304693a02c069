"""Layer: a room's socket, in process, whatever comes: no fault, nothing passed on, others go on."""

from __future__ import annotations

import json
import logging
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.websockets import WebSocketDisconnect

from formcheck.web.live.refusal import LiveRefusalError
from formcheck.web.remote.limits import SocketLimits
from formcheck.web.remote.messages import ROOM_MESSAGES, RoomMessage, parse_room_text

from ..live.world import HERE
from .hall import SDP, Hall, company, hello, secret

KINDS = sorted(get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(RoomMessage))
FIELDS = sorted({name for kind in get_args(RoomMessage) for name in kind.model_fields} - {"type"})
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-10, 10**13)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["client", "yes", "offer", SDP, "squat", "user", "mark", "\ud800", "\0", "0" * 32, "x" * 2000]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3),
    max_leaves=6,
)
messages = st.builds(
    lambda kind, more: {"type": kind, **more},
    st.sampled_from([*KINDS, "welcome", "result", "", 5]),
    st.dictionaries(st.sampled_from([*FIELDS, "sender", "role"]), anything, max_size=5),
)


def test_every_message_has_what_it_does(hall: Hall) -> None:
    with company(hall) as here:
        room = hall.rooms.room(here.session_id)
        assert room is not None
        assert not {*room.quick} & {*room.slow}
        assert {*room.quick, *room.slow} | {ROOM_MESSAGES.read(_HELLO).__class__} == set(get_args(RoomMessage))


_HELLO = {"type": "hello", **hello(code=secret())}


@settings(max_examples=300)
@given(messages | anything)
def test_whatever_comes_is_a_message_or_is_refused_in_words(sent: Any) -> None:
    refusal = None
    try:
        parse_room_text(json.dumps(sent))
    except LiveRefusalError as error:
        refusal = error
    assert refusal is None or (4400 <= refusal.close_code < 4500 and refusal.reason.endswith("."))


@pytest.fixture(scope="module")
def arena() -> Any:
    """Give one server to all examples, where nobody is too fast."""
    made = Hall(limits=SocketLimits(messages_per_s=1e6, most_sockets_per_person=10**6, tries_per_minute=10**6))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _records_for_the_module(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("FORMCHECK_HOME", str(tmp_path_factory.getbasetemp() / "arena"))


@pytest.mark.parametrize("who", ["client", "clinician", "waiting"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(sent=st.lists(messages, min_size=5, max_size=25))
def test_a_hostile_page_brings_nothing_down(
    arena: Hall, caplog: pytest.LogCaptureFixture, who: str, sent: list[Any]
) -> None:
    caplog.set_level(logging.ERROR)
    with company(arena, "measure", "still") as here:
        page = getattr(here, who, None)
        if page is None:
            with arena.comes(arena.invite(here.session_id, "A guest")) as page:
                _send(page.socket, sent)
        else:
            _send(page.socket, sent)
    with company(arena) as others:
        others.client.ask("chat", text="still there")
        assert others.clinician.last("chat")["text"] == "still there"
    assert caplog.records == []


def _send(socket: Any, sent: list[Any]) -> None:
    """Send all, and read until the socket is closed or answers."""
    for each in sent:
        if each["type"] not in {"end", "hello"}:
            socket.send_text(json.dumps(each))
    socket.send_text(json.dumps({"type": "clock", "c": -1.0}))
    code = 4400
    message: dict[str, Any] = {}
    while message.get("c") != -1.0:
        try:
            message = socket.receive_json()
        except WebSocketDisconnect as closed:
            code = closed.code
            break
    assert 4400 <= code < 4500


def test_binary_and_forged_messages_close_the_socket(hall: Hall) -> None:
    with hall.client.websocket_connect("/room", headers=HERE) as socket:
        socket.send_bytes(b"\x01\x02")
        assert socket.receive_json()["code"] == "malformed"
    with company(hall) as here:
        here.clinician.forget()
        here.client.say("result", set_id="x", frame={})
        assert here.client.close_code()[1] == 4400
        assert {each["type"] for each in here.clinician.hear().heard} <= {"people", "queue"}


def test_another_room_is_out_of_reach(hall: Hall) -> None:
    with company(hall) as here, company(hall) as there:
        owner = there.clinician.me
        generation = there.client.last("connect")["generation"]
        there.clinician.forget()
        for kind, more in {
            "sdp": {"to": owner, "generation": generation, "kind": "offer", "sdp": SDP},
            "ice": {"to": owner, "generation": generation, "candidate": ""},
            "fresh": {"to": owner},
        }.items():
            here.client.ask(kind, **more)
        for kind in ("remove", "back_to_waiting", "admit", "decline"):
            here.clinician.ask(kind, person=there.client_id)
        assert [each["code"] for each in here.client.all("refused")] == ["no-such-person"] * 3
        assert [each["code"] for each in here.clinician.all("refused")] == ["no-such-person"] * 4
        assert there.clinician.hear().heard == []
