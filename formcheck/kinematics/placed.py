"""Landmarks that a person put where they are, after the estimator had put them elsewhere or nowhere.

They are put into the cleaned track, not into the estimator's: a point that is right on one frame would be smeared away
by the 6 Hz filter. What was seen is displaced, so a run of frames keeps the movement that was measured in it. What was
hidden has no movement to keep: between the point that was put and the nearest ones that are known the way is straight.

What the estimator gets wrong of everybody (hips too wide, a leg that leans in stance, a planted foot that drifts) is
still taken off as it was without the change. So a point that is moved changes an angle by what geometry says of the
move, and one that is put where it was changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.filters import MAX_GAP_S
from formcheck.pose.landmarks import Landmark
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]

HAND_SPREAD_LEG = 0.0053
"""Standard deviation of a joint set by hand, per coordinate, in leg lengths: 1.5 deg of FPPA or knee flexion where hip,
knee and ankle are set so. Angles digitised by hand on single frames are 1 to 2 deg off (specification section 6), FPPA
by 1.5 to 1.7 deg against motion capture (McLean 2005)."""
ROUNDING_S = 1e-3
"""Times are handed about in milliseconds."""


@dataclass(frozen=True)
class PlacedPoint:
    """A landmark put at a place on one frame, and displaced alike on the other frames of a run."""

    landmark: Landmark
    at_s: float
    x_px: float
    """x right, upright picture."""
    y_px: float
    """y down."""
    from_s: float
    to_s: float
    """Both included; the frame at `at_s` belongs to the run in any case."""


def frame_at(t_s: FloatArray, at_s: float) -> int | None:
    """Return the frame that is shown at a time; None where there is none within half of the usual distance.

    Parameters
    ----------
    t_s
        Times of the frames, shape (n,).
    at_s
        The time asked for.
    """
    if len(t_s) == 0 or not np.isfinite(at_s):
        return None
    nearest = int(np.argmin(np.abs(t_s - at_s)))
    half = float(np.median(np.diff(t_s))) / 2 if len(t_s) > 1 else 0.0
    return nearest if abs(float(t_s[nearest]) - at_s) <= half + ROUNDING_S else None


def with_points_placed(track: PoseTrack, points: Sequence[PlacedPoint]) -> tuple[PoseTrack, Mask]:
    """Return the track with landmarks where a person put them, and which those are.

    Parameters
    ----------
    track
        Cleaned and filtered. Sides are the person's own, as they are after exchanged legs were put right.
    points
        In the order in which they were put: each starts from what the ones before it left. On a frame that two name,
        the later one lies exactly where it was put.

    Returns
    -------
    tuple
        The track, in which these landmarks count as fully seen, and a mask of shape (n, 33): True where a landmark is
        not where the estimator put it.

    Raises
    ------
    ValueError
        If a point is put at a time of which there is no frame.
    """
    image, visibility = track.image_px.copy(), track.visibility.copy()
    placed = np.zeros(visibility.shape, dtype=np.bool_)
    for point in points:
        at = frame_at(track.t_s, point.at_s)
        if at is None:
            raise ValueError(f"there is no frame at {point.at_s} s")
        run = (track.t_s >= point.from_s - ROUNDING_S) & (track.t_s <= point.to_s + ROUNDING_S)
        run[at] = True
        path, changed = _path(track.t_s, image[:, point.landmark], at, np.array([point.x_px, point.y_px]), run)
        image[changed, point.landmark] = path[changed]
        visibility[changed, point.landmark] = 1.0
        placed[changed, point.landmark] = True
    return replace(track, image_px=image, visibility=visibility), placed


def _path(t_s: FloatArray, was: FloatArray, at: int, place: FloatArray, run: Mask) -> tuple[FloatArray, Mask]:
    """Return one landmark's new way, shape (n, 2), and on which frames of the run it is new, shape (n,)."""
    known = np.isfinite(was[:, 0])
    if known[at]:
        path = was + (place - was[at])
        changed = run.copy()
        anchors = run & known
    else:
        path = was.copy()
        changed = run & ~known
        anchors = known & _beside(t_s, run)
    path[at], anchors[at] = place, True
    hidden = run & ~known
    hidden[at] = False
    for axis in (0, 1):
        path[hidden, axis] = np.interp(t_s[hidden], t_s[anchors], path[anchors, axis])
    return path, changed


def _beside(t_s: FloatArray, run: Mask) -> Mask:
    """Return the frames of a run and those just before and after it, as near as gaps are filled over."""
    at = np.flatnonzero(run)
    return np.asarray((t_s >= t_s[at[0]] - MAX_GAP_S) & (t_s <= t_s[at[-1]] + MAX_GAP_S), dtype=np.bool_)
