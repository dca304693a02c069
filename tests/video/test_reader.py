"""Reading whole files: pixels and times of clips made on the spot against what was drawn into them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from formcheck.errors import VideoError
from formcheck.video.frame import Frame
from formcheck.video.reader import open_video, probe

from .clips import (
    H264,
    H264_REORDERED,
    MPEG4,
    Coding,
    Picture,
    corner_colours,
    quadrants,
    set_display_matrix,
    set_edit_start,
    square_centre,
    square_picture,
    square_x_px,
    steady,
    write_clip,
)


def read(path: Path, max_short_side: int = 720, min_interval_s: float = 0.0245) -> list[Frame]:
    with open_video(path, max_short_side=max_short_side, min_interval_s=min_interval_s) as video:
        return list(video)


def test_the_facts_of_a_file_are_told(tmp_path: Path) -> None:
    info = probe(write_clip(tmp_path / "clip.mp4", steady(45, 30)))
    assert (info.name, info.width, info.height, info.frames) == ("clip.mp4", 160, 120, 45)
    assert (info.codec, info.rotation_deg) == ("mpeg4", 0)
    assert info.fps == pytest.approx(30)
    assert info.duration_s == pytest.approx(1.5, abs=0.001)


def test_frames_show_what_was_drawn_at_their_time(tmp_path: Path) -> None:
    frames = read(write_clip(tmp_path / "clip.mp4", steady(45, 30)))
    assert [frame.t_s for frame in frames] == pytest.approx(steady(45, 30), abs=1e-4)
    assert [frame.index for frame in frames] == list(range(45))
    for frame in frames:
        x, y = square_centre(frame.rgb)
        assert x * 160 == pytest.approx(square_x_px(frame.t_s), abs=0.3)
        assert y * 120 == pytest.approx(40, abs=0.3)


def test_pictures_are_contiguous_bytes_of_their_own(tmp_path: Path) -> None:
    def odd(t_s: float) -> Picture:
        return square_picture(t_s, 146, 90)

    frames = read(write_clip(tmp_path / "clip.mp4", steady(20, 30), picture=odd))
    assert all(frame.rgb.flags.c_contiguous and frame.rgb.dtype == np.uint8 for frame in frames)
    assert all(frame.rgb.shape == (90, 146, 3) for frame in frames)
    assert square_centre(frames[0].rgb)[0] != square_centre(frames[-1].rgb)[0]


def test_a_variable_frame_rate_keeps_its_times(tmp_path: Path) -> None:
    times = [0.0, 0.033, 0.071, 0.1, 0.133, 0.3, 0.341, 0.372, 0.6, 0.633, 0.666, 1.2]
    frames = read(write_clip(tmp_path / "clip.mp4", times))
    assert [frame.t_s for frame in frames] == pytest.approx(times, abs=1e-4)
    for frame in frames:
        assert square_centre(frame.rgb)[0] * 160 == pytest.approx(square_x_px(frame.t_s), abs=0.3)


def test_reordered_frames_come_in_order_from_time_zero(tmp_path: Path) -> None:
    frames = read(write_clip(tmp_path / "clip.mp4", steady(60, 30), H264_REORDERED))
    assert [frame.t_s for frame in frames] == pytest.approx(steady(60, 30), abs=1e-4)
    for frame in frames:
        assert square_centre(frame.rgb)[0] * 160 == pytest.approx(square_x_px(frame.t_s), abs=0.5)


def test_a_recording_that_starts_late_starts_at_zero(tmp_path: Path) -> None:
    times = [5.0 + t_s for t_s in steady(30, 30)]
    frames = read(write_clip(tmp_path / "clip.mkv", times))
    assert [frame.t_s for frame in frames] == pytest.approx(steady(30, 30), abs=0.0011)


def test_what_an_edit_list_hides_is_not_read(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", steady(90, 30), H264_REORDERED)
    set_edit_start(path, 60_000)
    frames = read(path)
    assert len(frames) == 60
    assert [frame.t_s for frame in frames] == pytest.approx(steady(60, 30), abs=1e-4)
    assert square_centre(frames[0].rgb)[0] * 160 == pytest.approx(square_x_px(1.0), abs=0.5)


def test_fast_sources_are_thinned_and_keep_their_times_and_numbers(tmp_path: Path) -> None:
    frames = read(write_clip(tmp_path / "clip.mp4", steady(60, 60), Coding(fps=60)))
    assert [frame.index for frame in frames] == list(range(0, 60, 2))
    assert [frame.t_s for frame in frames] == pytest.approx(steady(60, 60)[::2], abs=1e-4)
    for frame in frames:
        assert square_centre(frame.rgb)[0] * 160 == pytest.approx(square_x_px(frame.t_s), abs=0.3)


def test_thinning_can_be_turned_off(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", steady(60, 60), Coding(fps=60))
    assert len(read(path, min_interval_s=0)) == 60


def test_large_pictures_are_reduced_without_moving_anything(tmp_path: Path) -> None:
    def large(t_s: float) -> Picture:
        return square_picture(t_s, 642, 362)

    path = write_clip(tmp_path / "clip.mp4", steady(30, 30), picture=large)
    with open_video(path, max_short_side=120) as video:
        assert (video.info.width, video.info.height) == (642, 362)
        for frame in video:
            assert frame.rgb.shape == (120, 213, 3)
            x, y = square_centre(frame.rgb)
            assert x * video.info.width == pytest.approx(square_x_px(frame.t_s, 642), abs=0.5)
            assert y * video.info.height == pytest.approx(362 // 3, abs=0.5)


def test_small_pictures_are_not_enlarged(tmp_path: Path) -> None:
    assert read(write_clip(tmp_path / "clip.mp4", steady(20, 30)), 720)[0].rgb.shape == (120, 160, 3)


@pytest.mark.parametrize("aspect", [Fraction(4, 3), Fraction(3, 4)])
def test_pixels_that_are_not_square_are_made_so(tmp_path: Path, aspect: Fraction) -> None:
    path = write_clip(tmp_path / "clip.mp4", steady(30, 30), Coding(pixel_aspect=aspect))
    width = round(160 * aspect)
    info = probe(path)
    assert (info.width, info.height) == (width, 120)
    for frame in read(path):
        assert frame.rgb.shape == (120, width, 3)
        x, y = square_centre(frame.rgb)
        assert x * width == pytest.approx(square_x_px(frame.t_s) * aspect, abs=0.5)
        assert y * 120 == pytest.approx(40, abs=0.5)


@pytest.mark.parametrize(
    ("matrix", "rotation_deg", "corners"),
    [
        ((1, 0, 0, 1), 0, "RGBW"),
        ((0, 1, -1, 0), 90, "BRWG"),
        ((-1, 0, 0, -1), 180, "WBGR"),
        ((0, -1, 1, 0), 270, "GWRB"),
        ((-1, 0, 0, 1), 0, "GRWB"),
        ((1, 0, 0, -1), 180, "BWRG"),
        ((0, 1, 1, 0), 90, "RBGW"),
        ((0, -1, -1, 0), 270, "WGBR"),
    ],
)
def test_turned_and_mirrored_recordings_are_shown_as_meant(
    tmp_path: Path, matrix: tuple[int, int, int, int], rotation_deg: int, corners: str
) -> None:
    path = write_clip(tmp_path / "clip.mp4", steady(20, 30), picture=lambda _: quadrants())
    set_display_matrix(path, *matrix)
    shape = (64, 48) if rotation_deg in {90, 270} else (48, 64)
    with open_video(path) as video:
        assert video.info.rotation_deg == rotation_deg
        assert (video.info.height, video.info.width) == shape
        for frame in video:
            assert frame.rgb.shape == (*shape, 3)
            assert frame.rgb.flags.c_contiguous
            assert corner_colours(frame.rgb) == corners


def test_a_turned_recording_with_wide_pixels_is_reduced_and_turned(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "clip.mp4", steady(20, 30), Coding(pixel_aspect=Fraction(2, 1)), lambda _: quadrants(320, 240)
    )
    set_display_matrix(path, 0, 1, -1, 0)
    frames = read(path, max_short_side=120)
    assert probe(path).width == 240
    assert probe(path).height == 640
    assert all(frame.rgb.shape == (320, 120, 3) and corner_colours(frame.rgb) == "BRWG" for frame in frames)


def test_a_tilted_recording_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", steady(20, 30))
    set_display_matrix(path, 0.8, 0.6, -0.6, 0.8)
    with pytest.raises(VideoError, match="tilted"):
        probe(path)


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuvj420p"])
def test_grey_levels_survive_whatever_the_range(tmp_path: Path, pix_fmt: str) -> None:
    def steps(_: float) -> Picture:
        return np.repeat(
            np.repeat(np.array([0, 64, 128, 192, 255], dtype=np.uint8), 32)[None, :, None], 64, axis=0
        ).repeat(3, axis=2)

    coding = Coding("mjpeg", pix_fmt, options={"strict": "unofficial", "q:v": "2"})
    rgb = read(write_clip(tmp_path / "clip.mov", steady(20, 30), coding, steps))[5].rgb
    assert rgb[32, 16::32].mean(axis=1) == pytest.approx([0, 64, 128, 192, 255], abs=4)


def test_a_change_of_resolution_is_fitted_with_borders_and_not_stretched(tmp_path: Path) -> None:
    wide = write_clip(tmp_path / "wide.ts", steady(30, 30), H264, lambda _: quadrants(160, 120))
    tall = write_clip(tmp_path / "tall.ts", steady(30, 30), H264, lambda _: quadrants(180, 240))
    path = tmp_path / "both.ts"
    path.write_bytes(wide.read_bytes() + tall.read_bytes())
    with open_video(path) as video:
        frames = list(video)
    assert {frame.rgb.shape for frame in frames} == {(120, 160, 3)}
    fitted = frames[-1].rgb
    assert fitted[:, :30].max() < 30
    assert fitted[:, -30:].max() < 30
    assert corner_colours(np.ascontiguousarray(fitted[:, 35:125])) == "RGBW"


def test_time_goes_on_when_two_recordings_were_joined_and_it_is_said(tmp_path: Path) -> None:
    part = write_clip(tmp_path / "part.ts", steady(30, 30), H264).read_bytes()
    path = tmp_path / "both.ts"
    path.write_bytes(part + part)
    with open_video(path) as video:
        times = [frame.t_s for frame in video]
    assert times == pytest.approx(steady(60, 30), abs=1e-4)
    assert video.damaged is not None
    assert "at 0.9 s" in video.damaged or "at 1.0 s" in video.damaged


def test_a_reader_is_read_once(tmp_path: Path) -> None:
    with open_video(write_clip(tmp_path / "clip.mp4", steady(20, 30))) as video:
        assert len(list(video)) == 20
        with pytest.raises(RuntimeError):
            iter(video)


def test_a_whole_file_is_not_called_damaged(tmp_path: Path) -> None:
    for name, coding in (("a.mp4", MPEG4), ("b.mkv", H264_REORDERED), ("c.avi", Coding("mpeg4", options={"bf": "2"}))):
        with open_video(write_clip(tmp_path / name, steady(60, 30), coding, with_sound=name != "c.avi")) as video:
            assert len(list(video)) == 60
        assert video.damaged is None


def test_the_rate_of_a_file_that_does_not_say_is_taken_from_its_times(tmp_path: Path) -> None:
    path = tmp_path / "clip.webm"
    with av.open(str(path), mode="w", format="webm", container_options={"live": "1"}) as container:
        stream = container.add_stream("libvpx", rate=1000)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.codec_context.time_base = 160, 120, Fraction(1, 1000)
        for i in range(60):
            picture = av.VideoFrame.from_ndarray(square_picture(i / 25), format="rgb24")
            picture.pts, picture.time_base = 40 * i, Fraction(1, 1000)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    with open_video(path) as video:
        assert video.info.fps == pytest.approx(25, rel=0.01)
        assert np.isnan(video.info.duration_s)
        assert video.info.frames == 0
        assert [frame.t_s for frame in video] == pytest.approx(steady(60, 25), abs=0.0011)
    assert video.damaged is None
