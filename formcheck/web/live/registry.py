"""All live sets of this process: open, waiting for their socket to return, and finished; one for socket and pages.

Whoever opens a live socket has a page of this server open: its token, signed and short-lived, says so.
"""

from __future__ import annotations

import atexit
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from itsdangerous import BadData, SignatureExpired

from formcheck.records.access import OWNER_ID
from formcheck.web.live.kept_video import KeptVideo
from formcheck.web.live.lanes import THREAD_NAME, Lanes
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.live_set_runner import LiveSetRunner
from formcheck.web.live.messages import SetupMessage, StepDown
from formcheck.web.live.outgoing import Listener
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.pipeline import FinishedSet, PipelineResult
from formcheck.web.live.refusal import CloseCode, LiveRefusalError, no_pictures, set_gone, token_invalid
from formcheck.web.live.set_work import Ending
from formcheck.web.live.sponsor import Sponsor
from formcheck.web.live.workers import LiveWorkers
from formcheck.web.shared.senders import group_of
from formcheck.web.shared.signing import signer


@cache
def live_service() -> LiveRegistry:
    """Return the registry, made at the first call with the limits of the environment.

    Raises
    ------
    LiveSettingError
        If an environment variable of the live server means nothing.
    """
    limits = LiveLimits.from_environment()
    registry = LiveRegistry(limits=limits, workers=LiveWorkers(limits.workers, limits))
    # The sets' threads are daemons so that they hold up nobody's exit; MediaPipe wants to be closed all the same.
    atexit.register(registry.close)
    return registry


_SALT: Final = "formcheck-live-socket"
_LONGEST: Final = 512
"""Characters; a token of ours has about 200."""
_REMEDY: Final = "Reload the page."


@dataclass(frozen=True)
class Holder:
    """Whom a token was made for."""

    owner: str
    """The Streamlit session, as `formcheck.web.live.camera_view.session_id` names it: the sets are this owner's."""
    actor_id: str
    """Of the account that had the page open; whoever opens a socket with the token must be logged in as it."""


class TokenMaker:
    """Makes and checks tokens. The secret is made anew with each process and never leaves it.

    Parameters
    ----------
    clock
        Seconds since the epoch.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._serializer = signer(_SALT, clock)

    def issue(self, holder: Holder) -> str:
        """Return a token, fit for an address."""
        return str(self._serializer.dumps([holder.owner, holder.actor_id]))

    def holder_of(self, token: str, max_age_s: float) -> Holder:
        """Return whom a token was made for.

        Parameters
        ----------
        token
            As the client gave it.
        max_age_s
            Older ones are refused.

        Raises
        ------
        LiveRefusalError
            If it is not ours, was altered, or is too old.
        """
        try:
            if len(token) > _LONGEST:
                raise BadData("too long")
            owner, actor_id = self._serializer.loads(token, max_age=int(max_age_s))
        except SignatureExpired as error:
            raise LiveRefusalError(
                CloseCode.TOKEN, "token-expired", "This page was opened too long ago.", _REMEDY
            ) from error
        except BadData as error:
            raise token_invalid() from error
        return Holder(str(owner), str(actor_id))


_ID_BYTES: Final = 18
_JOIN_S: Final = 5.0
"""For all sets to end when the server stops: one frame each and the freeing of a model; and to tell of those before."""
_END_S: Final = 1.0
"""For processes that have nothing more to do."""


class _Left:
    """What is left of a time that several wait for together."""

    def __init__(self, timeout_s: float) -> None:
        self._until_s = time.monotonic() + timeout_s

    @property
    def seconds(self) -> float:
        """Until it is over; never below zero."""
        return max(0.0, self._until_s - time.monotonic())


@dataclass(frozen=True)
class LiveClient:
    """Who begins a set."""

    owner: str
    """The Streamlit session, as `formcheck.web.live.registry.Holder` has it."""
    account: str
    """Of the login."""
    address: str | None
    """Of the other end."""


@dataclass(frozen=True)
class _Kept:
    finished: FinishedSet
    owner: str
    video: KeptVideo | None
    at_s: float


@dataclass
class _Allowance:
    """How much more may be kept, from the newest on."""

    sets: int
    size: int
    """Bytes."""

    def takes(self, size: int) -> bool:
        """Count one more, and say whether there is room for it; once there is none there is none for older ones."""
        self.sets -= 1
        self.size -= size
        return self.sets >= 0 and self.size >= 0


class LiveRegistry:
    """What the socket and the pages know of live sets; safe to use from any thread.

    What has had its time is dropped whenever something is asked for, and by `sweep`; an open set that nobody came back
    to is measured as far as it went, and kept with the finished ones.

    Parameters
    ----------
    parts
        What sets are put together from.
    limits
        Of the server.
    epoch_clock
        Seconds since the epoch, for tokens.
    workers
        The processes that work on sets of landmarks, with the usual parts; with none a thread does.
    """

    def __init__(
        self,
        parts: LiveParts | None = None,
        limits: LiveLimits | None = None,
        epoch_clock: Callable[[], float] = time.time,
        workers: LiveWorkers | None = None,
    ) -> None:
        self.parts = parts or LiveParts()
        self.limits = limits or LiveLimits()
        self._lanes = Lanes(self.parts, self.limits)
        self._workers = workers or LiveWorkers(0, self.limits)
        self._tokens = TokenMaker(epoch_clock)
        self._lock = threading.Lock()
        self._active: dict[str, LiveSetRunner] = {}
        self._clients: dict[str, LiveClient] = {}
        """Of the active sets."""
        self._expired: dict[str, LiveSetRunner] = {}
        self._kept: dict[str, _Kept] = {}
        self._sponsors: dict[str, Sponsor] = {}
        self._telling: list[threading.Thread] = []
        """Threads in which sponsors take what came of their sets."""
        self._closed = False

    @property
    def active_count(self) -> int:
        """Sets that are open, those included that wait for their socket."""
        self.sweep()
        with self._lock:
            return len(self._active)

    @property
    def worker_pids(self) -> list[int]:
        """Ids of the processes that work on sets of landmarks."""
        return self._workers.pids

    def expect_landmarks(self) -> None:
        """Start the first process that works on sets of landmarks, so that the first set finds it ready."""
        self._workers.warm()

    def issue_token(self, owner: str, actor_id: str) -> str:
        """Return a token with which this owner's page, logged in as this actor, may open a socket for five minutes."""
        return self._tokens.issue(Holder(owner, actor_id))

    def sponsor(self, owner: str, sponsor: Sponsor) -> None:
        """Have the sets of an owner done for somebody; see `Sponsor`."""
        with self._lock:
            self._sponsors[owner] = sponsor

    def sponsor_of(self, owner: str) -> Sponsor | None:
        """Return for whom the sets of an owner are done; None for their own page."""
        with self._lock:
            return self._sponsors.get(owner)

    def end_sponsored(self, owner: str) -> None:
        """Have the sets of an owner that are open measured now; none can be begun or gone on with afterwards."""
        with self._lock:
            self._sponsors.pop(owner, None)
            running = [runner for runner in self._active.values() if runner.owner == owner]
        for runner in running:
            runner.finish_now()

    def holder_of(self, token: str, *, to_resume: bool) -> Holder:
        """Return whom a token was made for.

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
        return self._tokens.holder_of(token, self.limits.resume_token_s if to_resume else self.limits.token_s)

    def open_set(self, client: LiveClient, setup: SetupMessage, listener: Listener) -> LiveSetRunner:
        """Begin a set.

        Raises
        ------
        LiveRefusalError
            If as many are open as may be, of this session, login or address, or of all together.
        """
        self.sweep()
        sponsor = self.sponsor_of(client.owner)
        if sponsor is not None:
            setup = sponsor.arranged(setup)
        with self._lock:
            self._see_to_room(client, self.limits.places(setup.source))
            # Hexadecimal: a set's id is part of keys on its page, and Streamlit takes no two underscores in those.
            set_id = secrets.token_hex(_ID_BYTES)
            runner = LiveSetRunner(set_id, client.owner, setup, self.limits, self.parts.clock, self._ended, sponsor)
            self._active[set_id], self._clients[set_id] = runner, client
            if sponsor is not None:
                sponsor.begun(set_id)
            order = (set_id, setup, runner.hear_work)
            far = self._workers.open(*order) if setup.source == "landmarks" else None
            runner.start(listener, far or self._lanes.open(*order))
            return runner

    def step_down(self, runner: LiveSetRunner, step: StepDown, listener: Listener) -> None:
        """Have a set go on with frames that come in another way, if the listener still has it.

        Raises
        ------
        LiveRefusalError
            If pictures are to come and must not, or there is no place for them. The set stays open.
        """
        self.sweep()
        with self._lock:
            client = self._clients.get(runner.set_id)
            if client is None:  # it is over
                return
            more = self.limits.places(step.source) - self.limits.places(runner.source)
            if more > 0 and not self._has_room(client, more):
                raise no_pictures("The server is busy.")
            runner.step_down(listener, step)

    def open_one(self, set_id: str, owner: str) -> LiveSetRunner | None:
        """Return an open set of this session; None when it is finished, or is about to be (`is_expiring`).

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
        if not self.is_expiring(set_id, owner) and self.finished_set(set_id, owner) is None:
            raise set_gone()
        return None

    def is_expiring(self, set_id: str, owner: str) -> bool:
        """Return whether a set of this session is being measured because nobody came back to it."""
        with self._lock:
            runner = self._expired.get(set_id)
        return runner is not None and runner.owner == owner

    def finished_set(self, set_id: str, owner: str) -> FinishedSet | None:
        """Return a finished set of this owner; None when there is none, or it was dropped after its time."""
        self.sweep()
        with self._lock:
            kept = self._kept.get(set_id)
        return kept.finished if kept is not None and kept.owner == owner else None

    def sweep(self) -> None:
        """End open sets that nobody came back to or that have no pictures, and drop finished ones, old or too many."""
        with self._lock:
            for runner in list(self._active.values()):
                if not self._expire(runner, self.limits.resume_keep_s) and runner.end_stale():
                    self._set_aside(runner)
            dropped = [self._kept.pop(set_id) for set_id in self._surplus()]
        _delete_videos(dropped)

    def close(self) -> None:
        """End every set and delete what is kept: the server stops. No set can be begun afterwards."""
        with self._lock:
            self._closed = True
            running, dropped = [*self._active.values(), *self._expired.values()], list(self._kept.values())
            self._kept.clear()
        for runner in running:
            runner.shut_down()
        left = _Left(_JOIN_S)
        for runner in running:
            runner.join(left.seconds)
        self._lanes.close(left.seconds)
        self._workers.close(max(left.seconds, _END_S))
        left = _Left(_JOIN_S)
        for telling in self._telling:
            telling.join(left.seconds)
        _delete_videos(dropped)

    def _see_to_room(self, client: LiveClient, places: float) -> None:
        """See to it that this client may begin a set that takes so many places, maybe in that of one it left behind."""
        limits = self.limits
        own = [each for each in self._active if self._clients[each].owner == client.owner]
        if len(own) >= limits.max_sets_per_owner and not self._make_room(own):
            raise _busy(
                "too-many-sets",
                f"This page has {limits.max_sets_per_owner} sets open, as many as one page may have.",
                "Finish one of them, or close its window, and try again.",
            )
        while self._closed or self._taken(self._active) + places > limits.max_sets:
            if self._closed or not self._make_room(own):
                raise _busy(
                    "server-busy",
                    f"The server is busy: {len(self._active)} sets are being done, as many as it can follow.",
                    "Try again in a few minutes, or use a recorded video.",
                )
        of_account = [each for each in self._active if self._clients[each].account == client.account]
        # Without logins the account is everybody's.
        if client.account != OWNER_ID and len(of_account) >= limits.max_sets_per_account:
            self._need_room(
                of_account, f"This login has {limits.max_sets_per_account} sets open, as many as it may have."
            )
        at_address = self._at_address(client)
        if self._taken(at_address) + places > limits.most_per_address:
            self._need_room(
                [each for each in at_address if each in own],
                f"{len(at_address)} sets are open at this address; the other places are kept for others.",
            )

    def _has_room(self, client: LiveClient, places: float) -> bool:
        """Return whether so many places are free, for a set that is open already."""
        free = self._taken(self._active) + places <= self.limits.max_sets
        return free and self._taken(self._at_address(client)) + places <= self.limits.most_per_address

    def _at_address(self, client: LiveClient) -> list[str]:
        return [each for each in self._active if group_of(self._clients[each].address) == group_of(client.address)]

    def _taken(self, set_ids: Iterable[str]) -> float:
        """Return how many places these open sets take."""
        return sum(self.limits.places(self._active[each].source) for each in set_ids)

    def _need_room(self, left: list[str], why: str) -> None:
        if not self._make_room(left):
            raise _busy("too-many-sets", why, "Finish one of them, or close its window, and try again.")

    def _make_room(self, set_ids: list[str]) -> bool:
        """End one of these sets that was left behind, and say whether there was one."""
        return any(self._expire(self._active[set_id]) for set_id in set_ids if set_id in self._active)

    def _expire(self, runner: LiveSetRunner, after_s: float = 0.0) -> bool:
        if not runner.expire(after_s):
            return False
        self._set_aside(runner)
        return True

    def _set_aside(self, runner: LiveSetRunner) -> None:
        """Give a set's place free while it is measured."""
        self._expired[runner.set_id] = self._active.pop(runner.set_id)
        self._clients.pop(runner.set_id, None)

    def _surplus(self) -> list[str]:
        """Return which finished sets are to go: the old ones, then the oldest of each owner, then of all."""
        now_s, limits = self.parts.clock(), self.limits
        every = _Allowance(limits.max_finished, limits.max_finished_bytes)
        owners: dict[str, _Allowance] = {}
        surplus = []
        for set_id, kept in reversed(self._kept.items()):
            own = owners.setdefault(
                kept.owner, _Allowance(limits.max_finished_per_owner, limits.max_finished_bytes_per_owner)
            )
            size = len(kept.finished.pose_track) * limits.finished_frame_bytes
            if now_s - kept.at_s > limits.finished_keep_s or not (own.takes(size) and every.takes(size)):
                surplus.append(set_id)
        return surplus

    def _ended(self, runner: LiveSetRunner, ending: Ending) -> None:
        result, sponsor = ending.result, runner.sponsor
        with self._lock:
            self._active.pop(runner.set_id, None)
            self._clients.pop(runner.set_id, None)
            self._expired.pop(runner.set_id, None)
            keep = sponsor is None and result is not None and not self._closed
            if result is not None and keep:
                at_s = self.parts.clock()
                self._kept[runner.set_id] = _Kept(result.finished, runner.owner, result.video, at_s)
            if sponsor is not None:
                # Not here, where other sets may wait: a sponsor may write it to the records.
                name, told = f"{THREAD_NAME}-told-{runner.set_id[:6]}", (sponsor, runner.set_id, result)
                telling = threading.Thread(target=_tell_sponsor, args=told, name=name, daemon=True)
                self._telling = [*(each for each in self._telling if each.is_alive()), telling]
                telling.start()
        if sponsor is None and result is not None and not keep and result.video is not None:
            result.video.delete()
        self.sweep()


def _tell_sponsor(sponsor: Sponsor, set_id: str, result: PipelineResult | None) -> None:
    try:
        sponsor.ended(set_id, result)
    finally:
        if result is not None and result.video is not None:
            result.video.delete()


def _busy(code: str, reason: str, remedy: str) -> LiveRefusalError:
    return LiveRefusalError(CloseCode.BUSY, code, reason, remedy)


def _delete_videos(dropped: list[_Kept]) -> None:
    for kept in dropped:
        if kept.video is not None:
            kept.video.delete()
