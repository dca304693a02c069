"""Layer: files made on the spot. Slow motion and time lapse: times are those of what happened."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import av
import numpy as np
import pytest

from formcheck.video.keyframes import frames_at
from formcheck.video.proxy import write_proxy
from formcheck.video.reader import open_video, probe
from formcheck.video.slow_motion import factor_of_tag

from .clips import H264, Coding, square_centre, square_picture, square_x_px, steady, write_clip

TAG = "com.android.capture.fps"
TAGGED = {"movflags": "use_metadata_tags"}


def filmed(
    path: Path, tags: dict[str, str], times_s: list[float], slowed: float, options: dict[str, str] | None = None
) -> Path:
    """Write what happened at given times so that it is shown `slowed` times slower."""
    shown = [t_s * slowed for t_s in times_s]
    with av.open(str(path), "w", options=TAGGED | (options or {})) as container:
        container.metadata.update(tags)
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast", "crf": "12", "g": "10"})
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.codec_context.time_base = H264.time_base
        for happened_s, shown_s in zip(times_s, shown, strict=True):
            frame = av.VideoFrame.from_ndarray(square_picture(happened_s), format="rgb24")
            frame.time_base, frame.pts = H264.time_base, round(shown_s / H264.time_base)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def read(path: Path, capture_fps: float | None = None) -> list[tuple[float, float]]:
    """Return when each frame happened (s), and where the square is on it (px)."""
    with open_video(path, capture_fps=capture_fps, min_interval_s=0.0) as video:
        return [(frame.t_s, square_centre(frame.rgb)[0] * 160) for frame in video]


@pytest.mark.parametrize(
    ("name", "key", "said"),
    [
        ("a.mp4", TAG, "120"),
        ("a.mp4", TAG, "120.000000"),
        ("a.mkv", TAG, "120"),
        ("a.mov", "com.sony.VideoFrameCaptureFps", "119.88p"),
        ("a.mp4", "vendor.capture_fps", "120 fps"),
        ("a.mp4", "vendor.captureFrameRate", "120000/1001"),
    ],
)
def test_slow_motion_that_the_file_tells_is_undone(tmp_path: Path, name: str, key: str, said: str) -> None:
    path = filmed(tmp_path / name, {key: said}, steady(240, 120), slowed=4)
    info = probe(path)
    assert info.slowed == 4.0
    assert info.fps == pytest.approx(120, rel=0.002)
    assert info.duration_s == pytest.approx(2.0, abs=0.02)
    assert info.frames == 240
    frames = read(path)
    assert [t_s for t_s, _ in frames] == pytest.approx(steady(240, 120), abs=5e-4)
    assert all(x == pytest.approx(square_x_px(t_s), abs=0.5) for t_s, x in frames)


def test_a_sony_camera_says_it_in_xml(tmp_path: Path) -> None:
    path = filmed(tmp_path / "a.mp4", {}, steady(60, 120), slowed=4, options={"brand": "XAVC"})
    xml = b'<VideoFrame videoCodec="AVC" captureFps="119.88p" formatFps="29.97p"/>'
    box = struct.pack(">I4sI", 12 + len(xml), b"meta", 0) + xml
    assert probe(path).slowed == 1.0
    path.write_bytes(path.read_bytes() + box)
    assert probe(path).slowed == 4.0


def test_a_time_lapse_is_undone_too(tmp_path: Path) -> None:
    path = filmed(tmp_path / "a.mp4", {TAG: "10"}, steady(60, 10), slowed=1 / 3)
    info = probe(path)
    assert [info.fps, info.duration_s] == pytest.approx([10, 6.0], abs=0.05)
    assert [t_s for t_s, _ in read(path)] == pytest.approx(steady(60, 10), abs=1e-3)


@pytest.mark.parametrize("fps", [30, 60, 120, 240])
def test_a_tag_that_is_the_rate_of_the_file_changes_nothing(tmp_path: Path, fps: int) -> None:
    path = filmed(tmp_path / "a.mp4", {TAG: str(fps)}, steady(60, fps), slowed=1)
    assert probe(path).slowed == 1.0
    assert probe(path).fps == pytest.approx(fps, rel=0.12)


@pytest.mark.parametrize("said", ["nan", "inf", "-120", "0", "5000", "900", "fast", "", "1/0", "1.8"])
def test_a_tag_that_cannot_be_is_passed_over(tmp_path: Path, said: str) -> None:
    path = filmed(tmp_path / "a.mp4", {TAG: said}, steady(60, 30), slowed=1)
    assert [probe(path).slowed, probe(path).fps] == pytest.approx([1.0, 30.0])


def test_frames_that_a_phone_left_out_are_no_slow_motion(tmp_path: Path) -> None:
    kept = [t_s for i, t_s in enumerate(steady(200, 60)) if i % 3 != 2]
    path = filmed(tmp_path / "a.mp4", {TAG: "60"}, kept, slowed=1)
    assert probe(path).slowed == 1.0


def test_a_camera_that_was_short_of_light_made_no_slow_motion(tmp_path: Path) -> None:
    assert probe(filmed(tmp_path / "a.mp4", {TAG: "30"}, steady(40, 15), slowed=1)).slowed == 1.0


@pytest.mark.parametrize(
    ("capture", "shown", "factor"),
    [(120, 30, 4), (120, 29.97, 4), (240, 25, 9.6), (32.9, 30, 1), (60, 24, 2.5), (math.nan, 30, 1), (481, 30, 16)],
)
def test_the_factor_of_two_rates(capture: float, shown: float, factor: float) -> None:
    assert factor_of_tag(capture, shown, shown) == pytest.approx(factor)


def test_what_is_said_goes_before_what_the_file_says(tmp_path: Path) -> None:
    tagged = filmed(tmp_path / "tagged.mp4", {TAG: "120"}, steady(120, 120), slowed=4)
    with open_video(tagged, capture_fps=30) as video:
        assert [video.info.slowed, video.info.fps] == pytest.approx([1.0, 30.0])
    untagged = filmed(tmp_path / "untagged.mp4", {}, steady(120, 120), slowed=8)
    assert read(untagged, 120)[-1][0] == pytest.approx(119 / 120, abs=1e-3)


def test_it_is_thinned_as_a_source_of_its_true_rate(tmp_path: Path) -> None:
    slow = filmed(tmp_path / "slow.mp4", {TAG: "120"}, steady(240, 120), slowed=4)
    true = filmed(tmp_path / "true.mp4", {}, steady(240, 120), slowed=1)
    with open_video(slow) as shown_slowly, open_video(true) as shown_truly:
        times_s = [[frame.t_s for frame in video] for video in (shown_slowly, shown_truly)]
    assert times_s[0] == pytest.approx(times_s[1], abs=5e-4)
    assert np.median(np.diff(times_s[0])) == pytest.approx(1 / 40, abs=1e-3)


def test_frames_are_found_at_their_real_times(tmp_path: Path) -> None:
    path = filmed(tmp_path / "a.mp4", {TAG: "120"}, steady(1200, 120), slowed=4)
    for frame, t_s in zip(frames_at(path, [0.5, 1.25, 8.5, 9.9]), [0.5, 1.25, 8.5, 9.9], strict=True):
        assert frame.t_s == pytest.approx(t_s, abs=0.005)
        assert square_centre(frame.rgb)[0] * 160 == pytest.approx(square_x_px(frame.t_s), abs=0.5)
    (as_shown,) = frames_at(path, [2.0], slowed=1.0)
    assert square_centre(as_shown.rgb)[0] * 160 == pytest.approx(square_x_px(0.5), abs=0.5)


def test_the_copy_for_browsers_plays_as_it_happened(tmp_path: Path) -> None:
    path = filmed(tmp_path / "a.mp4", {TAG: "120"}, steady(240, 120), slowed=4)
    made = write_proxy(path, tmp_path / "copy.mp4")
    assert made.last_s == pytest.approx(2.0, abs=0.04)
    copy = read(tmp_path / "copy.mp4")
    assert len(copy) == made.frames
    assert all(x == pytest.approx(square_x_px(t_s), abs=0.7) for t_s, x in copy)
    assert write_proxy(path, tmp_path / "as_shown.mp4", slowed=1.0).last_s == pytest.approx(239 / 30, abs=0.01)


def test_an_avi_is_slowed_as_others_are(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.avi", steady(60, 30), Coding())
    with open_video(path, capture_fps=120) as video:
        assert video.info.duration_s == pytest.approx(0.5, abs=0.02)
        assert [frame.t_s for frame in video][-1] == pytest.approx(59 / 120, abs=0.03)
    assert video.damaged is None
