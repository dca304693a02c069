"""Layer: guessing the exercise of a recorded set, on saved landmarks of sample clips and simulated people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formcheck.errors import NotAssessableError
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.session.guess import Certainty, guess_exercise
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest

from ..chair_figure import Lunger, Sitter, Stand, film_lunger, film_sitter
from ..kinematics.alterations import cut, hidden, in_a_mirror, only, trembling, without_person
from ..kinematics.sets import filmed
from ..sample_tracks import sample_track
from ..skeleton import ANKLE, HEEL, KNEE, LEFT, RIGHT, TOE, Camera, Exercise, Film, Move, Person
from ..stick_figure import FreeLeg

VIEWS = [0.0, 45.0, 90.0, -90.0, 180.0]


def doing(exercise: Exercise, yaw: float = 0.0, depth: float = 70.0, stance: int = LEFT, hold_s: float = 1.0) -> Film:
    return filmed(Person(exercise, (Move(depth_deg=depth, hold_s=hold_s),) * 3, stance, yaw))


@pytest.mark.parametrize(
    ("clip", "exercise", "certainty", "view"),
    [
        ("wall_squat_front", "wall-squat", Certainty.LIKELY, ViewKind.FRONT),
        ("wall_squat_side", "wall-squat", Certainty.CLEAR, ViewKind.SIDE),
        ("step_down_front_valgus", "step-down", Certainty.CLEAR, ViewKind.FRONT),
        ("step_down_side", "step-down", Certainty.CLEAR, ViewKind.SIDE),
    ],
)
def test_the_exercise_of_a_sample_clip_is_guessed(
    clip: str, exercise: str, certainty: Certainty, view: ViewKind
) -> None:
    guess = guess_exercise(sample_track(clip))
    assert (guess.exercise, guess.certainty, guess.view) == (exercise, certainty, view)
    assert guess.why.endswith(".")


@pytest.mark.parametrize("clip", ["step_down_front_valgus", "step_down_side"])
def test_the_leg_of_a_step_down_is_the_one_that_is_measured(clip: str) -> None:
    reps = assess(sample_track(clip), SetRequest("step-down")).reps
    guess = guess_exercise(sample_track(clip))
    assert guess.leg is not None
    assert {rep.leg for rep in reps} == {guess.leg.value}


@pytest.mark.parametrize("yaw", VIEWS)
@pytest.mark.parametrize("exercise", ["squat", "wall-squat", "step-down"])
def test_an_exercise_of_usual_depth_is_told_from_every_side(exercise: Exercise, yaw: float) -> None:
    guess = guess_exercise(doing(exercise, yaw).track)
    assert guess.exercise == exercise
    assert guess.certainty is not Certainty.UNSURE


@pytest.mark.parametrize("yaw", VIEWS)
@pytest.mark.parametrize(("stance", "leg"), [(LEFT, Side.LEFT), (RIGHT, Side.RIGHT)])
def test_the_leg_that_stands_is_told_from_every_side(yaw: float, stance: int, leg: Side) -> None:
    made = doing("step-down", yaw, depth=50.0, stance=stance)
    assert guess_exercise(made.track).leg is leg
    assert guess_exercise(in_a_mirror(made).track).leg is leg.other


@pytest.mark.parametrize("yaw", [0.0, 90.0, -90.0, 180.0])
@pytest.mark.parametrize("free_leg", ["front", "behind", "beside"])
@pytest.mark.parametrize(("stance", "leg"), [(LEFT, Side.LEFT), (RIGHT, Side.RIGHT)])
def test_a_single_leg_squat_is_told_with_its_leg(yaw: float, free_leg: FreeLeg, stance: int, leg: Side) -> None:
    moves = (Move(depth_deg=60.0),) * 3
    guess = guess_exercise(filmed(Person("single-leg-squat", moves, stance, yaw, free_leg=free_leg)).track)
    if free_leg == "beside" and yaw in (90.0, -90.0):
        # The far foot of a squat on both legs is drawn to move as far.
        assert guess.certainty is not Certainty.CLEAR
        return
    assert (guess.exercise, guess.leg) == ("single-leg-squat", leg)


@pytest.mark.parametrize("exercise", ["squat", "wall-squat"])
def test_no_leg_is_named_where_both_stand(exercise: Exercise) -> None:
    assert guess_exercise(doing(exercise).track).leg is None


@pytest.mark.parametrize("exercise", ["squat", "wall-squat"])
@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_a_shallow_squat_is_not_told_from_one_at_a_wall_and_that_is_said(exercise: Exercise, yaw: float) -> None:
    guess = guess_exercise(doing(exercise, yaw, depth=38.0).track)
    assert (guess.exercise, guess.certainty) == ("wall-squat", Certainty.UNSURE)
    assert "nothing tells a squat from a wall squat" in guess.why


def test_a_long_hold_is_one_at_a_wall() -> None:
    guess = guess_exercise(doing("squat", depth=60.0, hold_s=12.0).track)
    assert (guess.exercise, guess.certainty) == ("wall-squat", Certainty.LIKELY)
    assert "held for 1" in guess.why


@pytest.mark.parametrize("exercise", ["squat", "wall-squat", "step-down"])
@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_trembling_landmarks_change_no_guess(exercise: Exercise, yaw: float) -> None:
    assert guess_exercise(trembling(doing(exercise, yaw), seed=4, px=2.0).track).exercise == exercise


@pytest.mark.parametrize("exercise", ["squat", "wall-squat", "step-down"])
def test_a_small_slow_picture_changes_no_guess(exercise: Exercise) -> None:
    made = filmed(Person(exercise, (Move(depth_deg=70.0),) * 3), Camera(width=480, height=640, fps=15.0))
    assert guess_exercise(made.track).exercise == exercise


def test_a_hidden_foot_leaves_the_other_to_go_by() -> None:
    """The foot that goes down tells a step-down also where the one that stands is behind a box."""
    made = hidden(doing("step-down"), [ANKLE[LEFT], HEEL[LEFT], TOE[LEFT], KNEE[LEFT]])
    guess = guess_exercise(made.track)
    assert (guess.exercise, guess.leg) == ("step-down", Side.LEFT)


def test_a_part_of_a_rep_is_enough_to_go_by() -> None:
    made = doing("step-down")
    part = cut(made, made.reps[0].start_s - 1.0, made.reps[0].bottom_end_s)
    assert guess_exercise(part.track).exercise == "step-down"


def test_who_stands_about_shows_no_exercise() -> None:
    made = doing("squat")
    still = only(made, made.track.t_s < 1.15)
    guess = guess_exercise(still.track)
    assert guess.certainty is Certainty.UNSURE
    assert "No rep was seen" in guess.why


def test_without_a_person_nothing_is_guessed() -> None:
    made = doing("squat")
    with pytest.raises(NotAssessableError, match="No person"):
        guess_exercise(without_person(made, np.ones(len(made.track), dtype=np.bool_)).track)


@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_who_sits_at_a_wall_throughout_is_seen_to(yaw: float) -> None:
    made = doing("wall-squat", yaw, depth=90.0, hold_s=8.0)
    rep = made.reps[1]
    seated = cut(made, rep.bottom_start_s + 0.5, rep.bottom_end_s - 0.5)
    guess = guess_exercise(seated.track)
    assert guess.exercise == "wall-squat"
    assert guess.certainty is not Certainty.UNSURE


@pytest.mark.parametrize("stands_first_s", [0.0, 3.0])
@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0, -90.0])
@pytest.mark.parametrize("quick", [False, True])
def test_who_sits_down_between_stands_is_seen_to_or_asked_about(yaw: float, quick: bool, stands_first_s: float) -> None:
    stand = Stand(0.15, 0.6, 0.1, 0.6) if quick else Stand()
    sitter = Sitter((replace(stand, sits_s=1.5), *(stand,) * 4), yaw_deg=yaw, stands_first_s=stands_first_s)
    guess = guess_exercise(film_sitter(sitter).track)
    assert guess.certainty is Certainty.UNSURE or guess.exercise == "sit-to-stand"
    if abs(yaw) == 90 and not quick:
        assert (guess.exercise, guess.certainty) != ("sit-to-stand", Certainty.UNSURE)


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0, -90.0])
def test_one_foot_ahead_is_seen_from_the_side_and_asked_about_elsewhere(yaw: float) -> None:
    guess = guess_exercise(film_lunger(Lunger(yaw_deg=yaw, front=int(yaw < 0))).track)
    if abs(yaw) == 90:
        assert (guess.exercise, guess.certainty) == ("knee-to-wall", Certainty.LIKELY)
    else:
        assert guess.certainty is Certainty.UNSURE
