"""Landmarks as a file of another program holds them: what the reader of each format gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from formcheck.pose.origin import PoseOrigin
from formcheck.pose.types import FloatArray

LARGEST_NUMBER: Final = 1e7
"""No place in a picture, in a room or in time lies further away, in whatever unit."""


class Unit(StrEnum):
    """What coordinates are in."""

    PIXELS = "px"
    METRES = "m"
    SHARES = "shares of the picture"


@dataclass(frozen=True, eq=False)
class FilePoints:
    """Landmarks as a file holds them; the first axis is time."""

    t_s: FloatArray
    """Shape (n,)."""
    xyz: FloatArray
    """Shape (n, 33, 3): x right, y as the file has it, z in the unit of x or NaN; NaN where a landmark was not seen.
    Axes are right-handed: z points towards the viewer where y points up, away where y points down."""
    visibility: FloatArray
    """Shape (n, 33), 0 to 1."""
    unit: Unit
    origin: PoseOrigin
    y_points: str
    """`down`, `up`, or empty where the body has to tell."""
    world_m: FloatArray | None = None
    """World landmarks as in `PoseTrack`, where the file holds some."""
    picture: tuple[float, float] | None = None
    """Width and height of the upright picture in `unit` (px of shares), where the file says it."""
    balanced: bool = False


@dataclass(frozen=True)
class FileFacts:
    """What may be said of a file that it does not hold itself."""

    picture_px: tuple[int, int] | None = None
    """Width and height of the upright picture that the landmarks were found in."""
    fps: float | None = None
    """Frames a second, for a file that numbers its frames."""


NOTHING_SAID: Final = FileFacts()
