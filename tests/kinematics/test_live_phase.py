"""Layer: pure functions. Phases and hold as a knee bends, frame by frame."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from formcheck.kinematics.live_phase import OF_DROP, OF_FLEXION, PhaseMachine, PhaseNow

REST, BOTTOM = 5.0, 65.0
FPS = 30.0


def smooth(start: float, end: float, seconds: float) -> NDArray[np.float64]:
    """Return a minimum-jerk way from one angle to another."""
    s = np.linspace(0, 1, max(2, round(seconds * FPS)))
    return start + (end - start) * (10 * s**3 - 15 * s**4 + 6 * s**5)


def rep(down_s: float = 1.5, hold_s: float = 2.0, up_s: float = 1.5, bottom: float = BOTTOM) -> NDArray[np.float64]:
    still = np.full(round(hold_s * FPS), bottom)
    return np.concatenate([np.full(30, REST), smooth(REST, bottom, down_s), still, smooth(bottom, REST, up_s)])


def followed(q: NDArray[np.float64]) -> list[PhaseNow]:
    machine = PhaseMachine(REST, OF_FLEXION)
    return [machine(i / FPS, float(value)) for i, value in enumerate(q)]


def phases(states: list[PhaseNow]) -> list[str]:
    names = [state.phase for state in states]
    return [name for i, name in enumerate(names) if i == 0 or name != names[i - 1]]


def test_a_rep_goes_through_all_phases_in_order() -> None:
    assert phases(followed(np.r_[rep(), np.full(30, REST)])) == ["stand", "descent", "hold", "ascent", "stand"]


def test_a_rep_that_turns_at_once_has_no_hold() -> None:
    states = followed(np.r_[rep(down_s=0.8, hold_s=0.0, up_s=0.8), np.full(30, REST)])
    assert max(state.hold_s for state in states) == 0
    assert "ascent" in phases(states)


@pytest.mark.parametrize("hold_s", [1.0, 3.0, 5.0])
def test_the_hold_is_as_long_as_it_was(hold_s: float) -> None:
    states = followed(np.r_[rep(hold_s=hold_s), np.full(30, REST)])
    assert max(state.hold_s for state in states) == pytest.approx(hold_s, abs=0.45)


def test_a_second_rep_starts_its_hold_from_nothing() -> None:
    states = followed(np.r_[rep(hold_s=3.0), rep(hold_s=1.0)])
    assert max(state.hold_s for state in states[: len(states) // 2]) > 2.5
    assert states[-1].hold_s < 1.6


def test_a_bob_in_the_hold_does_not_count_while_moving() -> None:
    bob = np.concatenate([smooth(BOTTOM, BOTTOM - 15, 0.5), smooth(BOTTOM - 15, BOTTOM, 0.5)])
    q = np.r_[rep(hold_s=1.0)[:-45], bob, np.full(30, BOTTOM)]
    assert followed(q)[-1].hold_s < 2.6


def test_standing_and_swaying_is_standing() -> None:
    sway = REST + 4 * np.sin(np.arange(300) / 10)
    assert phases(followed(sway)) == ["stand"]


def test_what_is_not_seen_changes_nothing_and_counts_no_hold() -> None:
    q = rep(hold_s=2.0)
    machine = PhaseMachine(REST, OF_FLEXION)
    for i, value in enumerate(q[:120]):
        before = machine(i / FPS, float(value))
    assert before.phase == "hold"
    after = [machine(4.0 + i / FPS, float("nan")) for i in range(60)]
    assert all(state.phase == "hold" and not state.in_hold and state.hold_s == before.hold_s for state in after)


def test_each_return_is_told_once() -> None:
    q = np.concatenate([rep(), rep(), rep(), np.full(30, REST)])
    assert sum(state.returned for state in followed(q)) == 3


def test_fast_reps_without_quite_standing_between_are_told_apart() -> None:
    bounce = np.concatenate([smooth(25.0, 80.0, 0.6), smooth(80.0, 25.0, 0.6)])
    q = np.r_[
        np.full(30, REST), smooth(REST, 25.0, 0.4), np.tile(bounce, 4), smooth(25.0, REST, 0.4), np.full(20, REST)
    ]
    assert sum(state.returned for state in followed(q)) == 4


def test_a_drop_of_one_percent_of_the_leg_is_no_movement() -> None:
    machine = PhaseMachine(REST, OF_DROP)
    sway = REST + 15 * np.abs(np.sin(np.arange(300) / 10))
    assert {machine(i / FPS, float(q)).phase for i, q in enumerate(sway)} == {"stand"}


@given(st.lists(st.floats(0, 130) | st.just(float("nan")), min_size=1, max_size=200))
def test_any_signal_has_a_phase_and_a_hold_that_never_shrinks_within_a_rep(values: list[float]) -> None:
    states = followed(np.array(values))
    for before, now in pairwise(states):
        assert now.phase in ("stand", "descent", "hold", "ascent")
        assert now.hold_s >= before.hold_s or now.phase == "descent"
        assert now.hold_s - before.hold_s <= 0.5


def test_a_pause_on_the_way_down_is_no_hold() -> None:
    q = np.r_[
        np.full(30, REST), smooth(REST, 35.0, 0.8), np.full(60, 35.0), smooth(35.0, BOTTOM, 0.8), np.full(150, BOTTOM)
    ]
    held = [state.hold_s for state in followed(np.r_[q, smooth(BOTTOM, REST, 1.5)])]
    assert max(held[180:]) == pytest.approx(5.0, abs=0.5)


def test_a_pause_on_the_way_up_is_no_hold() -> None:
    up = np.r_[smooth(BOTTOM, 35.0, 0.8), np.full(60, 35.0), smooth(35.0, REST, 0.8)]
    states = followed(np.r_[rep(hold_s=1.0)[:-45], up, np.full(30, REST)])
    assert max(state.hold_s for state in states) == pytest.approx(1.0, abs=0.45)


def test_time_in_which_nothing_was_seen_is_no_hold() -> None:
    machine = PhaseMachine(REST, OF_FLEXION)
    q = rep(hold_s=1.0)[:-45]
    for i, value in enumerate(q):
        before = machine(i / FPS, float(value))
    after = machine(len(q) / FPS + 20.0, BOTTOM)
    assert after.hold_s - before.hold_s <= 0.25


def test_a_hold_out_of_position_counts_nothing() -> None:
    machine = PhaseMachine(REST, OF_FLEXION)
    states = [machine(i / FPS, float(q), in_position=False) for i, q in enumerate(rep(hold_s=3.0))]
    assert "hold" in phases(states)
    assert max(state.hold_s for state in states) == 0


@pytest.mark.parametrize("fps", [7.0, 12.0, 15.0, 24.0, 60.0])
def test_phases_do_not_depend_on_the_rate_of_the_pictures(fps: float) -> None:
    q = np.r_[rep(hold_s=2.0), np.full(30, REST)]
    t = np.arange(len(q)) / FPS
    machine = PhaseMachine(REST, OF_FLEXION)
    at = np.arange(0, t[-1], 1 / fps)
    states = [machine(float(when), float(value)) for when, value in zip(at, np.interp(at, t, q), strict=True)]
    assert phases(states) == ["stand", "descent", "hold", "ascent", "stand"]
    assert max(state.hold_s for state in states) == pytest.approx(2.0, abs=0.5)


def test_whoever_stands_up_less_far_than_before_has_done_a_rep_and_rests_there() -> None:
    q = np.r_[rep()[:-45], smooth(BOTTOM, REST + 18, 1.5), np.full(60, REST + 18)]
    again = np.r_[smooth(REST + 18, BOTTOM, 1.5), np.full(30, BOTTOM), smooth(BOTTOM, REST + 18, 1.5)]
    states = followed(np.r_[q, again, np.full(60, REST + 18)])
    assert sum(state.returned for state in states) == 2
    assert states[-1].phase == "stand"
    assert not states[-1].in_hold
