"""The work on one live set, item by item: what is asked of it, and what it says.

It holds no lock and knows no socket, so that it can be done in any thread and in any process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Final

from formcheck.errors import FormcheckError, NotAssessableError, PoseModelError
from formcheck.web.live.landmark_source import LandmarkSource
from formcheck.web.live.limits import LiveLimits, Source
from formcheck.web.live.messages import CameraSays, GoOn, SetupMessage, StepDown
from formcheck.web.live.outgoing import Outgoing, goodbye
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.picture_source import PictureSource
from formcheck.web.live.pipeline import Pipeline, PipelineResult, SourceMaker
from formcheck.web.live.refusal import NORMAL_CLOSE, CloseCode, LiveRefusalError, no_pictures, our_fault
from formcheck.web.live.replies import error_message, finished_message, ready_message


@dataclass(frozen=True)
class Greet:
    """Tell a socket where the set is."""

    to: int
    """Which of the sockets that the set had, by number."""
    resumed: bool
    """Whether another socket had the set before."""
    backlog: int = 0
    """Frames that it may bring at once."""


@dataclass(frozen=True)
class Watch:
    """Give answers with the pose beside those for the page from here on: somebody else watches."""


@dataclass(frozen=True)
class Measure:
    """Measure what came, and answer to the socket that it came over."""

    to: int
    source: Source
    """What it is."""
    data: bytes
    frames: int
    t_ms: float
    """Capture time of the newest frame."""


@dataclass(frozen=True)
class GoDown:
    """Go on with frames that come in another way."""

    to: int
    step: StepDown
    number: int
    """Of the steps of this set."""


@dataclass(frozen=True)
class Note:
    """Take note of what the page says between two frames."""

    message: GoOn | CameraSays


@dataclass(frozen=True)
class Finish:
    """Measure the whole set and end it."""

    remark: str = ""
    """Why it ends, if not because the person said so: one sentence for the result."""


@dataclass(frozen=True)
class Drop:
    """End the set and keep nothing of it."""

    last_words: Outgoing


@dataclass(frozen=True)
class DoPart:
    """Do a part of what was put off."""


Work = Greet | Watch | Measure | GoDown | Note | Finish | Drop | DoPart


@dataclass(frozen=True)
class Again:
    """Do again what a process did that is gone, and go on from there."""

    works: tuple[Work, ...]
    """All that was asked for after the set-up, in order."""
    told: int
    """How much of what comes of it was told already."""


@dataclass(frozen=True)
class Answer:
    """Said after an item of work."""

    to: int
    outgoing: Outgoing | None
    """None where there is nothing to say."""
    frames: int = 0
    """That are dealt with."""
    of: Source = "landmarks"
    """What these are."""
    observed: str = ""
    """The answer with the pose, where somebody watches; else empty."""


@dataclass(frozen=True)
class Refused(Answer):
    """Said when the set could not go down a step, and goes on as before."""

    number: int = 0
    """Of the step."""
    source: Source = "landmarks"
    """What the set takes."""
    last_t_ms: float | None = None
    """Capture time of the newest frame that was dealt with."""


@dataclass(frozen=True)
class Ending:
    """Said at the end: how the set ended."""

    last_words: Outgoing
    result: PipelineResult | None = None
    """None when there is nothing to keep."""


Said = Answer | Ending

_SOURCES: Final[Mapping[Source, SourceMaker]] = {"picture": PictureSource, "landmarks": LandmarkSource}
_FAULT_REMARK: Final = "The set was ended early by a fault of formcheck; what was done until then was measured."
_logger: Final = logging.getLogger(__name__)


class SetWork:
    """Works on one set, from whichever thread calls it, in one at a time.

    Parameters
    ----------
    set_id
        Unguessable.
    setup
        What is to be done.
    parts, limits
        Of the server.
    say
        Told what comes of it; the last is an `Ending`.
    """

    def __init__(
        self, set_id: str, setup: SetupMessage, parts: LiveParts, limits: LiveLimits, say: Callable[[Said], None]
    ) -> None:
        self._set_id, self._setup, self._parts, self._limits, self._say = set_id, setup, parts, limits, say
        self._script = self._run()
        self._pipeline: Pipeline | None = None
        self._is_finishing = False

    def begin(self) -> bool:
        """Make the engine and load what finds the poses; return False when that was the end."""
        return next(self._script, None) is not None

    def do(self, work: Work) -> bool:
        """Do what is asked for; return False when that was the end."""
        try:
            return self._script.send(work)
        except StopIteration:
            return False

    @property
    def unfinished(self) -> bool:
        """Whether something was put off that `DoPart` is for: a look for reps, or the measuring of the whole set."""
        return self._is_finishing or (self._pipeline is not None and self._pipeline.unfinished)

    def give_up(self) -> None:
        """Say that the set has ended by a fault, and keep nothing of it."""
        self._say(Ending(goodbye(our_fault())))

    def _run(self) -> Generator[bool, Work, None]:
        ending: Ending | None = None
        try:
            with Pipeline(self._set_id, self._setup, self._parts, self._limits, _SOURCES) as pipeline:
                self._pipeline = pipeline
                ending = yield from self._work(pipeline)
        except FormcheckError as error:
            ending = ending or Ending(_cannot_measure(error))
        except Exception:
            # Whatever it was: the client hears that something went wrong, and what is measured already is kept.
            _logger.exception("set %s failed", self._set_id[:6])
        if ending is None:
            self.give_up()
        else:
            self._say(ending)

    def _work(self, pipeline: Pipeline) -> Generator[bool, Work, Ending]:
        try:
            end = yield from self._serve(pipeline)
        except FormcheckError as error:
            return Ending(_cannot_measure(error), (yield from self._rescued(pipeline)))
        except Exception:
            # Nobody knows what may be wrong with one picture; the reps before it must not go with it.
            _logger.exception("set %s failed", self._set_id[:6])
            return Ending(goodbye(our_fault()), (yield from self._rescued(pipeline)))
        return Ending(end.last_words) if isinstance(end, Drop) else (yield from self._finished(pipeline, end.remark))

    def _serve(self, pipeline: Pipeline) -> Generator[bool, Work, Finish | Drop]:
        """Do what is asked for until the end is, and return with what."""
        while True:
            work = yield True
            if isinstance(work, (Finish, Drop)):
                return work
            if isinstance(work, Greet):
                text = ready_message(
                    pipeline.opened,
                    self._limits,
                    resumed=work.resumed,
                    last_t_ms=pipeline.last_t_ms,
                    backlog=work.backlog,
                )
                self._say(Answer(work.to, Outgoing(text)))
            elif isinstance(work, Watch):
                pipeline.watched = True
            elif isinstance(work, GoDown):
                self._go_down(pipeline, work)
            elif isinstance(work, Note):
                pipeline.note(work.message)
            elif isinstance(work, DoPart):
                pipeline.do_part()
            else:
                self._answer(pipeline, work)

    def _answer(self, pipeline: Pipeline, work: Measure) -> None:
        outgoing, observed = None, ""
        # What was sent after a step that was refused is for nobody.
        if work.source == pipeline.source:
            try:
                outgoing = Outgoing(pipeline.measure(work.data, work.t_ms))
            except LiveRefusalError as refusal:
                outgoing = goodbye(refusal)
            else:
                observed = pipeline.observed
        self._say(Answer(work.to, outgoing, work.frames, work.source, observed))

    def _go_down(self, pipeline: Pipeline, work: GoDown) -> None:
        try:
            pipeline.step_down(work.step)
        except PoseModelError as error:
            told = goodbye(no_pictures(error.reason))
            self._say(Refused(work.to, told, number=work.number, source=pipeline.source, last_t_ms=pipeline.last_t_ms))

    def _finished(self, pipeline: Pipeline, remark: str) -> Generator[bool, Work, Ending]:
        if remark:
            pipeline.remark(remark)
        try:
            result = yield from self._result(pipeline)
        except NotAssessableError as error:
            refusal = LiveRefusalError(CloseCode.MALFORMED, "not-assessable", error.reason, error.remedy)
            return Ending(Outgoing(error_message(refusal), NORMAL_CLOSE))
        reps = len(result.finished.assessment.complete_reps)
        return Ending(Outgoing(finished_message(self._set_id, reps), NORMAL_CLOSE), result)

    def _rescued(self, pipeline: Pipeline) -> Generator[bool, Work, PipelineResult | None]:
        """Return what a set came to that a fault has ended; None when there is nothing to assess."""
        pipeline.remark(_FAULT_REMARK)
        try:
            return (yield from self._result(pipeline))
        except FormcheckError:
            return None

    def _result(self, pipeline: Pipeline) -> Generator[bool, Work, PipelineResult]:
        """Measure the whole set, a part whenever something is asked for; what that is, is for nobody any more."""
        self._is_finishing = True
        steps = pipeline.finishing()
        try:
            while True:
                next(steps)
                yield True
        except StopIteration as end:
            result: PipelineResult = end.value
            return result


def _cannot_measure(error: FormcheckError) -> Outgoing:
    return goodbye(LiveRefusalError(CloseCode.FAULT, "cannot-measure", error.reason, error.remedy))
