"""The live socket: one loop that receives and one that sends, both bounded in time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from formcheck.web.access.origins import is_own_page
from formcheck.web.live.landmarks import landmark_times_ms
from formcheck.web.live.live_set_runner import LiveSetRunner
from formcheck.web.live.messages import (
    PICTURE_HEADER_BYTES,
    CameraSays,
    Cancel,
    Finish,
    GoOn,
    ResumeMessage,
    SetupMessage,
    StepDown,
    need_kind,
    parse_client_text,
    picture_time_ms,
)
from formcheck.web.live.outgoing import Outgoing, goodbye, send_all
from formcheck.web.live.pace import RateLimit
from formcheck.web.live.refusal import (
    NORMAL_CLOSE,
    CloseCode,
    LiveRefusalError,
    malformed,
    our_fault,
    set_gone,
    set_in_use,
    token_invalid,
    too_fast,
)
from formcheck.web.live.registry import LiveClient, LiveRegistry
from formcheck.web.live.replies import finished_message

Admission = Callable[[HTTPConnection, str], bool]
"""Says whether a connection is this actor's; may take a moment, so it is called in a thread."""

_LOG: Final = logging.getLogger(__name__)
_LOOK_AGAIN_S: Final = 0.05
"""Between looks whether the socket that has the set is gone, or the set is measured."""
_SWEEP_LATER_S: Final = 1.0
"""After the time of what is kept has passed."""


class _Mailbox:
    """Brings what threads hand to the sockets of one event loop, waking it once for all that waits.

    Parameters
    ----------
    loop
        Of the sockets.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._waiting: list[tuple[asyncio.Queue[Outgoing], Outgoing]] = []

    def post(self, outbox: asyncio.Queue[Outgoing], outgoing: Outgoing) -> None:
        """Take something to send, from any thread. Once the loop has ended nobody waits for it any more."""
        with self._lock:
            self._waiting.append((outbox, outgoing))
            if len(self._waiting) > 1:
                return
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for outbox, outgoing in waiting:
            outbox.put_nowait(outgoing)


_MAILBOXES: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, _Mailbox]] = WeakKeyDictionary()


class LiveSocket:
    """One socket, from its opening to its closing.

    Parameters
    ----------
    websocket
        Not yet accepted.
    registry
        Where sets are begun and found.
    admits
        Whether whoever opens the socket is who its token was made for.
    """

    def __init__(self, websocket: WebSocket, registry: LiveRegistry, admits: Admission) -> None:
        self._websocket = websocket
        self._admits = admits
        self._registry = registry
        self._limits = registry.limits
        self._most_per_s = self._limits.rate(kept=False)
        self._rate = RateLimit(self._most_per_s, registry.parts.clock)
        self._loop = asyncio.get_running_loop()
        self._outbox: asyncio.Queue[Outgoing] = asyncio.Queue()
        self._mailbox = _MAILBOXES.setdefault(self._loop, _Mailbox(self._loop))
        self._runner: LiveSetRunner | None = None
        # The set knows this socket by this very object, which a method looked up anew each time would not be.
        self._listener = self._listen

    async def run(self) -> None:
        """Serve the socket until it is closed by either end."""
        # Also who is refused is let in first: a browser tells its page nothing of a socket that was never open.
        await self._websocket.accept()
        sending = asyncio.create_task(send_all(self._outbox, self._websocket, self._limits.send_s))
        receiving = asyncio.create_task(self._receive_loop())
        tasks = {sending, receiving}
        for task in tasks:
            task.add_done_callback(_log_fault)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if receiving.done() and not sending.done() and self._has_last_words(receiving):
                await asyncio.wait({sending})
        finally:
            self._leave()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    def _listen(self, outgoing: Outgoing) -> None:
        """Take something to send, from any thread."""
        self._mailbox.post(self._outbox, outgoing)

    def _has_last_words(self, receiving: asyncio.Task[None]) -> bool:
        """Say why nothing more is received, and return whether the other end is still there to hear it."""
        error = receiving.exception()
        if isinstance(error, WebSocketDisconnect):
            return False
        if error is not None:
            # The set must not answer after the error, which is the last that the client hears.
            self._leave()
            self._outbox.put_nowait(goodbye(error if isinstance(error, LiveRefusalError) else our_fault()))
        return True

    def _leave(self) -> None:
        """Leave the set to another socket, and see to it that it is ended when none comes."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        runner.detach(self._listener)
        for keep_s in (self._limits.resume_keep_s, self._limits.finished_keep_s):
            self._loop.call_later(keep_s + _SWEEP_LATER_S, self._registry.sweep)

    async def _receive_loop(self) -> None:
        await self._check_page()
        first = await self._receive(self._limits.first_message_s, "Nothing was asked for in time.")
        runner = await self._begin(first)
        if runner is None:
            return
        while True:
            message = await self._receive(self._limits.idle_s, "No picture came for a while.")
            runner.hear(self._listener)
            if isinstance(message, bytes):
                self._submit(runner, message)
                continue
            parsed = parse_client_text(message)
            if isinstance(parsed, Finish):
                runner.finish(self._listener)
            elif isinstance(parsed, StepDown):
                self._registry.step_down(runner, parsed, self._listener)
            elif isinstance(parsed, (GoOn, CameraSays)):
                runner.note(self._listener, parsed)
            elif isinstance(parsed, Cancel):
                runner.cancel(self._listener)
            elif isinstance(parsed, (SetupMessage, ResumeMessage)):
                raise malformed("The set was begun already.", "Reload the page.", code="order")
            elif runner.frameless_s() > self._limits.frameless_s:
                raise _idle("The camera gave no picture for a while.", code="no-pictures")

    def _submit(self, runner: LiveSetRunner, data: bytes) -> None:
        """Hand frames to the set, once they are known to be of its kind and within bounds."""
        source = runner.source
        need_kind(data, source)
        times_ms = (picture_time_ms(data),) if source == "picture" else landmark_times_ms(data)
        if not self._rate.allows(len(times_ms) - 1):  # the message itself is counted
            raise self._too_fast()
        runner.submit(self._listener, data, times_ms)

    def _keep_pace_of(self, setup: SetupMessage) -> None:
        """Take frames as fast as a set's page may send them."""
        if setup.kept:
            self._most_per_s = self._limits.rate(kept=True)
            self._rate = RateLimit(self._most_per_s, self._registry.parts.clock)

    def _too_fast(self) -> LiveRefusalError:
        return too_fast(f"More than {self._most_per_s:.0f} messages a second came.")

    async def _check_page(self) -> None:
        if not is_own_page(self._websocket):
            raise LiveRefusalError(
                CloseCode.ORIGIN,
                "origin",
                "This page does not belong to this server.",
                "Open the app at its own address.",
            )
        holder = self._registry.holder_of(self._token, to_resume=True)
        sponsor = self._registry.sponsor_of(holder.owner)
        if sponsor is not None:
            is_let_in = sponsor.admits()
        else:
            is_let_in = await asyncio.to_thread(self._admits, self._websocket, holder.actor_id)
        if not is_let_in:
            raise token_invalid()

    @property
    def _token(self) -> str:
        return self._websocket.query_params.get("token", "")

    async def _receive(self, patience_s: float, nothing_came: str) -> str | bytes:
        """Return the next message, bounded in size, time and rate."""
        try:
            async with asyncio.timeout(patience_s):
                message = await self._websocket.receive()
        except TimeoutError as error:
            raise _idle(nothing_came) from error
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", NORMAL_CLOSE))
        if not self._rate.allows_one_more():
            raise self._too_fast()
        text: str | None = message.get("text")
        if text is not None:
            if len(text) > self._limits.max_text_chars:
                raise LiveRefusalError(
                    CloseCode.TOO_LARGE, "text-too-large", "A message is too long.", "Reload the page."
                )
            return text
        data: bytes = message.get("bytes") or b""
        if len(data) > self._limits.max_frame_bytes + PICTURE_HEADER_BYTES:
            raise LiveRefusalError(
                CloseCode.TOO_LARGE,
                "frame-too-large",
                f"A picture has {len(data) / 1000:.0f} kB; {self._limits.max_frame_bytes / 1000:.0f} kB are taken.",
                "Choose a smaller picture.",
            )
        return data

    async def _begin(self, message: str | bytes) -> LiveSetRunner | None:
        """Begin a set or go on with one; None when it is finished, which is then said."""
        if isinstance(message, bytes):
            raise malformed("A picture came before the set was begun.", code="order")
        parsed = parse_client_text(message)
        if isinstance(parsed, SetupMessage):
            holder = self._registry.holder_of(self._token, to_resume=False)
            client = self._websocket.client
            who = LiveClient(holder.owner, holder.actor_id, None if client is None else client.host)
            self._keep_pace_of(parsed)
            self._runner = self._registry.open_set(who, parsed, self._listener)
        elif isinstance(parsed, ResumeMessage):
            owner = self._registry.holder_of(self._token, to_resume=True).owner
            self._runner = await self._resume(parsed.set_id, owner)
        else:
            raise malformed("The first message must begin a set or go on with one.", code="order")
        return self._runner

    async def _resume(self, set_id: str, owner: str) -> LiveSetRunner | None:
        runner = self._registry.open_one(set_id, owner)
        if runner is not None:
            await self._wait_until_free(runner)
            self._keep_pace_of(runner.setup)
            # Before it is asked for: the greeting may bring all that was kept at once.
            backlog = self._limits.backlog(runner.source, runner.frameless_s())
            self._rate.grant(backlog)
            if runner.attach(self._listener, backlog):
                return runner
        waited_s = 0.0
        while self._registry.is_expiring(set_id, owner) and waited_s < self._limits.expiring_wait_s:
            await asyncio.sleep(_LOOK_AGAIN_S)
            waited_s += _LOOK_AGAIN_S
        finished = self._registry.finished_set(set_id, owner)
        if finished is None:
            raise set_gone()
        reps = len(finished.assessment.complete_reps)
        self._outbox.put_nowait(Outgoing(finished_message(set_id, reps), NORMAL_CLOSE))
        return None

    async def _wait_until_free(self, runner: LiveSetRunner) -> None:
        """Wait until the socket that has the set is gone, or was silent for long enough to be dead.

        What was on its way over a dead socket may still come in, so that one message is no sign of life.

        Raises
        ------
        LiveRefusalError
            If it goes on sending.
        """
        heard, quiet_s, waited_s = runner.heard, 0.0, 0.0
        while (silent_s := runner.silent_s()) is not None and max(silent_s, quiet_s) < self._limits.takeover_idle_s:
            if waited_s > self._limits.takeover_wait_s:
                raise set_in_use()
            await asyncio.sleep(_LOOK_AGAIN_S)
            waited_s += _LOOK_AGAIN_S
            quiet_s = quiet_s + _LOOK_AGAIN_S if runner.heard == heard else 0.0
            heard = runner.heard


def _idle(reason: str, *, code: str = "idle") -> LiveRefusalError:
    return LiveRefusalError(CloseCode.IDLE, code, reason, "Start again when the camera is on.")


def _log_fault(task: asyncio.Task[None]) -> None:
    """Write what nobody meant to happen into the log; the client has been told that something did."""
    if task.cancelled():
        return
    error = task.exception()
    if error is not None and not isinstance(error, (LiveRefusalError, WebSocketDisconnect, TimeoutError)):
        _LOG.error("a live socket failed", exc_info=error)


async def serve_live_socket(websocket: WebSocket, registry: LiveRegistry, admits: Admission) -> None:
    """Serve one live socket of the registry until it is closed; see `LiveSocket`."""
    await LiveSocket(websocket, registry, admits).run()
