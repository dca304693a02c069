"""What moves in a live set from frame to frame: measures, phase, hold, depth, and whether somebody stands still.

What cannot be judged now has its reason, in one short clause. Standing still is what the calibration before a set asks
for (specification section 7.5, SU-11).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.live_frame import LiveFrame
from formcheck.kinematics.live_measures import LiveCalibration, Values, drop_now_deg, measure_now, why_not_seen
from formcheck.kinematics.live_phase import OF_DROP, OF_FLEXION, PhaseMachine, PhaseNow
from formcheck.kinematics.measures.record import CheckView, Measure, Per
from formcheck.kinematics.measures.registry import live_shown, measure_of
from formcheck.kinematics.phase_rule import PhaseRule
from formcheck.kinematics.plain import distance_px, hypot, median, within
from formcheck.kinematics.rep_signal import STANDING_FLEXION_DEG
from formcheck.kinematics.reps import ASCENT, HOLD, SIT, STAND
from formcheck.kinematics.stance_leg import stands_now
from formcheck.kinematics.standing import Standing
from formcheck.kinematics.view import FRONT_LOW_DEG, ViewKind, ViewQuality, turn_off_view_deg
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.types import FloatArray

SHOWN: Mapping[ViewKind, Mapping[str, Measure]] = {
    view: {m.series.name: m for m in live_shown() if m.view.value == view.value and m.series is not None}
    for view in (ViewKind.FRONT, ViewKind.SIDE)
}
"""What a live view shows, by the view that carries it: by the name of its values over time."""
ALL_SHOWN = tuple(name for names in SHOWN.values() for name in names)
_NO_VALUE: Mapping[str, Estimate | None] = {"both": None}
LEG_UNKNOWN = "which leg stands is not known yet"
NOBODY = "nobody is in view"
TURNED = "the body is turned another way than when the set began"
NOT_STARTED = "the set has not started"


def reasons(
    calibration: LiveCalibration, frame: LiveFrame, values: Values, legs: Mapping[str, frozenset[str]]
) -> dict[str, str]:
    """Return why each measure that is shown has no value now: for both legs, or for the one that is scored.

    Parameters
    ----------
    calibration
        The person's stance and the view.
    frame
        Cleaned.
    values
        What was measured in it.
    legs
        From `legs_that_count` of each.
    """
    found: dict[str, str] = {}
    unknown_leg = not calibration.bilateral and calibration.stance_leg is None
    for name in ALL_SHOWN:
        missing = [leg for leg, value in values.get(name, _NO_VALUE).items() if value is None and leg in legs[name]]
        # From the front a trunk leans towards or away from the leg that stands, so that too is of a leg.
        if unknown_leg and name in SHOWN[ViewKind.FRONT] and calibration.view.kind is ViewKind.FRONT:
            found[name] = LEG_UNKNOWN
        elif missing:
            found[name] = _why(calibration, frame, name, missing)
    return found


def legs_that_count(calibration: LiveCalibration, name: str) -> frozenset[str]:
    """Return whose value of a measure is to be shown: of `left`, `right` and `both`."""
    measure = measure_of(name)
    of_near_leg = measure is not None and measure.per is Per.LEG and measure.view is CheckView.SIDE
    if of_near_leg and calibration.view.near_leg is not None:
        return frozenset({calibration.view.near_leg.value, "both"})
    if calibration.bilateral:
        return frozenset({"left", "right", "both"})
    stands = calibration.stance_leg
    return frozenset({"both"} if stands is None else {stands.value, "both"})


def _why(calibration: LiveCalibration, frame: LiveFrame, name: str, legs: list[str]) -> str:
    view = calibration.view
    if not frame.found:
        return NOBODY
    if view.verdict is ViewQuality.REFUSED or view.kind not in SHOWN:
        return "the camera stands between front and side"
    if name not in SHOWN[view.kind]:
        return f"only a camera {'in front' if view.kind is ViewKind.SIDE else 'at the side'} can measure it"
    measure = SHOWN[view.kind][name]
    if measure.needs_thigh and turn_off_view_deg(view) > FRONT_LOW_DEG:
        return f"the body is turned by {turn_off_view_deg(view):.0f}° from the camera"
    unseen = next(_unseen(frame, measure, legs), "")
    if unseen:
        return unseen
    return "the thigh points at the camera" if measure.needs_thigh else "the landmarks are not seen well enough"


def _unseen(frame: LiveFrame, measure: Measure, legs: list[str]) -> Iterator[str]:
    for side in SIDES:
        if side.value in legs:
            clause = why_not_seen(frame, side, foot=measure.needs_toe)
            if clause:
                yield clause
    if "both" in legs:
        yield "hips or shoulders are not seen"


QUIET_S = 2.0
"""Length of the quiet stance (specification sections 2.0 and 7.5)."""
_SWAY_LEG = 0.03
"""Hips, shoulders and feet stay within this of where they were, in leg lengths. The specification asks for 2 % of sway;
landmarks of people who stand quietly wander by 1 to 3.4 % in two seconds."""
_TALLEST_S = 15.0
_SHORTER_SHARE = 0.93
"""Hips to feet against the trunk, less than this share of what it lately was: knees are bent by 43 deg. Against the
trunk and not in pixels, so that stepping back changes nothing."""
_LEAST_LEG_TO_TRUNK = 1.18
"""Hips to feet against the trunk, both as seen: less is sitting or squatting. Standing people read 1.24 to 1.67, wall
sits 1.12 to 1.22."""
_STILL_MARKS = [int(getattr(BODY[side], joint)) for joint in ("hip", "shoulder", "ankle") for side in SIDES]
_Point = tuple[float, float]


class Stillness:
    """Follows how long somebody has been standing still."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._anchor: list[_Point] | None = None
        # Falling ratios of those that may still become the greatest of the last seconds.
        self._tallest: deque[tuple[float, float]] = deque()

    def forget(self) -> None:
        """Start anew."""
        self._since_s = self._anchor = None
        self._tallest.clear()

    def forget_height(self) -> None:
        """Forget how tall the person was: who bends to the camera looks long in the leg."""
        self._tallest.clear()

    def __call__(self, frame: LiveFrame) -> float:
        """Return for how long the person of this frame has been still (s); 0 where it cannot be told.

        Parameters
        ----------
        frame
            Cleaned.
        """
        t_s = frame.t_s
        x, y = frame.x, frame.y
        points = [(x[mark], y[mark]) for mark in _STILL_MARKS]
        hip, shoulder, foot = (_middle(points[i], points[i + 1]) for i in (0, 2, 4))
        leg = foot[1] - hip[1]
        trunk = hypot(hip[0] - shoulder[0], hip[1] - shoulder[1])
        if not (leg > 0 and trunk > 0):
            self._since_s = self._anchor = None
            return 0.0
        ratio = leg / trunk
        while self._tallest and self._tallest[-1][1] <= ratio:
            self._tallest.pop()
        self._tallest.append((t_s, ratio))
        while t_s - self._tallest[0][0] > _TALLEST_S:
            self._tallest.popleft()
        tall = ratio >= max(_LEAST_LEG_TO_TRUNK, _SHORTER_SHARE * self._tallest[0][1])
        if not tall or self._since_s is None or self._strays(points, leg):
            self._since_s, self._anchor = t_s, points
        return t_s - self._since_s if tall else 0.0

    def _strays(self, points: list[_Point], leg_px: float) -> bool:
        """Return whether hips, shoulders or feet are elsewhere: of each pair the landmark that moved less tells.

        From the side the landmarks of the far leg jump about; landmarks that were not seen at first are known from now.
        """
        if self._anchor is None:
            return True
        away = [max(abs(x - x0), abs(y - y0)) for (x, y), (x0, y0) in zip(points, self._anchor, strict=True)]
        if any(old[0] != old[0] for old in self._anchor):
            self._anchor = [new if old[0] != old[0] else old for old, new in zip(self._anchor, points, strict=True)]
        hips, shoulders, feet = _less(away[0], away[1]), _less(away[2], away[3]), _less(away[4], away[5])
        most = _SWAY_LEG * leg_px
        unseen = hips != hips and shoulders != shoulders and feet != feet
        return unseen or hips > most or shoulders > most or feet > most


def _less(one: float, other: float) -> float:
    """Return the smaller of two numbers, or the one that is known."""
    return other if math.isnan(one) or other < one else one


def _middle(left: _Point, right: _Point) -> _Point:
    """Return the middle of a left and a right landmark, or the one that is seen."""
    if not math.isfinite(left[0]):
        return right
    return left if not math.isfinite(right[0]) else ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2)


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


class MotionNow(NamedTuple):
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
    rule
        What counts as a rep of the exercise. The phases are followed from the stance that every set begins with: of who
        rests seated the stillness at the bottom is sitting, and coming up is the stand.
    """

    def __init__(self, calibration: LiveCalibration, target_depth_deg: float | None, rule: PhaseRule) -> None:
        self.calibration, self._seated = calibration, rule.seated
        self._target_deg = target_depth_deg
        self._by_drop = PhaseMachine(STANDING_FLEXION_DEG, OF_DROP)
        self._by_flexion = PhaseMachine(STANDING_FLEXION_DEG, OF_FLEXION)
        self._of_flexion = PhaseNow("stand", 0.0, in_hold=False, returned=False)
        self._flexion_deg = float("nan")
        self._deepest_deg = _FULL_SCALE_DEG
        self._measured_s = self._left_stance_s = -np.inf
        self._still = Stillness()
        self._lately: deque[LiveFrame] = deque()
        self._legs: tuple[LiveCalibration, dict[str, frozenset[str]]] | None = None
        self._other_stands = 0
        self._looked_s = -np.inf
        self._newest: Values = {}
        self._reasons: dict[str, str] = {}

    def __call__(self, clean: LiveFrame, names: frozenset[str], *, turned: bool = False) -> MotionNow:
        """Take a cleaned frame and measure what `names` asks for; nothing of a person who has `turned`."""
        t_s = clean.t_s
        in_place = clean.found and not turned and self.calibration.in_place(clean)
        measured = in_place and (t_s - self._measured_s >= _MEASURE_EVERY_S or not self._newest)
        if measured:
            self._follow_feet(clean)
        calibration = self.calibration
        legs = self._legs_that_count()
        side = calibration.view.kind is ViewKind.SIDE
        values: Values | None = None
        flexion = float("nan")
        if not in_place:
            drop, self._newest = float("nan"), {}
            self._reasons = dict.fromkeys(ALL_SHOWN, TURNED) if turned else reasons(calibration, clean, {}, legs)
        elif measured:
            self._measured_s = t_s
            now = measure_now(calibration, clean, names)
            drop, flexion, values = now.drop_q_deg, now.flexion_deg, now.values
            self._newest, self._reasons = values, reasons(calibration, clean, values, legs)
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
            shown, flexion = self._of_flexion._replace(returned=False), self._flexion_deg
        return MotionNow(
            in_place=in_place,
            values=values,
            newest=self._newest,
            reasons=self._reasons,
            legs=legs,
            phase=SIT if self._seated and shown.phase == HOLD else shown.phase,
            hold_s=shown.hold_s if shown.phase in (HOLD, ASCENT) and not self._seated else None,
            in_position=shown.in_hold and not self._seated and self._deep_enough(flexion),
            depth_share=self._depth_share(flexion if side else drop, side=side),
            returned=trigger.returned or shown.returned,
            left_stance_s=self._left_stance_s,
        )

    def _legs_that_count(self) -> dict[str, frozenset[str]]:
        """Return whose values count, by measure that is shown."""
        if self._legs is None or self._legs[0] is not self.calibration:
            self._legs = self.calibration, {name: legs_that_count(self.calibration, name) for name in ALL_SHOWN}
        return self._legs[1]

    def _follow_feet(self, clean: LiveFrame) -> None:
        """Learn which leg stands, and take a new stance where the feet have moved and stand still again."""
        calibration, standing = self.calibration, self.calibration.standing
        if not calibration.bilateral:
            stands = stands_now(clean.y, calibration.stance_px[1], standing.leg_px)
            other = stands is not None and stands is not calibration.stance_leg
            self._other_stands = self._other_stands + 1 if other else 0
            if other and self._other_stands >= _STANDS_FRAMES:
                self.calibration = replace(calibration, stance_leg=stands)
        self._lately.append(clean)
        t_s = clean.t_s
        while t_s - self._lately[0].t_s > _STOOD_S:
            self._lately.popleft()
        if self._still(clean) < _STOOD_S or t_s - self._looked_s < _LOOK_EVERY_S:
            return
        self._looked_s = t_s
        if drop_now_deg(calibration, clean) > _LOWEST_STANCE_DEG or not _feet_moved(self._lately, standing):
            return
        self.calibration = self.calibration.moved_to(_median([each.pose.image_px for each in self._lately]))
        self._by_drop = PhaseMachine(STANDING_FLEXION_DEG, OF_DROP)
        self._still.forget()

    def _deep_enough(self, flexion_deg: float) -> bool:
        if self._target_deg is None or not math.isfinite(flexion_deg):
            return True
        return flexion_deg >= self._target_deg - _TARGET_SHORT_DEG

    def _depth_share(self, q_deg: float, *, side: bool) -> float | None:
        if not math.isfinite(q_deg):
            return None
        self._deepest_deg = max(self._deepest_deg, q_deg)
        full = self._target_deg if side and self._target_deg is not None else self._deepest_deg
        return within((q_deg - STANDING_FLEXION_DEG) / (full - STANDING_FLEXION_DEG), 0.0, 1.5)


def _median(frames: list[FloatArray]) -> FloatArray:
    """Return the median pose, NaN for landmarks that some of the frames do not show; shape (33, 2)."""
    return np.asarray(np.median(np.array(frames), axis=0), dtype=np.float64)


def _feet_moved(frames: Collection[LiveFrame], standing: Standing) -> bool:
    """Return whether both feet are elsewhere than in the stance; False where one is not seen in all the frames."""
    least_px = _MOVED_LEG * standing.leg_px
    for side in SIDES:
        foot = BODY[side].ankle
        stood_x, stood_y = standing.points_px[foot].tolist()
        x, y = median([each.x[foot] for each in frames]), median([each.y[foot] for each in frames])
        if not distance_px(x, y, stood_x, stood_y) > least_px:
            return False
    return True
