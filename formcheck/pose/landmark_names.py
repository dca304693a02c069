"""What other programs call the landmarks: the names of marker files and tables, to and from ours."""

from __future__ import annotations

import re
from typing import Final

from formcheck.pose.landmarks import Landmark


def marker_name(mark: Landmark) -> str:
    """Name a landmark as Pose2Sim and OpenPose do: `LKnee`, `RBigToe` for the tip of the right foot, `Nose`."""
    words = mark.name.split("_")
    side = "".join(word[0] for word in words if word in ("LEFT", "RIGHT"))
    part = "".join(word.capitalize() for word in words if word not in ("LEFT", "RIGHT"))
    return side + {"FootIndex": "BigToe"}.get(part, part)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


_BY_NAME: Final = {
    _plain(name): mark
    for mark in Landmark
    for name in (mark.name, marker_name(mark), marker_name(mark).replace("BigToe", "FootIndex"))
}
_BEFORE: Final = re.compile(r"^(?:pose_?landmark|landmark|lm|pose|kpt?|keypoint|point)[._ ]*", re.IGNORECASE)


def landmark_named(name: str) -> Landmark | None:
    """Return the landmark of a name: MediaPipe's (`left_knee`, `PoseLandmark.LEFT_KNEE`) or a marker's (`LKnee`).

    Upper and lower case, spaces and underscores make no difference. None for names of something else, such as the
    middle of the hips.
    """
    plain = _plain(name)
    return _BY_NAME.get(plain if plain in _BY_NAME else _plain(_BEFORE.sub("", name.strip())))
