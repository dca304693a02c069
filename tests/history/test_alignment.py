"""Layer: pure functions on made-up reps. Curves by phase do not know how long a phase took."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.history.alignment import phase_curves, phase_positions, sampled, times_of
from formcheck.kinematics.analysis import MeasureSeries
from formcheck.session.assessment import Assessment

from .made_up import FPS, assessment

durations = st.tuples(st.floats(0.5, 4.0), st.floats(0.0, 5.0), st.floats(0.5, 4.0))


def with_series(made: Assessment, t_s: np.ndarray, fppa: np.ndarray) -> Assessment:
    return replace(made, series=MeasureSeries(t_s, {"fppa_deg": fppa}, {}))


def expected(position: np.ndarray) -> np.ndarray:
    """Return what the made-up FPPA of the left leg is: up with the descent, 10 at the bottom, down with the ascent."""
    return np.asarray(np.interp(position, [0, 1, 2, 3], [0, 10, 10, 0]))


@settings(max_examples=30)
@given(st.lists(durations, min_size=1, max_size=4))
def test_slow_and_fast_reps_lie_on_each_other(tempo: list[tuple[float, float, float]]) -> None:
    curves = phase_curves(assessment([{}] * len(tempo), tempo_s=tempo), "fppa_deg", "left")
    assert curves is not None
    # Corners that fall between two frames are cut off by at most what the knee does in one frame.
    fastest = 10 / min(min(down, up) for down, _, up in tempo) / FPS
    assert np.nanmax(np.abs(curves.values - expected(curves.position))) <= fastest + 1e-9


@settings(max_examples=25)
@given(st.floats(0.4, 4.0), st.floats(-50.0, 50.0))
def test_a_clock_that_runs_otherwise_changes_nothing(speed: float, offset_s: float) -> None:
    made = assessment([{}, {}], tempo_s=[(1.0, 2.0, 1.5), (2.0, 0.5, 1.0)])
    other = replace(
        made,
        reps=tuple(
            replace(
                rep,
                start_s=offset_s + speed * rep.start_s,
                bottom_start_s=offset_s + speed * rep.bottom_start_s,
                bottom_end_s=offset_s + speed * rep.bottom_end_s,
                end_s=offset_s + speed * rep.end_s,
            )
            for rep in made.reps
        ),
        series=replace(made.series, t_s=offset_s + speed * made.series.t_s),
    )
    one, two = phase_curves(made, "fppa_deg", "left"), phase_curves(other, "fppa_deg", "left")
    assert one is not None
    assert two is not None
    np.testing.assert_allclose(one.values, two.values, atol=1e-6)


@settings(max_examples=25)
@given(st.floats(-3, 3), st.floats(-30, 30))
def test_scaled_and_shifted_values_give_scaled_and_shifted_curves(factor: float, shift: float) -> None:
    made = assessment([{}, {}])
    fppa = made.series.per_leg["fppa_deg"]
    one = phase_curves(made, "fppa_deg", "right")
    two = phase_curves(with_series(made, made.series.t_s, factor * fppa + shift), "fppa_deg", "right")
    assert one is not None
    assert two is not None
    np.testing.assert_allclose(two.values, factor * one.values + shift, atol=1e-9)
    np.testing.assert_allclose(two.mean, factor * one.mean + shift, atol=1e-9)
    np.testing.assert_allclose(two.spread, abs(factor) * one.spread, atol=1e-9)


def test_reps_that_do_not_count_have_no_curve() -> None:
    curves = phase_curves(assessment([{}] * 4, incomplete=[4], excluded=[2]), "fppa_deg", "left")
    assert curves is not None
    assert curves.reps == (1, 3)


def test_reps_on_the_other_leg_have_no_curve() -> None:
    assert phase_curves(assessment([{}], exercise="step-down", leg="left"), "fppa_deg", "right") is None


def test_a_measure_that_was_not_taken_has_no_curve() -> None:
    assert phase_curves(assessment([{}]), "knee_flexion_deg", "left") is None
    assert phase_curves(assessment([{}]), "pelvic_drop_deg", "both") is None


def test_a_measure_of_the_whole_body_has_one_curve_a_rep() -> None:
    curves = phase_curves(assessment([{}, {}]), "trunk_lean_deg", "both")
    assert curves is not None
    assert curves.values.shape == (2, len(curves.position))


def test_what_was_not_seen_stays_a_gap() -> None:
    made = assessment([{}, {}, {}])
    fppa = made.series.per_leg["fppa_deg"].copy()
    first = made.reps[0]
    fppa[(made.series.t_s > first.bottom_start_s) & (made.series.t_s < first.bottom_end_s)] = np.nan
    curves = phase_curves(with_series(made, made.series.t_s, fppa), "fppa_deg", "left")
    assert curves is not None
    middle = np.abs(curves.position - 1.5) < 0.3
    assert np.isnan(curves.values[0, middle]).all()
    assert np.isfinite(curves.values[1:, middle]).all()
    assert np.isfinite(curves.mean[middle]).all()


def test_a_mean_needs_half_of_the_reps() -> None:
    made = assessment([{}, {}, {}])
    fppa = made.series.per_leg["fppa_deg"].copy()
    fppa[made.series.t_s < made.reps[1].end_s] = np.nan
    curves = phase_curves(with_series(made, made.series.t_s, fppa), "fppa_deg", "left")
    assert curves is not None
    assert np.isfinite(curves.values[2]).all()
    assert np.isnan(curves.mean[:-1]).all()


def test_one_rep_has_no_spread() -> None:
    curves = phase_curves(assessment([{}]), "fppa_deg", "left")
    assert curves is not None
    assert np.isnan(curves.spread).all()
    assert np.isfinite(curves.mean).all()


def test_mean_and_spread_are_those_of_the_reps() -> None:
    made = assessment([{}, {}, {}], tempo_s=[(1.0, 1.0, 1.0), (2.0, 1.0, 1.0), (1.0, 3.0, 2.0)])
    noise = np.random.default_rng(1).normal(0, 1, made.series.per_leg["fppa_deg"].shape)
    curves = phase_curves(
        with_series(made, made.series.t_s, made.series.per_leg["fppa_deg"] + noise), "fppa_deg", "left"
    )
    assert curves is not None
    np.testing.assert_allclose(curves.mean, curves.values.mean(axis=0))
    np.testing.assert_allclose(curves.spread, curves.values.std(axis=0, ddof=1))


def test_a_long_gap_between_frames_is_not_bridged() -> None:
    t, values = np.array([0.0, 0.1, 0.5, 0.6]), np.array([0.0, 1.0, 5.0, 6.0])
    read = sampled(t, values, np.array([0.05, 0.1, 0.3, 0.5, 0.55, 0.7, -0.1]))
    np.testing.assert_allclose(read, [0.5, 1.0, np.nan, 5.0, 5.5, np.nan, np.nan])


def test_the_axis_meets_the_edges_of_the_phases() -> None:
    rep = assessment([{}], tempo_s=[(2.0, 3.0, 1.5)]).reps[0]
    at = times_of(rep, phase_positions())
    edges = [rep.start_s, rep.bottom_start_s, rep.bottom_end_s, rep.end_s]
    assert [float(each) for each in at[::50]] == pytest.approx(edges)
