"""The thread of one live set: frames go in from whichever socket has the set now, answers come out in their order.

What the thread of a live set is asked to do, in order.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final

from formcheck.errors import FormcheckError, NotAssessableError
from formcheck.web.live.landmark_pipeline import LandmarkPipeline
from formcheck.web.live.landmarks import LandmarkMessage
from formcheck.web.live.limits import LiveLimits, Source
from formcheck.web.live.messages import FrameMessage, SetupMessage
from formcheck.web.live.outgoing import Listener, Outgoing, goodbye
from formcheck.web.live.pace import RateLimit
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.picture_pipeline import PicturePipeline
from formcheck.web.live.pipeline import Pipeline, PipelineResult
from formcheck.web.live.refusal import (
    GOING_AWAY,
    NORMAL_CLOSE,
    CloseCode,
    LiveRefusalError,
    malformed,
    our_fault,
    set_in_use,
    too_fast,
)
from formcheck.web.live.replies import error_message, finished_message, ready_message


@dataclass(frozen=True)
class GreetSocket:
    """Tell a socket where the set is."""

    listener: Listener
    resumed: bool
    """Whether another socket had the set before."""


@dataclass(frozen=True)
class MeasureFrames:
    """Measure what came and answer to the socket that it came over."""

    listener: Listener
    message: FrameMessage | LandmarkMessage


@dataclass(frozen=True)
class FinishSet:
    """Measure the whole set and end it."""

    remark: str = ""
    """Why it ends, if not because the person said so: one sentence for the result."""


@dataclass(frozen=True)
class DropSet:
    """End the set and keep nothing of it."""

    last_words: Outgoing


_PIPELINES: Final[Mapping[Source, type[Pipeline]]] = {"picture": PicturePipeline, "landmarks": LandmarkPipeline}
_logger: Final = logging.getLogger(__name__)
_SHORTEST_STEP_MS: Final = 0.1
"""Between pictures: 10,000 a second are meant by nobody, and times nearer together than that merge."""
_LONG_SET_REMARK: Final = "The set was ended after {minutes:.0f} minutes, the longest that is measured at once."
_FAULT_REMARK: Final = "The set was ended early by a fault of formcheck; what was done until then was measured."
_NO_PICTURES_REMARK: Final = (
    "No picture came for a while, so the set was ended and what was done until then was measured."
)
_LEFT_REMARK: Final = (
    "The connection did not come back, so the set was ended and what was done until then was measured."
)


@dataclass(frozen=True)
class Ending:
    """How a set ended."""

    last_words: Outgoing
    result: PipelineResult | None = None
    """None when there is nothing to keep."""


class LiveSetRunner:
    """Owns one set from its set-up to its end, over as many sockets as it takes.

    Everything that touches the model and the engine happens in one thread, in the order in which it was asked for: a
    socket that takes the set over is greeted when the pictures of the one before it are measured. A set that ends
    before anybody asked for it, by a fault or because nobody came back, is measured as far as it went.

    Parameters
    ----------
    set_id
        Unguessable.
    owner
        The Streamlit session that began it.
    setup
        What is to be done.
    parts, limits
        Of the server.
    on_end
        Told how it ended, in the set's thread, before the client is told.
    """

    def __init__(
        self,
        set_id: str,
        owner: str,
        setup: SetupMessage,
        parts: LiveParts,
        limits: LiveLimits,
        on_end: Callable[[LiveSetRunner, Ending], None],
    ) -> None:
        self.set_id, self.owner, self.setup = set_id, owner, setup
        self._parts, self._limits, self._on_end = parts, limits, on_end
        self._lock = threading.Lock()
        self._todo: SimpleQueue[GreetSocket | MeasureFrames | FinishSet | DropSet] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"formcheck-live-{set_id[:6]}", daemon=True)
        self._listener: Listener | None = None
        self._heard = 0
        self._heard_at_s = self._left_at_s = self._frame_at_s = self._begun_at_s = parts.clock()
        self._first_t_ms: float | None = None
        self._newest_t_ms = float("-inf")
        # By the frames' own time, so that what was kept while the socket was lost may come at once.
        self._rate = RateLimit(limits.landmarks_per_s, lambda: self._newest_t_ms / 1000)
        self._pending = 0
        self._closed = False

    def start(self, listener: Listener) -> None:
        """Begin the set over a socket, which is greeted when the model is loaded."""
        self._listener = listener
        self._todo.put(GreetSocket(listener, resumed=False))
        self._thread.start()

    def attach(self, listener: Listener) -> bool:
        """Go on over another socket; one that still has the set is told so and closed.

        Returns
        -------
        bool
            False when the set is over, or is being ended because nobody came back.
        """
        with self._lock:
            if self._closed:
                return False
            if self._listener is not None:
                self._listener(goodbye(set_in_use()))
            self._listener = listener
            self._heard_at_s = self._parts.clock()
            self._todo.put(GreetSocket(listener, resumed=True))
            return True

    def detach(self, listener: Listener) -> None:
        """Note that a socket is gone. The set waits for another."""
        with self._lock:
            self._detach(listener)

    def hear(self, listener: Listener) -> None:
        """Note that something came over a socket."""
        with self._lock:
            if listener is self._listener:
                self._heard += 1
                self._heard_at_s = self._parts.clock()

    @property
    def heard(self) -> int:
        """How many messages came over the sockets of this set so far."""
        return self._heard

    def silent_s(self) -> float | None:
        """Return for how long nothing came over the socket that has the set; None when none has it."""
        with self._lock:
            return None if self._listener is None else self._parts.clock() - self._heard_at_s

    def frameless_s(self) -> float:
        """Return for how long no picture came, over whichever socket."""
        with self._lock:
            return self._parts.clock() - self._frame_at_s

    def submit(self, listener: Listener, message: FrameMessage | LandmarkMessage) -> None:
        """Have a message's frames measured; the answer goes to the listener, if it still has the set.

        What comes after the end was asked for, or over a socket that has lost the set, is dropped.

        Raises
        ------
        LiveRefusalError
            If a time is not after that of the frame before it, or too many wait for an answer.
        """
        times_ms, most = _times_ms(message), self._limits.most_in_flight(self.setup.source)
        with self._lock:
            if self._closed or listener is not self._listener:
                return
            if times_ms[0] < self._newest_t_ms + _SHORTEST_STEP_MS:
                raise malformed("A frame is older than the one before it.", "Start the set again.", code="frame-time")
            if self._pending + len(times_ms) > most:
                raise too_fast(f"More than {most} frames were sent without waiting for an answer.")
            self._frame_at_s = self._parts.clock()
            if self._first_t_ms is None:
                self._first_t_ms = times_ms[0]
            if times_ms[-1] - self._first_t_ms > 1000 * self._limits.max_set_s:
                self._todo.put(FinishSet(self._long_set_remark))
                return
            self._newest_t_ms = times_ms[-1]
            if isinstance(message, LandmarkMessage) and not self._rate.allows(len(times_ms)):
                raise too_fast(f"More than {self._limits.frames_per_s:.0f} frames were taken in a second.")
            self._pending += len(times_ms)
            self._todo.put(MeasureFrames(listener, message))

    def finish(self, listener: Listener) -> None:
        """Have the set measured when the pictures before are, if the listener still has it."""
        with self._lock:
            if listener is self._listener:
                self._todo.put(FinishSet())

    def cancel(self, listener: Listener) -> None:
        """Drop the set, if the listener still has it."""
        with self._lock:
            if listener is self._listener:
                self._todo.put(DropSet(Outgoing("", NORMAL_CLOSE)))

    def expire(self, after_s: float = 0.0) -> bool:
        """Have the set measured as far as it went because nobody came back to it; no socket can go on with it.

        Parameters
        ----------
        after_s
            For how long no socket must have had it (s).

        Returns
        -------
        bool
            False when a socket has it, had it until lately, or it is over: then nothing is done.
        """
        with self._lock:
            if self._closed or self._listener is not None or self._parts.clock() - self._left_at_s < after_s:
                return False
            self._closed = True
            self._todo.put(FinishSet(_LEFT_REMARK))
            return True

    def end_stale(self) -> bool:
        """Have the set measured as far as it went if no picture came for too long, or it lasts too long, socket or not.

        Returns
        -------
        bool
            False when it goes on, or is over.
        """
        with self._lock:
            now_s = self._parts.clock()
            frameless = now_s - self._frame_at_s > self._limits.frameless_s
            if self._closed or not (frameless or now_s - self._begun_at_s > self._limits.max_set_s):
                return False
            self._closed = True
            self._todo.put(FinishSet(_NO_PICTURES_REMARK if frameless else self._long_set_remark))
            return True

    @property
    def _long_set_remark(self) -> str:
        return _LONG_SET_REMARK.format(minutes=self._limits.max_set_s / 60)

    def shut_down(self) -> None:
        """Drop the set because the server stops."""
        self._todo.put(DropSet(Outgoing("", GOING_AWAY)))

    def join(self, timeout_s: float) -> None:
        """Wait for the thread's end."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        ending: Ending | None = None
        try:
            with _PIPELINES[self.setup.source](self.set_id, self.setup, self._parts, self._limits) as pipeline:
                ending = self._work(pipeline)
        except FormcheckError as error:
            ending = ending or Ending(_cannot_measure(error))
        except Exception:
            # Whatever it was: the client hears that something went wrong, and what is measured already is kept.
            _logger.exception("%s failed", self._thread.name)
        finally:
            self._end(ending or Ending(goodbye(our_fault())))

    def _work(self, pipeline: Pipeline) -> Ending:
        try:
            end = self._serve(pipeline)
        except FormcheckError as error:
            return Ending(_cannot_measure(error), self._rescued(pipeline))
        except Exception:
            # Nobody knows what may be wrong with one picture; the reps before it must not go with it.
            _logger.exception("%s failed", self._thread.name)
            return Ending(goodbye(our_fault()), self._rescued(pipeline))
        return Ending(end.last_words) if isinstance(end, DropSet) else self._finished(pipeline, end.remark)

    def _serve(self, pipeline: Pipeline) -> FinishSet | DropSet:
        """Do what is asked for until the end is, and return with what."""
        while True:
            work = self._todo.get()
            if isinstance(work, (FinishSet, DropSet)):
                return work
            if isinstance(work, GreetSocket):
                self._greet(pipeline, work)
            else:
                self._answer(pipeline, work)

    def _greet(self, pipeline: Pipeline, join: GreetSocket) -> None:
        text = ready_message(pipeline.opened, self._limits, resumed=join.resumed, last_t_ms=pipeline.last_t_ms)
        self._tell(join.listener, Outgoing(text))

    def _answer(self, pipeline: Pipeline, work: MeasureFrames) -> None:
        try:
            outgoing = Outgoing(pipeline.measure(work.message))
        except LiveRefusalError as refusal:
            outgoing = goodbye(refusal)
        with self._lock:
            self._pending -= len(_times_ms(work.message))
        self._tell(work.listener, outgoing)

    def _finished(self, pipeline: Pipeline, remark: str) -> Ending:
        if remark:
            pipeline.remark(remark)
        try:
            result = pipeline.finish()
        except NotAssessableError as error:
            refusal = LiveRefusalError(CloseCode.MALFORMED, "not-assessable", error.reason, error.remedy)
            return Ending(Outgoing(error_message(refusal), NORMAL_CLOSE))
        reps = len(result.finished.assessment.complete_reps)
        return Ending(Outgoing(finished_message(self.set_id, reps), NORMAL_CLOSE), result)

    def _rescued(self, pipeline: Pipeline) -> PipelineResult | None:
        """Return what a set came to that a fault has ended; None when there is nothing to assess."""
        pipeline.remark(_FAULT_REMARK)
        try:
            return pipeline.finish()
        except FormcheckError:
            return None

    def _tell(self, listener: Listener, outgoing: Outgoing) -> None:
        with self._lock:
            if listener is not self._listener:
                return
            listener(outgoing)
            if outgoing.close_code is not None:
                self._detach(listener)

    def _detach(self, listener: Listener) -> None:
        if listener is self._listener:
            self._listener = None
            self._left_at_s = self._parts.clock()

    def _end(self, ending: Ending) -> None:
        self._on_end(self, ending)
        with self._lock:
            self._closed = True
            listener, self._listener = self._listener, None
            if listener is not None:
                listener(ending.last_words)


def _times_ms(message: FrameMessage | LandmarkMessage) -> tuple[float, ...]:
    """Return the capture times of a message's frames, in order."""
    return (message.t_ms,) if isinstance(message, FrameMessage) else tuple(frame.t_ms for frame in message.frames)


def _cannot_measure(error: FormcheckError) -> Outgoing:
    return goodbye(LiveRefusalError(CloseCode.FAULT, "cannot-measure", error.reason, error.remedy))
