"""Finished live sets, made from the saved landmarks of sample clips."""

from __future__ import annotations

import datetime
from functools import cache

from formcheck.exercises.plan import Plan
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.web.live.pipeline import FinishedSet
from tests.sample_tracks import sample_track

SET_ID = "set-of-a-sample-clip"


@cache
def sample_assessment(name: str) -> Assessment:
    """Return the assessment of a sample clip."""
    return assess(sample_track(name), _request(name))


def finished_sample(name: str) -> FinishedSet:
    """Return a sample clip as if it had been done live, without a kept video."""
    return FinishedSet(
        set_id=SET_ID,
        assessment=sample_assessment(name),
        request=_request(name),
        pose_track=sample_track(name),
        video_path=None,
        finished_at=datetime.datetime(2026, 3, 1, 9, 30, tzinfo=datetime.UTC),
        remarks=("The light was low.",),
    )


def _request(name: str) -> SetRequest:
    exercise = "wall-squat" if name.startswith("wall_squat") else "step-down"
    return SetRequest(exercise, plan=Plan(target_depth_deg=45.0, reps=10, hold_s=3.0))
