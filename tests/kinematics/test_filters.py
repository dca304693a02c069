"""Layer: pure functions. Smoothing and filling: no lag in recorded sets, no future in live ones, no made-up numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.kinematics.filters import OneEuroFilter, fill_gaps, runs, slope_per_s, smooth_zero_phase

RATES = [15.0, 24.0, 30.0, 60.0]


def times(fps: float, duration_s: float = 6.0) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.arange(0.0, duration_s, 1 / fps)


@pytest.mark.parametrize("fps", RATES)
def test_a_slow_sine_passes_without_lag_or_loss(fps: float) -> None:
    t = times(fps)
    wave = np.sin(2 * np.pi * 0.5 * t)
    inside = (t > 1) & (t < 5)
    assert smooth_zero_phase(t, wave)[inside] == pytest.approx(wave[inside], abs=0.01)


@pytest.mark.parametrize("fps", RATES)
def test_a_ramp_passes_unchanged_to_its_very_ends(fps: float) -> None:
    t = times(fps)
    assert smooth_zero_phase(t, 30 * t) == pytest.approx(30 * t, abs=1e-6)


@pytest.mark.parametrize("fps", [30.0, 60.0])
def test_tremble_above_the_cut_off_goes_and_the_movement_stays(fps: float) -> None:
    t = times(fps)
    movement = 30 * np.sin(2 * np.pi * 0.4 * t)
    smoothed = smooth_zero_phase(t, movement + 2 * np.sin(2 * np.pi * 13 * t))
    inside = (t > 1) & (t < 5)
    assert np.abs(smoothed - movement)[inside].max() < 0.5


def test_the_cut_off_is_where_it_says() -> None:
    """Both passes together leave 1/sqrt(2) of the amplitude at 6 Hz, within half a hertz."""
    t = times(30.0, 20.0)
    inside = (t > 5) & (t < 15)

    def left_of(hz: float) -> float:
        return float(np.sqrt(2) * smooth_zero_phase(t, np.sin(2 * np.pi * hz * t))[inside].std())

    assert left_of(5.5) > np.sqrt(0.5) > left_of(6.5)


def test_uneven_frame_times_give_the_same_curve() -> None:
    random = np.random.default_rng(3)
    t = np.cumsum(random.uniform(0.02, 0.05, 200))
    wave = 30 * np.sin(2 * np.pi * 0.4 * t)
    inside = (t > t[0] + 1) & (t < t[-1] - 1)
    assert smooth_zero_phase(t, wave)[inside] == pytest.approx(wave[inside], abs=0.3)


@given(st.integers(20, 60), st.integers(1, 40))
def test_what_was_not_measured_stays_so_and_is_not_smeared(start: int, length: int) -> None:
    t = times(30.0, 4.0)
    values = np.column_stack([np.sin(t), np.cos(t)])
    values[start : start + length, 0] = np.nan
    smoothed = smooth_zero_phase(t, values)
    assert (np.isnan(smoothed) == np.isnan(values)).all()


def test_a_jump_behind_a_gap_does_not_reach_across_it() -> None:
    t = times(30.0, 4.0)
    low, high = np.where(t < 2, 10.0, 10.0), np.where(t < 2, 10.0, 90.0)
    for values in (low, high):
        values[(t > 1.8) & (t < 2.2)] = np.nan
    before = t <= 1.8
    assert smooth_zero_phase(t, high)[before] == pytest.approx(smooth_zero_phase(t, low)[before])


def test_runs_too_short_to_filter_are_left_alone() -> None:
    t = times(30.0, 0.3)
    values = np.random.default_rng(0).normal(size=len(t))
    assert smooth_zero_phase(t, values) == pytest.approx(values)


@pytest.mark.parametrize("cutoff", [0.0, -1.0, 12.1])
def test_a_cut_off_that_the_frame_rate_cannot_carry_is_refused(cutoff: float) -> None:
    t = times(30.0)
    with pytest.raises(ValueError, match="cutoff_hz"):
        smooth_zero_phase(t, t, cutoff)


@pytest.mark.parametrize("fps", RATES)
def test_gaps_of_a_fifth_of_a_second_are_filled_by_a_straight_line(fps: float) -> None:
    t = times(fps)
    values = 5 + 3 * t
    short = (t > 2.0) & (t < 2.13)
    values[short] = np.nan
    assert fill_gaps(t, values) == pytest.approx(5 + 3 * t)


@pytest.mark.parametrize("fps", RATES)
def test_longer_gaps_stay_not_measured(fps: float) -> None:
    t = times(fps)
    values = 5 + 3 * t
    long = (t > 2.0) & (t < 2.4)
    values[long] = np.nan
    filled = fill_gaps(t, values)
    assert np.isnan(filled[long]).all()
    assert np.isfinite(filled[~long]).all()


def test_gaps_at_the_ends_are_never_filled() -> None:
    t = times(30.0, 1.0)
    values = t.copy()
    values[:2] = values[-2:] = np.nan
    filled = fill_gaps(t, values)
    assert np.isnan(filled[[0, 1, -2, -1]]).all()


def test_each_column_is_filled_on_its_own() -> None:
    t = times(30.0, 1.0)
    values = np.stack([t, 2 * t], axis=1)[:, None, :].repeat(3, axis=1)
    holed = values.copy()
    holed[5, 1, 0] = np.nan
    assert fill_gaps(t, holed) == pytest.approx(values)


def test_filling_does_not_change_its_input() -> None:
    t = times(30.0, 1.0)
    values = t.copy()
    values[5] = np.nan
    fill_gaps(t, values)
    assert np.isnan(values[5])


@given(st.lists(st.booleans(), max_size=40))
def test_runs_tell_the_whole_mask(mask: list[bool]) -> None:
    again = np.zeros(len(mask), dtype=np.bool_)
    for a, b in runs(np.array(mask, dtype=np.bool_)):
        assert a < b
        assert a == 0 or not mask[a - 1]
        again[a:b] = True
    assert again.tolist() == mask


def test_the_slope_of_a_ramp_is_its_speed_at_uneven_times() -> None:
    t = np.cumsum(np.random.default_rng(5).uniform(0.02, 0.05, 50))
    assert slope_per_s(t, 40 * t + 3) == pytest.approx(40.0)
    assert np.isnan(slope_per_s(t[:1], t[:1])).all()


@given(st.integers(1, 39), st.integers(0, 2**31))
def test_the_live_filter_never_looks_ahead(cut: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    t, values = np.arange(40) / 30, random.normal(0, 20, 40)
    other = values.copy()
    other[cut:] += random.normal(0, 50, 40 - cut)
    one, two = OneEuroFilter(), OneEuroFilter()
    first = [float(one(a, np.array(v))) for a, v in zip(t.tolist(), values, strict=True)]
    second = [float(two(a, np.array(v))) for a, v in zip(t.tolist(), other, strict=True)]
    assert first[:cut] == second[:cut]


def test_the_live_filter_takes_out_tremble_at_rest() -> None:
    random = np.random.default_rng(2)
    live = OneEuroFilter()
    raw = 40 + random.normal(0, 1, 300)
    out = np.array([float(live(i / 30, np.array(v))) for i, v in enumerate(raw)])
    assert out[60:].std() < 0.5 * raw[60:].std()


def test_the_live_filter_follows_a_bending_knee_within_a_tenth_of_a_second() -> None:
    """A knee that bends at 60 deg/s is read at most 6 deg late."""
    live = OneEuroFilter()
    late = [60 * i / 30 - float(live(i / 30, np.array(60 * i / 30))) for i in range(90)]
    assert 0 < late[-1] < 6


def test_the_live_filter_starts_afresh_after_what_was_not_measured() -> None:
    live = OneEuroFilter()
    live(0.0, np.array([10.0, 10.0]))
    assert np.isnan(live(0.1, np.array([np.nan, 10.0]))).tolist() == [True, False]
    assert live(0.2, np.array([80.0, 10.0])).tolist() == [80.0, 10.0]


@pytest.mark.parametrize("second", [1.0, 0.9])
def test_time_must_increase_in_the_live_filter(second: float) -> None:
    live = OneEuroFilter()
    live(1.0, np.array(0.0))
    with pytest.raises(ValueError, match="time must increase"):
        live(second, np.array(0.0))
