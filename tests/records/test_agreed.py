"""Layer: what is kept of somebody who refused it or took their consent back, at each way by which it would come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from formcheck.programme.course import How
from formcheck.records.agreed import GUARDED, RECORDS, STILL, UNGUARDED, VIDEO, ConsentError, refusal, refusals
from formcheck.records.consents import answer_consent, consents_of_person, withdraw
from formcheck.records.exchange import export_people, import_people
from formcheck.records.files import KeptFile
from formcheck.records.notes import delete_note, write_note
from formcheck.records.outcomes import answer
from formcheck.records.programmes import NewDone, keep_done
from formcheck.records.records import Records, Work
from formcheck.records.remote_sessions import (
    keep_moment,
    open_session,
    plan_session,
)
from formcheck.records.reviewing import annotate
from formcheck.records.sets import LIVE, delete_set, drop_video, give_to, give_video, keep_video, say_pain, set_date
from formcheck.records.settings import RecordsSettings
from formcheck.records.soap import write_soap
from formcheck.records.tables import ExerciseSet, Note, Person, RemoteStill, StoredTest, Table
from formcheck.report.soap import SoapText

from .examples import add_example
from .kept import CLINICIAN, DONE_AT, OWNER, add_somebody, keep_set


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    made = Records(RecordsSettings(home=tmp_path / "home"))
    yield made
    made.close()


def _take_back(records: Records, person_id: str, item: str) -> None:
    with records.writing(CLINICIAN) as work:
        answer_consent(work, person_id, item, "yes")
    with records.writing(CLINICIAN) as work:
        withdraw(work, person_id, consents_of_person(work, person_id)[0].id)


def _answer(records: Records, person_id: str, item: str, answer: str) -> None:
    with records.writing(CLINICIAN) as work:
        answer_consent(work, person_id, item, answer)  # type: ignore[arg-type]


def _video(records: Records, tmp_path: Path) -> KeptFile:
    path = tmp_path / "set.mp4"
    path.write_bytes(b"pictures")
    return keep_video(records.files, path, ".mp4", leave=True)


def test_who_was_not_asked_or_agreed_refuses_nothing(records: Records, tmp_path: Path) -> None:
    ann = add_somebody(records)
    assert keep_set(records, ann.id, video=_video(records, tmp_path)).video_sha256 is not None
    _answer(records, ann.id, VIDEO, "no")
    _answer(records, ann.id, VIDEO, "yes")
    kept = keep_set(records, ann.id, video=_video(records, tmp_path))
    assert kept.video_sha256 is not None
    assert kept.remarks == []


@pytest.mark.parametrize("refuses", ["took it back", "said no"])
def test_no_new_video_is_kept_and_the_set_says_why(records: Records, tmp_path: Path, refuses: str) -> None:
    ann, beth = add_somebody(records), add_somebody(records, "Beth")
    if refuses == "took it back":
        _take_back(records, ann.id, VIDEO)
    else:
        _answer(records, ann.id, VIDEO, "no")
    kept = keep_set(records, ann.id, video=_video(records, tmp_path))
    assert (kept.video_sha256, kept.proxy_sha256) == (None, None)
    word = "taken back" if refuses == "took it back" else "refused"
    assert kept.remarks == [f"The video was not kept: consent to keeping videos was {word}."]
    assert keep_set(records, beth.id, video=_video(records, tmp_path)).video_sha256 is not None


def test_a_set_with_a_video_is_not_given_to_who_refuses_videos(records: Records, tmp_path: Path) -> None:
    ann = add_somebody(records)
    row = keep_set(records, video=_video(records, tmp_path))
    bare = keep_set(records)
    _take_back(records, ann.id, VIDEO)
    with pytest.raises(ConsentError, match="was taken back") as refused, records.writing(CLINICIAN) as work:
        give_to(work, row.id, ann.id)
    assert "Delete the video" in refused.value.remedy
    with records.writing(CLINICIAN) as work:
        assert give_to(work, bare.id, ann.id).person_id == ann.id


def test_a_video_that_a_browser_kept_is_refused(records: Records, tmp_path: Path) -> None:
    ann = add_somebody(records)
    row = keep_set(records, ann.id, origin=LIVE)
    _take_back(records, ann.id, VIDEO)
    file = _video(records, tmp_path)
    with pytest.raises(ConsentError, match="the video cannot be kept"), records.writing(CLINICIAN) as work:
        give_video(work, row.id, file, replace(file))


def test_no_new_set_is_kept_of_who_takes_everything_back(records: Records) -> None:
    ann = add_somebody(records)
    nobodys = keep_set(records)
    _take_back(records, ann.id, RECORDS)
    with pytest.raises(ConsentError, match="no new set can be kept"):
        keep_set(records, ann.id)
    with pytest.raises(ConsentError, match="no new set can be kept"), records.writing(CLINICIAN) as work:
        give_to(work, nobodys.id, ann.id)


def test_refusals_are_each_persons_last_answers(records: Records) -> None:
    ann, beth, cleo = (add_somebody(records, name) for name in ("Ann", "Beth", "Cleo"))
    _take_back(records, ann.id, VIDEO)
    _answer(records, beth.id, VIDEO, "yes")
    with records.reading(CLINICIAN) as work:
        assert set(refusals(work, VIDEO)) == {ann.id}
        assert refusal(work, cleo.id, VIDEO) is None
        assert refusal(work, None, VIDEO) is None
        assert refusal(work, ann.id, RECORDS) is None


def test_every_table_of_a_persons_is_guarded_or_says_why_not() -> None:
    theirs: set[type[Table]] = {Person}
    models = {each.class_ for each in Table.registry.mappers}
    grown = True
    while grown:
        tables = {each.__tablename__ for each in theirs}
        more = {
            model
            for model in models - theirs
            if any(key.column.table.name in tables for key in model.__table__.foreign_keys)
            or "person_id" in model.__table__.columns
        }
        theirs |= more
        grown = bool(more)
    assert theirs == set(GUARDED) | set(UNGUARDED)
    assert not set(GUARDED) & set(UNGUARDED)
    assert all(UNGUARDED.values())
    for model, guards in GUARDED.items():
        assert all(set(each.values) <= set(model.__table__.columns.keys()) for each in guards), model


def _write(what: str, work: Work, person_id: str, set_id: str, session_id: str) -> object:
    match what:
        case "pain":
            return say_pain(work, set_id, {"pain_after": 3})
        case "swelling":
            return say_pain(work, set_id, {}, swelling=False)
        case "note on a person":
            return write_note(work, "Said", person_id=person_id, for_client=False)
        case "note on a set":
            return write_note(work, "Said", set_id=set_id, for_client=False)
        case "soap":
            return write_soap(work, set_id, SoapText("Said", "", "", ""), 0)
        case "drawing":
            return annotate(work, set_id, 1.0, {"kind": "line"})
        case "done":
            return keep_done(work, person_id, NewDone("heel-raise", None, 1, How.TOLD, (10,)))
        case "questionnaire":
            return answer(work, person_id, "pain", {"usual": 3, "worst": 6})
        case "test":
            work.session.add(
                StoredTest(
                    set_id=set_id,
                    test="any",
                    version="1",
                    same_place=True,
                    same_clothes=True,
                    recorded_by="x",
                    recorded_at=work.now,
                )
            )
            return None
        case "mark":
            return keep_moment(work, session_id, "pain", "Said")
    raise AssertionError(what)


_WAYS = (
    "pain",
    "swelling",
    "note on a person",
    "note on a set",
    "soap",
    "drawing",
    "done",
    "questionnaire",
    "test",
    "mark",
)


@pytest.mark.parametrize("what", _WAYS)
def test_nothing_is_said_of_who_takes_everything_back(records: Records, what: str) -> None:
    ann, beth = add_somebody(records), add_somebody(records, "Beth")
    for person in (ann, beth):
        set_id = keep_set(records, person.id).id
        with records.writing(CLINICIAN) as work:
            session_id = plan_session(work, person.id).id
            open_session(work, session_id)
        if person is ann:
            _take_back(records, ann.id, RECORDS)
            with (
                pytest.raises(ConsentError, match="what is measured was taken back"),
                records.writing(CLINICIAN) as work,
            ):
                _write(what, work, person.id, set_id, session_id)
        else:
            with records.writing(CLINICIAN) as work:
                _write(what, work, person.id, set_id, session_id)


def test_what_is_kept_may_be_put_right_and_deleted_after_all(records: Records, tmp_path: Path) -> None:
    ann = add_somebody(records)
    row = keep_set(records, ann.id, video=_video(records, tmp_path))
    with records.writing(CLINICIAN) as work:
        note = write_note(work, "Said", set_id=row.id, for_client=False)
        session_id = plan_session(work, ann.id).id
        open_session(work, session_id)
    _take_back(records, ann.id, RECORDS)
    _take_back(records, ann.id, VIDEO)
    with records.writing(CLINICIAN) as work:
        set_date(work, row.id, DONE_AT - timedelta(days=1))
        keep_moment(work, session_id, "stop")  # nothing keeps a set from being stopped
        drop_video(work, row.id)
        delete_note(work, note.id)
        delete_set(work, row.id)


def test_an_archive_brings_no_still_pictures_that_were_taken_back(records: Records, tmp_path: Path) -> None:
    example = add_example(records)
    with records.writing(CLINICIAN) as work:
        for each in consents_of_person(work, example.person_id):
            if each.item == STILL and each.counts and each.answer == "yes":
                withdraw(work, example.person_id, each.id)
        assert work.session.query(RemoteStill).count() > 0
    export_people(records, OWNER, tmp_path / "person.zip", [example.person_id])
    others = Records(RecordsSettings(home=tmp_path / "others"))
    told = import_people(others, OWNER, tmp_path / "person.zip")
    assert (told.refused["remote_still"], told.added["remote_still"]) == (1, 0)
    others.close()


def test_an_archive_brings_nothing_that_is_refused_here(records: Records, tmp_path: Path) -> None:
    ann = add_somebody(records)
    others = Records(RecordsSettings(home=tmp_path / "others"))
    export_people(records, OWNER, tmp_path / "person.zip", [ann.id])
    import_people(others, OWNER, tmp_path / "person.zip")
    first = keep_set(records, ann.id, video=_video(records, tmp_path))
    with records.writing(CLINICIAN) as work:
        write_note(work, "Said", person_id=ann.id, for_client=False)
    export_people(records, OWNER, tmp_path / "more.zip", [ann.id])
    _take_back(others, ann.id, VIDEO)
    _answer(others, ann.id, RECORDS, "no")
    told = import_people(others, OWNER, tmp_path / "more.zip")
    assert (told.refused["exercise_set"], told.refused["note"]) == (1, 1)
    with others.reading(CLINICIAN) as work:
        assert work.session.get(ExerciseSet, first.id) is None
        assert work.session.query(Note).count() == 0
    _answer(others, ann.id, RECORDS, "yes")
    again = import_people(others, OWNER, tmp_path / "more.zip")
    assert (again.without_video, again.refused.total()) == ([first.id], 0)
    with others.reading(CLINICIAN) as work:
        arrived = work.session.get(ExerciseSet, first.id)
        assert arrived is not None
        assert (arrived.video_sha256, arrived.proxy_sha256) == (None, None)
        assert arrived.remarks == ["The video was not kept: consent to keeping videos was taken back."]
    others.close()


def test_an_archive_in_which_everything_was_taken_back_brings_the_answer_alone(
    records: Records, tmp_path: Path
) -> None:
    ann = add_somebody(records)
    keep_set(records, ann.id)
    _take_back(records, ann.id, RECORDS)
    export_people(records, OWNER, tmp_path / "person.zip", [ann.id])
    others = Records(RecordsSettings(home=tmp_path / "others"))
    told = import_people(others, OWNER, tmp_path / "person.zip")
    assert (told.added["person"], told.added["consent"], told.added["exercise_set"]) == (1, 2, 0)
    assert told.refused["exercise_set"] == 1
    others.close()
