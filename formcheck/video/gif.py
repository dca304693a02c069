"""A few seconds as a GIF, which plays wherever a picture is shown."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from av.error import FFmpegError
from av.filter import Graph
from av.video.stream import VideoStream
from numpy.typing import NDArray

from formcheck.errors import OutputError

Picture = NDArray[np.uint8]
"""Shape (height, width, 3), red, green, blue."""

LARGEST_BYTES: Final = 2_000_000
"""What mail and messengers take without asking."""
_SHRINK: Final = 0.75
_SMALLEST_SIDE_PX: Final = 96
_PALETTE: Final = "stats_mode=diff:max_colors=128"
_DITHER: Final = "dither=bayer:bayer_scale=4:diff_mode=rectangle"
"""An ordered pattern: one that moves with the noise would triple the size."""
_HUNDREDTH: Final = Fraction(1, 100)
"""The clock of GIF."""


def write_gif(path: Path, pictures: Sequence[Picture], *, fps: float) -> None:
    """Write pictures as a GIF that repeats; smaller ones where it would be larger than `LARGEST_BYTES`.

    Parameters
    ----------
    path
        The file; what is there already is replaced.
    pictures
        In their order, all of one size.
    fps
        Pictures per second.

    Raises
    ------
    ValueError
        If there is no picture.
    OutputError
        If the file cannot be written.
    """
    if not pictures:
        raise ValueError("expected at least one picture")
    try:
        _encode(path, pictures, fps)
        while path.stat().st_size > LARGEST_BYTES and min(pictures[0].shape[:2]) * _SHRINK >= _SMALLEST_SIDE_PX:
            pictures = [_smaller(each) for each in pictures]
            _encode(path, pictures, fps)
    except (FFmpegError, OSError) as error:
        raise OutputError(
            f'"{path.name}" could not be written: {error.strerror or error}.', "Choose another folder with --out."
        ) from error


def _encode(path: Path, pictures: Sequence[Picture], fps: float) -> None:
    height, width = pictures[0].shape[:2]
    graph, step = _one_palette(width, height), round(1 / (fps * _HUNDREDTH))
    with av.open(f"file:{path.absolute()}", mode="w", format="gif", container_options={"loop": "0"}) as container:
        stream = container.add_stream("gif", rate=Fraction(1, 1) / (step * _HUNDREDTH))
        if not isinstance(stream, VideoStream):
            raise TypeError("expected gif to be video")
        stream.width, stream.height, stream.pix_fmt = width, height, "pal8"
        stream.codec_context.time_base = _HUNDREDTH
        for i, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = i * step, _HUNDREDTH
            graph.push(frame)
        graph.push(None)
        for _ in pictures:
            shown = graph.pull()
            if isinstance(shown, av.VideoFrame):
                container.mux(stream.encode(shown))
        container.mux(stream.encode(None))


def _smaller(picture: Picture) -> Picture:
    small = cv2.resize(picture, None, fx=_SHRINK, fy=_SHRINK, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def _one_palette(width: int, height: int) -> Graph:
    """Return a graph that finds the colours of all pictures together and then gives the pictures in them."""
    graph = Graph()
    source = graph.add_buffer(
        width=width, height=height, format=av.VideoFormat("rgb24", width, height), time_base=_HUNDREDTH
    )
    split, palette, use = graph.add("split"), graph.add("palettegen", _PALETTE), graph.add("paletteuse", _DITHER)
    source.link_to(split)
    split.link_to(palette, 0, 0)
    split.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(graph.add("buffersink"))
    graph.configure()
    return graph
