"""Layer: the work of an upload worker in process, with the real pose model. Slow motion that the uploader told of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from formcheck.intake.analysis import analyse
from formcheck.intake.correcting import put_right
from formcheck.intake.wishes import wishes_of
from formcheck.pose.models import PoseModel
from formcheck.pose.store import load_track
from formcheck.records.requests import request_of
from formcheck.records.sets import get_set, video_of
from formcheck.session.request import SetRequest
from formcheck.video.reader import open_video
from formcheck.video.writer import VideoWriter
from tests.clips import SAMPLES
from tests.intake.desk import ROBIN, Desk

HAPPENED_S, SLOWED = 1.0, 3


def in_slow_motion(path: Path) -> bytes:
    """Write the first second of a sample as it is shown when it was filmed at 90 frames/s and plays at 30."""
    with open_video(SAMPLES / "wall_squat_side.mp4") as video, VideoWriter(path, 1280, 720) as writer:
        for frame in video:
            if frame.t_s > HAPPENED_S:
                break
            for i in range(SLOWED):
                writer.write(frame.rgb, SLOWED * frame.t_s + i / 30)
    return path.read_bytes()


@pytest.mark.usefixtures("kept_landmarks")
def test_what_was_said_of_slow_motion_holds_for_landmarks_and_for_the_copy(
    desk: Desk, tmp_path: Path, pose_model: PoseModel
) -> None:
    row = desk.bring(in_slow_motion(tmp_path / "slow.mp4"))
    with desk.records.writing(ROBIN) as work:
        put_right(work, row.id, replace(wishes_of(row), request=SetRequest("wall-squat", capture_fps=90.0)))
    claim = desk.claim()
    assert claim is not None
    set_id = analyse(desk.records, claim, lambda _progress: pose_model, lambda _what, _share: None)
    with desk.records.reading(ROBIN) as work:
        kept = get_set(work, set_id)
        track = load_track(work.file_path(kept.track_sha256))
        copy = video_of(work, set_id, for_browser=True)
    assert request_of(kept.measured_as).capture_fps == 90.0
    assert [track.source.slowed, track.source.fps] == pytest.approx([SLOWED, 90], rel=0.02)
    assert track.t_s[-1] == pytest.approx(HAPPENED_S, abs=0.05)
    assert copy is not None
    with open_video(copy) as video:
        assert [frame.t_s for frame in video] == pytest.approx(track.t_s.tolist(), abs=2e-3)
