"""Layer: pure functions. Filter, running median and peaks give what SciPy gives, which takes seconds to import."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from scipy.signal import butter, find_peaks, sosfiltfilt

from formcheck.kinematics.filters import butterworth_both_ways, running_median
from formcheck.kinematics.peaks import prominent_peaks

FloatArray = NDArray[np.float64]


def walk(n: int, columns: int = 1, *, seed: int = 0) -> FloatArray:
    """Return random walks around 500 px, shape (n, columns)."""
    return 500 + np.random.default_rng(seed).normal(0, 4, (n, columns)).cumsum(axis=0)


def scipys_filter(even: FloatArray, cutoff_hz: float, rate_hz: float, pad: int) -> FloatArray:
    sos = butter(2, cutoff_hz, fs=rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sos, even, axis=0, padtype="odd", padlen=pad), dtype=np.float64)


@pytest.mark.parametrize("cutoff_hz", [0.5, 1.2, 3.0, 7.06, 11.0, 14.5])
@pytest.mark.parametrize("n", [4, 5, 13, 31, 32, 480])
def test_the_filter_is_scipys(n: int, cutoff_hz: float) -> None:
    even = walk(n, 5, seed=n)
    pad = min(n - 1, 30)
    assert butterworth_both_ways(even, cutoff_hz, 30.0, pad) == pytest.approx(
        scipys_filter(even, cutoff_hz, 30.0, pad), abs=1e-10, rel=0
    )


@pytest.mark.parametrize("pad", [1, 2, 29])
@pytest.mark.parametrize("rate_hz", [24.0, 30.0, 240.0])
def test_the_filter_is_scipys_at_other_rates_and_paddings(pad: int, rate_hz: float) -> None:
    even = walk(90, 2, seed=pad)
    assert butterworth_both_ways(even, 6.0, rate_hz, pad) == pytest.approx(
        scipys_filter(even, 6.0, rate_hz, pad), abs=1e-10, rel=0
    )


@pytest.mark.parametrize("even", [np.full((40, 1), 321.5), np.eye(40)[:, [0, 20, 39]], 30 * np.arange(40.0)[:, None]])
def test_the_filter_is_scipys_on_a_constant_a_pulse_and_a_ramp(even: FloatArray) -> None:
    assert butterworth_both_ways(even, 7.0, 30.0, 30) == pytest.approx(
        scipys_filter(even, 7.0, 30.0, 30), abs=1e-10, rel=0
    )


@pytest.mark.parametrize("window", [1, 2, 3, 14, 15, 30])
@pytest.mark.parametrize("n", [1, 2, 7, 31, 200])
def test_the_running_median_is_scipys(n: int, window: int) -> None:
    values = walk(n, 2, seed=window)
    expected = median_filter(values, size=(window, 1), mode="nearest")
    np.testing.assert_array_equal(running_median(values, window), expected)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("least", [0.0, 0.5, 4.0, 25.0])
@pytest.mark.parametrize("step", [None, 1.0, 8.0])
def test_the_peaks_are_scipys(seed: int, least: float, step: float | None) -> None:
    """With steps, many samples are of one height: plateaus, and peaks as high as others."""
    series = walk(150, seed=seed)[:, 0]
    if step is not None:
        series = step * np.round(series / step)
    expected, _ = find_peaks(series, prominence=least)
    assert prominent_peaks(series, least) == expected.tolist()


@pytest.mark.parametrize(
    "series",
    [
        [],
        [1],
        [1, 2],
        [2, 1, 2],
        [1, 2, 1],
        [3, 3, 3, 3],
        [0, 3, 3, 0],
        [0, 3, 3, 3, 3],
        [3, 3, 0, 3, 3],
        [9, 0, 5, 0, 9],
        [9, 4, 5, 0, 5, 3, 5, 1, 2],
        [0, 5, 2, 5, 1, 5, 0],
        [0, 1, 2, 9, 8, 8, 8, 9, 1],
    ],
)
@pytest.mark.parametrize("least", [0.0, 1.0, 3.0, 5.0])
def test_the_peaks_are_scipys_at_the_ends_and_on_plateaus(series: list[float], least: float) -> None:
    values = np.array(series, dtype=np.float64)
    expected, _ = find_peaks(values, prominence=least)
    assert prominent_peaks(values, least) == expected.tolist()
