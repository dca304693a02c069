"""Where a recording shows nothing new: no pictures for a while, or one and the same picture again and again.

Recorders leave pictures out when nothing moves or the phone is busy, parts of a film are cut away, a call freezes and
goes on later. What was done meanwhile is not known, so nothing may be read from it: no time, no stillness, no rep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.filters import runs
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]

SHORTEST_HOLE_S = 0.35
"""Less than this is a hitch: a knee at 60 deg/s bends by 20 deg, which a straight line fills in well enough."""
_USUAL_STEPS = 5.0
"""Nor is it one while the distance between pictures is less than this many times the usual one."""
_BESIDE_S = 0.1
"""So long before and after a standing picture it is looked whether the person moved. Who comes to a stop by themselves
moves by less than a hundredth of their way in it."""
_MOVED_TRUNK = 0.02
"""Shoulders and hips further from where they were, in lengths of the trunk: the person moved. Twice the tremble of
landmarks of somebody who stands."""
_MOVED_PX = 2.5
"""Nor is less than this movement, however small the person is in the picture."""
_DRIFT_TRUNK = 0.08
"""Landmarks of a picture that stands still drift by up to 3 % of the trunk in a second, as the estimator looks again.
Further than this they move."""
_SHORTEST_REPEAT_S = 0.1
"""Stretches so short may go on behind a picture that is only coded anew."""
_ROUNDING_S = 1e-3


@dataclass(frozen=True)
class Hole:
    """A time of which the recording shows nothing."""

    start_s: float
    """Time of the last picture before."""
    end_s: float
    """Time of the first new picture after."""
    frozen: bool
    """True where one picture stood still; False where there is none."""


def holes_of(track: PoseTrack) -> tuple[Hole, ...]:
    """Return the holes of a recording, in order of time.

    A picture that is repeated while the person moved right before, right after, or is elsewhere when the picture goes
    on, has frozen; otherwise the person did not move, which is no hole.

    Parameters
    ----------
    track
        As the pose estimator gave it.
    """
    found = [Hole(a, b, frozen=False) for a, b in _without_pictures(track.t_s)]
    for start_s, end_s in _without_touching(track):
        if end_s - start_s >= SHORTEST_HOLE_S and _has_frozen(track, start_s, end_s):
            found.append(Hole(start_s, end_s, frozen=True))
    return tuple(sorted(found, key=lambda hole: hole.start_s))


def _without_touching(track: PoseTrack) -> list[tuple[float, float]]:
    """Return when a picture is repeated, as one where it is only coded anew in between, as every few seconds.

    Changes that follow each other faster are no coding: somebody small begins to move.
    """
    stretches: list[list[tuple[float, float]]] = []
    for start_s, end_s in track.source.repeated:
        last = stretches[-1] if stretches else []
        changes_fast = len(last) > 1 and last[-1][1] - last[-1][0] < SHORTEST_HOLE_S
        if (
            last
            and start_s <= last[-1][1]
            and not changes_fast
            and not _moved(track, last[0][0], start_s, _DRIFT_TRUNK)
        ):
            last.append((start_s, end_s))
        else:
            stretches.append([(start_s, end_s)])
    return [(pieces[0][0], pieces[-1][1]) for pieces in stretches if max(b - a for a, b in pieces) >= SHORTEST_HOLE_S]


def frozen_frames(track: PoseTrack) -> Mask:
    """Return the frames that repeat the picture before them in a hole, shape (n,)."""
    frozen = np.zeros(len(track), dtype=np.bool_)
    for hole in holes_of(track):
        if hole.frozen:
            frozen |= (track.t_s > hole.start_s) & (track.t_s < hole.end_s)
    return frozen


def overlaps(holes: Sequence[Hole], start_s: float, end_s: float) -> bool:
    """Return whether any of the holes lies within a time, or reaches into it."""
    return any(hole.start_s < end_s and hole.end_s > start_s for hole in holes)


def _without_pictures(t_s: FloatArray) -> list[tuple[float, float]]:
    if len(t_s) < 2:
        return []
    steps = np.diff(t_s)
    longest = max(SHORTEST_HOLE_S, _USUAL_STEPS * float(np.median(steps)))
    return [(float(t_s[i]), float(t_s[i + 1])) for i in np.flatnonzero(steps >= longest)]


def _has_frozen(track: PoseTrack, start_s: float, end_s: float) -> bool:
    """Return whether the person moved before or after a time, or is elsewhere after it, but did not move within it.

    Where the landmarks move, a picture only seems to be repeated: it is too dark, or the person too small in it.
    """
    inside = track.t_s[(track.t_s >= start_s) & (track.t_s < end_s - _ROUNDING_S)]
    if len(inside) == 0 or _moved(track, start_s, float(inside[-1]), _DRIFT_TRUNK):
        return False
    # Landmarks drift while a picture stands, most of all in the first second of a clip, and jump back after it.
    is_elsewhere = _moved(track, start_s, end_s) and _moved(track, float(inside[-1]), end_s)
    return is_elsewhere or _moved(track, start_s - _BESIDE_S, start_s) or _moved(track, end_s, end_s + _BESIDE_S)


def _moved(track: PoseTrack, from_s: float, to_s: float, least_trunk: float = _MOVED_TRUNK) -> bool:
    """Return whether shoulders and hips are elsewhere at the end of a time than at its start; both included.

    `least_trunk` is the least way, in lengths of the trunk.
    """
    marks = [getattr(BODY[side], joint) for joint in ("shoulder", "hip") for side in SIDES]
    at = np.flatnonzero((track.t_s >= from_s - _ROUNDING_S) & (track.t_s <= to_s + _ROUNDING_S))
    points = track.image_px[at][:, marks]
    points = points[np.isfinite(points[..., 0]).all(axis=1)]
    if len(points) < 2:
        return False
    first, last = points[0], points[-1]
    trunk = float(np.hypot(*(first[:2].mean(axis=0) - first[2:].mean(axis=0))))
    return float(np.median(np.hypot(*(last - first).T))) > max(least_trunk * trunk, _MOVED_PX)


def repeated_stretches(t_s: FloatArray, same: Mask) -> tuple[tuple[float, float], ...]:
    """Return from when to when one picture is repeated, as `TrackSource.repeated` holds it.

    Parameters
    ----------
    t_s
        Time of each picture, shape (n,).
    same
        Whether a picture is the one before it, shape (n,).
    """
    last = len(t_s) - 1
    stretches = ((float(t_s[max(a - 1, 0)]), float(t_s[min(b, last)])) for a, b in runs(same))
    return tuple((a, b) for a, b in stretches if b - a >= _SHORTEST_REPEAT_S)
