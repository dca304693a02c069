"""What gives poses: the protocol of a pose source, and the one place at which sources are opened.

Everything above asks a `PoseSource` for poses and knows nothing else of it. MediaPipe's estimator is one
(`formcheck.pose.estimator`), landmarks that were saved are another (`RecordedPoses`), and whoever brings a model of
their own writes a third: `origin`, `estimate` and `close` are enough.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import PoseTrackError
from formcheck.pose.models import MODEL_PREFIX, is_published
from formcheck.pose.origin import PoseOrigin, SelfTest
from formcheck.pose.people import PersonBox
from formcheck.pose.releases import DEFAULT_MODEL
from formcheck.pose.types import Pose, PoseTrack, nobody

_SAME_FRAME_S: Final = 0.5
"""A saved pose belongs to a picture that is nearer to it than this share of the step between two of them."""


class PoseSource(Protocol):
    """Finds one person's landmarks in the pictures of one recording or live stream, in order.

    It is opened for one of them and closed at its end.
    """

    @property
    def origin(self) -> PoseOrigin:
        """Who finds the poses."""
        ...

    def estimate(self, rgb: NDArray[np.uint8], t_s: float, *, width_px: int, height_px: int) -> Pose:
        """Find the person in the next picture.

        Parameters
        ----------
        rgb
            The upright picture, shape (height, width, 3), 8 bits a channel. May be scaled down.
        t_s
            When it happened, seconds from the start; later than the picture before.
        width_px, height_px
            Size of the source picture, the pixels of which the landmarks shall be in.

        Returns
        -------
        Pose
            At `t_s`; NaN and visibility 0 for what was not found. `Pose.of` makes one from named points.
        """
        ...

    def close(self) -> None:
        """Free what it holds; may be called again."""
        ...


@runtime_checkable
class LooksAround(Protocol):
    """What a pose source may be able to do beside: look at single pictures, on another thread than `estimate` runs on.

    Without it nobody else in view is noticed, and landmarks are not balanced between picture and mirror image.
    """

    def in_the_mirror(self, rgb: NDArray[np.uint8], t_s: float, *, width_px: int, height_px: int) -> Pose:
        """Find the person in the mirror image of a picture, in pixels of the picture as it is, sides as in it."""
        ...

    def people_in_view(self, rgb: NDArray[np.uint8], known: PersonBox | None = None) -> tuple[PersonBox, ...]:
        """Find everybody of a size comparable to the largest, `known` among them, in pixels of `rgb`."""
        ...

    def small_people_in_view(self, rgb: NDArray[np.uint8]) -> tuple[PersonBox, ...]:
        """Find people who are too small for `people_in_view`."""
        ...


OpenPoseSource = Callable[[], PoseSource]
"""Opens a pose source for one recording: the class of a source that takes no arguments is one."""


_BROWSER: Final = "in the browser (as it says)"
"""A server can check numbers, not who found them."""


def browser_origin(
    model: str,
    sha256: str,
    *,
    runtime: str,
    runtime_sha256: str,
    delegate: str,
    user_agent: str = "",
    self_test: SelfTest | None = None,
) -> PoseOrigin:
    """Return who finds the poses that a browser sends.

    Parameters
    ----------
    model
        Its short name, such as `full`.
    sha256
        Of the model's file. Only that of the default model, as it was published or was built here, makes it that model,
        with what is known of its errors.
    runtime, runtime_sha256, delegate, user_agent, self_test
        As for `PoseOrigin`.
    """
    is_known = model == DEFAULT_MODEL and is_published(model, sha256)
    name = MODEL_PREFIX + model if is_known else f"{model} pose model of a browser"
    return PoseOrigin(
        name,
        sha256,
        where=_BROWSER,
        runtime=runtime,
        runtime_sha256=runtime_sha256,
        delegate=delegate,
        user_agent=user_agent,
        self_test=self_test,
    )


class RecordedPoses:
    """A pose source whose poses were found before: gives each picture of a video the saved pose of its time.

    So landmarks of another program are measured beside their video, with what only pictures tell: their size, holes
    and how the camera moved.

    Parameters
    ----------
    track
        The saved poses, in pixels of that video's upright picture, or of one that is smaller or larger.
    """

    def __init__(self, track: PoseTrack) -> None:
        self._track = track
        self._near_s = _SAME_FRAME_S * float(np.median(np.diff(track.t_s))) if len(track) > 1 else np.inf

    @property
    def origin(self) -> PoseOrigin:
        """Who found the poses."""
        return self._track.source.origin

    def estimate(self, rgb: NDArray[np.uint8], t_s: float, *, width_px: int, height_px: int) -> Pose:  # noqa: ARG002
        """Return the pose nearest in time, nobody where none is near.

        Raises
        ------
        PoseTrackError
            If the poses are of a picture of another shape.
        """
        scale = self._scale(width_px, height_px)
        if not len(self._track):
            return nobody(t_s)
        i = int(np.abs(self._track.t_s - t_s).argmin())
        near = abs(float(self._track.t_s[i]) - t_s) <= self._near_s
        pose = self._track[i]
        return replace(pose, t_s=t_s, image_px=pose.image_px * scale) if near else nobody(t_s)

    def _scale(self, width_px: int, height_px: int) -> float:
        """Return pixels of the picture in one of the poses."""
        source = self._track.source
        scale = width_px / source.width
        if abs(source.height * scale - height_px) > max(1.0, scale):
            raise PoseTrackError(
                f"The poses are of a picture of {source.width} × {source.height} pixels, "
                f"not of {width_px} × {height_px}.",
                "Take those of this video, read with the size of its picture, and choose no person.",
            )
        return scale

    def close(self) -> None:
        """Do nothing: it holds arrays only."""
