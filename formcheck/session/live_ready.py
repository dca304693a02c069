"""Getting ready for a live set: one instruction at a time, then two seconds of quiet stance, which calibrate it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from formcheck.kinematics.cleaning import cleaned
from formcheck.kinematics.live_frame import LiveFrame
from formcheck.kinematics.live_measures import LiveCalibration
from formcheck.kinematics.noise import tremble_px
from formcheck.kinematics.sides import repair_exchanged_sides
from formcheck.kinematics.standing import legs_in_sight, rough_leg_px, stand_still
from formcheck.kinematics.view import judge_view, view_as_told
from formcheck.pose.builder import TrackBuilder
from formcheck.pose.types import Pose, PoseTrack, TrackSource
from formcheck.session.assessment import SetupCheck
from formcheck.session.coach import SetupCoach
from formcheck.session.live_motion import QUIET_S, Stillness
from formcheck.session.live_state import CameraFacts, Instruction, PictureFacts
from formcheck.session.request import SetRequest


def calibrate(stance: PoseTrack, request: SetRequest) -> LiveCalibration | None:
    """Return the calibration, by the same steps as for a recorded set; None where the stance does not show a leg.

    Parameters
    ----------
    stance
        The quiet stance, as the estimator gave it.
    request
        What the set is measured as.
    """
    raw, _ = repair_exchanged_sides(stance, rough_leg_px(stance))
    clean = cleaned(raw)
    if not clean.found.any():
        return None
    standing = stand_still(clean, legs_in_sight(clean))
    if standing is None or not standing.leg_px > 0:
        return None
    view = judge_view(clean, clean.found)
    if request.view is not None:
        view = view_as_told(view, request.view)
    return LiveCalibration(
        standing=standing,
        view=view,
        tremble_px=tremble_px(raw, clean, np.ones(len(clean), dtype=np.bool_)),
        bilateral=request.rubric.phases.bilateral,
        stance_leg=None if request.rubric.phases.bilateral else request.leg,
    )


_STAND_STILL = Instruction(
    "SU-11", "Stand tall and still", "Feet where you will exercise, arms as in the exercise.", "stand-still", True
)
_STAND_AT_CHAIR = replace(_STAND_STILL, detail="In front of the chair, calves almost touching it; then sit and begin.")


@dataclass(frozen=True, eq=False)
class Stance:
    """The quiet stance that a set begins with."""

    calibration: LiveCalibration
    poses: TrackBuilder
    """Of the stance; those of the set follow in it."""


class Readiness(NamedTuple):
    """How far somebody is."""

    instruction: Instruction
    """What to do now."""
    right: bool
    """Whether camera, room and person are right, so that only standing still is missing."""
    progress: float
    """Of standing still, 0 to 1."""
    stance: Stance | None = None
    """There once the person has stood still for long enough."""


class GettingReady:
    """Follows one person until the quiet stance is complete.

    Parameters
    ----------
    request
        What the set is measured as.
    source
        Of the stream.
    """

    def __init__(self, request: SetRequest, source: TrackSource) -> None:
        self._request = request
        self._source = source
        self._coach = SetupCoach(
            pose_model=source.pose_model,
            balanced=source.balanced,
            bilateral=request.rubric.phases.bilateral,
            leg=request.leg,
            view=request.view,
        )
        self._still = Stillness()
        self._poses: deque[Pose] = deque()

    def remarks(self) -> tuple[SetupCheck, ...]:
        """Return what was asked for and done without."""
        return self._coach.remarks()

    def hear_of_camera(self, camera: CameraFacts) -> None:
        """Take note of how the camera does."""
        self._coach.camera = camera

    def add(self, pose: Pose, clean: LiveFrame, facts: PictureFacts) -> Readiness:
        """Take a frame: as the estimator gave it, cleaned, and what else is known of the picture."""
        instruction = self._coach.look(pose.t_s, pose, facts)
        # Whoever stands still while everything turns out to be right need not do so twice.
        still_s = self._still(clean)
        self._poses.append(pose)
        while pose.t_s - self._poses[0].t_s > QUIET_S:
            self._poses.popleft()
        if instruction is not None:
            self._still.forget_height()
            return Readiness(instruction, False, 0.0)
        progress = min(1.0, still_s / QUIET_S)
        stand = _STAND_AT_CHAIR if self._request.rubric.phases.seated else _STAND_STILL
        return Readiness(stand, True, progress, self._stance() if progress >= 1.0 else None)

    def _stance(self) -> Stance | None:
        """Calibrate on the quiet stance; where that is not possible yet, wait on."""
        poses = TrackBuilder()
        for pose in self._poses:
            poses.add(pose)
        calibration = calibrate(poses.build(self._source), self._request)
        if calibration is None:
            self._still.forget()
            return None
        return Stance(calibration, poses)
