"""An opened video file: its picture stream and its decoded frames, with every way it can be unusable named."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

from formcheck.errors import VideoError
from formcheck.names import shown_name
from formcheck.video.limits import MOST_PIXELS, check_length, check_picture
from formcheck.video.slow_motion import factor_between, factor_of_tag, tagged_capture_fps
from formcheck.video.unreadable import (
    CONVERT,
    RECORD_AGAIN,
    check_file,
    explain_unreadable,
    picture_error,
    picture_not_video,
)

_FORMATS = (
    "mov,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,nut,mxf,ivf,dv,"  # with pictures and timestamps
    "mp3,wav,flac,aac,aiff,amr,caf"  # sound alone, so that it is called that
)
"""The containers that are opened. FFmpeg would also play text files, and playlists that name other files and hosts."""
_DECODER_LIMITS = {"max_pixels": str(MOST_PIXELS)}
"""FFmpeg decodes a picture to find out what it is; not one of more pixels than this."""
_MOST_DECODER_THREADS = 4
"""Each holds whole pictures; the pose model is slower than four of them."""
_PACKETS_TIMED = 60
"""Packets whose timestamps are averaged when the container does not say its frame rate."""
_QUICK_PCT: Final = 25.0
"""Of the steps between those packets, this one is taken for a step in which no picture was left out."""
_HIGHEST_FPS = 480.0
"""Past the fastest phones; above it a container states its clock's resolution, not a frame rate."""
_FALLBACK_FPS = 30.0
_FOCAL_KEYS = ("focal_length.35mm_equivalent", "focallengthin35mmformat", "focallengthin35mmfilm")
"""Ends of the keys under which phones and cameras name the lens; the first is Apple's, the others Exif's."""
_COUNTS_FROM_ZERO: Final = frozenset({"matroska", "webm", "nut", "asf"})
"""Containers that state when they end, not how long they are."""
_USUAL_TIME_BASE: Final = Fraction(1, 90_000)
_SHORTEST_LENS_MM, _LONGEST_LENS_MM = 8.0, 300.0
"""Fisheye to telephoto; outside of it somebody wrote something else."""


@dataclass(eq=False)
class Source:
    """A video file opened for decoding, with its first frames decoded already.

    Close it, or use it as a context manager.
    """

    path: Path
    container: InputContainer
    stream: VideoStream
    shown_fps: float
    """Mean frames/s at which it is shown: what the container says, else from the timestamps of its first packets."""
    slowed: float = 1.0
    """How many times slower it is shown than it happened; below 1 for a time lapse. All other times are real ones."""
    _first: deque[av.VideoFrame | None] = field(default_factory=deque)
    _rest: Iterator[av.VideoFrame | None] = field(default_factory=lambda: iter(()))

    @property
    def name(self) -> str:
        """File name without folder, as it is shown."""
        return shown_name(self.path.name)

    @property
    def fps(self) -> float:
        """Mean frames/s at which it was filmed."""
        return self.shown_fps * self.slowed

    @property
    def time_base(self) -> Fraction:
        """Seconds of real time per timestamp unit."""
        return (self.stream.time_base or _USUAL_TIME_BASE) / Fraction(self.slowed)

    @property
    def pixel_aspect(self) -> Fraction:
        """Width over height of a stored pixel; 1 when the file does not say."""
        return self.stream.sample_aspect_ratio or Fraction(1)

    @property
    def focal_35mm_mm(self) -> float:
        """Focal length as its equivalent on 35 mm film (mm); NaN where no part of the file names a usable one."""
        for said in (self.stream.metadata, self.container.metadata):
            for key, value in said.items():
                if key.lower().endswith(_FOCAL_KEYS):
                    number = _plain_number(value)
                    if _SHORTEST_LENS_MM <= number <= _LONGEST_LENS_MM:
                        return number
        return math.nan

    @property
    def first_frame(self) -> av.VideoFrame:
        """The first frame that could be decoded."""
        return next(frame for frame in self._first if frame is not None)

    @property
    def duration_s(self) -> float:
        """Length of the picture stream (s) as the container says, else of the whole file; NaN when it does not."""
        stream_s = self.picture_duration_s
        if math.isnan(stream_s) and self.container.duration is not None:
            return self._since_start_s(self.container.duration / av.time_base) / self.slowed
        return stream_s

    @property
    def picture_duration_s(self) -> float:
        """Length of the picture stream alone (s) as the container says; NaN when it does not."""
        if self.stream.duration is not None:
            if self.container.format.name == "avi" and self.stream.frames:
                # The stated time is worked out from the size of the file, the count is what the recorder wrote.
                return self.stream.frames / self.fps
            shown_s = float(self.stream.duration * (self.stream.time_base or _USUAL_TIME_BASE))
            return self._since_start_s(shown_s) / self.slowed
        return self._since_start_s(_clock_text_s(self.stream.metadata.get("DURATION", ""))) / self.slowed

    def _since_start_s(self, end_s: float) -> float:
        """Return the length of a stream whose end the container states, both in seconds as shown.

        Some containers count from zero, wherever the first picture is; the others state lengths. Where the end would
        lie before the start, it is a length after all.
        """
        timestamp = self.timestamp_of(self.first_frame) if self._first else self.stream.start_time
        if timestamp is None or not _COUNTS_FROM_ZERO & set(self.container.format.name.split(",")):
            return end_s
        start_s = float(timestamp * (self.stream.time_base or _USUAL_TIME_BASE))
        return end_s - start_s if start_s < end_s else end_s

    def timestamp_of(self, frame: av.VideoFrame) -> int | None:
        """Give a frame's presentation timestamp, in units of `time_base`; None when the file does not say.

        AVI stores no presentation times, and FFmpeg's guesses at them come out of order where frames are reordered:
        there the decoding time of the packet that completed the frame is used, which differs by a constant.
        """
        if frame.pts is None or self.container.format.name == "avi":
            return frame.dts
        return frame.pts

    def decoded(self) -> Iterator[av.VideoFrame | None]:
        """Give every frame in presentation order from the first; None where something could not be decoded."""
        return chain(self._first, self._rest)

    def decoded_from(self, timestamp: int) -> Iterator[av.VideoFrame | None] | None:
        """Give the frames from the last key frame at or before a timestamp (in units of `time_base`) on.

        Some files lead a search somewhere else: look at the frames' timestamps. None when the file cannot be searched;
        frames asked for before then go on where they were.
        """
        try:
            self.container.seek(timestamp, stream=self.stream)
        except FFmpegError:
            return None
        return _decode(self.container, self.stream)

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; harmless when closed already."""
        self._first.clear()
        self._rest = iter(())
        self.container.close()


def open_source(path: str | PathLike[str], *, capture_fps: float | None = None, slowed: float | None = None) -> Source:
    """Open a video file and decode its first two frames.

    Parameters
    ----------
    path
        A file; never a web address or a device.
    capture_fps
        At how many frames/s it was filmed, as somebody said; goes before what the file says. The rate at which it is
        shown means that it is no slow motion.
    slowed
        How many times slower it is shown than it happened, as it was read before; goes before both.

    Returns
    -------
    Source

    Raises
    ------
    VideoError
        The file is missing, may not be read, is empty, is not a video, was cut off before its index, has sound only,
        is a still picture, is in a format that cannot be decoded, or none of its pictures can be.
    """
    file = Path(path)
    check_file(file)
    _refuse_pictures(file)
    container = _open_container(file)
    try:
        stream = _picture_stream(container, file.name)
        check_picture(file.name, stream.codec_context.width, stream.codec_context.height)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = min(os.cpu_count() or 1, _MOST_DECODER_THREADS)
        # A picture that turns out larger than the header said is not decoded either.
        stream.codec_context.options = dict(_DECODER_LIMITS)
        shown_fps = _frame_rate(file, stream)
        if slowed is None:
            slowed = _slowed(file, container, stream, shown_fps, capture_fps)
        source = Source(file, container, stream, shown_fps, slowed)
        _check_claims(source)
        source._rest = _decode(container, stream)
        _take_first_frames(source)
    except BaseException:
        container.close()
        raise
    return source


def _refuse_pictures(file: Path) -> None:
    """Refuse pictures and sequences of them that FFmpeg would open as a video, as they are made of the same boxes."""
    try:
        error = picture_error(file, shown_name(file.name))
    except OSError as unreadable:
        raise explain_unreadable(file) from unreadable
    if error is not None:
        raise error


def _check_claims(source: Source) -> None:
    """Refuse what the header claims before anything is decoded."""
    context = source.stream.codec_context
    stated_s, frames = source.duration_s, float(source.stream.frames)
    if not frames and stated_s > 0:
        frames = stated_s * source.fps
    check_length(source.name, stated_s, frames, context.width * context.height)


def _plain_number(text: str) -> float:
    """Read a number that may have a unit behind it; NaN where there is none."""
    words = text.split()
    try:
        return float(words[0]) if words else math.nan
    except ValueError:
        return math.nan


def _open_container(file: Path) -> InputContainer:
    # The explicit protocol keeps a colon in a file name from being read as one; the white lists keep a file that is
    # really a playlist from opening others, here or elsewhere.
    address = "file:" + os.fspath(file.absolute())
    limits = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
    try:
        return av.open(
            address, mode="r", options=dict(_DECODER_LIMITS), container_options=limits, metadata_errors="replace"
        )
    except (FFmpegError, UnicodeError) as error:
        raise explain_unreadable(file) from error


def _picture_stream(container: InputContainer, name: str) -> VideoStream:
    moving = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not moving:
        if container.streams.audio:
            raise VideoError(f'"{name}" has sound but no pictures.', "Give the video, not its sound track.")
        raise VideoError(f'"{name}" has no pictures in it.', CONVERT)
    best = container.streams.best("video")
    stream = next((candidate for candidate in moving if candidate is best), moving[0])
    if stream.codec_context is None:
        raise VideoError(f'"{name}" is in a video format that cannot be decoded here.', CONVERT)
    return stream


def _take_first_frames(source: Source) -> None:
    """Decode until there are two frames, so that a still picture and a file without any are known at the door."""
    found = 0
    while found < 2:
        try:
            frame = next(source._rest)
        except StopIteration:
            break
        source._first.append(frame)
        found += frame is not None
    if found:
        check_picture(source.name, source.first_frame.width, source.first_frame.height)
    if found == 2:
        return
    if any(frame is None for frame in source._first):
        raise VideoError(f'"{source.name}" is damaged: its pictures cannot be decoded.', RECORD_AGAIN)
    if found == 1:
        raise picture_not_video(source.name)
    raise VideoError(f'"{source.name}" holds no pictures: it has zero frames.', RECORD_AGAIN)


def _decode(container: InputContainer, stream: VideoStream) -> Iterator[av.VideoFrame | None]:
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except FFmpegError:
            # The container is broken here and goes no further; the decoder still holds frames from before.
            yield None
            yield from _decode_packet(stream, None)
            return
        if packet.is_corrupt:
            yield None
        yield from _decode_packet(stream, packet)


def _decode_packet(stream: VideoStream, packet: Packet[VideoStream] | None) -> Iterator[av.VideoFrame | None]:
    try:
        frames = stream.decode(packet)
    except FFmpegError:
        yield None
        return
    for frame in frames:
        # A frame put together around missing data would put joints where nobody has them.
        yield None if frame.is_corrupt else frame


def _frame_rate(file: Path, stream: VideoStream) -> float:
    said = float(stream.average_rate) if stream.average_rate else math.nan
    if 0 < said <= _HIGHEST_FPS:
        return said
    times_s = _packet_times_s(file, stream.index)
    if len(times_s) < 2 or max(times_s) == min(times_s):
        return _FALLBACK_FPS
    return (len(times_s) - 1) / (max(times_s) - min(times_s))


def _slowed(
    file: Path, container: InputContainer, stream: VideoStream, shown_fps: float, capture_fps: float | None
) -> float:
    if capture_fps is not None:
        return factor_between(capture_fps, shown_fps)
    tagged_fps = tagged_capture_fps(file, (stream.metadata, container.metadata))
    if factor_of_tag(tagged_fps, shown_fps, shown_fps) == 1.0:
        return 1.0
    steps_s = np.diff(sorted(_packet_times_s(file, stream.index)))
    steps_s = steps_s[steps_s > 0]
    fastest_fps = 1 / float(np.percentile(steps_s, _QUICK_PCT)) if len(steps_s) else shown_fps
    return factor_of_tag(tagged_fps, shown_fps, fastest_fps)


def _packet_times_s(file: Path, stream_index: int) -> list[float]:
    """Return when the first packets are shown (s, as stored), in the order of the file."""
    times_s: list[float] = []
    with _open_container(file) as container:
        stream = container.streams[stream_index]
        time_base = stream.time_base or _USUAL_TIME_BASE
        try:
            for packet in container.demux(stream):
                timestamp = packet.dts if packet.pts is None else packet.pts
                if timestamp is not None:
                    times_s.append(float(timestamp * time_base))
                if len(times_s) == _PACKETS_TIMED:
                    break
        except FFmpegError:
            pass  # A broken place ends the sample early; reading the frames reports it.
    return times_s


def _clock_text_s(text: str) -> float:
    """Read a length written as `hours:minutes:seconds` (Matroska's per-track tag), s; NaN when it is not one."""
    parts = text.split(":")
    if len(parts) != 3:
        return math.nan
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return math.nan
    return 3600 * hours + 60 * minutes + seconds
