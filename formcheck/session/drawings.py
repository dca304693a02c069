"""What a reviewer draws on a frame: angles, lines and words. They are remarks, and change no number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from formcheck.doors import Door, Listed, Published, Text, Wrong, said
from formcheck.errors import FormcheckError

_LARGEST: Final = 1e6
"""No time (s) and no place (px) in a video is beyond this."""
Seconds = Annotated[float, Field(ge=0, le=_LARGEST)]
Pixels = Annotated[float, Field(ge=-_LARGEST, le=_LARGEST)]
PointPx = tuple[float, float]
"""x right, y down, pixels of the upright picture."""

LONGEST_TEXT: Final = 500
"""A remark; what is longer belongs in a note."""


class DrawingKind(StrEnum):
    """What was drawn."""

    ANGLE = "angle"
    LINE = "line"
    TEXT = "text"


POINTS: Final = MappingProxyType({DrawingKind.ANGLE: 3, DrawingKind.LINE: 2, DrawingKind.TEXT: 1})
"""How many points each has; the second of an angle is its vertex."""


@dataclass(frozen=True)
class Drawing:
    """An angle, a line or a text on one frame."""

    kind: DrawingKind
    t_s: float
    """Of the frame."""
    points_px: tuple[PointPx, ...]
    text: str = ""
    """Only a text has one, and always."""

    @property
    def angle_deg(self) -> float:
        """Of an angle 0 to 180, of a line how far off upright it is, 0 to 90, in the picture; else NaN."""
        match self.kind:
            case DrawingKind.ANGLE:
                return angle_deg(self.points_px)
            case DrawingKind.LINE:
                (ax, ay), (bx, by) = self.points_px
                dx, dy = abs(bx - ax), abs(by - ay)
                return math.degrees(math.atan2(dx, dy)) if dx or dy else math.nan
            case DrawingKind.TEXT:
                return math.nan

    @property
    def caption(self) -> str:
        """What is written beside it, as the player writes it; empty where there is nothing to say."""
        if self.kind is DrawingKind.TEXT:
            return self.text
        if math.isnan(self.angle_deg):
            return ""
        degrees = f"{math.floor(self.angle_deg + 0.5)}°"
        return degrees if self.kind is DrawingKind.ANGLE else f"{degrees} off upright"

    def body(self) -> dict[str, object]:
        """Return what is stored beside the time: kind, points, text."""
        return {"kind": self.kind.value, "points_px": [list(point) for point in self.points_px], "text": self.text}


def angle_deg(points_px: Sequence[PointPx]) -> float:
    """Return the angle at the second of three points, 0 to 180°; NaN where two of them are the same."""
    (ax, ay), (bx, by), (cx, cy) = points_px
    one, other = (ax - bx, ay - by), (cx - bx, cy - by)
    if not (any(one) and any(other)):
        return math.nan
    cross, dot = one[0] * other[1] - one[1] * other[0], one[0] * other[0] + one[1] * other[1]
    return math.degrees(abs(math.atan2(cross, dot)))


@dataclass(frozen=True)
class Annotation:
    """A drawing that was kept, with who made it and when."""

    id: str
    drawing: Drawing
    made_by: str
    made_at: datetime
    """With time zone."""

    def document(self) -> dict[str, object]:
        """Return it as a JSON object, with the angle that it shows."""
        deg = self.drawing.angle_deg
        return {
            "id": self.id,
            "made_by": self.made_by,
            "made_at": self.made_at.isoformat(),
            "t_s": self.drawing.t_s,
            **self.drawing.body(),
            "angle_deg": None if math.isnan(deg) else round(deg, 1) + 0.0,
        }


class DrawingError(FormcheckError):
    """What is no drawing."""


class DrawingBody(Published):
    """A drawing without its time."""

    kind: Annotated[DrawingKind, Listed]
    points_px: list[Annotated[tuple[Pixels, Pixels], Listed]]
    text: Annotated[Text, Field(max_length=LONGEST_TEXT), AfterValidator(str.strip)] = ""

    @model_validator(mode="after")
    def _whole(self) -> DrawingBody:
        if len(self.points_px) != POINTS[self.kind]:
            raise said("a drawing is an angle of three points, a line of two or a text at one")
        if (self.kind is DrawingKind.TEXT) != bool(self.text):
            raise said("a text has words, and nothing else has")
        return self

    def at(self, t_s: float) -> Drawing:
        """Return the drawing on the frame of that time (s)."""
        return Drawing(self.kind, t_s, tuple(self.points_px), self.text)


class _Stored(DrawingBody):
    """As the records have it, whichever version wrote it."""

    model_config = ConfigDict(extra="ignore")


def _refused(wrong: tuple[Wrong, ...]) -> DrawingError:
    return DrawingError(f"A drawing cannot be read: {wrong[0].clause}.", "Draw it again.")


_TIME: Final[Door[float]] = Door(Annotated[float, Field(ge=0, le=_LARGEST, strict=True, allow_inf_nan=False)], _refused)
_STORED: Final[Door[_Stored]] = Door(_Stored, _refused)


def drawing_from(t_s: object, body: object) -> Drawing:
    """Read a drawing that the records have.

    Parameters
    ----------
    t_s
        Time of its frame, s.
    body
        As `Drawing.body` gives it.

    Raises
    ------
    DrawingError
        If it is none.
    """
    return _STORED.read(body).at(_TIME.read(t_s))
