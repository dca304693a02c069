"""From two seconds of quiet stance to the calibration of a live set."""

from __future__ import annotations

import numpy as np

from formcheck.kinematics.cleaning import cleaned
from formcheck.kinematics.live_measures import LiveCalibration
from formcheck.kinematics.noise import tremble_px
from formcheck.kinematics.sides import repair_exchanged_sides
from formcheck.kinematics.standing import legs_in_sight, rough_leg_px, stand_still
from formcheck.kinematics.view import judge_view, view_as_told
from formcheck.pose.types import PoseTrack
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
