"""Layer: a room's socket, in process: what is agreed to and taken back."""

from __future__ import annotations

import pytest

from formcheck.records.access import SYSTEM
from formcheck.records.remote_sessions import (
    consents_of,
)
from formcheck.remote.consent import TEXTS
from formcheck.web.remote.talkers import Talkers

from ...waiting import until
from .hall import CHECK, Hall, agree, company, records_are_away


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


def test_a_yes_counts_once_it_is_written_and_a_no_at_once(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    with company(hall, "keep_set") as here:
        with monkeypatch.context() as patched:
            patched.setattr(Talkers, "write", records_are_away)
            agree(here.client, "still")
            assert here.client.last("refused")["code"] == "records"
            here.clinician.ask("take_still", t_ms=1.0)
            assert here.clinician.last("refused")["code"] == "no-consent"
            agree(here.client, "keep_set", answer="withdrawn")
            assert here.clinician.last("consent")["answer"] == "withdrawn"
            room = hall.rooms.room(here.session_id)
            assert room is not None
            assert not room.room.agreed(here.client_id, "keep_set")
        hall.clock.ahead_s += 6.0

        def kept() -> list[tuple[str, str]]:
            with hall.records.reading(SYSTEM) as work:
                return [(each.item, each.answer) for each in consents_of(work, here.session_id)]

        until(lambda: len(kept()) > 1)
        assert kept() == [("keep_set", "yes"), ("keep_set", "withdrawn")]


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
