"""A pinhole camera that may stand anywhere, point anywhere and be cropped, and a person who may be anywhere in it.

Written on its own, like the person in `stick_figure`: nothing of `formcheck.kinematics` is imported. The camera of
`skeleton` points at the person's middle; this one need not.

Axes of the camera: x right in the picture, y down, z away along the optical axis. The *line of sight* goes from the
camera to the middle of the person's hips, wherever in the picture they are.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from formcheck.pose.types import PoseTrack, TrackSource

from .skeleton import HIP, Film, Floats, Person, act, as_film, duration_s, made_up_source, turn_as_read

FILM_WIDTH_MM = 36.0
"""Lenses are named by what they show on a picture of this width (24 mm: phones; 28 mm: webcams)."""


@dataclass(frozen=True)
class Viewpoint:
    """Where a camera stands and points, through what lens, and what of its picture is kept."""

    distance_m: float = 3.0
    """From the person, along the floor."""
    height_m: float = 0.85
    pan_deg: float = 0.0
    """How far right of the optical axis the person is: the camera points past the person's right-hand side."""
    pitch_deg: float = 0.0
    """Positive where the camera looks down."""
    roll_deg: float = 0.0
    """Positive where the picture is turned clockwise."""
    lens_mm: float = 27.0
    """35 mm equivalent, along the longer side of the picture."""
    width: int = 1280
    """Of the picture before it is cropped, px."""
    height: int = 720
    cut_left_px: int = 0
    cut_right_px: int = 0
    fps: float = 20.0

    @property
    def focal_px(self) -> float:
        """Focal length, px."""
        return self.lens_mm / FILM_WIDTH_MM * max(self.width, self.height)

    @property
    def principal_px(self) -> tuple[float, float]:
        """Where the optical axis meets the picture that is kept."""
        return self.width / 2 - self.cut_left_px, self.height / 2

    @property
    def kept_width(self) -> int:
        """Width of the picture that is kept, px."""
        return self.width - self.cut_left_px - self.cut_right_px

    @property
    def pointing(self) -> Floats:
        """The matrix that takes the axes of a level camera that points at the person to this one's."""
        a, p, r = np.radians([self.pan_deg, self.pitch_deg, self.roll_deg])
        pan = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        pitch = np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]])
        roll = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
        return np.asarray(roll @ pitch @ pan)


def filmed_from(
    view: Viewpoint,
    person: Person,
    *,
    pose_model: str = "exact",
    reads_low_deg: float = 0.0,
    lens_told: bool = False,
    place_told: bool = False,
) -> Film:
    """Let a camera see a person and an estimator find every landmark where it is.

    What is outside of the picture is not visible.

    Parameters
    ----------
    view
        Where the camera is.
    person
        Who turns by `yaw_deg` from the line of sight, not from the optical axis.
    pose_model
        The name the landmarks come under.
    reads_low_deg
        What the engine thinks that the model of this name takes off turns: it is taken off.
    lens_told, place_told
        Whether the track tells the focal length, and where the optical axis meets the picture.
    """
    acted = act(person, np.arange(0.0, duration_s(person), 1 / view.fps))
    points = acted.body.points
    middle = points[:, HIP].mean(axis=1, keepdims=True)
    stand = np.array([0.0, view.height_m, view.distance_m])
    seen = (points @ _facing(person.yaw_deg).T + stand) @ view.pointing.T
    image = view.focal_px * seen[..., :2] / seen[..., 2:] + view.principal_px
    inside = ((image >= 0) & (image <= (view.kept_width, view.height))).all(axis=2)
    read = turn_as_read(person.yaw_deg, reads_low_deg)
    along_axis = (points - middle) @ _facing(read).T @ view.pointing.T
    sight = seen[:, HIP].mean(axis=1)
    world = np.einsum("nij,nkj->nki", _onto_line_of_sight(sight), along_axis)
    source = made_up_source(acted, view.kept_width, view.height, view.fps, pose_model)
    told: dict[str, object] = {}
    if lens_told:
        told["focal_px"] = view.focal_px
    if place_told:
        told["principal_x_px"], told["principal_y_px"] = view.principal_px
    track = PoseTrack(acted.t_s, image, np.where(inside, 0.99, 0.05), world, source_told(source, told))
    return as_film(acted, track)


def source_told(source: TrackSource, told: dict[str, object]) -> TrackSource:
    """Return a source that tells what it has a field for."""
    known = {each.name for each in fields(TrackSource)}
    return replace(source, **{name: value for name, value in told.items() if name in known})  # type: ignore[arg-type]


def _facing(yaw_deg: float) -> Floats:
    """Return the matrix that takes (left, up, forward) to (right, down, away) of a level camera in front."""
    s, c = np.sin(np.radians(yaw_deg)), np.cos(np.radians(yaw_deg))
    return np.array([[c, 0.0, -s], [0.0, -1.0, 0.0], [-s, 0.0, -c]])


def _onto_line_of_sight(sight: Floats) -> Floats:
    """Return the smallest rotations that take lines of sight, shape (n, 3), onto the optical axis, (n, 3, 3)."""
    x, y, z = (sight / np.linalg.norm(sight, axis=1, keepdims=True)).T
    nil = np.zeros_like(x)
    cross = np.stack(  # of the vector sight × axis = (y, -x, 0)
        [np.stack([nil, nil, -x], axis=1), np.stack([nil, nil, -y], axis=1), np.stack([x, y, nil], axis=1)], axis=1
    )
    return np.asarray(np.eye(3) + cross + cross @ cross / (1 + z)[:, None, None])


def homography_of_turn(width: int, height: int, focal_px: float, pan_deg: float) -> Floats:
    """Return the matrix K R K⁻¹ that moves a picture as turning the camera about its own centre does, shape (3, 3).

    What is in the middle moves to the right by `pan_deg`.
    """
    a = np.radians(pan_deg)
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    lens = np.array([[focal_px, 0, width / 2], [0, focal_px, height / 2], [0, 0, 1]])
    return np.asarray(lens @ turn @ np.linalg.inv(lens))


def turned_about_centre(track: PoseTrack, focal_px: float, pan_deg: float) -> PoseTrack:
    """Return the landmarks of the same clip from a camera turned about its own centre.

    The person moves to the right in the picture by `pan_deg` and faces the camera as before: the world, which is along
    the line of sight, stays.
    """
    matrix = homography_of_turn(track.source.width, track.source.height, focal_px, pan_deg)
    rays = np.concatenate([track.image_px, np.ones((*track.image_px.shape[:2], 1))], axis=2)
    moved = rays @ matrix.T
    return _where_inside(replace(track, image_px=moved[..., :2] / moved[..., 2:]))


def cropped(track: PoseTrack, left_px: int, width: int) -> PoseTrack:
    """Return the landmarks of the same clip of which `width` px from `left_px` on are kept."""
    source = replace(track.source, width=width)
    return _where_inside(replace(track, image_px=track.image_px - [float(left_px), 0.0], source=source))


def _where_inside(track: PoseTrack) -> PoseTrack:
    """Return a track in which nothing outside of the picture is visible."""
    x, y = track.image_px[..., 0], track.image_px[..., 1]
    with np.errstate(invalid="ignore"):
        inside = (x >= 0) & (x <= track.source.width) & (y >= 0) & (y <= track.source.height)
    return replace(track, visibility=np.where(inside, track.visibility, 0.0))
