"""Layer: a room's socket, in process: who comes in, who is told what, and what becomes of it."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from formcheck.records.access import SYSTEM, RecordsError
from formcheck.records.audit import audit_log
from formcheck.records.erasure import erase_person
from formcheck.records.remote_sessions import (
    consents_of,
    end_session,
    get_session,
    invitations_of,
    revoke_invitation,
    seats_of,
)
from formcheck.remote.consent import TEXTS
from formcheck.web.access.links import issue_link
from formcheck.web.live.refusal import LiveRefusalError
from formcheck.web.remote.messages import Hello
from formcheck.web.remote.open_room import OpenRoom
from formcheck.web.remote.registry import RoomRegistry
from formcheck.web.remote.seats import Seat, room_scope, seat_by_ticket

from .hall import CHECK, GREY, NAME, PATIENT, ROWAN, SDP, Hall, Page, agree, company, hello, secret


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


def test_the_queue_shows_who_waits_with_what_their_check_found(hall: Hall) -> None:
    session_id = hall.plan()
    with hall.clinician(session_id) as clinician, hall.comes(hall.invite(session_id)) as client:
        client.ask("check", **CHECK)
        client.ask("knock", callback="01234", emergency="The neighbour")
        (waits,) = clinician.last("queue")["people"]
        assert (waits["name"], waits["state"], waits["callback"]) == (NAME, "waiting", "01234")
        assert waits["check"]["microphone"] == "denied"
        assert client.last("waiting")["place"] == 1
        assert client.last("waiting")["clinician"] == "there"
    with hall.clinician(session_id) as again:
        (waits,) = again.last("queue")["people"]
        assert waits["presence"] == "asleep"
        with hall.comes("x" * 22):
            pass


def test_the_queue_and_the_seats_survive_a_restart(hall: Hall) -> None:
    session_id = hall.plan()
    code, guests = hall.invite(session_id), hall.invite(session_id, "A carer")
    browsers, instances = (secret(), secret()), (secret(), secret(), secret())
    with (
        hall.clinician(session_id, instance=instances[0]) as clinician,
        hall.comes(code, browsers[0], instances[1]) as client,
        hall.comes(guests, browsers[1]) as guest,
    ):
        agree(client, "third_person", "measure")
        client.ask("knock")
        guest.ask("knock")
        clinician.ask("admit", person=client.me)
        before = client.last("connect")
        person = client.me
    hall.restart()
    with hall.comes(code, browsers[0], instances[1]) as client, hall.comes(guests, browsers[1]) as guest:
        assert client.last("welcome")["you"] == person
        assert [each["answer"] for each in client.last("welcome")["consents"] if each["what"] == "measure"] == ["yes"]
        assert guest.last("waiting")["state"] == "waiting"
        with hall.clinician(session_id, instance=instances[0]) as clinician:
            assert [each["name"] for each in clinician.last("queue")["people"]] == ["A carer"]
            # Media went on between the browsers: nothing is made anew, and what they say to each other passes.
            assert client.all("connect") == clinician.all("connect") == []
            client.ask("sdp", to=clinician.me, generation=before["generation"], kind="offer", sdp=SDP)
            assert clinician.last("sdp")["sender"] == person


def test_who_came_later_offers_and_a_reload_makes_it_anew(hall: Hall) -> None:
    with company(hall) as here:
        first, other = here.client.last("connect"), here.clinician.last("connect")
        assert (first["offer"], other["offer"]) == (True, False)
        assert (first["polite"], other["polite"]) == (False, True)
        assert first["generation"] == other["generation"]
        person = here.client_id
        assert other["peer"] == person
        with hall.comes(here.code, here.browser) as again:
            assert again.last("welcome")["you"] == person
            anew = again.last("connect")
            assert anew["offer"]
            assert anew["generation"] > first["generation"]
            assert here.clinician.last("connect")["generation"] == anew["generation"]
            assert here.clinician.last("people")["event"] == "reloaded"
            assert here.client.close_code() == ("in-use", 4409)


def test_a_lost_socket_comes_back_without_a_second_admission(hall: Hall) -> None:
    session_id = hall.plan()
    code, browser, instance = hall.invite(session_id), secret(), secret()
    with hall.clinician(session_id) as clinician:
        with hall.comes(code, browser, instance) as client:
            client.ask("knock")
            clinician.ask("admit", person=client.me)
            client.hear()
        clinician.forget()
        with hall.comes(code, browser, instance) as client:
            assert client.last("welcome")["role"] == "client"
            assert client.all("connect") == clinician.all("connect") == []
            assert [each["event"] for each in clinician.all("people")] == ["back"]


def test_who_is_let_in_while_their_phone_sleeps_is_connected_when_it_wakes(hall: Hall) -> None:
    session_id = hall.plan()
    code, browser, instance = hall.invite(session_id), secret(), secret()
    with hall.clinician(session_id) as clinician:
        clinician.hear()
        with hall.comes(code, browser, instance) as client:
            client.ask("knock")
            person = client.me
        assert clinician.last("queue")["people"][0]["presence"] == "asleep"
        clinician.ask("admit", person=person)
        unheard = clinician.last("connect")
        with hall.comes(code, browser, instance) as client:
            connect = client.last("connect")
            assert connect["generation"] == clinician.last("connect")["generation"] > unheard["generation"]
        with hall.comes(code, browser, instance) as client:
            assert client.last("welcome")
            assert client.all("connect") == []


def test_descriptions_and_candidates_pass_with_their_sender(hall: Hall) -> None:
    with company(hall) as here:
        generation, owner = here.client.last("connect")["generation"], here.clinician.me
        sdp = f"{SDP}a=candidate:1 1 udp 1 fe0c.local 9 typ host\r\na=x-last\r\n"
        here.client.ask("sdp", to=owner, generation=generation, kind="offer", sdp=sdp)
        passed = here.clinician.last("sdp")
        assert (passed["sender"], passed["kind"]) == (here.client_id, "offer")
        assert "x-last" in passed["sdp"]
        assert ".local" not in passed["sdp"]
        line = "candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host"
        here.client.ask("ice", to=owner, generation=generation, candidate=line, mid="0", line=0)
        assert here.clinician.last("ice")["candidate"] == line
        here.clinician.forget()
        here.client.ask("sdp", to=owner, generation=generation - 1, kind="offer", sdp=sdp)
        here.client.ask("ice", to=owner, generation=generation, candidate="candidate:1 1 udp 1 x.local 9 typ host")
        assert here.clinician.hear().heard == []
        here.client.ask("sdp", to="0" * 32, generation=generation, kind="offer", sdp=sdp)
        here.client.ask("sdp", to=here.client_id, generation=generation, kind="offer", sdp=sdp)
        assert [each["code"] for each in here.client.all("refused")] == ["no-such-person"] * 2


def test_what_floods_another_browser_is_refused(hall: Hall) -> None:
    with company(hall) as here:
        generation, owner = here.client.last("connect")["generation"], here.clinician.me
        for _ in range(5):
            here.client.ask("sdp", to=owner, generation=generation, kind="offer", sdp=SDP)
        assert len(here.clinician.all("sdp")) == 4
        assert here.client.last("refused")["code"] == "too-often"
        line = "candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host"
        for _ in range(41):
            here.client.say("ice", to=owner, generation=generation, candidate=line)
        assert here.client.last("refused")["code"] == "too-many"
        assert len(here.clinician.all("ice")) == 40
        for _ in range(5):
            here.client.ask("fresh", to=owner)
        assert here.client.last("refused")["message"] == "fresh"
        assert len(here.client.all("connect")) == 5
        many = SDP + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 20
        newest = here.client.last("connect")["generation"]
        here.client.ask("sdp", to=owner, generation=newest, kind="offer", sdp=many)
        assert here.client.last("refused")["code"] == "no-description"


def test_by_the_relay_only_no_address_passes(hall: Hall) -> None:
    with company(hall, relay_only=True) as here:
        assert here.client.last("welcome")["ice"]["policy"] == "relay"
        connect = here.client.last("connect")
        assert connect["relay_only"]
        said = f"{SDP}a=candidate:1 1 udp 1 192.0.2.7 9 typ host\r\n"
        said += "a=candidate:2 1 udp 1 198.51.100.1 9 typ relay raddr 192.0.2.7 rport 9\r\n"
        owner, generation = here.clinician.me, connect["generation"]
        here.client.ask("sdp", to=owner, generation=generation, kind="offer", sdp=said)
        line = "candidate:3 1 udp 1 203.0.113.9 9 typ srflx raddr 192.0.2.7 rport 9"
        here.client.ask("ice", to=owner, generation=generation, candidate=line)
        told = json.dumps(here.clinician.hear().heard)
        assert "198.51.100.1" in told
        assert "192.0.2.7" not in told
        assert "203.0.113.9" not in told


def test_credentials_are_renewed_a_minute_before_they_end(hall: Hall) -> None:
    with company(hall) as here:
        first = here.client.last("welcome")["ice"]
        hall.clock.ahead_s = 535.0
        here.client.hear()
        here.clinician.hear()
        assert here.client.all("ice_servers") == []
        hall.clock.ahead_s = 545.0
        anew = here.client.last("ice_servers")["ice"]
        assert anew["expires_at_s"] > first["expires_at_s"]
        assert anew["servers"][0]["username"] != first["servers"][0]["username"]


@pytest.mark.parametrize("why", ["wrong", "revoked", "late", "ended", "of nobody"])
def test_a_link_that_leads_nowhere_gets_the_same_answer(hall: Hall, why: str) -> None:
    session_id = hall.plan()
    code = hall.invite(session_id)
    with hall.records.writing(GREY) as work:
        if why == "revoked":
            revoke_invitation(work, invitations_of(work, session_id)[0].id)
        elif why == "late":
            invitations_of(work, session_id)[0].valid_until = work.now - timedelta(seconds=1)
        elif why == "ended":
            end_session(work, session_id)
    with hall.comes({"wrong": secret(), "of nobody": "A" * 22}.get(why, code)) as page:
        assert page.close_code() == ("no-way-in", 4401)
        assert [{**each} for each in page.heard] == [
            {
                "type": "error",
                "code": "no-way-in",
                "reason": "This link does not lead to a session, or not now.",
                "remedy": "Check that it is whole and that it is the right time, or ask your clinician for a new one.",
            }
        ]


def revoke_all(hall: Hall, session_id: str) -> None:
    with hall.records.writing(GREY) as work:
        for each in invitations_of(work, session_id):
            revoke_invitation(work, each.id)


def test_who_waits_by_a_link_that_is_revoked_is_not_let_in(hall: Hall) -> None:
    session_id = hall.plan()
    code, browser = hall.invite(session_id), secret()
    with hall.clinician(session_id) as clinician, hall.comes(code, browser) as client:
        client.ask("knock")
        person = client.me
        with hall.comes(code) as other:
            assert other.last("waiting")["state"] == "replacing"
            revoke_all(hall, session_id)
            clinician.ask("admit", person=person)
            assert clinician.last("refused")["code"] == "revoked"
            hall.clock.ahead_s += 6.0
            assert client.close_code() == ("not-admitted", 4423)
            assert other.close_code() == ("not-admitted", 4423)
        assert clinician.last("queue")["people"] == []
        with hall.records.reading(SYSTEM) as work:
            assert [each.standing for each in seats_of(work, session_id) if each.role == "client"] == ["declined"]


def test_the_owner_is_told_that_the_link_of_who_is_in_is_revoked(hall: Hall) -> None:
    with company(hall) as here:
        revoke_all(hall, here.session_id)
        hall.clock.ahead_s += 6.0
        refused = here.clinician.last("refused")
        assert (refused["code"], NAME in refused["reason"]) == ("revoked", True)
        assert here.client.all("refused") == []
        here.clinician.ask("remove", person=here.client_id)
        assert here.client.close_code() == ("removed", 4430)


def test_who_tries_many_links_is_held_up(hall: Hall) -> None:
    session_id = hall.plan()
    for _ in range(10):
        with hall.comes(secret()) as page:
            assert page.close_code() == ("no-way-in", 4401)
    with hall.comes(hall.invite(session_id)) as page:
        assert page.close_code() == ("too-fast", 4429)


def test_what_others_try_keeps_nobody_out(hall: Hall) -> None:
    registry = RoomRegistry(hall.rooms.parts)

    async def tries() -> set[str]:
        codes = set()
        for at in range(1001):
            sender = HTTPConnection({"type": "http", "headers": [], "client": (f"10.0.{at // 250}.{at % 250}", 1)})
            came = Hello(type="hello", **hello(room="0" * 32, ticket="x"))
            with pytest.raises(LiveRefusalError) as refused:
                await registry.enter(came, sender, lambda _: None, lambda: False)
            codes.add(refused.value.code)
        return codes

    assert asyncio.run(tries()) == {"no-way-in"}


def test_another_browser_gets_the_seat_only_when_the_clinician_says_so(hall: Hall) -> None:
    with company(hall) as here:
        with hall.comes(here.code) as other:
            other.ask("knock")
            assert other.last("waiting")["state"] == "replacing"
            (asks,) = here.clinician.last("queue")["people"]
            assert (asks["state"], asks["name"]) == ("replacing", NAME)
            here.clinician.ask("admit", person=asks["person"])
            assert here.clinician.last("refused")["code"] == "not-ready"
            here.clinician.ask("replace", person=asks["person"], allow=False)
            assert other.close_code() == ("not-admitted", 4423)
        browser = secret()
        with hall.comes(here.code, browser) as other:
            here.clinician.ask("replace", person=other.me, allow=True)
            assert here.client.close_code() == ("in-use", 4409)
            assert other.last("waiting")["state"] == "checking"
            other.ask("knock")
            here.clinician.ask("admit", person=other.me)
            assert other.last("welcome")["role"] == "client"
        with hall.comes(here.code, here.browser) as first:
            assert first.last("waiting")["state"] == "replacing"
        with hall.comes(here.code, browser) as again:
            assert again.last("welcome")["role"] == "client"


def test_who_is_taken_out_does_not_come_back(hall: Hall) -> None:
    with company(hall) as here:
        here.clinician.ask("back_to_waiting", person=here.client_id)
        assert here.client.last("waiting")["state"] == "waiting"
        assert here.client.last("disconnect")["peer"] == here.clinician.me
        here.client.ask("chat", text="let me in")
        assert here.client.last("refused")["code"] == "not-allowed"
        here.clinician.ask("remove", person=here.client_id)
        assert here.client.close_code() == ("removed", 4430)
        with hall.comes(here.code, here.browser) as again:
            assert again.close_code() == ("no-way-in", 4401)


def test_a_third_person_needs_the_clients_word_and_leaves_when_it_is_taken_back(hall: Hall) -> None:
    with company(hall) as here, hall.comes(hall.invite(here.session_id, "A carer")) as carer:
        carer.ask("knock")
        here.clinician.ask("admit", person=carer.me)
        assert here.clinician.last("refused")["code"] == "no-consent"
        here.clinician.ask("ask_consent", what="third_person")
        assert here.client.last("asked")["consent"]["what"] == "third_person"
        agree(here.client, "third_person")
        assert here.clinician.last("consent")["answer"] == "yes"
        here.clinician.ask("admit", person=carer.me)
        assert {each["peer"] for each in carer.all("connect")} == {here.client_id, here.clinician.me}
        agree(here.client, "third_person", answer="withdrawn")
        assert carer.last("waiting")["state"] == "waiting"
        assert here.client.last("disconnect")["peer"] == carer.me


def test_two_tabs_that_come_at_once_are_one_clinician(hall: Hall) -> None:
    session_id = hall.plan()

    def seat() -> Seat | None:
        ticket = issue_link(GREY, room_scope(session_id))
        came = Hello(type="hello", **hello(room=session_id, ticket=ticket))
        nowhere = HTTPConnection({"type": "http", "headers": []})
        return seat_by_ticket(hall.records, session_id, came, nowhere, lambda _: GREY)

    one, other = seat(), seat()
    assert one is not None
    assert other is not None
    assert one.person.id == other.person.id


def test_another_clinician_is_a_guest_of_the_owner(hall: Hall) -> None:
    with company(hall, "third_person") as here, hall.clinician(here.session_id, ROWAN) as other:
        assert other.last("waiting")["role"] == "clinician"
        other.ask("knock")
        other.ask("admit", person=other.me)
        assert other.last("refused")["code"] == "not-allowed"
        here.clinician.ask("admit", person=other.me)
        other.ask("targets", exercise="squat", reps=5)
        assert here.client.last("set")["set"]["targets"]["reps"] == 5
        other.ask("remove", person=here.client_id)
        assert other.last("refused")["code"] == "not-allowed"


@pytest.mark.parametrize("who", [PATIENT, None])
def test_the_clinicians_page_is_for_clinicians(hall: Hall, who: Any) -> None:
    session_id = hall.plan()
    with hall.socket({} if who is None else {"x-account": who.id}) as page:
        page.say("hello", **hello(room=session_id, ticket="x"))
        assert page.close_code() == ("no-way-in", 4401)


def test_a_ticket_is_for_one_room_and_one_account(hall: Hall) -> None:
    session_id, other = hall.plan(), hall.plan()
    for ticket in (None, "nonsense"):
        with hall.socket({"x-account": ROWAN.id}) as page:
            page.say("hello", **hello(room=session_id, ticket=ticket))
            assert page.close_code() == ("no-way-in", 4401)
    with hall.clinician(other) as page:
        page.hear()
    with hall.socket({"x-account": GREY.id}) as page:
        page.say("hello", **hello(room=other))  # a seat of one's own is come back to without
        assert page.last("welcome")["role"] == "owner"


def test_a_clinician_whose_login_ended_can_do_nothing_more(hall: Hall) -> None:
    with company(hall) as here:
        hall.logged_out.add(GREY.id)
        for kind, more in {"remove": {"person": here.client_id}, "cue": {"text": "deeper"}, "end": {}}.items():
            here.clinician.ask(kind, **more)
        assert [each["code"] for each in here.clinician.all("refused")] == ["login"] * 3
        here.client.hear()
        assert "cue" not in {each["type"] for each in here.client.heard}


def test_a_clinician_whose_login_ended_hears_nothing_more_and_may_come_back(hall: Hall) -> None:
    with company(hall) as here:
        owner, client = here.clinician.me, here.client_id
        here.client.forget()
        hall.logged_out.add(GREY.id)
        hall.clock.ahead_s += 6.0
        assert here.clinician.close_code() == ("login", 4401)
        assert {"type": "disconnect", "peer": client} in here.clinician.heard
        assert here.client.last("disconnect")["peer"] == owner
        with hall.clinician(here.session_id) as stranger:
            assert stranger.close_code() == ("no-way-in", 4401)
        hall.logged_out.clear()
        instance = here.client.last("people")["people"][0]["instance"]
        with hall.clinician(here.session_id, instance=instance) as back:
            assert back.last("welcome")["you"] == owner
            assert back.last("connect")["peer"] == client


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
        for _ in range(100):
            if here.clinician.last("people")["event"] == "asleep":
                break
            time.sleep(0.05)
        assert here.clinician.last("people")["person"] == here.client_id
        here.client.hear()
        assert here.clinician.last("people")["event"] == "back"


def test_a_room_that_nobody_opened_is_forgotten_once_all_have_left(hall: Hall) -> None:
    session_id = hall.plan()
    code, browser = hall.invite(session_id), secret()
    with hall.comes(code, browser) as client:
        client.ask("knock")
        person = client.me
        assert hall.rooms.room(session_id) is not None
    hall.clock.ahead_s += 601.0
    for _ in range(100):
        if hall.rooms.room(session_id) is None:
            break
        time.sleep(0.05)
    assert hall.rooms.room(session_id) is None
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


def test_consents_are_kept_with_their_words(hall: Hall) -> None:
    with company(hall, "measure", "still") as here:
        here.client.ask("consent", what="still", answer="yes", text_sha256="0" * 64)
        assert here.client.last("refused")["code"] == "other-words"
        agree(here.client, "still", answer="withdrawn")
        with hall.records.reading(SYSTEM) as work:
            kept = [(each.item, each.answer, each.text_sha256) for each in consents_of(work, here.session_id)]
        still = TEXTS["still"].sha256
        assert kept == [
            ("measure", "yes", TEXTS["measure"].sha256),
            ("still", "yes", still),
            ("still", "withdrawn", still),
        ]


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


def test_records_that_are_away_for_a_moment_leave_nothing_half_open(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = hall.plan()
    code, browser = hall.invite(session_id), secret()
    with hall.clinician(session_id) as clinician:
        clinician.hear()
        with monkeypatch.context() as patched:
            patched.setattr(OpenRoom, "_keep_seat", _fails)
            with hall.comes(code, browser) as client:
                assert client.close_code() == ("records", 4503)
        assert [each["presence"] for each in clinician.last("queue")["people"]] == ["asleep"]
        with hall.comes(code, browser) as client:
            client.ask("knock")
            with monkeypatch.context() as patched:
                patched.setattr(OpenRoom, "_keep_seat", _fails)
                clinician.ask("admit", person=client.me)
                assert clinician.last("refused")["code"] == "records"
            clinician.ask("admit", person=client.me)
            assert client.last("welcome")


def test_a_yes_counts_once_it_is_written_and_a_no_at_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    with company(hall, "keep_set") as here:
        with monkeypatch.context() as patched:
            patched.setattr(OpenRoom, "_write", _fails)
            agree(here.client, "still")
            assert here.client.last("refused")["code"] == "records"
            here.clinician.ask("take_still", t_ms=1.0)
            assert here.clinician.last("refused")["code"] == "no-consent"
            agree(here.client, "keep_set", answer="withdrawn")
            assert here.clinician.last("consent")["answer"] == "withdrawn"
            room = hall.rooms.room(here.session_id)
            assert room is not None
            assert not room.client_agreed("keep_set")
        hall.clock.ahead_s += 6.0
        for _ in range(100):
            with hall.records.reading(SYSTEM) as work:
                kept = [(each.item, each.answer) for each in consents_of(work, here.session_id)]
            if len(kept) > 1:
                break
            time.sleep(0.05)
        assert kept == [("keep_set", "yes"), ("keep_set", "withdrawn")]


def test_who_waits_can_write_no_more_than_they_have_to_say(hall: Hall) -> None:
    session_id = hall.plan()
    with hall.comes(hall.invite(session_id)) as client:
        for _ in range(3):
            agree(client, "measure")
        agree(client, "measure", answer="no")
        with hall.records.reading(SYSTEM) as work:
            assert [each.answer for each in consents_of(work, session_id)] == ["yes", "no"]
        for _ in range(37):
            client.say("check", **CHECK)
        assert client.all("refused") == []
        for kind, more in {"knock": {}, "check": CHECK}.items():
            client.forget().ask(kind, **more)
            assert client.last("refused")["code"] == "too-often"
        client.forget()
        agree(client, "still", answer="no")
        assert client.all("refused") == []
        with hall.comes(hall.invite(session_id, "A carer")) as other:
            other.ask("knock")
            assert other.last("waiting")["state"] == "waiting"


async def _fails(*_: object) -> None:
    raise RecordsError("The database cannot be reached.", "Check that it runs.")
