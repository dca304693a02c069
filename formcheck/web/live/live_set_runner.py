"""The thread of one live set: pictures go in from whichever socket has the set now, answers come out in their order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final

from formcheck.errors import FormcheckError, NotAssessableError
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.messages import FrameMessage, SetupMessage
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.pipeline import Pipeline, PipelineResult
from formcheck.web.live.refusal import (
    GOING_AWAY,
    NORMAL_CLOSE,
    CloseCode,
    LiveRefusalError,
    malformed,
    our_fault,
    set_gone,
    set_in_use,
)
from formcheck.web.live.replies import error_message, finished_message, ready_message

_SHORTEST_STEP_MS: Final = 0.1
"""Between pictures: 10,000 a second are meant by nobody, and times nearer together than that merge."""
_LONG_SET_REMARK: Final = "The set was ended after {minutes:.0f} minutes, the longest that is measured at once."


@dataclass(frozen=True)
class Outgoing:
    """Something for a socket to send."""

    text: str
    """Empty when there is nothing to say before closing."""
    close_code: int | None = None
    """What to close the socket with afterwards; None to leave it open."""


Listener = Callable[[Outgoing], None]
"""Hands something to a socket; may be called from any thread, and does not wait."""


def goodbye(refusal: LiveRefusalError) -> Outgoing:
    """Return the error message and the closing that goes with it."""
    return Outgoing(error_message(refusal), int(refusal.close_code))


@dataclass(frozen=True)
class Ending:
    """How a set ended."""

    last_words: Outgoing
    result: PipelineResult | None = None
    """None when there is nothing to keep."""


@dataclass(frozen=True)
class _Join:
    listener: Listener
    resumed: bool


@dataclass(frozen=True)
class _Picture:
    listener: Listener
    frame: FrameMessage


@dataclass(frozen=True)
class _Finish:
    remark: str = ""


@dataclass(frozen=True)
class _Stop:
    last_words: Outgoing


class LiveSetRunner:
    """Owns one set from its set-up to its end, over as many sockets as it takes.

    Everything that touches the model and the engine happens in one thread, in the order in which it was asked for: a
    socket that takes the set over is greeted when the pictures of the one before it are measured.

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
        self._todo: SimpleQueue[_Join | _Picture | _Finish | _Stop] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"formcheck-live-{set_id[:6]}", daemon=True)
        self._listener: Listener | None = None
        self._heard = 0
        self._heard_at_s = self._left_at_s = parts.clock()
        self._first_t_ms: float | None = None
        self._newest_t_ms = float("-inf")
        self._pending = 0
        self._over = False

    def start(self, listener: Listener) -> None:
        """Begin the set over a socket, which is greeted when the model is loaded."""
        self._listener = listener
        self._todo.put(_Join(listener, resumed=False))
        self._thread.start()

    def attach(self, listener: Listener) -> bool:
        """Go on over another socket; one that still has the set is told so and closed.

        Returns
        -------
        bool
            False when the set is over.
        """
        with self._lock:
            if self._over:
                return False
            if self._listener is not None:
                self._listener(goodbye(set_in_use()))
            self._listener = listener
            self._heard_at_s = self._parts.clock()
            self._todo.put(_Join(listener, resumed=True))
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

    def alone_s(self) -> float | None:
        """Return for how long no socket has had the set; None when one has it."""
        with self._lock:
            return self._parts.clock() - self._left_at_s if self._listener is None else None

    def submit(self, listener: Listener, frame: FrameMessage) -> None:
        """Have a picture measured; the answer goes to the listener, if it still has the set.

        Pictures that come after the end was asked for, or over a socket that has lost the set, are dropped.

        Raises
        ------
        LiveRefusalError
            If its time is not after that of the one before it, or too many wait for an answer.
        """
        with self._lock:
            if self._over or listener is not self._listener:
                return
            if frame.t_ms < self._newest_t_ms + _SHORTEST_STEP_MS:
                raise malformed("A picture is older than the one before it.", "Start the set again.", code="frame-time")
            if self._pending >= self._limits.max_in_flight:
                raise LiveRefusalError(
                    CloseCode.TOO_FAST,
                    "too-fast",
                    f"More than {self._limits.max_in_flight} pictures were sent without waiting for an answer.",
                    "Reload the page.",
                )
            if self._first_t_ms is None:
                self._first_t_ms = frame.t_ms
            if frame.t_ms - self._first_t_ms > 1000 * self._limits.max_set_s:
                self._todo.put(_Finish(_LONG_SET_REMARK.format(minutes=self._limits.max_set_s / 60)))
                return
            self._newest_t_ms = frame.t_ms
            self._pending += 1
            self._todo.put(_Picture(listener, frame))

    def finish(self, listener: Listener) -> None:
        """Have the set measured when the pictures before are, if the listener still has it."""
        with self._lock:
            if listener is self._listener:
                self._todo.put(_Finish())

    def cancel(self, listener: Listener) -> None:
        """Drop the set, if the listener still has it."""
        with self._lock:
            if listener is self._listener:
                self._todo.put(_Stop(Outgoing("", NORMAL_CLOSE)))

    def expire(self) -> None:
        """Drop the set because nobody came back to it."""
        self._todo.put(_Stop(goodbye(set_gone())))

    def shut_down(self) -> None:
        """Drop the set because the server stops."""
        self._todo.put(_Stop(Outgoing("", GOING_AWAY)))

    def join(self, timeout_s: float) -> None:
        """Wait for the thread's end."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        # Whatever goes wrong, the client hears of it; what it was is then in the log, by `threading.excepthook`.
        ending = Ending(goodbye(our_fault()))
        try:
            ending = self._serve()
        finally:
            self._end(ending)

    def _serve(self) -> Ending:
        try:
            with Pipeline(self.set_id, self.setup, self._parts, self._limits) as pipeline:
                while True:
                    work = self._todo.get()
                    if isinstance(work, _Stop):
                        return Ending(work.last_words)
                    if isinstance(work, _Finish):
                        return self._finished(pipeline, work.remark)
                    if isinstance(work, _Join):
                        self._greet(pipeline, work)
                    else:
                        self._answer(pipeline, work)
        except FormcheckError as error:
            return Ending(goodbye(LiveRefusalError(CloseCode.FAULT, "cannot-measure", error.reason, error.remedy)))

    def _greet(self, pipeline: Pipeline, join: _Join) -> None:
        text = ready_message(pipeline.opened, self._limits, resumed=join.resumed, last_t_ms=pipeline.last_t_ms)
        self._tell(join.listener, Outgoing(text))

    def _answer(self, pipeline: Pipeline, picture: _Picture) -> None:
        try:
            outgoing = Outgoing(pipeline.measure(picture.frame))
        except LiveRefusalError as refusal:
            outgoing = goodbye(refusal)
        with self._lock:
            self._pending -= 1
        self._tell(picture.listener, outgoing)

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
            self._over = True
            listener, self._listener = self._listener, None
            if listener is not None:
                listener(ending.last_words)
