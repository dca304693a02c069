"""From measures over time to one value a rep, each with its error.

A value is the median over the bottom of the rep (from 90 % of its range to 90 % again), or where a check looks at the
whole rep, the value that is exceeded for a twentieth of it. Of a rep that begins seated the bottom is the way up: there
the legs carry the body while they are bent.

From the values of a stretch of a rep to the one reported: one definition, for what is measured and for truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.analysis import SetMeasurement
from formcheck.kinematics.cleaning import known_median
from formcheck.kinematics.error_parts import (
    INDEPENDENT_PER_S,
    camera_part,
    hand_part,
    lens_part,
    misfit_part,
    noise_part,
    scale_part,
    time_part,
    turn_part,
)
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import Derivation, Measure, Per, Reduction
from formcheck.kinematics.measures.registry import MEASURES, derived
from formcheck.kinematics.reps import (
    ASCENT,
    BOTTOM_SHARE,
    DESCENT,
    HOLD,
    PHASES_OF,
    STAND,
    RepTimes,
    descent_reversals,
)
from formcheck.kinematics.slowing import slowing_of
from formcheck.kinematics.stands import FIVE, timed_stands
from formcheck.kinematics.uncertainty import TWO_SIDED_95, estimate
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import BODY, SIDES, Side

FloatArray = NDArray[np.float64]

_DEEPEST_PERCENTILE = 90


def extreme(known: FloatArray) -> float:
    """Return the value that is exceeded for a twentieth of the stretch, on the side further from zero.

    Parameters
    ----------
    known
        Shape (n,), without NaN; NaN is returned when it is empty.
    """
    if len(known) == 0:
        return float("nan")
    low, high = np.percentile(known, [5, 95])
    return float(high if abs(high) >= abs(low) else low)


def median(known: FloatArray) -> float:
    """Return the middle of `known`, shape (n,); NaN when it is empty."""
    return known_median(known)


def deepest(known: FloatArray) -> float:
    """Return the depth of a bottom: what is exceeded for a tenth of it; NaN when `known`, shape (n,), is empty."""
    return float(np.percentile(known, _DEEPEST_PERCENTILE)) if len(known) else float("nan")


Values = dict[str, dict[str, Estimate | None]]
"""By measure, then by `left` and `right` or `both`; None where not measured."""

BOTH = "both"

_FEWEST_FRAMES = 3
_SEEN_SHARE = 0.5
"""A measure seen in less than this share of its frames is not given."""
_MID_HOLD = 0.2
"""Share of the bottom cut off at either end before wobble is taken: what is left is the hold itself."""
_FATIGUE_REPS = 3
_TIME_OF = {DESCENT: "descent_s", HOLD: "hold_s", STAND: "hold_s", ASCENT: "ascent_s"}
"""What the time of a phase goes by."""


def measure_rep(m: SetMeasurement, i: int, phase_of: Mapping[str, str]) -> Values:
    """Return the measures of one rep.

    Parameters
    ----------
    m
        The set.
    i
        Number of the rep, from 0.
    phase_of
        By measure: `rep` for those that are taken over the whole rep instead of its bottom.
    """
    rep, stance = m.reps[i], m.legs[i]
    legs = SIDES if m.bilateral else ((stance,) if stance else ())
    values: Values = {}
    bottom = _bottom(m, rep)
    whole = _frames(m, rep.start_s, rep.end_s) if rep.bottom_seen else bottom

    def value_of(measure: Measure, leg: Side | None, series: FloatArray) -> Estimate | None:
        if measure.reduction is Reduction.DEEPEST:
            # A chair says how deep somebody sits, and the way up is no bottom.
            if m.rule.seated:
                return None
            return _at(m, rep, measure.name, leg, series, bottom, deepest)
        if phase_of.get(measure.name) == "rep":
            return _extreme(m, rep, measure.name, leg, series, whole)
        return _at(m, rep, measure.name, leg, series, bottom, median)

    for measure in MEASURES.values():
        of_legs, of_body = _series_of(m, measure)
        if of_legs is not None:
            values[measure.name] = {
                side.value: value_of(measure, side, of_legs[:, side.leg_index]) if side in legs else None
                for side in SIDES
            }
        elif of_body is not None:
            values[measure.name] = {BOTH: value_of(measure, None, of_body)}
    if m.view.kind is ViewKind.FRONT:
        values |= _of_front(m, rep, legs, whole)
    return values | _timing(m, rep)


def _of_front(m: SetMeasurement, rep: RepTimes, legs: Sequence[Side], whole: NDArray[np.bool_]) -> Values:
    """Return what has no value in a single frame; nothing of who rises from a seat, where nothing is held."""
    if m.rule.seated:
        return {}
    return {
        "wobble_pct": {
            side.value: _wobble(m.series.per_leg.get("kmd_pct"), side, m, rep) if side in legs else None
            for side in SIDES
        },
        "knee_separation_change_pct": {BOTH: _separation_change(m, rep)},
        "arms_moved_s": {BOTH: _arms_moved(m, whole)},
    }


def _bottom(m: SetMeasurement, rep: RepTimes) -> NDArray[np.bool_]:
    """Return the frames of the bottom of a rep, shape (n,): where it pulses those at its depth, and none in a hole."""
    if not rep.bottom_seen:
        return np.zeros(len(m.series.t_s), dtype=np.bool_)
    if m.rule.seated:
        return _frames(m, rep.start_s, rep.bottom_start_s)
    frames = _frames(m, rep.bottom_start_s, rep.bottom_end_s)
    if not rep.pulses:
        return frames
    with np.errstate(invalid="ignore"):
        deep = frames & (m.q_deg >= rep.stand_deg + BOTTOM_SHARE * rep.range_deg)
    return deep if deep.sum() >= _FEWEST_FRAMES else frames


def _frames(m: SetMeasurement, start_s: float, end_s: float) -> NDArray[np.bool_]:
    """Return the frames from start to end, widened to three, shape (n,)."""
    t = m.series.t_s
    inside = (t >= start_s) & (t <= end_s)
    if inside.sum() < _FEWEST_FRAMES:
        nearest = np.argsort(np.abs(t - (start_s + end_s) / 2))[:_FEWEST_FRAMES]
        inside = np.zeros(len(t), dtype=np.bool_)
        inside[nearest] = True
    return inside


def _known(series: FloatArray, frames: NDArray[np.bool_]) -> FloatArray:
    """Return the known values in these frames; empty when too few are known."""
    part = series[frames]
    known = part[np.isfinite(part)]
    return known if len(known) >= max(2, _SEEN_SHARE * len(part)) else known[:0]


def _series_of(m: SetMeasurement, measure: Measure) -> tuple[FloatArray | None, FloatArray | None]:
    """Return the values over time that a measure of a rep is reduced from: of the legs, or of the body."""
    if measure.series is None or measure.reduction is None:
        return None, None
    name = measure.series.name
    return m.series.per_leg.get(name), m.series.whole_body.get(name)


def _at(
    m: SetMeasurement,
    rep: RepTimes,
    name: str,
    leg: Side | None,
    series: FloatArray,
    frames: NDArray[np.bool_],
    reduced: Callable[[FloatArray], float],
) -> Estimate | None:
    known = _known(series, frames)
    return None if len(known) == 0 else _stated(m, rep, name, leg, reduced(known), known, frames)


def _stated(
    m: SetMeasurement,
    rep: RepTimes,
    name: str,
    leg: Side | None,
    value: float,
    known: FloatArray,
    frames: NDArray[np.bool_],
) -> Estimate | None:
    """Return a value with the error that its parts make."""
    return estimate(
        name,
        value,
        noise=float(
            np.linalg.norm(
                [noise_part(m, name, leg, known, frames), misfit_part(m, name, frames), camera_part(m, name, leg)]
            )
        ),
        turn=float(np.hypot(turn_part(m, rep, name, frames), lens_part(m, rep, name))),
        scale=scale_part(name, value),
        hand=hand_part(m, name, leg, frames),
    )


def _extreme(
    m: SetMeasurement, rep: RepTimes, name: str, leg: Side | None, series: FloatArray, frames: NDArray[np.bool_]
) -> Estimate | None:
    known = _known(series, frames)
    if len(known) == 0:
        return None
    value = extreme(known)
    # Over a whole rep the values move far: of their own unsteadiness only the tremble around the extreme is error.
    near = known[np.abs(known - value) <= np.ptp(known) / 10]
    if len(near) == 0:  # the extreme lies between a few values that jump
        near = known
    return _stated(m, rep, name, leg, value, near, _around(series, value, frames))


def _around(series: FloatArray, value: float, frames: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return those of the frames in which a series is within a tenth of its range of a value, shape (n,)."""
    with np.errstate(invalid="ignore"):
        near = frames & (np.abs(series - value) <= np.ptp(_known(series, frames)) / 10)
    return near if near.any() else frames


def _wobble(kmd: FloatArray | None, side: Side, m: SetMeasurement, rep: RepTimes) -> Estimate | None:
    """Return the spread of the knee's side-to-side place in the hold, % of leg length."""
    cut = _MID_HOLD * (rep.bottom_end_s - rep.bottom_start_s)
    if kmd is None or rep.pulses or not rep.hold_s >= _FEWEST_FRAMES / INDEPENDENT_PER_S:
        return None
    known = _known(kmd[:, side.leg_index], _frames(m, rep.bottom_start_s + cut, rep.bottom_end_s - cut))
    return estimate("wobble_pct", float(np.std(known))) if len(known) else None


def _separation_change(m: SetMeasurement, rep: RepTimes) -> Estimate | None:
    """Return the largest change of the distance between the knees in the hold, % of that at its start."""
    series = m.series.whole_body.get("knee_separation_pct")
    if series is None:
        return None
    known = _known(series, _bottom(m, rep))
    if len(known) < _FEWEST_FRAMES:
        return None
    start = float(np.median(known[:_FEWEST_FRAMES]))
    change = 100 * extreme(known - start) / start if start else float("nan")
    return estimate("knee_separation_change_pct", change)


def _arms_moved(m: SetMeasurement, whole: NDArray[np.bool_]) -> Estimate | None:
    """Return for how long a hand was away in a rep; None where the wrists were seen in less than half of it."""
    known = _known(m.arms_moved, whole)
    if len(known) == 0:
        return None
    return estimate("arms_moved_s", float(known.mean() * np.ptp(m.series.t_s[whole])))


def _timing(m: SetMeasurement, rep: RepTimes) -> Values:
    t, q = m.series.t_s, m.q_deg
    took, ways = (rep.descent_s, rep.hold_s, rep.ascent_s), PHASES_OF[m.rule.begins][1:]
    values: Values = {
        _TIME_OF[phase]: {BOTH: estimate(_TIME_OF[phase], value, noise=time_part(m, rep, phase))}
        for phase, value in zip(ways, took, strict=True)
    }
    if m.rule.seated:
        return values
    turned_back = float("nan") if np.isnan(rep.descent_s) else float(descent_reversals(t, q, rep))
    values["descent_reversals"] = {BOTH: estimate("descent_reversals", turned_back)}
    slowing = slowing_of(t, q, rep)
    if slowing is not None:
        for name, value, noise in (
            ("contact_softness_ratio", slowing.softness, slowing.softness_noise),
            ("deceleration_ratio", slowing.deceleration, slowing.deceleration_noise),
        ):
            values[name] = {BOTH: estimate(name, value, noise=noise)}
    return values


def measure_stance(m: SetMeasurement) -> Values:
    """Return what is measured of the stance before the set, from the front: stance width and foot direction."""
    toe_out, places_px = m.series.per_leg.get("toe_out_deg"), m.standing.points_px
    if m.view.kind is not ViewKind.FRONT or toe_out is None:
        return {}
    left, right = BODY[Side.LEFT], BODY[Side.RIGHT]
    hips_px = abs(places_px[left.hip, 0] - places_px[right.hip, 0])
    ankles_px = abs(places_px[left.ankle, 0] - places_px[right.ankle, 0])
    known = {side: _known(toe_out[:, side.leg_index], m.standing.frames) for side in SIDES}
    return {
        "stance_width_ratio": {
            BOTH: estimate("stance_width_ratio", float(ankles_px / hips_px)) if hips_px > 0 else None
        },
        "toe_out_deg": {
            side.value: estimate("toe_out_deg", float(np.median(values))) if len(values) else None
            for side, values in known.items()
        },
    }


def measure_whole_set(m: SetMeasurement, reps: Iterable[Values]) -> Values:
    """Return the measures of a set: number, spread over the reps, drift from the first three reps to the last three.

    Parameters
    ----------
    m
        The set.
    reps
        The measures of each complete rep, in order.
    """
    done = list(reps)
    values: Values = {"reps_count": {BOTH: Estimate(float(len(done)), 0.0)}}
    for measure, source in derived(Derivation.SPREAD):
        values[measure.name] = {leg: _spread(_over(done, source.name, leg)) for leg in _legs_of(source)}
    values |= drift_over_set(done)
    if m.rule.seated:
        values |= _timed_stands(m)
    for measure, source in derived(Derivation.BEST):
        values[measure.name] = {leg: _best(done, source.name, leg) for leg in _legs_of(source)}
    for measure, source in derived(Derivation.DIFFERENCE):
        left, right = (_over(done, source.name, side.value) for side in SIDES)
        if len(left) and len(right):
            values[measure.name] = {BOTH: _difference(m, measure.name, left, right)}
    return values


def _timed_stands(m: SetMeasurement) -> Values:
    """Return the time of five stands and the stands in half a minute, with what the ends of the first and last lack."""
    counted = [rep for rep in m.reps if rep.counts]
    found = timed_stands(m.series.t_s, m.q_deg, counted)
    values: Values = {}
    if len(counted) >= FIVE:
        _, first, _, back = PHASES_OF[m.rule.begins]
        for name, value, end in (
            ("five_stands_s", found.five_up_s, first),
            ("five_sit_to_stands_s", found.five_down_s, back),
        ):
            noise = float(np.hypot(time_part(m, counted[0], first), time_part(m, counted[FIVE - 1], end)) / np.sqrt(2))
            values[name] = {BOTH: estimate(name, value, noise=noise)}
    stands = found.in_half_a_minute
    values["stands_in_30_s_count"] = {BOTH: None if stands is None else Estimate(float(stands), 0.0)}
    return values


def _best(reps: Sequence[Values], measure: str, leg: str) -> Estimate | None:
    """Return the largest value of the reps, with its own error."""
    found = [values.get(measure, {}).get(leg) for values in reps]
    return max((each for each in found if each is not None), key=lambda each: each.value, default=None)


def _legs_of(measure: Measure) -> tuple[str, ...]:
    return tuple(side.value for side in SIDES) if measure.per is Per.LEG else (BOTH,)


def _spread(values: FloatArray) -> Estimate | None:
    """Return the standard deviation over the reps, with its own sampling error."""
    if len(values) < _FATIGUE_REPS:
        return None
    sd = np.std(values, ddof=1)
    return Estimate(float(sd), float(sd / np.sqrt(2 * (len(values) - 1)) * TWO_SIDED_95))


def drift_over_set(reps: Sequence[Values]) -> Values:
    """Return the drift from the first three reps to the last three: in a leg's alignment and depth, in the time down.

    Parameters
    ----------
    reps
        The measures of each complete rep, in order.

    Returns
    -------
    Values
        Last three minus first three; None where fewer than six reps have a value.
    """
    return {
        measure.name: {leg: _drift(_over(reps, source.name, leg), source.error_rule.spread) for leg in _legs_of(source)}
        for measure, source in derived(Derivation.DRIFT)
    }


def _difference(m: SetMeasurement, name: str, left: FloatArray, right: FloatArray) -> Estimate | None:
    """Return left minus right of the set's medians; what is not known of the camera's turn counts for both legs."""
    value = float(np.median(left) - np.median(right))
    noise = float(np.hypot(np.std(left) / np.sqrt(len(left)), np.std(right) / np.sqrt(len(right))))
    deepest = max((rep for rep in m.reps if rep.counts), key=lambda rep: rep.deepest_deg)
    turn = turn_part(m, deepest, name, np.ones(len(m.track), dtype=np.bool_))
    return estimate(name, value, noise=noise, turn=turn, scale=scale_part(name, value))


def _over(reps: Sequence[Values], measure: str, leg: str) -> FloatArray:
    found = [values.get(measure, {}).get(leg) for values in reps]
    return np.array([each.value for each in found if each is not None])


def _drift(values: FloatArray, spread: float) -> Estimate | None:
    """Return last three minus first three; the model's own error is mostly the same in both and halves."""
    if len(values) < 2 * _FATIGUE_REPS:
        return None
    change = float(values[-_FATIGUE_REPS:].mean() - values[:_FATIGUE_REPS].mean())
    own = float(np.hypot(np.std(values[:_FATIGUE_REPS]), np.std(values[-_FATIGUE_REPS:]))) / np.sqrt(_FATIGUE_REPS)
    return Estimate(change, TWO_SIDED_95 * float(np.hypot(own, spread / 2)))
