"""Presentation times and thinning: pure arithmetic on timestamps, no files."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.video.reader import MIN_INTERVAL_S, PresentationClock, Thinner

MILLISECOND = Fraction(1, 1000)


def times_of(timestamps: Sequence[int | None], interval_s: float = 0.04) -> list[float | None]:
    clock = PresentationClock(MILLISECOND, interval_s)
    return [clock.time_of(timestamp) for timestamp in timestamps]


def kept(times_s: Sequence[float], fps: float) -> list[float]:
    thinner = Thinner(MIN_INTERVAL_S, 1 / fps)
    return [t_s for t_s in times_s if thinner.keeps(t_s)]


def steady(fps: float, n: int = 240) -> list[float]:
    return [i / fps for i in range(n)]


def test_time_starts_at_the_first_frame_wherever_its_timestamp_is() -> None:
    assert times_of([-80, -40, 0, 60]) == [0.0, 0.04, 0.08, 0.14]


def test_uneven_timestamps_are_taken_as_they_are() -> None:
    assert times_of([5, 38, 75, 180, 181]) == [0.0, 0.033, 0.07, 0.175, 0.176]


def test_repeated_and_late_timestamps_are_left_out() -> None:
    assert times_of([0, 40, 40, 30, 80]) == [0.0, 0.04, None, None, 0.08]


def test_a_frame_without_a_timestamp_follows_by_the_last_interval() -> None:
    assert times_of([0, 30, None, 90], interval_s=0.04) == pytest.approx([0.0, 0.03, 0.06, 0.09])


def test_a_file_without_timestamps_runs_at_its_nominal_rate() -> None:
    assert times_of([None, None, None], interval_s=0.04) == pytest.approx([0.0, 0.04, 0.08])


def test_timestamps_that_start_late_join_on() -> None:
    assert times_of([None, 1000, 1040], interval_s=0.04) == pytest.approx([0.0, 0.04, 0.08])


@pytest.mark.parametrize("jump", [-5000, 5_000_000])
def test_time_goes_on_over_a_jump_of_the_clock(jump: int) -> None:
    clock = PresentationClock(MILLISECOND, 0.04)
    times = [clock.time_of(timestamp) for timestamp in (10_000, 10_040, 10_080)]
    assert not clock.jumped
    times += [clock.time_of(10_080 + jump), clock.time_of(10_120 + jump)]
    assert clock.jumped
    assert times == pytest.approx([0.0, 0.04, 0.08, 0.12, 0.16])


def test_a_single_mad_timestamp_does_not_shift_what_follows_by_more_than_a_frame() -> None:
    times = times_of([0, 40, 9_000_000, 120, 160])
    assert times == pytest.approx([0.0, 0.04, 0.08, 0.12, 0.16], abs=0.041)


@given(st.lists(st.none() | st.integers(-(10**7), 10**7), max_size=60))
def test_times_always_increase(timestamps: list[int | None]) -> None:
    times = [t_s for t_s in times_of(timestamps) if t_s is not None]
    assert all(later > earlier for earlier, later in pairwise(times))


@pytest.mark.parametrize("fps", [12.0, 24.0, 25.0, 29.97, 30.0, 40.0])
def test_sources_up_to_40_per_second_are_kept_whole(fps: float) -> None:
    assert kept(steady(fps), fps) == steady(fps)


@pytest.mark.parametrize(
    ("fps", "kept_fps"), [(48.0, 24.0), (50.0, 25.0), (59.94, 29.97), (60.0, 30.0), (120.0, 40.0), (240.0, 40.0)]
)
def test_faster_sources_are_thinned_evenly(fps: float, kept_fps: float) -> None:
    step = round(fps / kept_fps)
    assert kept(steady(fps), fps) == steady(fps)[::step]


def test_times_rounded_to_milliseconds_are_thinned_as_evenly() -> None:
    rounded = [round(t_s, 3) for t_s in steady(60.0)]
    assert kept(rounded, 60.0) == rounded[::2]


def test_jitter_around_30_per_second_loses_no_frame() -> None:
    late_and_early = [t_s + (0.012 if i % 2 else 0.0) for i, t_s in enumerate(steady(30.0))]
    early_and_late = [t_s + (0.0 if i % 2 else 0.012) for i, t_s in enumerate(steady(30.0))]
    assert kept(late_and_early, 30.0) == late_and_early
    assert kept(early_and_late, 30.0) == early_and_late


def test_a_phone_that_slows_down_in_the_dark_is_followed() -> None:
    fast = steady(60.0, 120)
    slow = [2.0 + t_s for t_s in steady(30.0, 60)]
    assert kept(fast + slow, 45.0)[-60:] == slow


def test_a_phone_that_speeds_up_is_thinned_soon_after() -> None:
    slow = steady(30.0, 60)
    fast = [2.0 + t_s for t_s in steady(60.0, 120)]
    after_a_while = [t_s for t_s in kept(slow + fast, 45.0) if t_s >= 2.5]
    assert [b - a for a, b in pairwise(after_a_while)] == pytest.approx([1 / 30] * (len(after_a_while) - 1))


def test_no_smallest_interval_keeps_everything() -> None:
    thinner = Thinner(0.0, 1 / 240)
    assert all(thinner.keeps(t_s) for t_s in steady(240.0))
