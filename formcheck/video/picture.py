"""Decoded pictures to upright RGB arrays with square pixels, scaled down on the way when larger than needed.

Which way up a stored picture is shown: the display matrix of a video file, understood as turns and a mirror.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace
from fractions import Fraction

import av
import numpy as np
from av.buffer import Buffer
from av.filter import Graph
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from formcheck.errors import VideoError

_MATRIX = struct.Struct("=9i")
_TURN_TOLERANCE_DEG = 2.0
"""Fixed-point rounding in a file is far below this; a deliberate tilt is far above."""


@dataclass(frozen=True)
class Orientation:
    """What to do to a stored picture to show it upright: turn it, then mirror it.

    Phones store the picture as the sensor lies and write a turn beside it; some front cameras also write a mirror.
    """

    quarter_turns: int = 0
    """Clockwise quarter turns, 0 to 3, done first."""
    mirrored: bool = False
    """Whether left and right are then exchanged."""

    @property
    def rotation_deg(self) -> int:
        """The clockwise turn: 0, 90, 180 or 270."""
        return 90 * self.quarter_turns

    @property
    def swaps_axes(self) -> bool:
        """Whether the stored width becomes the shown height."""
        return self.quarter_turns % 2 == 1

    @property
    def filters(self) -> tuple[tuple[str, str], ...]:
        """The FFmpeg filters, (name, arguments) in order, that carry it out; empty when nothing is to be done."""
        turn: tuple[tuple[str, str], ...] = (
            (),
            (("transpose", "clock"),),
            (("hflip", ""), ("vflip", "")),
            (("transpose", "cclock"),),
        )[self.quarter_turns]
        mirror: tuple[tuple[str, str], ...] = (("hflip", ""),) if self.mirrored else ()
        return turn + mirror


def read_display_matrix(matrix: bytes, name: str) -> Orientation:
    """Read a display matrix as quarter turns and a mirror.

    The matrix maps a stored point (x right, y down) to the shown one: x' = a·x + c·y, y' = b·x + d·y, with
    a, b at positions 0, 1 and c, d at 3, 4 (ISO/IEC 14496-12, track header box). Scale and shift do not matter here.

    Parameters
    ----------
    matrix
        Nine 32-bit integers in native byte order, as FFmpeg hands them on; empty means upright.
    name
        Of the file, for the error.

    Returns
    -------
    Orientation

    Raises
    ------
    VideoError
        The matrix turns the picture by something other than quarter turns, or is not a matrix at all.
    """
    if not matrix:
        return Orientation()
    if len(matrix) != _MATRIX.size:
        raise _unusable(name)
    a, b, _, c, d, *_ = _MATRIX.unpack(matrix)
    determinant = a * d - b * c
    if determinant == 0:
        raise _unusable(name)
    mirrored = determinant < 0
    turn_deg = math.degrees(math.atan2(b, -a if mirrored else a))
    quarter_turns = round(turn_deg / 90)
    if abs(turn_deg - 90 * quarter_turns) > _TURN_TOLERANCE_DEG:
        raise _unusable(name)
    return Orientation(quarter_turns % 4, mirrored)


def _unusable(name: str) -> VideoError:
    return VideoError(
        f'"{name}" says its picture is tilted by something other than a quarter turn.',
        "Straighten it in a video editor and save it again.",
    )


_GRAPH_TIME_BASE = Fraction(1, 90_000)
"""A filter graph must be given one; turning a picture does not use it."""
_LONGEST_SHAPE = 16
"""Long side over short side past which a header is damaged: no camera films a ribbon."""


@dataclass(frozen=True)
class PictureSize:
    """Width and height of a picture, px."""

    width: int
    height: int

    @property
    def short_side(self) -> int:
        """The smaller of the two, px."""
        return min(self.width, self.height)

    @property
    def turned(self) -> PictureSize:
        """The size after a quarter turn."""
        return PictureSize(self.height, self.width)

    def reduced(self, max_short_side: int) -> PictureSize:
        """Give the size with the same shape whose short side is at most `max_short_side`; never larger than this."""
        scale = min(1.0, max_short_side / self.short_side)
        return PictureSize(max(1, round(self.width * scale)), max(1, round(self.height * scale)))

    def within(self, frame: PictureSize) -> PictureSize:
        """Give the largest size with this shape that lies inside `frame`."""
        scale = min(frame.width / self.width, frame.height / self.height)
        return PictureSize(
            min(frame.width, max(1, round(self.width * scale))), min(frame.height, max(1, round(self.height * scale)))
        )


def upright_size(stored: PictureSize, pixel_aspect: Fraction, orientation: Orientation, name: str) -> PictureSize:
    """Give the size of a stored picture when shown upright with square pixels.

    Parameters
    ----------
    stored
        Size of the picture as it is decoded.
    pixel_aspect
        Width over height of one stored pixel (sample aspect ratio). The stored height is kept, the width adapts.
    orientation
        How the picture is turned to be upright.
    name
        Of the file, for the error.

    Returns
    -------
    PictureSize

    Raises
    ------
    VideoError
        The shape is impossible for a camera, so the header is damaged.
    """
    square = PictureSize(max(1, round(stored.width * pixel_aspect)), stored.height)
    if max(square.width, square.height) > _LONGEST_SHAPE * square.short_side:
        raise VideoError(
            f'"{name}" says its picture is {square.width} by {square.height} pixels, which no camera films.',
            "Its header may be damaged: save the video again from a video player or editor.",
        )
    return square.turned if orientation.swaps_axes else square


def orientation_of(frame: av.VideoFrame, name: str) -> Orientation:
    """Read how a decoded frame is to be turned and mirrored; `name` is of the file, for the error.

    Not to be asked of every frame: PyAV ties a frame whose side data was looked at into a reference cycle, so that
    its picture stays in memory until Python's cycle collector happens to run.
    """
    entry = frame.side_data.get("DISPLAYMATRIX")
    return read_display_matrix(bytes(entry) if isinstance(entry, Buffer) else b"", name)


class PictureConverter:
    """Turns decoded frames of one video into RGB arrays of one size.

    The scaling maps the whole stored picture onto the whole array. Rounding the array's size to whole pixels
    therefore stretches it by at most half a pixel along a side, and positions given as fractions of the array's
    width and height are fractions of the source picture's: multiplied by the source's width and height
    (`VideoInfo.width`, `VideoInfo.height`) they carry no bias from the scaling.

    A frame whose shape differs from the first one's (some recorders change resolution on the way) is fitted inside the
    same size with black borders, never stretched.

    Parameters
    ----------
    first
        The first decoded frame; its size sets the size of all arrays.
    pixel_aspect
        Width over height of one stored pixel.
    max_short_side
        Upright pictures with a larger short side (px) are scaled down to it.
    name
        Of the file, for errors.
    mirrored
        Whether the recording is a mirror image that the file does not tell of.

    Raises
    ------
    VideoError
        The picture has an impossible shape or is tilted by other than quarter turns.
    """

    def __init__(
        self, first: av.VideoFrame, pixel_aspect: Fraction, max_short_side: int, name: str, *, mirrored: bool = False
    ) -> None:
        self._pixel_aspect = pixel_aspect
        self._name = name
        self._mirrored = mirrored
        self.orientation = self._orientation_of(first)
        stored = PictureSize(first.width, first.height)
        self.source_size = upright_size(stored, pixel_aspect, self.orientation, name)
        self.size = self.source_size.reduced(max_short_side)
        self._reformatter = VideoReformatter()
        self._route: _Route | None = None

    def to_rgb(self, frame: av.VideoFrame) -> NDArray[np.uint8]:
        """Convert one decoded frame.

        Parameters
        ----------
        frame
            In any pixel format FFmpeg converts; high dynamic range is converted without tone mapping.

        Returns
        -------
        numpy.ndarray
            Shape (size.height, size.width, 3), uint8, contiguous.

        Raises
        ------
        VideoError
            The frame is tilted by other than quarter turns.
        """
        route = self._route
        if route is None or not route.fits(frame):
            route = self._route = self._plan(frame)
        picture = self._reformatter.reformat(
            frame,
            width=route.scaled.width,
            height=route.scaled.height,
            format="rgb24",
            interpolation=route.interpolation,
            threads=1,
        )
        if route.graph is not None:
            route.graph.vpush(picture)
            picture = route.graph.vpull()
        rgb: NDArray[np.uint8] = np.ascontiguousarray(picture.to_ndarray(), dtype=np.uint8)
        if rgb.shape[:2] != (self.size.height, self.size.width):
            return self._bordered(rgb)
        return rgb

    def _orientation_of(self, frame: av.VideoFrame) -> Orientation:
        said = orientation_of(frame, self._name)
        return replace(said, mirrored=said.mirrored != self._mirrored)

    def _plan(self, frame: av.VideoFrame) -> _Route:
        orientation = self._orientation_of(frame)
        stored = PictureSize(frame.width, frame.height)
        shown = upright_size(stored, self._pixel_aspect, orientation, self._name).within(self.size)
        if max(self.size.width - shown.width, self.size.height - shown.height) <= 1:
            shown = self.size
        scaled = shown.turned if orientation.swaps_axes else shown
        shrinks = scaled.width < stored.width or scaled.height < stored.height
        return _Route(
            stored=stored,
            rotation=frame.rotation,
            scaled=scaled,
            interpolation=Interpolation.AREA if shrinks else Interpolation.BILINEAR,
            graph=_turning_graph(orientation, scaled),
        )

    def _bordered(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        height, width = rgb.shape[:2]
        whole = np.zeros((self.size.height, self.size.width, 3), dtype=np.uint8)
        top, left = (self.size.height - height) // 2, (self.size.width - width) // 2
        whole[top : top + height, left : left + width] = rgb
        return whole


@dataclass(frozen=True, eq=False)
class _Route:
    """How frames of one stored size and turn become arrays."""

    stored: PictureSize
    rotation: int
    """As PyAV states it, only to notice a change."""
    scaled: PictureSize
    """Size after scaling, before turning."""
    interpolation: Interpolation
    """Area averaging when shrinking, so that fine texture does not alias."""
    graph: Graph | None
    """Turns and mirrors the scaled picture; None when it is upright already."""

    def fits(self, frame: av.VideoFrame) -> bool:
        is_as = (self.stored.width, self.stored.height, self.rotation)
        return (frame.width, frame.height, frame.rotation) == is_as


def _turning_graph(orientation: Orientation, scaled: PictureSize) -> Graph | None:
    """Build the filters that turn an RGB picture: several times faster than copying a turned numpy view."""
    if not orientation.filters:
        return None
    graph = Graph()
    source = graph.add_buffer(
        width=scaled.width,
        height=scaled.height,
        format=av.VideoFormat("rgb24"),
        time_base=_GRAPH_TIME_BASE,
    )
    steps = [graph.add(name, arguments) for name, arguments in orientation.filters]
    graph.link_nodes(source, *steps, graph.add("buffersink")).configure()
    return graph
