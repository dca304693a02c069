"""A made-up person on a chair, and one who brings a knee to a wall, on the body of `stick_figure`.

Written on its own like that: nothing of `formcheck.kinematics` is imported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .skeleton import Acted, Camera, Film, film_of
from .stick_figure import (
    ANKLE,
    FOOT_UP_M,
    HEEL,
    HIP,
    HIPS_APART_M,
    KNEE,
    LEFT,
    RIGHT,
    SHANK_M,
    THIGH_M,
    TOE,
    Floats,
    TrueRep,
    frontal_knee,
    measured_body,
    minimum_jerk,
    upper_body,
)

STRAIGHT_DEG = 5.0
SEAT_SHANK_DEG, RISE_SHANK_DEG = 8.0, 12.0
"""Sitting, the feet are a little behind the knees; on the way up the knees come forward by so much more."""
LEAN_FIRST_S = 0.45
"""So long before the hips leave the seat the trunk begins to lean forward."""
WHEN_10, WHEN_90 = 0.2475, 0.7525
"""At which part of its time a smooth reach passes 10 and 90 % of its way."""


@dataclass(frozen=True)
class Stand:
    """One way up from the seat and down again."""

    sits_s: float = 0.8
    """Before it."""
    up_s: float = 1.0
    stands_s: float = 0.5
    down_s: float = 1.0
    share: float = 1.0
    """Which part of the way up is done."""
    lean_deg: float = 35.0
    """How far the trunk leans forward as the hips leave the seat and come to it."""
    fppa_deg: tuple[float, float] = (0.0, 0.0)
    """While the knees are bent, left and right; it fades over the last fifth of the way up."""
    fidgets_deg: float = 0.0
    """Leans forward and back by so much while sitting before it."""


@dataclass(frozen=True)
class Sitter:
    """What somebody on a chair does."""

    stands: tuple[Stand, ...] = (Stand(),) * 5
    seat_flexion_deg: float = 90.0
    stands_first_s: float = 0.0
    """Stands so long, and sits down, before the first stand."""
    last_sits_s: float = 1.5
    yaw_deg: float = 0.0


def when_bent(sitter: Sitter) -> tuple[TrueRep, ...]:
    """Return when knee flexion crosses 10 and 90 % of each stand's own range, by the formula of the motion."""
    reps, at = [], _first_s(sitter)
    for each in sitter.stands:
        up = at + each.sits_s
        down = up + each.up_s + each.stands_s
        reps.append(
            TrueRep(
                up + WHEN_10 * each.up_s,
                up + WHEN_90 * each.up_s,
                down + WHEN_10 * each.down_s,
                down + WHEN_90 * each.down_s,
            )
        )
        at = down + each.down_s
    return tuple(reps)


def five_s(sitter: Sitter) -> tuple[float, float]:
    """Return the time of five stands from the first movement: until standing, and until seated again."""
    before = sum(each.sits_s + each.up_s + each.stands_s + each.down_s for each in sitter.stands[:4])
    fifth, first = sitter.stands[4], sitter.stands[0]
    up = before + fifth.sits_s + fifth.up_s - first.sits_s
    return up, up + fifth.stands_s + fifth.down_s


def _first_s(sitter: Sitter) -> float:
    return sitter.stands_first_s + (1.5 if sitter.stands_first_s else 0.0)


def length_s(sitter: Sitter) -> float:
    """Return how long the set lasts."""
    took = sum(each.sits_s + each.up_s + each.stands_s + each.down_s for each in sitter.stands)
    return _first_s(sitter) + took + sitter.last_sits_s


def sit_to_stand(sitter: Sitter, t_s: Floats) -> Acted:
    """Let somebody stand up and sit down."""
    up = np.zeros(len(t_s))  # share of the way from the seat
    lean, fppa = np.zeros(len(t_s)), np.zeros((len(t_s), 2))
    if sitter.stands_first_s:
        up += 1 - minimum_jerk((t_s - sitter.stands_first_s) / 1.5)
        lean += 30.0 * _bump((t_s - sitter.stands_first_s) / 1.7)
    at = _first_s(sitter)
    for each in sitter.stands:
        rise = at + each.sits_s
        sit = rise + each.up_s + each.stands_s
        up += each.share * (minimum_jerk((t_s - rise) / each.up_s) - minimum_jerk((t_s - sit) / each.down_s))
        lean += each.lean_deg * _bump((t_s - rise + LEAN_FIRST_S) / (LEAN_FIRST_S + each.up_s))
        lean += each.lean_deg * _bump((t_s - sit) / (each.down_s + 0.3))
        lean += each.fidgets_deg * _bump((t_s - at - 0.1) / (each.sits_s - 0.2))
        during = (t_s >= rise) & (t_s < sit + each.down_s)
        fppa[during] = each.fppa_deg
        at = sit + each.down_s
    flexion = sitter.seat_flexion_deg - (sitter.seat_flexion_deg - STRAIGHT_DEG) * up
    bent = (flexion - STRAIGHT_DEG) / (sitter.seat_flexion_deg - STRAIGHT_DEG)
    fppa *= np.clip(bent / 0.2, 0.0, 1.0)[:, None]
    shank = np.radians(SEAT_SHANK_DEG * bent + RISE_SHANK_DEG * np.sin(np.pi * np.clip(bent, 0, 1)))
    thigh = np.radians(flexion) - shank
    hips = np.column_stack(
        [
            np.zeros(len(t_s)),
            FOOT_UP_M + SHANK_M * np.cos(shank) + THIGH_M * np.cos(thigh),
            SHANK_M * np.sin(shank) - THIGH_M * np.sin(thigh),
        ]
    )
    points = np.zeros((len(t_s), 33, 3))
    for leg, sign in ((LEFT, 1.0), (RIGHT, -1.0)):
        hip = hips + np.array([sign * HIPS_APART_M / 2, 0.0, 0.0])
        ankle = np.tile([sign * HIPS_APART_M / 2, FOOT_UP_M, 0.0], (len(t_s), 1))
        knee = frontal_knee(hip, ankle, np.radians(flexion), np.radians(fppa[:, leg]), -sign)
        _leg(points, leg, hip, knee, ankle)
    forward = np.tan(np.radians(lean))
    up_along = np.column_stack([np.zeros(len(t_s)), np.ones(len(t_s)), forward])
    upper_body(points, hips, up_along / np.linalg.norm(up_along, axis=1, keepdims=True))
    still = np.zeros(len(t_s))
    return Acted(t_s, measured_body(points, lean), still, still, when_bent(sitter))


def _bump(tau: Floats) -> Floats:
    """Return a smooth way there and back, 0 to 1 to 0, over the share `tau` of its time."""
    return minimum_jerk(2 * tau) - minimum_jerk(2 * tau - 1)


def _leg(points: Floats, leg: int, hip: Floats, knee: Floats, ankle: Floats, heel_up_deg: Floats | None = None) -> None:
    points[:, HIP[leg]], points[:, KNEE[leg]], points[:, ANKLE[leg]] = hip, knee, ankle
    toe = ankle + np.array([0.0, -0.07, 0.15])
    points[:, TOE[leg]], points[:, HEEL[leg]] = toe, ankle + np.array([0.0, -0.06, -0.05])
    if heel_up_deg is not None:
        c, s = np.cos(np.radians(heel_up_deg)), np.sin(np.radians(heel_up_deg))
        for mark in (HEEL[leg], ANKLE[leg], KNEE[leg]):
            away = points[:, mark] - toe
            if mark != KNEE[leg]:
                points[:, mark, 1] = toe[:, 1] + c * away[:, 1] - s * away[:, 2]
                points[:, mark, 2] = toe[:, 2] + s * away[:, 1] + c * away[:, 2]


def film_sitter(sitter: Sitter, camera: Camera | None = None, pose_model: str = "pose_landmarker_full") -> Film:
    """Let a camera see somebody on a chair."""
    camera = camera or Camera()
    acted = sit_to_stand(sitter, np.arange(0.0, length_s(sitter), 1 / camera.fps))
    return film_of(acted, camera, sitter.yaw_deg, pose_model=pose_model)


@dataclass(frozen=True)
class Lunger:
    """What somebody does who brings a knee to a wall, and how far the heel comes up as the shank tilts furthest."""

    tilts_deg: tuple[float, ...] = (35.0, 38.0, 37.0)
    front: int = LEFT
    apart_m: float = 0.45
    in_s: float = 1.5
    hold_s: float = 1.0
    rests_s: float = 1.5
    heel_up_deg: float = 0.0
    yaw_deg: float = 90.0


REST_TILT_DEG = 5.0


def knee_to_wall(lunger: Lunger, t_s: Floats) -> tuple[Acted, Floats]:
    """Let somebody bring the front knee to a wall; returns the tilt of its shank, shape (n,), too."""
    tilt, in_by, reps, at = np.full(len(t_s), REST_TILT_DEG), np.zeros(len(t_s)), [], lunger.rests_s
    for most in lunger.tilts_deg:
        out = at + lunger.in_s + lunger.hold_s
        share = minimum_jerk((t_s - at) / lunger.in_s) - minimum_jerk((t_s - out) / lunger.in_s)
        tilt, in_by = tilt + (most - REST_TILT_DEG) * share, in_by + share
        low, high = WHEN_10 * lunger.in_s, WHEN_90 * lunger.in_s
        reps.append(TrueRep(at + low, at + high, out + low, out + high))
        at = out + lunger.in_s + lunger.rests_s
    tilts, n, front, rear = np.radians(tilt), len(t_s), lunger.front, 1 - lunger.front
    sign = {LEFT: 1.0, RIGHT: -1.0}
    ankle = np.tile([sign[front] * HIPS_APART_M / 2, FOOT_UP_M, lunger.apart_m / 2], (n, 1))
    knee = ankle + np.column_stack([np.zeros(n), SHANK_M * np.cos(tilts), SHANK_M * np.sin(tilts)])
    thigh = 0.35 + 0.35 * in_by  # the hip stays behind the knee
    hip = knee + np.column_stack([np.zeros(n), THIGH_M * np.cos(thigh), -THIGH_M * np.sin(thigh)])
    points = np.zeros((n, 33, 3))
    _leg(points, front, hip, knee, ankle, lunger.heel_up_deg * in_by)
    other_hip = hip + np.array([-sign[front] * HIPS_APART_M, 0.0, 0.0])
    other_ankle = np.tile([-sign[front] * HIPS_APART_M / 2, FOOT_UP_M, -lunger.apart_m / 2], (n, 1))
    reach = np.linalg.norm(other_ankle - other_hip, axis=1, keepdims=True)
    bow = np.sqrt(np.maximum(THIGH_M**2 - (reach / 2) ** 2, 0.0))
    along = (other_ankle - other_hip) / reach
    ahead = np.array([0.0, 0.0, 1.0]) - along[:, 2:] * along
    other_knee = (other_hip + other_ankle) / 2 + bow * ahead / np.linalg.norm(ahead, axis=1, keepdims=True)
    _leg(points, rear, other_hip, other_knee, other_ankle)
    upper_body(points, (hip + other_hip) / 2, np.tile([0.0, 1.0, 0.0], (n, 1)))
    return Acted(t_s, measured_body(points, np.zeros(n)), np.zeros(n), np.zeros(n), tuple(reps)), tilt


def film_lunger(lunger: Lunger, camera: Camera | None = None) -> Film:
    """Let a camera see somebody who brings a knee to a wall."""
    camera = camera or Camera()
    length = lunger.rests_s + len(lunger.tilts_deg) * (2 * lunger.in_s + lunger.hold_s + lunger.rests_s)
    return film_of(knee_to_wall(lunger, np.arange(0.0, length, 1 / camera.fps))[0], camera, lunger.yaw_deg)
