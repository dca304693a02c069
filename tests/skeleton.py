"""A made-up person before a made-up camera: pose tracks with exactly known joint angles, view and rep times.

Written on its own, like the person in `stick_figure`: nothing of `formcheck.kinematics` is imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from formcheck.pose.types import PoseTrack, TrackSource

from .stick_figure import ANKLE as ANKLE
from .stick_figure import HEEL as HEEL
from .stick_figure import HIP as HIP
from .stick_figure import HIPS_APART_M as HIPS_APART_M
from .stick_figure import KNEE as KNEE
from .stick_figure import LEFT as LEFT
from .stick_figure import LEGS as LEGS
from .stick_figure import RIGHT as RIGHT
from .stick_figure import SHANK_M as SHANK_M
from .stick_figure import THIGH_M as THIGH_M
from .stick_figure import TOE as TOE
from .stick_figure import Body as Body
from .stick_figure import Exercise as Exercise
from .stick_figure import Floats as Floats
from .stick_figure import Move as Move
from .stick_figure import Person as Person
from .stick_figure import TrueRep as TrueRep
from .stick_figure import duration_s as duration_s
from .stick_figure import place_body
from .stick_figure import timeline as timeline


@dataclass(frozen=True)
class Camera:
    """A pinhole camera that looks at the person's middle, tilted by `pitch_deg` (positive = from above)."""

    distance_m: float = 3.0
    aim_m: float = 0.85
    """Height of the point it looks at."""
    aside_m: float = 0.0
    """How far to the right of the camera's axis the person stands."""
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    width: int = 1280
    height: int = 720
    field_of_view_deg: float = 67.4
    """Along the longer side of the picture."""
    fps: float = 30.0


@dataclass(frozen=True, eq=False)
class Film:
    """What the pose estimator would say, and what is true."""

    track: PoseTrack
    knee_flexion_deg: Floats = field(repr=False)
    """Shape (n, 2), in space."""
    fppa_deg: Floats = field(repr=False)
    """Shape (n, 2)."""
    kmf_pct: Floats = field(repr=False)
    """Shape (n, 2), of thigh and shank together."""
    lean_deg: Floats = field(repr=False)
    drop_deg: Floats = field(repr=False)
    trunk_flexion_deg: Floats = field(repr=False)
    reps: tuple[TrueRep, ...]


def _turn(yaw_deg: float) -> Floats:
    """Return the matrix that takes (left, up, forward) to a level camera's (right, down, away)."""
    s, c = np.sin(np.radians(yaw_deg)), np.cos(np.radians(yaw_deg))
    return np.array([[c, 0.0, -s], [0.0, -1.0, 0.0], [-s, 0.0, -c]])


def _tilt(camera: Camera) -> Floats:
    """Return the matrix of the camera's own pitch and roll; a roll turns the picture clockwise."""
    p, r = np.radians(camera.pitch_deg), np.radians(camera.roll_deg)
    pitch = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
    roll = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    return np.asarray(roll @ pitch)


@dataclass(frozen=True, eq=False)
class Acted:
    """What a person does over time, in space."""

    t_s: Floats
    body: Body
    lean_deg: Floats
    drop_deg: Floats
    reps: tuple[TrueRep, ...]


def act(person: Person, t_s: Floats) -> Acted:
    """Let a person do the set."""
    flexion, shares, reps = timeline(person, t_s)

    def mix(values: Sequence[float], at_rest: float = 0.0) -> Floats:
        moved = (share * (value - at_rest) for value, share in zip(values, shares, strict=True))
        return np.asarray(sum(moved, np.full(len(t_s), at_rest)))

    fppa = [mix([m.fppa_deg[leg] for m in person.moves], person.stance_fppa_deg[leg]) for leg in (LEFT, RIGHT)]
    lean, drop = mix([m.lean_deg for m in person.moves]), mix([m.drop_deg for m in person.moves])
    return Acted(t_s, place_body(person, flexion, np.stack(fppa, axis=1), lean, drop), lean, drop, reps)


def turn_as_read(yaw_deg: float, reads_low_deg: float) -> float:
    """Return what an estimator reads of a turn that takes this off it, fading with the cosine of what it reads."""
    read = yaw_deg
    for _ in range(50):
        read = yaw_deg - reads_low_deg * float(np.cos(np.radians(read)))
    return read


def made_up_source(
    acted: Acted, width: int, height: int, fps: float, pose_model: str = "pose_landmarker_full"
) -> TrackSource:
    """Return the source of a clip that nobody recorded."""
    return TrackSource(
        name="made-up.mp4",
        sha256="0" * 64,
        width=width,
        height=height,
        fps=fps,
        duration_s=float(acted.t_s[-1]),
        frames=len(acted.t_s),
        pose_model=pose_model,
        model_sha256="0" * 64,
        mediapipe="none",
    )


def as_film(acted: Acted, track: PoseTrack) -> Film:
    """Return what is seen with what is true."""
    return Film(
        track=track,
        knee_flexion_deg=acted.body.flexion,
        fppa_deg=acted.body.fppa,
        kmf_pct=acted.body.kmf,
        lean_deg=acted.lean_deg,
        drop_deg=acted.drop_deg,
        trunk_flexion_deg=acted.body.trunk_flexion,
        reps=acted.reps,
    )


def film(
    person: Person | None = None,
    camera: Camera | None = None,
    *,
    t_s: Floats | None = None,
    reads_low_deg: float = 0.0,
    hips_drawn_apart_m: float = HIPS_APART_M,
    pose_model: str = "pose_landmarker_full",
) -> Film:
    """Let a camera see a person.

    Parameters
    ----------
    t_s
        Times of the frames; the camera's even rate when None.
    reads_low_deg
        What the estimator's world takes off the turn of someone who faces the camera; fades with the cosine.
    hips_drawn_apart_m
        Where the estimator draws the hips; the truth is of the joints.
    pose_model
        The name the landmarks come under.
    """
    person, camera = person or Person(), camera or Camera()
    acted = act(person, np.arange(0.0, duration_s(person), 1 / camera.fps) if t_s is None else t_s)
    return film_of(
        acted,
        camera,
        person.yaw_deg,
        reads_low_deg=reads_low_deg,
        hips_drawn_apart_m=hips_drawn_apart_m,
        pose_model=pose_model,
    )


def film_of(
    acted: Acted,
    camera: Camera,
    yaw_deg: float,
    *,
    reads_low_deg: float = 0.0,
    hips_drawn_apart_m: float = HIPS_APART_M,
    pose_model: str = "pose_landmarker_full",
) -> Film:
    """Let a camera see what a person did who is turned by `yaw_deg`; see `film`."""
    drawn = acted.body.points.copy()
    middle = drawn[:, HIP].mean(axis=1, keepdims=True)
    drawn[:, HIP] = middle + (drawn[:, HIP] - middle) * (hips_drawn_apart_m / HIPS_APART_M)
    tilt = _tilt(camera)
    stage = (drawn - [0.0, camera.aim_m, 0.0]) @ _turn(yaw_deg).T
    seen = (stage @ tilt.T) + [0.0, 0.0, camera.distance_m] + tilt @ [camera.aside_m, 0.0, 0.0]
    focal = max(camera.width, camera.height) / 2 / np.tan(np.radians(camera.field_of_view_deg) / 2)
    image = focal * seen[..., :2] / seen[..., 2:] + [camera.width / 2, camera.height / 2]
    # An estimator sees a turn to the line of sight, not to the optical axis.
    sight_deg = float(np.degrees(np.arctan2(camera.aside_m, camera.distance_m)))
    read = turn_as_read(yaw_deg - sight_deg, reads_low_deg)
    world = (drawn - middle) @ _turn(read).T @ tilt.T
    source = made_up_source(acted, camera.width, camera.height, camera.fps, pose_model)
    return as_film(acted, PoseTrack(acted.t_s, image, np.full(image.shape[:2], 0.99), world, source))
