"""Layer: remote sessions in the records, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from formcheck.records.access import SYSTEM, Actor, NotAllowedError, NotFoundError, RecordsError, Role
from formcheck.records.archive import back_up
from formcheck.records.audit import audit_log
from formcheck.records.erasure import erase_person
from formcheck.records.integrity import check
from formcheck.records.notes import notes_of_set, write_note
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.records import Records
from formcheck.records.remote_sessions import (
    NewStill,
    SeatState,
    add_still,
    attach_to_set,
    bind_invitation,
    delete_still,
    draw_on_still,
    end_session,
    find_invitation,
    get_session,
    get_still,
    invitations_of,
    invite,
    keep_consent,
    keep_moment,
    keep_seat,
    keep_still,
    list_sessions,
    open_session,
    plan_session,
    revoke_invitation,
    seats_of,
    session_of_set,
    share_still,
    signed_by,
    stills_of,
)
from formcheck.records.restore import restore
from formcheck.records.retention import RetentionSettings, apply_retention
from formcheck.records.sets import give_to
from formcheck.records.settings import RecordsSettings
from formcheck.records.sweep import remove_unused
from formcheck.records.tables import new_id
from formcheck.remote.consent import TEXTS, Answer, Given, Item

from .examples import ROBIN, Clock, add_sample_set, all_files, all_rows, files_holding

NAME = "Zoë Quixx"
OTHER = Actor("another", "Dr. Other", Role.CLINICIAN)
BROWSER = "b" * 22
PICTURE = b"\xff\xd8 a picture of somebody \xff\xd9"


@pytest.fixture
def records_at(records_settings: RecordsSettings) -> Iterator[tuple[Records, Clock]]:
    """Give records whose time can be moved, and that time."""
    clock = Clock()
    opened = Records(records_settings, clock)
    yield opened, clock
    opened.close()


@dataclass(frozen=True)
class Held:
    person_id: str
    session_id: str
    set_id: str
    seat_id: str
    still_id: str
    code: str

    @property
    def client(self) -> Actor:
        return Actor("client", NAME, Role.CLIENT, self.person_id)


def new_session(records: Records, name: str = NAME) -> tuple[str, str]:
    with records.writing(ROBIN) as work:
        person = add_person(work, PersonDetails(name, None, None, ""))
        return person.id, plan_session(work, person.id).id


def say(records: Records, session_id: str, seat_id: str, item: Item, answer: Answer) -> None:
    with records.writing(SYSTEM) as work:
        keep_consent(work, session_id, Given(seat_id, item, answer, TEXTS[item].sha256), NAME)


def take_still(records: Records, session_id: str, content: bytes = PICTURE) -> str:
    with records.writing(signed_by("Robin")) as work:
        new = NewStill(new_id(), keep_still(records.files, content), 1234.5, 640, 480, "Robin")
        return add_still(work, session_id, new).id


def held(records: Records, name: str = NAME) -> Held:
    """Hold a session in which everything happens that can be kept."""
    person_id, session_id = new_session(records, name)
    with records.writing(ROBIN) as work:
        open_session(work, session_id)
        made, code = invite(work, session_id)
        bind_invitation(work, made.id, BROWSER)
        seat = SeatState(new_id(), "client", name, "one", "waiting", made.id)
        keep_seat(work, session_id, seat)
        keep_seat(work, session_id, SeatState(seat.id, "client", name, "one", "admitted", made.id), "Robin")
    say(records, session_id, seat.id, "still", "yes")
    still_id = take_still(records, session_id)
    set_id = add_sample_set(records, person_id, f"{name} live")
    with records.writing(ROBIN) as work:
        moments = {keep_moment(work, session_id, kind, f"{name} {kind}").id: 2.0 for kind in ("cue", "mark")}
        keep_moment(work, session_id, "set", set_id=set_id)
        note = write_note(work, f"{name} leans.", person_id=person_id, for_client=False)
        attach_to_set(work, session_id, set_id, moments=moments, stills=[still_id], notes=[note.id])
        draw_on_still(work, still_id, [{"kind": "text", "points_px": [[1.0, 2.0]], "text": f"{name}: knee"}])
        end_session(work, session_id, "done")
    return Held(person_id, session_id, set_id, seat.id, still_id, code)


def test_a_code_is_kept_as_its_hash_and_leads_to_one_browser(records: Records) -> None:
    _, session_id = new_session(records)
    with records.writing(ROBIN) as work:
        made, code = invite(work, session_id)
    assert not files_holding(records.settings.home, code)
    with records.writing(SYSTEM) as work:
        found = find_invitation(work, code, BROWSER)
        assert found is not None
        assert (found.invitation.id, found.use, found.session.id) == (made.id, "first", session_id)
        bind_invitation(work, made.id, BROWSER)
    with records.reading(SYSTEM) as work:
        uses = [find_invitation(work, each, browser) for each, browser in ((code, BROWSER), (code, "c" * 22))]
        assert [None if use is None else use.use for use in uses] == ["again", "other-browser"]
        assert find_invitation(work, "x" * 22, BROWSER) is None


def test_revoked_late_and_ended_lead_nowhere(records_at: tuple[Records, Clock]) -> None:
    records, clock = records_at
    _, session_id = new_session(records)
    with records.writing(ROBIN) as work:
        (one, code), (_, other) = invite(work, session_id), invite(work, session_id, "guest", "An interpreter")
        revoke_invitation(work, one.id)
    with records.reading(SYSTEM) as work:
        assert find_invitation(work, code, BROWSER) is None
        assert find_invitation(work, other, BROWSER) is not None
    clock.advance(hours=4)
    with records.reading(SYSTEM) as work:
        assert find_invitation(work, other, BROWSER) is None
    clock.advance(hours=-4)
    with records.writing(ROBIN) as work:
        end_session(work, session_id)
        assert find_invitation(work, other, BROWSER) is None
        with pytest.raises(RecordsError, match="over"):
            invite(work, session_id)


def test_a_planned_session_opens_half_an_hour_before(records_at: tuple[Records, Clock]) -> None:
    records, clock = records_at
    with records.writing(ROBIN) as work:
        person = add_person(work, PersonDetails(NAME, None, None, ""))
        planned = plan_session(work, person.id, work.now + timedelta(days=2))
        _, code = invite(work, planned.id)
        assert find_invitation(work, code, BROWSER) is None
    clock.advance(days=2, minutes=-29)
    with records.reading(SYSTEM) as work:
        assert find_invitation(work, code, BROWSER) is not None


def test_the_room_is_its_owners(records: Records) -> None:
    person_id, session_id = new_session(records)
    client = Actor("client", NAME, Role.CLIENT, person_id)
    stranger = Actor("stranger", "Somebody", Role.CLIENT, "f" * 32)
    for actor, refusal in ((OTHER, NotAllowedError), (client, NotAllowedError), (stranger, NotFoundError)):
        for does in (invite, open_session):
            with records.writing(actor) as work, pytest.raises(refusal):
                does(work, session_id)
    with records.writing(client) as work:
        with pytest.raises(NotAllowedError):
            plan_session(work, person_id)
        with pytest.raises(NotAllowedError):
            invitations_of(work, session_id)
        with pytest.raises(NotAllowedError):
            list_sessions(work)
        assert [row.id for row in list_sessions(work, person_id)] == [session_id]
        with pytest.raises(NotFoundError):
            list_sessions(work, "f" * 32)


def test_no_still_without_a_yes_that_stands(records: Records) -> None:
    person_id, session_id = new_session(records)
    del person_id
    with records.writing(ROBIN) as work:
        made, _ = invite(work, session_id)
        seat = keep_seat(work, session_id, SeatState(new_id(), "client", NAME, "one", "admitted", made.id), "Robin")
        guest = keep_seat(work, session_id, SeatState(new_id(), "guest", "A guest", "one", "admitted", None), "Robin")
    before = all_files(records)
    for whose, answer in ((seat.id, None), (guest.id, "yes"), (seat.id, "no"), (seat.id, "withdrawn")):
        if answer is not None:
            say(records, session_id, whose, "still", answer)  # type: ignore[arg-type]
        with pytest.raises(NotAllowedError):
            take_still(records, session_id)
    remove_unused(records)
    assert all_files(records) == before == {}
    say(records, session_id, seat.id, "still", "yes")
    take_still(records, session_id)
    assert list(all_files(records).values()) == [PICTURE]


def test_a_client_sees_what_is_theirs(records: Records) -> None:
    session = held(records)
    with records.reading(session.client) as work:
        told = session_of_set(work, session.set_id)
        assert told is not None
        assert sorted(moment.kind for moment in told.moments) == ["cue", "set"]
        assert list(told.stills) == []
        assert list(notes_of_set(work, session.set_id)) == []
        with pytest.raises(NotFoundError):
            get_still(work, session.still_id)
    with records.writing(ROBIN) as work:
        share_still(work, session.still_id, shared=True)
        told = session_of_set(work, session.set_id)
        assert told is not None
        assert sorted(moment.kind for moment in told.moments) == ["cue", "mark", "set"]
        assert [seat.name for seat in told.attended] == [NAME]
    with records.reading(session.client) as work:
        assert get_still(work, session.still_id).drawings[0]["text"] == f"{NAME}: knee"
    with records.reading(Actor("c", "Other", Role.CLIENT, "f" * 32)) as work, pytest.raises(NotFoundError):
        get_still(work, session.still_id)


def test_a_set_that_is_anothers_takes_nothing_of_the_session_along(records: Records) -> None:
    session = held(records)
    with records.writing(ROBIN) as work:
        other = add_person(work, PersonDetails("Somebody else", None, None, ""))
        give_to(work, session.set_id, other.id)
    with records.reading(Actor("c", "Other", Role.CLIENT, other.id)) as work:
        assert session_of_set(work, session.set_id) is None


def test_erasing_the_person_erases_all(records: Records) -> None:
    session = held(records)
    other = held(records, "Somebody else")
    with records.writing(ROBIN) as work:
        share_still(work, session.still_id, shared=True)
    erase_person(records, ROBIN, other.person_id)
    assert list(stills(records, session)) == [session.still_id]
    assert check(records).problems == ()
    erase_person(records, ROBIN, session.person_id)
    rows = all_rows(records)
    assert {row["action"] for row in rows.pop("audit_entry")} == {"person.erased"}
    assert all(table == [] for table in rows.values())
    assert all_files(records) == {}
    records.close()
    for each in (NAME, session.session_id, session.seat_id, session.still_id, "a picture of somebody"):
        assert files_holding(records.settings.home, each) == []


def stills(records: Records, session: Held) -> list[str]:
    with records.reading(ROBIN) as work:
        return [row.id for row in stills_of(work, session.session_id)]


def test_a_backup_holds_them(records: Records, other_settings: RecordsSettings, tmp_path: Path) -> None:
    held(records)
    back_up(records, ROBIN, tmp_path / "backup.zip")
    rows, files = all_rows(records), all_files(records)
    restore(other_settings, tmp_path / "backup.zip")
    others = Records(other_settings)
    try:
        arrived = all_rows(others)
        assert all(arrived[table] == rows[table] for table in rows if table.startswith("remote_"))
        assert all_files(others) == files
        assert check(others).problems == ()
    finally:
        others.close()


def test_the_records_are_whole_and_a_deleted_still_goes(records: Records) -> None:
    session = held(records)
    assert check(records).problems == check(records).needless == ()
    with records.writing(ROBIN) as work:
        delete_still(work, session.still_id)
    assert remove_unused(records) == 1
    assert PICTURE not in all_files(records).values()


def test_sessions_go_when_sets_do(records_at: tuple[Records, Clock]) -> None:
    records, clock = records_at
    session = held(records)
    clock.advance(days=31)
    young = held(records, "Somebody else")
    retained = apply_retention(records, RetentionSettings(keep_sets_days=30))
    assert (retained.sets, retained.sessions) == (1, 1)
    with records.reading(ROBIN) as work:
        assert get_session(work, young.session_id).id == young.session_id
        with pytest.raises(NotFoundError):
            get_session(work, session.session_id)
        assert [seat.session_id for seat in seats_of(work, young.session_id)] == [young.session_id]


def test_the_log_has_facts_and_no_names(records: Records) -> None:
    session = held(records)
    with records.reading(ROBIN) as work:
        entries = [each for each in audit_log(work, person_id=session.person_id) if each.action.startswith("remote.")]
        said = " ".join(str(each.details) for each in entries)
    assert {each.action for each in entries} >= {
        "remote.planned",
        "remote.opened",
        "remote.invited",
        "remote.invitation_used",
        "remote.knocked",
        "remote.admitted",
        "remote.consent",
        "remote.still",
        "remote.ended",
    }
    assert NAME not in said
    assert session.code not in said
