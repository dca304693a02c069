"""Layer: property tests. A simulated person anywhere in the picture of any camera, from exact landmarks to rep values.

What stands in the middle of a picture is seen along the optical axis; what does not is seen along its own line of
sight. Place, pan, pitch, roll, height, distance, lens, shape of the picture and crop are free here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from formcheck.errors import NotAssessableError
from formcheck.kinematics.analysis import SetMeasurement, measure_set
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.rep_measures import measure_rep
from formcheck.kinematics.view import EXACT, turn_reading

from ..camera import FILM_WIDTH_MM, Viewpoint, filmed_from
from ..skeleton import LEFT, LEGS, RIGHT, Exercise, Film, Move, Person
from .sets import RULES, count

FPPA_WITHIN_DEG, KMF_WITHIN_PCT, FLEXION_WITHIN_DEG = 1.0, 1.0, 2.0
FLEXION_SHIFT_DEG = 1.5
"""Of the same knee between two places in the picture."""
TOP_M = 1.55
"""Of the shoulders, above the floor, on the step."""
HALF_WIDTH_M = 0.45
"""Of the body, seen from any side, arms and free leg too."""

EDGE_DEG = 2.5
"""Kept free above and below the person."""

few = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


# Who is filmed, and from where


def whole(low: float, high: float) -> st.SearchStrategy[float]:
    return st.integers(round(low), round(high)).map(float)


def twice(depth_deg: float, left_deg: float = 0.0, right_deg: float = 0.0) -> tuple[Move, ...]:
    """Return two reps, two seconds of quiet stance before each."""
    return (Move(depth_deg, down_s=1.2, hold_s=0.8, up_s=1.2, rest_s=2.0, fppa_deg=(left_deg, right_deg)),) * 2


def people(
    depth: st.SearchStrategy[float], fppa: st.SearchStrategy[float], turn: st.SearchStrategy[float]
) -> st.SearchStrategy[Person]:
    return st.builds(
        Person,
        exercise=st.sampled_from(["squat", "wall-squat", "step-down"]),
        moves=st.builds(twice, depth, fppa, fppa),
        stance=st.sampled_from([LEFT, RIGHT]),
        yaw_deg=turn,
        last_rest_s=st.just(2.0),
        toe_out_deg=whole(0, 15),
        thigh_share=st.sampled_from([0.45, 0.5, 0.55]),
    )


people_from_the_front = people(depth=whole(40, 70), fppa=whole(-6, 18), turn=whole(-4, 4))
people_square_to_the_camera = people(depth=whole(40, 70), fppa=whole(-6, 18), turn=st.just(0.0))


@st.composite
def people_from_the_side(draw: st.DrawFn) -> Person:
    off = draw(whole(-12, 12))
    person = draw(people(depth=whole(40, 95), fppa=whole(0, 3), turn=st.just(off)))
    return replace(person, yaw_deg=(90.0 - off) * (1 if person.stance == LEFT else -1))


@st.composite
def viewpoints(
    draw: st.DrawFn,
    lens: st.SearchStrategy[float] | None = None,
    crop_share: st.SearchStrategy[float] | None = None,
) -> Viewpoint:
    """Draw a camera that has the person from toes to shoulders in its picture."""
    upright = draw(st.booleans())
    lens_mm = draw(whole(24, 60 if upright else 40) if lens is None else lens)
    width, height = (720, 1280) if upright else (1280, 720)
    half_w, half_h = (np.degrees(np.arctan(side / 1280 * FILM_WIDTH_MM / 2 / lens_mm)) for side in (width, height))
    height_m, roll = draw(st.sampled_from([0.5, 0.7, 0.9, 1.1, 1.3])), draw(whole(-3, 3))
    distance = draw(st.sampled_from([2.0, 2.5, 3.0, 3.5, 4.0]))
    up, down, aside = np.degrees(np.arctan(np.array([TOP_M - height_m, height_m, HALF_WIDTH_M]) / (distance - 0.3)))
    # Of where the camera points, above the level. Beside the middle the picture is less high, and less so rolled.
    lowest, highest = max(up + EDGE_DEG - half_h, -10.0), min(half_h - EDGE_DEG - down, 10.0)
    widest = min(15.0, half_w - aside)
    assume(lowest < highest and widest > 0)
    pointing = lowest + (highest - lowest) * draw(st.integers(0, 4)) / 4
    pan = float(widest) * draw(st.integers(-4, 4)) / 4
    view = Viewpoint(distance, height_m, pan, -float(pointing), roll, lens_mm, width, height)
    share = draw(st.just(0.0) if crop_share is None else crop_share)
    if share:
        return _cut(view, share, from_left=draw(st.booleans()))
    return view


def _cut(view: Viewpoint, share: float, *, from_left: bool) -> Viewpoint:
    """Return the view of a picture cut on one side by this share of its width, but for the person."""
    at = view.width / 2 + view.focal_px * np.tan(np.radians(view.pan_deg))
    room = view.focal_px * HALF_WIDTH_M / (view.distance_m - 0.3)
    left_of, right_of = at - room, view.width - (at + room)
    cut = int(max(0.0, min(share * view.width, left_of if from_left else right_of)))
    return replace(view, cut_left_px=cut) if from_left else replace(view, cut_right_px=cut)


IN_THE_MIDDLE = Viewpoint(3.0, 0.9, lens_mm=27.0)
FAR_LEFT = Viewpoint(3.0, 0.9, -14.0, lens_mm=24.0)
UPRIGHT_FROM_ABOVE = Viewpoint(2.5, 1.3, 8.0, 8.0, 3.0, 26.0, 720, 1280)
LONG_LENS = Viewpoint(4.0, 0.9, 2.5, 2.0, -3.0, 60.0, 720, 1280)
CUT = Viewpoint(3.0, 0.7, 6.0, -4.0, lens_mm=28.0, cut_left_px=512)

DEEP_KNOCK_KNEE = Person("squat", twice(70.0, 18.0, -6.0), yaw_deg=3.0, toe_out_deg=10.0, thigh_share=0.55)
CAVING_STEP = Person("step-down", twice(60.0, 0.0, 16.0), RIGHT, yaw_deg=-4.0, toe_out_deg=5.0)
STRAIGHT_AT_THE_WALL = Person("wall-squat", twice(65.0), toe_out_deg=12.0)
DEEP_FROM_THE_LEFT = Person("squat", twice(95.0), LEFT, yaw_deg=80.0, thigh_share=0.55)
STEP_FROM_THE_RIGHT = Person("step-down", twice(70.0), RIGHT, yaw_deg=-95.0)


# What is given of them


@dataclass(frozen=True)
class Given:
    """What is given of one leg in one rep, and what is true of it."""

    leg: str
    rep: int
    stated: Estimate | None
    truth: float

    @property
    def off(self) -> float:
        """How far from the truth; 0 where nothing is given."""
        return 0.0 if self.stated is None else self.stated.value - self.truth


def seen(view: Viewpoint, person: Person, *, told: bool, pose_model: str = EXACT) -> Film:
    made = filmed_from(
        view,
        person,
        pose_model=pose_model,
        reads_low_deg=turn_reading(pose_model).reads_low_deg,
        lens_told=told,
        place_told=told,
    )
    assert (made.track.visibility[:, LEGS] > 0.5).all(), "the legs are not in the picture"
    return made


def measure(made: Film, exercise: Exercise) -> SetMeasurement | None:
    """Measure a set; None where it is refused."""
    try:
        return measure_set(made.track, RULES[exercise])
    except NotAssessableError:
        return None


def given_of(made: Film, person: Person, measure_name: str, truth: str) -> list[Given]:
    """Return what is given of every leg that works, in both reps."""
    m = measure(made, person.exercise)
    legs = (person.stance,) if person.exercise == "step-down" else (LEFT, RIGHT)
    if m is not None:
        assert count(m) == len(person.moves)
    all_given = []
    for i, rep in enumerate(made.reps):
        t = made.track.t_s
        bottom = (t >= rep.bottom_start_s) & (t <= rep.bottom_end_s)
        values = {} if m is None else measure_rep(m, i, {}).get(measure_name, {})
        for leg in legs:
            side = ("left", "right")[leg]
            true = float(np.median(getattr(made, truth)[bottom, leg]))
            all_given.append(Given(side, i + 1, values.get(side), true))
    return all_given


def fppa_of(made: Film, person: Person) -> list[Given]:
    return given_of(made, person, "fppa_deg", "fppa_deg")


def kmf_of(made: Film, person: Person) -> list[Given]:
    return given_of(made, person, "kmf_pct", "kmf_pct")


def flexion_of(made: Film, person: Person) -> list[Given]:
    """Return what is given of the near leg, which is the standing one."""
    m = measure(made, person.exercise)
    side = ("left", "right")[person.stance]
    if m is not None:
        assert count(m) == len(person.moves)
    return [
        Given(
            side,
            i + 1,
            None if m is None else measure_rep(m, i, {})["knee_flexion_max_deg"][side],
            float(made.knee_flexion_deg[:, person.stance].max()),
        )
        for i in range(len(person.moves))
    ]


def worst(values: list[Given]) -> float:
    """Return how far the worst value that is given is from the truth."""
    return max(abs(each.off) for each in values)


def outside_their_intervals(values: list[Given]) -> list[Given]:
    return [each for each in values if each.stated is not None and abs(each.off) > each.stated.error]


# From the front

crops = st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.4])


@few
@example(view=FAR_LEFT, person=DEEP_KNOCK_KNEE)
@example(view=UPRIGHT_FROM_ABOVE, person=CAVING_STEP)
@example(view=LONG_LENS, person=STRAIGHT_AT_THE_WALL)
@given(view=viewpoints(), person=people_from_the_front)
def test_fppa_is_within_a_degree_wherever_the_person_is_in_a_picture_whose_lens_is_told(
    view: Viewpoint, person: Person
) -> None:
    values = fppa_of(seen(view, person, told=True), person)
    assert worst(values) <= FPPA_WITHIN_DEG, values


@few
@example(view=FAR_LEFT, person=DEEP_KNOCK_KNEE)
@example(view=UPRIGHT_FROM_ABOVE, person=CAVING_STEP)
@example(view=LONG_LENS, person=STRAIGHT_AT_THE_WALL)
@given(view=viewpoints(), person=people_from_the_front)
def test_the_knee_is_over_the_foot_within_a_hundredth_of_the_leg_wherever_the_person_is(
    view: Viewpoint, person: Person
) -> None:
    values = kmf_of(seen(view, person, told=True), person)
    assert worst(values) <= KMF_WITHIN_PCT, values


@few
@example(view=FAR_LEFT, person=DEEP_KNOCK_KNEE)
@example(view=UPRIGHT_FROM_ABOVE, person=CAVING_STEP)
@example(view=LONG_LENS, person=STRAIGHT_AT_THE_WALL)
@example(view=CUT, person=CAVING_STEP)
@given(view=viewpoints(crop_share=crops), person=people_from_the_front)
def test_fppa_is_within_a_degree_in_a_cropped_picture_whose_lens_and_middle_are_told(
    view: Viewpoint, person: Person
) -> None:
    values = fppa_of(seen(view, person, told=True), person)
    assert worst(values) <= FPPA_WITHIN_DEG, values


@few
@example(view=FAR_LEFT, person=DEEP_KNOCK_KNEE)
@example(view=UPRIGHT_FROM_ABOVE, person=CAVING_STEP)
@example(view=LONG_LENS, person=STRAIGHT_AT_THE_WALL)
@example(view=CUT, person=CAVING_STEP)
@given(view=viewpoints(crop_share=crops), person=people_from_the_front)
def test_with_nothing_told_of_lens_and_crop_the_stated_interval_holds_fppa(view: Viewpoint, person: Person) -> None:
    values = fppa_of(seen(view, person, told=False), person)
    assert outside_their_intervals(values) == []


@few
@example(view=FAR_LEFT, person=DEEP_KNOCK_KNEE)
@example(view=UPRIGHT_FROM_ABOVE, person=CAVING_STEP)
@example(view=LONG_LENS, person=STRAIGHT_AT_THE_WALL)
@example(view=CUT, person=CAVING_STEP)
@given(view=viewpoints(crop_share=crops), person=people_from_the_front)
def test_with_nothing_told_of_lens_and_crop_the_stated_interval_holds_the_knee_over_the_foot(
    view: Viewpoint, person: Person
) -> None:
    values = kmf_of(seen(view, person, told=False), person)
    assert outside_their_intervals(values) == []


@few
@example(view=FAR_LEFT, person=STRAIGHT_AT_THE_WALL)
@given(view=viewpoints(lens=whole(24, 30)), person=people_square_to_the_camera)
def test_landmarks_of_a_model_that_nobody_measured_give_fppa_within_a_degree_of_who_faces_the_camera(
    view: Viewpoint, person: Person
) -> None:
    values = fppa_of(seen(view, person, told=True, pose_model="somebodys_own"), person)
    assert worst(values) <= FPPA_WITHIN_DEG, values


@few
@example(view=IN_THE_MIDDLE, person=STRAIGHT_AT_THE_WALL, at_rest=(4.0, -4.0))
@example(view=FAR_LEFT, person=CAVING_STEP, at_rest=(3.0, 3.0))
@given(view=viewpoints(), person=people_from_the_front, at_rest=st.tuples(whole(-4, 4), whole(-4, 4)))
def test_knees_that_stand_in_or_out_are_measured_as_they_are(
    view: Viewpoint, person: Person, at_rest: tuple[float, float]
) -> None:
    """Of exact landmarks nothing is the estimator's own lean."""
    person = replace(person, stance_fppa_deg=at_rest)
    values = fppa_of(seen(view, person, told=True), person)
    assert worst(values) <= FPPA_WITHIN_DEG, values


# The same person in the middle and elsewhere

OFF_THE_MIDDLE = {
    "panned by -10 deg": {"pan_deg": -10.0},
    "panned by +10 deg": {"pan_deg": 10.0},
    "cut by 40 % on the left": {"cut_left_px": 512},
    "cut by 40 % on the right": {"cut_right_px": 512},
    "panned and cut": {"pan_deg": 9.0, "cut_left_px": 512},
    "rolled": {"pan_deg": -8.0, "roll_deg": 3.0},
    "from low, tilted up": {"pan_deg": 8.0, "height_m": 0.5, "pitch_deg": -5.0},
}


@functools.cache
def in_the_middle(person: Person, of: Callable[[Film, Person], list[Given]]) -> list[Given]:
    values = of(seen(IN_THE_MIDDLE, person, told=False), person)
    assert all(each.stated is not None for each in values)
    return values


def apart_from_the_middle(
    person: Person, place: str, of: Callable[[Film, Person], list[Given]]
) -> list[tuple[Given, Given]]:
    """Return what is given of a person in the middle and elsewhere, where both are given."""
    view = replace(IN_THE_MIDDLE, **OFF_THE_MIDDLE[place])  # type: ignore[arg-type]
    pairs = zip(in_the_middle(person, of), of(seen(view, person, told=False), person), strict=True)
    return [(here, there) for here, there in pairs if there.stated is not None]


def shift(here: Given, there: Given) -> float:
    assert here.stated is not None
    assert there.stated is not None
    return abs(there.stated.value - here.stated.value)


@pytest.mark.parametrize("place", OFF_THE_MIDDLE)
@pytest.mark.parametrize(
    ("exercise", "fppa"), [("squat", (0.0, 0.0)), ("wall-squat", (13.0, 4.0)), ("step-down", (13.0, 13.0))]
)
def test_the_same_person_elsewhere_in_the_picture_has_the_same_fppa(
    place: str, exercise: Exercise, fppa: tuple[float, float]
) -> None:
    """Nothing is told of the lens or the crop; refused is allowed, another number is not."""
    person = Person(exercise, (Move(60.0, rest_s=2.0, fppa_deg=fppa),) * 2, yaw_deg=1.0, toe_out_deg=8.0)
    for here, there in apart_from_the_middle(person, place, fppa_of):
        assert shift(here, there) <= FPPA_WITHIN_DEG, (here, there)


AS_ASKED: tuple[tuple[Exercise, float, float, float], ...] = (
    ("squat", 0.0, 2.5, 24.0),
    ("wall-squat", 2.0, 3.0, 28.0),
    ("step-down", -2.0, 3.5, 26.0),
    ("squat", 2.0, 3.0, 24.0),
    ("step-down", 0.0, 2.5, 28.0),
)
"""Exercise, turn (deg), distance (m) and lens (mm) of people who keep to the instructions."""


@pytest.mark.parametrize("pan", [-10.0, -5.0, 0.0, 5.0, 10.0])
@pytest.mark.parametrize("told", [False, True], ids=["lens not told", "lens told"])
def test_someone_who_stands_as_asked_is_given_fppa_up_to_ten_degrees_off_the_middle(*, told: bool, pan: float) -> None:
    """It is easy to be right by refusing."""
    values = []
    for exercise, turn, distance, lens in AS_ASKED:
        person = Person(exercise, (Move(55.0, rest_s=2.0, fppa_deg=(9.0, 5.0)),) * 2, yaw_deg=turn, toe_out_deg=7.0)
        values += fppa_of(seen(Viewpoint(distance, 0.85, pan, lens_mm=lens), person, told=told), person)
    assert [each for each in values if each.stated is None] == []
    assert outside_their_intervals(values) == []


# From the side


HIP_HEIGHT_M = 0.9
ABOUT_M = 0.25
"""Off hip height: the instructions ask for a camera there. From 1.3 m at 2.5 m, 95 deg of flexion read 97.6."""


@few
@example(view=FAR_LEFT, person=DEEP_FROM_THE_LEFT)
@example(view=replace(UPRIGHT_FROM_ABOVE, height_m=1.1), person=DEEP_FROM_THE_LEFT)
@example(view=replace(UPRIGHT_FROM_ABOVE, pan_deg=0.0, pitch_deg=10.0), person=STEP_FROM_THE_RIGHT)
@given(view=viewpoints(), person=people_from_the_side())
def test_knee_flexion_is_within_two_degrees_wherever_the_person_is(view: Viewpoint, person: Person) -> None:
    """From a camera much higher or lower than the hips this holds for bends of a wall squat, not for deeper ones."""
    assume(abs(view.height_m - HIP_HEIGHT_M) <= ABOUT_M or max(move.depth_deg for move in person.moves) <= 75)
    values = flexion_of(seen(view, person, told=True), person)
    assert worst(values) <= FLEXION_WITHIN_DEG, values


@few
@example(view=FAR_LEFT, person=DEEP_FROM_THE_LEFT)
@example(view=UPRIGHT_FROM_ABOVE, person=DEEP_FROM_THE_LEFT)
@example(view=replace(UPRIGHT_FROM_ABOVE, pan_deg=0.0, pitch_deg=10.0), person=STEP_FROM_THE_RIGHT)
@example(view=CUT, person=STEP_FROM_THE_RIGHT)
@given(view=viewpoints(crop_share=crops), person=people_from_the_side())
def test_with_nothing_told_of_lens_and_crop_the_stated_interval_holds_knee_flexion(
    view: Viewpoint, person: Person
) -> None:
    values = flexion_of(seen(view, person, told=False), person)
    assert outside_their_intervals(values) == []


@pytest.mark.parametrize("place", OFF_THE_MIDDLE)
@pytest.mark.parametrize("depth", [60.0, 90.0])
def test_the_same_person_elsewhere_in_the_picture_has_the_same_knee_flexion(place: str, depth: float) -> None:
    person = Person("squat", (Move(depth, rest_s=2.0),) * 2, yaw_deg=85.0)
    for here, there in apart_from_the_middle(person, place, flexion_of):
        assert shift(here, there) <= FLEXION_SHIFT_DEG, (here, there)


SQUARE_TO_THE_SIDE: tuple[tuple[Exercise, float, float], ...] = (
    ("squat", 0.0, 24.0),
    ("wall-squat", 5.0, 28.0),
    ("step-down", -5.0, 26.0),
)
"""Exercise, turn off the side view (deg) and lens (mm)."""


@pytest.mark.parametrize("pan", [-10.0, 0.0, 10.0])
def test_someone_seen_square_from_the_side_is_given_knee_flexion_up_to_ten_degrees_off_the_middle(pan: float) -> None:
    for exercise, off, lens in SQUARE_TO_THE_SIDE:
        person = Person(exercise, (Move(65.0, rest_s=2.0),) * 2, LEFT, 90.0 - off)
        values = flexion_of(seen(Viewpoint(3.0, 0.85, pan, lens_mm=lens), person, told=False), person)
        assert [each for each in values if each.stated is None] == []
