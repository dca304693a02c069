"""The pose estimator: MediaPipe's Pose Landmarker behind our own types.

The only module that talks to MediaPipe about pictures, and one pose source among others (`formcheck.pose.source`).
MediaPipe is imported with the first landmarker, so that the app, and landmarks that were saved, do without.

Keeping MediaPipe's start-up chatter off the terminal.

MediaPipe's C++ side writes lines such as `W0000 00:00:1795229348.692349 15752 inference_feedback_manager.cc:114] ...`
straight to file descriptor 2, whatever is wrong or right. Its environment switches (`GLOG_minloglevel` and the like)
do nothing in 0.10.31, because the library never initialises its log; so the descriptor itself is turned aside for
the moments in which it is known to chatter.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import math
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, ClassVar, Final, Literal, Self, overload

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import PoseModelError
from formcheck.pose.balance import LiveBalance, LookSchedule, correction, mirrored_back
from formcheck.pose.belief import LandmarkBelief
from formcheck.pose.covered import CoverWatch
from formcheck.pose.models import PoseModel
from formcheck.pose.origin import PoseOrigin
from formcheck.pose.people import PersonBox, comparable_people, squares_beside, squares_over
from formcheck.pose.source import OpenPoseSource, PoseSource
from formcheck.pose.types import Pose, nobody

_STDERR: Final = 2
_CHATTER: Final = re.compile(
    rb"[IW]\d{4} \d\d:\d\d:[\d.]+ +\d+ [\w.]+\.cc:\d+\] [^\n]*\n"
    rb"|INFO: Created TensorFlow Lite [^\n]*\n"
    rb"|WARNING: All log messages before absl::InitializeLog[^\n]*\n"
)
"""Information and warnings of C++ code. Errors (`E`) and fatal errors (`F`) are none of it."""
_one_at_a_time: Final = threading.Lock()


@contextmanager
def without_chatter() -> Iterator[None]:
    """Hold back standard error while the block runs, then write it out without MediaPipe's chatter.

    Nothing else is lost: errors of MediaPipe, Python's own output and that of other threads come through, a moment
    later and in order, also when the block raises. Where there is no standard error, the block just runs.
    """
    with _one_at_a_time, contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # a process without standard error has no chatter either
            stack.enter_context(_held_back())
        yield


@contextmanager
def _held_back() -> Iterator[None]:
    real = os.dup(_STDERR)
    try:
        with tempfile.TemporaryFile() as aside:
            _flush()
            os.dup2(aside.fileno(), _STDERR)
            try:
                yield
            finally:
                _flush()
                os.dup2(real, _STDERR)
                aside.seek(0)
                _write_all(real, _CHATTER.sub(b"", aside.read()))
    finally:
        os.close(real)


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


_CLOCK_STRETCH: Final = 10_000
"""MediaPipe is told that time runs this much faster. In VIDEO mode it smooths each landmark with a One-Euro filter that
cannot be switched off and trails the movement by 20 to 40 ms, by 100 ms where a movement starts. That filter goes by
the time between frames, and across minutes it has nothing left to hold on to: what comes out is what the model saw.
Our own filters follow, zero-phase for recorded sets. Measured in docs/validation.md."""
_MAX_PEOPLE: Final = 3
"""Enough to tell one person from several; each one costs time."""


@functools.cache
def mediapipe_package() -> Any:
    """Import MediaPipe and return it."""
    import mediapipe
    from mediapipe.tasks.python import vision

    # Ctrl-C inside of their constructors leaves halves that MediaPipe's finalizers stumble over, with a stack trace
    # each.
    mediapipe.Image._image_ptr = None
    vision.PoseLandmarker._handle = None
    return mediapipe


def mediapipe_version() -> str:
    """Return the version of MediaPipe that finds the poses."""
    return str(mediapipe_package().__version__)


class PoseEstimator:
    """Finds one person's landmarks in the frames of one video, in order.

    It follows the person from frame to frame, so it serves one video or one live stream and is then closed. Landmarks
    come unsmoothed, and so does visibility. A landmark is as visible as the model takes it for unhidden and for inside
    of the picture ("presence"), and not at all where the picture around it shows a cover. Runs on the CPU. Use it in a
    `with` block.

    One thread at a time may follow the frames (`estimate`), and another one may look at single pictures meanwhile
    (`in_the_mirror`, `people_in_view`, `small_people_in_view`), unless it is `balanced`: they share nothing.

    Parameters
    ----------
    model
        From `models.find_model` or `models.ensure_model`.
    balanced
        True for a live stream: `estimate` looks into the mirror once in a while and gives landmarks that are balanced
        by what was seen there up to then (`pose.balance`). A recording is balanced as a whole, by its looks before
        and after.
    watches_covers
        False where frames are too far apart to tell what comes to lie over a joint, and nobody asks.
    belief
        What takes the lag out; one that listens, where what MediaPipe says itself is to be known.

    Raises
    ------
    PoseModelError
        If MediaPipe cannot use the model, or the file has changed since it was found.
    """

    # MediaPipe chatters at its start and once more in a process, when it first finds somebody. From then on no frame
    # pays for holding that back.
    _has_found_somebody: ClassVar[bool] = False

    def __init__(
        self,
        model: PoseModel,
        *,
        balanced: bool = False,
        watches_covers: bool = True,
        belief: LandmarkBelief | None = None,
    ) -> None:
        self.model = model
        self._mirror: PoseEstimator | None = None
        self._balance = LiveBalance() if balanced else None
        self._looks = LookSchedule()
        self._last_t_s = -math.inf
        self._last_ms = -1
        self._belief = belief or LandmarkBelief()
        self._covers = CoverWatch() if watches_covers else None
        self._people_finder: Any = None
        self._landmarker: Any = _create_landmarker(model, "VIDEO", num_poses=1)

    @property
    def origin(self) -> PoseOrigin:
        """Who finds the poses: MediaPipe with this model."""
        return mediapipe_origin(self.model)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free MediaPipe's memory and threads; may be called again."""
        for landmarker in (self._landmarker, self._people_finder):
            if landmarker is not None:
                landmarker.close()
        self._landmarker = self._people_finder = None
        if self._mirror is not None:
            self._mirror.close()
            self._mirror = None

    def estimate(self, rgb: NDArray[np.uint8], t_s: float, *, width_px: int, height_px: int) -> Pose:
        """Find the person in the next frame.

        Parameters
        ----------
        rgb
            The upright picture, shape (height, width, 3), 8 bits a channel. May be a scaled-down source.
        t_s
            Presentation time, seconds from the start; must be after that of the frame before.
        width_px, height_px
            Size of the source picture, the pixels of which the landmarks shall be in.

        Returns
        -------
        Pose
            Landmarks in source pixels; they may lie outside of the picture. NaN and visibility 0 when nobody is found.

        Raises
        ------
        ValueError
            If `rgb` is no such picture, or `t_s` does not increase, is negative or not finite.
        """
        pose = self._estimate(rgb, t_s, width_px=width_px, height_px=height_px)
        if self._balance is None:
            return pose
        if not pose.found:
            self._balance.forget()
            self._looks = LookSchedule()
            return pose
        if self._looks.is_due(t_s):
            mirror = self.in_the_mirror(rgb, t_s, width_px=width_px, height_px=height_px)
            self._balance.look(correction(pose, mirror))
        return self._balance.balanced(pose)

    def in_the_mirror(self, rgb: NDArray[np.uint8], t_s: float, *, width_px: int, height_px: int) -> Pose:
        """Find the person in the mirror image of a frame.

        Follows them from look to look on its own, so it takes as long as `estimate`; the first call also loads the
        model again.

        Parameters
        ----------
        rgb, t_s, width_px, height_px
            As for `estimate`, of which it is independent; times must increase from look to look.

        Returns
        -------
        Pose
            In pixels of the picture as it is, sides as they are in it.
        """
        self._open_landmarker()
        if self._mirror is None:
            self._mirror = PoseEstimator(self.model, watches_covers=False)
        pose = self._mirror.estimate(rgb[:, ::-1], t_s, width_px=width_px, height_px=height_px)
        return mirrored_back(pose, width_px)

    def _estimate(self, rgb: NDArray[np.uint8], t_s: float, *, width_px: int, height_px: int) -> Pose:
        if not (math.isfinite(t_s) and t_s >= 0):
            raise ValueError(f"t_s must be a time from 0, but is {t_s}")
        if t_s <= self._last_t_s:
            raise ValueError(f"t_s must strictly increase, but {t_s} follows {self._last_t_s}")
        picture = _image(rgb)
        # MediaPipe wants whole milliseconds, each later than the last: frames closer than that move on by one.
        ms = max(round(t_s * 1000), self._last_ms + 1)
        with contextlib.nullcontext() if PoseEstimator._has_found_somebody else without_chatter():
            result = self._open_landmarker().detect_for_video(picture, ms * _CLOCK_STRETCH)
        self._last_t_s, self._last_ms = t_s, ms
        if not result.pose_landmarks:
            self._belief.forget()
            if self._covers is not None:
                self._covers.forget()
            return nobody(t_s)
        PoseEstimator._has_found_somebody = True
        landmarks, world = result.pose_landmarks[0], result.pose_world_landmarks[0]
        image = np.array([(point.x, point.y) for point in landmarks])
        visibility = self._belief(
            np.array([point.visibility or 0.0 for point in landmarks]),
            np.array([point.presence or 0.0 for point in landmarks]),
        )
        if self._covers is not None:
            covered = self._covers.covered(t_s, rgb, image * (rgb.shape[1], rgb.shape[0]), visibility)
            visibility[covered] = 0.0
        return Pose(
            t_s, image * (width_px, height_px), visibility, np.array([(point.x, point.y, point.z) for point in world])
        )

    def people_in_view(self, rgb: NDArray[np.uint8], known: PersonBox | None = None) -> tuple[PersonBox, ...]:
        """Find everybody of a size comparable to the largest person in one picture.

        Independent of `estimate` and of time. Takes as long as some two frames of `estimate`, so it is meant for a few
        frames of a video; the first call also loads the model again.

        Parameters
        ----------
        rgb
            The upright picture, shape (height, width, 3), 8 bits a channel.
        known
            Where somebody is known to be, in pixels of `rgb`: others are looked for at that size.

        Returns
        -------
        tuple of PersonBox
            In pixels of `rgb`, largest first, `known` among them; empty when nobody is found or known.

        Raises
        ------
        ValueError
            If `rgb` is no such picture.
        """
        if known is None:
            return comparable_people(self._people(rgb))
        found = [known]
        height, width = rgb.shape[:2]
        without = rgb.copy()
        without[known.frames(rgb)] = rgb.mean(axis=(0, 1)).astype(np.uint8)
        for square in squares_beside(known, width, height):
            rows, columns = square.frames(rgb)
            found += [box.moved(columns.start, rows.start) for box in self._people(without[rows, columns])]
        return comparable_people(found)

    def small_people_in_view(self, rgb: NDArray[np.uint8]) -> tuple[PersonBox, ...]:
        """Find people who are too small for `people_in_view`: as that, but takes as long as some 50 frames."""
        height, width = rgb.shape[:2]
        found: list[PersonBox] = []
        for square in squares_over(width, height):
            rows, columns = square.frames(rgb)
            found += [box.moved(columns.start, rows.start) for box in self._people(rgb[rows, columns])]
        return comparable_people(found)

    def _people(self, rgb: NDArray[np.uint8]) -> list[PersonBox]:
        """Return the boxes of everybody that the finder sees in a picture, three people at most."""
        image = _image(rgb)
        self._open_landmarker()
        if self._people_finder is None:
            self._people_finder = _create_landmarker(self.model, "IMAGE", num_poses=_MAX_PEOPLE)
        with without_chatter():
            result = self._people_finder.detect(image)
        height, width = rgb.shape[:2]
        return [_box(landmarks, width, height) for landmarks in result.pose_landmarks]

    def _open_landmarker(self) -> Any:
        if self._landmarker is None:
            raise ValueError("the pose estimator is closed")
        return self._landmarker


def _create_landmarker(model: PoseModel, mode: Literal["IMAGE", "VIDEO"], num_poses: int) -> Any:
    tasks = mediapipe_package().tasks
    vision = tasks.vision
    try:
        # By content, not by path: MediaPipe's C++ side cannot open every path that Windows can.
        content = model.path.read_bytes()
    except OSError as error:
        raise PoseModelError(
            f"The pose model {model.path} cannot be read: {error.strerror or error}.", "See that you may read it."
        ) from error
    if hashlib.sha256(content).hexdigest() != model.sha256:
        raise PoseModelError(f"The pose model {model.path} changed while it was in use.", "Run the command again.")
    options = vision.PoseLandmarkerOptions(
        base_options=tasks.BaseOptions(model_asset_buffer=content, delegate=tasks.BaseOptions.Delegate.CPU),
        running_mode=vision.RunningMode[mode],
        num_poses=num_poses,
    )
    try:
        with without_chatter():
            return vision.PoseLandmarker.create_from_options(options)
    except (RuntimeError, ValueError, OSError) as error:
        raise PoseModelError(
            f"MediaPipe cannot use the pose model {model.path}.",
            f"Run `formcheck models install {model.short_name}`, or choose another model.",
        ) from error


def _image(rgb: NDArray[np.uint8]) -> Any:
    mediapipe = mediapipe_package()
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or not rgb.size:
        raise ValueError(f"rgb must have shape (height, width, 3) of uint8 but has {rgb.shape} of {rgb.dtype}")
    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(rgb))


def _box(landmarks: list[Any], width: int, height: int) -> PersonBox:
    x, y = [point.x * width for point in landmarks], [point.y * height for point in landmarks]
    return PersonBox(min(x), min(y), max(x), max(y))


@overload
def open_pose_source(finder: PoseModel, *, balanced: bool = False) -> PoseEstimator: ...
@overload
def open_pose_source(finder: PoseModel | OpenPoseSource) -> PoseSource: ...
def open_pose_source(finder: PoseModel | OpenPoseSource, *, balanced: bool = False) -> PoseSource:
    """Open what finds the poses of one recording or stream.

    Parameters
    ----------
    finder
        A pose model, which MediaPipe runs, or what opens another source.
    balanced
        Of MediaPipe's estimator: True for a live stream, see `PoseEstimator`.

    Raises
    ------
    PoseModelError
        If MediaPipe cannot use the model.
    """
    if not isinstance(finder, PoseModel):
        return finder()
    return PoseEstimator(finder, balanced=balanced)


def mediapipe_origin(model: PoseModel) -> PoseOrigin:
    """Return who finds poses with a pose model: MediaPipe, in the version that is installed."""
    return PoseOrigin(model.name, model.sha256, mediapipe_version())


def origin_of(finder: PoseModel | PoseOrigin) -> PoseOrigin:
    """Return who finds poses: of a pose model MediaPipe."""
    return mediapipe_origin(finder) if isinstance(finder, PoseModel) else finder
