"""Reps and phases from one flexion-like signal.

A rep goes from rest to rest: from standing to standing, or of an exercise that begins so from seat to seat. Detection
looks for movements away and back that go far enough beside the others of the set; what is reported is defined by the
rep's own range: start and end where the signal crosses 10 % of it, bottom where it crosses 90 %. Who comes back by part
of the way and goes again has pulsed, within the same rep.

For who rests seated the signal is turned over (`away_deg`): it rises as the knee straightens, the way down is then the
way up, and the bottom is standing. Everything else is the same.

Where the recording shows nothing for a while, a rep goes on over the hole unless there was time to stand up in it; what
times it takes is then not known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.cleaning import known_median
from formcheck.kinematics.filters import smooth_zero_phase, unbroken
from formcheck.kinematics.holes import Hole, overlaps
from formcheck.kinematics.peaks import prominent_peaks
from formcheck.kinematics.phase_rule import Begins, Effort, PhaseRule

FloatArray = NDArray[np.float64]

STAND, DESCENT, HOLD, ASCENT, SIT = "stand", "descent", "hold", "ascent", "sit"
PHASES_OF: Mapping[Begins, tuple[str, str, str, str]] = MappingProxyType(
    {Begins.STANDING: (STAND, DESCENT, HOLD, ASCENT), Begins.SEATED: (SIT, ASCENT, STAND, DESCENT)}
)
"""By the posture that a rep begins in: what rest, the way from it, the far end and the way back are called."""
STRAIGHT_DEG = 180.0

COUNTING_CUTOFF_HZ = 3.0
"""Slow enough that tremble makes no peaks, fast enough for a rep in 0.8 s."""
_PEAK_SHARE = 0.3
"""A movement shallower than this share of the deepest usual one is not looked at."""
_EDGE_SHARE = 0.25
"""A rep must be seen to begin and end below this share of its range; otherwise the clip cuts it off."""
_STANDS_SHARE = 0.3
"""Who comes up between two movements to no less than this share of the depth over standing has not stood up."""
PULSE_DEG = 6.0
"""A rise at the bottom by less than this is unrest, not a pulse; the same holds for what may interrupt a hold."""
_STILL_DOWN_SHARE = 0.75
"""Who has not come up past this share of the range by the end of the clip is still at the bottom, and holds."""
START_SHARE, BOTTOM_SHARE = 0.10, 0.90
"""Crossings that define start, bottom and end (the result contract in docs/formats.md)."""
_MOVES_DEG_PER_S = 10.0
"""Faster is movement: at the edge of a hole it tells where the movement was going."""
_EDGE_S = 0.2
BESIDE_S = 0.1
"""A time that begins or ends as near to a hole as this may well do so within it."""
_PACE_MARGIN, _UNKNOWN_PACE_DEG_PER_S = 1.3, 120.0
"""Somebody may have moved so much faster in a hole than in the reps that are seen whole; without any, so fast."""
_PULSE_DEG_PER_S = 5.0
"""A rise that is slower on both its sides is the sway of somebody who holds: in half a minute at a wall hips wander by
several degrees. Pulses of people are faster than 10 deg/s [E]."""
_SWAY_DEG = 2 * PULSE_DEG
"""Nobody sways by more than this."""
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


@lru_cache(maxsize=1)
def _steep_parts() -> list[tuple[list[float], FloatArray]]:
    """Return shares of each part of `_STEEP`, one below it and five of it, and when a smooth reach passes them."""
    parts = [[max(low - _ALSO_EVEN, START_SHARE), *np.linspace(low, high, 5).tolist()] for low, high in _STEEP]
    return [(shares, np.array([_smooth_reach_time(share) for share in shares])) for shares in parts]


@lru_cache(maxsize=64)
def _smooth_reach_time(share: float) -> float:
    """Return at which part of its time a smooth reach (minimum jerk, Flash & Hogan 1985) passes a share of its way."""
    u = np.linspace(0.0, 1.0, 1001)
    return float(np.interp(share, u**3 * (10 - 15 * u + 6 * u**2), u))


class Cut(StrEnum):
    """Why a rep is not seen from standing to standing; as a clause of a sentence."""

    CLIP = "the start or end of the clip"
    SHORT = "coming up only part of the way"
    HOLE = "a gap in the recording"
    SIGHT = "a time in which the person or the leg was not seen"


class Movement(NamedTuple):
    """The instants of a rep that its times are taken between (s); up and down the other way round of a seated one."""

    down_s: float
    """The first movement down."""
    still_s: float
    """Stillness at the bottom."""
    up_s: float
    """The first movement up."""
    done_s: float
    """Stillness on top."""


@dataclass(frozen=True)
class RepTimes:
    """When one rep happened, seconds, and how far it went.

    Named as of a rep from standing. Of one that begins seated the descent is the way up, the bottom is standing and the
    ascent the way down.
    """

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
    cut_by: Cut | None = None
    """What a rep is cut off by that is not complete."""
    pulses: int = 0
    """How often the person came up at the bottom, by `PULSE_DEG` or more, without standing up."""
    cut_at_end: bool = False
    """True where the end of a rep that is not complete is missing; False where its start is, or nothing."""
    up_from_s: float = float("nan")
    """When the first movement up begins; NaN where that is not known."""
    bottom_seen: bool = True
    """False where the turn at the bottom lies in a hole of the recording: how deep it went is not known."""

    @property
    def movement(self) -> Movement:
        """The instants that its times are taken between; where one is not known, its crossing of 10 or 90 %."""
        still = self.descent_from_s + self.descent_s
        done = self.up_from_s + self.ascent_s
        return Movement(
            self.start_s if math.isnan(still) else self.descent_from_s,
            self.bottom_start_s if math.isnan(still) else still,
            self.bottom_end_s if math.isnan(self.up_from_s) else self.up_from_s,
            self.end_s if math.isnan(done) else done,
        )

    @property
    def counts(self) -> bool:
        """Whether it is one of the reps of the set: whole, and not taken out."""
        return self.complete and not self.excluded

    @property
    def range_deg(self) -> float:
        """Depth of the rep above rest."""
        return self.deepest_deg - self.stand_deg


def away_deg(q_deg: FloatArray, rule: PhaseRule) -> FloatArray:
    """Return the signal that rises as somebody goes away from the posture that reps begin in, shape (n,).

    Parameters
    ----------
    q_deg
        Knee flexion or what stands in for it, shape (n,).
    rule
        How reps begin.
    """
    return np.asarray(STRAIGHT_DEG - q_deg if rule.seated else q_deg, dtype=np.float64)


def find_reps(
    t_s: FloatArray, q_deg: FloatArray, rule: PhaseRule, holes: Sequence[Hole] = (), *, blunt_at_rest: bool = False
) -> list[RepTimes]:
    """Return the reps in a signal, in order of time.

    Parameters
    ----------
    t_s
        Shape (n,), seconds.
    q_deg
        Shape (n,), from `away_deg`: rises as the knee bends, or of who begins seated as it straightens; NaN where not
        measured.
    rule
        What counts as a rep of this exercise.
    holes
        Where the recording shows nothing, see `holes_of`. Times that one takes part in are NaN.
    blunt_at_rest
        True for a signal that hardly tells a straight leg from one bent by a few degrees, such as the drop of the
        trunk. Sway and the tremble of landmarks can then cross the line next to standing half a second early, and
        perspective late, so that crossing is where the steep part of the movement puts it.
    """
    q = smooth_zero_phase(t_s, q_deg, COUNTING_CUTOFF_HZ)
    stretches = _unbroken(t_s, q)
    found = [_reps_in_run(t_s[a:b], q[a:b], rule, blunt=blunt_at_rest) for a, b in stretches]
    if holes and len(stretches) > 1:
        pace = _pace([rep for reps in found for rep in reps], q)
        stretches = _joined(t_s, q, stretches, holes, pace)
        found = [_reps_in_run(t_s[a:b], q[a:b], rule, blunt=blunt_at_rest) for a, b in stretches]
    edges = [(t_s[a], t_s[b - 1]) for a, b in stretches]
    clip = (float(t_s[0]), float(t_s[-1])) if len(t_s) else (0.0, 0.0)
    named = [
        _with_cut(
            rep, before=_cut_at(i, edges, clip, holes, after=False), after=_cut_at(i, edges, clip, holes, after=True)
        )
        for i, reps in enumerate(found)
        for rep in reps
    ]
    return _far_enough([_beside_holes(rep, t_s, q, holes) for rep in named], rule)


def _unbroken(t_s: FloatArray, q: FloatArray) -> list[tuple[int, int]]:
    """Return runs of the signal with no gap longer than `LOST_S`; short gaps stay inside as NaN."""
    return [(a, b) for a, b in unbroken(t_s, np.isfinite(q), LOST_S) if b - a >= 5]


@dataclass(frozen=True)
class _Pace:
    """How a person moves, as far as it is seen."""

    stand_deg: float
    deepest_deg: float
    deg_per_s: float


def _pace(reps: list[RepTimes], q: FloatArray) -> _Pace:
    whole = [rep for rep in reps if rep.complete]
    if not whole:
        low, high = np.nanpercentile(q, [2, 98])
        return _Pace(float(low), float(high), _UNKNOWN_PACE_DEG_PER_S)
    fastest = max(rep.range_deg / min(rep.descent_s, rep.ascent_s) for rep in whole)
    return _Pace(
        float(np.median([rep.stand_deg for rep in whole])),
        float(np.median([rep.deepest_deg for rep in whole])),
        _PACE_MARGIN * fastest,
    )


def _joined(
    t: FloatArray, q: FloatArray, stretches: list[tuple[int, int]], holes: Sequence[Hole], pace: _Pace
) -> list[tuple[int, int]]:
    """Return the stretches with those put together between which a hole leaves no time to stand up and go down again.

    In a hole that begins or ends with somebody standing a whole rep may lie unseen; what is seen of the others is the
    same either way.
    """
    joined = [stretches[0]]
    for a, b in stretches[1:]:
        before, after = joined[-1][1] - 1, a
        if overlaps(holes, t[before], t[after]) and t[after] - t[before] < _least_with_stand_s(
            t, q, before, after, pace
        ):
            joined[-1] = (joined[-1][0], b)
        else:
            joined.append((a, b))
    return joined


def _least_with_stand_s(t: FloatArray, q: FloatArray, before: int, after: int, pace: _Pace) -> float:
    """Return the least time in which somebody gets from one frame to a later one and stands up in between (s)."""
    deep, stand = pace.deepest_deg, pace.stand_deg
    if min(q[before], q[after]) <= stand + _EDGE_SHARE * (deep - stand):
        return float("inf")
    way = float(q[before] + q[after] - 2 * stand)
    if _speed(t, q, t[before] - _EDGE_S, t[before]) > _MOVES_DEG_PER_S:  # on the way down: that is finished first
        way += 2 * max(0.0, deep - float(q[before]))
    if _speed(t, q, t[after], t[after] + _EDGE_S) < -_MOVES_DEG_PER_S:
        way += 2 * max(0.0, deep - float(q[after]))
    return way / pace.deg_per_s


def _speed(t: FloatArray, q: FloatArray, from_s: float, to_s: float) -> float:
    """Return the mean slope of the signal over a time (deg/s); 0 where it is not known."""
    at = np.flatnonzero((t >= from_s) & (t <= to_s) & np.isfinite(q))
    return float((q[at[-1]] - q[at[0]]) / (t[at[-1]] - t[at[0]])) if len(at) > 1 else 0.0


def _cut_at(
    i: int, edges: list[tuple[float, float]], clip: tuple[float, float], holes: Sequence[Hole], *, after: bool
) -> Cut:
    """Return what ends stretch `i`, or what it begins after: the clip only where there is no more of it."""
    other = i + 1 if after else i - 1
    if 0 <= other < len(edges):
        first, last = (edges[i][1], edges[other][0]) if after else (edges[other][1], edges[i][0])
    else:
        first, last = (edges[i][1], clip[1]) if after else (clip[0], edges[i][0])
        if last - first <= LOST_S:
            return Cut.CLIP
    return Cut.HOLE if overlaps(holes, first, last) else Cut.SIGHT


def _with_cut(rep: RepTimes, before: Cut, after: Cut) -> RepTimes:
    if rep.complete:
        return replace(rep, cut_by=None)
    return replace(rep, cut_by=after if rep.cut_at_end else before)


def _beside_holes(rep: RepTimes, t: FloatArray, q: FloatArray, holes: Sequence[Hole]) -> RepTimes:
    """Return a rep without the times that a hole takes part in."""
    if not holes:
        return rep
    down_end = rep.descent_from_s + (0.0 if np.isnan(rep.descent_s) else rep.descent_s)
    last = rep.up_from_s + (0.0 if np.isnan(rep.ascent_s) else rep.ascent_s)

    def is_unseen(from_s: float, to_s: float) -> bool:
        return overlaps(holes, from_s - BESIDE_S, to_s + BESIDE_S)

    unseen = float("nan")
    return replace(
        rep,
        descent_s=unseen if is_unseen(rep.descent_from_s, down_end) else rep.descent_s,
        hold_s=unseen if is_unseen(rep.bottom_start_s, max(down_end, rep.bottom_end_s)) else rep.hold_s,
        ascent_s=unseen if is_unseen(rep.up_from_s, last) else rep.ascent_s,
        bottom_seen=not any(_turns_within(rep, t, q, hole) for hole in holes),
    )


def _turns_within(rep: RepTimes, t: FloatArray, q: FloatArray, hole: Hole) -> bool:
    """Return whether a rep turns at the bottom while nothing is shown: it goes down into the hole and comes up out."""
    if not overlaps([hole], rep.bottom_start_s - BESIDE_S, rep.bottom_end_s + BESIDE_S):
        return False
    half = (rep.stand_deg + rep.deepest_deg) / 2
    before, after = (
        float(np.interp(at_s, t[np.isfinite(q)], q[np.isfinite(q)])) for at_s in (hole.start_s, hole.end_s)
    )
    goes_down = before < half or _speed(t, q, hole.start_s - _EDGE_S, hole.start_s) > _MOVES_DEG_PER_S
    comes_up = after < half or _speed(t, q, hole.end_s, hole.end_s + _EDGE_S) < -_MOVES_DEG_PER_S
    return goes_down and comes_up


def _reps_in_run(t: FloatArray, q: FloatArray, rule: PhaseRule, *, blunt: bool) -> list[RepTimes]:
    known = np.isfinite(q)
    q = np.interp(t, t[known], q[known])
    tops = _tops(q, rule)
    if not tops:
        return []
    movements = _from_standing(q, tops)
    valleys = [0, *(a[-1] + int(np.argmin(q[a[-1] : b[0]])) for a, b in pairwise(movements)), len(q) - 1]
    valleys[0] = int(np.argmin(q[: tops[0] + 1]))
    valleys[-1] = tops[-1] + int(np.argmin(q[tops[-1] :]))
    stands = [_rest_level(q, movements, i) for i in range(len(movements) + 1)]
    # Before the first sitting down and after the last getting up somebody stands: no rest, and with few reps half.
    level = float(np.min(stands) if rule.seated else np.median(stands))
    reps = []
    for i, movement in enumerate(movements):
        at = _Turns(valleys[i], i > 0, movement, valleys[i + 1], i + 1 < len(movements))
        rep = _time_rep(t, q, at, (stands[i], stands[i + 1]), level, rule, blunt=blunt)
        if not rep.complete or (movement_s(rep) >= rule.min_duration_s and _is_held_enough(rep, rule)):
            reps.append(rep)
    return reps


def _is_held_enough(rep: RepTimes, rule: PhaseRule) -> bool:
    # A stillness too short to be a hold was given as 0, one that a hole takes part in as NaN: that may have been long.
    return rule.effort is not Effort.HELD or rep.hold_s != 0.0


def _from_standing(q: FloatArray, tops: list[int]) -> list[list[int]]:
    """Return the deepest points, gathered where nobody stood up between them."""
    lowest = float(q.min())
    movements = [tops[:1]]
    for a, b in pairwise(tops):
        deepest = max(float(q[a]), float(q[b]))
        if float(q[a:b].min()) > lowest + _STANDS_SHARE * (deepest - lowest):
            movements[-1].append(b)
        else:
            movements.append([b])
    return movements


@dataclass(frozen=True)
class _Turns:
    """Where one movement turns, as indices of frames."""

    before: int
    """The rest before it."""
    is_rest_before: bool
    """Whether somebody was seen to stand there: between two movements, but not where the signal begins."""
    tops: list[int]
    """Its deepest points, one where it does not pulse."""
    after: int
    """The rest after it."""
    is_rest_after: bool


def _tops(q: FloatArray, rule: PhaseRule) -> list[int]:
    """Return the indices of the deepest points of all movements, those at the ends of the run included."""
    padded = np.concatenate([[q.min()], q, [q.min()]])
    low, high = np.percentile(q, [5, 95])
    deep = float(high - low)
    prominence = max(rule.min_range_deg, _PEAK_SHARE * deep)
    return [int(np.clip(x - 1, 0, len(q) - 1)) for x in prominent_peaks(padded, prominence)]


def _rest_level(q: FloatArray, movements: list[list[int]], i: int) -> float:
    """Return the level of rest before movement `i` (after the last one for i == len(movements))."""
    a = movements[i - 1][-1] if i > 0 else 0
    b = movements[i][0] if i < len(movements) else len(q) - 1
    part = q[a : b + 1]
    low, high = float(part.min()), float(part.max())
    return known_median(part[part <= low + 0.15 * (high - low)])


def movement_s(rep: RepTimes) -> float:
    """Return how long a rep took from its first movement to its last; from start to end where the clip cuts it off."""
    whole = rep.descent_s + rep.hold_s + rep.ascent_s
    return rep.end_s - rep.start_s if np.isnan(whole) else whole


def _time_rep(
    t: FloatArray,
    q: FloatArray,
    at: _Turns,
    stands: tuple[float, float],
    level: float,
    rule: PhaseRule,
    *,
    blunt: bool,
) -> RepTimes:
    before, after = at.before, at.after
    top = max(at.tops, key=lambda x: q[x])
    deepest = float(q[top])
    # A rest that the clip cuts off reads too high: the other one counts then.
    stand = (
        min(stands) if abs(stands[1] - stands[0]) > _EDGE_SHARE * (deepest - min(stands)) else float(np.mean(stands))
    )
    at_bottom = [x for x in at.tops if q[x] >= stand + BOTTOM_SHARE * (deepest - stand)]
    down, up = slice(before, at_bottom[0] + 1), slice(at_bottom[-1], after + 1)
    start, half_down, bottom_start, bottom_end, half_up, end = _crossings(
        t, q, down, up, stand, deepest, blunt_at_bottom=blunt and rule.seated, blunt_at_stand=blunt and not rule.seated
    )
    edge = max(stand, level) + _EDGE_SHARE * (deepest - level)
    first = start - SMOOTH_TAIL * (half_down - start)
    down_end = float(np.fmin(bottom_start + SMOOTH_TAIL * (bottom_start - half_down), t[at_bottom[0]]))
    up_start = float(np.fmax(bottom_end - SMOOTH_TAIL * (half_up - bottom_end), t[at_bottom[-1]]))
    last = end + SMOOTH_TAIL * (end - half_up)
    first_seen, last_seen = float(np.fmax(first, t[0])), float(np.fmin(last, t[-1]))
    begun, back = bool(at.is_rest_before or q[before] <= edge), bool(at.is_rest_after or q[after] <= edge)
    if begun and not back and q[at_bottom[-1] :].min() >= stand + _STILL_DOWN_SHARE * (deepest - stand):
        bottom_end = up_start = float(t[-1])
        end = float("nan")
    turns = turns_at_bottom(t, q, t[before] if np.isnan(bottom_start) else bottom_start, bottom_end)
    held = up_start - down_end if len(turns) < 2 else longest_stillness(t, q, turns, down_end, up_start)
    done = back or rule.seated  # who has stood up has done the stand, sat down again or not
    return RepTimes(
        complete=begun and done,
        start_s=float(t[before] if np.isnan(start) else start),
        bottom_start_s=float(t[before] if np.isnan(bottom_start) else bottom_start),
        bottom_end_s=float(t[after] if np.isnan(bottom_end) else bottom_end),
        end_s=float(max(t[after], up_start) if np.isnan(end) else end),
        deepest_s=float(t[top]),
        stand_deg=stand,
        deepest_deg=deepest,
        descent_s=float("nan") if np.isnan(start) else float(down_end - first_seen),
        hold_s=float(held) if held >= rule.hold_min_s else 0.0,
        ascent_s=float("nan") if np.isnan(end) else float(last_seen - up_start),
        descent_from_s=first_seen,
        cut_by=None if begun and done else Cut.CLIP,
        cut_at_end=begun and not done,
        pulses=max(0, len(turns) - 1),
        up_from_s=up_start,
    )


def _crossings(
    t: FloatArray,
    q: FloatArray,
    down: slice,
    up: slice,
    stand: float,
    deepest: float,
    *,
    blunt_at_bottom: bool,
    blunt_at_stand: bool,
) -> tuple[float, float, float, float, float, float]:
    """Return when a movement crosses 10, 50 and 90 % of its range on the way down, and the same back on the way up."""

    def crossing(share: float, part: slice, *, last: bool) -> float:
        return crossing_s(t[part], q[part], stand + share * (deepest - stand), last=last)

    start, bottom_start = crossing(START_SHARE, down, last=True), crossing(BOTTOM_SHARE, down, last=False)
    bottom_end, end = crossing(BOTTOM_SHARE, up, last=True), crossing(START_SHARE, up, last=False)
    half_down, half_up = crossing(0.5, down, last=True), crossing(0.5, up, last=False)
    if blunt_at_bottom:
        bottom_start = _foot_of_movement(bottom_start, lambda share: crossing(1 - share, down, last=False))
        bottom_end = _foot_of_movement(bottom_end, lambda share: crossing(1 - share, up, last=True))
    if blunt_at_stand:
        start = _foot_of_movement(start, lambda share: crossing(share, down, last=True))
        end = _foot_of_movement(end, lambda share: crossing(share, up, last=False))
    return start, half_down, bottom_start, bottom_end, half_up, end


def turns_at_bottom(t: FloatArray, q: FloatArray, bottom_start_s: float, bottom_end_s: float) -> list[int]:
    """Return the deepest points of a bottom between which somebody comes up by `PULSE_DEG`, as indices of frames."""
    end_s = t[-1] if np.isnan(bottom_end_s) else bottom_end_s
    at = np.flatnonzero((t >= bottom_start_s) & (t <= end_s))
    if len(at) == 0:
        return []
    part = q[at]
    floor = [part.min() - PULSE_DEG]
    tops = prominent_peaks(np.concatenate([floor, part, floor]), PULSE_DEG)
    turns: list[int] = []
    for top in (x - 1 for x in tops):
        # Two peaks of one height with nothing between them are one.
        if turns and not _is_pulse(t[at], part, turns[-1], top):
            turns.pop()
        turns.append(top)
    return [int(at[x]) for x in turns]


def _is_pulse(t: FloatArray, q: FloatArray, before: int, after: int) -> bool:
    """Say whether somebody comes up between two deepest points, and does not only sway."""
    valley = before + int(np.argmin(q[before:after]))
    up, down = float(q[before] - q[valley]), float(q[after] - q[valley])
    if min(up, down) < PULSE_DEG:
        return False
    pace = max(up / (t[valley] - t[before]), down / (t[after] - t[valley]))
    return bool(pace >= _PULSE_DEG_PER_S or max(up, down) >= _SWAY_DEG)


def longest_stillness(t: FloatArray, q: FloatArray, turns: list[int], down_end_s: float, up_start_s: float) -> float:
    """Return how long the longest stillness at a bottom lasts that pulses interrupt (s)."""
    valleys = [a + int(np.argmin(q[a:b])) for a, b in pairwise(turns)]
    begins = [down_end_s, *(_stillness_from(t, q, valley, top) for valley, top in zip(valleys, turns[1:], strict=True))]
    ends = [*(_stillness_until(t, q, top, valley) for top, valley in zip(turns, valleys, strict=False)), up_start_s]
    return max(end - begin for begin, end in zip(begins, ends, strict=True))


def _stillness_from(t: FloatArray, q: FloatArray, valley: int, top: int) -> float:
    """Return when somebody who comes down from a pulse is still, as for a rep (s)."""
    part, way = slice(valley, top + 1), float(q[top] - q[valley])
    half, near = (crossing_s(t[part], q[part], q[valley] + share * way, last=False) for share in (0.5, BOTTOM_SHARE))
    return float(np.fmin(near + SMOOTH_TAIL * (near - half), t[top]))


def _stillness_until(t: FloatArray, q: FloatArray, top: int, valley: int) -> float:
    """Return until when somebody who comes up for a pulse was still, as for a rep (s)."""
    part, way = slice(top, valley + 1), float(q[top] - q[valley])
    half, near = (crossing_s(t[part], q[part], q[valley] + share * way, last=True) for share in (0.5, BOTTOM_SHARE))
    return float(np.fmax(near - SMOOTH_TAIL * (half - near), t[top]))


def _foot_of_movement(at_s: float, crossing: Callable[[float], float]) -> float:
    """Return a start or end put where a steep part of the movement, as part of a smooth reach, has it.

    Parameters
    ----------
    at_s
        Where the signal itself crosses `START_SHARE`; kept where the clip cuts it off (NaN) or no part is smooth.
    crossing
        Gives the time at which the signal crosses a share of the range.
    """
    for shares, smooth in _steep_parts() if np.isfinite(at_s) else ():
        times = np.array([crossing(share) for share in shares])
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


def _far_enough(reps: list[RepTimes], rule: PhaseRule) -> list[RepTimes]:
    """Drop movements that are shallow beside the usual rep of the set; of stands that stop half-way say so."""
    if not reps:
        return reps
    usual = float(np.percentile([rep.range_deg for rep in reps if rep.complete] or [reps[0].range_deg], 75))
    kept = [rep for rep in reps if rep.range_deg >= max(rule.min_range_deg, _PEAK_SHARE * usual)]
    return [
        rep if rep.range_deg >= rule.least_share * usual else replace(rep, complete=False, cut_by=Cut.SHORT)
        for rep in kept
    ]


def phases(
    t_s: FloatArray, reps: list[RepTimes], begins: Begins = Begins.STANDING
) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
    """Return phase and rep of each frame.

    Parameters
    ----------
    t_s
        Shape (n,), seconds.
    reps
        In order of time.
    begins
        The posture that they begin in.

    Returns
    -------
    tuple
        Phase, shape (n,): `stand`, `descent`, `hold` or `ascent`, of reps that begin seated `sit`, `ascent`, `stand` or
        `descent`; and the number of the rep from 1, 0 between reps.
    """
    rest, first, far, back = PHASES_OF[begins]
    phase = np.full(len(t_s), rest, dtype="<U7")
    number = np.zeros(len(t_s), dtype=np.int64)
    # A rep that was taken out gives way to one that a person drew over it.
    for i, rep in sorted(enumerate(reps, start=1), key=lambda each: not each[1].excluded):
        for name, a, b in (
            (first, rep.start_s, rep.bottom_start_s),
            (far, rep.bottom_start_s, rep.bottom_end_s),
            (back, rep.bottom_end_s, rep.end_s),
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
    return len(prominent_peaks(np.r_[q, q[-1] + REVERSAL_DEG], REVERSAL_DEG))
