"""Layer: real workers, killed with their server midway: ten mixed uploads come to ten right ends, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from formcheck.errors import VideoError
from formcheck.intake.ending import cancel, drop_file
from formcheck.intake.queue import Announced, begin
from formcheck.intake.states import UploadState, upload_path
from formcheck.intake.wishes import Wishes
from formcheck.records.records import Records
from formcheck.records.sets import get_set, track_of, video_of
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import ExerciseSet, Upload
from tests.clips import empty_wall, remake

from ..waiting import until
from .crew import BOUNDS, bring, crew, look, server_of_workers
from .desk import ROBIN

ENDED = (UploadState.DONE, UploadState.FAILED, UploadState.DUPLICATE, UploadState.CANCELLED)

pytestmark = pytest.mark.usefixtures("pose_model")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    records = Records(RecordsSettings(home=tmp_path / "home", user_name="Robin"))
    yield records
    records.close()


def refused(records: Records, name: str, size: int) -> str:
    """Return why a file is not taken."""
    with records.writing(ROBIN) as work, pytest.raises(VideoError) as found:
        begin(work, Announced(name, size), Wishes(), BOUNDS)
    return found.value.reason


def test_ten_mixed_uploads_across_a_killed_server(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = remake("step_down_side", tmp_path / "good.mp4", 5.0, start_s=2.3)
    better = remake("wall_squat_side", tmp_path / "better.mp4", 4.6, start_s=1.4)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(good.read_bytes()[:9000])
    words = tmp_path / "words.mp4"
    words.write_bytes(b"these are words" * 100)
    wall = empty_wall(tmp_path / "wall.mp4", 2.0)

    assert "empty" in refused(records, "empty.mp4", 0)
    assert "name of a video" in refused(records, "notes.txt", 100)
    assert "a video may have" in refused(records, "huge.mp4", BOUNDS.upload_max_bytes + 1)
    rows = {
        path.stem: bring(records, path, path.name, Wishes(keep_video=path is better))
        for path in (good, better, cut, words, wall)
    }
    rows["same"] = bring(records, good, "same.mp4")
    rows["given up"] = bring(records, remake("squat_side_deep", tmp_path / "up.mp4", 1.0), "given_up.mp4")
    with records.writing(ROBIN) as work:
        gone = cancel(work, rows["given up"].id)
    with records.reading(ROBIN) as work:
        drop_file(work, gone)

    server = server_of_workers(records)
    try:
        until(lambda: any((look(records, row).share or 0) > 0.1 for row in rows.values()))
        workers = psutil.Process(server.pid).children()
    finally:
        server.kill()
        server.wait()
    until(lambda: not any(worker.is_running() for worker in workers))
    with crew(records, monkeypatch, 2):
        until(lambda: all(look(records, row).state in ENDED for row in rows.values()))

    ends = {name: look(records, row) for name, row in rows.items()}
    assert {name: str(row.state) for name, row in ends.items()} == {
        "good": "done",
        "better": "done",
        "cut": "failed",
        "words": "failed",
        "wall": "failed",
        "same": "duplicate",
        "given up": "cancelled",
    }
    assert ends["same"].set_id == ends["good"].set_id
    assert all(row.reason and row.remedy for row in ends.values() if row.state == UploadState.FAILED)
    _see_that_nothing_is_lost(records, ends, better)


def _see_that_nothing_is_lost(records: Records, ends: dict[str, Upload], better: Path) -> None:
    with records.reading(ROBIN) as work:
        assert work.session.query(ExerciseSet).count() == 2
        for name, exercise, reps in (("good", "step-down", 1), ("better", "wall-squat", 1)):
            set_id = ends[name].set_id
            assert set_id is not None
            kept = get_set(work, set_id)
            assert (kept.exercise, kept.automatic["reps_counted"]) == (exercise, reps)
            assert len(track_of(work, kept)) > 0
            video = video_of(work, set_id, for_browser=False)
            assert (None if video is None else video.read_bytes()) == (
                better.read_bytes() if name == "better" else None
            )
    failed = {upload_path(records.files, row).name for row in ends.values() if row.state == UploadState.FAILED}
    assert {path.name for path in records.files.incoming.iterdir()} == failed
