"""How many people are in view, told from where their bodies are in one picture."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

COMPARABLE_HEIGHT_RATIO: Final = 0.6
"""Whoever is shorter than this share of the tallest is in the background, not to be taken for who exercises."""
SAME_PERSON_IOU: Final = 0.5
"""Two findings that overlap more than this are one person found twice (intersection over union)."""


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
