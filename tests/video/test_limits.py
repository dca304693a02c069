"""Layer: files that claim more pictures than anybody films: refused by what they say, before anything is decoded."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import pytest

from formcheck.errors import VideoError
from formcheck.video.limits import LONGEST_S, MOST_FRAMES, MOST_PIXELS, TooMuchVideoError, check_length, check_picture
from formcheck.video.reader import open_video, probe

_PEAK: Final = """
import sys
from pathlib import Path
from formcheck.errors import FormcheckError
from formcheck.video.reader import probe
try:
    probe(sys.argv[1])
except FormcheckError as error:
    print(error.reason)
print(*(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""
_FEW_MB: Final = 250
"""Python and its libraries; three pictures of the file would be more."""


def _film(path: Path, width: int, height: int, times: tuple[int, ...] = (0, 1, 2), codec: str = "libx264") -> Path:
    """Write black pictures at some times (1/30 s)."""
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "threads": "1", "bf": "0"} if codec == "libx264" else {}
        stream = container.add_stream(codec, rate=30, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p" if codec == "libx264" else "yuvj420p"
        stream.codec_context.time_base = Fraction(1, 30)
        frame = av.VideoFrame(width, height, stream.pix_fmt)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        for time in times:
            frame.pts = time
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc says how much memory a process took")
def test_a_picture_of_81_megapixels_is_refused_within_little_memory(tmp_path: Path) -> None:
    huge = _film(tmp_path / "huge.mp4", 9_000, 9_000, (0, 1))
    command = [sys.executable, "-c", _PEAK, str(huge)]
    said, peak_kb = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said == '"huge.mp4" has pictures of 9000 by 9000 pixels; at most 8192 by 4320 are read.'
    assert int(peak_kb) / 1000 < _FEW_MB


def test_a_container_that_understates_its_picture_is_refused_all_the_same(tmp_path: Path) -> None:
    honest = _film(tmp_path / "honest.avi", 9_000, 400, codec="mjpeg").read_bytes()
    lying = tmp_path / "lying.avi"
    # Both the main header and the stream's format say 640 by 400; the pictures themselves stay as they are.
    lying.write_bytes(honest.replace((9_000).to_bytes(4, "little"), (640).to_bytes(4, "little")))
    with pytest.raises(VideoError):
        probe(lying)


def test_a_film_that_says_it_lasts_for_hours_is_refused(tmp_path: Path) -> None:
    film = _film(tmp_path / "long.mp4", 64, 64, (0, 30, 30 * 7200))
    with pytest.raises(TooMuchVideoError, match=r"lasts 2\.0 hours; at most 60 minutes") as refused:
        probe(film)
    assert refused.value.remedy == "Trim it to one set."


def test_a_film_that_hides_its_length_is_refused_where_it_gets_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = _film(tmp_path / "short.mp4", 64, 64, tuple(range(60)))
    with open_video(film) as video:
        monkeypatch.setattr("formcheck.video.limits.LONGEST_S", 1.0)
        with pytest.raises(TooMuchVideoError):
            for _ in video:
                pass


@pytest.mark.parametrize(("width", "height"), [(7680, 4320), (4320, 7680), (4032, 3024), (0, 0)])
def test_what_telephones_film_passes(width: int, height: int) -> None:
    check_picture("set.mp4", width, height)


@pytest.mark.parametrize(("width", "height"), [(8193, 100), (8192, 4321), (15_000, 15_000)])
def test_more_than_8k_does_not(width: int, height: int) -> None:
    with pytest.raises(TooMuchVideoError, match=f"{width} by {height}"):
        check_picture("set.mp4", width, height)


@pytest.mark.parametrize(
    ("duration_s", "frames", "pixels"),
    [(LONGEST_S, LONGEST_S * 60, 3840 * 2160), (600.0, 600 * 240, 1920 * 1080), (float("nan"), 0.0, MOST_PIXELS)],
)
def test_an_hour_of_4k_passes(duration_s: float, frames: float, pixels: int) -> None:
    check_length("set.mp4", duration_s, frames, pixels)


@pytest.mark.parametrize(
    ("duration_s", "frames", "pixels"),
    [
        (4000.0, 100.0, 1),
        (float("inf"), 100.0, 1),
        (10.0, 1.1 * MOST_FRAMES, 1),
        (LONGEST_S, LONGEST_S * 60, MOST_PIXELS),
    ],
)
def test_more_does_not(duration_s: float, frames: float, pixels: int) -> None:
    with pytest.raises(TooMuchVideoError):
        check_length("set.mp4", duration_s, frames, pixels)
