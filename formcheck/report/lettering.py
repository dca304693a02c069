"""Words and marks on a picture: text on plates of its own, readable over anything, drawn once and kept."""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.design.palette import INK, WHITE, Rgb, Shape

Picture = NDArray[np.uint8]
"""Shape (height, width, 3), red, green, blue."""

_FONT: Final = "sans"
"""OpenCV's built-in font: covers Latin, Greek, Cyrillic and Chinese, the degree sign and ±."""
_WEIGHT: Final = 500
_LINE_SPACING: Final = 1.3
_MAX_KEPT: Final = 512


class Lettering:
    """Draws plates of text; a plate that was drawn before is only copied.

    Parameters
    ----------
    size_px
        Height of ordinary text.
    """

    def __init__(self, size_px: int) -> None:
        self.size_px = size_px
        self._font = cv2.FontFace(_FONT)
        self._kept: dict[tuple[str, float, Rgb, int], Picture] = {}

    def plate(self, text: str, *, scale: float = 1.0, accent: Rgb = INK, max_width_px: int = 0) -> Picture:
        """Return text in white on a nearly black plate, with a stripe of colour at its left.

        Parameters
        ----------
        text
            Lines separated by newlines.
        scale
            Height of the text relative to ordinary text.
        accent
            Colour of the stripe; the plate's own for none.
        max_width_px
            Text that would be wider is made smaller until it fits; 0 for no limit.
        """
        key = (text, scale, accent, max_width_px)
        if key not in self._kept:
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            size = max(1, round(self.size_px * scale))
            width = self._width(text, size)
            if max_width_px and width > max_width_px:
                size = max(1, int(size * max_width_px / width))
            self._kept[key] = self._draw(text, size, accent)
        return self._kept[key]

    def height(self, lines: int, *, scale: float = 1.0) -> int:
        """Return the height of a plate with so many lines, px."""
        size = max(1, round(self.size_px * scale))
        return round(_LINE_SPACING * size) * lines + _padding(size)

    def _draw(self, text: str, size: int, accent: Rgb) -> Picture:
        pad, stripe, step = _padding(size), _stripe(size), round(_LINE_SPACING * size)
        lines = text.split("\n")
        plate = np.full((step * len(lines) + pad, self._width(text, size), 3), INK, dtype=np.uint8)
        plate[:, :stripe] = accent
        for i, line in enumerate(lines):
            baseline = pad // 2 + step * i + round(0.95 * size)
            cv2.putText(plate, line, (stripe + pad, baseline), WHITE, self._font, size, _WEIGHT)
        return plate

    def _width(self, text: str, size: int) -> int:
        """Width of a plate, px."""
        boxes = (cv2.getTextSize((0, 0), line, (0, 0), self._font, size, _WEIGHT) for line in text.split("\n"))
        return max(int(box[2]) for box in boxes) + size // 6 + 2 * _padding(size) + _stripe(size)


def _padding(size: int) -> int:
    return max(3, round(0.4 * size))


def _stripe(size: int) -> int:
    return max(4, size // 3)


def paste(picture: Picture, plate: Picture, x: int, y: int) -> None:
    """Copy a plate into a picture, moved so that it lies inside; what is larger than the picture is cut."""
    height, width = picture.shape[:2]
    box = box_of(plate, x, y, (width, height))
    picture[box.top : box.bottom, box.left : box.right] = plate[: box.bottom - box.top, : box.right - box.left]


class Box(NamedTuple):
    """Part of a picture, px."""

    left: int
    top: int
    right: int
    bottom: int

    def shared_px(self, other: Box) -> int:
        """Return how many pixels it has in common with another."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0, across) * max(0, down)


def box_of(plate: Picture, x: int, y: int, size_px: tuple[int, int]) -> Box:
    """Return where `paste` puts a plate in a picture of that width and height."""
    width, height = size_px
    h, w = min(plate.shape[0], height), min(plate.shape[1], width)
    left, top = min(max(x, 0), width - w), min(max(y, 0), height - h)
    return Box(left, top, left + w, top + h)


def draw_mark(picture: Picture, shape: Shape, centre: tuple[int, int], radius_px: int, rgb: Rgb) -> None:
    """Draw the outline of a band's shape around a point, dark-edged so that it shows on any ground."""
    thick = max(2, radius_px // 8)
    for colour, line_px in ((INK, thick + 4), (rgb, thick)):
        if shape is Shape.CIRCLE:
            cv2.circle(picture, centre, radius_px, colour, line_px, cv2.LINE_AA)
        else:
            corners = np.array(mark_corners(shape)) * radius_px + np.array(centre)
            cv2.polylines(picture, [np.round(corners).astype(np.int32)], True, colour, line_px, cv2.LINE_AA)


def mark_corners(shape: Shape) -> tuple[tuple[float, float], ...]:
    """Return the corners of a diamond or triangle around (0, 0) with radius 1: x right, y down."""
    if shape is Shape.DIAMOND:
        return ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0))
    return ((0.0, -1.3), (1.2, 0.85), (-1.2, 0.85))
