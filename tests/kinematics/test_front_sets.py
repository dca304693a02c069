"""Layer: a whole set, from simulated landmarks to measures, seen from the front (or behind)."""

from __future__ import annotations

import numpy as np
import pytest

from formcheck.kinematics.view import ViewKind, ViewQuality
from formcheck.pose.landmarks import Side

from ..skeleton import ANKLE, KNEE, LEFT, RIGHT, Camera, Exercise, Move, Person
from .alterations import cut, exchanged, hidden, in_a_mirror, trembling
from .sets import at_bottom, bent, count, filmed, measured

LEFT_CAVES = (Move(fppa_deg=(12.0, -5.0)),) * 3
BILATERAL: tuple[Exercise, ...] = ("squat", "wall-squat")


@pytest.mark.parametrize("exercise", BILATERAL)
@pytest.mark.parametrize("distance", [2.0, 3.0, 4.0])
def test_fppa_is_within_a_degree_through_the_whole_set_at_any_distance(exercise: Exercise, distance: float) -> None:
    made = filmed(Person(exercise, LEFT_CAVES), Camera(distance_m=distance, width=720, height=1280))
    m = measured(made, exercise)
    assert m.view.verdict is ViewQuality.OK
    assert m.series.per_leg["fppa_deg"] == pytest.approx(made.fppa_deg, abs=1.0)


@pytest.mark.parametrize("depth", [45.0, 60.0, 90.0])
@pytest.mark.parametrize("exercise", BILATERAL)
def test_fppa_does_not_depend_on_depth(exercise: Exercise, depth: float) -> None:
    made = filmed(Person(exercise, (Move(depth_deg=depth, fppa_deg=(10.0, 10.0)),) * 3))
    assert measured(made, exercise).series.per_leg["fppa_deg"] == pytest.approx(made.fppa_deg, abs=1.0)


@pytest.mark.parametrize("exercise", BILATERAL)
@pytest.mark.parametrize("distance", [2.0, 3.0, 4.0])
def test_a_person_filmed_from_behind_is_measured_as_well_as_from_the_front(exercise: Exercise, distance: float) -> None:
    made = filmed(Person(exercise, LEFT_CAVES, yaw_deg=180.0), Camera(distance_m=distance, width=720, height=1280))
    m = measured(made, exercise)
    assert not m.view.facing_camera
    assert m.series.per_leg["fppa_deg"] == pytest.approx(made.fppa_deg, abs=1.0)


def test_hips_drawn_too_far_apart_do_not_make_knees_look_medial() -> None:
    """The estimator draws hips 0.24 leg lengths apart; hip joints are 0.21 apart."""
    made = filmed(Person(moves=LEFT_CAVES), hips_drawn_apart_m=0.24 * 0.86)
    assert measured(made).series.per_leg["fppa_deg"] == pytest.approx(made.fppa_deg, abs=1.0)


@pytest.mark.parametrize("stance", [LEFT, RIGHT])
@pytest.mark.parametrize("distance", [2.0, 3.0, 4.0])
def test_the_standing_leg_of_a_step_down_is_found_and_measured(stance: int, distance: float) -> None:
    move = Move(fppa_deg=(12.0, 12.0), lean_deg=8.0, drop_deg=6.0)
    made = filmed(Person("step-down", (move,) * 3, stance), Camera(distance_m=distance, width=720, height=1280))
    m = measured(made, "step-down")
    assert count(m) == 3
    assert m.legs == ((Side.LEFT, Side.RIGHT)[stance],) * 3
    assert m.series.per_leg["fppa_deg"][:, stance] == pytest.approx(made.fppa_deg[:, stance], abs=1.0)


@pytest.mark.parametrize("stance", [LEFT, RIGHT])
@pytest.mark.parametrize(("lean", "drop"), [(8.0, 6.0), (-8.0, -6.0), (0.0, 10.0), (12.0, 0.0)])
@pytest.mark.parametrize("yaw", [0.0, 180.0])
def test_trunk_lean_is_toward_the_standing_leg_and_pelvic_drop_on_the_free_side(
    stance: int, lean: float, drop: float, yaw: float
) -> None:
    made = filmed(Person("step-down", (Move(lean_deg=lean, drop_deg=drop),) * 3, stance, yaw))
    body = measured(made, "step-down").series.whole_body
    assert body["trunk_lean_deg"] == pytest.approx(made.lean_deg, abs=1.0)
    assert body["pelvic_drop_deg"] == pytest.approx(made.drop_deg, abs=1.0)


def test_in_a_squat_lean_and_drop_toward_the_persons_right_are_positive() -> None:
    """The made-up person leans to the left and drops the right side of the pelvis."""
    made = filmed(Person("wall-squat", (Move(lean_deg=6.0, drop_deg=4.0),) * 3))
    body = measured(made, "wall-squat").series.whole_body
    assert body["trunk_lean_deg"][at_bottom(made)] == pytest.approx(-6.0, abs=1.0)
    assert body["pelvic_drop_deg"][at_bottom(made)] == pytest.approx(4.0, abs=1.0)


def test_varus_is_negative() -> None:
    made = filmed(Person(moves=(Move(fppa_deg=(-10.0, -10.0)),) * 3))
    fppa = measured(made).series.per_leg["fppa_deg"]
    assert fppa[at_bottom(made)] == pytest.approx(-10.0, abs=1.0)


def test_a_mirrored_person_changes_legs() -> None:
    mirrored = in_a_mirror(filmed(Person(moves=LEFT_CAVES)))
    fppa = measured(mirrored).series.per_leg["fppa_deg"]
    assert fppa == pytest.approx(mirrored.fppa_deg, abs=1.0)
    assert fppa[at_bottom(mirrored), RIGHT] == pytest.approx(12.0, abs=1.0)


def test_a_knee_inside_the_foot_is_medial_and_one_outside_is_not() -> None:
    made = filmed(Person(moves=LEFT_CAVES))
    kmf = measured(made).series.per_leg["kmf_pct"][at_bottom(made)]
    assert (kmf[:, LEFT] > 2).all()
    assert (kmf[:, RIGHT] < 0).all()


def test_knees_inside_the_ankles_have_a_ratio_under_one() -> None:
    made = filmed(Person(moves=(Move(fppa_deg=(10.0, 10.0)),) * 3))
    m = measured(made)
    assert (m.series.whole_body["kasr"][at_bottom(made)] < 0.9).all()
    straight = filmed(Person("wall-squat"), Camera(distance_m=300, field_of_view_deg=0.7))
    assert measured(straight, "wall-squat").series.whole_body["kasr"] == pytest.approx(1.0, abs=0.01)


def test_knee_flexion_is_never_given_from_the_front() -> None:
    assert np.isnan(measured(filmed()).series.per_leg["knee_flexion_deg"]).all()


@pytest.mark.parametrize("yaw", [7.0, -9.0])
def test_a_camera_too_far_round_takes_fppa_away_and_leaves_the_place_of_the_knee(yaw: float) -> None:
    m = measured(filmed(Person(moves=LEFT_CAVES, yaw_deg=yaw)))
    assert m.view.kind is ViewKind.FRONT
    for name in ("fppa_deg", "fppa_change_deg"):
        assert np.isnan(m.series.per_leg[name]).all()
    assert np.isfinite(m.series.per_leg["kmf_pct"]).any()


@pytest.mark.parametrize("exercise", ["squat", "step-down"])
@pytest.mark.parametrize("leg", [LEFT, RIGHT])
def test_a_hidden_ankle_is_not_measured(exercise: Exercise, leg: int) -> None:
    made = hidden(filmed(Person(exercise, stance=1 - leg)), [ANKLE[leg]])
    m = measured(made, exercise)
    for name in ("fppa_deg", "kmd_pct", "kmf_pct", "hip_adduction_deg", "shank_frontal_deg"):
        assert np.isnan(m.series.per_leg[name][:, leg]).all(), name
    other = m.series.per_leg["fppa_deg"][:, 1 - leg]
    assert other[bent(made, 1 - leg)] == pytest.approx(made.fppa_deg[bent(made, 1 - leg), 1 - leg], abs=1.0)


def test_a_knee_hidden_for_a_while_is_not_measured_then_and_costs_no_rep() -> None:
    made = filmed(Person(moves=LEFT_CAVES))
    t = made.track.t_s
    gone = (t > 3.0) & (t < 4.0)
    m = measured(hidden(made, [KNEE[LEFT]], gone))
    assert count(m) == 3
    assert np.isnan(m.series.per_leg["fppa_deg"][gone, LEFT]).all()
    assert m.series.per_leg["fppa_deg"][~gone, LEFT] == pytest.approx(made.fppa_deg[~gone, LEFT], abs=1.0)


@pytest.mark.parametrize("roll", [-5.0, 5.0])
def test_roll_of_the_camera_does_not_change_fppa(roll: float) -> None:
    made = filmed(Person(moves=LEFT_CAVES), Camera(roll_deg=roll))
    level = measured(filmed(Person(moves=LEFT_CAVES))).series.per_leg["fppa_deg"]
    assert measured(made).series.per_leg["fppa_deg"] == pytest.approx(level, abs=0.2)


@pytest.mark.parametrize("pitch", [-8.0, 8.0])
@pytest.mark.parametrize("exercise", BILATERAL)
def test_a_camera_tilted_up_or_down_measures_the_same_fppa(pitch: float, exercise: Exercise) -> None:
    made = filmed(Person(exercise, LEFT_CAVES), Camera(pitch_deg=pitch))
    assert measured(made, exercise).series.per_leg["fppa_deg"] == pytest.approx(made.fppa_deg, abs=1.0)


@pytest.mark.parametrize("field_of_view", [62.0, 74.0])
def test_phones_and_webcams_measure_the_same_fppa(field_of_view: float) -> None:
    made = filmed(Person(moves=LEFT_CAVES), Camera(field_of_view_deg=field_of_view))
    assert measured(made).series.per_leg["fppa_deg"] == pytest.approx(made.fppa_deg, abs=1.0)


@pytest.mark.parametrize("aside", [-0.25, 0.25])
def test_a_person_a_step_off_the_middle_is_measured_the_same(aside: float) -> None:
    made = filmed(Person("wall-squat", LEFT_CAVES), Camera(aside_m=aside))
    assert measured(made, "wall-squat").series.per_leg["fppa_deg"] == pytest.approx(made.fppa_deg, abs=1.0)


def test_a_wall_sit_filmed_from_the_hold_on_has_no_baseline_and_no_knee_angles() -> None:
    """There is no quiet stance in the clip: what looks like one is the hold, and its valgus must not be taken off."""
    sit = Person("wall-squat", (Move(rest_s=0.0, hold_s=20.0, fppa_deg=(12.0, 12.0)),), last_rest_s=0.0)
    made = filmed(sit)
    m = measured(cut(trembling(made, seed=5, px=0.5), 3.0, 20.0), "wall-squat")
    assert m.reps == ()
    assert np.isnan(m.series.per_leg["fppa_deg"]).all()
    assert np.isnan(m.series.per_leg["kmf_pct"]).all()


def test_tremble_of_a_pixel_leaves_fppa_right_on_average() -> None:
    made = trembling(filmed(Person(moves=LEFT_CAVES)), seed=1, px=1.0)
    off = (measured(made).series.per_leg["fppa_deg"] - made.fppa_deg)[at_bottom(made)]
    assert np.abs(off.mean(axis=0)).max() < 1.0
    assert np.abs(off).mean() < 1.5


def test_legs_exchanged_by_the_estimator_change_nothing() -> None:
    made = filmed(Person(moves=LEFT_CAVES))
    swap = (made.track.t_s > 3.0) & (made.track.t_s < 3.7)
    m = measured(exchanged(made, swap))
    assert (m.sides_repaired == swap).all()
    assert m.series.per_leg["fppa_deg"] == pytest.approx(made.fppa_deg, abs=1.0)
