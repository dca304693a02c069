"""Layer: from a simulated set to the checks of its set-up, in words."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from formcheck.kinematics.analysis import SetMeasurement, measure_set
from formcheck.pose.landmarks import Side
from formcheck.session.assessment import SetupCheck
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.session.setup import setup_checks
from formcheck.session.within import Within

from ..kinematics.alterations import in_a_mirror
from ..kinematics.sets import RULES, filmed, measured
from ..sample_tracks import SAMPLE_TRACKS, sample_track
from ..skeleton import LEFT, RIGHT, Camera, Exercise, Film, Move, Person


def check(m: SetMeasurement, id_: str) -> SetupCheck | None:
    return {check.id: check for check in setup_checks(m)}.get(id_)


def step_down(stance: int = LEFT) -> Film:
    return filmed(Person("step-down", (Move(), Move()), stance))


def joined(first: Film, second: Film) -> Film:
    """Show one film after the other, as one set."""
    a, b = first.track, second.track
    later = b.t_s + a.t_s[-1] + a.t_s[1]
    pairs = ((a.image_px, b.image_px), (a.visibility, b.visibility), (a.world_m, b.world_m))
    image, visibility, world = (np.concatenate(pair) for pair in pairs)
    track = replace(a, t_s=np.concatenate([a.t_s, later]), image_px=image, visibility=visibility, world_m=world)
    return replace(first, track=track)


@pytest.mark.parametrize("exercise", ["wall-squat", "step-down"])
@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_a_good_recording_passes_every_check(exercise: Exercise, yaw: float) -> None:
    m = measured(filmed(Person(exercise, (Move(),) * 3, yaw_deg=yaw)), exercise)
    assert [c.id for c in setup_checks(m) if c.failed] == []
    assert all(c.message.endswith(".") for c in setup_checks(m))


def test_it_is_said_that_no_picture_shows_a_mirror() -> None:
    mirror = check(measured(step_down(), "step-down"), "SU-13")
    assert mirror is not None
    assert "unless the recording was mirrored" in mirror.message
    assert mirror.passed is None, "it is no check that was passed"


@pytest.mark.parametrize(("named", "stands"), [(Side.RIGHT, "left"), (Side.LEFT, "right")])
def test_a_mirror_is_suspected_where_the_leg_that_was_named_does_not_stand(named: Side, stands: str) -> None:
    made = step_down(LEFT if named is Side.RIGHT else RIGHT)
    told = check(measure_set(made.track, RULES["step-down"], leg=named), "SU-16")
    assert told is not None
    assert not told.passed
    assert f"The {named} leg was named, but the {stands} leg is seen to stand" in told.message
    assert "mirrored" in told.message
    assert "turn mirroring off" in told.message


def test_a_mirrored_recording_is_noticed_by_the_leg_that_was_named() -> None:
    made = step_down(LEFT)
    assert check(measure_set(made.track, RULES["step-down"], leg=Side.LEFT), "SU-16") is None
    mirrored = in_a_mirror(made)
    told = check(measure_set(mirrored.track, RULES["step-down"], leg=Side.LEFT), "SU-16")
    assert told is not None
    assert not told.passed


def test_a_change_of_the_standing_leg_within_a_set_is_told() -> None:
    m = measured(joined(step_down(LEFT), step_down(RIGHT)), "step-down")
    same = check(m, "SU-17")
    assert same is not None
    assert not same.passed
    assert "the left in reps 1, 2 and the right in reps 3, 4" in same.message


def quiet_stance(clip: str, within: Within | None = None, exercise: str = "wall-squat") -> SetupCheck:
    """Return what is said of the stance before a set that is a part of a sample clip."""
    assessed = assess(sample_track(clip), SetRequest(exercise, within=within))
    return next(each for each in assessed.setup if each.id == "SU-11")


@pytest.mark.parametrize("clip", SAMPLE_TRACKS)
def test_who_stands_still_before_the_first_rep_has_a_quiet_stance(clip: str) -> None:
    assert quiet_stance(clip, exercise="step-down" if clip.startswith("step") else "wall-squat").passed


@pytest.mark.parametrize("clip", ["wall_squat_front", "wall_squat_side"])
def test_standing_still_between_reps_is_no_quiet_stance_before_them(clip: str) -> None:
    first = assess(sample_track(clip), SetRequest("wall-squat")).complete_reps[0]
    told = quiet_stance(clip, Within(first.start_s - 0.3))
    assert not told.passed
    assert "the baseline is from 5." in told.message


@pytest.mark.parametrize("clip", ["wall_squat_front", "wall_squat_side"])
def test_who_sits_still_with_bent_knees_has_no_quiet_stance(clip: str) -> None:
    first = assess(sample_track(clip), SetRequest("wall-squat")).complete_reps[0]
    told = quiet_stance(clip, Within(first.bottom_start_s + 0.05, first.bottom_end_s - 0.05))
    assert not told.passed
    assert told.message.startswith("Stand tall and still")


def test_one_standing_leg_throughout_is_told_and_squats_have_none() -> None:
    same = check(measured(step_down(RIGHT), "step-down"), "SU-17")
    assert same is not None
    assert same.passed
    assert "right leg stands throughout" in same.message
    assert check(measured(filmed(Person("squat", (Move(),) * 2))), "SU-17") is None


@pytest.mark.parametrize("aside", [-1.3, 1.3])
def test_who_stands_far_beside_the_middle_is_told_where_to_stand(aside: float) -> None:
    m = measured(filmed(Person("squat", (Move(),) * 2, yaw_deg=0.0), Camera(aside_m=aside, field_of_view_deg=74.0)))
    found = check(m, "SU-4")
    assert found is not None
    assert not found.passed
    assert "stand in the middle" in found.message
    assert np.sign(found.value or 0.0) == np.sign(aside)


@pytest.mark.parametrize("aside", [-0.7, 0.0, 0.7])
def test_nothing_is_said_of_a_place_that_costs_nothing(aside: float) -> None:
    assert check(measured(filmed(Person("squat", (Move(),) * 2), Camera(aside_m=aside))), "SU-4") is None


def in_slow_motion(made: SetMeasurement, slowed: float, fps: float) -> SetMeasurement:
    """Say of a set that its video showed it slower than it happened."""
    source = replace(made.track.source, slowed=slowed, fps=fps)
    return replace(made, track=replace(made.track, source=source))


def test_slow_motion_that_was_undone_is_said() -> None:
    m = in_slow_motion(measured(filmed(Person(moves=(Move(),) * 2))), 4.0, 120.0)
    told = check(m, "SU-22")
    assert told == SetupCheck(
        "SU-22",
        "Slow motion",
        True,
        4.0,
        "Filmed at 120 frames a second and shown at 30: times are given as they were.",
    )


@pytest.mark.parametrize(
    ("down_s", "up_s", "asked"), [(6.0, 6.0, True), (6.0, 2.0, False), (2.0, 6.0, False), (3.5, 3.5, False)]
)
def test_a_movement_so_slow_that_it_may_be_slow_motion_is_asked_about(down_s: float, up_s: float, asked: bool) -> None:
    m = measured(filmed(Person(moves=(Move(down_s=down_s, up_s=up_s),) * 2)))
    told = check(m, "SU-22")
    assert (told is not None) is asked
    if told is not None:
        assert not told.passed
        assert "very slow (down in 5.8 s, up in 5.8 s)" in told.message
        assert "--capture-fps" in told.message
    assert check(in_slow_motion(m, 2.0, 60.0), "SU-22") == SetupCheck(
        "SU-22",
        "Slow motion",
        True,
        2.0,
        "Filmed at 60 frames a second and shown at 30: times are given as they were.",
    )


def test_a_live_set_is_never_slow_motion() -> None:
    m = measured(filmed(Person(moves=(Move(down_s=6, up_s=6),) * 2)))
    live = replace(m, track=replace(m.track, source=replace(m.track.source, sha256="")))
    assert (check(m, "SU-22") is None, check(live, "SU-22")) == (False, None)


def test_a_tag_that_makes_a_movement_too_quick_is_asked_about() -> None:
    m = measured(filmed(Person(moves=(Move(down_s=1.6, up_s=1.6),) * 2)))
    wrongly = replace(
        in_slow_motion(m, 8.0, 240.0),
        reps=tuple(replace(rep, descent_s=rep.descent_s / 8, ascent_s=rep.ascent_s / 8) for rep in m.reps),
    )
    told = check(wrongly, "SU-22")
    assert told is not None
    assert not told.passed
    assert told.message.endswith("If the video is shown as it was filmed, say so (--capture-fps 30).")


def test_slow_reps_that_nobody_saw_end_are_not_asked_about() -> None:
    m = measured(filmed(Person(moves=(Move(down_s=6, up_s=6),))))
    cut = replace(m, reps=tuple(replace(rep, ascent_s=math.nan) for rep in m.reps))
    assert check(cut, "SU-22") is None


@pytest.mark.parametrize("name", SAMPLE_TRACKS)
def test_no_sample_clip_is_taken_for_slow_motion(name: str) -> None:
    rule = RULES["step-down" if name.startswith("step") else "wall-squat"]
    assert check(measure_set(sample_track(name), rule), "SU-22") is None
