"""Which way up a stored picture is shown: the display matrix of a video file, understood as turns and a mirror."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

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
