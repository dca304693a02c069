"""Layer: the page of remote sessions in Streamlit's simulated browser."""

from __future__ import annotations

import re
from datetime import timedelta

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from formcheck.records.access import SYSTEM, owner
from formcheck.records.call_recordings import begin_recording, close_left_over, receive_part, recordings_of
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.remote_sessions import (
    NewStill,
    SeatState,
    add_still,
    end_session,
    find_invitation,
    get_session,
    invitations_of,
    keep_consent,
    keep_moment,
    keep_seat,
    keep_still,
    list_sessions,
    plan_session,
    stills_of,
)
from formcheck.records.tables import new_id
from formcheck.remote.consent import TEXTS, Given
from formcheck.web.access.links import link_maker
from formcheck.web.access.service import records_service
from tests.live_webm import live_webm

OWNER = owner("Owner")


def _page() -> None:
    from formcheck.web.pages.remote_session import page as remote

    remote.page()


def opened() -> AppTest:
    return AppTest.from_function(_page, default_timeout=240.0).run()


def words(test: AppTest) -> str:
    return "\n".join(str(each.proto) for each in test.main)


def planned(name: str = "Zoë Quixx") -> str:
    with records_service().writing(OWNER) as work:
        person = add_person(work, PersonDetails(name, None, None, ""))
        return plan_session(work, person.id).id


def test_a_session_is_made_and_its_link_shown_once() -> None:
    with records_service().writing(OWNER) as work:
        add_person(work, PersonDetails("Zoë Quixx", None, None, ""))
    test = opened()
    assert "No relay is set up" in words(test)
    assert "docs/" not in words(test)  # nobody in a clinic can open that
    test.selectbox(key="remote-person").select_index(0).run()
    test.button(key="remote-make").click().run()
    assert not test.exception
    (shown,) = test.code
    assert re.fullmatch(r"(https?://[^#/]+)?/join#[\w-]{22}", shown.value)
    code = shown.value.partition("#")[2]
    with records_service().reading(SYSTEM) as work:
        found = find_invitation(work, code, "b" * 22)
        assert found is not None
        assert (found.invitation.name, found.invitation.role) == ("Zoë Quixx", "client")
    again = opened()
    assert code not in words(again)
    assert "not used yet" in words(again)


def test_the_session_is_opened_with_a_ticket_of_ones_own() -> None:
    session_id = planned()
    (address,) = re.findall(rf"/session/{session_id}#([\w.-]+)", words(opened()))
    assert link_maker().account_of(address, f"room:{session_id}") == "owner"


def test_what_is_now_stands_before_what_is_planned_for_later() -> None:
    now = planned()
    with records_service().writing(OWNER) as work:
        later = plan_session(work, get_session(work, now).person_id, records_service().now() + timedelta(days=2)).id
    shown = words(opened())
    assert shown.index(f"/session/{now}") < shown.index(f"/session/{later}")


def test_links_are_made_for_others_and_revoked() -> None:
    session_id = planned()
    test = opened()
    test.text_input(key=f"remote-guest-{session_id}").set_value("An interpreter").run()
    test.button(key=f"remote-guest-link-{session_id}").click().run()
    assert "An interpreter" in words(test)
    with records_service().reading(OWNER) as work:
        (made,) = invitations_of(work, session_id)
        assert made.role == "guest"
    test.button(key=f"revoke-{made.id}").click().run()
    assert not test.code
    assert "revoked" in words(test)
    with records_service().reading(OWNER) as work:
        assert invitations_of(work, session_id)[0].revoked_at is not None


def test_a_session_is_ended() -> None:
    session_id = planned()
    opened().button(key=f"remote-end-{session_id}").click().run()
    with records_service().reading(OWNER) as work:
        assert list_sessions(work)[0].ended_at is not None


def test_what_is_kept_of_a_session_is_shown_and_deleted() -> None:
    records, session_id = records_service(), planned()
    jpeg = bytes(cv2.imencode(".jpg", np.zeros((48, 64, 3), np.uint8))[1].tobytes())
    with records.writing(OWNER) as work:
        seat = keep_seat(work, session_id, SeatState(new_id(), "client", "Zoë Quixx", "one", "admitted"), "Owner")
        keep_consent(work, session_id, Given(seat.id, "still", "yes", TEXTS["still"].sha256), "Zoë Quixx")
        still = add_still(work, session_id, NewStill(new_id(), keep_still(records.files, jpeg), 1.0, 64, 48, "Owner"))
        keep_moment(work, session_id, "mark", "leans [here](x)")
        end_session(work, session_id, "Owner ended the session.")
    test = opened()
    assert not test.exception
    shown = words(test)
    for expected in ("Zoë Quixx (client)", "Take single pictures of me", "leans \\\\[here"):
        assert expected in shown
    test.button(key=f"still-delete-{still.id}").click().run()
    with records.reading(OWNER) as work:
        assert list(stills_of(work, session_id)) == []
    assert list(records.files) == []
    test.button(key=f"remote-delete-{session_id}").click().run()
    with records.reading(OWNER) as work:
        assert list(list_sessions(work)) == []


def test_a_recording_is_there_to_be_had_and_deleted() -> None:
    records, session_id = records_service(), planned()
    with records.writing(OWNER) as work:
        seat = keep_seat(work, session_id, SeatState(new_id(), "client", "Zoë Quixx", "one", "admitted"), "Owner")
        keep_consent(work, session_id, Given(seat.id, "record_call", "yes", TEXTS["record_call"].sha256), "Zoë Quixx")
        recording_id = begin_recording(work, session_id).id
        end_session(work, session_id, "Owner ended the session.")
    receive_part(records, recording_id, 0, live_webm(1.0))
    assert close_left_over(records) == 1
    test = opened()
    shown = words(test)
    assert f"/formcheck-files/recording/{recording_id}?token=" in shown
    assert "0:01 min" in shown
    test.button(key=f"recording-delete-{recording_id}").click().run()
    assert not test.exception
    with records.reading(OWNER) as work:
        assert list(recordings_of(work, session_id)) == []
    assert list(records.files) == []


def test_that_addresses_cannot_be_hidden_without_a_relay_is_said_before(monkeypatch: pytest.MonkeyPatch) -> None:
    without = "nobody would hear or see another"
    assert without not in words(opened())
    assert without in words(opened().toggle(key="remote-relay-only").set_value(True).run())
    monkeypatch.setenv("FORMCHECK_TURN_URLS", "turn:turn.example.org:3478")
    monkeypatch.setenv("FORMCHECK_TURN_SECRET", "0123456789abcdef")
    assert without not in words(opened().toggle(key="remote-relay-only").set_value(True).run())


def test_a_relay_is_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_TURN_URLS", "turn:127.0.0.1:9?transport=tcp")
    monkeypatch.setenv("FORMCHECK_TURN_SECRET", "0123456789abcdef0123456789abcdef")
    test = opened()
    test.button(key="relay-test").click().run()
    assert "cannot be reached" in words(test)
    monkeypatch.setenv("FORMCHECK_TURN_SECRET", "short")
    assert "FORMCHECK_TURN_SECRET" in words(opened())
