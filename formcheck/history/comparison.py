"""Two sets side by side, or two legs: each measure with what became of it, and the curves aligned by phase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from formcheck.exercises.finding import Bands, Level
from formcheck.exercises.judge import BOTH
from formcheck.exercises.words import good_text
from formcheck.history.alignment import PhaseCurves, phase_curves
from formcheck.history.change import Apart, Change, Obstacle, Verdict, change_in_words, change_of, not_comparable
from formcheck.history.good_values import good_bands
from formcheck.history.sessions import SESSION_H
from formcheck.history.set_values import LEG_ORDER, SetValue, legs_of, set_value, works_one_leg
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import CheckView, Per
from formcheck.kinematics.measures.registry import MEASURES, in_order, main_measures
from formcheck.kinematics.view import ViewQuality
from formcheck.pose.landmarks import Side
from formcheck.session.assessment import Assessment
from formcheck.session.verdict import verdict_of_measure

COMPARED: Final = tuple(measure.name for measure in in_order(lambda measure: measure.compared))
"""What is compared, in the order in which it is shown."""
CURVES: Final[Mapping[str, str]] = {
    measure.series.name: measure.name for measure in main_measures() if measure.series is not None
}
"""Series whose curves are laid on each other, and the measure of a rep whose change they go with."""
_DAY_NOT_KNOWN: Final = "The day of a set is guessed from its file, so the limits for different days are used."


class Kind(StrEnum):
    """What is compared with what."""

    BEFORE_AFTER = "before and after"
    LEFT_RIGHT = "left and right"


@dataclass(frozen=True, eq=False)
class DatedSet:
    """A set and when it was done."""

    assessment: Assessment
    done_at: datetime
    """With time zone."""
    name: str = ""
    """For people; may be empty."""
    date_is_guessed: bool = False
    """Whether `done_at` is when the file came, or of a copy of it: what seems to be one session may be months."""


@dataclass(frozen=True)
class ComparisonRow:
    """One measure side by side."""

    measure: str
    leg: str
    """`left`, `right` or `both`; empty where left is compared with right."""
    first: Estimate | None
    second: Estimate | None
    change: Change
    words: str
    """What became of it, with its direction and whether it matters: `Changed: 4° less inward, and good now.`"""
    good: str
    """Which values are good: `up to 6° inward`; empty where nobody says."""
    levels: tuple[Level, Level]
    """What the measure came to in each set, as everywhere."""


@dataclass(frozen=True, eq=False)
class CurvePair:
    """The same measure in both, over the phases of a rep."""

    measure: str
    """Name of the series."""
    leg: str
    """As in `ComparisonRow`."""
    first: PhaseCurves
    second: PhaseCurves
    limit: float | None
    """Differences up to here are not a change; None where the set's values could not be compared."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Everything there is to say about two sets beside each other."""

    kind: Kind
    apart: Apart
    first: DatedSet
    """The earlier, or whose left leg is compared."""
    second: DatedSet
    rows: tuple[ComparisonRow, ...]
    curves: tuple[CurvePair, ...]
    notes: tuple[str, ...]
    """Sentences on what to bear in mind."""

    @property
    def refusal(self) -> str:
        """Why nothing can be compared at all, to be said first; empty where something can."""
        if any(row.change.verdict is not Verdict.NOT_COMPARABLE for row in self.rows):
            return ""
        reasons = list(dict.fromkeys(row.change.reason for row in self.rows))
        return f"Not comparable: {'; '.join(reasons)}." if reasons else "Neither set has a value."

    @property
    def changed(self) -> tuple[ComparisonRow, ...]:
        """The rows whose difference is past its limit."""
        return tuple(row for row in self.rows if row.change.is_change)


@dataclass(frozen=True)
class _Pair:
    """A measure's value in each set, whose they are, and what the row is called by."""

    measure: str
    first_leg: str
    second_leg: str
    shown_leg: str


def compare_sets(first: DatedSet, second: DatedSet) -> Comparison:
    """Compare two sets of the same person, leg by leg.

    Differences are second minus first; which is the earlier does not matter here.
    """
    apart = _apart(first, second)
    one, other = first.assessment, second.assessment
    legs = [leg for leg in LEG_ORDER[:2] if leg in {*legs_of(one), *legs_of(other)}]
    pairs = [
        _Pair(measure, leg, leg, leg)
        for measure in COMPARED
        for leg in (legs if MEASURES[measure].per is Per.LEG else (BOTH,))
    ]
    rows = [_row(pair, first, second, apart, _obstacle(pair, one, other)) for pair in pairs]
    return _comparison(Kind.BEFORE_AFTER, apart, first, second, rows)


def compare_legs(left: DatedSet, right: DatedSet | None = None) -> Comparison:
    """Compare the left leg of one set with the right leg of the same or another.

    Differences are right minus left.

    Parameters
    ----------
    left
        Shows the left leg.
    right
        Shows the right leg; None where `left` shows both.
    """
    other = right or left
    same = right is None or right.assessment is left.assessment
    apart = Apart.LEGS_OF_ONE_SET if same else Apart.LEGS
    # Only where each set stands on one leg does a measure of the whole body belong to a leg.
    body_too = not same and works_one_leg((left.assessment, other.assessment))
    pairs = [
        _Pair(measure, *((Side.LEFT, Side.RIGHT) if MEASURES[measure].per is Per.LEG else (BOTH, BOTH)), "")
        for measure in COMPARED
        if body_too or MEASURES[measure].per is Per.LEG
    ]
    rows = [
        _row(pair, left, other, apart, _obstacle(pair, left.assessment, other.assessment, legs_differ=True))
        for pair in pairs
    ]
    if not works_one_leg((left.assessment, other.assessment)):
        rows = _alignment_borne_out(rows)
    return _comparison(Kind.LEFT_RIGHT, apart, left, other, rows)


def _apart(first: DatedSet, second: DatedSet) -> Apart:
    return Apart.SESSION if _seem_near(first, second) and not _day_guessed(first, second) else Apart.DAYS


def _seem_near(first: DatedSet, second: DatedSet) -> bool:
    return abs(second.done_at - first.done_at) <= timedelta(hours=SESSION_H)


def _day_guessed(first: DatedSet, second: DatedSet) -> bool:
    return first.date_is_guessed or second.date_is_guessed


def _obstacle(pair: _Pair, one: Assessment, other: Assessment, *, legs_differ: bool = False) -> Obstacle | None:
    """Return why a measure of two sets cannot be compared although it may have been measured in both."""
    spec = MEASURES[pair.measure]
    if one.exercise != other.exercise:
        return Obstacle.EXERCISE
    if legs_differ and not {pair.first_leg, pair.second_leg} <= {*legs_of(one), *legs_of(other), BOTH}:
        return Obstacle.LEGS_UNSEEN
    views = _seen_from(one), _seen_from(other)
    if spec.view is not CheckView.ANY and views[0] != views[1] and spec.view.value not in views[0] & views[1]:
        return Obstacle.VIEW
    if not legs_differ and _other_leg(pair, one, other):
        return Obstacle.LEG
    heights = {one.plan.step_height_cm, other.plan.step_height_cm}
    return Obstacle.STEP if len(heights) > 1 and None not in heights else None


def _other_leg(pair: _Pair, one: Assessment, other: Assessment) -> bool:
    if not legs_of(one) or not legs_of(other):
        return False  # no rep counts, so it is of no leg
    if pair.first_leg != BOTH:
        return (pair.first_leg in legs_of(one)) != (pair.first_leg in legs_of(other))
    return works_one_leg((one, other)) and not set(legs_of(one)) & set(legs_of(other))


def _seen_from(assessment: Assessment) -> frozenset[str]:
    """Return the views that the set's measures were taken in; empty where no view could carry any."""
    views = [each.view for each in assessment.views] or [assessment.view]
    return frozenset(view.kind.value for view in views if view.verdict is not ViewQuality.REFUSED)


def _row(pair: _Pair, first: DatedSet, second: DatedSet, apart: Apart, obstacle: Obstacle | None) -> ComparisonRow:
    one, other = first.assessment, second.assessment
    values = set_value(one, pair.measure, pair.first_leg), set_value(other, pair.measure, pair.second_leg)
    bands = good_bands(one.exercise, pair.measure, one.plan), good_bands(other.exercise, pair.measure, other.plan)
    if obstacle is not None:
        change = not_comparable(obstacle)
    else:
        change = change_of(pair.measure, *values, apart, first_bands=bands[0], second_bands=bands[1])
    row = ComparisonRow(
        pair.measure,
        pair.shown_leg,
        _estimate(values[0]),
        _estimate(values[1]),
        change,
        "",
        good_text(pair.measure, bands[1]),
        (
            verdict_of_measure(one, pair.measure, pair.first_leg).level,
            verdict_of_measure(other, pair.measure, pair.second_leg).level,
        ),
    )
    return _worded(row, bands[1], of_legs=apart in (Apart.LEGS, Apart.LEGS_OF_ONE_SET))


def _worded(row: ComparisonRow, bands: Bands | None, *, of_legs: bool) -> ComparisonRow:
    first, second = (None if each is None else each.value for each in (row.first, row.second))
    is_off = row.levels[1] in (Level.CAUTION, Level.FAULT)
    words = change_in_words(row.measure, row.change, first, second, bands, of_legs=of_legs, is_off=is_off)
    return replace(row, words=words)


def _estimate(value: SetValue | None) -> Estimate | None:
    return None if value is None else value.estimate


def _alignment_borne_out(rows: list[ComparisonRow]) -> list[ComparisonRow]:
    """Call projection angles of left and right different only where the place of the knees over the feet agrees.

    A camera that is turned a little makes one knee valgus and the other varus, so in an exercise on both legs the
    angle alone never tells them apart.
    """
    changes = {row.measure: row.change for row in rows}

    def checked(row: ComparisonRow) -> ComparisonRow:
        change, witness = row.change, MEASURES[row.measure].borne_out_by
        if not witness or not change.is_change:
            return row
        place = changes.get(witness)
        if place is not None and place.is_change and (place.difference or 0.0) * (change.difference or 0.0) > 0:
            return row
        reason = "a turned camera looks the same, and the knees' place over the feet does not bear it out"
        unproved = replace(row, change=replace(change, verdict=Verdict.NO_DETECTABLE_CHANGE, reason=reason))
        return _worded(unproved, None, of_legs=True)

    return [checked(row) for row in rows]


def _comparison(kind: Kind, apart: Apart, first: DatedSet, second: DatedSet, rows: list[ComparisonRow]) -> Comparison:
    shown = [row for row in rows if row.first is not None or row.second is not None]
    curves = tuple(_curves(kind, first.assessment, second.assessment, shown))
    notes = tuple(_notes(kind, first.assessment, second.assessment))
    if kind is Kind.BEFORE_AFTER and _seem_near(first, second) and _day_guessed(first, second):
        notes += (_DAY_NOT_KNOWN,)
    return Comparison(kind, apart, first, second, tuple(shown), curves, notes)


def _curves(kind: Kind, one: Assessment, other: Assessment, rows: list[ComparisonRow]) -> Iterator[CurvePair]:
    """Yield the curves of those rows that can be compared, in the order in which they are shown."""
    of_rows = {(row.measure, row.leg): row for row in rows}
    for series, measure in CURVES.items():
        per_leg = MEASURES[measure].per is Per.LEG
        for leg in ("",) if kind is Kind.LEFT_RIGHT else LEG_ORDER:
            row = of_rows.get((measure, leg))
            if row is None or row.change.verdict is Verdict.NOT_COMPARABLE:
                continue
            first_leg, second_leg = (leg, leg) if leg else (Side.LEFT, Side.RIGHT) if per_leg else (BOTH, BOTH)
            first, second = phase_curves(one, series, first_leg), phase_curves(other, series, second_leg)
            if first is not None and second is not None:
                limit = None if row.change.threshold is None else row.change.threshold.value
                yield CurvePair(series, leg, first, second, limit)


def _notes(kind: Kind, one: Assessment, other: Assessment) -> Iterator[str]:
    if one is other:
        return
    if one.provenance.model_sha256 != other.provenance.model_sha256:
        yield "The sets were measured with different pose models, which may read the same knee differently."
    depths = one.plan.target_depth_deg, other.plan.target_depth_deg
    if None not in depths and depths[0] != depths[1]:
        yield (
            f"The planned depth was {depths[0]:g}° in the first and {depths[1]:g}° in the second set: a knee that "
            "bends further shows more of its alignment."
        )
    if works_one_leg((one, other)) and None in (one.plan.step_height_cm, other.plan.step_height_cm):
        yield "The height of the step is not known of both sets: steps of other heights are not comparable."
    if one.plan.ball != other.plan.ball:
        yield "A ball was held between the knees in one of the sets only, and it sets how far apart they are."
    if kind is Kind.BEFORE_AFTER and ViewQuality.LOW in (one.view.verdict, other.view.verdict):
        yield "The view of one set allows low confidence only."
