"""Layer: pure functions. Statistics of agreement against published worked examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.validation.agreement import (
    agreement_of,
    coverage_of,
    icc_2_1,
    limits_of_agreement,
    standard_error_of_measurement,
    wilson_interval,
)

WRIGHT = (494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427)
MINI = (512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451)
"""Peak flow (l/min) of 17 people with two meters: Bland & Altman 1986, table 1, first measurements."""

JUDGES = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))
"""Six targets rated by four judges: Shrout & Fleiss 1979, table 2."""


def test_bland_and_altmans_flow_meters_have_their_published_bias_and_spread() -> None:
    limits = limits_of_agreement(np.subtract(WRIGHT, MINI))
    assert limits.bias == pytest.approx(-2.1, abs=0.05)
    assert limits.sd == pytest.approx(38.8, abs=0.05)
    assert (limits.bias_interval.low, limits.bias_interval.high) == pytest.approx((-22.0, 17.8), abs=0.1)


def test_limits_of_agreement_are_the_published_ones_but_for_1_96_instead_of_2() -> None:
    limits = limits_of_agreement(np.subtract(WRIGHT, MINI))
    assert (limits.low, limits.high) == pytest.approx((-2.1 - 1.96 * 38.8, -2.1 + 1.96 * 38.8), abs=0.1)
    # Published -114.3 to -45.1 and 40.9 to 110.1, around limits of 2 SD and with the simpler error sqrt(3/n) SD.
    assert (limits.low_interval.low, limits.low_interval.high) == pytest.approx((-114.3, -45.1), abs=2.5)
    assert (limits.high_interval.low, limits.high_interval.high) == pytest.approx((40.9, 110.1), abs=2.5)


def test_shrout_and_fleiss_judges_have_their_published_icc() -> None:
    icc = icc_2_1(JUDGES)
    assert icc.value == pytest.approx(0.29, abs=0.005)
    # As McGraw & Wong's interval is given for this table by R's psych and irr packages.
    assert (icc.interval.low, icc.interval.high) == pytest.approx((0.019, 0.761), abs=0.0015)


def test_a_constant_offset_lowers_absolute_agreement() -> None:
    truth = np.array([10.0, 20.0, 30.0, 40.0])
    assert icc_2_1(np.column_stack([truth, truth])).value == pytest.approx(1.0)
    assert icc_2_1(np.column_stack([truth + 10, truth])).value < 0.85


def test_the_residual_of_the_judges_gives_the_standard_error() -> None:
    # Shrout & Fleiss, table 3: residual mean square 1.02.
    assert standard_error_of_measurement(JUDGES) ** 2 == pytest.approx(1.02, abs=0.005)


def test_with_two_methods_the_minimal_detectable_change_is_1_96_standard_deviations() -> None:
    agreement = agreement_of(WRIGHT, MINI)
    assert agreement.sem == pytest.approx(agreement.limits.sd / np.sqrt(2))
    assert agreement.mdc95 == pytest.approx(1.96 * agreement.limits.sd, rel=1e-4)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_that_of_newcombe_1998_table_1(hits: int, n: int, low: float, high: float) -> None:
    interval = wilson_interval(hits, n)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.00006)


def test_errors_are_counted_by_hand() -> None:
    agreement = agreement_of([11.0, 8.0, 30.0], [10.0, 10.0, 30.0])
    assert agreement.mae == pytest.approx(1.0)
    assert agreement.rmse == pytest.approx(np.sqrt(5 / 3))
    assert agreement.worst == pytest.approx(2.0)
    assert agreement.limits.bias == pytest.approx(-1 / 3)


def test_two_pairs_have_a_bias_but_no_limits() -> None:
    agreement = agreement_of([1.0, 2.0], [0.0, 0.0])
    assert agreement.limits.bias == pytest.approx(1.5)
    assert np.isnan([agreement.limits.low, agreement.icc.value, agreement.sem, agreement.mdc95]).all()


def test_coverage_counts_the_edge_as_held_and_leaves_out_what_stated_no_error() -> None:
    coverage = coverage_of([1.0, 5.0, 9.0], [0.0, 0.0, 0.0], [1.0, 4.0, np.nan])
    assert (coverage.hits, coverage.n) == (1, 2)


@pytest.mark.parametrize(("ours", "truth"), [([], []), ([1.0], [1.0, 2.0]), ([np.nan], [1.0])])
def test_what_is_not_paired_is_refused(ours: list[float], truth: list[float]) -> None:
    with pytest.raises(ValueError, match=r"shape|finite"):
        agreement_of(ours, truth)


def test_values_that_are_all_but_equal_have_no_interval() -> None:
    icc = icc_2_1([[0.0, 0.0], [0.0, 0.0], [0.0, 5e-127]])
    assert np.isnan(icc.value) or 0 <= icc.value <= 1
    assert np.isfinite(agreement_of([0.0, 0.0, 5e-127], [0.0, 0.0, 0.0]).mae)


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-90, 90)), min_size=3, max_size=30), st.floats(-20, 20))
def test_a_shift_of_ours_moves_the_bias_alone(pairs: list[tuple[float, float]], shift: float) -> None:
    ours, truth = np.array(pairs).T
    before, after = agreement_of(ours, truth), agreement_of(ours + shift, truth)
    assert after.limits.bias == pytest.approx(before.limits.bias + shift, abs=1e-9)
    assert after.sem == pytest.approx(before.sem, abs=1e-6)
