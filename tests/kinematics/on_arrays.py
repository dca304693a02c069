"""What a live frame is measured by, made of the formulas of recorded sets: slow, and what the quick way is held to."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np

from formcheck.kinematics import sides
from formcheck.kinematics.frontal import measure_front
from formcheck.kinematics.live_frame import LiveFrame
from formcheck.kinematics.live_front import FrontValues
from formcheck.kinematics.sagittal import measure_side
from formcheck.kinematics.standing import Standing
from formcheck.pose.landmarks import Side
from formcheck.pose.types import FloatArray, Pose, PoseTrack, TrackSource, track_of


def with_stance(standing: Standing, frame: LiveFrame) -> tuple[PoseTrack, Standing]:
    """Return a set of two frames, the stance and one that is measured against it."""
    points, pose = standing.points_px, frame.pose
    seen = np.isfinite(points[:, 0]).astype(np.float64)
    pair = [Pose(pose.t_s - 1.0, points, seen, np.zeros((len(points), 3))), pose]
    return track_of(pair, frame.source), replace(standing, frames=np.array([True, False]))


class FrontOnArrays:
    """`FrontNow` by `measure_front`."""

    def __init__(
        self,
        standing: Standing,
        _source: TrackSource,
        *,
        bilateral: bool,
        stands: Side | None,
        facing_camera: bool,
        turn_deg: float,
    ) -> None:
        self.standing, self.facing_camera, self.turn_deg = standing, facing_camera, turn_deg
        self.stance = None
        if not bilateral:
            self.stance = np.full(2, -1 if stands is None else stands.leg_index, dtype=np.int64)

    def __call__(self, frame: LiveFrame, drop_px: float) -> FrontValues:
        pair, standing = with_stance(self.standing, frame)
        drops = np.array([0.0, drop_px])
        series = measure_front(
            pair, standing, drops, self.stance, facing_camera=self.facing_camera, turn_deg=self.turn_deg
        )
        return FrontValues(
            {name: (float(values[1, 0]), float(values[1, 1])) for name, values in series.per_leg.items()},
            {name: float(values[1]) for name, values in series.whole_body.items()},
        )


class SideOnArrays:
    """`SideNow` by `measure_side`."""

    def __init__(self, standing: Standing, _source: TrackSource, near: Side, turn_deg: float) -> None:
        self.standing, self.near, self.turn_deg = standing, near, turn_deg

    def __call__(self, frame: LiveFrame) -> dict[str, float]:
        pair, standing = with_stance(self.standing, frame)
        series = measure_side(pair, standing, self.near, self.turn_deg, np.ones(2, dtype=np.bool_), near_stands=False)
        return {name: float(values[1]) for name, values in (series.near_leg | series.whole_body).items()}


class KeeperOnArrays:
    """`SideKeeper` by the functions that exchanged legs are found by in recorded sets."""

    def __init__(self) -> None:
        self.cost = np.zeros(4)
        self.last: tuple[FloatArray, FloatArray] | None = None
        self.further: deque[FloatArray] = deque(maxlen=sides._REMEMBERED)
        self.prices = np.full(2, sides._LEAST_SWITCH_COST)
        self.frames = 0

    def __call__(self, track: PoseTrack, leg_px: float) -> tuple[bool, bool]:
        """Whether hips and lower legs of a track of one frame are exchanged."""
        points, weight = sides._evidence(track, np.zeros(1, dtype=np.int64), leg_px)
        if self.last is not None:
            both = np.concatenate([self.last[0], points]), np.concatenate([self.last[1], weight])
            travels = [sides._travel(*both, part) for part in (sides._HIPS, sides._LOWER_LEGS)]
            self.further.append(np.array([(change - stay)[0] for stay, change, _ in travels]))
            if self.frames % sides._PRICE_EVERY == 0:
                usual = np.median(np.array(self.further), axis=0)
                self.prices = np.maximum(sides._LEAST_SWITCH_COST, sides._SWITCH_SHARE * usual)
            self.frames += 1
            hips, lower = (
                np.array([stay[0], change[0] + price * worth[0]])
                for (stay, change, worth), price in zip(travels, self.prices, strict=True)
            )
            ways = self.cost[:, None] + hips[sides._HIPS_CHANGE] + lower[sides._LOWER_CHANGE]
            self.cost = ways.min(axis=0)
        self.cost = self.cost + sides._state_costs(points)[0]
        self.cost = self.cost - self.cost.min()
        self.last = points, weight
        state = int(self.cost.argmin())
        return bool(sides._HIPS_EXCHANGED[state]), bool(sides._LOWER_EXCHANGED[state])
