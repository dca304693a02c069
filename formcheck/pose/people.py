"""How many people are in view, and where in the picture to look for them.

A finder of people sees the whole picture at 224 pixels and misses who is less than half as tall as it. So the
surroundings of the person who is known are looked at as well, in squares in which somebody of that size fills most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import NotAssessableError
from formcheck.pose.types import FloatArray

COMPARABLE_HEIGHT_RATIO: Final = 0.6
"""Whoever is shorter than this share of the tallest is in the background, not to be taken for who exercises."""
SAME_PERSON_IOU: Final = 0.5
"""Two findings that overlap more than this are one person found twice (intersection over union)."""
_SQUARE: Final = 1.5
"""Side of a square in which others are looked for, in heights of the person who is known."""
_STEP: Final = 0.65
"""Squares overlap by a third, half a height, so that nobody is cut in two by all of them."""
_SMALL_SQUARES: Final = (0.6, 0.42)
"""Sides of the squares that cover a picture, as shares of its shorter side: in them people are large enough who are at
least a fifth as tall as the picture. Smaller ones cannot be measured."""
_WINDOW: Final = 0.8
"""Half of the width of the part of the picture that is looked at for one person, in their height."""
_OUTSIDE_GREY: Final = 127


@dataclass(frozen=True)
class PersonBox:
    """The upright rectangle around all landmarks of one person, pixels of the picture; it may reach outside of it."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height_px(self) -> float:
        """Extent downwards, px."""
        return self.bottom - self.top

    @property
    def area_px2(self) -> float:
        """Width times height, px²."""
        return (self.right - self.left) * self.height_px

    def widened(self, share: float) -> PersonBox:
        """Return the rectangle with this share of its height more on every side."""
        margin = share * self.height_px
        return PersonBox(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)

    def scaled(self, across: float, down: float) -> PersonBox:
        """Return the rectangle in a picture that is so many times as wide and as high."""
        return PersonBox(self.left * across, self.top * down, self.right * across, self.bottom * down)

    def moved(self, right: float, down: float) -> PersonBox:
        """Return the rectangle moved by so many pixels."""
        return PersonBox(self.left + right, self.top + down, self.right + right, self.bottom + down)

    def frames(self, rgb: NDArray[np.uint8]) -> tuple[slice, slice]:
        """Return the rows and columns of a picture, shape (height, width, 3), that the rectangle covers."""
        height, width = rgb.shape[:2]
        return (
            slice(max(0, math.floor(self.top)), max(0, min(height, math.ceil(self.bottom)))),
            slice(max(0, math.floor(self.left)), max(0, min(width, math.ceil(self.right)))),
        )

    def overlap(self, other: PersonBox) -> float:
        """Return intersection over union: 1 for the same rectangle, 0 for rectangles that do not meet."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area_px2 + other.area_px2 - shared)


def comparable_people(boxes: Iterable[PersonBox]) -> tuple[PersonBox, ...]:
    """Return one box for each person of a size comparable to the largest, largest first.

    Parameters
    ----------
    boxes
        All findings in one picture, in any order; one person may be among them more than once.
    """
    people: list[PersonBox] = []
    for box in sorted(boxes, key=lambda box: box.height_px, reverse=True):
        if people and box.height_px < COMPARABLE_HEIGHT_RATIO * people[0].height_px:
            break
        if all(box.overlap(person) <= SAME_PERSON_IOU for person in people):
            people.append(box)
    return tuple(people)


def box_of(points_px: FloatArray) -> PersonBox:
    """Return the rectangle around landmarks, shape (33, 2), of which at least one is known."""
    (left, top), (right, bottom) = np.nanmin(points_px, axis=0), np.nanmax(points_px, axis=0)
    return PersonBox(float(left), float(top), float(right), float(bottom))


def only(rgb: NDArray[np.uint8], area: PersonBox) -> NDArray[np.uint8]:
    """Return a copy of a picture, shape (height, width, 3), that is grey outside of an area."""
    masked = np.full_like(rgb, _OUTSIDE_GREY)
    rows, columns = area.frames(rgb)
    masked[rows, columns] = rgb[rows, columns]
    return masked


def squares_over(width: int, height: int) -> tuple[PersonBox, ...]:
    """Return squares that cover a picture, in which somebody too small for the whole picture is large enough."""
    squares = []
    for share in _SMALL_SQUARES:
        side = share * min(width, height)
        lefts, tops = (
            np.linspace(0.0, length - side, math.ceil((length - side) / (_STEP * side)) + 1)
            for length in (width, height)
        )
        squares += [PersonBox(float(x), float(y), float(x) + side, float(y) + side) for y in tops for x in lefts]
    return tuple(squares)


def window_around(person: PersonBox, width: int, height: int) -> PersonBox:
    """Return the part of a picture in which a person stays who does an exercise, a step to the side included."""
    room = _WINDOW * person.height_px
    middle = (person.left + person.right) / 2
    return PersonBox(
        max(0.0, middle - room),
        max(0.0, person.top - room / 2),
        min(float(width), middle + room),
        min(float(height), person.bottom + room / 2),
    )


def squares_beside(known: PersonBox, width: int, height: int) -> tuple[PersonBox, ...]:
    """Return squares of a picture in which to look for people of the size of one who is known, left to right.

    They cover the height that others of that size may stand at, as far as the picture goes.
    """
    side = min(_SQUARE * known.height_px, float(max(width, height)))
    top = min(max(0.0, (known.top + known.bottom - side) / 2), max(0.0, height - side))
    steps = max(1, math.ceil((width - side) / (_STEP * side)) + 1)
    lefts = np.linspace(0.0, max(0.0, width - side), steps)
    return tuple(PersonBox(float(left), top, float(left) + side, top + side) for left in lefts)


@dataclass(frozen=True)
class Region:
    """A part of the picture in which the person to be measured is, as shares of its width and height, 0 to 1."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def from_document(cls, document: Any) -> Region:
        """Read the JSON form, a list of the four.

        Raises
        ------
        ValueError
            If it is none.
        """
        if not isinstance(document, list) or len(document) != len(fields(cls)):
            raise ValueError(f"{document!r} is no part of a picture")
        if not all(isinstance(edge, (int, float)) and not isinstance(edge, bool) for edge in document):
            raise ValueError(f"{document!r} is no part of a picture")
        left, top, right, bottom = (float(edge) for edge in document)
        if not (_EDGES[0] <= left < right <= _EDGES[1] and _EDGES[0] <= top < bottom <= _EDGES[1]):
            raise ValueError(f"{document!r} is no part of a picture")
        return cls(left, top, right, bottom)

    def document(self) -> list[float]:
        """Return the JSON form."""
        return [round(edge, 4) for edge in (self.left, self.top, self.right, self.bottom)]


_EDGES = (-0.5, 1.5)
"""Arms may reach out of the picture."""


class SeveralPeopleError(NotAssessableError):
    """Several people could be meant: nobody is measured until one of them is named."""

    def __init__(self, people: tuple[Region, ...], at_s: float) -> None:
        self.people = people
        """From left to right, as they are numbered."""
        self.at_s = at_s
        """When they are seen there (s)."""
        places = "; ".join(f"{number} is {_place(each)}" for number, each in enumerate(people, start=1))
        super().__init__(
            f"{_NUMBERS.get(len(people), 'Several')} people are in view and more than one could be meant: {places}.",
            "Name the one to be measured (--person 1 is the left one), or film one person alone.",
        )


_NUMBERS = {2: "Two", 3: "Three"}


def _place(region: Region) -> str:
    middle = (region.left + region.right) / 2
    return f"{100 * middle:.0f} % from the left edge"
