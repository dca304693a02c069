"""Little videos made on the spot, with pictures whose every place and time is known."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.codec import Codec
from av.codec.codec import UnknownCodecError
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

SQUARE_PX = 24
MARGIN_PX = 20
SPEED_PX_S = 60.0


def steady(n: int, fps: float) -> list[float]:
    """Give the times (s) of `n` frames at a constant rate."""
    return [i / fps for i in range(n)]


def square_x_px(t_s: float, width: int = 160) -> float:
    """Where the centre of the square is at a time, px from the left edge: to and fro at constant speed."""
    reach = width - 2 * MARGIN_PX
    along = (t_s * SPEED_PX_S) % (2 * reach)
    return MARGIN_PX + min(along, 2 * reach - along)


def square_picture(t_s: float, width: int = 160, height: int = 120) -> Picture:
    """Draw a light square on dark ground, a third of the way down, where it is at a time; edges are anti-aliased."""
    rgb = np.full((height, width, 3), 20, dtype=np.uint8)
    columns = np.arange(width) + 0.5
    cover = np.clip(SQUARE_PX / 2 + 0.5 - np.abs(columns - square_x_px(t_s, width)), 0, 1)
    top = height // 3 - SQUARE_PX // 2
    rgb[top : top + SQUARE_PX] = (20 + 215 * cover)[None, :, None].round().astype(np.uint8)
    return rgb


def square_centre(rgb: Picture) -> tuple[float, float]:
    """Find the centre of the square, as fractions of the picture's width and height."""
    light = np.clip(rgb.mean(axis=2) - 60, 0, None)
    height, width = light.shape
    x = (light.sum(axis=0) * (np.arange(width) + 0.5)).sum() / light.sum()
    y = (light.sum(axis=1) * (np.arange(height) + 0.5)).sum() / light.sum()
    return float(x / width), float(y / height)


def quadrants(width: int = 64, height: int = 48) -> Picture:
    """Draw red, green, blue and white quarters: top left, top right, bottom left, bottom right."""
    rgb = np.zeros((height, width, 3), dtype=np.uint8)
    rgb[: height // 2, : width // 2] = (230, 20, 20)
    rgb[: height // 2, width // 2 :] = (20, 230, 20)
    rgb[height // 2 :, : width // 2] = (20, 20, 230)
    rgb[height // 2 :, width // 2 :] = (230, 230, 230)
    return rgb


def corner_colours(rgb: Picture) -> str:
    """Name the colours of the four quarters, in the order of reading: `RGBW` for `quadrants` shown as drawn."""
    height, width = rgb.shape[:2]
    names = ""
    for row in (height // 4, 3 * height // 4):
        for column in (width // 4, 3 * width // 4):
            red, green, blue = (int(value) > 128 for value in rgb[row, column])
            names += {(True, False, False): "R", (False, True, False): "G", (False, False, True): "B"}.get(
                (red, green, blue), "W" if red and green and blue else "?"
            )
    return names


@dataclass(frozen=True)
class Coding:
    """How a clip is encoded."""

    codec: str = "mpeg4"
    pix_fmt: str = "yuv420p"
    options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)
    pixel_aspect: Fraction | None = None
    fps: int = 30
    """Stated rate; AVI, which knows no times, plays at it."""
    time_base: Fraction = Fraction(1, 60_000)


MPEG4 = Coding()
H264 = Coding("libx264", options={"preset": "ultrafast", "crf": "12"})
H264_REORDERED = Coding("libx264", options={"preset": "veryfast", "crf": "12", "bf": "2", "g": "30"})


def has_encoder(name: str) -> bool:
    """Say whether this FFmpeg can write a codec."""
    try:
        return Codec(name, "w").is_encoder
    except UnknownCodecError:
        return False


def write_clip(
    path: Path,
    times_s: Sequence[float],
    coding: Coding = MPEG4,
    picture: Callable[[float], Picture] = square_picture,
    *,
    with_sound: bool = False,
) -> Path:
    """Encode the pictures of the given times, the k-th shown at the k-th time, and return the path."""
    with av.open(str(path), mode="w", container_options=coding.container_options) as container:
        first = picture(times_s[0])
        stream = _add_video(container, coding, first.shape[1], first.shape[0])
        if with_sound:
            add_sound(container, times_s[-1] + 0.1)
        constant = path.suffix == ".avi"
        for index, t_s in enumerate(times_s):
            frame = av.VideoFrame.from_ndarray(picture(t_s), format="rgb24")
            if coding.pix_fmt.startswith("yuvj"):
                frame = frame.reformat(format=coding.pix_fmt, dst_color_range="JPEG")
            frame.time_base = Fraction(1, coding.fps) if constant else coding.time_base
            frame.pts = index if constant else round(t_s / coding.time_base)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_sound(path: Path, duration_s: float) -> Path:
    """Write a file with sound and no pictures."""
    with av.open(str(path), mode="w") as container:
        add_sound(container, duration_s)
    return path


def add_sound(container: OutputContainer, duration_s: float) -> None:
    """Add silence to a file being written."""
    rate, block = 48_000, 1024
    stream = container.add_stream("aac" if container.format.name != "wav" else "pcm_s16le", rate=rate)
    sample_format = "fltp" if container.format.name != "wav" else "s16"
    for start in range(0, round(duration_s * rate), block):
        silence = np.zeros((1, block), dtype=np.float32 if sample_format == "fltp" else np.int16)
        frame = av.AudioFrame.from_ndarray(silence, format=sample_format, layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _add_video(container: OutputContainer, coding: Coding, width: int, height: int) -> VideoStream:
    stream = container.add_stream(coding.codec, rate=coding.fps, options=dict(coding.options))
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = width, height, coding.pix_fmt
    context = stream.codec_context
    if container.format.name != "avi":
        context.time_base = coding.time_base
    if coding.codec in {"mpeg4", "libvpx", "libvpx-vp9", "mjpeg"}:
        context.bit_rate = 8_000_000
    if coding.pixel_aspect is not None:
        context.sample_aspect_ratio = coding.pixel_aspect
    if coding.pix_fmt.startswith("yuvj"):
        context.color_range = 2
    return stream


def set_display_matrix(path: Path, a: float, b: float, c: float, d: float) -> None:
    """Write a display matrix into the one track header of an MP4: x' = a·x + c·y, y' = b·x + d·y."""
    data = bytearray(path.read_bytes())
    assert data.count(b"tkhd") == 1
    # Type, version and flags, five words of times and identity, two reserved, layer to volume: 44 bytes.
    position = data.index(b"tkhd") + 44
    fixed = [round(value * 65536) for value in (a, b, 0, c, d, 0, 0, 0)]
    struct.pack_into(">9i", data, position, *fixed, 1 << 30)
    path.write_bytes(data)


def set_edit_start(path: Path, start: int) -> None:
    """Make the edit list of an MP4 begin `start` units of its track's time base later than it does."""
    data = bytearray(path.read_bytes())
    assert data.count(b"elst") == 1
    position = data.index(b"elst") + 16
    (media_time,) = struct.unpack_from(">i", data, position)
    struct.pack_into(">i", data, position, media_time + start)
    path.write_bytes(data)


def cut_to(path: Path, fraction: float) -> Path:
    """Cut a file's end off."""
    data = path.read_bytes()
    path.write_bytes(data[: round(len(data) * fraction)])
    return path


def spoil(path: Path, fraction: float, n_bytes: int = 4000) -> Path:
    """Overwrite bytes in the middle of a file with noise."""
    data = bytearray(path.read_bytes())
    begin = round(len(data) * fraction)
    data[begin : begin + n_bytes] = np.random.default_rng(7).bytes(n_bytes)
    path.write_bytes(data)
    return path
