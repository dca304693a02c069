"""Writing pictures with their times to an MP4 that any browser plays: whole, or not at all.

Which H.264 encoder to use, out of those this machine's PyAV was built with.
"""

from __future__ import annotations

import errno
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.codec import Codec
from av.codec.codec import UnknownCodecError
from av.container import OutputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.reformatter import Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from formcheck.errors import OutputError

_BITS_PER_PIXEL = 0.1
"""For encoders without a quality setting: clean for a person in a room at 30 frames/s."""


@dataclass(frozen=True)
class Encoder:
    """An H.264 encoder of FFmpeg and how to ask it for a picture good enough to read small figures on."""

    name: str
    options: dict[str, str]
    sets_quality: bool
    """Whether the options fix the quality; if not, a bit rate must be given."""

    def bit_rate(self, width: int, height: int, fps: float) -> int | None:
        """Give the bit rate to ask for (bits/s), None when the options fix the quality."""
        return None if self.sets_quality else round(_BITS_PER_PIXEL * width * height * fps)


# Reordered frames (bf) are off: some browsers show the first picture of such a file late.
ENCODERS = (
    Encoder("libx264", {"preset": "veryfast", "crf": "23", "bf": "0"}, sets_quality=True),
    Encoder("libopenh264", {}, sets_quality=False),
    Encoder("h264_videotoolbox", {"bf": "0", "allow_sw": "1"}, sets_quality=False),
    Encoder("h264_mf", {}, sets_quality=False),
)
"""In order of preference: the usual one, then Cisco's, then those of macOS and Windows."""


def choose_encoder(is_available: Callable[[str], bool] | None = None) -> Encoder:
    """Choose the first H.264 encoder that is there.

    Parameters
    ----------
    is_available
        Says whether FFmpeg has the encoder of a name; by default FFmpeg is asked.

    Returns
    -------
    Encoder

    Raises
    ------
    OutputError
        There is none.
    """
    available = is_available or _ffmpeg_has
    for encoder in ENCODERS:
        if available(encoder.name):
            return encoder
    raise OutputError(
        "This installation of PyAV cannot write H.264 video.",
        "Install PyAV from its published wheels (pip install --force-reinstall av), or go without the overlay video.",
    )


def _ffmpeg_has(name: str) -> bool:
    try:
        return Codec(name, "w").is_encoder
    except UnknownCodecError:
        return False


_TIME_BASE = Fraction(1, 90_000)
"""Seconds per timestamp unit: the clock of MPEG, exact for all common frame rates."""
_KEY_FRAME_EVERY_S = 2.0
"""So that dragging the slider of a player answers at once."""
_BT709 = 1
"""Code of ITU-R BT.709 for primaries, transfer and matrix (ISO/IEC 23091-2)."""
_LIMITED_RANGE = 1
"""FFmpeg's code for luma 16 to 235."""
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class VideoWriter:
    """Writes an H.264 (yuv420p) MP4 whose index comes first, so that it starts playing while it loads.

    The file appears under its name only when it is complete: it is written beside it under a temporary name, which is
    removed when anything fails or is interrupted. Use it as a context manager::

        with VideoWriter("overlay.mp4", width, height, fps=30) as video:
            video.write(rgb, t_s)

    Parameters
    ----------
    path
        The file to write; an older one is replaced at the end.
    width, height
        Of the pictures (px). H.264 of this kind has even sizes: an odd side gets one more row or column that
        repeats the last, nothing is stretched.
    fps
        Expected frames/s. Frames are shown when `write` says, whatever it is; it only guides the encoder.

    Raises
    ------
    ValueError
        The size or the rate is not positive.
    OutputError
        On entering the context: the folder is missing or read-only, the disk is full, or there is no H.264 encoder.
    """

    def __init__(self, path: str | PathLike[str], width: int, height: int, *, fps: float = 30.0) -> None:
        if width < 1 or height < 1 or not (math.isfinite(fps) and fps > 0):
            raise ValueError(f"expected a positive size and rate but got {width} x {height} at {fps}")
        self._path = Path(path)
        self._width, self._height = width, height
        self._fps = fps
        self._partial = self._path.with_name(f".formcheck-{secrets.token_hex(6)}.part")
        self._made = False
        self._container: OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._reformatter = VideoReformatter()
        self._waiting: Packet[VideoStream] | None = None
        self._interval = round(1 / (fps * _TIME_BASE))
        self._last_timestamp: int | None = None

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException as error:
            self._abandon()
            self._raise_as_output_error(error)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is not None:
            self._abandon()
            return
        try:
            self._finish()
        except BaseException as failure:
            self._abandon()
            self._raise_as_output_error(failure)
            raise

    def write(self, rgb: NDArray[np.uint8], t_s: float) -> None:
        """Add one picture.

        Parameters
        ----------
        rgb
            Shape (height, width, 3), uint8.
        t_s
            When it is shown: seconds, later than the one before, at least 0.

        Raises
        ------
        ValueError
            The picture has another shape, or the time does not increase.
        OutputError
            The disk is full or fails.
        RuntimeError
            Outside the context.
        """
        if self._container is None or self._stream is None:
            raise RuntimeError("a VideoWriter writes inside its with block")
        if rgb.shape != (self._height, self._width, 3) or rgb.dtype != np.uint8:
            raise ValueError(
                f"expected uint8 of shape ({self._height}, {self._width}, 3) but got {rgb.dtype} of {rgb.shape}"
            )
        timestamp = self._timestamp(t_s)
        picture = self._reformatter.reformat(
            av.VideoFrame.from_ndarray(_even(rgb), format="rgb24"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range="MPEG",
            threads=1,
        )
        picture.pts, picture.time_base = timestamp, _TIME_BASE
        try:
            for packet in self._stream.encode(picture):
                self._mux(self._container, packet)
        except FFmpegError as error:
            self._raise_as_output_error(error)
            raise

    def _timestamp(self, t_s: float) -> int:
        if not (math.isfinite(t_s) and t_s >= 0):
            raise ValueError(f"expected a time from 0 on but got {t_s}")
        timestamp = round(t_s / _TIME_BASE)
        if self._last_timestamp is not None and timestamp <= self._last_timestamp:
            raise ValueError(f"expected a time after {float(self._last_timestamp * _TIME_BASE)} s but got {t_s} s")
        self._last_timestamp = timestamp
        return timestamp

    def _open(self) -> None:
        encoder = choose_encoder()
        # Made here first: Python says more clearly than FFmpeg why a file cannot be made.
        self._partial.open("xb").close()
        self._made = True
        address = f"file:{self._partial.absolute()}"
        container = av.open(address, mode="w", format="mp4", container_options={"movflags": "+faststart"})
        self._container = container
        rate = Fraction(self._fps).limit_denominator(1001)
        stream = container.add_stream(encoder.name, rate=rate, options=dict(encoder.options))
        if not isinstance(stream, VideoStream):
            raise TypeError(f"expected {encoder.name} to encode video")
        stream.width, stream.height = self._width + self._width % 2, self._height + self._height % 2
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = _TIME_BASE
        context.gop_size = max(1, round(_KEY_FRAME_EVERY_S * self._fps))
        bit_rate = encoder.bit_rate(stream.width, stream.height, self._fps)
        if bit_rate is not None:
            context.bit_rate = bit_rate
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED_RANGE
        self._stream = stream

    def _mux(self, container: OutputContainer, packet: Packet[VideoStream]) -> None:
        """Write the packet before this one, whose frame lasts until this one's begins."""
        if self._waiting is not None and self._waiting.pts is not None and packet.pts is not None:
            self._interval = packet.pts - self._waiting.pts
            self._waiting.duration = self._interval
            container.mux_one(self._waiting)
        self._waiting = packet

    def _finish(self) -> None:
        if self._container is None or self._stream is None or self._last_timestamp is None:
            raise OutputError(f'No pictures were given for "{self._path.name}".', "Nothing was written.")
        for packet in self._stream.encode(None):
            self._mux(self._container, packet)
        if self._waiting is not None:
            self._waiting.duration = self._interval
            self._container.mux_one(self._waiting)
        self._container.close()
        self._container = self._stream = self._waiting = None
        self._partial.replace(self._path)

    def _abandon(self) -> None:
        """Leave nothing behind."""
        container, self._container, self._stream = self._container, None, None
        try:
            if container is not None:
                container.close()
        except (FFmpegError, OSError):
            pass  # It is thrown away; that its end could not be written does not matter any more.
        finally:
            if self._made:
                self._partial.unlink(missing_ok=True)

    def _raise_as_output_error(self, error: BaseException) -> None:
        """Raise what the operating system or FFmpeg said as an `OutputError`; return when it is something else."""
        if not isinstance(error, (OSError, FFmpegError)):
            return
        name, folder = self._path.name, self._path.absolute().parent
        if error.errno in _DISK_FULL:
            reason, remedy = (
                f'There is no room on the disk to write "{name}".',
                "Free some space, or choose another folder.",
            )
        elif isinstance(error, PermissionError) or error.errno == errno.EROFS:
            reason, remedy = (
                f'"{name}" cannot be written: no permission in "{folder}".',
                "Choose a folder you may write to.",
            )
        elif isinstance(error, (FileNotFoundError, NotADirectoryError)):
            reason, remedy = f'"{name}" cannot be written: there is no folder "{folder}".', "Make the folder first."
        else:
            reason = f'"{name}" cannot be written ({error.strerror or "unknown fault"}).'
            remedy = "Check the disk, or choose another folder."
        raise OutputError(reason, remedy) from error


def _even(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        return np.ascontiguousarray(rgb)
    return np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
