"""Layer: real workers on sample clips: in this process, and as processes that are killed."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from formcheck.errors import NotAssessableError
from formcheck.intake import worker as heartbeat
from formcheck.intake.claims import Claim, claim_next
from formcheck.intake.ending import cancel
from formcheck.intake.states import UploadState, get_upload, upload_path
from formcheck.intake.wishes import Wishes
from formcheck.intake.worker import Heartbeat, ToldToStopError, Worker
from formcheck.intake.workers import Workers, worker_command
from formcheck.pose.types import PoseTrack
from formcheck.records.access import SYSTEM, UnreachableError
from formcheck.records.erasure import erase_person
from formcheck.records.integrity import Integrity, check
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.records import Records
from formcheck.records.sets import get_set, track_of, video_of
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import ExerciseSet, Upload
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from tests.clips import empty_wall, remake

from ..waiting import WITHIN_S, until
from .crew import bring, crew, look, server_of_workers
from .desk import ROBIN

pytestmark = pytest.mark.usefixtures("pose_model")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the first step-down of a sample clip."""
    return remake("step_down_side", tmp_path_factory.mktemp("clip") / "clip.mp4", 5.0, start_s=2.3)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Give records of SQLite: the queue is tested on both kinds beside this."""
    records = Records(RecordsSettings(home=tmp_path / "home", user_name="Robin"))
    yield records
    records.close()


def the_set(records: Records, row: Upload) -> ExerciseSet:
    seen = look(records, row)
    assert seen.state == UploadState.DONE, (seen.state, seen.reason)
    assert seen.set_id is not None
    with records.reading(ROBIN) as work:
        return get_set(work, seen.set_id)


def worker(records: Records) -> Worker:
    return Worker(records, "one", threading.Event())


def left_over(records: Records) -> list[str]:
    return [path.name for path in records.files.incoming.iterdir()]


# In this process ------------------------------------------------------------------------------------------------------


def test_a_clip_becomes_a_set_with_its_files(records: Records, clip: Path) -> None:
    row = bring(records, clip, "anna_step-down.mp4")
    assert worker(records).work_once()
    kept = the_set(records, row)
    assert (kept.exercise, kept.name, kept.origin, kept.recorded_by) == (
        "step-down",
        "anna_step-down.mp4",
        "upload",
        "Robin",
    )
    assert kept.automatic["source"]["name"] == "anna_step-down.mp4"
    assert kept.automatic["reps_counted"] == 1
    with records.reading(ROBIN) as work:
        track = track_of(work, kept)
        video, proxy = video_of(work, kept.id, for_browser=False), video_of(work, kept.id, for_browser=True)
    assert track.source.sha256 == row.sha256
    assert video is not None
    assert video.read_bytes() == clip.read_bytes()
    assert proxy is not None
    assert proxy != video
    assert left_over(records) == []
    guesses = look(records, row).guesses
    assert {"exercise", "leg", "view", "done_at"} <= set(guesses)
    assert not worker(records).work_once()


@pytest.mark.usefixtures("kept_landmarks")
def test_landmarks_alone_are_kept_where_that_is_wished(records: Records, clip: Path) -> None:
    row = bring(records, clip, "set.mp4", Wishes(SetRequest("step-down"), keep_video=False))
    worker(records).work_once()
    kept = the_set(records, row)
    assert (kept.video_sha256, kept.proxy_sha256) == (None, None)
    assert {path.suffix for _, _, path in records.files} == {".parquet"}
    assert left_over(records) == []


@pytest.mark.usefixtures("kept_landmarks")
def test_what_is_said_while_it_is_measured_counts(
    records: Records, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = bring(records, clip, "set.mp4", Wishes(SetRequest("squat"), keep_video=False))
    measured: list[str] = []

    def assess_and_be_corrected(track: PoseTrack, request: SetRequest) -> Assessment:
        if not measured:
            with records.writing(ROBIN) as work:
                get_upload(work, row.id).wishes = Wishes(SetRequest("step-down"), keep_video=False).document()
        result = assess(track, request)
        measured.append(result.exercise)
        return result

    monkeypatch.setattr("formcheck.session.several_sets.assess", assess_and_be_corrected)
    worker(records).work_once()
    assert measured == ["squat", "step-down"]
    assert the_set(records, row).automatic["exercise"] == "step-down"


def test_a_clip_without_anybody_fails_in_words_and_keeps_its_file(records: Records, tmp_path: Path) -> None:
    row = bring(records, empty_wall(tmp_path / "wall.mp4", 3.0), "wall.mp4")
    worker(records).work_once()
    failed = look(records, row)
    assert failed.state == UploadState.FAILED
    assert failed.reason
    assert failed.remedy
    assert row.id not in failed.reason
    assert upload_path(records.files, row).is_file()


def test_nothing_is_left_of_an_erased_person_whose_video_could_not_be_measured(
    records: Records, tmp_path: Path
) -> None:
    with records.writing(ROBIN) as work:
        person = add_person(work, PersonDetails("Zoë Quixx"))
    video = empty_wall(tmp_path / "wall.mp4", 3.0)
    row = bring(records, video, "Zoë Quixx squat.mp4", person_id=person.id)
    worker(records).work_once()
    assert look(records, row).state == UploadState.FAILED
    assert list(records.files) == [], "what was made of it is the upload's, and gone with the attempt"
    assert left_over(records) == [f"{row.id}.mp4"]
    erase_person(records, ROBIN, person.id)
    assert check(records) == Integrity(people=0, sets=0, files=0, size=0, problems=())
    records.close()
    kept = b"".join(path.read_bytes() for path in records.settings.home.rglob("*") if path.is_file())
    start = video.read_bytes()[:256]
    assert not any(trace in kept for trace in ("Zoë Quixx".encode(), b"Quixx", row.id.encode(), start))


@pytest.mark.usefixtures("kept_landmarks")
def test_an_attempt_that_was_killed_leaves_nothing_behind_the_next(records: Records, clip: Path) -> None:
    row = bring(records, clip, "set.mp4")
    killed = records.files.incoming / f"{row.id}.{'0' * 32}"
    killed.mkdir()
    (killed / ".formcheck-1.part").write_bytes(b"half a copy")
    worker(records).work_once()
    assert look(records, row).state == UploadState.DONE
    assert left_over(records) == []


def test_a_damaged_file_is_named_as_it_was_called(records: Records, clip: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip.read_bytes()[:5000])
    row = bring(records, cut, "holiday.mp4")
    worker(records).work_once()
    failed = look(records, row)
    assert failed.state == UploadState.FAILED
    assert "holiday.mp4" in failed.reason
    assert row.id not in failed.reason


def test_a_fault_of_our_own_ends_one_upload_and_not_the_worker(
    records: Records, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bring(records, clip, "one.mp4")

    def fails(*_: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr("formcheck.intake.analysis.read_track", fails)
    one = worker(records)
    assert one.work_once()
    assert "fault in formcheck itself" in look(records, first).reason

    def refuses(*_: object, **__: object) -> object:
        raise NotAssessableError("Nobody is in view.", "Film again.")

    monkeypatch.setattr("formcheck.intake.analysis.read_track", refuses)
    with records.writing(ROBIN) as work:
        cancel(work, first.id)
    second = bring(records, clip, "two.mp4")
    assert one.work_once()
    assert look(records, second).reason == "Nobody is in view."


def test_a_database_that_is_away_for_a_moment_is_no_fault_of_the_video(
    records: Records, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> str:
        raise UnreachableError("The database of the records cannot be reached.", "Check that it runs.")

    row = bring(records, clip, "set.mp4")
    monkeypatch.setattr("formcheck.intake.analysis.analyse", away)
    for attempt in (1, 2):
        assert worker(records).work_once()
        assert (look(records, row).state, look(records, row).attempts) == (UploadState.WAITING, attempt)
    assert worker(records).work_once()
    assert look(records, row).state == UploadState.FAILED


def test_a_cancelled_upload_is_left_within_seconds(records: Records, clip: Path) -> None:
    row = bring(records, clip, "set.mp4")
    thread = threading.Thread(target=worker(records).work_once)
    thread.start()
    until(lambda: (look(records, row).share or 0) > 0)
    with records.writing(ROBIN) as work:
        cancel(work, row.id)
    thread.join(WITHIN_S)
    assert not thread.is_alive()
    assert look(records, row).state == UploadState.CANCELLED
    with records.reading(ROBIN) as work:
        assert work.session.query(ExerciseSet).count() == 0


# The sign of life -----------------------------------------------------------------------------------------------------


@pytest.fixture
def claim(records: Records, clip: Path) -> Claim:
    bring(records, clip, "set.mp4")
    with records.writing(SYSTEM) as work:
        claim = claim_next(work, "one")
    assert claim is not None
    return claim


def test_progress_is_written_down_while_the_work_goes_on(
    records: Records, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "_BEAT_S", 0.02)
    with Heartbeat(records, claim, threading.Event()) as heart:
        heart.tell("Measuring", 0.25)

        def seen() -> float | None:
            with records.reading(SYSTEM) as work:
                return get_upload(work, claim.upload_id).share

        until(lambda: seen() == 0.25)


def test_work_that_does_not_listen_ends_with_its_process(
    records: Records, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "_BEAT_S", 0.02)
    monkeypatch.setattr(heartbeat, "_PATIENCE_S", 0.1)
    ended: list[int] = []
    stop = threading.Event()
    with Heartbeat(records, claim, stop, ended.append) as heart:
        stop.set()
        until(lambda: ended)
        with pytest.raises(ToldToStopError):
            heart.tell("Measuring", 0.5)
    assert ended


def test_work_that_stands_still_ends_with_its_process(
    records: Records, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "_BEAT_S", 0.02)
    monkeypatch.setattr(heartbeat, "_STALLED_S", 0.1)
    ended: list[int] = []
    with Heartbeat(records, claim, threading.Event(), ended.append):
        until(lambda: ended)


# As processes ---------------------------------------------------------------------------------------------------------


def test_a_worker_that_is_killed_at_work_is_replaced_and_the_clip_measured_once(
    records: Records, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = bring(records, clip, "step-down.mp4")
    with crew(records, monkeypatch) as workers:
        until(lambda: (look(records, row).share or 0) > 0.1)
        (victim,) = workers.pids
        os.kill(victim, signal.SIGKILL)
        until(lambda: workers.pids not in ([], [victim]))
        until(lambda: look(records, row).state == UploadState.DONE)
    seen = look(records, row)
    assert seen.attempts == 2
    with records.reading(ROBIN) as work:
        assert work.session.query(ExerciseSet).count() == 1
    assert the_set(records, row).automatic["reps_counted"] == 1


def test_a_server_that_is_killed_leaves_no_worker_and_the_next_one_goes_on(
    records: Records, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = bring(records, clip, "step-down.mp4")
    server = server_of_workers(records)
    try:
        until(lambda: (look(records, row).share or 0) > 0.1)
        children = psutil.Process(server.pid).children(recursive=True)
    finally:
        server.kill()
        server.wait()
    assert children
    until(lambda: not any(child.is_running() for child in children))
    assert look(records, row).state == UploadState.WAITING
    with crew(records, monkeypatch):
        until(lambda: look(records, row).state == UploadState.DONE)
    assert the_set(records, row).automatic["reps_counted"] == 1


def test_workers_end_when_they_are_told_to_and_put_back_what_they_are_at(
    records: Records, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = bring(records, clip, "step-down.mp4")
    with crew(records, monkeypatch) as workers:
        until(lambda: (look(records, row).share or 0) > 0.1)
        pids = workers.pids
    assert not any(psutil.pid_exists(pid) for pid in pids)
    seen = look(records, row)
    assert (seen.state, seen.attempts) == (UploadState.WAITING, 0)


def test_workers_that_cannot_start_are_not_tried_without_pause() -> None:
    started: list[tuple[str, float]] = []

    def broken(name: str) -> list[str]:
        started.append((name, time.monotonic()))
        return [sys.executable, "-c", "raise SystemExit(1)"]

    workers = Workers(1, broken)
    workers.start()
    try:
        until(lambda: len(started) >= 3)
    finally:
        workers.close()
    names, at_s = zip(*started, strict=True)
    assert len(set(names)) == 1
    assert at_s[1] - at_s[0] >= 2.0
    assert at_s[2] - at_s[1] >= 4.0, "the longer it goes wrong, the longer is waited"


def test_a_worker_is_run_by_this_very_python() -> None:
    assert worker_command("one")[0] == sys.executable
