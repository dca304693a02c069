"""Layer: pure functions on made-up landmarks. The ankle test: the tilt of the shank with the heel down."""

from __future__ import annotations

import pytest

from formcheck.exercises.plan import Plan
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from tests.chair_figure import Lunger, film_lunger
from tests.stick_figure import LEFT, RIGHT

REQUEST = SetRequest("knee-to-wall", plan=Plan(reps=3))


def assessed(lunger: Lunger) -> Assessment:
    return assess(film_lunger(lunger).track, REQUEST)


def reason(assessment: Assessment, measure: str) -> str:
    return next(each.reason for each in assessment.not_measured if each.measure == measure)


@pytest.mark.parametrize("tilts", [(20.0, 24.0, 22.0), (35.0, 38.0, 37.0), (44.0, 40.0, 48.0)])
@pytest.mark.parametrize(("yaw", "front"), [(90.0, LEFT), (-90.0, RIGHT), (80.0, LEFT), (-97.0, RIGHT)])
def test_the_tilt_of_each_try_is_right_within_two_degrees(yaw: float, front: int, tilts: tuple[float, ...]) -> None:
    assessment = assessed(Lunger(tilts_deg=tilts, yaw_deg=yaw, front=front))
    leg = ("left", "right")[front]
    read = [rep.measures["shank_tilt_deg"][leg] for rep in assessment.complete_reps]
    assert len(read) == 3
    for estimate, true in zip(read, tilts, strict=True):
        assert estimate is not None
        assert abs(estimate.value - true) < 2.0
    (best,) = [finding.value for finding in assessment.findings if finding.measure == "shank_tilt_best_deg"]
    assert abs(best - max(tilts)) < 2.0


def test_a_try_with_the_heel_up_gives_no_tilt_and_says_why() -> None:
    assessment = assessed(Lunger(heel_up_deg=18.0))
    assert all(rep.measures["shank_tilt_deg"]["left"] is None for rep in assessment.complete_reps)
    assert reason(assessment, "shank_tilt_deg") == "the heel came off the floor"
    lifted = [finding for finding in assessment.findings if finding.measure == "heel_lift_pct"]
    assert {finding.band.value for finding in lifted} == {"caution"}


def test_the_rear_foot_nearest_the_camera_is_not_measured() -> None:
    assessment = assessed(Lunger(front=RIGHT))
    assert reason(assessment, "shank_tilt_deg") == "the foot nearest the camera stands behind the other"


@pytest.mark.parametrize("yaw", [0.0, 45.0])
def test_only_a_camera_at_the_side_sees_it(yaw: float) -> None:
    assessment = assessed(Lunger(yaw_deg=yaw))
    assert not assessment.reps
    assert "camera" in reason(assessment, "shank_tilt_deg")
