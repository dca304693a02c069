"""Layer: a whole set, from simulated landmarks to measures, seen from the side or from between the views."""

from __future__ import annotations

import numpy as np
import pytest

from formcheck.errors import NotAssessableError
from formcheck.kinematics.view import ViewKind, ViewQuality
from formcheck.pose.landmarks import Side

from ..skeleton import ANKLE, KNEE, LEFT, LEGS, RIGHT, Camera, Exercise, Move, Person
from .alterations import cut, exchanged, hidden, trembling, without_person
from .sets import at_bottom, count, filmed, measured

EXERCISES: tuple[Exercise, ...] = ("squat", "wall-squat", "step-down")


def from_side(exercise: Exercise, near: int, off_deg: float = 0.0) -> Person:
    return Person(
        exercise, (Move(), Move(depth_deg=75.0), Move()), near, (90.0 - off_deg) * (1 if near == LEFT else -1)
    )


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("near", [LEFT, RIGHT])
def test_knee_flexion_of_the_near_leg_is_exact_and_the_far_leg_is_not_measured(exercise: Exercise, near: int) -> None:
    made = filmed(from_side(exercise, near))
    m = measured(made, exercise)
    assert m.view.near_leg is (Side.LEFT, Side.RIGHT)[near]
    flexion = m.series.per_leg["knee_flexion_deg"]
    assert flexion[:, near] == pytest.approx(made.knee_flexion_deg[:, near], abs=0.5)
    assert np.isnan(flexion[:, 1 - near]).all()
    assert np.isnan(m.series.per_leg["fppa_deg"]).all()


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize(("off", "within"), [(-20.0, 3.5), (-10.0, 2.0), (10.0, 2.0), (20.0, 3.5)])
def test_a_camera_off_the_side_view_is_corrected_for(exercise: Exercise, off: float, within: float) -> None:
    made = filmed(from_side(exercise, LEFT, off))
    m = measured(made, exercise)
    assert m.view.kind is ViewKind.SIDE
    assert m.series.per_leg["knee_flexion_deg"][:, LEFT] == pytest.approx(made.knee_flexion_deg[:, LEFT], abs=within)


@pytest.mark.parametrize("roll", [-5.0, 5.0])
@pytest.mark.parametrize("exercise", EXERCISES)
def test_roll_of_the_camera_does_not_change_knee_flexion(exercise: Exercise, roll: float) -> None:
    made = filmed(from_side(exercise, LEFT), Camera(roll_deg=roll))
    flexion = measured(made, exercise).series.per_leg["knee_flexion_deg"][:, LEFT]
    assert flexion == pytest.approx(made.knee_flexion_deg[:, LEFT], abs=0.5)


@pytest.mark.parametrize("pitch", [-8.0, 8.0])
@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_camera_tilted_up_or_down_reads_knee_flexion_within_two_degrees(exercise: Exercise, pitch: float) -> None:
    made = filmed(from_side(exercise, LEFT), Camera(pitch_deg=pitch))
    flexion = measured(made, exercise).series.per_leg["knee_flexion_deg"][:, LEFT]
    assert flexion == pytest.approx(made.knee_flexion_deg[:, LEFT], abs=2.0)


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("near", [LEFT, RIGHT])
def test_trunk_flexion_is_forward_and_right(exercise: Exercise, near: int) -> None:
    made = filmed(from_side(exercise, near))
    trunk = measured(made, exercise).series.whole_body["trunk_flexion_deg"]
    assert trunk == pytest.approx(made.trunk_flexion_deg, abs=1.0)


@pytest.mark.parametrize("near", [LEFT, RIGHT])
def test_a_thigh_at_its_horizontal_is_at_zero_and_heels_stay_down(near: int) -> None:
    made = filmed(Person("wall-squat", (Move(depth_deg=100.0),) * 3, near, 90.0 if near == LEFT else -90.0))
    leg = measured(made, "wall-squat").series.per_leg
    bottom = at_bottom(made)
    assert np.abs(leg["thigh_horizontal_deg"][bottom, near]).max() < 30
    assert np.abs(leg["foot_pitch_deg"][:, near]).max() < 1.0
    assert np.abs(leg["heel_lift_pct"][:, near]).max() < 0.5


def test_a_back_that_slides_down_a_wall_does_not_drift() -> None:
    made = filmed(from_side("wall-squat", LEFT))
    body = measured(made, "wall-squat").series.whole_body
    assert np.abs(body["wall_drift_hip_pct"]).max() < 1.0
    assert np.abs(body["wall_drift_shoulder_pct"]).max() < 1.0


@pytest.mark.parametrize("near", [LEFT, RIGHT])
def test_a_step_down_on_the_far_leg_gives_its_reps_and_no_flexion_of_the_standing_leg(near: int) -> None:
    stance = 1 - near
    made = filmed(Person("step-down", stance=stance, yaw_deg=90.0 if near == LEFT else -90.0))
    m = measured(made, "step-down")
    assert count(m) == 3
    assert m.legs == ((Side.LEFT, Side.RIGHT)[stance],) * 3
    flexion = m.series.per_leg["knee_flexion_deg"]
    assert np.isnan(flexion[:, stance]).all()
    seen = flexion[:, near]
    assert np.isnan(seen).all() or seen == pytest.approx(made.knee_flexion_deg[:, near], abs=1.0)
    assert m.flexion_method != "planted leg"


@pytest.mark.parametrize("leg", [LEFT, RIGHT])
def test_a_hidden_near_ankle_is_not_measured(leg: int) -> None:
    made = hidden(filmed(from_side("squat", leg)), [ANKLE[leg]])
    m = measured(made)
    assert np.isnan(m.series.per_leg["knee_flexion_deg"]).all()
    assert np.isnan(m.series.per_leg["ankle_dorsiflexion_deg"]).all()


def test_a_hidden_far_leg_costs_nothing() -> None:
    made = hidden(filmed(from_side("squat", LEFT)), [mark for mark in LEGS if mark % 2 == 0 and mark != 24])
    m = measured(made)
    assert count(m) == 3
    assert m.series.per_leg["knee_flexion_deg"][:, LEFT] == pytest.approx(made.knee_flexion_deg[:, LEFT], abs=0.5)


def test_a_near_knee_hidden_for_a_whole_rep_costs_no_count() -> None:
    made = filmed(from_side("squat", LEFT))
    gone = (made.track.t_s > 6.0) & (made.track.t_s < 10.0)
    m = measured(hidden(made, [KNEE[LEFT]], gone))
    assert count(m) == 3
    assert np.isnan(m.series.per_leg["knee_flexion_deg"][gone]).all()


@pytest.mark.parametrize("yaw", [20.0, 30.0, 45.0, 60.0, -45.0, 135.0])
@pytest.mark.parametrize("exercise", EXERCISES)
def test_between_the_views_reps_are_counted_and_angles_are_refused(yaw: float, exercise: Exercise) -> None:
    made = filmed(Person(exercise, stance=LEFT if yaw > 0 else RIGHT, yaw_deg=yaw))
    m = measured(made, exercise)
    assert (m.view.kind, m.view.verdict) == (ViewKind.OBLIQUE, ViewQuality.REFUSED)
    assert count(m) == 3
    for name, values in m.series.per_leg.items():
        assert np.isnan(values).all(), name
    for name, values in m.series.whole_body.items():
        assert np.isnan(values).all(), name


def test_tremble_of_a_pixel_costs_two_degrees_at_most() -> None:
    made = trembling(filmed(from_side("squat", LEFT)), seed=7, px=1.0)
    off = measured(made).series.per_leg["knee_flexion_deg"][:, LEFT] - made.knee_flexion_deg[:, LEFT]
    assert np.abs(off[at_bottom(made)]).max() < 2.0
    assert np.abs(off).mean() < 1.0


def test_legs_exchanged_by_the_estimator_change_nothing() -> None:
    made = filmed(from_side("step-down", LEFT))
    swap = (made.track.t_s > 3.0) & (made.track.t_s < 3.8)
    m = measured(exchanged(made, swap), "step-down")
    assert (m.sides_repaired == swap).all()
    assert m.series.per_leg["knee_flexion_deg"][:, LEFT] == pytest.approx(made.knee_flexion_deg[:, LEFT], abs=0.5)


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0])
def test_a_clip_cut_in_its_first_and_last_rep_counts_the_ones_between(exercise: Exercise, yaw: float) -> None:
    made = filmed(Person(exercise, (Move(),) * 4, yaw_deg=yaw))
    part = cut(made, made.reps[0].bottom_start_s + 0.3, made.reps[3].bottom_start_s + 0.3)
    m = measured(part, exercise)
    assert [rep.complete for rep in m.reps] == [False, True, True, False]


def test_a_film_without_a_person_is_not_assessed() -> None:
    made = filmed()
    with pytest.raises(NotAssessableError) as raised:
        measured(without_person(made, np.ones(len(made.track), dtype=np.bool_)))
    assert raised.value.remedy


def test_a_film_that_never_shows_the_legs_is_not_assessed() -> None:
    with pytest.raises(NotAssessableError):
        measured(hidden(filmed(), LEGS))
