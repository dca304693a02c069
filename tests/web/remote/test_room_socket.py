"""Layer: a room's socket, in process: what it takes, who is told what, and how a room ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from formcheck.records.access import SYSTEM
from formcheck.records.audit import audit_log
from formcheck.records.erasure import erase_person
from formcheck.records.remote_sessions import (
    end_session,
    get_session,
    seats_of,
)

from ...waiting import until
from .hall import GREY, NAME, SDP, Hall, Page, company, hello, secret


def test_nobody_is_told_anything_before_the_clinician_lets_them_in(hall: Hall) -> None:
    session_id = hall.plan()
    code, guests = hall.invite(session_id), hall.invite(session_id, "Ms Nightingale")
    with hall.clinician(session_id) as clinician, hall.comes(code) as client, hall.comes(guests) as guest:
        client.ask("knock")
        clinician.ask("targets", exercise="wall-squat")
        for kind, more in FORBIDDEN.items():
            client.ask(kind, **{name: client.me if value == "me" else value for name, value in more.items()})
        assert {each["type"] for each in client.heard} == {"waiting", "refused"}
        assert {each["type"] for each in guest.hear().heard} == {"waiting"}
        told = json.dumps(client.heard) + json.dumps(guest.heard)
        for word in ("Grey", "turn:", "credential", "wall-squat"):
            assert word not in told
        assert "Nightingale" not in json.dumps(client.heard)
        assert NAME not in json.dumps(guest.heard, ensure_ascii=False)
        clinician.ask("admit", person=client.me)
        welcome = client.last("welcome")
        assert [each["name"] for each in welcome["people"]] == ["Dr. Grey", NAME]
        assert welcome["ice"]["servers"][0]["urls"] == ["turn:turn.example.org:3478"]
        assert {each["type"] for each in guest.hear().heard} == {"waiting"}


FORBIDDEN: dict[str, dict[str, Any]] = {
    "admit": {"person": "me"},
    "remove": {"person": "me"},
    "end": {},
    "sdp": {"to": "me", "generation": 1, "kind": "offer", "sdp": SDP},
    "ice": {"to": "me", "generation": 1, "candidate": ""},
    "fresh": {"to": "me"},
    "state": {"muted": True, "camera": "on"},
    "chat": {"text": "hello"},
    "stop": {},
    "targets": {"exercise": "squat"},
    "start_set": {},
    "finish_set": {},
    "cue": {"text": "deeper"},
    "pointer": {"x": 0.5, "y": 0.5},
    "ask_camera": {"facing": "user"},
    "take_still": {"t_ms": 1.0},
    "draw": {"still": "0" * 32, "drawings": []},
    "share_still": {"still": "0" * 32, "shared": True},
    "moment": {"kind": "mark"},
    "note": {"text": "a note"},
    "ask_consent": {"what": "still"},
    "set_failed": {"reason": "none"},
    "back_to_waiting": {"person": "me"},
    "decline": {"person": "me"},
    "replace": {"person": "me", "allow": True},
}


def test_what_a_client_may_not_say_reaches_nobody(hall: Hall) -> None:
    with company(hall) as here:
        here.clinician.forget()
        allowed = {"sdp", "ice", "fresh", "state", "chat", "stop", "set_failed"}
        for kind, more in FORBIDDEN.items():
            if kind not in allowed:
                here.client.ask(kind, **{n: here.client_id if v == "me" else v for n, v in more.items()})
        refused = here.client.all("refused")
        assert len(refused) == len(FORBIDDEN) - len(allowed)
        assert {each["code"] for each in refused} == {"not-allowed"}
        assert here.clinician.hear().heard == []


def test_chat_cues_pointer_and_camera_reach_whom_they_are_for(hall: Hall) -> None:
    with company(hall) as here:
        here.client.ask("chat", text="<b>hello</b>")
        assert here.clinician.last("chat")["text"] == "<b>hello</b>"
        assert here.clinician.last("chat")["sender"] == here.client_id
        here.clinician.ask("cue", text="Knees out")
        assert here.client.last("cue")["text"] == "Knees out"
        here.clinician.ask("pointer", x=0.25, y=0.5)
        assert here.client.last("pointer")["x"] == 0.25
        here.clinician.ask("ask_camera", facing="environment")
        assert here.client.last("ask_camera")["facing"] == "environment"
        here.client.ask("state", muted=True, camera="off")
        assert [each["muted"] for each in here.clinician.last("people")["people"]] == [False, True]


def test_the_clinicians_learn_the_clients_clock(hall: Hall) -> None:
    with company(hall) as here:
        here.client.ask("clock", c=1000.0, offset_ms=1.7e12, round_trip_ms=40.0)
        told = here.clinician.last("clock_of")
        assert (told["person"], told["offset_ms"], told["round_trip_ms"]) == (here.client_id, 1.7e12, 40.0)
        here.client.forget()
        here.clinician.ask("clock", c=1000.0, offset_ms=1.0, round_trip_ms=1.0)
        assert here.client.all("clock_of") == []


def test_a_silent_phone_is_asleep_and_its_seat_is_kept(hall: Hall) -> None:
    with company(hall) as here:
        hall.clock.ahead_s = 40.0
        here.clinician.hear()
        assert here.clinician.last("people", event="asleep")["person"] == here.client_id
        here.client.hear()
        here.clinician.last("people", event="back")


def test_a_room_that_nobody_opened_is_forgotten_once_all_have_left(hall: Hall) -> None:
    session_id = hall.plan()
    code, browser = hall.invite(session_id), secret()
    with hall.comes(code, browser) as client:
        client.ask("knock")
        person = client.me
        assert hall.rooms.room(session_id) is not None
    hall.clock.ahead_s += 601.0
    until(lambda: hall.rooms.room(session_id) is None)
    with hall.clinician(session_id) as clinician, hall.comes(code, browser) as again:
        assert again.me == person
        clinician.ask("admit", person=person)
        assert again.last("connect")


def test_the_owner_ends_the_session_for_all(hall: Hall) -> None:
    with company(hall) as here:
        here.clinician.say("end")
        assert here.client.close_code() == ("", 1000)
        assert here.client.heard[-1]["type"] == "ended"
        assert here.clinician.close_code() == ("", 1000)
        with hall.records.reading(SYSTEM) as work:
            assert get_session(work, here.session_id).ended_at is not None
            assert all(each.left_at is not None for each in seats_of(work, here.session_id))
        with hall.comes(here.code, here.browser) as again:
            assert again.close_code() == ("no-way-in", 4401)


def test_the_log_holds_what_was_done_and_nothing_of_it(hall: Hall) -> None:
    with company(hall, "measure") as here:
        here.client.ask("chat", text="something secret")
        here.clinician.ask("cue", text="something private")
        with hall.records.reading(GREY) as work:
            entries = [each for each in audit_log(work) if each.action.startswith("remote.")]
        actions = [each.action for each in reversed(entries)]
        assert actions == [
            "remote.planned",
            "remote.invited",
            "remote.opened",
            "remote.admitted",
            "remote.invitation_used",
            "remote.consent",
            "remote.knocked",
            "remote.admitted",
        ]
        said = json.dumps([(each.details, each.actor) for each in entries], ensure_ascii=False)
        for word in ("secret", "private", NAME, "candidate", "127.0.0.1", "testclient"):
            assert word not in said


def test_hello_comes_first_and_once(hall: Hall) -> None:
    with hall.socket() as page:
        page.say("knock")
        assert page.close_code() == ("order", 4400)
    with company(hall) as here:
        here.client.say("hello", **hello(code=here.code))
        assert here.client.close_code() == ("order", 4400)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("not JSON", 4400),
        ('{"type": "hello", "version": 1}', 4400),
        (json.dumps({"type": "hello", **hello(code="x" * 22), "version": 2}), 4426),
        (json.dumps({"type": "hello", **hello(code="x" * 22), "role": "owner"}), 4400),
        (json.dumps({"type": "hello", **hello(code="x" * 22, room="0" * 32)}), 4400),
        (json.dumps({"type": "welcome"}), 4400),
        ("x" * 80_000, 4413),
        (json.dumps({"type": "chat", "text": "x", "more": "x" * 20_000}), 4400),
        (json.dumps({"type": "chat", "text": "x"}) + " " * 20_000, 4413),
    ],
)
def test_what_is_no_message_closes_the_socket(hall: Hall, sent: str, code: int) -> None:
    with hall.socket() as page:
        page.socket.send_text(sent)
        assert page.close_code()[1] == code


def test_a_page_of_another_site_is_refused(hall: Hall) -> None:
    with hall.socket({"origin": "http://evil.example"}) as page:
        assert page.close_code() == ("origin", 4403)


def test_who_sends_too_fast_is_closed(hall: Hall) -> None:
    with company(hall) as here:
        for _ in range(200):
            here.client.say("clock", c=1.0)
        assert here.client.close_code() == ("too-fast", 4429)
        here.clinician.hear()


def test_pages_that_do_not_read_hold_up_nobody(hall: Hall) -> None:
    with company(hall) as here, hall.comes(hall.invite(here.session_id, "Idle")) as idle:
        assert isinstance(idle, Page)
        for _ in range(30):
            here.client.ask("chat", text="x")
        assert len(here.clinician.all("chat")) == 30


def test_a_session_that_is_ended_elsewhere_or_erased_is_over_for_all(hall: Hall) -> None:
    with company(hall) as here:
        with hall.records.writing(GREY) as work:
            end_session(work, here.session_id)
        hall.clock.ahead_s = 6.0
        assert here.client.close_code() == ("", 1000)
        assert here.client.heard[-1] == {"type": "ended", "reason": "The session was ended."}
    with company(hall) as here:
        room = hall.rooms.room(here.session_id)
        assert room is not None
        erase_person(hall.records, GREY, room.session.person_id)
        hall.clock.ahead_s = 12.0
        assert here.client.close_code() == ("", 1000)
