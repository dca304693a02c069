"""What moves in a live set: measures, phase, hold and depth from frame to frame."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

import numpy as np

from formcheck.kinematics.live_measures import LiveCalibration, Values, drop_now_deg, measure_now
from formcheck.kinematics.live_phase import OF_DROP, OF_FLEXION, PhaseMachine, PhaseNow
from formcheck.kinematics.rep_signal import STANDING_FLEXION_DEG
from formcheck.kinematics.reps import ASCENT, HOLD, STAND
from formcheck.kinematics.stance_leg import stands_now
from formcheck.kinematics.standing import Standing
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.types import FloatArray, PoseTrack
from formcheck.session.live_reasons import ALL_SHOWN, TURNED, legs_that_count, reasons
from formcheck.session.stillness import Stillness

_MEASURE_EVERY_S = 0.045
"""The measures are taken in every second frame of 30 a second, in every frame of fewer than 23: half the work."""
_FULL_SCALE_DEG = 60.0
"""Where no depth is prescribed or it is not seen, a movement of this depth fills the bar, until one goes deeper."""
_MOVED_LEG = 0.03
"""Feet that moved further than this, in leg lengths, stand elsewhere: what was the height of the hips in stance is not
any more."""
_LOWEST_STANCE_DEG = 45.0
"""Hips lower than this, in terms of the trunk's drop, are bent knees and not a place further off."""
_STOOD_S = 0.6
"""Standing still there for so long is a new stance."""
_LOOK_EVERY_S = 0.3
_STANDS_FRAMES = 3
"""A foot must be away for so many measured frames before the other is taken for the one that stands."""
_TARGET_SHORT_DEG = 20.0
"""A hold this far above the prescribed depth is not in position (WS-S1: a fault)."""


@dataclass(frozen=True)
class MotionNow:
    """What one frame shows."""

    in_place: bool
    """Whether the person is seen, where the calibration was made."""
    values: Values | None
    """Of this frame; None in frames that were not measured."""
    newest: Values
    """Of this frame or the one before."""
    reasons: Mapping[str, str]
    """By measure that is shown: why it has no value."""
    legs: Mapping[str, frozenset[str]]
    """By measure that is shown: whose value counts."""
    phase: str
    hold_s: float | None
    in_position: bool
    depth_share: float | None
    returned: bool
    """True in the frame in which a rep seems to be over."""
    left_stance_s: float
    """When the newest rep began."""


class Motion:
    """Follows one person through a set.

    Parameters
    ----------
    calibration
        May be replaced as reps show more.
    target_depth_deg
        The prescribed knee flexion, if any.
    """

    def __init__(self, calibration: LiveCalibration, target_depth_deg: float | None) -> None:
        self.calibration = calibration
        self._target_deg = target_depth_deg
        self._by_drop = PhaseMachine(STANDING_FLEXION_DEG, OF_DROP)
        self._by_flexion = PhaseMachine(STANDING_FLEXION_DEG, OF_FLEXION)
        self._of_flexion = PhaseNow("stand", 0.0, in_hold=False, returned=False)
        self._flexion_deg = float("nan")
        self._deepest_deg = _FULL_SCALE_DEG
        self._measured_s = self._left_stance_s = -np.inf
        self._still = Stillness()
        self._lately: deque[PoseTrack] = deque()
        self._other_stands = 0
        self._looked_s = -np.inf
        self._newest: Values = {}
        self._reasons: dict[str, str] = {}

    def __call__(self, clean: PoseTrack, names: Set[str], *, turned: bool = False) -> MotionNow:
        """Take a cleaned frame and measure what `names` asks for; nothing of a person who has `turned`."""
        t_s = float(clean.t_s[0])
        in_place = bool(clean.found[0]) and not turned and self.calibration.in_place(clean)
        measured = in_place and (t_s - self._measured_s >= _MEASURE_EVERY_S or not self._newest)
        if measured:
            self._follow_feet(clean)
        calibration = self.calibration
        side = calibration.view.kind is ViewKind.SIDE
        values: Values | None = None
        flexion = float("nan")
        if not in_place:
            drop, self._newest = float("nan"), {}
            self._reasons = dict.fromkeys(ALL_SHOWN, TURNED) if turned else reasons(calibration, clean, {})
        elif measured:
            self._measured_s = t_s
            now = measure_now(calibration, clean, names)
            drop, flexion, values = now.drop_q_deg, now.flexion_deg, now.values
            self._newest, self._reasons = values, reasons(calibration, clean, values)
        else:
            drop = drop_now_deg(calibration, clean)
        stood = self._by_drop.phase == STAND
        trigger = self._by_drop(t_s, drop)
        if stood and trigger.phase != STAND:
            self._left_stance_s = t_s
        shown = trigger
        if side and (values is not None or not in_place):
            shown = self._of_flexion = self._by_flexion(t_s, flexion, in_position=self._deep_enough(flexion))
            self._flexion_deg = flexion
        elif side:
            shown, flexion = replace(self._of_flexion, returned=False), self._flexion_deg
        return MotionNow(
            in_place=in_place,
            values=values,
            newest=self._newest,
            reasons=self._reasons,
            legs={name: legs_that_count(calibration, name) for name in ALL_SHOWN},
            phase=shown.phase,
            hold_s=shown.hold_s if shown.phase in (HOLD, ASCENT) else None,
            in_position=shown.in_hold and self._deep_enough(flexion),
            depth_share=self._depth_share(flexion if side else drop, side=side),
            returned=trigger.returned or shown.returned,
            left_stance_s=self._left_stance_s,
        )

    def _follow_feet(self, clean: PoseTrack) -> None:
        """Learn which leg stands, and take a new stance where the feet have moved and stand still again."""
        calibration, standing = self.calibration, self.calibration.standing
        if not calibration.bilateral:
            stands = stands_now(clean, standing)
            other = stands is not None and stands is not calibration.stance_leg
            self._other_stands = self._other_stands + 1 if other else 0
            if other and self._other_stands >= _STANDS_FRAMES:
                self.calibration = replace(calibration, stance_leg=stands)
        self._lately.append(clean)
        while float(clean.t_s[0] - self._lately[0].t_s[0]) > _STOOD_S:
            self._lately.popleft()
        t_s = float(clean.t_s[0])
        if self._still(clean) < _STOOD_S or t_s - self._looked_s < _LOOK_EVERY_S:
            return
        self._looked_s = t_s
        points = _median([each.image_px[0] for each in self._lately])
        if drop_now_deg(calibration, clean) > _LOWEST_STANCE_DEG or not _feet_moved(points, standing):
            return
        self.calibration = self.calibration.moved_to(points)
        self._by_drop = PhaseMachine(STANDING_FLEXION_DEG, OF_DROP)
        self._still.forget()

    def _deep_enough(self, flexion_deg: float) -> bool:
        if self._target_deg is None or not np.isfinite(flexion_deg):
            return True
        return flexion_deg >= self._target_deg - _TARGET_SHORT_DEG

    def _depth_share(self, q_deg: float, *, side: bool) -> float | None:
        if not np.isfinite(q_deg):
            return None
        self._deepest_deg = max(self._deepest_deg, q_deg)
        full = self._target_deg if side and self._target_deg is not None else self._deepest_deg
        return float(np.clip((q_deg - STANDING_FLEXION_DEG) / (full - STANDING_FLEXION_DEG), 0.0, 1.5))


def _median(frames: list[FloatArray]) -> FloatArray:
    """Return the median pose, NaN for landmarks that some of the frames do not show; shape (33, 2)."""
    return np.asarray(np.median(np.array(frames), axis=0), dtype=np.float64)


def _feet_moved(points: FloatArray, standing: Standing) -> bool:
    """Return whether both feet are elsewhere than in the stance; False where one is not seen."""
    feet = [BODY[side].ankle for side in SIDES]
    away = np.linalg.norm(points[feet] - standing.points_px[feet], axis=1)
    return bool((away > _MOVED_LEG * standing.leg_px).all())
