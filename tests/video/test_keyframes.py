"""Single frames at given times, on clips made on the spot."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.video.keyframes import frames_at
from formcheck.video.reader import open_video

from .clips import H264, H264_REORDERED, Coding, cut_to, square_centre, square_x_px, steady, write_clip

CLIPS = [
    ("clip.mp4", H264_REORDERED),
    ("clip.mkv", H264_REORDERED),
    ("clip.avi", Coding("mjpeg", "yuvj420p")),
    ("clip.ts", H264),
]


@pytest.mark.parametrize(("name", "coding"), CLIPS)
def test_each_time_gives_the_nearest_frame(tmp_path: Path, name: str, coding: Coding) -> None:
    path = write_clip(tmp_path / name, steady(360, 30), coding)
    asked = [0.0, 0.049, 0.051, 3.0, 3.0, 7.51, 9.32, 11.9]
    frames = list(frames_at(path, asked))
    assert [frame.t_s for frame in frames] == pytest.approx([round(t_s * 30) / 30 for t_s in asked], abs=0.0011)
    for frame in frames:
        assert square_centre(frame.rgb)[0] * 160 == pytest.approx(square_x_px(frame.t_s), abs=0.7)


def test_times_read_from_a_video_are_found_again_exactly(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", steady(360, 60), H264_REORDERED)
    with open_video(path) as video:
        times = [frame.t_s for frame in video][::37]
    assert [frame.t_s for frame in frames_at(path, times)] == times


def test_times_past_the_end_give_the_last_frame(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", steady(120, 30), H264_REORDERED)
    assert [frame.t_s for frame in frames_at(path, [3.9, 50.0, 60.0])] == pytest.approx(
        [3.9, 119 / 30, 119 / 30], abs=1e-4
    )


def test_a_search_in_a_recording_without_an_index_still_finds_the_frame(tmp_path: Path) -> None:
    live = Coding("libvpx", options={"deadline": "realtime", "cpu-used": "8"}, container_options={"live": "1"})
    path = cut_to(write_clip(tmp_path / "clip.webm", steady(300, 30), live), 0.95)
    assert [frame.t_s for frame in frames_at(path, [0.5, 4.0, 8.0])] == pytest.approx([0.5, 4.0, 8.0], abs=0.0011)


def test_single_frames_are_reduced_and_numbered_as_searched_for(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", steady(30, 30))
    (frame,) = frames_at(path, [0.5], max_short_side=60)
    assert frame.rgb.shape == (60, 80, 3)
    assert frame.index == -1


def test_no_times_give_no_frames(tmp_path: Path) -> None:
    assert list(frames_at(write_clip(tmp_path / "clip.mp4", steady(30, 30)), [])) == []


@pytest.mark.parametrize("times", [[1.0, 0.5], [float("nan")]])
def test_times_must_be_finite_and_in_order(tmp_path: Path, times: list[float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        frames_at(tmp_path / "clip.mp4", times)
