"""Reading a video file as a stream of upright frames with their true times.

When a frame is shown, and whether it is needed: presentation times from timestamps, and thinning of fast sources.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from os import PathLike
from typing import Self

from formcheck.errors import VideoError
from formcheck.video.frame import Frame, VideoInfo
from formcheck.video.limits import check_length
from formcheck.video.picture import PictureConverter
from formcheck.video.source import Source, open_source
from formcheck.video.unreadable import RECORD_AGAIN

_LARGEST_STEP_BACK_S = 0.5
"""Codecs reorder at most 16 frames, so timestamps a little out of order are late or doubled frames; further back, the
clock was set anew."""
_LARGEST_GAP_S = 60.0
"""Nobody films a set with a minute missing in it; a longer gap is a broken clock."""
_INTERVALS_WATCHED = 15
"""Half a second at 30 frames/s: long enough to see through jitter, short enough to follow a phone that changes rate."""


class PresentationClock:
    """Turns the timestamps of successive frames into seconds from the first frame, strictly increasing.

    Parameters
    ----------
    time_base
        Seconds per timestamp unit.
    nominal_interval_s
        Expected time between frames (s). Where a frame carries no timestamp or the clock jumps, the last interval
        seen is used, and this one only until there is one.
    """

    def __init__(self, time_base: Fraction, nominal_interval_s: float) -> None:
        self._time_base = time_base
        self._interval_s = nominal_interval_s
        self._origin: int | None = None
        self._shift_s = 0.0
        self._last_s: float | None = None
        self._jumped = False

    @property
    def jumped(self) -> bool:
        """Whether the timestamps have jumped, so that times after the jump continue by the last interval."""
        return self._jumped

    def time_of(self, timestamp: int | None) -> float | None:
        """Give the time of the next frame.

        Parameters
        ----------
        timestamp
            In units of the time base; None when the file does not say.

        Returns
        -------
        float or None
            Seconds from the first frame, later than every one before. None when the frame is not later than the last
            one and is to be left out. After a jump of the timestamps (back by over half a second, or ahead by
            over a minute) the times go on without the jump.
        """
        if self._last_s is None:
            self._origin = timestamp
            self._last_s = 0.0
            return 0.0
        expected_s = self._last_s + self._interval_s
        if timestamp is None:
            self._last_s = expected_s
            return expected_s
        if self._origin is None:
            self._origin = timestamp - round(expected_s / self._time_base)
        t_s = float((timestamp - self._origin) * self._time_base) + self._shift_s
        step_s = t_s - self._last_s
        if step_s < -_LARGEST_STEP_BACK_S or step_s > _LARGEST_GAP_S:
            self._jumped = True
            self._shift_s += expected_s - t_s
            t_s = expected_s
        if t_s <= self._last_s:
            return None
        self._interval_s = t_s - self._last_s
        self._last_s = t_s
        return t_s


class Thinner:
    """Chooses the frames to keep from a source that is faster than needed.

    While the source's own frames come `min_interval_s` apart or more (by the mean of the last few, so that the
    jitter of a phone at 30 frames/s loses nothing), every frame is kept. While they come faster, a frame is kept when
    it comes at least `min_interval_s` after the last one kept: 60 frames/s become 30, 50 become 25, 120 become 40.
    Times are never changed.

    Parameters
    ----------
    min_interval_s
        Time between frames (s) below which there are more than needed; 0 keeps all.
    nominal_interval_s
        Time between frames (s) that the source is expected to have, believed until a few have been seen.
    """

    def __init__(self, min_interval_s: float, nominal_interval_s: float) -> None:
        self._min_interval_s = min_interval_s
        self._nominal_interval_s = nominal_interval_s
        self._seen_s: deque[float] = deque(maxlen=_INTERVALS_WATCHED + 1)
        self._last_kept_s: float | None = None

    def keeps(self, t_s: float) -> bool:
        """Say whether the frame at `t_s` (s, increasing from call to call) is kept; the first always is."""
        self._seen_s.append(t_s)
        if (
            self._last_kept_s is not None
            and self._mean_interval_s() < self._min_interval_s
            and t_s - self._last_kept_s < self._min_interval_s
        ):
            return False
        self._last_kept_s = t_s
        return True

    def _mean_interval_s(self) -> float:
        intervals = len(self._seen_s) - 1
        if intervals < _INTERVALS_WATCHED // 2:
            return self._nominal_interval_s
        return (self._seen_s[-1] - self._seen_s[0]) / intervals


MAX_SHORT_SIDE_PX = 720
"""The pose model sees the person at 256 px; more than this only costs time."""
MIN_INTERVAL_S = 0.0245
"""Keeps 40 frames/s and slower whole; the fastest joint angles of a squat are well described at 25."""
SHORTEST_S = 0.5
"""Less video than this holds no movement to measure."""
_ENDS_EARLY_S = 0.5
"""Missing from the picture stream's own stated length: cut off. Stated and true lengths differ by a frame or two."""
_ENDS_EARLY_FILE_S = 2.0
"""The same against the length of the whole file, in which the sound may go on for longer than the pictures."""

_CUT_LEAVES_DAMAGE_S = 1.0
"""A cut spoils the last pictures before it; damage earlier than this is damage of its own, and said instead."""
_COUNTS_AGREE = 0.02
"""Relative difference between stated and expected number of frames that a varying rate explains."""


class VideoReader:
    """The frames of one video file, in order, upright, with square pixels and true times.

    Use it as a context manager and iterate over it once; one frame is held at a time, whatever the file's length::

        with open_video("set.mp4") as video:
            for frame in video:
                ...
        if video.damaged:
            ...

    Parameters
    ----------
    path
        The video file.
    max_short_side
        Pictures whose upright short side (px) is larger are scaled down to it while being converted. Positions in a
        frame as fractions of its width and height are fractions of the source picture: multiply by `info.width` and
        `info.height` (not by a rounded scale) to get source pixels.
    min_interval_s
        Frames of a source that come closer together than this (s) are thinned to at least this distance, before any
        conversion; 0 keeps every frame. Times are never changed.
    mirrored
        Whether the recording is a mirror image, as selfie cameras make them without saying so in the file: frames are
        then given the right way round.
    capture_fps, slowed
        What is known of slow motion, as for `formcheck.video.source.open_source`. Times are those of what happened.

    Raises
    ------
    VideoError
        The file cannot be used; see `formcheck.video.source.open_source`.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        max_short_side: int = MAX_SHORT_SIDE_PX,
        min_interval_s: float = MIN_INTERVAL_S,
        mirrored: bool = False,
        capture_fps: float | None = None,
        slowed: float | None = None,
    ) -> None:
        if max_short_side < 1 or not min_interval_s >= 0:
            raise ValueError(f"expected a positive size and interval but got {max_short_side} and {min_interval_s}")
        self._source = open_source(path, capture_fps=capture_fps, slowed=slowed)
        try:
            self._converter = converter_for(self._source, max_short_side, mirrored=mirrored)
        except BaseException:
            self._source.close()
            raise
        self._interval_s = 1 / self._source.fps
        self._clock = PresentationClock(self._source.time_base, self._interval_s)
        self._thinner = Thinner(min_interval_s, self._interval_s)
        self._last_t_s = 0.0
        self._damaged: str | None = None
        self._damaged_at_s = math.inf
        self._started = False
        self.info = _describe(self._source, self._converter)

    @property
    def damaged(self) -> str | None:
        """A sentence on where the file is damaged or cut off, None when it is whole; final after the last frame."""
        return self._damaged

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; harmless when closed already."""
        self._source.close()

    def __iter__(self) -> Iterator[Frame]:
        """Give the frames, once.

        Yields
        ------
        Frame
            With strictly increasing times. Frames not later than the one before, thinned ones and ones that cannot
            be decoded are left out.

        Raises
        ------
        VideoError
            After the last frame, when less than half a second could be decoded.
        RuntimeError
            The frames were asked for before.
        """
        if self._started:
            raise RuntimeError("a VideoReader can be read once; open the video again")
        self._started = True
        return self._frames()

    def _frames(self) -> Iterator[Frame]:
        index = -1
        for decoded in self._source.decoded():
            if decoded is None:
                self._note_damage(f"is damaged at {self._last_t_s:.1f} s, and pictures around that may be missing")
                continue
            index += 1
            t_s = self._clock.time_of(self._source.timestamp_of(decoded))
            if self._clock.jumped:
                self._note_damage(f"has a clock that jumps at {self._last_t_s:.1f} s, so times after it are uncertain")
            if t_s is None:
                continue
            self._last_t_s = t_s
            check_length(self.info.name, t_s, index, decoded.width * decoded.height)
            if self._thinner.keeps(t_s):
                yield Frame(t_s=t_s, rgb=self._converter.to_rgb(decoded), index=index)
        self._check_end()

    def _note_damage(self, what: str) -> None:
        if self._damaged is None:
            self._damaged = f'"{self.info.name}" {what}.'
            self._damaged_at_s = self._last_t_s

    def _check_end(self) -> None:
        end_s = self._last_t_s + self._interval_s
        stated_s, slack_s = self._source.picture_duration_s, _ENDS_EARLY_S
        if math.isnan(stated_s):
            stated_s, slack_s = self.info.duration_s, _ENDS_EARLY_FILE_S
        if end_s < stated_s - slack_s and self._damaged_at_s > self._last_t_s - _CUT_LEAVES_DAMAGE_S:
            self._damaged = f'"{self.info.name}" breaks off: only {end_s:.1f} s of its {stated_s:.1f} s can be read.'
        if end_s < SHORTEST_S:
            ending = " before it breaks off" if self._damaged else ""
            raise VideoError(f'"{self.info.name}" has only {end_s:.1f} s of video{ending}.', RECORD_AGAIN)


def open_video(
    path: str | PathLike[str],
    *,
    max_short_side: int = MAX_SHORT_SIDE_PX,
    min_interval_s: float = MIN_INTERVAL_S,
    mirrored: bool = False,
    capture_fps: float | None = None,
    slowed: float | None = None,
) -> VideoReader:
    """Open a video for reading; the parameters, the result and the errors are `VideoReader`'s."""
    return VideoReader(
        path,
        max_short_side=max_short_side,
        min_interval_s=min_interval_s,
        mirrored=mirrored,
        capture_fps=capture_fps,
        slowed=slowed,
    )


def probe(path: str | PathLike[str], *, slowed: float | None = None) -> VideoInfo:
    """Say what a video file is, from its header and its first frame.

    Parameters
    ----------
    path
        The video file.
    slowed
        How many times slower it is shown than it happened, where that is known; else the file is asked.

    Returns
    -------
    VideoInfo

    Raises
    ------
    VideoError
        The file cannot be used; see `formcheck.video.source.open_source`.
    """
    with open_video(path, slowed=slowed) as video:
        return video.info


def converter_for(source: Source, max_short_side: int, *, mirrored: bool = False) -> PictureConverter:
    """Make the converter for the frames of an opened video, none with a short side above `max_short_side` (px)."""
    return PictureConverter(source.first_frame, source.pixel_aspect, max_short_side, source.name, mirrored=mirrored)


def _describe(source: Source, converter: PictureConverter) -> VideoInfo:
    return VideoInfo(
        name=source.name,
        width=converter.source_size.width,
        height=converter.source_size.height,
        fps=source.fps,
        duration_s=source.duration_s,
        frames=_frame_count(source),
        codec=source.stream.codec_context.codec.canonical_name,
        rotation_deg=converter.orientation.rotation_deg,
        focal_35mm_mm=source.focal_35mm_mm,
        slowed=source.slowed,
    )


def _frame_count(source: Source) -> int:
    """Count the frames as the container does, unless its edit list shows only a part of them."""
    stated = source.stream.frames
    if math.isnan(source.duration_s):
        return stated
    expected = round(source.duration_s * source.fps)
    return stated if stated and abs(stated - expected) <= max(2, _COUNTS_AGREE * expected) else expected
