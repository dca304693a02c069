"""Layer: a whole set, from landmarks to what could not be measured. Why a knee is not judged, and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from formcheck.pose.landmarks import BODY, Side
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest

from ..kinematics.alterations import hidden
from ..kinematics.sets import at_bottom, filmed
from ..sample_tracks import sample_track
from ..skeleton import KNEE as KNEES
from ..skeleton import Move, Person

KNEE = ("fppa_deg", "fppa_change_deg", "kmf_change_pct")
"""What the knee is judged by, and what may contradict it."""


def without(*joints: int) -> Assessment:
    """Assess a wall squat from the front in which landmarks are never seen."""
    track = sample_track("wall_squat_front")
    visibility = track.visibility.copy()
    visibility[:, list(joints)] = 0.0
    return assess(replace(track, visibility=visibility), SetRequest("wall-squat"))


def refused(result: Assessment) -> dict[str, tuple[str, str]]:
    return {each.measure: (each.reason, each.remedy) for each in result.not_measured if each.measure in KNEE}


def judged(result: Assessment) -> set[str]:
    return {finding.check for finding in result.findings}


def test_a_knee_that_is_seen_is_judged_and_nothing_of_it_is_missing() -> None:
    result = without()
    assert "WS-F3" in judged(result)
    assert refused(result) == {}


def test_toes_out_of_view_leave_the_knee_judged_and_what_may_contradict_it_missing() -> None:
    result = without(*(BODY[side].toe for side in Side))
    assert "WS-F3" in judged(result)
    assert refused(result) == {
        "kmf_change_pct": ("the toes were not seen well enough", "Film with both feet in view.")
    }  # fmt: skip


def test_a_knee_from_the_side_needs_a_camera_in_front() -> None:
    result = assess(sample_track("wall_squat_side"), SetRequest("wall-squat"))
    assert "WS-F3" not in judged(result)
    assert set(refused(result)) == set(KNEE)
    assert {reason for reason, _ in refused(result).values()} == {"only a camera in front can measure it"}


@pytest.mark.parametrize("yaw_deg", [7.0, -9.0])
def test_a_body_turned_from_the_camera_is_asked_to_turn(yaw_deg: float) -> None:
    made = filmed(Person("squat", (Move(),) * 2, yaw_deg=yaw_deg))
    result = assess(made.track, SetRequest("squat"))
    assert "SQ-F1" not in judged(result)
    reason, remedy = refused(result)["fppa_deg"]
    assert reason == f"the body is turned by {abs(yaw_deg):.0f}° from the camera"
    assert remedy == "Turn until your toes point at the camera."


def test_a_thigh_that_points_at_the_camera_has_no_angle_and_is_not_called_unseen() -> None:
    made = filmed(Person("wall-squat", (Move(depth_deg=125.0),) * 2))
    result = assess(made.track, SetRequest("wall-squat"))
    assert "WS-F3" not in judged(result)
    reason, remedy = refused(result)["fppa_deg"]
    assert reason == "the thigh points at the camera, where its angle means nothing"
    assert remedy == "Look at the knees in the key frames."


def test_legs_that_are_not_seen_at_the_bottom_have_that_reason_and_no_other() -> None:
    made = filmed(Person("squat", (Move(),) * 2))
    result = assess(hidden(made, KNEES, at_bottom(made)).track, SetRequest("squat"))
    assert len(result.complete_reps) == 2
    assert "SQ-F1" not in judged(result)
    assert set(refused(result)) == set(KNEE)
    assert {reason for reason, _ in refused(result).values()} == {"the landmarks it needs were not seen well enough"}
