"""When somebody has finished a live set: with a hand raised while standing, or by stepping out of the picture.

Neither ends it at once: it is offered for some seconds, and taken back by going on.
"""

from __future__ import annotations

import math
from typing import Final

from formcheck.kinematics.live_frame import LiveFrame
from formcheck.kinematics.reps import ASCENT, STAND
from formcheck.pose.landmarks import Landmark
from formcheck.session.live_state import Ending, EndingWhy

_OFFERED_S: Final = 4.0
"""From the offer to the end: time to hear it, and to press a button three metres away."""
_HAND_S: Final = 1.0
"""A hand that is up for so long is meant."""
_FLICKER_S: Final = 0.2
"""For so long it may be lost from sight meanwhile."""
_OUT_S: Final = 3.0
"""Out of the picture for so long is no stumble: then the end is offered."""
_OUT_DONE_S: Final = 1.0
"""The same with all prescribed reps done: whoever walks off then has finished."""
_ABOVE_HEAD_TRUNK: Final = 0.3
"""Of the trunk. The top of a head lies 0.22 above the eyes (Winter: 0.064 of 0.288 H), a hand that is raised 0.7."""
_LEFT_WRIST, _RIGHT_WRIST = int(Landmark.LEFT_WRIST), int(Landmark.RIGHT_WRIST)
_LEFT_SHOULDER, _RIGHT_SHOULDER = int(Landmark.LEFT_SHOULDER), int(Landmark.RIGHT_SHOULDER)
_FACE: Final = slice(int(Landmark.NOSE), _LEFT_SHOULDER)
_SHOULDERS: Final = _LEFT_SHOULDER, _RIGHT_SHOULDER
_HIPS: Final = int(Landmark.LEFT_HIP), int(Landmark.RIGHT_HIP)
_ARMS: Final = (
    (_LEFT_WRIST, int(Landmark.LEFT_ELBOW)),
    (_RIGHT_WRIST, int(Landmark.RIGHT_ELBOW)),
)


class EndWatch:
    """Notices that a set is over.

    Arms that are lifted in the squat, for balance or as an exercise, are no sign: it takes one hand alone, while
    standing, and one that was up on the way down must have been lowered before.

    Parameters
    ----------
    target_reps
        Reps that were prescribed, if any.
    """

    def __init__(self, target_reps: int | None) -> None:
        self._target_reps = target_reps
        self._hand_since_s: float | None = None
        self._hand_seen_s = -math.inf
        self._is_hand_down = True
        """Whether it was lowered since it last was up for something else."""
        self._seen_s: float | None = None
        self._stays = False
        """Whether somebody said that they go on although nobody is in the picture."""
        self._offered: tuple[EndingWhy, float] | None = None

    def __call__(self, clean: LiveFrame, *, phase: str, in_place: bool, reps: int) -> Ending | None:
        """Take a frame; return the end that is offered, which has come when no time is left.

        Parameters
        ----------
        clean
            Cleaned.
        phase
            Of the person.
        in_place
            Whether they stand where the set began.
        reps
            Complete ones so far: before the first there is nothing to end.
        """
        t_s = clean.t_s
        if clean.found:
            self._seen_s, self._stays = t_s, False
        done = self._target_reps is not None and reps >= self._target_reps
        why = self._why(clean, phase, in_place=in_place, out_s=_OUT_DONE_S if done else _OUT_S)
        if self._offered is None and why is not None and reps > 0:
            self._offered = why, t_s + _OFFERED_S
        elif self._offered is not None and self._is_taken_back(clean, phase):
            self.go_on()
        if self._offered is None:
            return None
        why, at_s = self._offered
        return Ending(why, max(0.0, at_s - t_s))

    def go_on(self) -> None:
        """Take the end back that is offered; the same sign must be given anew."""
        if self._offered is not None and self._offered[0] is EndingWhy.LEFT:
            self._stays = True
        self._offered = self._hand_since_s = None
        self._is_hand_down = False

    def _why(self, clean: LiveFrame, phase: str, *, in_place: bool, out_s: float) -> EndingWhy | None:
        """Return what of a frame says that the set is over."""
        if clean.found:
            return EndingWhy.HAND if self._is_hand_meant(clean, phase, in_place=in_place) else None
        is_out = not self._stays and self._seen_s is not None and clean.t_s - self._seen_s >= out_s
        return EndingWhy.LEFT if is_out else None

    def _is_taken_back(self, clean: LiveFrame, phase: str) -> bool:
        """Say whether the person goes on: comes back, or goes down for another rep."""
        if self._offered is not None and self._offered[0] is EndingWhy.LEFT:
            return clean.found
        return phase not in (STAND, ASCENT)

    def _is_hand_meant(self, clean: LiveFrame, phase: str, *, in_place: bool) -> bool:
        raised = _raised(clean)
        if raised is None:
            return False
        if not any(raised):
            self._is_hand_down = True
        elif phase not in (STAND, ASCENT):
            self._is_hand_down = False
        t_s = clean.t_s
        if in_place and phase == STAND and self._is_hand_down and sum(raised) == 1:
            self._hand_seen_s = t_s
            if self._hand_since_s is None:
                self._hand_since_s = t_s
        elif t_s - self._hand_seen_s > _FLICKER_S:
            self._hand_since_s = None
        return self._hand_since_s is not None and t_s - self._hand_since_s >= _HAND_S


def _raised(clean: LiveFrame) -> tuple[bool, bool] | None:
    """Return whether the left and the right hand are clearly above the head; None where head or trunk is not seen.

    A hand may be above the upper edge of the picture: then the elbow tells, which is as high as the head.
    """
    x, y = clean.x, clean.y
    if y[_LEFT_WRIST] > y[_LEFT_SHOULDER] and y[_RIGHT_WRIST] > y[_RIGHT_SHOULDER]:
        return False, False  # as in nearly every frame
    face = list(filter(math.isfinite, y[_FACE]))
    (left, right), (left_hip, right_hip) = _SHOULDERS, _HIPS
    across, down = ((each[left] + each[right]) / 2 - (each[left_hip] + each[right_hip]) / 2 for each in (x, y))
    trunk = math.hypot(across, down)
    if not face or not trunk > 0:
        return None
    head = min(face)
    least = head - _ABOVE_HEAD_TRUNK * trunk
    of_left, of_right = (
        y[wrist] < least or (not math.isfinite(y[wrist]) and y[elbow] < head) for wrist, elbow in _ARMS
    )
    return of_left, of_right
