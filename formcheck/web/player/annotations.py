"""What a reviewer draws on a frame: angles, lines and words. They are remarks, and change no number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from formcheck.web.player.fields import FieldError, number, text

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

    def body(self) -> dict[str, object]:
        """Return what is stored beside the time: kind, points, text."""
        return {"kind": self.kind.value, "points_px": [list(point) for point in self.points_px], "text": self.text}


@dataclass(frozen=True)
class Annotation:
    """A drawing that was kept, with who made it and when."""

    id: str
    drawing: Drawing
    made_by: str
    made_at: datetime
    """With time zone."""


def drawing_from(t_s: object, body: object) -> Drawing:
    """Read a drawing that came from a browser or from the records.

    Parameters
    ----------
    t_s
        Time of its frame, s.
    body
        As `Drawing.body` gives it.

    Raises
    ------
    FieldError
        If it is none.
    """
    if not isinstance(body, Mapping):
        raise FieldError("a drawing has parts")
    kinds = {kind.value: kind for kind in DrawingKind}
    kind = kinds.get(str(body.get("kind")))
    points = body.get("points_px")
    if kind is None or not isinstance(points, list | tuple) or len(points) != POINTS[kind]:
        raise FieldError("a drawing is an angle of three points, a line of two or a text at one")
    words = text(body.get("text", ""), LONGEST_TEXT)
    if (kind is DrawingKind.TEXT) != bool(words):
        raise FieldError("a text has words, and nothing else has")
    return Drawing(kind, number(t_s, at_least=0.0), tuple(_point(point) for point in points), words)


def _point(given: object) -> PointPx:
    if not isinstance(given, list | tuple) or len(given) != 2:
        raise FieldError("a point has x and y")
    return number(given[0]), number(given[1])
