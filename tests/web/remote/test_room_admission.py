"""Layer: a room's socket, in process: who comes in, by which way, and who does not."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from formcheck.records.access import SYSTEM
from formcheck.records.remote_sessions import (
    end_session,
    invitations_of,
    revoke_invitation,
    seats_of,
)
from formcheck.web.access.links import issue_link
from formcheck.web.live.refusal import LiveRefusalError
from formcheck.web.remote.admission import Admission
from formcheck.web.remote.messages import Hello
from formcheck.web.remote.registry import RoomRegistry
from formcheck.web.remote.seats import Seat, room_scope, seat_by_ticket

from .hall import CHECK, GREY, NAME, PATIENT, ROWAN, SDP, Hall, agree, company, hello, records_are_away, secret


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


def test_who_leaves_is_gone_at_once_and_is_let_in_again_to_come_back(hall: Hall) -> None:
    with company(hall, "measure") as here:
        here.clinician.ask("targets", exercise="wall-squat")
        here.clinician.ask("start_set")
        here.clinician.forget()
        gone = here.client_id
        here.client.say("leave")
        assert here.clinician.last("disconnect")["peer"] == gone
        assert here.clinician.last("people")["event"] == "left"
        assert here.clinician.last("set_finished")["reps"] is None, "a set of theirs ends"
        here.clinician.ask("leave")
        assert here.clinician.last("refused")["code"] == "not-allowed", "whose room it is ends it"
    with hall.comes(here.code, here.browser) as again:
        assert again.last("waiting")["state"] == "checking"
        assert again.all("welcome") == []


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


def test_records_that_are_away_for_a_moment_leave_nothing_half_open(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_id = hall.plan()
    code, browser = hall.invite(session_id), secret()
    with hall.clinician(session_id) as clinician:
        clinician.hear()
        with monkeypatch.context() as patched:
            patched.setattr(Admission, "keep_seat", records_are_away)
            with hall.comes(code, browser) as client:
                assert client.close_code() == ("records", 4503)
        assert [each["presence"] for each in clinician.last("queue")["people"]] == ["asleep"]
        with hall.comes(code, browser) as client:
            client.ask("knock")
            with monkeypatch.context() as patched:
                patched.setattr(Admission, "keep_seat", records_are_away)
                clinician.ask("admit", person=client.me)
                assert clinician.last("refused")["code"] == "records"
            clinician.ask("admit", person=client.me)
            assert client.last("welcome")
