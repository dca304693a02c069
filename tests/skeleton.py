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


def film(
    person: Person | None = None,
    camera: Camera | None = None,
    *,
    t_s: Floats | None = None,
    reads_low_deg: float = 0.0,
    hips_drawn_apart_m: float = HIPS_APART_M,
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
    """
    person, camera = person or Person(), camera or Camera()
    t = np.arange(0.0, duration_s(person), 1 / camera.fps) if t_s is None else t_s
    flexion, shares, reps = timeline(person, t)

    def mix(values: Sequence[float]) -> Floats:
        return np.asarray(sum((v * s for v, s in zip(values, shares, strict=True)), np.zeros(len(t))))

    fppa = np.stack([mix([m.fppa_deg[leg] for m in person.moves]) for leg in (LEFT, RIGHT)], axis=1)
    lean, drop = mix([m.lean_deg for m in person.moves]), mix([m.drop_deg for m in person.moves])
    body = place_body(person, flexion, fppa, lean, drop)
    drawn = body.points.copy()
    middle = drawn[:, HIP].mean(axis=1, keepdims=True)
    drawn[:, HIP] = middle + (drawn[:, HIP] - middle) * (hips_drawn_apart_m / HIPS_APART_M)
    tilt = _tilt(camera)
    stage = (drawn - [0.0, camera.aim_m, 0.0]) @ _turn(person.yaw_deg).T
    seen = (stage @ tilt.T) + [0.0, 0.0, camera.distance_m] + tilt @ [camera.aside_m, 0.0, 0.0]
    focal = max(camera.width, camera.height) / 2 / np.tan(np.radians(camera.field_of_view_deg) / 2)
    image = focal * seen[..., :2] / seen[..., 2:] + [camera.width / 2, camera.height / 2]
    read = person.yaw_deg
    for _ in range(50):
        read = person.yaw_deg - reads_low_deg * float(np.cos(np.radians(read)))
    world = (drawn - middle) @ _turn(read).T @ tilt.T
    source = TrackSource(
        name="made-up.mp4",
        sha256="0" * 64,
        width=camera.width,
        height=camera.height,
        fps=camera.fps,
        duration_s=duration_s(person),
        frames=len(t),
        pose_model="pose_landmarker_full",
        model_sha256="0" * 64,
        mediapipe="none",
    )
    return Film(
        track=PoseTrack(t, image, np.full(image.shape[:2], 0.99), world, source),
        knee_flexion_deg=body.flexion,
        fppa_deg=body.fppa,
        lean_deg=lean,
        drop_deg=drop,
        trunk_flexion_deg=body.trunk_flexion,
        reps=reps,
    )
