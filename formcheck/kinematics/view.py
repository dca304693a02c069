"""Where the camera stands relative to the person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.pose.landmarks import BODY, Side
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]

FRONT_OK_DEG = 3.0
"""Up to this turn FPPA is reported as it is (specification section 5)."""
FRONT_LOW_DEG = 5.0
"""Up to this turn FPPA is reported with low confidence (specification section 5)."""
FRONT_DEG = 10.0
"""Beyond this turn the view is not a front view (specification section 5)."""
SIDE_OK_DEG = 15.0
"""Up to this turn off the true side view knee flexion reads at most 2 deg low (specification section 5)."""
TOLD_DEG = 30.0
"""Beyond this turn off a view nobody is believed who names it: knee flexion reads 7 deg low there, FPPA 20 deg off."""
SIDE_DEG = 25.0
"""Beyond this turn off the true side view knee flexion is refused (specification section 5)."""

YAW_ERROR_DEG = 5.0
"""Half-width of the 95 % interval of the turn in other views (docs/validation.md)."""


@dataclass(frozen=True)
class TurnReading:
    """How a pose model reads the turn of people who face the camera."""

    reads_low_deg: float
    """What it takes off the turn: it sees people turned to their own left. Fades with the cosine of the turn."""
    spread_deg: float
    """Standard deviation of the turn's error once that is put right."""


TURN_READINGS: Final = MappingProxyType(
    {
        "pose_landmarker_lite": TurnReading(-1.5, 1.8),
        "pose_landmarker_full": TurnReading(4.5, 1.5),
        "pose_landmarker_heavy": TurnReading(2.5, 1.9),
    }
)
"""By model, from rendered and real people who face the camera, for the full model also mirrored, darkened and at half
size (docs/validation.md)."""
_UNKNOWN_MODEL: Final = TurnReading(2.0, 3.0)
"""Between those that are known, and as far off as any of them may be."""


_UNMEASURED: Final = 2
"""How much wider the error is of a person seen from behind, of whom no clip with a known turn was at hand."""


def turn_reading(pose_model: str) -> TurnReading:
    """Return how the pose model of this name reads the turn of a person."""
    return TURN_READINGS.get(pose_model, _UNKNOWN_MODEL)


class ViewKind(StrEnum):
    """How the camera sees the person."""

    FRONT = "front"
    SIDE = "side"
    OBLIQUE = "oblique"
    UNKNOWN = "unknown"


class ViewQuality(StrEnum):
    """Whether the view can carry its measures."""

    OK = "ok"
    LOW = "low"
    REFUSED = "refused"


@dataclass(frozen=True)
class ViewVerdict:
    """The view of a set and what it is good for."""

    kind: ViewKind
    yaw_deg: float
    """Turn of the body away from facing the camera: 0 = facing it, positive = turned to the person's own right
    (their left side comes nearer), 90 = left side view, 180 = back view; NaN if unknown."""
    yaw_error_deg: float
    """Half-width of the 95 % interval of `yaw_deg`; NaN if unknown."""
    near_leg: Side | None
    """The leg nearest the camera in a side or oblique view; None from the front."""
    verdict: ViewQuality
    """`ok`: its measures are given; `low`: given with low confidence; `refused`: no angles, reps and timing only."""
    reason: str
    """Why, in one sentence for people; says which measures the view can carry."""
    facing_camera: bool = True
    """From the front only: False when the person's back is to the camera."""


def yaw_series_deg(track: PoseTrack) -> FloatArray:
    """Return the turn of the body from the world landmarks, frame by frame, shape (n,); see `ViewVerdict.yaw_deg`.

    Shoulders and hips each give a turn; near the side view the hips' falls short, so the shoulders lead there.
    World landmarks serve for the view alone: their depth is far too flat for joint angles.
    """
    turns = []
    for joint in ("shoulder", "hip"):
        left, right = (track.world_m[:, getattr(BODY[s], joint)] for s in (Side.LEFT, Side.RIGHT))
        across = left - right
        turns.append(np.arctan2(-across[:, 2], across[:, 0]))
    shoulders, hips = turns
    sideways = np.abs(np.sin(shoulders))
    between = np.angle(np.exp(1j * (hips - shoulders)))
    turn = shoulders + np.where(np.isfinite(between), between, 0.0) * 0.5 * (1 - sideways**2)
    turn = np.where(np.isfinite(turn), turn, hips)
    turn = turn + np.radians(turn_reading(track.source.pose_model).reads_low_deg) * np.cos(turn)
    return np.asarray(np.degrees(np.angle(np.exp(1j * turn))), dtype=np.float64)


def judge_view(track: PoseTrack, frames: NDArray[np.bool_]) -> ViewVerdict:
    """Return the view of a set.

    Parameters
    ----------
    track
        Cleaned landmarks.
    frames
        Where the person stands in place, shape (n,): the view is the median over these.
    """
    turns = np.radians(yaw_series_deg(track)[frames])
    turns = turns[np.isfinite(turns)]
    if len(turns) == 0:
        return ViewVerdict(
            ViewKind.UNKNOWN,
            float("nan"),
            float("nan"),
            None,
            ViewQuality.REFUSED,
            "Shoulders and hips were not seen together, so the view is not known.",
        )
    centre = np.angle(np.exp(1j * turns).mean())
    yaw = float(np.degrees(np.angle(np.exp(1j * (centre + np.median(np.angle(np.exp(1j * (turns - centre)))))))))
    off_axis = min(abs(yaw), 180 - abs(yaw))
    if off_axis <= FRONT_DEG:
        return _front(yaw, off_axis, turn_reading(track.source.pose_model).spread_deg)
    near = Side.LEFT if yaw > 0 else Side.RIGHT
    if 90 - off_axis <= SIDE_DEG:
        return _side(yaw, 90 - off_axis, near)
    return ViewVerdict(
        ViewKind.OBLIQUE,
        yaw,
        YAW_ERROR_DEG,
        near,
        ViewQuality.REFUSED,
        f"The camera sees the body turned by {off_axis:.0f}°, between front and side: "
        "reps and times can be trusted, knee angles cannot.",
    )


def _front(yaw: float, turn: float, spread_deg: float) -> ViewVerdict:
    facing = abs(yaw) < 90
    seen = "from the front" if facing else "from behind"
    if turn <= FRONT_OK_DEG:
        quality, reason = ViewQuality.OK, f"Seen {seen}: knee alignment can be measured."
    elif turn <= FRONT_LOW_DEG:
        quality = ViewQuality.LOW
        reason = f"Seen {seen} but turned by {turn:.0f}°: knee alignment is measured with low confidence."
    else:
        quality = ViewQuality.LOW
        reason = (
            f"Seen {seen} but turned by {turn:.0f}°: the knee angle (FPPA) cannot be trusted, "
            "the knee's place over the foot can."
        )
    error = 1.96 * spread_deg * (1 if facing else _UNMEASURED)
    return ViewVerdict(ViewKind.FRONT, yaw, error, None, quality, reason, facing_camera=facing)


def _side(yaw: float, turn: float, near: Side) -> ViewVerdict:
    if turn <= SIDE_OK_DEG:
        quality, reason = ViewQuality.OK, f"Seen from the {near} side: knee flexion of the {near} leg can be measured."
    else:
        quality = ViewQuality.LOW
        reason = (
            f"Seen from the {near} side but {turn:.0f}° off square: knee flexion is corrected for it "
            "and given with low confidence."
        )
    return ViewVerdict(ViewKind.SIDE, yaw, YAW_ERROR_DEG, near, quality, reason)


def turn_off_view_deg(view: ViewVerdict) -> float:
    """Return how far the camera is off the true front or side view (deg, never negative); 0 for other views."""
    off_front = min(abs(view.yaw_deg), 180 - abs(view.yaw_deg))
    if view.kind is ViewKind.FRONT:
        return off_front
    return 90 - off_front if view.kind is ViewKind.SIDE else 0.0


def front_turn_deg(view: ViewVerdict) -> float:
    """Return how far the front of a person seen from the front or from behind points to the picture's left (deg)."""
    return float(np.degrees(np.arcsin(np.sin(np.radians(view.yaw_deg)))))


def known_front_turn_deg(view: ViewVerdict) -> float:
    """Return the part of `front_turn_deg` that is worth correcting for.

    A turn within its own error is taken for none: people are asked to stand square, and to correct for the noise of the
    estimate costs more than it brings. Beyond it the turn is shrunk by the share of its square that is noise
    (positive-part James-Stein, 1961).
    """
    turn = front_turn_deg(view)
    return turn * max(0.0, 1.0 - (view.yaw_error_deg / turn) ** 2) if turn else 0.0


def view_as_told(found: ViewVerdict, told: ViewKind) -> ViewVerdict:
    """Return the view of a set whose view the user named.

    Within `TOLD_DEG` of the named view the user is believed, with low confidence where the camera is found outside the
    usual limits; further off the measures of that view are refused.
    """
    if told is found.kind or not np.isfinite(found.yaw_deg):
        return found
    off_front = min(abs(found.yaw_deg), 180 - abs(found.yaw_deg))
    turn = off_front if told is ViewKind.FRONT else 90 - off_front
    if turn > TOLD_DEG:
        return replace(
            found,
            verdict=ViewQuality.REFUSED,
            reason=f"The {told} view was named, but the camera is {turn:.0f}° off it: knee angles are not given.",
        )
    near = (Side.LEFT if found.yaw_deg > 0 else Side.RIGHT) if told is ViewKind.SIDE else None
    return replace(
        found,
        kind=told,
        near_leg=near,
        verdict=ViewQuality.LOW,
        reason=f"Taken as the {told} view as named, though the camera seems {turn:.0f}° off it: low confidence.",
    )
