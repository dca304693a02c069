"""One set from what its page sends to the answer: measured by the engine, whatever its poses come from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from formcheck.pose.models import PoseModel
from formcheck.pose.source import PoseOrigin
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment
from formcheck.session.request import SetRequest
from formcheck.web.live.kept_video import KeptVideo
from formcheck.web.live.landmarks import LandmarkMessage
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.messages import FrameMessage, SetupMessage
from formcheck.web.live.parts import Engine, LiveParts
from formcheck.web.live.replies import OpenSet


@dataclass(frozen=True, eq=False)
class FinishedSet:
    """One set, measured."""

    set_id: str
    assessment: Assessment = field(repr=False)
    request: SetRequest = field(repr=False)
    pose_track: PoseTrack = field(repr=False)
    """As the estimator saw it, unfiltered, from the quiet stance on; time begins there."""
    video_path: Path | None
    """The recording, if it was asked for, with the time of the pose track; deleted with the set."""
    finished_at: datetime
    """With time zone (UTC)."""
    remarks: tuple[str, ...]
    """Sentences on what was not as usual while it was done."""


@dataclass(frozen=True)
class PipelineResult:
    """A finished set and the recording that belongs to it."""

    finished: FinishedSet
    video: KeptVideo | None


class Pipeline(ABC):
    """Works on one set, in one thread. Use it in a `with` block: it frees what it holds and drops an unfinished video.

    Parameters
    ----------
    set_id
        Of the set.
    setup
        What the client asked for.
    parts
        Model, estimator, engine and clock.
    limits
        Of frames and pace.

    Raises
    ------
    PoseModelError
        On entering: there is no such model, or it cannot be used.
    """

    _engine: Engine

    def __init__(self, set_id: str, setup: SetupMessage, parts: LiveParts, limits: LiveLimits) -> None:
        self._setup, self._parts, self._limits = setup, parts, limits
        self._set_id = set_id
        self._request = setup.request
        self._first_t_ms: float | None = None
        self._last_t_ms: float | None = None
        self._remarks: list[str] = []

    @abstractmethod
    def __enter__(self) -> Self:
        """Make the engine, and load what finds the poses."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    @property
    def last_t_ms(self) -> float | None:
        """Capture time of the newest frame that was dealt with, unreadable ones included; None before the first."""
        return self._last_t_ms

    @property
    def opened(self) -> OpenSet:
        """What the page is told of the set."""
        return OpenSet(self._set_id, self._request.rubric, self._request.plan, self._finder_name, self._setup.source)

    @abstractmethod
    def measure(self, message: FrameMessage | LandmarkMessage) -> str:
        """Take the next message of the set's own kind and return the answer to it.

        Raises
        ------
        LiveRefusalError
            If it is none.
        """

    def remark(self, sentence: str) -> None:
        """Add a sentence to what the result says of how the set was done."""
        self._remarks.append(sentence)

    def finish(self) -> PipelineResult:
        """Measure and judge the set; the video, if any, is the caller's from here on.

        Raises
        ------
        NotAssessableError
            If there is nothing to assess.
        """
        assessment = self._engine.finish()
        track = self._engine.track()
        path, video = self._take_video()
        finished = FinishedSet(
            set_id=self._set_id,
            assessment=assessment,
            request=self._request,
            pose_track=track,
            video_path=path,
            finished_at=datetime.now(UTC),
            remarks=tuple(self._remarks),
        )
        return PipelineResult(finished, video)

    @property
    @abstractmethod
    def _finder_name(self) -> str:
        """What finds the poses, such as `pose_landmarker_full`."""

    @abstractmethod
    def _close(self) -> None:
        """Free what it holds."""

    def _take_video(self) -> tuple[Path, KeptVideo] | tuple[None, None]:
        """Complete the video, if there is one, and hand it over."""
        return None, None

    def _make_engine(self, finder: PoseModel | PoseOrigin, *, balanced: bool) -> Engine:
        return self._parts.make_engine(
            self._request,
            width_px=self._setup.width_px,
            height_px=self._setup.height_px,
            model=finder,
            session_number=self._setup.session_number,
            balanced=balanced,
        )

    def _time_s(self, t_ms: float) -> float:
        """Return the time of a frame from the first one on (s)."""
        if self._first_t_ms is None:
            self._first_t_ms = t_ms
        return (t_ms - self._first_t_ms) / 1000
