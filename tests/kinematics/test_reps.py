"""Layer: pure functions. Reps and their times in one signal of knee flexion, whose formula is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from formcheck.kinematics.phase_rule import PhaseRule
from formcheck.kinematics.reps import Cut, RepTimes, descent_reversals, find_reps, phases

from ..skeleton import Floats, Move, Person, TrueRep, duration_s, timeline

RULE = PhaseRule(bilateral=True, min_range_deg=15, min_duration_s=0.8, hold_min_s=0.3)
RATES = [15.0, 24.0, 30.0, 60.0]
WITHIN_S = 0.05


def signal(*moves: Move, fps: float = 30.0, noise_deg: float = 0.0) -> tuple[Floats, Floats, tuple[TrueRep, ...]]:
    person = Person(moves=moves)
    t = np.arange(0.0, duration_s(person), 1 / fps)
    flexion, _, reps = timeline(person, t)
    return t, flexion + np.random.default_rng(6).normal(0, noise_deg, len(t)), reps


def whole(reps: list[RepTimes]) -> list[RepTimes]:
    return [rep for rep in reps if rep.complete]


def assert_on_time(found: list[RepTimes], true: tuple[TrueRep, ...]) -> None:
    assert len(found) == len(true)
    for rep, truth in zip(found, true, strict=True):
        for name in ("start_s", "bottom_start_s", "bottom_end_s", "end_s"):
            assert getattr(rep, name) == pytest.approx(getattr(truth, name), abs=WITHIN_S), name


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("count", [1, 3, 8])
def test_every_rep_is_counted_and_timed_at_any_frame_rate(fps: float, count: int) -> None:
    t, q, true = signal(*[Move()] * count, fps=fps)
    found = find_reps(t, q, RULE)
    assert all(rep.complete for rep in found)
    assert_on_time(found, true)


@pytest.mark.parametrize("hold_s", [0.0, 0.5, 3.0, 20.0])
def test_the_hold_is_as_long_as_it_was(hold_s: float) -> None:
    t, q, true = signal(Move(hold_s=hold_s), Move(hold_s=hold_s))
    found = find_reps(t, q, RULE)
    assert_on_time(found, true)
    for rep in found:
        assert rep.hold_s == pytest.approx(hold_s, abs=0.15)
        assert rep.descent_s == pytest.approx(2.0, abs=0.15)
        assert rep.ascent_s == pytest.approx(1.5, abs=0.15)


def test_depth_and_range_are_those_of_the_rep() -> None:
    t, q, _ = signal(Move(depth_deg=60), Move(depth_deg=80), Move(depth_deg=45))
    found = find_reps(t, q, RULE)
    assert [rep.deepest_deg for rep in found] == pytest.approx([60, 80, 45], abs=0.5)
    assert [rep.range_deg for rep in found] == pytest.approx([55, 75, 40], abs=0.7)


@pytest.mark.parametrize("noise_deg", [1.0, 2.0])
def test_tremble_makes_no_reps(noise_deg: float) -> None:
    t, q, true = signal(Move(), Move(), Move(), noise_deg=noise_deg)
    found = whole(find_reps(t, q, RULE))
    assert len(found) == len(true)


def test_fast_and_slow_reps_are_counted_alike() -> None:
    t, q, true = signal(Move(down_s=0.7, hold_s=0.0, up_s=0.6), Move(down_s=5.0, hold_s=0.0, up_s=4.0))
    assert len(whole(find_reps(t, q, RULE))) == len(true)


def test_reps_without_rest_between_them_are_counted_one_by_one() -> None:
    moves = [Move(rest_s=1.0), *[Move(rest_s=0.0, hold_s=0.0)] * 4]
    t, q, true = signal(*moves)
    assert_on_time(find_reps(t, q, RULE), true)


def test_a_rep_cut_off_at_the_start_is_seen_but_not_complete() -> None:
    t, q, true = signal(Move(), Move(), Move())
    kept = t > true[0].bottom_start_s + 0.3
    found = find_reps(t[kept], q[kept], RULE)
    assert [rep.complete for rep in found] == [False, True, True]
    assert_on_time(found[1:], true[1:])


@pytest.mark.parametrize("before_s", [-0.2, 0.5])
def test_a_rep_cut_off_at_the_end_is_seen_but_not_complete(before_s: float) -> None:
    t, q, true = signal(Move(), Move(), Move())
    kept = t < true[2].bottom_start_s + before_s
    found = find_reps(t[kept], q[kept], RULE)
    assert [rep.complete for rep in found] == [True, True, False]
    assert_on_time(found[:2], true[:2])


@pytest.mark.parametrize("angle", [5.0, 60.0, 90.0])
def test_a_static_position_has_no_rep(angle: float) -> None:
    t = np.arange(0.0, 20.0, 1 / 30)
    sway = angle + 1.5 * np.sin(2 * np.pi * 0.3 * t) + np.random.default_rng(1).normal(0, 0.7, len(t))
    assert find_reps(t, sway, RULE) == []


@pytest.mark.parametrize("shift_deg", [8.0, 12.0])
def test_shifts_of_weight_between_reps_are_not_reps(shift_deg: float) -> None:
    shift = Move(depth_deg=5 + shift_deg, down_s=0.8, hold_s=0.2, up_s=0.8)
    t, q, _ = signal(shift, Move(), shift, Move(), shift)
    found = find_reps(t, q, RULE)
    assert [rep.complete for rep in found] == [True, True]
    assert [rep.deepest_deg for rep in found] == pytest.approx([60, 60], abs=0.5)


@pytest.mark.parametrize("stairs", [2, 3, 4])
def test_a_descent_in_steps_is_one_rep(stairs: int) -> None:
    move = Move(down_s=4.0, stairs=stairs)
    t, q, _ = signal(move, move)
    assert [rep.complete for rep in find_reps(t, q, RULE)] == [True, True]


def test_a_descent_that_bounces_back_shows_it_and_a_smooth_or_stepped_one_does_not() -> None:
    t, q, _ = signal(Move())
    assert descent_reversals(t, q, find_reps(t, q, RULE)[0]) == 0
    bouncing = q - 20 * np.exp(-(((t - 2.3) / 0.12) ** 2))
    assert descent_reversals(t, bouncing, find_reps(t, bouncing, RULE)[0]) == 1
    t, q, _ = signal(Move(down_s=4.0, stairs=3))
    assert descent_reversals(t, q, find_reps(t, q, RULE)[0]) == 0


def test_a_movement_too_quick_to_be_a_rep_is_not_one() -> None:
    t, q, _ = signal(Move(down_s=0.3, hold_s=0.0, up_s=0.3))
    assert find_reps(t, q, RULE) == []


@pytest.mark.parametrize("gap_s", [0.1, 0.4])
def test_a_short_loss_of_the_leg_costs_no_rep(gap_s: float) -> None:
    t, q, true = signal(Move(), Move(), Move())
    middle = true[1].bottom_start_s - 0.4
    q[(t > middle) & (t < middle + gap_s)] = np.nan
    assert len(whole(find_reps(t, q, RULE))) == 3


def test_a_rep_whose_descent_was_not_seen_is_not_counted() -> None:
    t, q, true = signal(Move(), Move(), Move())
    q[(t > true[1].start_s - 0.4) & (t < true[1].bottom_start_s + 0.2)] = np.nan
    found = find_reps(t, q, RULE)
    assert len(whole(found)) == 2


def test_nothing_measured_gives_no_reps() -> None:
    t = np.arange(0.0, 5.0, 1 / 30)
    assert find_reps(t, np.full(len(t), np.nan), RULE) == []


def test_uneven_frame_times_give_the_same_reps() -> None:
    person = Person(moves=(Move(), Move(), Move()))
    steps = np.random.default_rng(9).uniform(0.02, 0.06, 600)
    t = np.cumsum(steps)
    t = t[t < duration_s(person)]
    q, _, true = timeline(person, t)
    assert_on_time(find_reps(t, q, RULE), true)


def test_phases_follow_one_another_and_name_their_rep() -> None:
    t, q, _ = signal(Move(), Move())
    phase, number = phases(t, find_reps(t, q, RULE))
    order = [str(phase[i]) for i in range(len(t)) if i == 0 or phase[i] != phase[i - 1]]
    assert order == ["stand", "descent", "hold", "ascent", "stand", "descent", "hold", "ascent", "stand"]
    assert sorted(set(number.tolist())) == [0, 1, 2]
    assert ((number == 0) == (phase == "stand")).all()


def test_reps_are_in_order_of_time_and_do_not_overlap() -> None:
    t, q, _ = signal(*[Move(rest_s=0.3)] * 6, noise_deg=0.5)
    found = find_reps(t, q, RULE)
    for rep in found:
        assert rep.start_s < rep.bottom_start_s <= rep.deepest_s <= rep.bottom_end_s < rep.end_s
    for one, two in pairwise(found):
        assert one.end_s <= two.start_s


def test_a_blunt_signal_that_sways_before_the_descent_does_not_start_the_rep() -> None:
    """The drop of the trunk hardly tells a straight leg from one bent by a few degrees, so sway crosses 10 %."""
    t, q, true = signal(Move(), Move())
    early = (t > true[1].start_s - 0.7) & (t < true[1].start_s + 0.02)
    swaying = np.where(early, np.maximum(q, 7.5 + q[0]), q)
    sharp, blunt = find_reps(t, swaying, RULE), find_reps(t, swaying, RULE, blunt_at_rest=True)
    assert sharp[1].start_s < true[1].start_s - 0.3
    assert blunt[1].start_s == pytest.approx(true[1].start_s, abs=0.12)
    assert blunt[1].end_s == pytest.approx(true[1].end_s, abs=WITHIN_S)


@pytest.mark.parametrize("fps", RATES)
def test_a_clean_blunt_signal_is_timed_as_before(fps: float) -> None:
    t, q, true = signal(Move(), Move(depth_deg=80), fps=fps)
    assert_on_time(find_reps(t, q, RULE, blunt_at_rest=True), true)


@pytest.mark.parametrize("lost_s", [0.0, 2.0])
def test_only_a_rep_that_the_clip_ends_in_is_cut_off_by_its_end(lost_s: float) -> None:
    t, q, true = signal(Move(), Move(hold_s=2.0))
    here = t <= true[1].bottom_end_s - 0.5
    t = t[: here.sum() + round(30 * lost_s)]
    q = np.where(here, q, np.nan)[: len(t)]
    *_, last = find_reps(t, q, RULE)
    assert not last.complete
    assert last.cut_by is (Cut.SIGHT if lost_s else Cut.CLIP)


def test_slow_sway_in_a_long_hold_is_no_pulse_and_a_quick_rise_is_one() -> None:
    t, q, (true,) = signal(Move(hold_s=20.0))
    holding = (t > true.bottom_start_s + 1) & (t < true.bottom_start_s + 17)
    sway = np.where(holding, -4.0 * (1 - np.cos(2 * np.pi * (t - true.bottom_start_s - 1) / 4.0)), 0.0)
    (held,) = find_reps(t, q + sway, RULE)
    assert held.pulses == 0
    assert held.hold_s == pytest.approx(20.0, abs=0.7)
    quick = np.where(
        abs(t - true.bottom_start_s - 10) < 0.5, -4.0 * (1 + np.cos(2 * np.pi * (t - true.bottom_start_s - 10))), 0.0
    )
    (pulsed,) = find_reps(t, q + quick, RULE)
    assert pulsed.pulses == 1
