"""Layer: the live engine on saved landmarks. How a set ends without a touch: a raised hand, stepping out, and undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from formcheck.pose.landmarks import Landmark
from formcheck.pose.types import Pose, PoseTrack
from formcheck.session.assessment import Plan
from formcheck.session.live import LiveSet
from formcheck.session.live_state import EndingWhy, LiveState, Stage

from .live_sets import FRAME_S, at_frame, facts, new_live_set, nobody, poses_of

_SHOULDER_OF = {Landmark.LEFT_WRIST: Landmark.LEFT_SHOULDER, Landmark.RIGHT_WRIST: Landmark.RIGHT_SHOULDER}
_ELBOW_OF = {Landmark.LEFT_WRIST: Landmark.LEFT_ELBOW, Landmark.RIGHT_WRIST: Landmark.RIGHT_ELBOW}
Alter = Callable[[Pose], Pose]


def with_hands_up(*wrists: Landmark, by_trunks: float = 1.1) -> Alter:
    """Return what lifts hands so far over the shoulders; a stretched arm is 1.15 trunks long."""

    def alter(pose: Pose) -> Pose:
        image, seen = pose.image_px.copy(), pose.visibility.copy()
        trunk = np.ptp(image[[Landmark.LEFT_SHOULDER, Landmark.LEFT_HIP], 1])
        for wrist in wrists:
            shoulder = image[_SHOULDER_OF[wrist]]
            image[wrist] = shoulder - (0, by_trunks * trunk)
            image[_ELBOW_OF[wrist]] = shoulder - (0, 0.5 * by_trunks * trunk)
            seen[[wrist, _ELBOW_OF[wrist]]] = 1.0
        return replace(pose, image_px=image, visibility=seen)

    return alter


def as_is(pose: Pose) -> Pose:
    return pose


class Set:
    """A set of three wall squats, and what is done after them."""

    def __init__(self, plan: Plan | None = None, *, name: str = "wall_squat_front", in_reps: Alter = as_is) -> None:
        self.live: LiveSet
        self.track: PoseTrack
        self.live, self.track = new_live_set(name, plan)
        self.k = 0
        self.states: list[LiveState] = []
        for pose in poses_of(self.track):
            self.add(in_reps(pose) if self.live.stage is Stage.SET else pose)

    def add(self, pose: Pose) -> LiveState:
        self.states.append(self.live.add(replace(pose, t_s=(self.k + 1) * FRAME_S), facts(self.track, self.k)))
        self.k += 1
        return self.states[-1]

    def stand(self, seconds: float, alter: Alter = as_is) -> LiveState:
        for _ in range(round(seconds / FRAME_S)):
            self.add(alter(at_frame(self.track[0], self.k)))
        return self.states[-1]

    def leave(self, seconds: float) -> LiveState:
        for _ in range(round(seconds / FRAME_S)):
            self.add(nobody(self.k))
        return self.states[-1]

    def again(self) -> LiveState:
        for i in range(len(self.track)):
            self.add(at_frame(self.track[i], self.k))
        return self.states[-1]


@pytest.mark.parametrize("wrist", _SHOULDER_OF)
def test_a_raised_hand_offers_the_end_and_ends_the_set(wrist: Landmark) -> None:
    done = Set()
    assert done.stand(0.8, with_hands_up(wrist)).ending is None
    offered = done.stand(0.5, with_hands_up(wrist))
    assert offered.ending is not None
    assert offered.ending.why is EndingWhy.HAND
    assert 3.0 < offered.ending.left_s < 4.0
    assert offered.stage is Stage.SET
    # The hand may be lowered: the offer stands.
    state = done.stand(3.9)
    assert state.stage is Stage.DONE
    assert [s.ending.left_s for s in done.states if s.ending is not None][-1] == 0.0
    assert len(done.live.finish().complete_reps) == 3


def test_the_time_that_is_left_only_falls() -> None:
    done = Set()
    done.stand(3.0, with_hands_up(Landmark.LEFT_WRIST))
    left = [s.ending.left_s for s in done.states if s.ending is not None]
    assert len(left) > 30
    assert all(later < earlier for earlier, later in pairwise(left))


def test_going_on_takes_it_back_until_the_hand_is_raised_anew() -> None:
    up = with_hands_up(Landmark.RIGHT_WRIST)
    done = Set()
    assert done.stand(1.5, up).ending is not None
    done.live.go_on()
    assert done.stand(6.0, up).ending is None
    assert done.stand(1.0).stage is Stage.SET
    assert done.stand(1.5, up).ending is not None


def test_another_rep_takes_it_back() -> None:
    done = Set()
    assert done.stand(1.5, with_hands_up(Landmark.LEFT_WRIST)).ending is not None
    state = done.again()
    assert state.stage is Stage.SET
    assert state.ending is None
    assert state.reps == 6


def test_a_hand_above_the_picture_counts_by_its_elbow() -> None:
    def out(pose: Pose) -> Pose:
        raised = with_hands_up(Landmark.LEFT_WRIST, by_trunks=1.3)(pose)
        image = raised.image_px.copy()
        image[Landmark.LEFT_WRIST, 1] = -20.0
        return replace(raised, image_px=image)

    assert Set().stand(1.5, out).ending is not None


@pytest.mark.parametrize(
    "alter",
    [
        with_hands_up(Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST),
        with_hands_up(Landmark.LEFT_WRIST, by_trunks=0.2),
        with_hands_up(Landmark.LEFT_WRIST, by_trunks=0.0),
    ],
    ids=["both hands", "beside the chin", "stretched ahead"],
)
def test_other_ways_to_hold_the_arms_end_nothing(alter: Alter) -> None:
    done = Set(in_reps=alter)
    done.stand(3.0, alter)
    assert not any(state.ending for state in done.states)


@pytest.mark.parametrize("wrists", [(Landmark.LEFT_WRIST,), (Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST)])
def test_arms_that_are_up_throughout_the_reps_end_nothing(wrists: tuple[Landmark, ...]) -> None:
    done = Set(in_reps=with_hands_up(*wrists))
    assert not any(state.ending for state in done.states)
    assert done.stand(3.0, with_hands_up(*wrists)).ending is None
    assert done.live.reps == 3


def test_without_a_rep_a_hand_ends_nothing() -> None:
    live, track = new_live_set("wall_squat_front")
    still = list(poses_of(track, stand_s=9.0))[: round(9.0 / FRAME_S)]
    up = with_hands_up(Landmark.LEFT_WRIST)
    states = [live.add(up(pose) if live.stage is Stage.SET else pose, facts(track, k)) for k, pose in enumerate(still)]
    assert states[-1].stage is Stage.SET
    assert not any(state.ending for state in states)


def test_stepping_out_offers_the_end_and_ends_the_set_short_of_the_number() -> None:
    done = Set(Plan(reps=10))
    assert done.leave(2.8).ending is None
    offered = done.leave(0.6)
    assert offered.ending is not None
    assert offered.ending.why is EndingWhy.LEFT
    assert done.leave(3.0).stage is Stage.PAUSED
    assert done.leave(1.0).stage is Stage.DONE


def test_with_the_number_done_stepping_out_ends_sooner() -> None:
    done = Set(Plan(reps=3))
    assert done.leave(1.3).ending is not None
    assert done.leave(3.8).stage is Stage.DONE


def test_coming_back_takes_it_back() -> None:
    done = Set()
    assert done.leave(4.0).ending is not None
    assert done.stand(1.0).ending is None
    assert done.states[-1].stage is Stage.SET


def test_who_says_so_goes_on_although_nobody_is_seen() -> None:
    done = Set()
    assert done.leave(4.0).ending is not None
    done.live.go_on()
    assert done.leave(10.0).stage is Stage.PAUSED
    done.stand(1.0)
    assert done.leave(3.5).ending is not None


def test_a_set_that_is_measured_afterwards_does_not_end_by_itself() -> None:
    kept, track = new_live_set("wall_squat_front", ends_by_itself=False)
    poses = [*poses_of(track), *(at_frame(track[0], k) for k in range(round(8 / FRAME_S)))]
    up = with_hands_up(Landmark.LEFT_WRIST)
    for k, pose in enumerate(poses):
        raised = up(pose) if kept.reps == 3 else pose
        state = kept.add(replace(raised, t_s=(k + 1) * FRAME_S), facts(track, k))
    assert state.stage is Stage.SET
    assert state.ending is None
