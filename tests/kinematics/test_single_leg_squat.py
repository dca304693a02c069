"""Layer: pure functions. Single-leg squats of a made-up person: every rep has its leg, however the free one is held."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formcheck.kinematics.phase_rule import Effort, PhaseRule
from formcheck.kinematics.reps import find_reps
from formcheck.kinematics.view import roll_deg
from formcheck.pose.landmarks import BODY, Side

from ..skeleton import LEFT, RIGHT, Camera, Move, Person
from ..stick_figure import FreeLeg
from .alterations import in_a_mirror, trembling
from .sets import count, filmed, measured

REPS = (Move(depth_deg=55.0),) * 3
FREE: tuple[FreeLeg, ...] = ("front", "behind", "beside")


def squats(free_leg: FreeLeg, yaw: float = 0.0, stance: int = LEFT, *, sets_foot_down: bool = True) -> Person:
    return Person("single-leg-squat", REPS, stance, yaw, free_leg=free_leg, sets_foot_down=sets_foot_down)


@pytest.mark.parametrize("sets_foot_down", [True, False])
@pytest.mark.parametrize("yaw", [0.0, 180.0])
@pytest.mark.parametrize("free_leg", FREE)
@pytest.mark.parametrize(("stance", "leg"), [(LEFT, Side.LEFT), (RIGHT, Side.RIGHT)])
def test_from_the_front_and_behind_every_rep_counts_with_its_leg(
    free_leg: FreeLeg, yaw: float, stance: int, leg: Side, sets_foot_down: bool
) -> None:
    made = filmed(squats(free_leg, yaw, stance, sets_foot_down=sets_foot_down))
    m = measured(made, "single-leg-squat")
    assert (count(m), m.legs) == (3, (leg,) * 3)
    assert measured(in_a_mirror(made), "single-leg-squat").legs == (leg.other,) * 3


@pytest.mark.parametrize("yaw", [90.0, -90.0])
@pytest.mark.parametrize(
    ("free_leg", "sets_foot_down"), [(leg, True) for leg in FREE] + [("front", False), ("behind", False)]
)
def test_from_the_side_every_rep_counts_with_its_leg(free_leg: FreeLeg, sets_foot_down: bool, yaw: float) -> None:
    near = LEFT if yaw > 0 else RIGHT
    m = measured(filmed(squats(free_leg, yaw, near, sets_foot_down=sets_foot_down)), "single-leg-squat")
    assert (count(m), m.legs) == (3, ((Side.LEFT, Side.RIGHT)[near],) * 3)
    depth = np.nanmax(m.series.per_leg["knee_flexion_deg"][:, near])
    assert depth == pytest.approx(55.0, abs=2.0)


@pytest.mark.parametrize("yaw", [90.0, -90.0])
def test_a_foot_that_is_held_still_beside_the_other_is_not_told_from_the_side(yaw: float) -> None:
    """A foot further from the camera is seen higher all the same: no leg is better than a wrong one."""
    m = measured(filmed(squats("beside", yaw, sets_foot_down=False)), "single-leg-squat")
    assert (count(m), m.legs) == (3, (None,) * 3)


@pytest.mark.parametrize("yaw", [0.0, 45.0, 90.0, -90.0, 180.0])
def test_squats_on_both_legs_are_given_no_leg(yaw: float) -> None:
    m = measured(filmed(Person("squat", (Move(depth_deg=70.0),) * 3, yaw_deg=yaw)), "single-leg-squat")
    assert (count(m), m.legs) == (3, (None,) * 3)


@pytest.mark.parametrize("free_leg", FREE)
def test_the_knee_line_is_that_of_the_standing_leg(free_leg: FreeLeg) -> None:
    moves = tuple(Move(depth_deg=55.0, fppa_deg=(fppa, 0.0)) for fppa in (10.0, 10.0, 10.0))
    made = filmed(Person("single-leg-squat", moves, free_leg=free_leg))
    m = measured(made, "single-leg-squat")
    bottom = made.knee_flexion_deg[:, LEFT] > 53.0
    fppa = m.series.per_leg["fppa_deg"][bottom]
    assert np.nanmedian(fppa[:, LEFT]) == pytest.approx(np.median(made.fppa_deg[bottom, LEFT]), abs=1.5)


@pytest.mark.parametrize("free_leg", FREE)
def test_trembling_landmarks_and_a_small_picture_change_nothing(free_leg: FreeLeg) -> None:
    small = filmed(squats(free_leg), Camera(width=480, height=640, fps=15.0))
    for made in (trembling(filmed(squats(free_leg)), seed=3, px=2.0), small):
        m = measured(made, "single-leg-squat")
        assert (count(m), m.legs) == (3, (Side.LEFT,) * 3)


@pytest.mark.parametrize(("hold_s", "counted"), [(0.0, 0), (4.0, 1)])
def test_of_what_is_held_only_that_counts_which_was_held(hold_s: float, counted: int) -> None:
    t = np.arange(0.0, 8.0, 1 / 30)
    q = np.interp(t, [0.0, 1.0, 2.0, 2.0 + hold_s, 3.0 + hold_s, 8.0], [5.0, 5.0, 65.0, 65.0, 5.0, 5.0])
    rule = PhaseRule(bilateral=True, min_range_deg=15.0, min_duration_s=0.8, hold_min_s=2.0, effort=Effort.HELD)
    assert sum(rep.complete for rep in find_reps(t, q, rule)) == counted
    assert len(find_reps(t, q, PhaseRule(True, 15.0, 0.8, 2.0))) == 1


def test_a_foot_that_is_held_up_tilts_no_picture() -> None:
    standing = measured(filmed(Person(moves=REPS))).standing
    points = standing.points_px.copy()
    for mark, lower_px in ((BODY[Side.LEFT].hip, 5.0), (BODY[Side.LEFT].ankle, -60.0)):
        points[mark, 1] += lower_px
    hips = points[[BODY[Side.LEFT].hip, BODY[Side.RIGHT].hip]]
    tilt = np.degrees(np.arctan2(5.0, abs(hips[0, 0] - hips[1, 0])))
    assert abs(roll_deg(replace(standing, points_px=points))) == pytest.approx(tilt / 2, abs=0.2)
