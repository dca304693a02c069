"""Names of MediaPipe's 33 pose landmarks, and which of them make up a leg.

Left and right are the person's own, as long as the picture is not mirrored.
Source: MediaPipe Pose Landmarker documentation (BlazePose topology).
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final, NamedTuple


class Side(StrEnum):
    """A side of the person's own body. Arrays with a leg axis are ordered left, right."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def leg_index(self) -> int:
        """Position on a leg axis: 0 for left, 1 for right."""
        return 0 if self is Side.LEFT else 1

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


SIDES: Final = (Side.LEFT, Side.RIGHT)


class Landmark(IntEnum):
    """Index of each landmark on the landmark axis of a pose."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


N_LANDMARKS: Final = len(Landmark)


class BodySide(NamedTuple):
    """The landmarks of one side of the body that form checks use."""

    shoulder: Landmark
    elbow: Landmark
    wrist: Landmark
    hip: Landmark
    knee: Landmark
    ankle: Landmark
    heel: Landmark
    toe: Landmark
    """MediaPipe's foot index: the tip of the foot, between first and second toe."""


BODY: Final[dict[Side, BodySide]] = {
    Side.LEFT: BodySide(
        Landmark.LEFT_SHOULDER,
        Landmark.LEFT_ELBOW,
        Landmark.LEFT_WRIST,
        Landmark.LEFT_HIP,
        Landmark.LEFT_KNEE,
        Landmark.LEFT_ANKLE,
        Landmark.LEFT_HEEL,
        Landmark.LEFT_FOOT_INDEX,
    ),
    Side.RIGHT: BodySide(
        Landmark.RIGHT_SHOULDER,
        Landmark.RIGHT_ELBOW,
        Landmark.RIGHT_WRIST,
        Landmark.RIGHT_HIP,
        Landmark.RIGHT_KNEE,
        Landmark.RIGHT_ANKLE,
        Landmark.RIGHT_HEEL,
        Landmark.RIGHT_FOOT_INDEX,
    ),
}

MIRROR: Final[tuple[int, ...]] = (
    0,
    *(4, 5, 6, 1, 2, 3, 8, 7, 10, 9),
    *(i + 1 if i % 2 else i - 1 for i in range(11, N_LANDMARKS)),
)
"""For each landmark the index of its counterpart on the other side."""
