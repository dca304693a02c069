"""Layer: pure functions. What a person reads first: which reps are shown, what to reach, what changed."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from formcheck.exercises.finding import Level
from formcheck.exercises.judge import judge_rep
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.history.comparison import DatedSet
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.view import ViewKind
from formcheck.report.opening import opening_of, rep_to_share, since_last_time
from formcheck.session.assessment import Assessment, Plan
from formcheck.session.verdict import verdict_of_set

from .synthetic import assess
from .test_client_pdf import key_frame

DAY = datetime(2026, 3, 3, 12, tzinfo=UTC)


def with_times_down(assessment: Assessment, descent_s: float) -> Assessment:
    """Return the set with another time down in each rep, known to a tenth of a second."""
    measured = {"both": Estimate(descent_s, 0.1)}
    reps = tuple(
        dataclasses.replace(rep, measures={**rep.measures, "descent_s": measured} if rep.counts else rep.measures)
        for rep in assessment.reps
    )
    return dataclasses.replace(assessment, reps=reps)


def test_a_set_without_a_fault_shows_one_rep(front_set: Assessment) -> None:
    good = dataclasses.replace(front_set, findings=tuple(f for f in front_set.findings if f.rep == 1))
    opening = opening_of(good, [key_frame(1), key_frame(2)])
    assert opening.level is Level.GOOD
    assert [shown.title for shown in opening.pair] == ["Rep 1: at the bottom"]
    assert opening.target is None
    assert opening.next_steps == ("Do the next set just like this one.",)


def test_the_target_is_what_is_good_beside_what_was(front_set: Assessment) -> None:
    target = opening_of(front_set, ()).target
    assert target is not None
    assert target.aim.startswith("Knee over toe, left leg: ")
    assert target.now == "about 4 cm inward today, at worst"


def test_the_target_is_the_number_that_the_cue_asks_for(front_set: Assessment) -> None:
    found = judge_rep(
        builtin_rubric("wall-squat"),
        1,
        "both",
        {"descent_s": {"both": Estimate(1.4, 0.1)}},
        view_kind=front_set.view.kind,
        view_quality=front_set.view.verdict,
        plan=Plan(),
        at_s=None,
    )
    only_time = dataclasses.replace(with_times_down(front_set, 1.4), findings=tuple(found))
    opening = opening_of(only_time, ())
    assert opening.title == "Take 3 seconds to slide down"
    assert opening.target is not None
    assert opening.target.aim == "Time down: 3 s"
    assert opening.target.now == "1.4 s today, at worst"
    (change,) = verdict_of_set(only_time).changes
    assert change.measured == "1.4 s; aim for 3 s"


def test_a_view_that_carries_nothing_gives_no_target_and_one_picture(oblique_set: Assessment) -> None:
    opening = opening_of(oblique_set, [key_frame(1), key_frame(2)])
    assert opening.target is None
    assert len(opening.pair) == 1
    assert [card.label for card in opening.measures] == ["Tempo"]


def test_a_set_without_a_whole_rep_says_what_to_do_and_nothing_else() -> None:
    opening = opening_of(assess(ViewKind.FRONT, whole_reps=0), ())
    assert opening.level is Level.NOT_MEASURED
    assert opening.title == "Film the whole movement, from standing to standing"
    assert (opening.pair, opening.plot, opening.then, opening.next_steps, opening.target) == ((), None, (), (), None)


def test_reps_are_counted_against_the_plan() -> None:
    assert opening_of(assess(ViewKind.FRONT), ()).count == "3 reps"
    assert opening_of(assess(ViewKind.FRONT, plan=Plan(reps=10)), ()).count == "3 of 10 reps"


def test_the_rep_to_share_is_the_worst(front_set: Assessment) -> None:
    assert rep_to_share(front_set) == 2
    assert rep_to_share(assess(ViewKind.FRONT, whole_reps=0)) is None


@pytest.mark.parametrize(("before_s", "direction"), [(1.0, "1.0 s slower"), (3.2, "1.2 s faster")])
def test_what_changed_since_the_last_set_is_told(front_set: Assessment, before_s: float, direction: str) -> None:
    last = DatedSet(with_times_down(front_set, before_s), DAY)
    told = since_last_time(last, DatedSet(with_times_down(front_set, 2.0), DAY.replace(day=9)))
    assert told.startswith("Since 3 March 2026: Time down: ")
    assert direction in told


def test_that_nothing_changed_is_told(front_set: Assessment) -> None:
    told = since_last_time(DatedSet(front_set, DAY), DatedSet(front_set, DAY.replace(day=9)))
    assert told == "No change since 3 March 2026 that a camera can tell."


def test_sets_that_cannot_be_compared_tell_nothing(front_set: Assessment) -> None:
    other = dataclasses.replace(front_set, exercise="squat")
    assert since_last_time(DatedSet(other, DAY), DatedSet(front_set, DAY)) == ""
