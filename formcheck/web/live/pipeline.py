"""One set from what its page sends to the answer: measured by the engine, whatever its poses come from.

A set outlives what finds its poses: a page that goes over to another model, or from landmarks to pictures, goes on with
the same engine and the same reps.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from formcheck.kinematics.steps import Steps
from formcheck.pose.models import PoseModel
from formcheck.pose.origin import PoseOrigin
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment
from formcheck.session.live_state import CameraFacts
from formcheck.session.request import SetRequest
from formcheck.web.live.kept_video import KeptVideo
from formcheck.web.live.limits import LiveLimits, Source
from formcheck.web.live.messages import BrowserEstimator, CameraSays, GoOn, SetupMessage, StepDown, Why
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
    began_ms: float | None = None
    """When the time of the pose track begins, by the page's clock; None where no page needs to know it. A video that
    the page has kept is laid beside the landmarks by it."""


@dataclass(frozen=True)
class PipelineResult:
    """A finished set and the recording that belongs to it."""

    finished: FinishedSet
    video: KeptVideo | None


class FrameSource(ABC):
    """Makes poses of what a page sends, and answers to it. The set, its engine and its time stay when it is closed.

    Parameters
    ----------
    of
        The set.
    """

    def __init__(self, of: Pipeline) -> None:
        self._set = of

    @property
    @abstractmethod
    def finder(self) -> PoseModel | PoseOrigin:
        """What finds the poses."""

    @property
    @abstractmethod
    def balanced(self) -> bool:
        """Whether they come balanced."""

    @abstractmethod
    def measure(self, data: bytes) -> str:
        """Take the next message, which is of this source's kind, and return the answer to it.

        Raises
        ------
        LiveRefusalError
            If it cannot be read.
        """

    @abstractmethod
    def close(self) -> None:
        """Free what it holds."""

    def take_video(self) -> tuple[Path, KeptVideo] | tuple[None, None]:
        """Complete the video, if there is one, and hand it over."""
        return None, None


SourceMaker = Callable[["Pipeline", BrowserEstimator | None], FrameSource]
_BECAUSE: Final[Mapping[Why, str]] = {
    "slow": "what found it before was too slow",
    "failed": "what found it before failed",
    "context-lost": "the browser lost its graphics context",
    "wrong": "what found it before was not exact",
}
_KEPT_REMARK: Final = (
    "There was no network during this set: its landmarks were kept on the device and measured afterwards, and cues "
    "were not given throughout."
)


class Pipeline:
    """Works on one set, in one thread at a time. Use it in a `with` block: it frees what it holds.

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
    sources
        Makes what finds the poses of each kind of messages.

    Raises
    ------
    PoseModelError
        On entering: there is no such model, or it cannot be used.
    """

    engine: Engine
    """There from entering on."""

    def __init__(
        self,
        set_id: str,
        setup: SetupMessage,
        parts: LiveParts,
        limits: LiveLimits,
        sources: Mapping[Source, SourceMaker],
    ) -> None:
        self.setup, self.parts, self.limits = setup, parts, limits
        self._set_id, self._sources = set_id, sources
        self._request = setup.request
        self._source: FrameSource | None = None
        self._came_from: tuple[Source, BrowserEstimator | None] = (setup.source, setup.estimator)
        self._frame_since = False
        self._first_t_ms: float | None = None
        self._last_t_ms: float | None = None
        self._remarks: list[str] = [_KEPT_REMARK] if setup.kept else []
        self.watched = False
        """Whether somebody else than its page sees the answers."""
        self.observed = ""
        """The newest answer with the pose, for them; empty where nobody watches."""

    def __enter__(self) -> Self:
        self._source = source = self._sources[self.setup.source](self, self.setup.estimator)
        try:
            self.engine = self.parts.make_engine(
                self._request,
                width_px=self.setup.width_px,
                height_px=self.setup.height_px,
                model=source.finder,
                session_number=self.setup.session_number,
                balanced=source.balanced,
                # Of a set that was kept nobody saw the offer while it was done.
                ends_by_itself=not self.setup.kept,
            )
        except BaseException:
            source.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._source is not None:
            self._source.close()

    @property
    def last_t_ms(self) -> float | None:
        """Capture time of the newest frame that was dealt with, unreadable ones included; None before the first."""
        return self._last_t_ms

    @property
    def source(self) -> Source:
        """What the set takes now."""
        return self._came_from[0]

    @property
    def opened(self) -> OpenSet:
        """What the page is told of the set."""
        return OpenSet(
            self._set_id,
            self._request.rubric,
            self._request.plan,
            self._now.finder.name,
            self.source,
            pictures_allowed=self.setup.pictures_allowed,
            kept=self.setup.kept,
        )

    def measure(self, data: bytes, t_ms: float) -> str:
        """Take the next message, of the kind that the set takes now, and return the answer to it.

        Parameters
        ----------
        data
            The whole message.
        t_ms
            Capture time of its newest frame.

        Raises
        ------
        LiveRefusalError
            If it cannot be read.
        """
        # Also what is refused is dealt with: sent again after a resume it would be refused again.
        self._frame_since, self._last_t_ms = True, t_ms
        return self._now.measure(data)

    def step_down(self, step: StepDown) -> None:
        """Go on with frames that come in another way, with the same engine.

        Said again before any frame it changes nothing: a page that lost its connection does not know what arrived.

        Raises
        ------
        PoseModelError
            If pictures are to come and there is no pose model here; the set then goes on as before.
        """
        again = not self._frame_since and (step.source, step.estimator) == self._came_from
        if again or step.source == self.source == "picture":
            return
        before, self._source = self._now, self._sources[step.source](self, step.estimator)
        before.close()
        self._came_from, self._frame_since = (step.source, step.estimator), False
        self.engine.use_finder(self._source.finder, balanced=self._source.balanced, why=_BECAUSE[step.why])

    def note(self, message: GoOn | CameraSays) -> None:
        """Tell the engine what its page says between two frames."""
        if isinstance(message, GoOn):
            self.engine.go_on()
        else:
            self.engine.hear_of_camera(CameraFacts(message.fps, message.exposure_ms))

    def remark(self, sentence: str) -> None:
        """Add a sentence to what the result says of how the set was done."""
        self._remarks.append(sentence)

    @property
    def unfinished(self) -> bool:
        """Whether something is put off that `do_part` would do."""
        return self.engine.unfinished

    def do_part(self) -> None:
        """Do a part of what is put off."""
        self.engine.do_part()

    def finishing(self) -> Steps[PipelineResult]:
        """Measure and judge the set in steps; the video, if any, is the caller's from here on.

        Raises
        ------
        NotAssessableError
            If there is nothing to assess.
        """
        assessment = yield from self.engine.finishing()
        track = self.engine.track()
        path, video = self._now.take_video()
        finished = FinishedSet(
            set_id=self._set_id,
            assessment=assessment,
            request=self._request,
            pose_track=track,
            video_path=path,
            finished_at=datetime.now(UTC),
            remarks=tuple(self._remarks),
            began_ms=None if self._first_t_ms is None else self._first_t_ms + 1000 * self.engine.begins_s,
        )
        return PipelineResult(finished, video)

    def time_s(self, t_ms: float) -> float:
        """Return the time of a frame from the first one on (s)."""
        if self._first_t_ms is None:
            self._first_t_ms = t_ms
        return (t_ms - self._first_t_ms) / 1000

    @property
    def _now(self) -> FrameSource:
        if self._source is None:
            raise ValueError("a set is worked on in a `with` block")
        return self._source
