"""All live sets of this process: open, waiting for their socket to return, and finished."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from formcheck.web.live.finished_set import FinishedSet
from formcheck.web.live.kept_video import KeptVideo
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.live_set_runner import Ending, Listener, LiveSetRunner
from formcheck.web.live.messages import SetupMessage
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.refusal import CloseCode, LiveRefusalError, set_gone
from formcheck.web.live.tokens import TokenMaker

_ID_BYTES: Final = 18
_JOIN_S: Final = 5.0
"""For a set's thread to end when the server stops: one frame and the freeing of the model."""


@dataclass(frozen=True)
class _Kept:
    finished: FinishedSet
    owner: str
    video: KeptVideo | None
    at_s: float


class LiveRegistry:
    """What the socket and the pages know of live sets; safe to use from any thread.

    What has had its time is dropped whenever something is asked for, and by `sweep`.

    Parameters
    ----------
    parts
        What sets are put together from.
    limits
        Of the server.
    epoch_clock
        Seconds since the epoch, for tokens.
    """

    def __init__(
        self,
        parts: LiveParts | None = None,
        limits: LiveLimits | None = None,
        epoch_clock: Callable[[], float] = time.time,
    ) -> None:
        self.parts = parts or LiveParts()
        self.limits = limits or LiveLimits()
        self._tokens = TokenMaker(epoch_clock)
        self._lock = threading.Lock()
        self._active: dict[str, LiveSetRunner] = {}
        self._kept: dict[str, _Kept] = {}
        self._closed = False

    @property
    def active_count(self) -> int:
        """Sets that are open, those included that wait for their socket."""
        self.sweep()
        with self._lock:
            return len(self._active)

    def issue_token(self, streamlit_session_id: str) -> str:
        """Return a token with which this session's page may open a live socket, for five minutes."""
        return self._tokens.issue(streamlit_session_id)

    def owner_of(self, token: str, *, to_resume: bool) -> str:
        """Return the Streamlit session of a token.

        Parameters
        ----------
        token
            As the client gave it.
        to_resume
            Whether it is to go on with a set, for which it serves longer.

        Raises
        ------
        LiveRefusalError
            If it is not ours, was altered, or is too old.
        """
        return self._tokens.session_of(token, self.limits.resume_token_s if to_resume else self.limits.token_s)

    def open_set(self, owner: str, setup: SetupMessage, listener: Listener) -> LiveSetRunner:
        """Begin a set.

        Raises
        ------
        LiveRefusalError
            If as many are open as may be.
        """
        self.sweep()
        with self._lock:
            if self._closed or (len(self._active) >= self.limits.max_sets and not self._make_room(owner)):
                raise LiveRefusalError(
                    CloseCode.BUSY,
                    "server-busy",
                    f"The server is busy: {len(self._active)} sets are being done, as many as it can follow.",
                    "Try again in a few minutes, or use a recorded video.",
                )
            set_id = secrets.token_urlsafe(_ID_BYTES)
            runner = LiveSetRunner(set_id, owner, setup, self.parts, self.limits, self._ended)
            self._active[set_id] = runner
            runner.start(listener)
            return runner

    def open_one(self, set_id: str, owner: str) -> LiveSetRunner | None:
        """Return an open set of this session; None when it is finished.

        Raises
        ------
        LiveRefusalError
            If there is none, or it is somebody else's.
        """
        self.sweep()
        with self._lock:
            runner = self._active.get(set_id)
            if runner is not None and runner.owner == owner:
                return runner
        if self.finished_set(set_id, owner) is None:
            raise set_gone()
        return None

    def finished_set(self, set_id: str, streamlit_session_id: str) -> FinishedSet | None:
        """Return a finished set of this session; None when there is none, or it was dropped after its time."""
        self.sweep()
        with self._lock:
            kept = self._kept.get(set_id)
        return kept.finished if kept is not None and kept.owner == streamlit_session_id else None

    def sweep(self) -> None:
        """Drop open sets that nobody came back to and finished ones that are old."""
        now_s = self.parts.clock()
        with self._lock:
            for set_id, runner in list(self._active.items()):
                alone_s = runner.alone_s()
                if alone_s is not None and alone_s > self.limits.resume_keep_s:
                    self._expire(set_id)
            old = [key for key, kept in self._kept.items() if now_s - kept.at_s > self.limits.finished_keep_s]
            surplus = max(0, len(self._kept) - len(old) - self.limits.max_finished)
            recent = [key for key in self._kept if key not in old]
            dropped = [self._kept.pop(key) for key in (*old, *recent[:surplus])]
        _delete_videos(dropped)

    def close(self) -> None:
        """End every set and delete what is kept: the server stops. No set can be begun afterwards."""
        with self._lock:
            self._closed = True
            active, dropped = list(self._active.values()), list(self._kept.values())
            self._kept.clear()
        for runner in active:
            runner.shut_down()
        for runner in active:
            runner.join(_JOIN_S)
        _delete_videos(dropped)

    def _make_room(self, owner: str) -> bool:
        """Drop a set that this session left behind, and say whether there was one."""
        for set_id, runner in self._active.items():
            if runner.owner == owner and runner.alone_s() is not None:
                self._expire(set_id)
                return True
        return False

    def _expire(self, set_id: str) -> None:
        self._active.pop(set_id).expire()

    def _ended(self, runner: LiveSetRunner, ending: Ending) -> None:
        result = ending.result
        with self._lock:
            self._active.pop(runner.set_id, None)
            keep = result is not None and not self._closed
            if result is not None and keep:
                at_s = self.parts.clock()
                self._kept[runner.set_id] = _Kept(result.finished, runner.owner, result.video, at_s)
        if result is not None and not keep and result.video is not None:
            result.video.delete()
        self.sweep()


def _delete_videos(dropped: list[_Kept]) -> None:
    for kept in dropped:
        if kept.video is not None:
            kept.video.delete()
