"""Layer: recordings of calls in a room, in process, with recordings made on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from formcheck.errors import FormcheckError
from formcheck.records.access import SYSTEM
from formcheck.records.call_recordings import close_left_over, part_path, recording_path, recordings_of
from formcheck.records.integrity import check
from formcheck.records.records import Records
from formcheck.records.remote_sessions import consents_of
from formcheck.records.sweep import sweep
from formcheck.records.tables import RemoteRecording
from formcheck.remote.consent import TEXTS
from formcheck.web.remote import room_recording
from formcheck.web.shared.addresses import LINK_HEADER
from tests.live_webm import live_webm

from ...waiting import until
from .hall import GREY, Company, Hall, Page, agree, company, secret

ITEM: Final = "record_call"


def on_disk(records: Records) -> set[Path]:
    home = records.settings.home
    return {each for each in home.rglob("*") if each.is_file() and each.parent != home and each.name != ".alive"}


def stage(page: Page) -> str:
    return str(page.last("recording")["recording"]["stage"])


def door(page: Page) -> dict[str, Any]:
    found = page.last("recording")["recording"]["door"]
    assert found is not None
    return dict(found)


def record(here: Company) -> dict[str, Any]:
    """Begin a recording that both agree to; return where it goes."""
    agree(here.client, ITEM)
    agree(here.clinician, ITEM)
    here.clinician.ask("record", on=True)
    return door(here.clinician)


def put(hall: Hall, to: dict[str, Any], at: int, data: bytes) -> Any:
    return hall.client.put(f"{to['put']}?at={at}", content=data, headers={LINK_HEADER: to["token"]})


def finish(hall: Hall, to: dict[str, Any]) -> None:
    assert hall.client.post(to["put"], headers={LINK_HEADER: to["token"]}).status_code == 204


def kept(here: Company) -> list[RemoteRecording]:
    with here.hall.records.reading(GREY) as work:
        return list(recordings_of(work, here.session_id))


def test_it_is_made_once_all_have_agreed_and_kept_with_the_session(hall: Hall) -> None:
    with company(hall) as here:
        here.clinician.ask("record", on=True)
        assert here.clinician.last("refused")["code"] == "no-consent"
        agree(here.clinician, ITEM)
        here.clinician.ask("record", on=True)
        asked = here.client.last("recording")["recording"]
        assert (asked["stage"], asked["waits_for"], asked["door"]) == ("asking", [here.client_id], None)
        assert here.clinician.last("recording")["recording"]["door"] is None
        agree(here.client, ITEM)
        assert stage(here.client) == stage(here.clinician) == "on"
        to, content = door(here.clinician), live_webm(1.0)
        assert here.client.last("recording")["recording"]["door"] is None
        middle = len(content) // 2
        assert put(hall, to, 0, content[:middle]).json() == {"at": middle}
        # What is sent twice counts once; what leaves a gap is not taken.
        assert put(hall, to, middle - 10, content[middle - 10 :]).json() == {"at": len(content)}
        assert put(hall, to, len(content) + 5, b"later").json() == {"at": len(content)}
        here.clinician.ask("record", on=False)
        assert stage(here.client) == "off"
        finish(hall, to)
        (row,) = kept(here)
        assert row.duration_s == pytest.approx(1.0, abs=0.1)
        assert row.recorded_by == "Dr. Grey"
        with hall.records.reading(SYSTEM) as work:
            assert recording_path(work, row.id).suffix == ".webm"
            hashes = {each.text_sha256 for each in consents_of(work, here.session_id) if each.item == ITEM}
            assert hashes == {TEXTS["record_call"].sha256}
        assert not part_path(hall.records.files, row.id).exists()
        assert check(hall.records).problems == ()
        assert check(hall.records).needless == ()
        assert put(hall, to, 0, content).status_code == 404


def test_nothing_on_disk_differs_where_somebody_does_not_agree(hall: Hall) -> None:
    with company(hall) as here:
        before = on_disk(hall.records)
        agree(here.clinician, ITEM)
        here.clinician.ask("record", on=True)
        agree(here.client, ITEM, answer="no")
        over = here.clinician.last("recording")["recording"]
        assert (over["stage"], over["door"]) == ("off", None)
        assert "does not agree" in over["why"]
        # Asked anew, a no of before is none yet; said once more, it is.
        here.clinician.ask("record", on=True)
        assert stage(here.client) == "asking"
        agree(here.client, ITEM, answer="no")
        assert stage(here.clinician) == "off"
        assert kept(here) == []
        assert on_disk(hall.records) == before


def test_who_joins_is_asked_before_anything_of_theirs_is_there(hall: Hall) -> None:
    with company(hall, "third_person") as here:
        to = record(here)
        content = live_webm(1.0)
        put(hall, to, 0, content)
        with hall.comes(hall.invite(here.session_id, "Ada"), secret()) as guest:
            guest.ask("knock")
            here.clinician.forget()
            here.clinician.ask("admit", person=guest.me)
            kinds = [each["type"] for each in here.clinician.heard]
            assert kinds.index("recording") < kinds.index("connect")
            assert guest.last("welcome")["recording"]["waits_for"] == [guest.me]
            assert stage(here.client) == "resting"
            guest.ask("consent", what="measure", answer="yes", text_sha256=TEXTS["measure"].sha256)
            assert guest.last("refused")["code"] == "not-allowed"
            agree(guest, ITEM)
            assert stage(here.client) == "on"
            assert door(here.clinician)["recording"] == to["recording"]
            agree(guest, ITEM, answer="no")
            assert stage(here.client) == "off"
            finish(hall, to)
            assert len(kept(here)) == 1  # a no ends it, what was recorded stays


@pytest.mark.parametrize("who", ["client", "clinician"])
def test_a_yes_that_is_taken_back_ends_it_at_once_and_deletes_it(hall: Hall, who: str) -> None:
    with company(hall) as here:
        before = on_disk(hall.records)
        first = record(here)
        put(hall, first, 0, live_webm(1.0))
        here.clinician.ask("record", on=False)
        finish(hall, first)
        assert len(kept(here)) == 1
        here.clinician.ask("record", on=True)
        second = door(here.clinician)
        assert second["recording"] != first["recording"]
        put(hall, second, 0, live_webm(1.0, shade=20))
        agree(getattr(here, who), ITEM, answer="withdrawn")
        assert stage(here.client) == "off"
        assert put(hall, second, 0, b"more").status_code == 404
        finish(hall, second)
        assert kept(here) == []
        assert on_disk(hall.records) == before


def test_it_ends_at_once_also_where_the_records_are_away(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    with company(hall) as here:
        to = record(here)
        put(hall, to, 0, live_webm(1.0))

        def away(*_: object, **__: object) -> Any:
            raise FormcheckError("The records are away.", "Wait.")

        with monkeypatch.context() as patched:
            patched.setattr(Records, "writing", away)
            agree(here.client, ITEM, answer="withdrawn")
            assert stage(here.client) == stage(here.clinician) == "off"
        here.clinician.ask("record", on=False)  # they are back, and what was to be done is done
        assert kept(here) == []
        assert put(hall, to, 0, b"more").status_code == 404


def test_a_page_that_is_loaded_anew_begins_another_file_and_loses_nothing_of_the_first(hall: Hall) -> None:
    with company(hall) as here:
        first = record(here)
        put(hall, first, 0, live_webm(1.0))
        with hall.clinician(here.session_id) as anew:
            welcome = anew.last("welcome")["recording"]
            second = welcome["door"]
            assert welcome["stage"] == "on"
            assert second["recording"] != first["recording"]
            put(hall, second, 0, live_webm(0.5, shade=20))
            anew.say("end")
            assert anew.close_code() == ("", 1000)
        close_left_over(hall.records)
        assert [each.duration_s for each in kept(here)] == [pytest.approx(1.0, abs=0.1), pytest.approx(0.5, abs=0.1)]


def test_a_restart_of_the_server_goes_on_with_it(hall: Hall) -> None:
    session_id, code, browser = hall.plan(), None, secret()
    code = hall.invite(session_id)
    mine, theirs = secret(), secret()
    with hall.clinician(session_id, instance=mine) as clinician, hall.comes(code, browser, theirs) as client:
        client.ask("knock")
        clinician.ask("admit", person=client.me)
        for each in (client, clinician):
            agree(each, ITEM)
        clinician.ask("record", on=True)
        before = door(clinician)["recording"]
    hall.restart()
    sweep(hall.records)  # as when the app starts
    with hall.clinician(session_id, instance=mine) as clinician:
        shown = clinician.last("welcome")["recording"]
        assert (shown["stage"], shown["door"]["recording"]) == ("on", before)
        assert put(hall, shown["door"], 0, live_webm(0.5)).status_code == 200
        clinician.ask("record", on=False)
    hall.restart()
    with hall.clinician(session_id, instance=mine) as clinician:
        assert clinician.last("welcome")["recording"]["stage"] == "off"


def test_parts_need_their_token_their_place_and_room_on_the_disk(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    with company(hall) as here:
        to = record(here)
        other = {**to, "put": to["put"][:-1] + ("0" if to["put"][-1] != "0" else "1")}
        assert put(hall, other, 0, b"x").status_code == 404
        assert hall.client.put(f"{to['put']}?at=0", content=b"x").status_code == 404
        assert hall.client.put(to["put"], content=b"x", headers={LINK_HEADER: to["token"]}).status_code == 400
        monkeypatch.setattr("formcheck.records.call_recordings.MOST_BYTES", 10)
        refused = put(hall, to, 0, b"x" * 11)
        assert refused.status_code == 507
        assert "as long as one may be" in refused.text
        finish(hall, to)
        assert kept(here) == []  # nothing that could be shown had come


def test_what_no_page_made_whole_is_made_whole_after_a_while(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_recording, "_LAST_PARTS_S", 0.01)
    with company(hall) as here:
        put(hall, record(here), 0, live_webm(0.5))
        here.clinician.say("end")
        assert here.clinician.close_code() == ("", 1000)
        until(lambda: kept(here))
        assert len(kept(here)) == 1
