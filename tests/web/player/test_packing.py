"""Layer: pure. Arrays packed for a browser, and back."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from formcheck.web.player.payload import TIME_STEP_S, packed

from .unpacking import unpacked

values = st.lists(st.floats(-5e3, 5e3) | st.just(math.nan) | st.just(math.inf), max_size=60)


@given(values, st.sampled_from([0.01, 0.1, 1.0]))
def test_values_come_back_within_half_a_step_wherever_they_stand(given_values: list[float], step: float) -> None:
    back = unpacked(packed(given_values, step), step)
    assert len(back) == len(given_values)
    for value, other in zip(given_values, back, strict=True):
        if math.isfinite(value):
            assert abs(value - other) <= step / 2 + 1e-9
        else:
            assert math.isnan(other)


def test_what_is_not_known_is_none_and_never_zero() -> None:
    assert packed([math.nan, 1.0, math.nan, 1.5], 0.5) == [None, 2, None, 1]


def test_a_time_read_back_names_its_frame() -> None:
    t_s = np.cumsum(np.random.default_rng(3).uniform(0.001, 0.05, 9000))
    back = np.array(unpacked(packed(t_s, TIME_STEP_S), TIME_STEP_S))
    assert np.abs(back - t_s).max() < 1e-6
