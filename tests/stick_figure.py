"""A made-up person who squats: 33 landmarks in space with exactly known joint angles.

Written on its own, from the definitions alone, so that an error in `formcheck.kinematics` cannot hide in it: nothing of
the engine is imported. The person is a chain of rods in metres on axes of their own, (left, up, forward), the origin on
the floor under the middle of the hips. Knees are placed by rods of constant length between hip and ankle; valgus turns
a leg about its line from hip to ankle, which leaves the knee's flexion exactly as it was.

Angles: knee flexion 0 = straight; FPPA in the person's own frontal plane, positive = knee medial; trunk lean positive
toward the stance leg (in a squat toward the person's left); pelvic drop positive = the free side lower (in a squat the
person's right).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

THIGH_M, SHANK_M, TRUNK_M, FOOT_UP_M = 0.43, 0.43, 0.52, 0.08
HIPS_APART_M = 0.21 * (THIGH_M + SHANK_M)
SHOULDERS_APART_M = 0.36
STEP_M = 0.20
STAND_FLEXION_DEG = 5.0
FREE_THIGH_DEG, FREE_SHANK_DEG = 24.0, 4.0
"""How the free leg of a step-down hangs: thigh forward, shank back."""
HIP, KNEE, ANKLE, HEEL, TOE = ((23, 24), (25, 26), (27, 28), (29, 30), (31, 32))
LEGS = (*HIP, *KNEE, *ANKLE, *HEEL, *TOE)
LEFT, RIGHT = 0, 1

LIFT_M = 0.12
"""How far above the floor the free foot of a single-leg squat is held, in front or beside."""

Exercise = Literal["wall-squat", "step-down", "squat", "single-leg-squat"]
FreeLeg = Literal["front", "behind", "beside"]


@dataclass(frozen=True)
class Move:
    """One repetition: how deep, how long each part takes, and what goes wrong at its bottom."""

    depth_deg: float = 60.0
    down_s: float = 2.0
    hold_s: float = 1.0
    up_s: float = 1.5
    rest_s: float = 1.2
    """Quiet stance before it."""
    fppa_deg: tuple[float, float] = (0.0, 0.0)
    """At the bottom, left and right."""
    lean_deg: float = 0.0
    drop_deg: float = 0.0
    stairs: int = 1
    """Into how many equal steps, with a stop of 0.4 s after each, the descent is broken."""


@dataclass(frozen=True)
class Person:
    """What the person does."""

    exercise: Exercise = "squat"
    moves: tuple[Move, ...] = (Move(), Move(), Move())
    stance: int = LEFT
    """The leg that stands alone in a step-down or a single-leg squat."""
    yaw_deg: float = 0.0
    """Turned to the person's own right: 0 faces the camera, 90 shows the left side, 180 the back."""
    last_rest_s: float = 1.2
    toe_out_deg: float = 0.0
    """How far either foot points outward; the knee goes where its FPPA says."""
    thigh_share: float | None = None
    """Share of knee flexion that is the thigh's tilt: more than 0.5 sits back, hips behind ankles. None takes 0.5 in a
    squat and 0.45 on one leg; a wall squat slides down its wall."""
    stance_fppa_deg: tuple[float, float] = (0.0, 0.0)
    """In quiet stance, left and right."""
    free_leg: FreeLeg = "front"
    """Where the free leg of a single-leg squat is held: stretched ahead or beside the other foot just over the floor,
    or behind with the knee bent, so that it goes down with the body."""
    sets_foot_down: bool = True
    """Whether the free foot of a single-leg squat stands on the floor between reps."""


@dataclass(frozen=True, eq=False)
class TrueRep:
    """When flexion crosses 10 % and 90 % of its range, by the formula of the motion, not by its samples."""

    start_s: float
    bottom_start_s: float
    bottom_end_s: float
    end_s: float


def minimum_jerk(tau: Floats) -> Floats:
    """Return the share of the way of a smooth reach at the share `tau` of its time (Flash & Hogan 1985)."""
    x = np.clip(tau, 0.0, 1.0)
    return np.asarray(10 * x**3 - 15 * x**4 + 6 * x**5)


def _when(share: float) -> float:
    return _root(lambda x: minimum_jerk(x) - share, np.zeros(1), np.ones(1)).item()


def _root(function: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Return the root of a rising function, element by element, by halving."""
    for _ in range(60):
        middle = (low + high) / 2
        over = function(middle) > 0
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return (low + high) / 2


def _stairs(tau: Floats, move: Move) -> Floats:
    """Return the share of depth during a descent that is broken into stairs."""
    part = move.down_s / move.stairs
    stop = min(0.4, part / 2) if move.stairs > 1 else 0.0
    done = np.zeros_like(tau)
    for i in range(move.stairs):
        done += minimum_jerk((tau * move.down_s - i * part) / (part - stop)) / move.stairs
    return done


def timeline(person: Person, t_s: Floats) -> tuple[Floats, list[Floats], tuple[TrueRep, ...]]:
    """Return flexion over time (n,), the share of each move's depth (n,) each, and the times of the reps."""
    flexion, shares, reps = np.full(len(t_s), STAND_FLEXION_DEG), [], []
    at = 0.0
    for move in person.moves:
        a = at + move.rest_s
        c = a + move.down_s + move.hold_s
        at = c + move.up_s
        share = _stairs(np.clip((t_s - a) / move.down_s, 0, 1), move) * (1 - minimum_jerk((t_s - c) / move.up_s))
        flexion += (move.depth_deg - STAND_FLEXION_DEG) * share
        shares.append(share)
        low, high = _when(0.1), _when(0.9)
        if move.stairs == 1:
            reps.append(
                TrueRep(a + low * move.down_s, a + high * move.down_s, c + low * move.up_s, c + high * move.up_s)
            )
    return flexion, shares, tuple(reps)


def duration_s(person: Person) -> float:
    """Return how long the person's set lasts."""
    return sum(m.rest_s + m.down_s + m.hold_s + m.up_s for m in person.moves) + person.last_rest_s


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))


def _thigh_tilt(person: Person, flexion: Floats) -> Floats:
    """Return the forward tilt of the thigh, rad, for a knee flexion, rad."""
    if person.exercise != "wall-squat":
        usual = 0.5 if person.exercise == "squat" else 0.45
        return np.asarray((usual if person.thigh_share is None else person.thigh_share) * flexion)
    feet_out = 0.12  # from under the hips, which slide down the wall
    return _root(
        lambda thigh: THIGH_M * np.sin(thigh) - SHANK_M * np.sin(flexion - thigh) - feet_out,
        np.full(len(flexion), -1.0),
        np.full(len(flexion), 1.8),
    )


def frontal_knee(hip: Floats, ankle: Floats, flexion: Floats, fppa: Floats, medial: float) -> Floats:
    """Return the knee of a leg turned about its line from hip to ankle until it shows the FPPA; rad."""
    line = _unit(ankle - hip)
    reach = np.linalg.norm(ankle - hip, axis=1)
    along = (THIGH_M**2 - SHANK_M**2 + reach**2) / (2 * reach)
    out = np.sqrt(np.maximum(THIGH_M**2 - along**2, 0.0))
    ahead = _unit(np.array([0.0, 0.0, 1.0]) - line[:, 2:] * line)
    across = np.cross(ahead, line)
    inward = across * np.sign(medial * across[:, :1])

    def place(turn: Floats) -> Floats:
        c, s = np.cos(turn)[:, None], np.sin(turn)[:, None]
        return np.asarray(hip + along[:, None] * line + out[:, None] * (c * ahead + s * inward))

    turn = _root(
        lambda x: frontal_angle(hip, place(x), ankle, medial) - fppa,
        np.full(len(flexion), -1.5),
        np.full(len(flexion), 1.5),
    )
    return place(turn)


def frontal_angle(hip: Floats, knee: Floats, ankle: Floats, medial: float) -> Floats:
    """Return the FPPA (rad) in the person's frontal plane; `medial` is +1 where left is medial."""
    thigh, shank = knee - hip, ankle - knee
    return np.asarray(np.arctan2(medial * thigh[:, 0], -thigh[:, 1]) - np.arctan2(medial * shank[:, 0], -shank[:, 1]))


def _bent(hip: Floats, knee: Floats, ankle: Floats) -> Floats:
    p, q = hip - knee, ankle - knee
    cross = np.linalg.norm(np.cross(p, q), axis=1)
    return np.asarray(180.0 - np.degrees(np.arctan2(cross, (p * q).sum(axis=1))))


def _sagittal(tilt: Floats, length: float) -> Floats:
    """Return a rod that goes down by `length`, its lower end ahead by `tilt` (rad)."""
    return np.column_stack([np.zeros_like(tilt), -length * np.cos(tilt), length * np.sin(tilt)])


@dataclass(frozen=True, eq=False)
class Body:
    points: Floats
    flexion: Floats
    fppa: Floats
    kmf: Floats
    trunk_flexion: Floats


def place_body(person: Person, flexion: Floats, fppa: Floats, lean: Floats, drop: Floats) -> Body:
    """Place the 33 landmarks, shape (n, 33, 3), from the angles over time; deg."""
    n, bend = len(flexion), np.radians(flexion)
    thigh = _thigh_tilt(person, bend)
    leg_up = -_sagittal(thigh, THIGH_M) - _sagittal(thigh - bend, SHANK_M)
    half = HIPS_APART_M / 2
    single = person.exercise in ("step-down", "single-leg-squat")
    to_stance = -1.0 if single and person.stance == RIGHT else 1.0
    to_left = np.column_stack([np.cos(np.radians(drop)), to_stance * np.sin(np.radians(drop)), np.zeros(n)])
    floor = FOOT_UP_M + (STEP_M if person.exercise == "step-down" else 0.0)
    stance_x = to_stance * half
    if person.exercise == "single-leg-squat":
        # On the floor the body stands over its foot: the leg leans inward, hips lower by what that takes.
        stance_x = 0.0
        lean_in = np.column_stack([np.full(n, to_stance * half), np.sqrt(leg_up[:, 1] ** 2 - half**2), leg_up[:, 2]])
        middle = np.array([0.0, floor, 0.0]) + lean_in - to_stance * half * to_left
    elif single:
        middle = np.array([to_stance * half, floor, 0.0]) + leg_up - to_stance * half * to_left
    else:
        middle = np.array([0.0, floor, 0.0]) + leg_up
    points = np.zeros((n, 33, 3))
    for leg, sign in ((LEFT, 1.0), (RIGHT, -1.0)):
        hip = middle + sign * half * to_left
        free = single and leg != person.stance
        if free and person.exercise == "single-leg-squat":
            ankle = _held_ankle(person, hip, flexion, sign * half)
            knee = frontal_knee(hip, ankle, bend, np.zeros(n), -sign)
        elif free:
            out = np.full(n, np.radians(FREE_THIGH_DEG))
            knee = hip + _sagittal(out, THIGH_M)
            ankle = knee + _sagittal(np.full(n, np.radians(-FREE_SHANK_DEG)), SHANK_M)
        else:
            ankle = np.tile([stance_x if single else sign * half, floor, 0.0], (n, 1))
            knee = frontal_knee(hip, ankle, bend, np.radians(fppa[:, leg]), -sign)
        points[:, HIP[leg]], points[:, KNEE[leg]], points[:, ANKLE[leg]] = hip, knee, ankle
        outward, ahead = np.sin(np.radians(person.toe_out_deg)), np.cos(np.radians(person.toe_out_deg))
        points[:, HEEL[leg]] = ankle + np.array([-0.05 * sign * outward, -0.06, -0.05 * ahead])
        points[:, TOE[leg]] = ankle + np.array([0.15 * sign * outward, -0.07, 0.15 * ahead])
    forward = {"squat": 0.6, "step-down": 0.25, "wall-squat": 0.0, "single-leg-squat": 0.5}[person.exercise] * flexion
    lean_l, lean_f = to_stance * np.tan(np.radians(lean)), np.tan(np.radians(forward))
    up = _unit(np.column_stack([lean_l, np.ones(n), lean_f]))
    upper_body(points, middle, up)
    return measured_body(points, forward)


def measured_body(points: Floats, forward: Floats) -> Body:
    """Return a body with the true angles of its legs, from landmarks of shape (n, 33, 3) and the trunk's lean (deg)."""
    true_flexion = [_bent(*(points[:, m[leg]] for m in (HIP, KNEE, ANKLE))) for leg in (LEFT, RIGHT)]
    true_fppa = [
        np.degrees(frontal_angle(points[:, HIP[leg]], points[:, KNEE[leg]], points[:, ANKLE[leg]], s))
        for leg, s in ((LEFT, -1.0), (RIGHT, 1.0))
    ]
    true_kmf = [
        100 * medial * (points[:, KNEE[leg], 0] - points[:, TOE[leg], 0]) / (THIGH_M + SHANK_M)
        for leg, medial in ((LEFT, -1.0), (RIGHT, 1.0))
    ]
    return Body(
        points, np.stack(true_flexion, axis=1), np.stack(true_fppa, axis=1), np.stack(true_kmf, axis=1), forward
    )


def _held_ankle(person: Person, hip: Floats, flexion: Floats, beside_m: float) -> Floats:
    """Return where the ankle of the free leg of a single-leg squat is, shape (n, 3)."""
    n = len(flexion)
    on_floor = np.tile([beside_m, FOOT_UP_M, 0.0], (n, 1))
    if person.free_leg == "behind":
        knee = hip + _sagittal(np.full(n, np.radians(-5.0)), THIGH_M)
        held = knee + _sagittal(np.full(n, np.radians(-80.0)), SHANK_M)
    else:
        held = on_floor + np.array([0.0, LIFT_M, 0.0])
        if person.free_leg == "front":
            reach = 0.985 * (THIGH_M + SHANK_M)
            held[:, 2] = hip[:, 2] + np.sqrt(reach**2 - ((held - hip)[:, :2] ** 2).sum(axis=1))
    lifted = np.clip((flexion - STAND_FLEXION_DEG) / 10.0, 0.0, 1.0) if person.sets_foot_down else np.ones(n)
    return np.asarray(on_floor + minimum_jerk(lifted)[:, None] * (held - on_floor))


def upper_body(points: Floats, middle: Floats, up: Floats) -> None:
    """Put shoulders, arms with hands on the hips, and face on a trunk that points `up`."""
    side = _unit(np.array([1.0, 0.0, 0.0]) - up[:, :1] * up)
    ahead = np.cross(side, up)
    neck = middle + TRUNK_M * up
    half = SHOULDERS_APART_M / 2
    for sign, odd in ((1.0, 0), (-1.0, 1)):
        shoulder = neck + sign * half * side
        wrist = middle + sign * 0.17 * side + 0.10 * up + 0.06 * ahead
        points[:, 11 + odd] = shoulder
        points[:, 13 + odd] = neck + sign * 0.33 * side - 0.27 * up
        for mark, beside in ((15, 0.0), (17, -0.03), (19, -0.02), (21, 0.02)):
            points[:, mark + odd] = wrist + beside * up
        ear = neck + sign * 0.07 * side + 0.20 * up
        points[:, 7 + odd] = ear
        for mark, beside in ((1 + 3 * odd, 0.02), (2 + 3 * odd, 0.03), (3 + 3 * odd, 0.04)):
            points[:, mark] = neck + sign * beside * side + 0.23 * up + 0.09 * ahead
        points[:, 9 + odd] = neck + sign * 0.02 * side + 0.15 * up + 0.09 * ahead
    points[:, 0] = neck + 0.19 * up + 0.12 * ahead
