"""A copy of a video for reviewing it in a browser: one that any browser plays, and that can be scrubbed.

Phones record what browsers refuse or show wrongly (HEVC, turned pictures), and with key frames seconds apart: to show
one picture, all those since the last key frame must be decoded. The copy is upright H.264 of moderate size with a key
frame every few pictures, and holds exactly the frames that are measured, at their own times: its n-th picture is the
n-th frame of the pose track.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from typing import Final

from formcheck.video.picture import PictureSize
from formcheck.video.reader import open_video, probe
from formcheck.video.writer import VideoWriter

PROXY_LONG_SIDE_PX: Final = 960
"""Fills the picture's place on a desk's screen, and decodes in some milliseconds without a GPU."""
PROXY_FRAMES_PER_KEY: Final = 8
"""At most seven pictures are decoded to show an eighth. Measured at 960 by 540: a copy of key frames alone seeks no
faster, and is four times as large."""

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Proxy:
    """What was written."""

    width: int
    """Of the copy's picture, px, even."""
    height: int
    """Of the copy's picture, px, even."""
    frames: int
    last_s: float
    """When the last picture is shown, seconds from the first."""


class _ProxyWriter(VideoWriter):
    """A writer with key frames close together."""

    def _open(self) -> None:
        super()._open()
        if self._stream is None:
            raise RuntimeError("the writer opened without a stream")
        self._stream.codec_context.gop_size = PROXY_FRAMES_PER_KEY


def write_proxy(
    source: str | PathLike[str],
    target: str | PathLike[str],
    *,
    mirrored: bool = False,
    slowed: float | None = None,
    progress: Progress | None = None,
) -> Proxy:
    """Write the copy of a video that the review page shows; whole, or not at all.

    One picture is held at a time, whatever the length of the video.

    Parameters
    ----------
    source
        The video as it came.
    target
        The MP4 to write; an older one is replaced at the end.
    mirrored
        Whether the recording is a mirror image; the copy is the right way round, as the pose track is.
    slowed
        How many times slower it is shown than it happened, as the pose track says; None to ask the file. The copy plays
        as it happened.
    progress
        Told the share that is done.

    Returns
    -------
    Proxy

    Raises
    ------
    VideoError
        If the source cannot be used; see `formcheck.video.source.open_source`.
    OutputError
        If the copy cannot be written.
    """
    info = probe(source, slowed=slowed)
    short_side = _short_side(info.width, info.height)
    with open_video(source, max_short_side=short_side, mirrored=mirrored, slowed=slowed) as video:
        frames = iter(video)
        first = next(frames)
        height, width = first.rgb.shape[:2]
        count, last_s = 1, first.t_s
        with _ProxyWriter(target, width, height, fps=min(video.info.fps, _FASTEST_FPS)) as copy:
            copy.write(first.rgb, first.t_s)
            for frame in frames:
                copy.write(frame.rgb, frame.t_s)
                count, last_s = count + 1, frame.t_s
                if progress is not None and math.isfinite(video.info.duration_s) and video.info.duration_s > 0:
                    progress(min(1.0, frame.t_s / video.info.duration_s))
    if progress is not None:
        progress(1.0)
    return Proxy(width + width % 2, height + height % 2, count, last_s)


_FASTEST_FPS: Final = 60.0
"""Faster sources are thinned to less; the rate guides the encoder only."""
_SIZES_TRIED: Final = 32
"""Among so many sizes that are a little smaller each, one has two even sides."""


def _short_side(width: int, height: int) -> int:
    """Give the short side (px) of the copy of a picture: its long side at most `PROXY_LONG_SIDE_PX`, both even.

    H.264 of this kind has even sides. An odd one would be padded, and places on the copy would no longer be the same
    shares of its width and height as on the source.
    """
    source = PictureSize(width, height)
    largest = max(1, min(source.short_side, round(PROXY_LONG_SIDE_PX * source.short_side / max(width, height))))
    for short_side in range(largest, max(1, largest - _SIZES_TRIED), -1):
        size = source.reduced(short_side)
        if size.width % 2 == 0 and size.height % 2 == 0:
            return short_side
    return largest
