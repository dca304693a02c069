"""Layer: pure functions. The bands of the values that a live set shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.exercises.finding import Band
from formcheck.exercises.judge import MeasuredValues, judge_rep
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.view import ViewKind, ViewQuality
from formcheck.session.live_state import ShownMeasures, shown_band

WALL_SQUAT = builtin_rubric("wall-squat")


def band_of(fppa: Estimate, others: MeasuredValues | None = None, *, leg: str = "left") -> Band:
    band = shown_band(WALL_SQUAT, Plan(), "fppa_deg")
    assert band is not None
    return band(fppa, leg, others or {})


@pytest.mark.parametrize(
    ("fppa", "band"),
    [
        (Estimate(6.0, 5.0), Band.GOOD),
        (Estimate(8.0, 0.0), Band.CAUTION),
        (Estimate(10.1, 5.0), Band.CAUTION),
        (Estimate(10.2, 5.0), Band.FAULT),  # four chances in five of lying past 8 deg
        (Estimate(30.0, float("nan")), Band.CAUTION),
    ],
)
def test_a_gauge_shows_a_fault_only_as_sure_as_its_check_asks_for(fppa: Estimate, band: Band) -> None:
    assert band_of(fppa) is band


def test_a_gauge_shows_no_fault_that_another_measure_of_that_leg_contradicts() -> None:
    outward = {"kmf_change_pct": {"left": Estimate(-5.0, 1.0), "right": Estimate(5.0, 1.0)}}
    assert band_of(Estimate(20.0, 4.0), outward) is Band.CAUTION
    assert band_of(Estimate(20.0, 4.0), outward, leg="right") is Band.FAULT


@given(st.floats(-20, 40), st.floats(0, 10), st.floats(-10, 10), st.floats(0, 6))
def test_a_gauge_shows_what_is_judged(fppa: float, error: float, change: float, other_error: float) -> None:
    measures = {
        "fppa_deg": {"left": Estimate(fppa, error)},
        "fppa_change_deg": {"left": Estimate(change, other_error)},
        "kmf_change_pct": {"left": Estimate(change, other_error)},
    }
    (found,) = judge_rep(
        WALL_SQUAT, 1, "left", measures,
        view_kind=ViewKind.FRONT, view_quality=ViewQuality.OK, plan=Plan(), at_s=None,
    )  # fmt: skip
    assert band_of(measures["fppa_deg"]["left"], measures) is found.band


@pytest.mark.parametrize("exercise", builtin_names())
def test_what_may_contradict_a_gauge_is_measured_in_every_phase(exercise: str) -> None:
    rubric = builtin_rubric(exercise)
    needed = ShownMeasures(rubric, Plan()).needed
    evidence = {measure for check in rubric.checks_of("fppa_deg") for measure in check.evidence}
    assert {"fppa_deg", "knee_flexion_deg", *evidence} <= needed
    if exercise not in ("sit-to-stand", "knee-to-wall"):  # tests: their knee line is judged by nobody
        assert evidence == {"fppa_change_deg", "kmf_change_pct"}


def test_what_no_check_judges_is_shown_without_a_band() -> None:
    assert shown_band(WALL_SQUAT, Plan(), "kmf_change_pct") is None
