"""What moves in a video besides the person: nothing at all, where a picture stands still, or the camera itself.

Both are told from a small grey copy of the pictures, 320 pixels wide. The camera's motion is that of what lies
around the person: corners of the background are followed from a picture of reference (Lucas & Kanade 1981, pyramidal),
and the similarity that most of them agree on is taken (RANSAC, Fischler & Bolles 1981). Nothing adds up from picture to
picture, so a camera that comes back is found back.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Grey = NDArray[np.uint8]

_WIDTH_PX = 320
_BLOCK_PX = 4
"""Of the small picture: 16 by 16 pixels of a picture 1280 wide."""
_SAME_LEVELS = 2.0
"""No block of a repeated picture differs by more than this from the first one, of 255 levels: twice what coding the
same picture again makes, and a third of what an edge makes that moves by one pixel."""

_CORNERS, _CORNER_QUALITY, _CORNERS_APART_PX = 160, 0.01, 6
_FEWEST_CORNERS = 12
_FEWEST_AGREEING = 0.5
_SPREAD_SHARE = 0.25
"""Corners must lie apart by this share of the picture's width, as the standard deviation of either side's, twice."""
_AGREES_PX = 0.4
"""Of the small picture."""
_PERSON_MARGIN = 0.15
"""Around the person, in their height: hair, clothes and shadow move along with them."""
_LOOK_EVERY = 5
"""While the camera stands still one picture in so many is looked at."""
_STANDS_PX = 0.12
"""Less motion than this, in pixels of the small picture, is the error of finding it."""
_GIVEN_UP_AFTER = 30
_NEW_REFERENCE_SHARE = 0.2
"""Moved by more than this share of the width, another picture becomes the reference: corners have left it."""


def _small_grey(rgb: NDArray[np.uint8]) -> Grey:
    """Return a grey copy of a picture, shape (height, width, 3), that is 320 pixels wide."""
    step = max(1, rgb.shape[1] // (2 * _WIDTH_PX))
    green = rgb[::step, ::step, 1]
    height = max(1, round(_WIDTH_PX * rgb.shape[0] / rgb.shape[1]))
    return np.asarray(cv2.resize(green, (_WIDTH_PX, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)


class RepeatWatch:
    """Tells whether a picture is the one before it again, as in a call that freezes."""

    def __init__(self) -> None:
        self._first: FloatArray | None = None

    def __call__(self, rgb: NDArray[np.uint8]) -> bool:
        """Return whether this picture, shape (height, width, 3), is a repetition of the one before it."""
        step = max(1, rgb.shape[1] // _WIDTH_PX)
        green = rgb[::step, ::step, 1]
        height, width = green.shape
        size = max(1, width // _BLOCK_PX), max(1, height // _BLOCK_PX)
        blocks = cv2.resize(green, size, interpolation=cv2.INTER_AREA)
        now = np.asarray(blocks, dtype=np.float64)
        first = self._first
        same = first is not None and first.shape == now.shape and bool(np.abs(now - first).max() <= _SAME_LEVELS)
        if not same:
            self._first = now
        return same


Motion = tuple[float, float, float, float]
"""How the background of a picture lies against that of the first one: moved right and down at the picture's middle
(px), turned clockwise (deg), and how many times larger."""


class CameraWatch:
    """Follows how the camera moves, by what is seen around the person.

    Parameters
    ----------
    width_px
        Of the pictures in the pixels that motion is wanted in.
    """

    def __init__(self, width_px: int) -> None:
        self._to_source = width_px / _WIDTH_PX
        self._reference: Grey | None = None
        self._corners: NDArray[np.float32] = np.empty((0, 1, 2), dtype=np.float32)
        self._at_reference = np.eye(3)
        self._now = np.eye(3)
        self._moves = False
        self._count = -1
        self._failed = 0

    def __call__(self, rgb: NDArray[np.uint8], person: tuple[float, float, float, float] | None) -> Motion | None:
        """Return how the camera has moved since the first picture; None where that is not looked for or not found.

        Parameters
        ----------
        rgb
            The picture, shape (height, width, 3).
        person
            Left, top, right and bottom of the person in it, as shares of its width and height; None without one.
        """
        self._count += 1
        if self._reference is not None and not self._moves and self._count % _LOOK_EVERY:
            return None
        grey = _small_grey(rgb)
        if self._reference is None:
            return self._begin(grey, person, np.eye(3))
        found = self._against_reference(grey, person)
        if found is None:
            self._failed += 1
            if self._failed >= _GIVEN_UP_AFTER:  # what was there is out of sight, and how far away is not known
                self._begin(grey, person, self._now)
            return None
        self._failed = 0
        now = found @ self._at_reference
        middle = np.array([grey.shape[1] / 2, grey.shape[0] / 2, 1.0])
        step = float(np.hypot(*((now - self._now) @ middle)[:2]))
        self._now, self._moves = now, step > _STANDS_PX
        if np.hypot(*(found @ middle - middle)[:2]) > _NEW_REFERENCE_SHARE * _WIDTH_PX:
            self._begin(grey, person, now)
        dx, dy = ((now @ middle - middle)[:2] * self._to_source).tolist()
        return dx, dy, float(np.degrees(np.arctan2(now[1, 0], now[0, 0]))), float(np.hypot(now[0, 0], now[1, 0]))

    def _begin(self, grey: Grey, person: tuple[float, float, float, float] | None, at: FloatArray) -> Motion | None:
        mask = np.full(grey.shape, 255, dtype=np.uint8)
        if person is not None:
            left, top, right, bottom = _around(person, grey.shape)
            mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = 0
        corners = cv2.goodFeaturesToTrack(grey, _CORNERS, _CORNER_QUALITY, _CORNERS_APART_PX, mask=mask)
        self._corners = np.empty((0, 1, 2), dtype=np.float32) if corners is None else np.asarray(corners, np.float32)
        self._reference, self._at_reference = grey, at
        return (0.0, 0.0, 0.0, 1.0) if self._count == 0 and len(self._corners) >= _FEWEST_CORNERS else None

    def _against_reference(self, grey: Grey, person: tuple[float, float, float, float] | None) -> FloatArray | None:
        """Return the similarity, shape (3, 3), from the reference to this picture; None where too little agrees."""
        if self._reference is None or len(self._corners) < _FEWEST_CORNERS:
            return None
        since = self._now @ np.linalg.inv(self._at_reference)
        guess = np.asarray(cv2.transform(self._corners, since[:2]), dtype=np.float32)
        moved, known, _ = cv2.calcOpticalFlowPyrLK(
            self._reference,
            grey,
            self._corners,
            guess,
            winSize=(15, 15),
            maxLevel=2,
            criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.01),
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        )
        good = known[:, 0] == 1
        if person is not None:
            left, top, right, bottom = _around(person, grey.shape)
            x, y = moved[:, 0, 0], moved[:, 0, 1]
            good &= ~((x > left) & (x < right) & (y > top) & (y < bottom))
        before, after = self._corners[good, 0], moved[good, 0]
        if len(before) < _FEWEST_CORNERS or 2 * before.std(axis=0).max() < _SPREAD_SHARE * _WIDTH_PX:
            return None
        matrix, agreeing = cv2.estimateAffinePartial2D(before, after, ransacReprojThreshold=_AGREES_PX, confidence=0.99)
        if matrix is None or agreeing.sum() < max(_FEWEST_CORNERS, _FEWEST_AGREEING * len(before)):
            return None
        return np.vstack([matrix, [0.0, 0.0, 1.0]])


def _around(person: tuple[float, float, float, float], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    height, width = shape[:2]
    left, top, right, bottom = person
    margin = _PERSON_MARGIN * (bottom - top) * height
    return (
        int(left * width - margin),
        int(top * height - margin),
        int(np.ceil(right * width + margin)),
        int(np.ceil(bottom * height + margin)),
    )
