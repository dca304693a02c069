"""Colours and shapes that tell legs and bands apart, and never by colour alone.

The colours are those of Okabe and Ito (Color Universal Design, 2008), which people with any of the common colour
vision deficiencies can tell apart. Each leg also has a line style and a letter, each band a shape and a word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from formcheck.exercises.finding import LEVEL_WORDS, Level
from formcheck.pose.landmarks import Side

Rgb = tuple[int, int, int]
"""Red, green, blue, 0 to 255."""

SKY_BLUE: Final[Rgb] = (86, 180, 233)
REDDISH_PURPLE: Final[Rgb] = (204, 121, 167)
BLUISH_GREEN: Final[Rgb] = (0, 158, 115)
YELLOW: Final[Rgb] = (240, 228, 66)
VERMILLION: Final[Rgb] = (213, 94, 0)
WHITE: Final[Rgb] = (255, 255, 255)
INK: Final[Rgb] = (16, 18, 22)
"""Nearly black: plates behind text, outlines around lines."""
FAINT: Final[Rgb] = (214, 214, 214)
"""The parts of the body that are not scored."""


class Shape(StrEnum):
    """Outline of a mark."""

    CIRCLE = "circle"
    DIAMOND = "diamond"
    TRIANGLE = "triangle"


@dataclass(frozen=True)
class BandStyle:
    """How a band looks on a picture and is called."""

    word: str
    """For people, also where colours are not seen."""
    shape: Shape
    sign: str
    """The shape as a character, for text."""
    rgb: Rgb


@dataclass(frozen=True)
class LegStyle:
    """How a leg looks on a picture."""

    letter: str
    rgb: Rgb
    dashed: bool


BAND_STYLES: Final[Mapping[Level, BandStyle]] = {
    Level.GOOD: BandStyle(LEVEL_WORDS[Level.GOOD], Shape.CIRCLE, "●", BLUISH_GREEN),
    Level.CAUTION: BandStyle(LEVEL_WORDS[Level.CAUTION], Shape.DIAMOND, "◆", YELLOW),
    Level.FAULT: BandStyle(LEVEL_WORDS[Level.FAULT], Shape.TRIANGLE, "▲", VERMILLION),
    Level.NOT_JUDGED: BandStyle(LEVEL_WORDS[Level.NOT_JUDGED], Shape.CIRCLE, "○", FAINT),
    Level.NOT_MEASURED: BandStyle(LEVEL_WORDS[Level.NOT_MEASURED], Shape.CIRCLE, "–", FAINT),
}
LEG_STYLES: Final[Mapping[Side, LegStyle]] = {
    Side.LEFT: LegStyle("L", SKY_BLUE, dashed=False),
    Side.RIGHT: LegStyle("R", REDDISH_PURPLE, dashed=True),
}
