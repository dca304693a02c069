"""Layer: pure functions, reps whose times a person set or that a person took out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.errors import CorrectionError
from formcheck.kinematics.find import FoundSet, find_set
from formcheck.kinematics.hand_reps import GivenTimes, KnownRep, RepSignal, as_found, with_rep_excluded, with_rep_times
from formcheck.kinematics.reps import RepTimes, phases

from ..skeleton import Film, Move, Person
from .alterations import cut
from .sets import RULES, filmed

SIDE = filmed(Person(moves=(Move(), Move(depth_deg=70.0, hold_s=2.0), Move()), yaw_deg=90.0))


def found_in(made: Film) -> FoundSet:
    return find_set(made.track, RULES["squat"])


def signal_of(found: FoundSet) -> RepSignal:
    return RepSignal(found.body.track.t_s, found.q_deg, found.rule)


FOUND = found_in(SIDE)
SIGNAL = signal_of(FOUND)
REPS = as_found(FOUND.reps)
LATE = FOUND.reps[1].end_s


def times_of(rep: RepTimes, *, by_s: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)) -> GivenTimes:
    times = (rep.start_s, rep.bottom_start_s, rep.bottom_end_s, rep.end_s)
    return GivenTimes(*(t + by for t, by in zip(times, by_s, strict=True)))


def numbers(rep: RepTimes) -> list[float]:
    return [float(value) for value in vars(rep).values() if isinstance(value, int | float)]


@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_the_times_that_were_found_give_the_rep_that_was_found(yaw: float) -> None:
    found = found_in(filmed(Person(yaw_deg=yaw)))
    for rep in found.reps:
        again = with_rep_times(signal_of(found), as_found(found.reps), rep.deepest_s, times_of(rep))
        assert [numbers(each.times) for each in again] == [pytest.approx(numbers(each)) for each in found.reps]


@settings(max_examples=30)
@given(by=st.tuples(*[st.floats(-0.3, 0.3)] * 4))
def test_a_boundary_that_is_moved_changes_the_tempo_by_as_much(by: tuple[float, float, float, float]) -> None:
    was = FOUND.reps[1]
    given_times = times_of(was, by_s=by)
    now = with_rep_times(SIGNAL, REPS, was.deepest_s, given_times)[1].times
    assert (now.start_s, now.end_s) == (given_times.start_s, given_times.end_s)
    assert now.descent_s - was.descent_s == pytest.approx(by[1] - by[0])
    assert now.hold_s - was.hold_s == pytest.approx(by[2] - by[1])
    assert now.ascent_s - was.ascent_s == pytest.approx(by[3] - by[2])


def test_a_bottom_too_short_for_a_hold_is_a_turning_point() -> None:
    was = FOUND.reps[1]
    short = GivenTimes(was.start_s, was.deepest_s - 0.05, was.deepest_s + 0.05, was.end_s)
    now = with_rep_times(SIGNAL, REPS, was.deepest_s, short)[1].times
    assert now.hold_s == 0
    assert now.descent_s + now.ascent_s == pytest.approx(was.descent_s + was.hold_s + was.ascent_s)


def test_times_set_twice_are_those_set_last() -> None:
    was = FOUND.reps[1]
    once = with_rep_times(SIGNAL, REPS, was.deepest_s, times_of(was, by_s=(0.2, 0.1, 0.0, -0.2)))
    twice = with_rep_times(SIGNAL, once, was.deepest_s, times_of(was, by_s=(0.0, 0.0, 0.1, 0.0)))
    alone = with_rep_times(SIGNAL, REPS, was.deepest_s, times_of(was, by_s=(0.0, 0.0, 0.1, 0.0)))
    assert twice == alone


def test_the_depth_is_the_deepest_between_the_ends_of_the_bottom() -> None:
    was = FOUND.reps[1]
    early = times_of(was, by_s=(0.0, -0.5, was.bottom_start_s - was.bottom_end_s - 0.3, 0.0))
    now = with_rep_times(SIGNAL, REPS, was.deepest_s, early)[1].times
    assert early.bottom_start_s <= now.deepest_s <= early.bottom_end_s
    assert now.deepest_deg < was.deepest_deg


def test_a_rep_that_was_missed_can_be_added() -> None:
    others = tuple(rep for i, rep in enumerate(REPS) if i != 1)
    missed = FOUND.reps[1]
    added = with_rep_times(SIGNAL, others, missed.deepest_s, times_of(missed))
    assert [rep.times.start_s for rep in added] == [rep.start_s for rep in FOUND.reps]
    new = added[1]
    assert new.found is None
    assert new.times.counts
    assert new.times.deepest_deg == pytest.approx(missed.deepest_deg, abs=0.5)
    assert new.times.stand_deg == pytest.approx(missed.stand_deg, abs=1.0)
    assert new.times.descent_s == pytest.approx(missed.descent_s, abs=0.1)
    assert new.times.hold_s == pytest.approx(missed.hold_s, abs=0.1)
    assert new.times.ascent_s == pytest.approx(missed.ascent_s, abs=0.1)


def test_a_rep_that_the_clip_cuts_off_counts_once_its_times_are_set() -> None:
    first = SIDE.reps[0]
    found = found_in(cut(SIDE, first.bottom_start_s - 0.4, 99.0))
    assert [rep.counts for rep in found.reps] == [False, True, True]
    start = float(found.body.track.t_s[0])
    given_times = GivenTimes(start, first.bottom_start_s, first.bottom_end_s, first.end_s)
    reps = with_rep_times(signal_of(found), as_found(found.reps), first.bottom_start_s, given_times)
    assert [rep.times.counts for rep in reps] == [True, True, True]
    assert np.isfinite(numbers(reps[0].times)).all()


def test_an_excluded_rep_stays_and_does_not_count() -> None:
    reps = with_rep_excluded(REPS, FOUND.reps[1].deepest_s)
    assert [rep.times.counts for rep in reps] == [True, False, True]
    assert replace(reps[1].times, excluded=False) == FOUND.reps[1]
    assert reps[0] == REPS[0]


def test_a_rep_that_was_cut_in_two_becomes_one_by_excluding_a_half_and_drawing_out_the_other() -> None:
    whole, middle = FOUND.reps[1], FOUND.reps[1].deepest_s
    halves = [replace(whole, end_s=middle, bottom_end_s=middle - 0.1), replace(whole, start_s=middle + 0.1)]
    cut_in_two = (REPS[0], *(KnownRep(half, half) for half in halves), REPS[2])
    with pytest.raises(CorrectionError, match="run into the one from"):
        with_rep_times(SIGNAL, cut_in_two, whole.bottom_start_s, times_of(whole))
    one_less = with_rep_excluded(cut_in_two, middle + 0.3)
    reps = with_rep_times(SIGNAL, one_less, whole.bottom_start_s, times_of(whole))
    assert sum(rep.times.counts for rep in reps) == 3
    number = phases(SIGNAL.t_s, [rep.times for rep in reps])[1]
    counted = next(i for i, rep in enumerate(reps, start=1) if rep.times.counts and rep.times.start_s == whole.start_s)
    inside = (SIGNAL.t_s >= whole.start_s) & (SIGNAL.t_s <= whole.end_s)
    assert set(number[inside].tolist()) == {counted}


def test_no_rep_is_excluded_where_there_is_none() -> None:
    with pytest.raises(CorrectionError, match=r"No rep is under way at 0\.10 s"):
        with_rep_excluded(REPS, 0.1)


@pytest.mark.parametrize(
    ("given_times", "reason"),
    [
        (times_of(FOUND.reps[1], by_s=(3.0, 0.0, 0.0, 0.0)), "in this order"),
        (times_of(FOUND.reps[1], by_s=(0.0, 0.0, 0.0, 99.0)), "within the video"),
        (times_of(FOUND.reps[1], by_s=(-99.0, 0.0, 0.0, 0.0)), "within the video"),
        (times_of(FOUND.reps[1], by_s=(-3.0, 0.0, 0.0, 0.0)), "run into the one from"),
        (GivenTimes(0.1, 0.2, 0.3, 0.4), "lie apart from the rep"),
        (GivenTimes(LATE - 1.3, LATE - 0.3, LATE - 0.25, LATE - 0.2), "not bent further"),
    ],
)
def test_times_that_no_rep_can_have_are_refused(given_times: GivenTimes, reason: str) -> None:
    with pytest.raises(CorrectionError, match=reason) as refused:
        with_rep_times(SIGNAL, REPS, FOUND.reps[1].deepest_s, given_times)
    assert refused.value.remedy


def test_a_rep_is_not_added_where_nobody_bends() -> None:
    with pytest.raises(CorrectionError, match="not bent further"):
        with_rep_times(SIGNAL, REPS, 0.4, GivenTimes(0.2, 0.4, 0.5, 0.7))


def test_a_rep_is_not_added_where_nobody_is_seen() -> None:
    q = SIGNAL.q_deg.copy()
    q[(SIGNAL.t_s >= FOUND.reps[1].start_s) & (SIGNAL.t_s <= FOUND.reps[1].end_s)] = np.nan
    with pytest.raises(CorrectionError, match="not seen between these times"):
        with_rep_times(replace(SIGNAL, q_deg=q), (), FOUND.reps[1].deepest_s, times_of(FOUND.reps[1]))
