"""One live set as its sockets see it: frames go in from whichever has the set now, answers come out in their order."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Final, Protocol

from formcheck.web.live.limits import LiveLimits, Source
from formcheck.web.live.messages import CameraSays, GoOn, SetupMessage, StepDown
from formcheck.web.live.outgoing import Listener, Outgoing, goodbye
from formcheck.web.live.pace import RateLimit
from formcheck.web.live.refusal import GOING_AWAY, NORMAL_CLOSE, malformed, no_pictures, set_in_use, too_fast
from formcheck.web.live.set_work import Drop, Ending, Finish, GoDown, Greet, Measure, Note, Refused, Said, Watch, Work
from formcheck.web.live.sponsor import Sponsor

_SHORTEST_STEP_MS: Final = 0.1
"""Between pictures: 10,000 a second are meant by nobody, and times nearer together than that merge."""
_LONG_SET_REMARK: Final = "The set was ended after {minutes:.0f} minutes, the longest that is measured at once."
_MANY_FRAMES_REMARK: Final = "The set was ended after {frames:,} frames, the most that are measured at once."
_NO_PICTURES_REMARK: Final = (
    "No picture came for a while, so the set was ended and what was done until then was measured."
)
_LEFT_REMARK: Final = (
    "The connection did not come back, so the set was ended and what was done until then was measured."
)


class Hands(Protocol):
    """Whoever works on a set."""

    def put(self, work: Work) -> None:
        """Have something done after all that was asked for before; from any thread, without waiting."""
        ...


class LiveSetRunner:
    """Owns one set from its set-up to its end, over as many sockets as it takes.

    Everything that touches the model and the engine is done elsewhere (`SetWork`), in the order in which it was asked
    for: a socket that takes the set over is greeted when the pictures of the one before it are measured. A set that
    ends before anybody asked for it, by a fault or because nobody came back, is measured as far as it went.

    Parameters
    ----------
    set_id
        Unguessable.
    owner
        The Streamlit session that began it.
    setup
        What is to be done.
    limits
        Of the server.
    clock
        Seconds, never going back.
    on_end
        Told how it ended, in the thread that worked on it, before the client is told.
    sponsor
        Who sees the answers too; None where only its page does.
    """

    def __init__(
        self,
        set_id: str,
        owner: str,
        setup: SetupMessage,
        limits: LiveLimits,
        clock: Callable[[], float],
        on_end: Callable[[LiveSetRunner, Ending], None],
        sponsor: Sponsor | None = None,
    ) -> None:
        self.sponsor = sponsor
        self.set_id, self.owner, self.setup = set_id, owner, setup
        self._clock, self._limits, self._on_end = clock, limits, on_end
        self._lock = threading.Lock()
        self._hands: Hands | None = None
        self._ended = threading.Event()
        self._listener: Listener | None = None
        self._socket = 0
        self._source: Source = setup.source
        self._steps = 0
        self._heard = 0
        self._heard_at_s = self._left_at_s = self._frame_at_s = self._begun_at_s = clock()
        self._first_t_ms: float | None = None
        self._frames = 0
        self._newest_t_ms = self._offered_t_ms = float("-inf")
        # By the frames' own time, so that what was kept while the socket was lost may come at once.
        self._rate = RateLimit(limits.landmarks_per_s, lambda: self._offered_t_ms / 1000)
        self._pending: Counter[Source] = Counter()
        self._closed = False

    def start(self, listener: Listener, hands: Hands) -> None:
        """Begin the set over a socket, which is greeted when the model is loaded.

        Parameters
        ----------
        listener
            The socket's.
        hands
            Who works on the set; what comes of it is to be told to `hear_work`.
        """
        self._listener, self._hands = listener, hands
        if self.sponsor is not None:
            self._put(Watch())
        self._put(Greet(self._socket, resumed=False))

    def attach(self, listener: Listener, backlog: int = 0) -> bool:
        """Go on over another socket; one that still has the set is told so and closed.

        Parameters
        ----------
        listener
            The socket's.
        backlog
            How many frames that the page kept it lets through at once, which the page is told.

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
            self._socket += 1
            self._heard_at_s = self._clock()
            self._put(Greet(self._socket, resumed=True, backlog=backlog))
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
                self._heard_at_s = self._clock()

    @property
    def heard(self) -> int:
        """How many messages came over the sockets of this set so far."""
        return self._heard

    def silent_s(self) -> float | None:
        """Return for how long nothing came over the socket that has the set; None when none has it."""
        with self._lock:
            return None if self._listener is None else self._clock() - self._heard_at_s

    def frameless_s(self) -> float:
        """Return for how long no picture came, over whichever socket."""
        with self._lock:
            return self._clock() - self._frame_at_s

    @property
    def source(self) -> Source:
        """What the set takes from here on."""
        return self._source

    def step_down(self, listener: Listener, step: StepDown) -> None:
        """Have the set go on with frames that come in another way, if the listener still has it.

        Raises
        ------
        LiveRefusalError
            If pictures are to come and the person said that they must not.
        """
        with self._lock:
            if self._closed or listener is not self._listener:
                return
            if step.source == "picture" and not self.setup.pictures_allowed:
                raise no_pictures("This set was begun without leave to send pictures.")
            self._source = step.source
            self._steps += 1
            self._put(GoDown(self._socket, step, self._steps))

    def submit(self, listener: Listener, data: bytes, times_ms: tuple[float, ...]) -> None:
        """Have a message's frames measured; the answer goes to the listener, if it still has the set.

        What comes after the end was asked for, or over a socket that has lost the set, is dropped.

        Parameters
        ----------
        listener
            Of the socket that it came over.
        data
            The whole message, of the kind that the set takes now; nothing in it but the times was looked at.
        times_ms
            Capture times of its frames, in order.

        Raises
        ------
        LiveRefusalError
            If a time is not after that of the frame before it, or too many wait for an answer.
        """
        most = self._limits.most_in_flight(self._source)
        with self._lock:
            if self._closed or listener is not self._listener:
                return
            if times_ms[0] < self._newest_t_ms + _SHORTEST_STEP_MS:
                raise malformed("A frame is older than the one before it.", "Start the set again.", code="frame-time")
            if self._pending[self._source] + len(times_ms) > most:
                raise too_fast(f"More than {most} frames were sent without waiting for an answer.")
            self._offered_t_ms = times_ms[-1]
            if self._source == "landmarks" and not self._rate.allows(len(times_ms)):
                raise too_fast(f"More than {self._limits.frames_per_s:.0f} frames were taken in a second.")
            self._frame_at_s = self._clock()
            if self._first_t_ms is None:
                self._first_t_ms = times_ms[0]
            if times_ms[-1] - self._first_t_ms > 1000 * self._limits.max_set_s:
                self._put(Finish(self._long_set_remark))
                return
            if self._frames + len(times_ms) > self._limits.max_set_frames:
                self._put(Finish(_MANY_FRAMES_REMARK.format(frames=self._limits.max_set_frames)))
                return
            self._frames += len(times_ms)
            self._newest_t_ms = times_ms[-1]
            self._pending[self._source] += len(times_ms)
            self._put(Measure(self._socket, self._source, data, len(times_ms), times_ms[-1]))

    def note(self, listener: Listener, message: GoOn | CameraSays) -> None:
        """Have the set take note of what its page says, if the listener still has it."""
        with self._lock:
            if not self._closed and listener is self._listener:
                self._put(Note(message))

    def finish(self, listener: Listener) -> None:
        """Have the set measured when the pictures before are, if the listener still has it."""
        with self._lock:
            if listener is self._listener:
                self._put(Finish())

    def finish_now(self) -> None:
        """Have the set measured when the frames before are, whoever has it."""
        self._put(Finish())

    def cancel(self, listener: Listener) -> None:
        """Drop the set, if the listener still has it."""
        with self._lock:
            if listener is self._listener:
                self._put(Drop(Outgoing("", NORMAL_CLOSE)))

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
            if self._closed or self._listener is not None or self._clock() - self._left_at_s < after_s:
                return False
            self._closed = True
            self._put(Finish(_LEFT_REMARK))
            return True

    def end_stale(self) -> bool:
        """Have the set measured as far as it went if no picture came for too long, or it lasts too long, socket or not.

        Returns
        -------
        bool
            False when it goes on, or is over.
        """
        with self._lock:
            now_s = self._clock()
            frameless = now_s - self._frame_at_s > self._limits.frameless_s
            if self._closed or not (frameless or now_s - self._begun_at_s > self._limits.max_set_s):
                return False
            self._closed = True
            self._put(Finish(_NO_PICTURES_REMARK if frameless else self._long_set_remark))
            return True

    @property
    def _long_set_remark(self) -> str:
        return _LONG_SET_REMARK.format(minutes=self._limits.max_set_s / 60)

    def shut_down(self) -> None:
        """Drop the set because the server stops."""
        self._put(Drop(Outgoing("", GOING_AWAY)))

    def join(self, timeout_s: float) -> None:
        """Wait for the set's end."""
        self._ended.wait(timeout_s)

    def hear_work(self, said: Said) -> None:
        """Take what came of the work, from the thread that did it."""
        if isinstance(said, Ending):
            self._end(said)
            return
        if self.sponsor is not None and said.observed:
            self.sponsor.answered(self.set_id, said.observed)
        with self._lock:
            self._pending[said.of] -= said.frames
            if isinstance(said, Refused) and said.number == self._steps:
                self._go_back(said)
            listener = self._listener
            if said.outgoing is None or listener is None or said.to != self._socket:
                return
            listener(said.outgoing)
            if said.outgoing.close_code is not None:
                self._detach(listener)

    def _go_back(self, refused: Refused) -> None:
        """Take what was taken before, from where the set is."""
        self._source = refused.source
        self._newest_t_ms = float("-inf") if refused.last_t_ms is None else refused.last_t_ms

    def _put(self, work: Work) -> None:
        if self._hands is None:
            raise ValueError("the set was not begun")
        self._hands.put(work)

    def _detach(self, listener: Listener) -> None:
        if listener is self._listener:
            self._listener = None
            self._left_at_s = self._clock()

    def _end(self, ending: Ending) -> None:
        self._on_end(self, ending)
        with self._lock:
            self._closed = True
            listener, self._listener = self._listener, None
            if listener is not None:
                listener(ending.last_words)
        self._ended.set()
