"""Where the camera stands relative to the person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.cleaning import known_median
from formcheck.kinematics.standing import Standing
from formcheck.pose.landmarks import BODY, Side
from formcheck.pose.types import PoseTrack, TrackSource

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

_NARROW, _BROAD = 0.4, 0.55
"""Shoulders seen narrower than the first of these shares of the trunk's length are of somebody who is turned by 55 deg
and more, broader than the second of less: 0.68 to 0.75 in the sample clips from the front, 0.01 to 0.13 from the
side."""
_NOT_SEEN_TOGETHER = "Shoulders and hips were not seen together, so the view is not known."
_FOOT_UP_DEG = 15.0
"""Ankles tilted by more than this against the trunk are not on one floor."""
_BODY_LINES = 3
YAW_ERROR_DEG = 5.0
"""Half-width of the 95 % interval of the turn in other views (docs/validation.md)."""

_VIEW_CHANGE_DEG = 50.0
"""Turned by less than this it is the same view: readings of one stance wander by 30 degrees in a deep squat."""
_CHANGE_COST_DEG_S = 60.0
"""Another view must explain the turn better by so much: by 50 degrees over 1.2 s."""
_SHORTEST_VIEW_S = 1.5
"""What is seen from one side for less than this is a turn on its way to another."""
_TURN_STEP_DEG = 10.0
_LONGEST_STEP_S = 0.25
_ASIDE_DEG = 45.0
"""Nearer to a side view than this, the feet show which way the person faces."""


@dataclass(frozen=True)
class TurnReading:
    """How a pose model reads the turn of people who face the camera."""

    reads_low_deg: float
    """What it takes off the turn: it sees people turned to their own left. Fades with the cosine of the turn."""
    spread_deg: float
    """Standard deviation of the turn's error once that is put right."""
    roll_spread_deg: float = 1.4
    """Standard deviation of the picture's tilt as the lines of shoulders, hips and ankles tell it."""


EXACT: Final = "exact"
"""Name of a pose source whose landmarks have no errors of their own: motion capture, or a simulated person."""

TURN_READINGS: Final = MappingProxyType(
    {
        "pose_landmarker_lite": TurnReading(-1.5, 1.8),
        "pose_landmarker_full": TurnReading(4.5, 1.9),
        "pose_landmarker_heavy": TurnReading(2.5, 1.9),
        EXACT: TurnReading(0.0, 0.0, 0.0),
    }
)
"""By model, from rendered and real people who face the camera (docs/validation-notes.md)."""
_UNKNOWN_MODEL: Final = TurnReading(2.0, 3.0)
"""Between those that are known, and as far off as any of them may be."""


_BALANCED_SHARE: Final = 0.62
"""What is left of the turn's error in the mean of picture and mirror image: 1.2 of 1.9 deg in 78 rendered clips."""
_BALANCED_ROLL_DEG: Final = 1.0
"""Standard deviation of the tilt there."""
STANDS_SQUARE_DEG: Final = 1.5
"""Standard deviation of the turn of people who were asked to face the camera, to the line of sight [E]."""
_UNMEASURED: Final = 2
"""How much wider the error is of a person seen from behind, of whom no clip with a known turn was at hand."""


def turn_reading(pose_model: str, *, balanced: bool = False) -> TurnReading:
    """Return how the pose model of this name reads the turn of a person.

    Parameters
    ----------
    pose_model
        Its name.
    balanced
        Whether the landmarks are the mean of picture and mirror image: no side is then favoured.
    """
    reading = TURN_READINGS.get(pose_model, _UNKNOWN_MODEL)
    if not balanced:
        return reading
    return replace(
        reading, reads_low_deg=0.0, spread_deg=_BALANCED_SHARE * reading.spread_deg, roll_spread_deg=_BALANCED_ROLL_DEG
    )


def _reading_of(source: TrackSource) -> TurnReading:
    return turn_reading(source.pose_model, balanced=source.balanced)


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
    """Half-width of the 95 % interval of `yaw_deg`; NaN if unknown. Where only the view is known, as it was named of
    landmarks without depth, that of the turn off it."""
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
    turn = turn + np.radians(_reading_of(track.source).reads_low_deg) * np.cos(turn)
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
    yaw = middle_deg(yaw_series_deg(track)[frames])
    if not np.isfinite(yaw):
        return ViewVerdict(
            ViewKind.UNKNOWN,
            float("nan"),
            float("nan"),
            None,
            ViewQuality.REFUSED,
            _NOT_SEEN_TOGETHER,
        )
    off_axis = min(abs(yaw), 180 - abs(yaw))
    if off_axis <= FRONT_DEG:
        return _front(yaw, off_axis, _reading_of(track.source).spread_deg)
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


def view_of_flat(track: PoseTrack, frames: NDArray[np.bool_], told: ViewKind) -> ViewVerdict:
    """Return the view of a set whose landmarks have no depth, as it was named.

    How far the camera is off it nobody knows: anything within the limits of that view. Which way the person faces is
    told by the sides of the body from the front, and by the feet from the side.

    Parameters
    ----------
    track
        Cleaned landmarks.
    frames
        Where the person stands in place, shape (n,).
    told
        The view that was named.
    """
    here = track.part(frames)
    shoulders, hips = (here.image_px[:, [getattr(BODY[side], joint) for side in Side]] for joint in ("shoulder", "hip"))
    across, between_hips = (joints[:, 0] - joints[:, 1] for joints in (shoulders, hips))
    trunk = shoulders.mean(axis=1) - hips.mean(axis=1)
    broad = known_median(np.linalg.norm(across, axis=1) / np.linalg.norm(trunk, axis=1))
    if (broad < _NARROW) if told is ViewKind.FRONT else (broad > _BROAD):
        other = ViewKind.SIDE if told is ViewKind.FRONT else ViewKind.FRONT
        return _unseen_turn(told, ViewQuality.REFUSED, f"The {told} view was named, but this is seen from the {other}.")
    if told is ViewKind.FRONT:
        leftward = next(
            (way for each in (across, between_hips) if np.isfinite(way := known_median(each[:, 0]))), float("nan")
        )
        if not np.isfinite(leftward):
            return _unseen_turn(told, ViewQuality.REFUSED, _NOT_SEEN_TOGETHER)
        facing = leftward > 0
        reason = f"Taken as seen {'from the front' if facing else 'from behind'}, as named: without depth {_NOT_TOLD}."
        return replace(_unseen_turn(told, ViewQuality.LOW, reason), facing_camera=facing)
    ahead = _feet_ahead_px(here)
    if not ahead:
        return _unseen_turn(told, ViewQuality.REFUSED, "The feet were not seen, so which side this is is not known.")
    near = Side.RIGHT if ahead > 0 else Side.LEFT
    reason = f"Taken as seen from the {near} side, as named: without depth {_NOT_TOLD}."
    return replace(_unseen_turn(told, ViewQuality.LOW, reason), near_leg=near)


_NOT_TOLD = "nothing tells how square that is, so all angles are given with low confidence"


def _unseen_turn(told: ViewKind, quality: ViewQuality, reason: str) -> ViewVerdict:
    error = FRONT_DEG if told is ViewKind.FRONT else SIDE_DEG
    return ViewVerdict(told, float("nan"), error, None, quality, reason)


def view_parts(track: PoseTrack) -> tuple[PoseTrack, ...]:
    """Return the parts of a track in each of which the camera sees the person from one side, in order of time.

    A view belongs to a time: somebody turns round in mid-film, or two films are put together. Turns are found as the
    cheapest sequence of constant turns (Potts 1952; dynamic programming), and what lies between two views is in no
    part. A single view gives the track itself.

    Parameters
    ----------
    track
        As the pose estimator gave it.
    """
    yaw = yaw_series_deg(track)
    stretches: list[tuple[int, int]] = []
    for a, b in _constant_turns(track.t_s, yaw):
        if track.t_s[b - 1] - track.t_s[a] < _SHORTEST_VIEW_S:
            continue
        if stretches and not is_another_view(track.part(slice(*stretches[-1])), track.part(slice(a, b))):
            stretches[-1] = (stretches[-1][0], b)
        else:
            stretches.append((a, b))
    if len(stretches) < 2:
        return (track,)
    return tuple(track.part(slice(a, b)) for a, b in stretches)


def _constant_turns(t_s: FloatArray, yaw_deg: FloatArray) -> list[tuple[int, int]]:
    """Return (start, stop) of the stretches of constant turn that explain a turn over time, shape (n,), best."""
    known = np.isfinite(yaw_deg)
    if not known.any():
        return []
    centres = np.arange(-180.0, 180.0, _TURN_STEP_DEG)
    off = np.abs((yaw_deg[:, None] - centres + 180) % 360 - 180)
    lasts = np.minimum(np.diff(t_s, append=t_s[-1]), _LONGEST_STEP_S)
    costs = np.where(known[:, None], np.minimum(off, _VIEW_CHANGE_DEG), 0.0) * lasts[:, None]
    total = costs[0].copy()
    came_from = np.empty(costs.shape, dtype=np.int64)
    stay = np.arange(len(centres))
    for i in range(1, len(costs)):
        best = int(total.argmin())
        came_from[i] = np.where(total <= total[best] + _CHANGE_COST_DEG_S, stay, best)
        total = np.minimum(total, total[best] + _CHANGE_COST_DEG_S) + costs[i]
    states = np.empty(len(costs), dtype=np.int64)
    states[-1] = total.argmin()
    for i in range(len(costs) - 1, 0, -1):
        states[i - 1] = came_from[i, states[i]]
    edges = [0, *(np.flatnonzero(np.diff(states)) + 1), len(states)]
    return [(int(a), int(b)) for a, b in pairwise(edges)]


def usual_turn_deg(track: PoseTrack) -> float:
    """Return the median turn of the body over some frames, see `ViewVerdict.yaw_deg`; NaN where none is known."""
    return middle_deg(yaw_series_deg(track))


def is_turned(one_deg: float, other_deg: float) -> bool:
    """Return whether two turns of the body are as far apart as two views are; False where one is not known."""
    return abs((other_deg - one_deg + 180) % 360 - 180) >= _VIEW_CHANGE_DEG


def is_another_view(one: PoseTrack, other: PoseTrack) -> bool:
    """Return whether the camera sees the person from another side in one stretch of a recording than in another."""
    turns = [usual_turn_deg(each) for each in (one, other)]
    if not is_turned(*turns):
        return False
    if all(abs(abs(turn) - 90) <= _ASIDE_DEG for turn in turns):
        # Both from the side: a body that the model drew the wrong way round still has its feet pointing where they did.
        return bool(np.sign(_feet_ahead_px(one)) != np.sign(_feet_ahead_px(other)))
    return True


def _feet_ahead_px(track: PoseTrack) -> float:
    """Return how far to the right the feet point in the picture, median of the feet over the frames (px)."""
    ways = [track.image_px[:, BODY[side].toe, 0] - track.image_px[:, BODY[side].heel, 0] for side in Side]
    known = np.concatenate(ways)
    known = known[np.isfinite(known)]
    return float(np.median(known)) if len(known) else 0.0


def middle_deg(turns_deg: FloatArray) -> float:
    """Return the median of turns on the circle (deg); NaN where none is known."""
    turns = np.radians(turns_deg[np.isfinite(turns_deg)])
    if len(turns) == 0:
        return float("nan")
    centre = np.angle(np.exp(1j * turns).mean())
    return float(np.degrees(np.angle(np.exp(1j * (centre + np.median(np.angle(np.exp(1j * (turns - centre)))))))))


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
    """Return how far the camera is off the true front or side view (deg, never negative).

    0 for other views, and where it is not known: then all that is known is in `ViewVerdict.yaw_error_deg`.
    """
    if not np.isfinite(view.yaw_deg):
        return 0.0
    off_front = min(abs(view.yaw_deg), 180 - abs(view.yaw_deg))
    if view.kind is ViewKind.FRONT:
        return off_front
    return 90 - off_front if view.kind is ViewKind.SIDE else 0.0


def front_turn_deg(view: ViewVerdict) -> float:
    """Return how far the front of a person seen from the front or from behind points to the picture's left (deg).

    0 where it is not known.
    """
    return float(np.degrees(np.arcsin(np.sin(np.radians(view.yaw_deg))))) if np.isfinite(view.yaw_deg) else 0.0


def known_front_turn_deg(view: ViewVerdict) -> float:
    """Return the part of `front_turn_deg` that is worth correcting for.

    People are asked to stand square and mostly do. Of a small turn that is read, the likeliest part is therefore the
    share that its spread has in the spread of the readings (Gaussian shrinkage); of a large one, which nobody means to
    stand in, all but the noise (positive-part James-Stein, 1961): the larger of the two.
    """
    turn, spread = front_turn_deg(view), view.yaw_error_deg / 1.96
    usual = STANDS_SQUARE_DEG**2 / (STANDS_SQUARE_DEG**2 + spread**2)
    return max(usual * turn, _worth_correcting(turn, view.yaw_error_deg), key=abs)


def left_turn_spread_deg(view: ViewVerdict) -> float:
    """Return the standard deviation of the turn that `known_front_turn_deg` leaves in."""
    spread = view.yaw_error_deg / 1.96
    if not np.isfinite(view.yaw_deg):
        return spread
    corrected = known_front_turn_deg(view)
    if abs(corrected) > abs(front_turn_deg(view)) * STANDS_SQUARE_DEG**2 / (STANDS_SQUARE_DEG**2 + spread**2):
        return spread
    return STANDS_SQUARE_DEG * spread / float(np.hypot(STANDS_SQUARE_DEG, spread))


def roll_deg(standing: Standing) -> float:
    """Return the tilt of the picture of somebody seen from the front, as their body in stance tells it (deg).

    The middle of the tilts of the lines through shoulders, hips and ankles, positive where the side at the picture's
    right is lower; NaN where one of the lines is not seen. Where one foot is held up, its height is no tilt: then it is
    halfway between shoulders and hips, as who stands on one leg tilts them against each other.
    """
    tilts: list[float] = []
    for joint in ("shoulder", "hip", "ankle"):
        ends = standing.points_px[[getattr(BODY[side], joint) for side in (Side.LEFT, Side.RIGHT)]]
        left, right = ends[np.argsort(ends[:, 0])]
        run = right[0] - left[0]
        if np.isfinite(run) and run > 0:
            tilts.append(float(np.degrees(np.arctan2(right[1] - left[1], run))))
    if len(tilts) != _BODY_LINES:
        return float("nan")
    trunk = float(np.mean(tilts[:-1]))
    return trunk if abs(tilts[-1] - trunk) > _FOOT_UP_DEG else float(np.median(tilts))


def known_roll_deg(standing: Standing, source: TrackSource) -> float:
    """Return the part of `roll_deg` that is worth correcting for; 0 where it is not known."""
    roll = roll_deg(standing)
    return _worth_correcting(roll, 1.96 * _reading_of(source).roll_spread_deg) if np.isfinite(roll) else 0.0


def _worth_correcting(angle_deg: float, error_deg: float) -> float:
    return angle_deg * max(0.0, 1.0 - (error_deg / angle_deg) ** 2) if angle_deg else 0.0


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
