"""Layer: the live engine on saved landmarks. A long stillness at depth: its hold while it lasts, and in the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from formcheck.pose.landmarks import Landmark
from formcheck.pose.types import Pose
from formcheck.session.assessment import Assessment
from formcheck.session.live_state import LiveState
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest

from .live_sets import FRAME_S, facts, new_live_set, poses_of

_SIT_S = 30.0
_SWAY_PX = 3.0
"""Of all above the knees, up and down in three seconds: 1.2 % of a leg."""


def _sitting(track_poses: list[Pose], bottom: int, *, until: int) -> Iterator[Pose]:
    """Yield the poses of a wall sit: down as in a clip, still for long but for sway and tremble, and up again."""
    held = round(_SIT_S / FRAME_S)
    poses = track_poses[:bottom] + [track_poses[bottom]] * held + track_poses[bottom:until]
    random = np.random.default_rng(7)
    for k, pose in enumerate(poses):
        image = pose.image_px + random.normal(0.0, 1.0, pose.image_px.shape)
        if bottom <= k < bottom + held:
            image[: Landmark.LEFT_KNEE, 1] += _SWAY_PX * np.sin(2 * np.pi * k * FRAME_S / 3.0)
        yield replace(pose, t_s=(k + 1) * FRAME_S, image_px=image)


@cache
def _wall_sit(*, stands_up: bool) -> tuple[list[LiveState], Assessment]:
    live, track = new_live_set("wall_squat_front")
    rep = assess(track, SetRequest("wall-squat")).complete_reps[0]
    poses = list(poses_of(track))
    before = len(poses) - len(track)
    bottom = before + int(np.searchsorted(track.t_s, (rep.bottom_start_s + rep.bottom_end_s) / 2))
    until = before + int(np.searchsorted(track.t_s, rep.end_s + 1.0)) if stands_up else bottom
    states = [live.add(pose, facts(track, k)) for k, pose in enumerate(_sitting(poses, bottom, until=until))]
    return states, live.finish()


def test_the_hold_is_counted_while_it_lasts() -> None:
    states, _ = _wall_sit(stands_up=True)
    held = [state.hold_s for state in states if state.hold_s is not None]
    assert max(held) == pytest.approx(_SIT_S, abs=1.5)
    halfway = [state for state in states if state.hold_s and 14.0 < state.hold_s < 16.0]
    assert all(state.in_position and state.phase == "hold" for state in halfway)


def test_the_result_has_the_hold_that_was_shown() -> None:
    states, result = _wall_sit(stands_up=True)
    (rep,) = result.complete_reps
    hold = rep.measures["hold_s"]["both"]
    assert hold is not None
    assert hold.value == pytest.approx(max(state.hold_s or 0.0 for state in states), abs=1.5)
    assert rep.pulses == 0


def test_who_finishes_while_sitting_keeps_the_hold() -> None:
    _, result = _wall_sit(stands_up=False)
    (rep,) = result.reps
    assert not rep.complete
    assert rep.cut_by == "the start or end of the clip"
    hold = rep.measures["hold_s"]["both"]
    assert hold is not None
    assert hold.value == pytest.approx(_SIT_S, abs=1.5)
