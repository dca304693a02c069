"""The copy for the review page: files made on the spot, copied, and looked at as a browser would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from formcheck.errors import OutputError, VideoError
from formcheck.video.proxy import PROXY_FRAMES_PER_KEY, PROXY_LONG_SIDE_PX, write_proxy
from formcheck.video.reader import open_video

from .clips import (
    Picture,
    corner_colours,
    quadrants,
    set_display_matrix,
    square_centre,
    square_picture,
    steady,
    write_clip,
)

UNEVEN_S = [0.0, 0.033, 0.066, 0.133, 0.2, 0.21, 0.24, 0.5, 0.533, 0.567, 0.6, 0.7, 0.8, 0.9]

COPY = """
import sys
import psutil
from formcheck.video.proxy import write_proxy

process, peak = psutil.Process(), [0]
def note(share):
    peak[0] = max(peak[0], process.memory_info().rss)
print(write_proxy(sys.argv[1], sys.argv[2], progress=note).frames, peak[0])
"""


def large(t_s: float) -> Picture:
    return square_picture(t_s, 1280, 720)


def times_of(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.time or 0.0) for frame in container.decode(video=0)]


def test_the_copy_holds_the_measured_frames_at_their_own_times(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "in.mp4", UNEVEN_S)
    copy = write_proxy(source, tmp_path / "copy.mp4")
    with open_video(source) as video:
        measured = [frame.t_s for frame in video]
    assert copy.frames == len(measured) == len(UNEVEN_S)
    assert np.allclose(times_of(tmp_path / "copy.mp4"), measured, atol=1e-4)
    assert copy.last_s == pytest.approx(measured[-1])


def test_a_fast_source_is_thinned_as_for_measuring(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "in.mp4", steady(60, 60))
    write_proxy(source, tmp_path / "copy.mp4")
    with open_video(source) as video:
        measured = [frame.t_s for frame in video]
    assert len(measured) < 40
    assert np.allclose(times_of(tmp_path / "copy.mp4"), measured, atol=1e-4)


def test_it_is_what_every_browser_plays_with_key_frames_close_together(tmp_path: Path) -> None:
    write_proxy(write_clip(tmp_path / "in.mp4", steady(40, 30)), tmp_path / "copy.mp4")
    with av.open(str(tmp_path / "copy.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        keys = [i for i, frame in enumerate(container.decode(stream)) if frame.key_frame]
    assert keys[0] == 0
    assert max(np.diff([*keys, 40])) <= PROXY_FRAMES_PER_KEY


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (720, 1280), (1918, 1081), (401, 303), (160, 120)])
def test_it_is_no_larger_than_is_shown_and_has_even_sides(tmp_path: Path, width: int, height: int) -> None:
    source = write_clip(tmp_path / "in.mp4", steady(16, 30), picture=lambda t_s: square_picture(t_s, width, height))
    copy = write_proxy(source, tmp_path / "copy.mp4")
    assert max(copy.width, copy.height) <= min(PROXY_LONG_SIDE_PX, max(width, height))
    assert (copy.width % 2, copy.height % 2) == (0, 0)
    assert copy.width / copy.height == pytest.approx(width / height, rel=0.01)


def test_places_are_the_same_shares_of_the_picture(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "in.mp4", steady(16, 30), picture=large)
    write_proxy(source, tmp_path / "copy.mp4")
    with open_video(source) as of_source, open_video(tmp_path / "copy.mp4") as of_copy:
        for one, other in zip(of_source, of_copy, strict=True):
            assert square_centre(one.rgb) == pytest.approx(square_centre(other.rgb), abs=0.002)


def test_a_turned_phone_video_comes_out_upright(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "in.mp4", steady(16, 30), picture=lambda _: quadrants())
    set_display_matrix(source, 0, 1, -1, 0)
    copy = write_proxy(source, tmp_path / "copy.mp4")
    with open_video(source) as of_source, open_video(tmp_path / "copy.mp4") as of_copy:
        assert corner_colours(next(iter(of_copy)).rgb) == corner_colours(next(iter(of_source)).rgb) != "RGBW"
        assert of_copy.info.rotation_deg == 0
    assert copy.height > copy.width


def test_a_mirror_image_is_put_right(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "in.mp4", steady(16, 30), picture=lambda _: quadrants())
    write_proxy(source, tmp_path / "copy.mp4", mirrored=True)
    with open_video(tmp_path / "copy.mp4") as copy:
        assert corner_colours(next(iter(copy)).rgb) == "GRWB"


def test_progress_grows_to_the_end(tmp_path: Path) -> None:
    shares: list[float] = []
    write_proxy(write_clip(tmp_path / "in.mp4", steady(20, 30)), tmp_path / "copy.mp4", progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_what_is_no_video_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "in.mp4").write_bytes(b"not a video" * 100)
    with pytest.raises(VideoError):
        write_proxy(tmp_path / "in.mp4", tmp_path / "copy.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]


def test_a_stop_on_the_way_leaves_an_older_copy_as_it_was(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "in.mp4", steady(30, 30))
    (tmp_path / "copy.mp4").write_bytes(b"older")

    def stop(share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_proxy(source, tmp_path / "copy.mp4", progress=stop)
    assert (tmp_path / "copy.mp4").read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.mp4", "in.mp4"]


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    source = write_clip(tmp_path / "in.mp4", steady(16, 30))
    with pytest.raises(OutputError, match="no folder"):
        write_proxy(source, tmp_path / "none" / "copy.mp4")


def test_ten_times_as_long_a_video_takes_no_more_memory(tmp_path: Path) -> None:
    peaks = []
    for frames in (80, 800):
        source = write_clip(
            tmp_path / f"{frames}.mp4", steady(frames, 30), picture=lambda t: square_picture(t, 640, 360)
        )
        run = subprocess.run(
            [sys.executable, "-c", COPY, str(source), str(tmp_path / "copy.mp4")],
            capture_output=True,
            text=True,
            check=True,
        )
        handled, peak = (int(word) for word in run.stdout.split())
        assert handled == frames
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 40 * 640 * 360 * 3
