"""Layer: the real pose model on a sample clip that is shown slower than it happened: every time is the true one."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from formcheck.pose.models import PoseModel
from formcheck.pose.store import load_track, save_track
from formcheck.report.document import assessment_document
from formcheck.report.render import render_overlay
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.video.reader import open_video

from ..clips import SAMPLES
from ..estimated import read_track_or_kept

LENGTH_S, DOWN_S, HOLD_S, DEPTH_DEG = 6.6, 1.5, 1.0, 70.2
"""Of the first rep of the sample, which is made exactly so."""
SHOWN_FPS, PICTURES = 30, 4
"""Each picture of the sample, which has 30 a second, is shown for four: 120 a second, shown at 30."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the first rep as a phone writes slow motion."""
    path = tmp_path_factory.mktemp("recordings") / "slow.mp4"
    with (
        open_video(SAMPLES / "wall_squat_side.mp4") as video,
        av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as container,
    ):
        container.metadata["com.android.capture.fps"] = str(SHOWN_FPS * PICTURES)
        stream = container.add_stream("libx264", rate=SHOWN_FPS, options={"preset": "ultrafast", "crf": "26"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = video.info.width, video.info.height, "yuv420p"
        for frame in video:
            if frame.t_s > LENGTH_S:
                break
            for _ in range(PICTURES):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame.rgb, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def measured(recording: Path, pose_model: PoseModel) -> Assessment:
    return assess(read_track_or_kept(recording, pose_model), SetRequest("wall-squat"))


def test_phases_and_depth_are_those_of_the_movement(measured: Assessment) -> None:
    (rep,) = measured.complete_reps
    down, hold, depth = (rep.measures[name] for name in ("descent_s", "hold_s", "knee_flexion_max_deg"))
    assert down["both"] is not None
    assert hold["both"] is not None
    assert depth["left"] is not None
    assert down["both"].value == pytest.approx(DOWN_S, abs=0.15)
    assert hold["both"].value == pytest.approx(HOLD_S, abs=0.15)
    assert depth["left"].value == pytest.approx(DEPTH_DEG, abs=3.0)


def test_it_is_said_and_kept(measured: Assessment, tmp_path: Path) -> None:
    source = measured.track.source
    assert (source.slowed, source.fps) == (PICTURES, SHOWN_FPS * PICTURES)
    assert source.duration_s == pytest.approx(LENGTH_S, abs=0.05)
    (told,) = [check for check in measured.setup if check.name == "Slow motion"]
    assert told.passed
    save_track(measured.track, tmp_path / "set.track.parquet")
    assert load_track(tmp_path / "set.track.parquet").source.slowed == PICTURES
    assert assessment_document(measured)["source"]["slowed"] == PICTURES


def test_the_overlay_plays_as_it_happened(recording: Path, measured: Assessment, tmp_path: Path) -> None:
    (key,) = render_overlay(recording, measured, tmp_path / "overlay.mp4")
    with open_video(tmp_path / "overlay.mp4") as video:
        times_s = [frame.t_s for frame in video]
    assert times_s == pytest.approx(measured.track.t_s.tolist(), abs=2e-3)
    assert np.median(np.diff(times_s)) == pytest.approx(1 / 40, abs=2e-3)
    (rep,) = measured.complete_reps
    assert rep.bottom_start_s - 0.1 < key.t_s < rep.bottom_end_s + 0.1
