"""Layer: files made on the spot. Files whose first picture is not at zero are as long as what they show."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.video.stream import VideoStream

from formcheck.video.reader import open_video

from .clips import square_centre, square_picture, square_x_px

_RATE = Fraction(1, 30)


def starting_at(path: Path, start_s: float, *, codec: str = "libx264", n: int = 60) -> Path:
    """Write two seconds whose first picture is stamped `start_s`, as recorders of streams and cutters leave them."""
    with av.open(str(path), "w", options={"avoid_negative_ts": "disabled"}) as container:
        stream = container.add_stream(codec, rate=30)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        stream.codec_context.bit_rate, stream.codec_context.time_base = 4_000_000, _RATE
        for i in range(n + 1):
            picture = av.VideoFrame.from_ndarray(square_picture(i / 30), format="rgb24") if i < n else None
            if picture is not None:
                picture.time_base, picture.pts = _RATE, i
            for packet in stream.encode(picture):
                assert packet.pts is not None
                assert packet.dts is not None
                packet.pts += round(start_s / packet.time_base)
                packet.dts += round(start_s / packet.time_base)
                container.mux(packet)
    return path


# An MP4 hides what lies before zero; an AVI has no time stamps, so a start above zero is a gap after its first picture.
@pytest.mark.parametrize(
    ("name", "codec", "start_s"),
    [
        *(("a.webm", "libvpx", start_s) for start_s in (100.0, 1.5, -0.9)),
        *(("a.ts", "libx264", start_s) for start_s in (100.0, 1.5, -0.9)),
        *(("a.asf", "mpeg4", start_s) for start_s in (100.0, 1.5, -0.9)),
        *(("a.mp4", "mpeg4", start_s) for start_s in (100.0, 1.5)),
        ("a.avi", "mpeg4", -0.9),
    ],
)
def test_a_file_that_does_not_start_at_zero_is_whole(tmp_path: Path, name: str, codec: str, start_s: float) -> None:
    with open_video(starting_at(tmp_path / name, start_s, codec=codec)) as video:
        frames = list(video)
    assert video.damaged is None
    assert len(frames) == 60
    assert [frames[0].t_s, frames[-1].t_s] == pytest.approx([0.0, 59 / 30], abs=0.02)
    assert all(square_centre(each.rgb)[0] * 160 == pytest.approx(square_x_px(each.t_s), abs=2.0) for each in frames)
    assert video.info.duration_s == pytest.approx(2.0, abs=0.04)


@pytest.mark.parametrize("start_s", [100.0, 1.5])
def test_matroska_states_when_it_ends(tmp_path: Path, start_s: float) -> None:
    with open_video(starting_at(tmp_path / "a.mkv", start_s)) as video:
        assert len(list(video)) == 60
    assert video.damaged is None
    assert [video.info.duration_s, video.info.frames] == pytest.approx([2.0, 60], abs=0.01)


def test_one_that_breaks_off_is_still_told(tmp_path: Path) -> None:
    path = starting_at(tmp_path / "a.mkv", 100.0, n=240)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with open_video(path) as video:
        list(video)
    assert video.damaged is not None
    assert "of its 8.0 s" in video.damaged
