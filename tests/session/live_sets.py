"""Driving a live set with saved landmarks, as a camera would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from formcheck.exercises.rubric import Rubric
from formcheck.pose.models import PoseModel
from formcheck.pose.types import Pose, PoseTrack
from formcheck.session.assessment import Plan
from formcheck.session.live import LiveSet
from formcheck.session.live_state import LiveState, PictureFacts
from formcheck.session.request import SetRequest
from tests.sample_tracks import sample_track

MODEL = PoseModel("pose_landmarker_full", Path("pose_landmarker_full.task"), "0" * 64)
EXERCISES = {
    "wall_squat_front": "wall-squat",
    "wall_squat_side": "wall-squat",
    "step_down_front_valgus": "step-down",
    "step_down_side": "step-down",
}
FRAME_S = 1 / 30
_STANCE_S = 1.5
"""For as long as that everybody in the sample clips stands still at first."""


@dataclass
class Played:
    """What a live set said, frame by frame."""

    live: LiveSet
    states: list[LiveState] = field(default_factory=list)

    @property
    def cues(self) -> list[str]:
        return [state.cue.text for state in self.states if state.cue is not None]

    @property
    def stages(self) -> list[str]:
        """Each stage once for every time it was entered."""
        names = [state.stage.value for state in self.states]
        return [name for i, name in enumerate(names) if i == 0 or names[i - 1] != name]


def poses_of(track: PoseTrack, *, stand_s: float = 1.5) -> Iterator[Pose]:
    """Yield the poses of a clip after a while of its stance, at 30 frames a second.

    Of the middle of its stance, not of its first pose: an estimator that has just found somebody has yet to settle.
    """
    still = round(stand_s / FRAME_S)
    stance = track.t_s < _STANCE_S
    settled = Pose(
        0.0,
        np.median(track.image_px[stance], axis=0),
        np.median(track.visibility[stance], axis=0),
        np.median(track.world_m[stance], axis=0),
    )
    for k in range(still + len(track)):
        yield at_frame(settled if k < still else track[k - still], k)


def at_frame(pose: Pose, k: int) -> Pose:
    """Return a pose as that of frame `k`; landmarks tremble a little, as those of a person who stands do."""
    tremble = np.random.default_rng(k).normal(0.0, 0.3, pose.image_px.shape)
    return Pose((k + 1) * FRAME_S, pose.image_px + tremble, pose.visibility, pose.world_m)


def nobody(k: int) -> Pose:
    """Return frame `k` with nobody in it."""
    return Pose((k + 1) * FRAME_S, np.full((33, 2), np.nan), np.zeros(33), np.full((33, 3), np.nan))


def facts(track: PoseTrack, k: int, luma: float = 120.0) -> PictureFacts:
    return PictureFacts(track.source.width, track.source.height, luma, 1 if k % 30 == 0 else None)


def new_live_set(
    name: str,
    plan: Plan | None = None,
    session_number: int = 1,
    rubric: Rubric | None = None,
    *,
    ends_by_itself: bool = True,
) -> tuple[LiveSet, PoseTrack]:
    track = sample_track(name)
    request = SetRequest(EXERCISES[name], plan=plan or Plan(), own_rubric=rubric)
    live = LiveSet(
        request,
        width_px=track.source.width,
        height_px=track.source.height,
        model=MODEL,
        session_number=session_number,
        ends_by_itself=ends_by_itself,
    )
    return live, track


def play(
    name: str,
    plan: Plan | None = None,
    *,
    alter: Callable[[int, Pose], Pose | None] = lambda _, pose: pose,
    session_number: int = 1,
) -> Played:
    """Play a sample clip to a live set; `alter` may change each frame, or drop it by returning None."""
    live, track = new_live_set(name, plan, session_number)
    played = Played(live)
    for k, pose in enumerate(poses_of(track)):
        shown = alter(k, pose)
        if shown is not None:
            played.states.append(live.add(shown, facts(track, k)))
    return played
