"""Reps and phases from one flexion-like signal.

Detection looks for descents and rises that are deep enough beside the others of the set; what is reported is defined
by the rep's own range: start and end where the signal crosses 10 % of it, bottom where it crosses 90 %.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from formcheck.kinematics.filters import smooth_zero_phase, unbroken
from formcheck.kinematics.phase_rule import PhaseRule

FloatArray = NDArray[np.float64]

STAND, DESCENT, HOLD, ASCENT = "stand", "descent", "hold", "ascent"

COUNTING_CUTOFF_HZ = 3.0
"""Slow enough that tremble makes no peaks, fast enough for a rep in 0.8 s."""
_SHARE_OF_DEEPEST = 0.3
"""A movement shallower than this share of the deepest usual one is a shift of weight, not a rep."""
_EDGE_SHARE = 0.25
"""A rep must be seen to begin and end below this share of its range; otherwise the clip cuts it off."""
START_SHARE, _BOTTOM_SHARE = 0.10, 0.90
"""Crossings that define start, bottom and end (the result contract in docs/formats.md)."""
LOST_S = 0.5
"""A rep with the leg out of sight for longer than this cannot be counted."""
REVERSAL_DEG = 3.0
"""A rise smaller than this on the way down is tremble, not a turning back."""
SMOOTH_TAIL = 0.973
"""A smooth reach (minimum jerk, Flash & Hogan 1985) passes 50 % at half its time and 90 % at 0.753 of it: its end lies
0.973 times as far beyond the 90 % crossing as that lies beyond the 50 % crossing."""

_STEEP = ((0.35, 0.65), (0.25, 0.5), (0.15, 0.3))
"""Shares of the range from between which a start is found, best first: the drop of the trunk tells flexion well there.
At 10 % it does not: one pixel of a leg of 230 px is worth 6 degrees there, 1 degree at 50 %, and hips that go back
under a higher camera rise by two pixels. The lower parts serve where somebody stops in the upper ones."""
_ALSO_EVEN = 0.1
"""So far below a part, as a share of the range, nobody may stop either."""
_EVEN = 2.5
"""No fifth of such a part takes longer, beside what it takes in a smooth reach, than this many times another; where
somebody stops on the way, one does."""


def _smooth_reach_time(share: float) -> float:
    """Return at which part of its time a smooth reach (minimum jerk, Flash & Hogan 1985) passes a share of its way."""
    u = np.linspace(0.0, 1.0, 1001)
    return float(np.interp(share, u**3 * (10 - 15 * u + 6 * u**2), u))


@dataclass(frozen=True)
class RepTimes:
    """When one rep happened, seconds, and how far it went."""

    complete: bool
    start_s: float
    bottom_start_s: float
    bottom_end_s: float
    end_s: float
    deepest_s: float
    stand_deg: float
    """Signal at rest around this rep."""
    deepest_deg: float
    descent_s: float
    """From the first movement to stillness at the bottom; NaN where the clip begins after its start."""
    hold_s: float
    """Stillness at the bottom; 0 for a rep that turns at once."""
    ascent_s: float
    """From the first movement up to stillness; NaN where the clip ends before it."""
    descent_from_s: float
    """When the first movement began; `descent_s` later the knee is still."""
    excluded: bool = False
    """True for a rep that a person took out: it neither counts nor is it judged."""

    @property
    def counts(self) -> bool:
        """Whether it is one of the reps of the set: whole, and not taken out."""
        return self.complete and not self.excluded

    @property
    def range_deg(self) -> float:
        """Depth of the rep above rest."""
        return self.deepest_deg - self.stand_deg


def find_reps(t_s: FloatArray, q_deg: FloatArray, rule: PhaseRule, *, blunt_at_rest: bool = False) -> list[RepTimes]:
    """Return the reps in a signal, in order of time.

    Parameters
    ----------
    t_s
        Shape (n,), seconds.
    q_deg
        Shape (n,): rises as the knee bends; NaN where not measured.
    rule
        What counts as a rep of this exercise.
    blunt_at_rest
        True for a signal that hardly tells a straight leg from one bent by a few degrees, such as the drop of the
        trunk. Sway and the tremble of landmarks can then cross 10 % half a second early, and perspective late, so start
        and end are where the steep part of the movement puts them.
    """
    q = smooth_zero_phase(t_s, q_deg, COUNTING_CUTOFF_HZ)
    found: list[RepTimes] = []
    for a, b in _unbroken(t_s, q):
        found += _reps_in_run(t_s[a:b], q[a:b], rule, blunt=blunt_at_rest)
    return _without_shallow(found, rule)


def _unbroken(t_s: FloatArray, q: FloatArray) -> list[tuple[int, int]]:
    """Return runs of the signal with no gap longer than `LOST_S`; short gaps stay inside as NaN."""
    return [(a, b) for a, b in unbroken(t_s, np.isfinite(q), LOST_S) if b - a >= 5]


def _reps_in_run(t: FloatArray, q: FloatArray, rule: PhaseRule, *, blunt: bool) -> list[RepTimes]:
    known = np.isfinite(q)
    q = np.interp(t, t[known], q[known])
    tops = _tops(q, rule)
    if not tops:
        return []
    valleys = [0, *(a + int(np.argmin(q[a:b])) for a, b in pairwise(tops)), len(q) - 1]
    valleys[0] = int(np.argmin(q[: tops[0] + 1]))
    valleys[-1] = tops[-1] + int(np.argmin(q[tops[-1] :]))
    stands = [_rest_level(q, tops, i) for i in range(len(tops) + 1)]
    level = float(np.median(stands))
    reps = []
    for i, top in enumerate(tops):
        rep = _time_rep(t, q, (valleys[i], top, valleys[i + 1]), (stands[i], stands[i + 1]), level, rule, blunt=blunt)
        if movement_s(rep) >= rule.min_duration_s or not rep.complete:
            reps.append(rep)
    return reps


def _tops(q: FloatArray, rule: PhaseRule) -> list[int]:
    """Return the indices of the deepest points of all movements, those at the ends of the run included."""
    padded = np.r_[q.min(), q, q.min()]
    deep = float(np.percentile(q, 95) - np.percentile(q, 5))
    prominence = max(rule.min_range_deg, _SHARE_OF_DEEPEST * deep)
    tops, _ = find_peaks(padded, prominence=prominence, plateau_size=(None, None))
    return [int(np.clip(x - 1, 0, len(q) - 1)) for x in tops]


def _rest_level(q: FloatArray, tops: list[int], i: int) -> float:
    """Return the level of rest before top `i` (after the last one for i == len(tops))."""
    a = tops[i - 1] if i > 0 else 0
    b = tops[i] if i < len(tops) else len(q) - 1
    part = q[a : b + 1]
    low, high = float(part.min()), float(part.max())
    return float(np.median(part[part <= low + 0.15 * (high - low)]))


def movement_s(rep: RepTimes) -> float:
    """Return how long a rep took from its first movement to its last; from start to end where the clip cuts it off."""
    whole = rep.descent_s + rep.hold_s + rep.ascent_s
    return rep.end_s - rep.start_s if np.isnan(whole) else whole


def _time_rep(
    t: FloatArray,
    q: FloatArray,
    at: tuple[int, int, int],
    stands: tuple[float, float],
    level: float,
    rule: PhaseRule,
    *,
    blunt: bool,
) -> RepTimes:
    before, top, after = at
    deepest = float(q[top])
    # A rest that the clip cuts off reads too high: the other one counts then.
    stand = (
        min(stands) if abs(stands[1] - stands[0]) > _EDGE_SHARE * (deepest - min(stands)) else float(np.mean(stands))
    )
    down, up = slice(before, top + 1), slice(top, after + 1)

    def crossing(share: float, part: slice, *, last: bool) -> float:
        return crossing_s(t[part], q[part], stand + share * (deepest - stand), last=last)

    start, half_down, bottom_start = (
        crossing(START_SHARE, down, last=True),
        crossing(0.5, down, last=True),
        crossing(_BOTTOM_SHARE, down, last=False),
    )
    bottom_end, half_up, end = (
        crossing(_BOTTOM_SHARE, up, last=True),
        crossing(0.5, up, last=False),
        crossing(START_SHARE, up, last=False),
    )
    if blunt:
        start = _foot_of_movement(start, lambda share: crossing(share, down, last=True))
        end = _foot_of_movement(end, lambda share: crossing(share, up, last=False))
    edge = max(stand, level) + _EDGE_SHARE * (deepest - level)
    first = start - SMOOTH_TAIL * (half_down - start)
    down_end = np.fmin(bottom_start + SMOOTH_TAIL * (bottom_start - half_down), t[top])
    up_start = np.fmax(bottom_end - SMOOTH_TAIL * (half_up - bottom_end), t[top])
    last = end + SMOOTH_TAIL * (end - half_up)
    first_seen, last_seen = float(np.fmax(first, t[0])), float(np.fmin(last, t[-1]))
    return RepTimes(
        complete=bool(q[before] <= edge and q[after] <= edge),
        start_s=float(t[before] if np.isnan(start) else start),
        bottom_start_s=float(t[before] if np.isnan(bottom_start) else bottom_start),
        bottom_end_s=float(t[after] if np.isnan(bottom_end) else bottom_end),
        end_s=float(t[after] if np.isnan(end) else end),
        deepest_s=float(t[top]),
        stand_deg=stand,
        deepest_deg=deepest,
        descent_s=float("nan") if np.isnan(start) else float(down_end - first_seen),
        hold_s=float(up_start - down_end) if up_start - down_end >= rule.hold_min_s else 0.0,
        ascent_s=float("nan") if np.isnan(end) else float(last_seen - up_start),
        descent_from_s=first_seen,
    )


def _foot_of_movement(at_s: float, crossing: Callable[[float], float]) -> float:
    """Return a start or end put where a steep part of the movement, as part of a smooth reach, has it.

    Parameters
    ----------
    at_s
        Where the signal itself crosses `START_SHARE`; kept where the clip cuts it off (NaN) or no part is smooth.
    crossing
        Gives the time at which the signal crosses a share of the range.
    """
    for low, high in _STEEP if np.isfinite(at_s) else ():
        shares = np.r_[max(low - _ALSO_EVEN, START_SHARE), np.linspace(low, high, 5)]
        times, smooth = (np.array([each(share) for share in shares]) for each in (crossing, _smooth_reach_time))
        pace = np.abs(np.diff(times)) / np.diff(smooth)
        if pace.max() <= _EVEN * pace.min():
            before = smooth[1] - _smooth_reach_time(START_SHARE)
            return float(times[1] + before / (smooth[-1] - smooth[1]) * (times[1] - times[-1]))
    return at_s


def crossing_s(t: FloatArray, q: FloatArray, level: float, *, last: bool) -> float:
    """Return when the signal crosses a level, between samples by a straight line; NaN if it never does."""
    over = q >= level
    change = np.flatnonzero(over[1:] != over[:-1])
    if len(change) == 0:
        return float("nan")
    i = int(change[-1] if last else change[0])
    share = (level - q[i]) / (q[i + 1] - q[i])
    return float(t[i] + share * (t[i + 1] - t[i]))


def _without_shallow(reps: list[RepTimes], rule: PhaseRule) -> list[RepTimes]:
    """Drop movements that are shallow beside the usual rep of the set."""
    if not reps:
        return reps
    usual = float(np.percentile([rep.range_deg for rep in reps if rep.complete] or [reps[0].range_deg], 75))
    return [rep for rep in reps if rep.range_deg >= max(rule.min_range_deg, _SHARE_OF_DEEPEST * usual)]


def phases(t_s: FloatArray, reps: list[RepTimes]) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Return phase and rep of each frame.

    Returns
    -------
    tuple
        Phase, shape (n,): `stand`, `descent`, `hold` or `ascent`; and the number of the rep from 1, 0 between reps.
    """
    phase = np.full(len(t_s), STAND, dtype="<U7")
    number = np.zeros(len(t_s), dtype=np.int64)
    # A rep that was taken out gives way to one that a person drew over it.
    for i, rep in sorted(enumerate(reps, start=1), key=lambda each: not each[1].excluded):
        for name, a, b in (
            (DESCENT, rep.start_s, rep.bottom_start_s),
            (HOLD, rep.bottom_start_s, rep.bottom_end_s),
            (ASCENT, rep.bottom_end_s, rep.end_s),
        ):
            inside = (t_s >= a) & (t_s <= b)
            phase[inside] = name
            number[inside] = i
    return phase, number


def descent_reversals(t_s: FloatArray, q_deg: FloatArray, rep: RepTimes) -> int:
    """Return how often the descent turns back: rises of more than `REVERSAL_DEG` between start and bottom."""
    inside = (t_s >= rep.start_s) & (t_s <= rep.bottom_start_s) & np.isfinite(q_deg)
    q = q_deg[inside]
    if len(q) < 3:
        return 0
    tops, _ = find_peaks(np.r_[q, q[-1] + REVERSAL_DEG], prominence=REVERSAL_DEG)
    return len(tops)
