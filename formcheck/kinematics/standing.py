"""The standing calibration: what this person looks like in this picture when standing still.

Everything that is compared with the person's own baseline starts here: segment lengths in pixels, which way is medial,
which way the person faces, where the feet stand.

What the landmarks get wrong about a person, as far as quiet stance shows it.

In quiet stance a leg is nearly straight, in both planes. What is read there beside that is in part the person and in
part the landmarks; of two normal spreads the likeliest share of the landmarks is known (Gaussian shrinkage).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.filters import runs, slope_per_s, smooth_zero_phase
from formcheck.kinematics.geometry import distance_px
from formcheck.kinematics.plain import distance_px as distance_of_px
from formcheck.pose.landmarks import BODY, SIDES, Side
from formcheck.pose.types import PoseTrack

MOST_DEG = 5.0
"""No more than this is ever taken off: a limb that stands crooked stays crooked."""


def stance_error_deg(read_deg: float, *, expected_deg: float, error_sd_deg: float, spread_sd_deg: float) -> float:
    """Return the part of an angle read in quiet stance that is likely the landmarks' own error.

    Parameters
    ----------
    read_deg
        The angle in stance; NaN gives 0: nothing is known, nothing is taken off.
    expected_deg
        Its mean over people.
    error_sd_deg
        Standard deviation of the landmarks' error in stance.
    spread_sd_deg
        Standard deviation of the true angle between people.
    """
    if not np.isfinite(read_deg):
        return 0.0
    share = error_sd_deg**2 / (error_sd_deg**2 + spread_sd_deg**2)
    return float(np.clip(share * (read_deg - expected_deg), -MOST_DEG, MOST_DEG))


FloatArray = NDArray[np.float64]

_UPRIGHT_LEG = 0.015
"""Hips at most this far below their greatest height in the picture, in leg lengths, are upright: 20 deg of flexion."""
_TALLEST_PERCENTILE = 8
"""Of the height of the hips over the set: rest between reps makes up more than a twelfth of any set."""
_STILL_LEG_PER_S = 0.05
"""Slower than this, in leg lengths a second, the hips are still."""
_STILL_CUTOFF_HZ = 1.5
"""Stillness is a matter of sway, not of the tremble of landmarks."""
QUIET_S = 0.8
"""Shortest quiet stance that serves as a calibration."""
_LONG_LEG_PERCENTILE = 80
_IN_SIGHT_SHARE = 0.8
_AT_MOST_S = 2.5
_IN_PLACE_LEG = 0.25
"""Feet further than this from where they mostly stand, in leg lengths: walking in or out, not the set."""
_ONE_PLACE_LEG = 0.1
"""Ankles nearer to each other than this, in leg lengths, stand in one place."""
_SURELY_NEAR = 0.999
"""Places within a box whose diagonal is this share of the reach are all within it, rounding included."""
_PLACES_AT_ONCE = 32
_PLACES_TRIED = 600
"""So many frames, spread over the clip, show where a foot mostly is."""
_SCALE_SHARE = 0.2
"""A trunk longer by more than this share than it mostly is: the person is nearer to the camera than in the set."""


@dataclass(frozen=True, eq=False)
class Standing:
    """Medians over the quiet stance. Leg axes are ordered left, right; pixels unless the name says otherwise."""

    frames: NDArray[np.bool_]
    """Frames the calibration was taken from, shape (n,)."""
    quiet: bool
    """True for one unbroken quiet stance; False when only the tops of the movement could be used."""
    points_px: FloatArray
    """Median pose, shape (33, 2); NaN for landmarks not seen."""
    thigh_px: FloatArray
    """Shape (2,)."""
    shank_px: FloatArray
    """Shape (2,)."""
    trunk_px: float
    """Mid-hip to mid-shoulder."""
    medial: FloatArray
    """Shape (2,): +1 or -1, the direction along x that is medial for each leg; frozen for the set."""

    @cached_property
    def leg_px(self) -> float:
        """Length of a leg: thigh and shank, mean of the legs that were seen; NaN if neither was."""
        lengths = self.thigh_px + self.shank_px
        known = lengths[np.isfinite(lengths)]
        return float(known.mean()) if len(known) else float("nan")

    def is_of_frames_of(self, other: Standing) -> bool:
        """Return whether a calibration was taken from the same frames of the same track as another: they are alike."""
        return self.quiet == other.quiet and np.array_equal(self.frames, other.frames)

    def moved_to(self, points_px: FloatArray) -> Standing:
        """Return the calibration of the same person who stands elsewhere; lengths that are not seen there are kept.

        Parameters
        ----------
        points_px
            Pose of the new stance, shape (33, 2); NaN for landmarks not seen.
        """
        thigh, shank, trunk = _lengths(points_px)
        return replace(
            self,
            points_px=points_px,
            thigh_px=np.where(np.isfinite(thigh), thigh, self.thigh_px),
            shank_px=np.where(np.isfinite(shank), shank, self.shank_px),
            trunk_px=trunk if np.isfinite(trunk) else self.trunk_px,
        )


def _lengths(points: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Return thigh and shank of each leg, shape (2,), and the trunk (px), in one pose of shape (33, 2)."""
    thigh = np.array([distance_px(points[BODY[s].hip], points[BODY[s].knee]) for s in SIDES])
    shank = np.array([distance_px(points[BODY[s].knee], points[BODY[s].ankle]) for s in SIDES])
    hips, shoulders = (points[[getattr(BODY[s], joint) for s in SIDES]].mean(axis=0) for joint in ("hip", "shoulder"))
    return thigh, shank, float(distance_px(hips, shoulders))


def rough_leg_px(track: PoseTrack) -> float:
    """Return a first guess of the length of a leg in the picture; NaN where no leg is ever seen."""
    lengths = [
        distance_px(track.image_px[:, b.hip], track.image_px[:, b.knee])
        + distance_px(track.image_px[:, b.knee], track.image_px[:, b.ankle])
        for b in BODY.values()
    ]
    both = np.concatenate(lengths)
    both = both[np.isfinite(both)]
    return float(np.percentile(both, _LONG_LEG_PERCENTILE)) if len(both) else float("nan")


def leg_of_frame_px(x: Sequence[float], y: Sequence[float]) -> float:
    """Return what `rough_leg_px` does of a single frame, in plain numbers: places by landmark (px)."""
    lengths = [
        distance_of_px(x[b.hip], y[b.hip], x[b.knee], y[b.knee])
        + distance_of_px(x[b.knee], y[b.knee], x[b.ankle], y[b.ankle])
        for b in BODY.values()
    ]
    known = sorted(length for length in lengths if math.isfinite(length))
    if len(known) < 2:
        return known[0] if known else float("nan")
    # The percentile lies between the two, as `np.percentile` goes there.
    return known[1] - (known[1] - known[0]) * (1 - _LONG_LEG_PERCENTILE / 100)


def legs_in_sight(track: PoseTrack) -> tuple[Side, ...]:
    """Return the legs that are seen from hip to ankle in most frames with a person; the better one if neither is."""
    found = track.found
    share = {
        s: float(np.isfinite(track.image_px[found][:, [b.hip, b.knee, b.ankle], 0]).all(axis=1).mean())
        if found.any()
        else 0.0
        for s, b in BODY.items()
    }
    seen = tuple(s for s in SIDES if share[s] >= _IN_SIGHT_SHARE)
    return seen or (max(SIDES, key=lambda s: share[s]),)


def usual_feet_px(track: PoseTrack, leg_px: float) -> FloatArray:
    """Return where each ankle mostly is in the picture, left and right, shape (2, 2); NaN for one that is never seen.

    Of the places where it stays, the one where it is for longest, and not a point between two of them.
    """
    usual = np.full((len(SIDES), 2), np.nan)
    for leg, side in enumerate(SIDES):
        ankle = track.image_px[:, BODY[side].ankle]
        known = ankle[np.isfinite(ankle[:, 0])]
        if len(known) == 0:
            continue
        usual[leg] = _most_visited(known[:: max(1, len(known) // _PLACES_TRIED)], _ONE_PLACE_LEG * leg_px)
    return usual


def _most_visited(places_px: FloatArray, reach_px: float) -> FloatArray:
    """Return the middle, shape (2,), of the places within reach of the one that has most of them in its reach.

    Parameters
    ----------
    places_px
        Shape (n, 2), no NaN.
    reach_px
        Nearer than this is the same place.
    """
    spread = places_px.max(axis=0) - places_px.min(axis=0)
    if float(np.hypot(*spread)) < _SURELY_NEAR * reach_px:  # of a foot that is planted: no pair need be looked at
        return np.asarray(np.median(places_px, axis=0), dtype=np.float64)
    # So many at once that what is between stays in the processor's cache.
    blocks = (places_px[i : i + _PLACES_AT_ONCE] for i in range(0, len(places_px), _PLACES_AT_ONCE))
    around = np.concatenate([(_apart_px(block, places_px) < reach_px).sum(axis=1) for block in blocks])
    near = _apart_px(places_px[[around.argmax()]], places_px)[0] < reach_px
    return np.asarray(np.median(places_px[near], axis=0), dtype=np.float64)


def _apart_px(some_px: FloatArray, places_px: FloatArray) -> FloatArray:
    """Return how far each of some places, shape (m, 2), is from each of others, shape (n, 2): shape (m, n)."""
    across, down = (np.subtract.outer(*along) for along in zip(some_px.T, places_px.T, strict=True))
    return np.asarray(np.sqrt(across * across + down * down), dtype=np.float64)


def feet_in_place(track: PoseTrack, leg_px: float, usual_px: FloatArray | None = None) -> NDArray[np.bool_]:
    """Return in which frames a foot is about where it mostly is and the person about as large, shape (n,).

    One foot is enough: in a step-down the other one travels.

    Parameters
    ----------
    track
        Cleaned landmarks.
    leg_px
        Length of a leg in the picture.
    usual_px
        From `usual_feet_px`, where that is known already.
    """
    ankles = track.image_px[:, [BODY[side].ankle for side in SIDES]]
    usual = usual_feet_px(track, leg_px) if usual_px is None else usual_px
    with np.errstate(invalid="ignore"):
        close = distance_px(ankles, usual) < _IN_PLACE_LEG * leg_px
    near = np.asarray(close.any(axis=1), dtype=np.bool_)
    return near & ~nearer_than(track, near)


def nearer_than(track: PoseTrack, near: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return in which frames the person is much larger in the picture than mostly in the frames `near`, shape (n,)."""
    trunk = distance_px(_middle(track, "hip"), _middle(track, "shoulder"))
    usual = trunk[near & np.isfinite(trunk)]
    if len(usual) == 0:
        return np.zeros(len(track), dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        return np.asarray(trunk > (1 + _SCALE_SHARE) * np.percentile(usual, 80))


def _middle(track: PoseTrack, joint: str) -> FloatArray:
    pair = [getattr(BODY[s], joint) for s in SIDES]
    return np.asarray(track.image_px[:, pair].mean(axis=1), dtype=np.float64)


def stand_still(
    track: PoseTrack,
    legs: tuple[Side, ...] = SIDES,
    within: NDArray[np.bool_] | None = None,
    in_place: NDArray[np.bool_] | None = None,
) -> Standing | None:
    """Return the standing calibration of a set.

    The first unbroken stillness with the hips near their greatest height is taken, at most 2.5 s of it. Where there is
    none the tops of the movement serve, and `quiet` is False.

    Parameters
    ----------
    track
        Cleaned landmarks.
    legs
        The legs that are in sight.
    within
        Frames to choose from, shape (n,); all when None.
    in_place
        From `feet_in_place` with `rough_leg_px`, where that is known already.

    Returns
    -------
    Standing or None
        None when no leg is seen in place.
    """
    leg = rough_leg_px(track)
    if not np.isfinite(leg):
        return None
    if in_place is None:
        in_place = feet_in_place(track, leg)
    if within is not None:
        in_place = in_place & within
    hips = track.image_px[:, [BODY[s].hip for s in SIDES], 1]
    known = np.isfinite(hips)
    low = np.where(known.any(axis=1), np.where(known, hips, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1), np.nan)
    whole = [np.isfinite(track.image_px[:, [BODY[s].knee, BODY[s].ankle], 0]).all(axis=1) for s in legs]
    usable = in_place & np.isfinite(low) & np.any(whole, axis=0)
    if usable.sum() < 5:
        return None
    upright = usable & (low <= np.percentile(low[usable], _TALLEST_PERCENTILE) + _UPRIGHT_LEG * leg)
    speed = np.abs(slope_per_s(track.t_s, smooth_zero_phase(track.t_s, low, _STILL_CUTOFF_HZ))) / leg
    still = upright & (speed < _STILL_LEG_PER_S)
    for a, b in runs(still):
        if track.t_s[b - 1] - track.t_s[a] >= QUIET_S:
            frames = np.zeros(len(track), dtype=np.bool_)
            frames[a:b] = track.t_s[a:b] <= track.t_s[a] + _AT_MOST_S
            return calibrated(track, frames, quiet=True)
    return calibrated(track, still if still.sum() >= 5 else upright, quiet=False)


def calibrated(track: PoseTrack, frames: NDArray[np.bool_], *, quiet: bool) -> Standing:
    """Return the standing calibration that these frames, shape (n,), give; `quiet` where they are one stillness."""
    points = _median(track.image_px[frames])
    thigh, shank, trunk = _lengths(points)
    hips = points[[BODY[s].hip for s in SIDES]]
    toward_right = 1.0 if hips[1, 0] >= hips[0, 0] else -1.0
    return Standing(
        frames=frames,
        quiet=quiet,
        points_px=points,
        thigh_px=thigh,
        shank_px=shank,
        trunk_px=trunk,
        medial=np.array([toward_right, -toward_right]),
    )


def _median(points: FloatArray) -> FloatArray:
    """Median over time, NaN where a landmark was never seen; shape (33, 2)."""
    result = np.full(points.shape[1:], np.nan)
    known = np.isfinite(points)
    always, ever = known.all(axis=0), known.any(axis=0)
    if len(points):
        result[always] = np.median(points[:, always], axis=0)  # what most are, for a tenth of the price
    now_and_then = ever & ~always
    result[now_and_then] = np.nanmedian(points[:, now_and_then], axis=0)
    return result
