"""Layer: what the records let go of by age, and what they clean up, on each kind of database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from pydantic import ValidationError

from formcheck.records import erasure
from formcheck.records.access import RecordsError
from formcheck.records.archive import back_up
from formcheck.records.erasure import erase_person
from formcheck.records.files import FileStore
from formcheck.records.integrity import check
from formcheck.records.records import Records
from formcheck.records.retention import RetentionSettings, apply_retention, keep_house
from formcheck.records.settings import RecordsSettings
from formcheck.records.sweep import Swept, sweep
from formcheck.records.tables import Upload

from .examples import ROBIN, Clock, add_example, add_sample_set, all_files, all_rows, video_file

HOURS_2 = timedelta(hours=2).total_seconds()


@pytest.fixture
def clock() -> Clock:
    """Give a time that can be moved."""
    return Clock()


@pytest.fixture
def aging(records_settings: RecordsSettings, clock: Clock) -> Iterator[Records]:
    """Give records whose time can be moved."""
    opened = Records(records_settings, clock)
    yield opened
    opened.close()


def _retention(videos: int | None = None, sets: int | None = None) -> RetentionSettings:
    return RetentionSettings(keep_videos_days=videos, keep_sets_days=sets)


def test_nothing_goes_unless_a_limit_is_set(aging: Records, clock: Clock) -> None:
    add_example(aging)
    before, files = all_rows(aging), all_files(aging)
    clock.advance(days=10_000)
    keep_house(aging, _retention())
    assert all_rows(aging) == before
    assert all_files(aging) == files


def test_an_old_video_goes_and_its_landmarks_and_numbers_stay(aging: Records, clock: Clock) -> None:
    example = add_example(aging)
    clock.advance(days=31)
    young = add_sample_set(aging, example.person_id, "young.mp4", b"young")
    assert apply_retention(aging, _retention(videos=30)).videos == 2, "that of the set, and the recording of a call"
    assert all_rows(aging)["remote_recording"] == []
    old, new = sorted(all_rows(aging)["exercise_set"], key=lambda row: row["id"] == young)
    assert (old["video_sha256"], old["proxy_sha256"]) == (None, None)
    assert old["automatic"]["reps"]
    assert new["video_sha256"] is not None
    assert example.video not in all_files(aging).values()
    assert b"young" in all_files(aging).values()
    assert check(aging).problems == ()
    last = all_rows(aging)["audit_entry"][-1]
    assert (last["action"], last["actor"], last["subject_id"]) == ("set.video_dropped", "formcheck", example.set_id)
    assert apply_retention(aging, _retention(videos=30)).videos == 0


def test_an_old_set_goes_with_all_that_is_its_own(aging: Records, clock: Clock) -> None:
    add_example(aging)
    clock.advance(days=31)
    retained = apply_retention(aging, _retention(sets=30))
    assert (retained.sets, retained.uploads) == (1, 1)
    rows = all_rows(aging)
    assert all(rows[table] == [] for table in ("exercise_set", "correction", "annotation", "file", "upload"))
    assert len(rows["person"]) == 1
    assert [row["set_id"] for row in rows["note"]] == [None]
    assert all_files(aging) == {}


def test_age_counts_from_when_a_set_came(aging: Records) -> None:
    add_example(aging)  # done months ago
    assert apply_retention(aging, _retention(videos=1, sets=1)).sets == 0


def test_an_upload_under_way_is_never_too_old(aging: Records, clock: Clock) -> None:
    example = add_example(aging)
    with aging.writing(ROBIN) as work:
        upload = work.session.get(Upload, example.upload_id)
        assert upload is not None
        upload.state = "waiting"
    clock.advance(days=31)
    apply_retention(aging, _retention(sets=30))
    assert len(all_rows(aging)["upload"]) == 1


def test_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_KEEP_VIDEOS_DAYS", "90")
    monkeypatch.setenv("FORMCHECK_KEEP_SETS_DAYS", "")
    assert RetentionSettings() == RetentionSettings(keep_videos_days=90, keep_sets_days=None)
    monkeypatch.setenv("FORMCHECK_KEEP_VIDEOS_DAYS", "0")
    with pytest.raises(ValidationError):
        RetentionSettings()


def _aged(path: Path, seconds: float = HOURS_2) -> Path:
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def _unnamed(files: FileStore, content: bytes) -> Path:
    passing = files.passing_name(".mp4")
    passing.write_bytes(content)
    kept = files.take(passing, ".mp4")
    assert kept.ready is not None
    files.enter(kept.ready, kept.sha256, kept.suffix)  # as if the transaction that names it had not been committed
    return files.path(kept.sha256, ".mp4")


def test_a_file_that_no_row_names_goes_however_young(records: Records) -> None:
    add_example(records)
    files = all_files(records)
    left_over = _unnamed(records.files, b"left over")
    assert check(records).needless == (
        f"No row names the file {left_over.name}; it goes with: formcheck records retention.",
    )
    assert sweep(records).unnamed == 1
    assert all_files(records) == files
    assert check(records).needless == ()


def test_a_copy_under_another_ending_is_left_over(records: Records) -> None:
    add_example(records, video=b"the same")
    passing = records.files.passing_name(".mov")
    passing.write_bytes(b"the same")
    kept = records.files.take(passing, ".mov")
    assert kept.ready is not None
    records.files.enter(kept.ready, kept.sha256, kept.suffix)
    assert sweep(records).unnamed == 1
    assert check(records).problems == ()


def test_what_is_ready_to_be_kept_outlives_a_clean_up(records: Records) -> None:
    ready = video_file(records, b"video")
    assert sweep(records) == Swept(0, 0, 0)
    assert all_files(records) == {}
    with records.writing(ROBIN) as work:
        work.keep_file(ready)
    assert all_files(records) == {f"{ready.sha256}.mp4": b"video"}
    assert check(records).needless == (
        f"Nothing needs the file {ready.sha256}.mp4 any more; it goes with: formcheck records retention.",
    )


def test_what_is_kept_again_replaces_a_damaged_file_of_the_same_size(records: Records) -> None:
    with records.writing(ROBIN) as work:
        kept = work.keep_file(video_file(records, b"video"))
    path = records.files.path(kept, ".mp4")
    path.write_bytes(b"vidEo")
    with records.writing(ROBIN) as work:
        work.keep_file(video_file(records, b"video"))
    assert path.read_bytes() == b"video"


def test_what_a_transaction_let_in_goes_when_it_fails(records: Records) -> None:
    ready = video_file(records, b"video")

    class UndoneError(Exception):
        """Something went wrong."""

    def fails() -> None:
        with records.writing(ROBIN) as work:
            work.keep_file(ready)
            raise UndoneError

    with pytest.raises(UndoneError):
        fails()
    assert all_files(records) == {}


_AT_WORK: Final = """
import sys
from pathlib import Path
from formcheck.records.files import FileStore
files = FileStore(Path(sys.argv[1]))
made = files.passing_name(".pdf")
made.write_bytes(b"a document")
print(made, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_a_process_was_at_goes_once_it_is_killed(records: Records) -> None:
    command = [sys.executable, "-c", _AT_WORK, str(records.settings.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        made = Path(process.stdout.readline().strip())
        assert sweep(records).incoming == 0
        assert made.exists(), "its process lives"
        process.kill()
    assert [line.partition(" is gone")[0] for line in check(records).needless] == [
        f"The process that made passing/{made.parent.name}"
    ]
    assert sweep(records).incoming == 1
    assert not made.exists()


def test_everything_in_the_data_directory_is_its_owners_alone(records: Records) -> None:
    before = os.umask(0)
    try:
        opened = Records(RecordsSettings(home=records.settings.home / "inner", database_url=None))
        example = add_example(opened)
        (opened.files.incoming / f"{example.upload_id}.mp4").touch(0o600)
        paths = [opened.settings.home, *opened.settings.home.rglob("*")]
        open_to_others = [path for path in paths if path.stat().st_mode & 0o077]
        opened.close()
    finally:
        os.umask(before)
    assert len(paths) > 8
    assert open_to_others == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_files_that_an_earlier_version_left_open_to_others_are_closed(records: Records) -> None:
    add_example(records)
    for _, _, path in records.files:
        path.chmod(0o644)
    sweep(records)
    assert {path.stat().st_mode & 0o777 for _, _, path in records.files} == {0o600}


def test_what_an_upload_still_needs_stays_however_old(records: Records) -> None:
    example = add_example(records)
    incoming = records.files.incoming
    of_upload = _aged_file(incoming / f"{example.upload_id}.mp4")
    stranger = _aged_file(incoming / f"{'0' * 32}.mp4")
    young = incoming / f"{'1' * 32}.mp4"
    young.write_bytes(b"")
    being_made = incoming / f"{example.upload_id}.{'2' * 32}"
    folder = incoming / "folder"
    folder.mkdir()
    (folder / "file").write_bytes(b"")
    _aged(folder)
    for state, stays in (("receiving", True), ("waiting", True), ("running", True), ("failed", True), ("done", False)):
        being_made.mkdir(exist_ok=True)
        with records.writing(ROBIN) as work:
            upload = work.session.get(Upload, example.upload_id)
            assert upload is not None
            upload.state = state
        sweep(records)
        assert of_upload.exists() is stays
        assert being_made.exists() is (state == "running")
    assert not young.exists(), "an upload's row is there before its file is"
    assert not stranger.exists()
    assert not folder.exists()


def _aged_file(path: Path) -> Path:
    path.write_bytes(b"half")
    return _aged(path)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_link_in_the_folder_of_what_arrives_is_not_followed(records: Records, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_text("stays")
    link = records.files.incoming / "link"
    link.symlink_to(elsewhere)
    then = time.time() - HOURS_2
    os.utime(link, (then, then), follow_symlinks=False)
    sweep(records)
    assert not link.is_symlink()
    assert (elsewhere / "precious").exists()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_is_wrong_is_found(records: Records, tmp_path: Path) -> None:
    add_example(records)
    back_up(records, ROBIN, tmp_path / "before.zip")
    [video, proxy] = sorted(path for _, _, path in records.files if path.suffix == ".mp4")
    video.write_bytes(b"rotten")
    proxy.unlink()
    with records.engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("UPDATE note SET person_id = 'nobody'")
        connection.connection.commit()
    problems = check(records).problems
    assert f"The file {video.name} is damaged." in problems
    assert f"The file {proxy.name} is missing." in problems
    assert "2 rows of note name a row of person that is not there." in problems
    assert len(problems) == 3


def test_a_limit_that_means_nothing_keeps_nobody_from_being_erased(
    aging: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = add_example(aging)
    with monkeypatch.context() as patched:
        patched.setattr(erasure, "scrub", lambda _engine: (_ for _ in ()).throw(RecordsError("It is in use.")))
        with pytest.raises(RecordsError, match="in use"):
            erase_person(aging, ROBIN, example.person_id)
    [task] = (aging.settings.home / "erasing").iterdir()
    monkeypatch.setenv("FORMCHECK_KEEP_VIDEOS_DAYS", "a while")
    with pytest.raises(RecordsError, match="FORMCHECK_KEEP_VIDEOS_DAYS"):
        keep_house(aging)
    assert not task.exists()
