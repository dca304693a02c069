"""One pose and many: the arrays that everything above the pose estimator works on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.names import shown_name
from formcheck.pose.landmarks import MIRROR, N_LANDMARKS
from formcheck.pose.origin import Finder, PoseOrigin

FloatArray = NDArray[np.float64]

CAMERA_AXES = ("dx_px", "dy_px", "roll_deg", "scale")
"""Columns of `PoseTrack.camera`."""


@dataclass(frozen=True, eq=False)
class Pose:
    """The landmarks of one person in one frame.

    NaN in `image_px` and `world_m`, and 0 in `visibility`, mean that no person was found.
    """

    t_s: float
    """Presentation time of the frame (s)."""
    image_px: FloatArray
    """Landmarks in the upright, un-mirrored picture, shape (33, 2): x right, y down, pixels of the source video."""
    visibility: FloatArray
    """The estimator's belief that each landmark is in view and not hidden, of this frame alone, shape (33,), 0 to 1."""
    world_m: FloatArray
    """Landmarks relative to mid-hip, shape (33, 3), metres: x right, y down, z away from the camera.
    A learned guess: good enough to tell the view, never to be used for depth or knee angles."""

    @property
    def found(self) -> bool:
        """Whether a person was found in this frame."""
        return bool(np.isfinite(self.image_px[0, 0]))

    @classmethod
    def of(cls, t_s: float, points: Mapping[int, Sequence[float]]) -> Pose:
        """Make a pose from some landmarks; the others were not seen, and nothing is known of depth.

        Parameters
        ----------
        t_s
            Presentation time of the frame (s).
        points
            By `Landmark`: x and y in pixels of the upright picture, and how visible it is, 0 to 1; 1 where that is
            left out.

        Raises
        ------
        ValueError
            If there is no such landmark, or a point is none.
        """
        pose = nobody(t_s)
        for mark, point in points.items():
            if mark not in range(N_LANDMARKS) or len(point) not in (2, 3):
                raise ValueError(f"landmark {mark} cannot be at {tuple(point)}: give x, y and visibility")
            pose.image_px[mark] = point[:2]
            seen = np.isfinite(pose.image_px[mark]).all()
            pose.visibility[mark] = (point[2] if len(point) > 2 else 1.0) if seen else 0.0
        return pose


def nobody(t_s: float) -> Pose:
    """Return the pose of a frame in which nobody was found."""
    return Pose(t_s, np.full((N_LANDMARKS, 2), np.nan), np.zeros(N_LANDMARKS), np.full((N_LANDMARKS, 3), np.nan))


@dataclass(frozen=True)
class TrackSource:
    """Where a pose track comes from: the video it was read off and the model that read it.

    Raises
    ------
    ValueError
        If `slowed` is no factor.
    """

    name: str
    """File name without folder, as it is shown."""
    sha256: str
    """Of the video file, hexadecimal."""
    width: int
    """Of the upright picture with square pixels, px."""
    height: int
    """Of the upright picture with square pixels, px."""
    fps: float
    """Mean rate at which the source was filmed (frames/s), before any thinning."""
    duration_s: float
    frames: int
    """Frames in the source, before any thinning."""
    pose_model: str
    """Such as `pose_landmarker_full`; the name of another pose source where the poses are from one."""
    model_sha256: str
    """Empty where there is no file of it."""
    mediapipe: str
    """Version of MediaPipe that estimated the poses; empty where another program did."""
    people_seen: tuple[int, ...] = ()
    """Number of people of a size comparable to the largest, in frames sampled over the whole clip; empty if unknown."""
    mean_luma: float = float("nan")
    """Mean brightness of the sampled frames, 0 black to 255 white; NaN if unknown."""
    damaged: str = ""
    """One sentence on where and how the video is damaged; empty if it is whole."""
    mirrored: bool = False
    """Whether the recording was said to be a mirror image; the landmarks are those of the picture put right."""
    slowed: float = 1.0
    """How many times slower the video is shown than it happened; `t_s`, `fps` and `duration_s` are of what happened."""
    balanced: bool = False
    """Whether the landmarks are the mean of what the model says of the picture and of its mirror image."""
    focal_px: float = float("nan")
    """Focal length of the lens (px), as far as the file names it; NaN where it does not."""
    person: str = ""
    """How the person was chosen among several: `asked` for by a person, `exercising` as nobody else; empty if alone."""
    repeated: tuple[tuple[float, float], ...] = ()
    """From when to when (s) one picture is shown again and again: time of the first one, and of the first new one."""
    principal_x_px: float = float("nan")
    """Where the optical axis meets the picture (px), for a picture that is known to be cut out of another; else NaN."""
    principal_y_px: float = float("nan")
    where: str = ""
    """Where the poses were found, such as `in the browser (as it says)`; empty where formcheck ran the model itself."""
    runtime: str = ""
    """What ran the model there, with its version, such as `@mediapipe/tasks-vision 0.10.35`."""
    runtime_sha256: str = ""
    """Of its WebAssembly file, hexadecimal."""
    delegate: str = ""
    """What it computed on there, `CPU` or `GPU`."""
    finders: tuple[Finder, ...] = ()
    """Of a live set: who found the poses, in order of time; the fields above are of whoever found most of them."""

    @property
    def origin(self) -> PoseOrigin:
        """Who found the poses, or most of them."""
        return PoseOrigin(
            self.pose_model,
            self.model_sha256,
            self.mediapipe,
            self.where,
            self.runtime,
            self.runtime_sha256,
            self.delegate,
            self.balanced,
        )

    def found_by(self, origin: PoseOrigin) -> TrackSource:
        """Return the same recording with poses from somebody else."""
        return replace(
            self,
            pose_model=origin.name,
            model_sha256=origin.sha256,
            mediapipe=origin.mediapipe,
            where=origin.where,
            runtime=origin.runtime,
            runtime_sha256=origin.runtime_sha256,
            delegate=origin.delegate,
            balanced=origin.balanced,
        )

    def __post_init__(self) -> None:
        # Whatever a recorder, an archive or an older version called the file: it goes into texts of every kind.
        object.__setattr__(self, "name", shown_name(self.name))
        if not 0 < self.slowed < math.inf:
            raise ValueError(f"slowed must be a factor above 0 but is {self.slowed}")


@dataclass(frozen=True, eq=False)
class PoseTrack:
    """The poses of one person over time; the first axis of every array is time.

    Frames in which nobody was found have NaN coordinates and visibility 0.

    Raises
    ------
    ValueError
        If shapes disagree or time does not strictly increase.
    """

    t_s: FloatArray
    """Presentation times, shape (n,), seconds, strictly increasing; spacing may vary."""
    image_px: FloatArray
    """Shape (n, 33, 2): x right, y down, pixels of the upright, un-mirrored source picture."""
    visibility: FloatArray
    """Shape (n, 33), 0 to 1."""
    world_m: FloatArray
    """Shape (n, 33, 3), metres relative to mid-hip: x right, y down, z away from the camera."""
    source: TrackSource = field(repr=False)
    camera: FloatArray | None = field(default=None, repr=False)
    """How the camera moved, shape (n, 4): by how much the background lies further right and lower than in the first
    picture, at the picture's middle (px), by how much it is turned clockwise (deg), and how many times larger it is.
    None where the camera stood still, or where that is not known."""

    def __post_init__(self) -> None:
        n = len(self.t_s)
        for name, shape in (
            ("t_s", (n,)),
            ("image_px", (n, N_LANDMARKS, 2)),
            ("visibility", (n, N_LANDMARKS)),
            ("world_m", (n, N_LANDMARKS, 3)),
        ):
            got = getattr(self, name).shape
            if got != shape:
                raise ValueError(f"{name} must have shape {shape} but has {got}")
        if self.camera is not None and self.camera.shape != (n, len(CAMERA_AXES)):
            raise ValueError(f"camera must have shape {(n, len(CAMERA_AXES))} but has {self.camera.shape}")
        if n > 1 and not np.all(np.diff(self.t_s) > 0):
            raise ValueError("t_s must strictly increase")

    def __len__(self) -> int:
        return len(self.t_s)

    def __iter__(self) -> Iterator[Pose]:
        for i in range(len(self)):
            yield self[i]

    def __getitem__(self, i: int) -> Pose:
        return Pose(float(self.t_s[i]), self.image_px[i], self.visibility[i], self.world_m[i])

    def part(self, frames: slice | NDArray[np.bool_]) -> PoseTrack:
        """Return some of the frames, their times as they are."""
        return replace(
            self,
            t_s=self.t_s[frames],
            image_px=self.image_px[frames],
            visibility=self.visibility[frames],
            world_m=self.world_m[frames],
            camera=None if self.camera is None else self.camera[frames],
        )

    @property
    def has_depth(self) -> bool:
        """Whether anything is known of depth: landmarks of a flat source have no world landmarks."""
        return bool(np.isfinite(self.world_m).any())

    @property
    def found(self) -> NDArray[np.bool_]:
        """Whether any landmark of a person was found, shape (n,); the head may be out of the picture."""
        return np.asarray(np.isfinite(self.image_px[..., 0]).any(axis=1), dtype=np.bool_)

    def with_sides_exchanged(self, frames: NDArray[np.bool_], landmarks: Sequence[int]) -> PoseTrack:
        """Return a copy in which the given landmarks trade places with their counterparts on the other side.

        Parameters
        ----------
        frames
            Shape (n,): where to exchange.
        landmarks
            Indices of the landmarks to exchange; name both sides.
        """
        to = np.asarray(landmarks, dtype=np.intp)
        of = np.asarray(MIRROR, dtype=np.intp)[to]
        rows = np.flatnonzero(frames)[:, None]
        image, visibility, world = self.image_px.copy(), self.visibility.copy(), self.world_m.copy()
        image[rows, to], visibility[rows, to] = self.image_px[rows, of], self.visibility[rows, of]
        world[rows, to] = self.world_m[rows, of]
        return replace(self, image_px=image, visibility=visibility, world_m=world)


def track_of(poses: Sequence[Pose], source: TrackSource) -> PoseTrack:
    """Return poses, one at least and in order of time, as a track; of those that come one by one see `TrackBuilder`."""
    return PoseTrack(
        np.array([pose.t_s for pose in poses]),
        np.array([pose.image_px for pose in poses]),
        np.array([pose.visibility for pose in poses]),
        np.array([pose.world_m for pose in poses]),
        source,
    )
