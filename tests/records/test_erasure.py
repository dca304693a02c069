"""Layer: one person erased from the records, on each kind of database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from formcheck.records import erasure
from formcheck.records.access import Actor, NotAllowedError, NotFoundError, RecordsError, Role
from formcheck.records.erasure import ERASED, erase_person, finish_erasures
from formcheck.records.integrity import check
from formcheck.records.notes import write_note
from formcheck.records.records import Records
from formcheck.records.sets import give_to
from formcheck.records.tables import Account, Upload

from .examples import ROBIN, Example, add_example, add_sample_set, all_files, all_rows, files_holding

NAME = "Zoë Quixx"


def _ids_of(records: Records) -> set[str]:
    """Return every id in the database, but for files and accounts that belong to nobody."""
    rows = all_rows(records)
    del rows["file"]
    return {str(row["id"]) for table in rows.values() for row in table}


def test_nothing_of_the_person_is_left_anywhere(records: Records) -> None:
    example = add_example(records, NAME)
    ids = _ids_of(records)
    (records.files.incoming / f"{example.upload_id}.mp4").write_bytes(f"half of {NAME}".encode())
    assert files_holding(records.settings.home, NAME)
    erase_person(records, ROBIN, example.person_id)
    rows = all_rows(records)
    [entry] = rows.pop("audit_entry")
    assert all(table == [] for table in rows.values())
    assert all_files(records) == {}
    assert list(records.files.incoming.iterdir()) == []
    records.close()
    assert files_holding(records.settings.home, NAME) == []
    words = {each for each in ids if len(each) == 32}
    assert not any(files_holding(records.settings.home, each) for each in words)
    assert (entry["action"], entry["actor"], entry["details"]) == (ERASED, "Robin", {})
    assert entry["person_id"] is None
    assert entry["subject_id"] is None


def test_others_keep_everything(records: Records) -> None:
    other = add_example(records, "Somebody else")
    before, files = all_rows(records), all_files(records)
    erase_person(records, ROBIN, add_example(records, NAME).person_id)
    after = all_rows(records)
    after["audit_entry"] = [row for row in after["audit_entry"] if row["action"] != ERASED]
    assert after == before
    assert all_files(records) == files
    assert other.person_id in {row["id"] for row in after["person"]}


def test_a_file_that_another_needs_stays(records: Records) -> None:
    example = add_example(records, NAME, video=b"both of them")
    other = add_example(records, "Somebody else", video=b"both of them")
    erase_person(records, ROBIN, example.person_id)
    assert b"both of them" in all_files(records).values()
    assert check(records).problems == ()
    assert [row["id"] for row in all_rows(records)["exercise_set"]] == [other.set_id]


def test_the_same_video_that_belongs_to_nobody_goes_too(records: Records) -> None:
    example = add_example(records, NAME)
    add_sample_set(records, None, f"{NAME}.mp4", example.video)
    elsewhere = add_sample_set(records, None, "another.mp4")
    erase_person(records, ROBIN, example.person_id)
    assert [row["id"] for row in all_rows(records)["exercise_set"]] == [elsewhere]


def test_what_others_entries_say_of_the_person_goes(records: Records) -> None:
    example, other = add_example(records, NAME), add_example(records, "Somebody else")
    with records.writing(ROBIN) as work:
        give_to(work, example.set_id, other.person_id)
    erase_person(records, ROBIN, example.person_id)
    [given] = [row for row in all_rows(records)["audit_entry"] if row["action"] == "set.given"]
    assert given["details"] == {"before": None}
    assert given["person_id"] == other.person_id


def test_what_a_client_did_themselves_goes(records: Records) -> None:
    example = add_example(records, NAME)
    [account] = all_rows(records)["account"]
    client = Actor(account["id"], NAME, Role.CLIENT, example.person_id)
    with records.writing(client) as work:
        work.log("logged.in", subject=None, person=None)
        upload = Upload(
            state="receiving",
            name="new.mp4",
            size=10,
            wishes={},
            created_by=NAME,
            created_by_id=account["id"],
            created_at=work.now,
            updated_at=work.now,
        )
        work.session.add(upload)
    erase_person(records, ROBIN, example.person_id)
    rows = all_rows(records)
    assert rows["upload"] == rows["account"] == []
    assert [row["action"] for row in rows["audit_entry"]] == [ERASED]


def test_a_guess_that_it_is_theirs_goes(records: Records) -> None:
    example = add_example(records, NAME)
    other = add_example(records, "Somebody else")
    with records.writing(ROBIN) as work:
        upload = work.session.get(Upload, other.upload_id)
        assert upload is not None
        upload.guesses = {
            "person_id": {"value": example.person_id, "reason": f"the file is called {NAME}"},
            "exercise": {"value": "wall-squat", "reason": "it looks like it"},
        }
    erase_person(records, ROBIN, example.person_id)
    [row] = all_rows(records)["upload"]
    assert set(row["guesses"]) == {"exercise"}


def test_nobody_is_erased_twice(records: Records) -> None:
    example = add_example(records, NAME)
    erase_person(records, ROBIN, example.person_id)
    with pytest.raises(NotFoundError):
        erase_person(records, ROBIN, example.person_id)


def test_a_client_may_not_even_erase_themselves(records: Records) -> None:
    example = add_example(records, NAME)
    before = all_rows(records)
    with pytest.raises(NotAllowedError):
        erase_person(records, Actor("c", NAME, Role.CLIENT, example.person_id), example.person_id)
    assert all_rows(records) == before


def _interrupted(records: Records, example: Example, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    class Gone(BaseException):
        """Stands for the end of the process."""

    def end(*_: object) -> None:
        raise Gone

    with monkeypatch.context() as patched:
        patched.setattr(erasure, step, end)
        with pytest.raises(Gone):
            erase_person(records, ROBIN, example.person_id)


@pytest.mark.parametrize("step", ["remove_incoming", "sweep", "scrub"])
def test_what_was_cut_short_is_finished_later(records: Records, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    example = add_example(records, NAME)
    (records.files.incoming / f"{example.upload_id}.mp4").write_bytes(f"half of {NAME}".encode())
    _interrupted(records, example, monkeypatch, step)
    assert finish_erasures(records) == 1
    assert finish_erasures(records) == 0
    records.close()
    assert files_holding(records.settings.home, NAME) == []
    assert files_holding(records.settings.home, example.person_id) == []


def test_what_was_refused_is_not_done_later(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    example = add_example(records, NAME)
    _interrupted(records, example, monkeypatch, "_reduce_log")
    assert finish_erasures(records) == 0
    assert [row["id"] for row in all_rows(records)["person"]] == [example.person_id]


def test_a_task_that_cannot_be_read_is_not_passed_over(records: Records) -> None:
    folder = records.settings.home / "erasing"
    folder.mkdir()
    (folder / "1.json").write_text("{")
    with pytest.raises(RecordsError, match="cannot be finished"):
        finish_erasures(records)


def test_a_note_about_another_stays_whoever_it_mentions(records: Records) -> None:
    example, other = add_example(records, NAME), add_example(records, "Somebody else")
    with records.writing(ROBIN) as work:
        write_note(work, "Comes with a friend.", person_id=other.person_id, for_client=False)
    erase_person(records, ROBIN, example.person_id)
    assert len(all_rows(records)["note"]) == 3


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_somebody_who_reads_all_the_time_delays_the_last_traces_only(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = add_example(records, NAME)
    reader = Records(records.settings)
    monkeypatch.setattr(erasure, "_BUSY_MS", 50)
    with reader.reading(ROBIN) as work:
        assert work.session.get(Account, "none") is None  # from here on it sees the records as they are now
        with pytest.raises(RecordsError, match="traces may be left"):
            erase_person(records, ROBIN, example.person_id)
    reader.close()
    assert all_rows(records)["person"] == []
    finish_erasures(records)
    records.close()
    assert files_holding(records.settings.home, NAME) == []


def test_the_task_names_nobody_by_name(records: Records, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    example = add_example(records, NAME)
    _interrupted(records, example, monkeypatch, "scrub")
    [task] = (records.settings.home / "erasing").iterdir()
    assert NAME not in json.loads(task.read_text()).values()
    assert tmp_path in task.parents


def test_an_upload_of_the_same_video_goes_too_though_no_set_came_of_it(records: Records) -> None:
    example = add_example(records, NAME)
    with records.writing(ROBIN) as work:
        work.session.add_all(
            Upload(
                state=state,
                name=f"{NAME}.mp4",
                size=10,
                sha256="a" * 64,
                person_id=person_id,
                wishes={},
                created_by="Robin",
                created_by_id="owner",
                created_at=work.now,
                updated_at=work.now,
            )
            for state, person_id in (("waiting", example.person_id), ("duplicate", None))
        )
    erase_person(records, ROBIN, example.person_id)
    assert all_rows(records)["upload"] == []
    records.close()
    assert files_holding(records.settings.home, NAME) == []


def test_an_erasure_that_another_process_finishes_meanwhile_is_no_failure(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = records.settings.home / "erasing"
    folder.mkdir()
    listed = Path.glob
    monkeypatch.setattr(
        Path, "glob", lambda path, pattern: [folder / "1.json"] if path == folder else listed(path, pattern)
    )
    assert finish_erasures(records) == 0
