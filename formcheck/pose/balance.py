"""Taking a pose model's own left and right out of its landmarks.

A model does not read a picture and its mirror image alike: MediaPipe sees people turned by 4.5 deg to their own left,
and draws one leg otherwise than the other. What it says of the mirror image has the same fault the other way round, so
in the mean of both it is gone, and a part of its noise with it. Against exact truth the error of the turn falls from
1.9 to 1.2 deg, that of FPPA by a fifth (docs/validation-notes.md). The fault changes slowly, with the pose and not with
the frame: to look at the mirror image once in a while is enough, which costs a thirtieth instead of twice the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from formcheck.pose.landmarks import MIRROR, Landmark
from formcheck.pose.types import FloatArray, Pose

EVERY_FRAMES: Final = 30
"""One frame in so many is looked at in the mirror as well."""
AT_MOST_S: Final = 1.0
"""And one at least this often, so that slow recordings see it in every hold."""
_FEWEST_FRAMES: Final = 8
"""But never more often than one frame in so many: an eighth is what it may cost."""
_APART_TRUNK: Final = 0.25
"""Further apart than this share of the trunk, in picture and mirror image, a landmark is not the same joint: the model
has exchanged legs in one of them."""
_APART_M: Final = 0.15
_MIRROR: Final = np.asarray(MIRROR)
_SHOULDERS: Final = [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]
_HIPS: Final = [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]


class LookSchedule:
    """Says at which frames the mirror image is looked at too."""

    def __init__(self) -> None:
        self._since = 0
        self._last_s = float("-inf")

    def is_due(self, t_s: float) -> bool:
        """Say whether this is a frame to look at, and take it for looked at; to be asked of each frame, in order."""
        self._since += 1
        late = t_s - self._last_s >= AT_MOST_S and self._since >= _FEWEST_FRAMES
        if self._last_s == float("-inf") or self._since >= EVERY_FRAMES or late:
            self._since, self._last_s = 0, t_s
            return True
        return False


def mirrored_back(pose: Pose, width_px: float) -> Pose:
    """Return what was read in a mirror image as it is in the picture: sides exchanged, left for right.

    Parameters
    ----------
    pose
        In pixels of the mirror image.
    width_px
        Of the picture.
    """
    image, world = pose.image_px[_MIRROR].copy(), pose.world_m[_MIRROR].copy()
    image[:, 0] = width_px - image[:, 0]
    world[:, 0] *= -1
    return Pose(pose.t_s, image, pose.visibility[_MIRROR], world)


@dataclass(frozen=True, eq=False)
class BalanceShift:
    """What is to be added to the landmarks so that they are the mean of picture and mirror image."""

    t_s: float
    image_px: FloatArray
    """Shape (33, 2); NaN where the two did not find the same joint."""
    world_m: FloatArray
    """Shape (33, 3); NaN likewise."""


def correction(pose: Pose, mirror: Pose) -> BalanceShift | None:
    """Return half of the way from a pose to what its mirror image gave; None where either shows nobody.

    Parameters
    ----------
    pose
        Of the picture.
    mirror
        Of the same frame, from `mirrored_back`.
    """
    if not (pose.found and mirror.found):
        return None
    trunk_px = float(np.linalg.norm(pose.image_px[_SHOULDERS].mean(axis=0) - pose.image_px[_HIPS].mean(axis=0)))
    image, world = mirror.image_px - pose.image_px, mirror.world_m - pose.world_m
    far_px = np.linalg.norm(image, axis=1) > _APART_TRUNK * trunk_px
    far_m = np.linalg.norm(world, axis=1) > _APART_M
    return BalanceShift(
        pose.t_s,
        np.where(far_px[:, None], np.nan, image / 2),
        np.where(far_m[:, None], np.nan, world / 2),
    )


def corrections_at(t_s: FloatArray, looks: list[BalanceShift]) -> tuple[FloatArray, FloatArray]:
    """Return the corrections of all frames of a recording, between the looks by a straight line.

    Parameters
    ----------
    t_s
        Shape (n,).
    looks
        In order of time.

    Returns
    -------
    tuple
        Pixels, shape (n, 33, 2), and metres, shape (n, 33, 3); 0 where nothing is known of a landmark.
    """
    at = np.array([look.t_s for look in looks])
    image, world = np.stack([look.image_px for look in looks]), np.stack([look.world_m for look in looks])
    return _between(t_s, at, image), _between(t_s, at, world)


def _between(t_s: FloatArray, at: FloatArray, values: FloatArray) -> FloatArray:
    result = np.zeros((len(t_s), *values.shape[1:]))
    for place in np.ndindex(values.shape[1:]):
        series = values[(slice(None), *place)]
        known = np.isfinite(series)
        if known.any():
            result[(slice(None), *place)] = np.interp(t_s, at[known], series[known])
    return result


class LiveBalance:
    """Balances the poses of a stream, by what was seen in the mirror up to now.

    From one look to the next the correction moves over to what the newest one said, so that landmarks never jump.
    """

    def __init__(self) -> None:
        self._from: BalanceShift | None = None
        self._to: BalanceShift | None = None
        self._image_px = self._world_m = _NOWHERE
        self._frames = 0

    def look(self, seen: BalanceShift | None) -> None:
        """Take in a new look; None, where nobody was found, changes nothing."""
        if seen is None:
            return
        now = self._now()
        if now is None or self._to is None:
            self._from = self._to = seen
        else:
            self._from = now
            self._to = BalanceShift(seen.t_s, _known(seen.image_px, now.image_px), _known(seen.world_m, now.world_m))
        self._image_px = _line(self._from.image_px, self._to.image_px)
        self._world_m = _line(self._from.world_m, self._to.world_m)
        self._frames = 0

    def forget(self) -> None:
        """Start anew: somebody else may come."""
        self._from = self._to = None

    def balanced(self, pose: Pose) -> Pose:
        """Return a pose with the correction of now; as it is before the first look."""
        self._frames += 1
        if self._to is None:
            return pose
        share = self._share
        (image, image_way), (world, world_way) = self._image_px, self._world_m
        return Pose(
            pose.t_s,
            pose.image_px + (image + share * image_way),
            pose.visibility,
            pose.world_m + (world + share * world_way),
        )

    @property
    def _share(self) -> float:
        """How much of the way to the newest look is gone."""
        return min(1.0, self._frames / EVERY_FRAMES)

    def _now(self) -> BalanceShift | None:
        if self._from is None or self._to is None:
            return None
        share = self._share
        return BalanceShift(
            self._to.t_s,
            _known(self._from.image_px + share * (self._to.image_px - self._from.image_px), self._to.image_px),
            _known(self._from.world_m + share * (self._to.world_m - self._from.world_m), self._to.world_m),
        )


_Line = tuple[FloatArray, FloatArray]
_NOWHERE: Final[_Line] = (np.zeros(1), np.zeros(1))


def _line(from_: FloatArray, to: FloatArray) -> _Line:
    """Return where a correction begins and how far it goes, 0 for NaN; known at its end alone it stays there."""
    known = np.isfinite(from_)
    return np.nan_to_num(np.where(known, from_, to)), np.nan_to_num(np.where(known, to - from_, 0.0))


def _known(new: FloatArray, old: FloatArray) -> FloatArray:
    return np.where(np.isfinite(new), new, old)
