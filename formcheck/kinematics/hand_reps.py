"""Reps whose times a person set, and reps that a person took out.

The four times that are given are those of the contract: 10 % and 90 % of the way down, 90 % and 10 % of the way up.
Somebody moves a little before the first and after the last, and comes to rest a little after the second. How long that
takes is known from the signal where the rep was found in it; each time that is moved takes its own part with it. For a
rep that was not found it is taken from a smooth reach (see `reps.SMOOTH_TAIL`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import CorrectionError
from formcheck.kinematics.filters import smooth_zero_phase
from formcheck.kinematics.phase_rule import PhaseRule
from formcheck.kinematics.placed import ROUNDING_S
from formcheck.kinematics.reps import (
    COUNTING_CUTOFF_HZ,
    SMOOTH_TAIL,
    START_SHARE,
    RepTimes,
    crossing_s,
    longest_stillness,
    turns_at_bottom,
)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class GivenTimes:
    """The times of one rep as a person set them, seconds."""

    start_s: float
    bottom_start_s: float
    bottom_end_s: float
    end_s: float

    @property
    def in_order(self) -> bool:
        """Whether a rep can have these times: down, then at the bottom, then up."""
        return self.start_s < self.bottom_start_s <= self.bottom_end_s < self.end_s


@dataclass(frozen=True)
class KnownRep:
    """A rep as it stands, and as it was found."""

    times: RepTimes
    found: RepTimes | None
    """None for a rep that a person added."""


@dataclass(frozen=True, eq=False)
class RepSignal:
    """What reps are found in."""

    t_s: FloatArray
    """Shape (n,), seconds."""
    q_deg: FloatArray
    """Shape (n,): rises as the knee bends; NaN where not measured."""
    rule: PhaseRule


def as_found(reps: Sequence[RepTimes]) -> tuple[KnownRep, ...]:
    """Return reps that nobody has changed."""
    return tuple(KnownRep(rep, rep) for rep in reps)


def with_rep_excluded(reps: Sequence[KnownRep], at_s: float) -> tuple[KnownRep, ...]:
    """Return the reps with the one that is under way at `at_s` taken out.

    Raises
    ------
    CorrectionError
        If there is none.
    """
    i = _rep_at(reps, at_s)
    if i is None:
        raise CorrectionError(f"No rep is under way at {at_s:.2f} s.", "Choose a moment within a rep.")
    changed = list(reps)
    changed[i] = replace(reps[i], times=replace(reps[i].times, excluded=True))
    return tuple(changed)


def with_rep_times(signal: RepSignal, reps: Sequence[KnownRep], at_s: float, given: GivenTimes) -> tuple[KnownRep, ...]:
    """Return the reps with the one that is under way at `at_s` at other times, or with one more where there was none.

    The rep counts from then on, also if the clip cuts it off.

    Raises
    ------
    CorrectionError
        If the times are out of order or out of the clip, run into another rep, lie apart from the rep that they are
        for, or if the knee is not seen to bend between them.
    """
    if not given.in_order:
        raise CorrectionError(
            "A rep starts, reaches its bottom, leaves it and ends, in this order.", "Put the four times in order."
        )
    first, last = float(signal.t_s[0]), float(signal.t_s[-1])
    if given.start_s < first - ROUNDING_S or given.end_s > last + ROUNDING_S:
        raise CorrectionError(
            f"The rep would not lie within the video, which shows {first:.2f} to {last:.2f} s.",
            "Keep its start and end within the video.",
        )
    i = _rep_at(reps, at_s)
    old = None if i is None else reps[i]
    if old is not None and not _overlap(given.start_s, given.end_s, old.times):
        raise CorrectionError(
            f"The new times lie apart from the rep that is under way at {at_s:.2f} s.",
            "Let them overlap with the rep, or choose a moment between reps to add one.",
        )
    for k, other in enumerate(reps):
        if k != i and not other.times.excluded and _overlap(given.start_s, given.end_s, other.times):
            raise CorrectionError(
                f"The rep would run into the one from {other.times.start_s:.2f} to {other.times.end_s:.2f} s.",
                "Exclude that rep first, or change its times.",
            )
    found = None if old is None else old.found
    times = replace(_timed(signal, given, found), excluded=old is not None and old.times.excluded)
    rest = [rep for k, rep in enumerate(reps) if k != i]
    return tuple(sorted([*rest, KnownRep(times, found)], key=lambda rep: (rep.times.start_s, rep.times.end_s)))


def _overlap(start_s: float, end_s: float, rep: RepTimes) -> bool:
    return start_s < rep.end_s - ROUNDING_S and end_s > rep.start_s + ROUNDING_S


def _rep_at(reps: Sequence[KnownRep], at_s: float) -> int | None:
    """Return which rep is under way, one that counts before one that was taken out."""
    at = [i for i, rep in enumerate(reps) if rep.times.start_s - ROUNDING_S <= at_s <= rep.times.end_s + ROUNDING_S]
    return min(at, key=lambda i: reps[i].times.excluded) if at else None


def _timed(signal: RepSignal, given: GivenTimes, found: RepTimes | None) -> RepTimes:
    q = smooth_zero_phase(signal.t_s, signal.q_deg, COUNTING_CUTOFF_HZ)
    known = np.isfinite(q)
    t, q = signal.t_s[known], q[known]
    bottom = np.flatnonzero((t >= given.bottom_start_s - ROUNDING_S) & (t <= given.bottom_end_s + ROUNDING_S))
    if len(bottom) == 0:
        bottom = np.flatnonzero((t >= given.start_s) & (t <= given.end_s))
    if len(bottom) == 0:
        raise CorrectionError("The person is not seen between these times.", "Choose times at which hips are in view.")
    top = int(bottom[np.argmax(q[bottom])])
    deepest = float(q[top])
    ends = float(np.interp([given.start_s, given.end_s], t, q).mean())
    if deepest <= ends:
        raise CorrectionError(
            "The knee is not bent further at this bottom than at the start and the end of the rep.",
            "Put the bottom where the knee is bent most.",
        )
    # Start and end are where a tenth of the range is done.
    stand = (ends - START_SHARE * deepest) / (1 - START_SHARE) if found is None else found.stand_deg
    foot, rest, leave, finish = _tails(t, q, given, found)
    begun = max(given.start_s - foot, float(signal.t_s[0]))
    down_end, up_start = given.bottom_start_s + rest, given.bottom_end_s - leave
    if down_end > up_start:  # a bottom too short for a stillness: the rep turns at once
        down_end = up_start = (down_end + up_start) / 2
    done = min(given.end_s + finish, float(signal.t_s[-1]))
    turns = turns_at_bottom(t, q, given.bottom_start_s, given.bottom_end_s)
    held = up_start - down_end if len(turns) < 2 else longest_stillness(t, q, turns, down_end, up_start)
    return RepTimes(
        complete=True,
        start_s=given.start_s,
        bottom_start_s=given.bottom_start_s,
        bottom_end_s=given.bottom_end_s,
        end_s=given.end_s,
        deepest_s=float(t[top]),
        stand_deg=stand,
        deepest_deg=deepest,
        descent_s=down_end - begun,
        hold_s=held if held >= signal.rule.hold_min_s else 0.0,
        ascent_s=done - up_start,
        descent_from_s=begun,
        up_from_s=up_start,
        pulses=max(0, len(turns) - 1),
        bottom_seen=found is None or found.bottom_seen,
    )


def _tails(
    t: FloatArray, q: FloatArray, given: GivenTimes, found: RepTimes | None
) -> tuple[float, float, float, float]:
    """Return how long somebody moves before the start, after `bottom_start_s`, before `bottom_end_s`, after the end."""
    foot = rest = SMOOTH_TAIL * (given.bottom_start_s - given.start_s) / 2
    leave = finish = SMOOTH_TAIL * (given.end_s - given.bottom_end_s) / 2
    if found is not None and np.isfinite(found.descent_s):
        foot = found.start_s - found.descent_from_s
        rest = found.descent_from_s + found.descent_s - found.bottom_start_s
    if found is not None and np.isfinite(found.ascent_s):
        up = (t >= found.deepest_s - ROUNDING_S) & (t <= found.end_s + ROUNDING_S)
        half_up = crossing_s(t[up], q[up], (found.stand_deg + found.deepest_deg) / 2, last=False)
        leave = SMOOTH_TAIL * (half_up - found.bottom_end_s) if np.isfinite(half_up) else leave
        up_start = max(found.bottom_end_s - leave, found.deepest_s)
        leave, finish = found.bottom_end_s - up_start, up_start + found.ascent_s - found.end_s
    return foot, rest, leave, finish
