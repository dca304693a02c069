"""What a live set is put together from, so that each part can be another one: pose model, estimator, engine, clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.steps import Steps
from formcheck.pose.estimator import open_pose_source
from formcheck.pose.models import PoseModel, find_model
from formcheck.pose.origin import PoseOrigin
from formcheck.pose.people import PersonBox
from formcheck.pose.types import Pose, PoseTrack
from formcheck.session.assessment import Assessment
from formcheck.session.live import LiveSet
from formcheck.session.live_state import CameraFacts, LiveState, PictureFacts, Stage
from formcheck.session.request import SetRequest


class Estimator(Protocol):
    """Finds one person's landmarks in the pictures of one set, in order; `open_pose_source` gives one."""

    def estimate(self, rgb: NDArray[np.uint8], t_s: float, *, width_px: int, height_px: int) -> Pose:
        """Return the pose in the next picture."""
        ...

    def people_in_view(self, rgb: NDArray[np.uint8], known: PersonBox | None = None) -> Sized:
        """Return everybody of a size comparable to the largest."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class Engine(Protocol):
    """Measures one set frame by frame; `LiveSet` is one."""

    @property
    def stage(self) -> Stage:
        """Where the set is."""
        ...

    @property
    def begins_s(self) -> float:
        """When the time of the track begins, by that of the frames that were added (s)."""
        ...

    def track(self) -> PoseTrack:
        """Return the poses of the set as they were added; raises `NotAssessableError` before it began."""
        ...

    def use_finder(self, finder: PoseModel | PoseOrigin, *, balanced: bool, why: str) -> None:
        """Take note that the poses are found otherwise from now on, and why: a clause."""
        ...

    def go_on(self) -> None:
        """Take back the end that is offered."""
        ...

    def hear_of_camera(self, camera: CameraFacts) -> None:
        """Take note of how the camera does."""
        ...

    def add(self, pose: Pose, facts: PictureFacts) -> LiveState:
        """Take the next pose and say what to show."""
        ...

    @property
    def unfinished(self) -> bool:
        """Whether something is put off that `do_part` would do."""
        ...

    def do_part(self) -> None:
        """Do a part of what is put off, some milliseconds long; what comes of the set is the same without."""
        ...

    def finishing(self) -> Steps[Assessment]:
        """Measure and judge the set in steps."""
        ...


class EstimatorOpener(Protocol):
    """Opens the estimator of one set."""

    def __call__(self, model: PoseModel, /, *, balanced: bool) -> Estimator:
        """Return one of this model, whose poses are the mean of picture and mirror image if `balanced`."""
        ...


class EngineMaker(Protocol):
    """Makes the engine of one set."""

    def __call__(
        self,
        request: SetRequest,
        *,
        width_px: int,
        height_px: int,
        model: PoseModel | PoseOrigin,
        session_number: int,
        balanced: bool,
        ends_by_itself: bool,
    ) -> Engine:
        """Return an engine for pictures of this size whose poses are from this model, or from another source."""
        ...


@dataclass(frozen=True)
class LiveParts:
    """The parts of every live set."""

    find_model: Callable[[str], PoseModel] = find_model
    """By its short name, such as `full`."""
    open_estimator: EstimatorOpener = open_pose_source
    make_engine: EngineMaker = LiveSet
    clock: Callable[[], float] = time.perf_counter
    """Seconds, never going back."""
