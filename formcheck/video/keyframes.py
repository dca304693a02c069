"""Single frames of a video at given times, for the pictures in a report."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from os import PathLike

import av

from formcheck.video.frame import Frame
from formcheck.video.picture import PictureConverter
from formcheck.video.reader import MAX_SHORT_SIDE_PX, converter_for
from formcheck.video.source import Source, open_source

_SEEK_BEYOND_S = 2.0
"""Cameras write a key frame every second or two: closer than this, decoding on is as quick as searching."""
_STEP_BACK_S = 12.0
"""More than the usual distance of key frames, for files in which a search lands too late."""


def frames_at(
    path: str | PathLike[str],
    times_s: Sequence[float],
    *,
    max_short_side: int = MAX_SHORT_SIDE_PX,
    mirrored: bool = False,
    slowed: float | None = None,
) -> Iterator[Frame]:
    """Read the frames shown nearest to given times, in one pass and without holding more than two.

    Parameters
    ----------
    path
        The video file.
    times_s
        Seconds from the first frame, not decreasing. A time past the end gives the last frame.
    max_short_side, mirrored, slowed
        As for `formcheck.video.reader.VideoReader`.

    Returns
    -------
    Iterator of Frame
        One for each time, in their order. `index` is -1: a search does not count the frames it passes.

    Raises
    ------
    ValueError
        The times decrease or are not finite; raised at once.
    VideoError
        The file cannot be used; raised with the first frame.
    """
    times = [float(t_s) for t_s in times_s]
    if not all(math.isfinite(t_s) for t_s in times):
        raise ValueError("expected finite times")
    if any(later < earlier for earlier, later in itertools.pairwise(times)):
        raise ValueError("expected times that do not decrease")
    return _read(path, times, max_short_side, mirrored=mirrored, slowed=slowed)


def _read(
    path: str | PathLike[str], times_s: list[float], max_short_side: int, *, mirrored: bool, slowed: float | None
) -> Iterator[Frame]:
    with open_source(path, slowed=slowed) as source:
        converter = converter_for(source, max_short_side, mirrored=mirrored)
        cursor = _Cursor(source)
        for t_s in times_s:
            yield cursor.nearest(t_s, converter)


class _Cursor:
    """A place between two neighbouring frames of a video, moved forward only."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._origin = source.timestamp_of(source.first_frame) or 0
        self._frames = source.decoded()
        self._before = (0.0, source.first_frame)
        self._after = self._next()

    def nearest(self, t_s: float, converter: PictureConverter) -> Frame:
        if self._after is not None and t_s > self._after[0] + _SEEK_BEYOND_S:
            self._search(t_s)
        while self._after is not None and self._after[0] < t_s:
            self._before, self._after = self._after, self._next(later_than_s=self._after[0])
        sides = [self._before] if self._after is None else [self._before, self._after]
        shown_s, frame = min(sides, key=lambda side: abs(side[0] - t_s))
        return Frame(t_s=shown_s, rgb=converter.to_rgb(frame), index=-1)

    def _search(self, t_s: float) -> None:
        """Move to a key frame at or before `t_s`, further back if a search lands too late; if none works, stay."""
        for begin_s in (t_s, t_s - _STEP_BACK_S, 0.0):
            timestamp = self._origin + math.floor(max(0.0, begin_s) / self._source.time_base)
            found = self._source.decoded_from(timestamp)
            if found is None:
                return
            self._frames = found
            self._after = self._next()
            if self._after is not None and self._after[0] <= t_s:
                return

    def _next(self, later_than_s: float = -math.inf) -> tuple[float, av.VideoFrame] | None:
        for frame in self._frames:
            timestamp = None if frame is None else self._source.timestamp_of(frame)
            if frame is None or timestamp is None:
                continue
            t_s = float((timestamp - self._origin) * self._source.time_base)
            if t_s > later_than_s:
                return t_s, frame
        return None
