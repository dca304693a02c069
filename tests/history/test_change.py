"""Layer: pure functions. What counts as a change and what does not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.exercises.finding import Bands
from formcheck.history.change import PUBLISHED, Apart, Verdict, change_in_words, change_of, off_good, threshold_for
from formcheck.history.set_values import SetValue
from formcheck.kinematics.estimate import Estimate

CHANGES = {Verdict.CHANGED, Verdict.CHANGED_BETTER, Verdict.CHANGED_WORSE}
UP_TO_10 = Bands((-math.inf, 10.0), (-math.inf, 17.0))
values = st.floats(-60, 60)
errors = st.floats(0, 20)
spreads = st.one_of(st.just(float("nan")), st.floats(0, 8))
measures = st.sampled_from(["fppa_deg", "kmf_pct", "knee_flexion_max_deg", "descent_s", "kasr"])
set_values = st.builds(SetValue, st.builds(Estimate, values, errors), st.just(5), spreads)


def value(number: float, error: float = 2.0, rep_sd: float = float("nan")) -> SetValue:
    return SetValue(Estimate(number, error), 5, rep_sd)


def said(measure: str, first: float, second: float, bands: Bands | None = None) -> str:
    change = change_of(measure, value(first), value(second), Apart.DAYS, first_bands=bands, second_bands=bands)
    return change_in_words(measure, change, first, second, bands)


@pytest.mark.parametrize(
    ("measure", "first", "second", "bands", "words"),
    [
        ("fppa_deg", 25, 6, UP_TO_10, "Changed: 19° less inward, and good now."),
        ("fppa_deg", 30, 15, UP_TO_10, "Changed: 15° less inward, nearer to what is good."),
        ("fppa_deg", 6, 25, UP_TO_10, "Changed: 19° further inward, further from what is good."),
        ("fppa_deg", -20, 0, UP_TO_10, "Changed: 20° further inward, and good either way."),
        ("fppa_deg", -20, -5, UP_TO_10, "Changed: 15° less outward, and good either way."),
        ("knee_flexion_max_deg", 40, 60, None, "Changed: 20° deeper, by itself neither better nor worse."),
        ("descent_s", 8, 2, None, "Changed: 6.0 s faster, by itself neither better nor worse."),
        ("fppa_deg", 6, 8, UP_TO_10, "No detectable change, as measuring again may give as large a change."),
    ],
)
def test_a_change_is_said_with_its_direction_and_whether_it_matters(
    measure: str, first: float, second: float, bands: Bands | None, words: str
) -> None:
    assert said(measure, first, second, bands) == words


@given(measures, set_values, set_values, st.sampled_from(Apart))
def test_a_difference_under_its_limit_is_never_a_change(
    measure: str, first: SetValue, second: SetValue, apart: Apart
) -> None:
    change = change_of(measure, first, second, apart, first_bands=UP_TO_10, second_bands=UP_TO_10)
    limit = threshold_for(measure, first, second, apart).value
    difference = second.estimate.value - first.estimate.value
    assert change.is_change == (abs(difference) > limit)
    assert change.is_change == (change.verdict in CHANGES)


@given(measures, set_values, set_values, st.sampled_from(Apart))
def test_exchanged_sets_give_the_opposite_difference(
    measure: str, first: SetValue, second: SetValue, apart: Apart
) -> None:
    forth = change_of(measure, first, second, apart, first_bands=UP_TO_10, second_bands=UP_TO_10)
    back = change_of(measure, second, first, apart, first_bands=UP_TO_10, second_bands=UP_TO_10)
    assert forth.difference is not None
    assert back.difference == pytest.approx(-forth.difference)
    assert back.error == pytest.approx(forth.error)
    opposite = {Verdict.CHANGED_BETTER: Verdict.CHANGED_WORSE, Verdict.CHANGED_WORSE: Verdict.CHANGED_BETTER}
    assert back.verdict is opposite.get(forth.verdict, forth.verdict)


@given(st.sampled_from(sorted(PUBLISHED)), set_values, set_values)
def test_the_limit_between_days_is_never_below_the_published_one(
    measure: str, first: SetValue, second: SetValue
) -> None:
    assert threshold_for(measure, first, second, Apart.DAYS).value >= PUBLISHED[measure].days


@given(measures, set_values, set_values, st.sampled_from(Apart))
def test_the_limit_is_never_below_the_errors_of_both_values(
    measure: str, first: SetValue, second: SetValue, apart: Apart
) -> None:
    own = math.hypot(first.estimate.error, second.estimate.error)
    assert threshold_for(measure, first, second, apart).value >= own - 1e-9


def test_nine_degrees_of_fppa_between_days_are_no_change_and_more_are() -> None:
    assert change_of("fppa_deg", value(5), value(14), Apart.DAYS).verdict is Verdict.NO_DETECTABLE_CHANGE
    assert change_of("fppa_deg", value(5), value(14.1), Apart.DAYS).is_change


def test_within_a_session_six_degrees_stand_where_the_own_error_is_not_known() -> None:
    assert not change_of("fppa_deg", value(5), value(11), Apart.SESSION).is_change
    assert change_of("fppa_deg", value(5), value(11.1), Apart.SESSION).is_change


def test_within_a_session_an_unsteady_person_needs_more() -> None:
    first, second = value(5, rep_sd=4.0), value(12, rep_sd=4.0)
    change = change_of("fppa_deg", first, second, Apart.SESSION)
    assert change.threshold is not None
    assert change.threshold.value == pytest.approx(8.0)
    assert not change.is_change


def test_a_steady_person_is_still_held_to_the_intervals() -> None:
    change = change_of("fppa_deg", value(5, 3.0, 0.5), value(9, 3.0, 0.5), Apart.SESSION)
    assert change.threshold is not None
    assert change.threshold.value == pytest.approx(math.hypot(3.0, 3.0))
    assert "intervals" in change.threshold.why


def test_legs_in_one_picture_need_both_errors_added() -> None:
    change = change_of("kmf_pct", value(0, 2.5), value(4.5, 2.5), Apart.LEGS_OF_ONE_SET)
    assert change.error == pytest.approx(5.0)
    assert not change.is_change


def test_a_measure_without_a_published_limit_goes_by_its_intervals() -> None:
    assert not change_of("descent_s", value(1.5, 0.3), value(1.9, 0.3), Apart.DAYS).is_change
    assert change_of("descent_s", value(1.5, 0.3), value(1.95, 0.3), Apart.DAYS).is_change


def test_a_value_whose_error_is_not_known_is_never_a_change() -> None:
    assert not change_of("fppa_deg", value(0, float("nan")), value(40), Apart.DAYS).is_change


def test_nearer_to_the_good_values_is_better() -> None:
    change = change_of("fppa_deg", value(24), value(12), Apart.DAYS, first_bands=UP_TO_10, second_bands=UP_TO_10)
    assert change.verdict is Verdict.CHANGED_BETTER
    assert change.difference == pytest.approx(-12)


def test_further_from_the_good_values_is_worse() -> None:
    change = change_of("fppa_deg", value(8), value(22), Apart.DAYS, first_bands=UP_TO_10, second_bands=UP_TO_10)
    assert change.verdict is Verdict.CHANGED_WORSE


def test_a_change_among_good_values_is_neither_better_nor_worse() -> None:
    change = change_of("fppa_deg", value(9), value(-5), Apart.DAYS, first_bands=UP_TO_10, second_bands=UP_TO_10)
    assert change.verdict is Verdict.CHANGED


def test_without_good_values_there_is_no_better_or_worse() -> None:
    assert change_of("fppa_deg", value(9), value(30), Apart.DAYS).verdict is Verdict.CHANGED


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [(None, value(1), "first"), (value(1), None, "second"), (None, None, "neither")],
)
def test_what_was_not_measured_is_not_compared(first: SetValue | None, second: SetValue | None, words: str) -> None:
    change = change_of("fppa_deg", first, second, Apart.DAYS)
    assert change.verdict is Verdict.NOT_COMPARABLE
    assert change.difference is None
    assert words in change.reason


@given(values)
def test_good_values_are_not_off(number: float) -> None:
    off = off_good(number, UP_TO_10)
    assert off is not None
    assert off == pytest.approx(max(0.0, number - 10.0))
