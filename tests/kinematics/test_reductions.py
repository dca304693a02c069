"""Layer: pure functions. One value of a stretch of a rep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formcheck.kinematics.rep_measures import deepest, extreme, measure_rep

from ..skeleton import Person
from .sets import filmed, measured


def test_the_extreme_is_on_the_side_further_from_zero_and_keeps_its_sign() -> None:
    assert extreme(np.linspace(-10.0, 4.0, 101)) == pytest.approx(-9.3)
    assert extreme(np.linspace(-4.0, 10.0, 101)) == pytest.approx(9.3)


def test_depth_is_what_is_exceeded_for_a_tenth_of_the_bottom() -> None:
    assert deepest(np.linspace(0.0, 100.0, 101)) == pytest.approx(90.0)


def test_nothing_known_has_no_value() -> None:
    assert np.isnan(extreme(np.array([])))
    assert np.isnan(deepest(np.array([])))


def test_an_extreme_between_values_that_jump_has_an_error_too() -> None:
    """With some frames far off the 95th percentile lies where no value is."""
    m = measured(filmed(Person(yaw_deg=90.0)))
    rep = m.reps[0]
    lean = np.full(len(m.track), np.nan)
    inside = np.flatnonzero((m.track.t_s >= rep.start_s) & (m.track.t_s <= rep.end_s))
    for some in range(1, len(inside)):
        lean[inside] = np.where(np.arange(len(inside)) < some, 10.0, 0.0)
        body = {**m.series.whole_body, "trunk_flexion_deg": lean}
        changed = replace(m, series=replace(m.series, whole_body=body))
        value = measure_rep(changed, 0, {"trunk_flexion_deg": "rep"})["trunk_flexion_deg"]["both"]
        assert value is not None
        assert np.isfinite(value.error)
