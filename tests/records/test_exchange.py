"""Layer: people carried from one installation to another, on each kind of database."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from formcheck.exercises.plan import Plan
from formcheck.pose.landmarks import Side
from formcheck.records.access import Actor, NotAllowedError, NotFoundError, RecordsError, Role
from formcheck.records.archive import back_up
from formcheck.records.archive_file import ArchiveReader, ArchiveWriter
from formcheck.records.exchange import export_people, import_people
from formcheck.records.integrity import Integrity, check
from formcheck.records.people import PersonDetails, change_person
from formcheck.records.plans import prescribe
from formcheck.records.records import Records
from formcheck.records.reviewing import reviewed_set
from formcheck.records.settings import RecordsSettings
from formcheck.session.request import SetRequest

from .examples import ROBIN, add_example, add_sample_set, all_files, all_rows

_OF_PEOPLE = (
    "person",
    "plan",
    "file",
    "correction",
    "annotation",
    "soap_note",
    "note",
    "suggestion_answer",
    "consent",
    "remote_moment",
    "remote_still",
    "remote_recording",
)


@pytest.fixture
def others(other_settings: RecordsSettings) -> Iterator[Records]:
    """Give the records of another installation."""
    opened = Records(other_settings)
    yield opened
    opened.close()


def test_a_person_arrives_with_everything(records: Records, others: Records, tmp_path: Path) -> None:
    example = add_example(records)
    rows, files = all_rows(records), all_files(records)
    export_people(records, ROBIN, tmp_path / "people.zip", [example.person_id])
    told = import_people(others, ROBIN, tmp_path / "people.zip")
    arrived = all_rows(others)
    for row in (*rows["file"], *arrived["file"]):
        del row["created_at"]  # when it came here
    assert all(arrived[table] == rows[table] for table in _OF_PEOPLE)
    assert arrived["exercise_set"] == [{**row, "origin": "import"} for row in rows["exercise_set"]]
    assert all_files(others) == files
    assert arrived["account"] == arrived["upload"] == []
    actions = [row["action"] for row in arrived["audit_entry"]]
    assert actions[:-1] == [row["action"] for row in rows["audit_entry"] if row["action"] != "records.people"]
    assert actions[-1] == "person.imported"
    assert told.added["exercise_set"] == 1
    assert not told.known
    assert check(others).problems == ()
    with others.reading(ROBIN) as work:
        assert len(reviewed_set(work, example.set_id).corrections) == 1


def test_others_stay_behind(records: Records, others: Records, tmp_path: Path) -> None:
    example = add_example(records)
    add_example(records, "Somebody else")
    add_sample_set(records, None, "nobody's.mp4", b"nobody's")
    export_people(records, ROBIN, tmp_path / "people.zip", [example.person_id])
    with zipfile.ZipFile(tmp_path / "people.zip") as packed:
        assert not any(b"Somebody else" in packed.read(each) for each in packed.namelist())
    import_people(others, ROBIN, tmp_path / "people.zip")
    assert [row["name"] for row in all_rows(others)["person"]] == ["Zoë Quixx"]
    assert b"nobody's" not in all_files(others).values()


def test_everybody_can_be_carried_at_once(records: Records, others: Records, tmp_path: Path) -> None:
    add_example(records)
    add_example(records, "Somebody else")
    add_sample_set(records, None, "nobody's.mp4")
    export_people(records, ROBIN, tmp_path / "people.zip")
    import_people(others, ROBIN, tmp_path / "people.zip")
    assert {row["name"] for row in all_rows(others)["person"]} == {"Zoë Quixx", "Somebody else"}
    assert len(all_rows(others)["exercise_set"]) == 2


def test_who_is_imported_twice_is_recognised(records: Records, others: Records, tmp_path: Path) -> None:
    example = add_example(records)
    export_people(records, ROBIN, tmp_path / "people.zip", [example.person_id])
    import_people(others, ROBIN, tmp_path / "people.zip")
    before, files = all_rows(others), all_files(others)
    told = import_people(others, ROBIN, tmp_path / "people.zip")
    after = all_rows(others)
    assert after.pop("audit_entry")[:-1] == before.pop("audit_entry")
    assert after == before
    assert all_files(others) == files
    assert not told.added
    assert told.known["exercise_set"] == 1
    assert not told.differing


def test_what_is_new_comes_in_and_what_differs_is_counted(records: Records, others: Records, tmp_path: Path) -> None:
    example = add_example(records)
    export_people(records, ROBIN, tmp_path / "people.zip", [example.person_id])
    import_people(others, ROBIN, tmp_path / "people.zip")
    with others.writing(ROBIN) as work:
        change_person(work, example.person_id, PersonDetails("Zoë, as she is called here"))
    new = add_sample_set(records, example.person_id, "later.mp4", b"later")
    export_people(records, ROBIN, tmp_path / "people.zip", [example.person_id])
    told = import_people(others, ROBIN, tmp_path / "people.zip")
    assert told.added["exercise_set"] == 1
    assert told.differing == {"person": 1}
    rows = all_rows(others)
    assert {row["id"] for row in rows["exercise_set"]} == {example.set_id, new}
    assert [row["name"] for row in rows["person"]] == ["Zoë, as she is called here"]


def test_a_plan_that_is_in_force_here_stays_in_force(records: Records, others: Records, tmp_path: Path) -> None:
    example = add_example(records)
    export_people(records, ROBIN, tmp_path / "people.zip", [example.person_id])
    import_people(others, ROBIN, tmp_path / "people.zip")
    for where, reps in ((records, 5), (others, 7)):
        with where.writing(ROBIN) as work:
            prescribe(work, example.person_id, SetRequest("wall-squat", plan=Plan(reps=reps)))
            prescribe(work, example.person_id, SetRequest("step-down", Side.LEFT if reps == 5 else Side.RIGHT))
    export_people(records, ROBIN, tmp_path / "people.zip", [example.person_id])
    assert import_people(others, ROBIN, tmp_path / "people.zip").added["plan"] == 2
    in_force = [row for row in all_rows(others)["plan"] if row["until_at"] is None]
    kept = sorted((row["exercise"], row["leg"] or "", row["reps"]) for row in in_force)
    assert kept == [("step-down", "left", None), ("step-down", "right", None), ("wall-squat", "", 7)]


def test_a_missing_video_stays_behind_and_missing_landmarks_keep_their_set_out(
    records: Records, others: Records, tmp_path: Path
) -> None:
    example = add_example(records)
    other = add_sample_set(records, example.person_id, "later.mp4")
    [row] = [row for row in all_rows(records)["exercise_set"] if row["id"] == other]
    records.files.path(row["track_sha256"], ".parquet").unlink()
    next(path for _, _, path in records.files if path.read_bytes() == example.video).unlink()
    export_people(records, ROBIN, tmp_path / "people.zip")
    told = import_people(others, ROBIN, tmp_path / "people.zip")
    assert told.without_landmarks == [other]
    [arrived] = all_rows(others)["exercise_set"]
    assert arrived["id"] == example.set_id
    assert arrived["video_sha256"] is None
    assert arrived["proxy_sha256"] is not None
    assert check(others).problems == ()


def test_a_client_carries_nobody(records: Records, tmp_path: Path) -> None:
    example = add_example(records)
    client = Actor("c", "Client", Role.CLIENT, example.person_id)
    with pytest.raises(NotAllowedError):
        export_people(records, client, tmp_path / "people.zip", [example.person_id])
    with pytest.raises(NotAllowedError):
        import_people(records, client, tmp_path / "people.zip")


def test_who_is_not_there_cannot_be_exported(records: Records, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        export_people(records, ROBIN, tmp_path / "people.zip", ["0" * 32])
    with pytest.raises(RecordsError, match="nobody"):
        export_people(records, ROBIN, tmp_path / "people.zip")
    assert list(tmp_path.glob("*.zip")) == []


def test_a_backup_is_not_imported(records: Records, tmp_path: Path) -> None:
    back_up(records, ROBIN, tmp_path / "backup.zip")
    with pytest.raises(RecordsError, match="backup of everything"):
        import_people(records, ROBIN, tmp_path / "backup.zip")


# The rest is about archives, not about databases.

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def one_person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an archive with one person, to be copied."""
    folder = tmp_path_factory.mktemp("one-person")
    records = Records(RecordsSettings(home=folder / "from", database_url=None))
    export_people(records, ROBIN, folder / "people.zip", [add_example(records).person_id])
    records.close()
    return folder / "people.zip"


@pytest.fixture
def people(one_person: Path, tmp_path: Path) -> Path:
    """Give an archive with one person."""
    return Path(shutil.copy(one_person, tmp_path))


def _forged(people: Path, change: Callable[[dict[str, Rows]], None]) -> Path:
    """Write an archive anew with other rows, all hashes right."""
    forged = people.with_name("forged.zip")
    with ArchiveReader(people) as archive, zipfile.ZipFile(forged, "w") as packed:
        rows = {each.name: list(archive.rows(each)) for each in archive.manifest.tables}
        change(rows)
        writer = ArchiveWriter(packed)
        for name, changed in rows.items():
            writer.rows(name, changed)
        for file in archive.manifest.files:
            passing = people.with_name("passing")
            archive.copy(file, passing)
            writer.file(file, passing)
        from datetime import UTC, datetime

        writer.manifest(archive.manifest.kind, datetime.now(UTC), archive.manifest.revision)
    return forged


def _set(table: str, **values: Any) -> Callable[[dict[str, Rows]], None]:
    def change(rows: dict[str, Rows]) -> None:
        for row in rows[table]:
            row.update(values)

    return change


def _empty_assessment(rows: dict[str, Rows]) -> None:
    rows["exercise_set"][0]["automatic"] = {"schema": "formcheck.assessment/1"}


def _unknown_rep(rows: dict[str, Rows]) -> None:
    rows["correction"][0]["body"] = {"kind": "make-it-better"}


def _another_persons_entry(rows: dict[str, Rows]) -> None:
    rows["audit_entry"][0]["person_id"] = "0" * 32


def _an_account(rows: dict[str, Rows]) -> None:
    rows["account"] = []


def _a_track_that_is_none(rows: dict[str, Rows]) -> None:
    [row] = rows["exercise_set"]
    row["track_sha256"] = row["video_sha256"]


def _a_recording_that_is_no_video(rows: dict[str, Rows]) -> None:
    rows["remote_recording"][0]["sha256"] = rows["exercise_set"][0]["track_sha256"]


def _a_still_that_is_no_picture(rows: dict[str, Rows]) -> None:
    rows["remote_still"][0]["sha256"] = rows["exercise_set"][0]["track_sha256"]


def _a_rep_that_ends_next_year(rows: dict[str, Rows]) -> None:
    rows["exercise_set"][0]["automatic"]["reps"][0]["end_s"] = 3e7


def _targets_that_are_words(rows: dict[str, Rows]) -> None:
    rows["exercise_set"][0]["measured_as"]["plan"]["reps"] = "many"


_MOMENTS = (
    ("plan", "from_at"),
    ("plan", "until_at"),
    ("file", "created_at"),
    ("exercise_set", "done_at"),
    ("correction", "made_at"),
    ("note", "written_at"),
    ("consent", "at"),
    ("remote_still", "taken_at"),
    ("audit_entry", "at"),
)
_NO_MOMENTS = (
    "9999-12-31T23:59:59+00:00",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "1899-12-31T00:00:00+00:00",
    "2199-01-01T00:00:00+00:00",
)


@pytest.mark.parametrize(
    "change",
    [
        _set("person", name="  two  spaces "),
        _set("person", name="x" * 201),
        _set("person", name="zero\0byte"),
        _set("person", birth_year=3000),
        _set("person", birth_year="1990"),
        _set("person", symptom_side="up"),
        _set("person", created_at="yesterday"),
        _set("person", created_at="2026-01-01T00:00:00"),
        _set("person", is_admin=True),
        _set("plan", exercise="handstand"),
        _set("plan", leg="third"),
        _set("plan", reps=100_000),
        _set("plan", target_depth_deg=float("nan")),
        _set("exercise_set", person_id=None),
        _set("exercise_set", person_id="0" * 32),
        _set("exercise_set", track_sha256="0" * 64),
        _set("exercise_set", origin="the moon"),
        _set("exercise_set", pain_during=11),
        _set("exercise_set", measured_as={}),
        _set("exercise_set", summary={}),
        _set("exercise_set", source_sha256="0" * 64),
        _set("exercise_set", exercise="squat"),
        _set("exercise_set", version=0),
        _set("exercise_set", remarks={"not": "a list"}),
        _set("correction", set_id="0" * 32),
        _set("correction", body=[]),
        _set("annotation", body="text"),
        _set("annotation", id="%"),
        _set("correction", id="../x"),
        _set("note", text=""),
        _set("note", text="x" * 20_001),
        _set("note", person_id=None),
        _set("note_version", text=""),
        _set("note_version", number=0),
        _set("note_version", id="../x"),
        _set("note_version", note_id="0" * 32),
        _set("suggestion_answer", suggestion=7),
        _set("file", suffix="/../x"),
        _set("audit_entry", details=[]),
        _empty_assessment,
        _unknown_rep,
        _another_persons_entry,
        _an_account,
        _a_track_that_is_none,
        *(_set("person", created_at=moment) for moment in _NO_MOMENTS),
        *(_set(table, **{column: _NO_MOMENTS[0]}) for table, column in _MOMENTS),
        _set("exercise_set", version=2**40),
        _set("plan", reps=2**70),
        _set("annotation", t_s=-1.0),
        _set("annotation", t_s=1e300),
        _set("annotation", body={"kind": "line", "x_px": 1e9}),
        _set("annotation", body={"kind": "text", "text": "half of a pair: \ud800"}),
        _set("suggestion_answer", suggestion={"evidence": [{"value": -(2.0**60)}]}),
        _set("audit_entry", details={"value": float("inf")}),
        _a_rep_that_ends_next_year,
        _targets_that_are_words,
        _set("soap_note", id="../x"),
        _set("soap_note", number=0),
        _set("soap_note", plan="x" * 10_001),
        _set("consent", answer="maybe"),
        _set("consent", person_id="0" * 32),
        _set("remote_session", id="%"),
        _set("remote_seat", session_id="0" * 32),
        _set("remote_consent", answer="maybe"),
        _set("remote_moment", kind="surprise"),
        _set("remote_moment", t_s=-1.0),
        _set("remote_still", width=640),
        _set("remote_still", drawings=[{"kind": "line"}]),
        _set("remote_still", drawings=[{"kind": "line", "text": "", "points_px": [[1.0, "2"]]}]),
        _set("remote_still", drawings="none"),
        _a_still_that_is_no_picture,
        _set("remote_recording", duration_s=-1.0),
        _set("remote_recording", duration_s=1e9),
        _set("remote_recording", sha256=None),
        _a_recording_that_is_no_video,
    ],
)
def test_what_formcheck_would_not_have_written_is_refused(
    people: Path, tmp_path: Path, change: Callable[[dict[str, Rows]], None]
) -> None:
    records = Records(RecordsSettings(home=tmp_path / "to", database_url=None))
    with pytest.raises(RecordsError, match="damaged") as refused:
        import_people(records, ROBIN, _forged(people, change))
    assert "\n" not in str(refused.value)
    assert all(rows == [] for rows in all_rows(records).values())
    assert check(records) == Integrity(people=0, sets=0, files=0, size=0, problems=())
    assert all_files(records) == {}
    records.close()


def test_an_archive_with_other_rows_but_right_hashes_is_taken(people: Path, tmp_path: Path) -> None:
    records = Records(RecordsSettings(home=tmp_path / "to", database_url=None))
    import_people(records, ROBIN, _forged(people, _set("person", name="Zoë")))
    assert json.dumps([row["name"] for row in all_rows(records)["person"]], ensure_ascii=False) == '["Zoë"]'
    records.close()
