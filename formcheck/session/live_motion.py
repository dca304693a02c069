"""What moves in a live set: measures, phase, hold and depth from frame to frame."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

import numpy as np

from formcheck.kinematics.live_measures import LiveCalibration, Values, drop_now_deg, measure_now
from formcheck.kinematics.live_phase import OF_DROP, OF_FLEXION, PhaseMachine, PhaseNow
from formcheck.kinematics.rep_signal import STANDING_FLEXION_DEG
from formcheck.kinematics.view import ViewKind
from formcheck.pose.types import PoseTrack
from formcheck.session.live_reasons import ALL_SHOWN, legs_that_count, reasons

_MEASURE_EVERY = 2
"""The measures are taken in every second frame: fifteen times a second, half the work."""
_FULL_SCALE_DEG = 60.0
"""Where no depth is prescribed or it is not seen, a movement of this depth fills the bar, until one goes deeper."""
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
        self._frames = 0
        self._newest: Values = {}
        self._reasons: dict[str, str] = {}

    def __call__(self, clean: PoseTrack, names: Set[str]) -> MotionNow:
        """Take a cleaned frame and measure what `names` asks for."""
        calibration, t_s = self.calibration, float(clean.t_s[0])
        in_place = bool(clean.found[0]) and calibration.in_place(clean)
        side = calibration.view.kind is ViewKind.SIDE
        values: Values | None = None
        flexion = float("nan")
        if not in_place:
            drop, self._newest = float("nan"), {}
            self._reasons = reasons(calibration, clean, {})
        elif self._frames % _MEASURE_EVERY == 0 or not self._newest:
            now = measure_now(calibration, clean, names)
            drop, flexion, values = now.drop_q_deg, now.flexion_deg, now.values
            self._newest, self._reasons = values, reasons(calibration, clean, values)
        else:
            drop = drop_now_deg(calibration, clean)
        self._frames += 1
        trigger = self._by_drop(t_s, drop)
        shown = trigger
        if side and (values is not None or not in_place):
            shown = self._of_flexion = self._by_flexion(t_s, flexion)
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
            hold_s=shown.hold_s if shown.phase in ("hold", "ascent") else None,
            in_position=shown.in_hold and self._deep_enough(flexion),
            depth_share=self._depth_share(flexion if side else drop, side=side),
            returned=trigger.returned or shown.returned,
        )

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
