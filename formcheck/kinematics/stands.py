"""The timed sit-to-stand tests: five stands against the clock, and stands in half a minute.

Time runs from the first movement of hips and knees out of the seat. A stopwatch runs from the word "go", which no
picture shows, so it has the time to react besides, and the lean of the trunk before the hips leave the seat.
Protocols stop it in two ways, so both times are given: standing after the fifth stand (Guralnik 1994, the battery of
short tests), or seated again after it (Whitney 2005). In half a minute a stand that is more than half-way up when time
is over counts (Jones 1999).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.reps import RepTimes, crossing_s

FloatArray = NDArray[np.float64]

FIVE: Final = 5
IN_S: Final = 30.0
_STOPS_REPS: Final = 1.5
"""Who stopped earlier than so many usual stands before half a minute was over has done another test."""


@dataclass(frozen=True)
class TimedStands:
    """What a set of stands comes to; NaN or None where it is not that test."""

    five_up_s: float
    """From the first movement to standing for the fifth time."""
    five_down_s: float
    """From the first movement to sitting after it."""
    in_half_a_minute: int | None
    """Full stands; one that is more than half-way up at the end counts."""


def timed_stands(t_s: FloatArray, away_deg: FloatArray, stands: Sequence[RepTimes]) -> TimedStands:
    """Return the results of the timed tests.

    Parameters
    ----------
    t_s
        Shape (n,), seconds.
    away_deg
        The signal that the stands were found in, shape (n,).
    stands
        Those that count, in order of time; each begins seated.
    """
    unknown = float("nan")
    if not stands:
        return TimedStands(unknown, unknown, None)
    began_s = stands[0].movement.down_s
    up_s = down_s = unknown
    if len(stands) >= FIVE:
        fifth = stands[FIVE - 1]
        # Close to standing the signal tells little: a smooth reach ends as long after half-way as it began before.
        half_s = _half_up_s(t_s, away_deg, fifth)
        up_s = half_s + (half_s - fifth.movement.down_s) - began_s
        down_s = fifth.up_from_s + fifth.ascent_s - began_s
    return TimedStands(up_s, down_s, _in_half_a_minute(t_s, away_deg, stands, began_s + IN_S))


def _in_half_a_minute(t_s: FloatArray, away_deg: FloatArray, stands: Sequence[RepTimes], over_s: float) -> int | None:
    if len(stands) < 2 or t_s[-1] < over_s:
        return None
    usual_s = float(np.median(np.diff([each.start_s for each in stands])))
    if stands[-1].end_s < over_s - _STOPS_REPS * usual_s:
        return None
    half_up = [each for each in stands if _half_up_s(t_s, away_deg, each) <= over_s]
    return len(half_up)


def _half_up_s(t_s: FloatArray, away_deg: FloatArray, stand: RepTimes) -> float:
    """Return when somebody is half-way up."""
    rises = (t_s >= stand.movement.down_s) & (t_s <= stand.bottom_start_s) & np.isfinite(away_deg)
    half_s = crossing_s(t_s[rises], away_deg[rises], (stand.stand_deg + stand.deepest_deg) / 2, last=False)
    return half_s if np.isfinite(half_s) else (stand.start_s + stand.bottom_start_s) / 2
