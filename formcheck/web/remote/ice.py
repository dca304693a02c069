"""What browsers are told of how to reach each other, and what of theirs is passed on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from formcheck.remote.candidates import MOST_CANDIDATES, NoDescriptionError, Passing
from formcheck.remote.room import NotNowError
from formcheck.remote.turn import TurnSettings, credential, split_urls
from formcheck.web.remote.limits import SocketLimits, Tries
from formcheck.web.remote.messages import Ice, Sdp
from formcheck.web.remote.replies import IceServer, IceShown


def ice_for(settings: TurnSettings, whose: str, now_s: float, *, relay_only: bool) -> IceShown:
    """Return what one browser is told, with a credential of its own.

    Parameters
    ----------
    settings
        Of the relay.
    whose
        What the relay's log tells them apart by: nothing of the person.
    now_s
        Seconds since 1970.
    relay_only
        Whether nobody is to learn another's address.
    """
    only = relay_only or settings.relay_only
    servers = []
    if settings.stun_urls and not only:
        servers.append(IceServer(split_urls(settings.stun_urls), "", ""))
    expires_at_s = None
    if settings.has_relay:
        made = credential(settings.secret, whose, int(now_s) + settings.seconds)
        servers.append(IceServer(split_urls(settings.urls), made.username, made.password))
        expires_at_s = float(made.expires_at_s)
    return IceShown(servers, "relay" if only else "all", settings.has_relay, expires_at_s)


Pair = tuple[str, str, int]
"""From whom, to whom, and which generation of their connection."""


@dataclass
class Signals:
    """Bounds what goes between browsers about their connections. For one room.

    Parameters
    ----------
    limits
        How often.
    clock
        Seconds, never going back.
    """

    limits: SocketLimits
    clock: Callable[[], float]
    _candidates: Counter[Pair] = field(default_factory=Counter)
    _tries: Tries = field(init=False)

    def __post_init__(self) -> None:
        self._tries = Tries(self.clock)

    def description(self, sender: str, message: Sdp, passing: Passing) -> str:
        """Return a session description as it may go on.

        Raises
        ------
        NotNowError
            If it is none, or comes too often or with too many candidates.
        """
        pair = (sender, message.to, message.generation)
        if message.kind == "offer" and not self._tries.allows(pair, self.limits.offers_per_minute):
            raise NotNowError("too-often", "The connection is renegotiated too often.", "Make it anew.")
        try:
            sdp, candidates = passing.description(message.sdp)
        except NoDescriptionError as error:
            reason = f"This is no session description: {error}."
            raise NotNowError("no-description", reason, "Reload the page.") from None
        self._candidates[pair] = 0  # what came before was of another negotiation
        self._count(pair, candidates)
        return sdp

    def candidate(self, sender: str, message: Ice, passing: Passing) -> str | None:
        """Return a candidate as it may go on, None where it may not.

        Raises
        ------
        NotNowError
            If there are too many.
        """
        if not message.candidate:
            return ""
        self._count((sender, message.to, message.generation), 1)
        return passing.candidate(message.candidate)

    def fresh(self, sender: str, to: str) -> None:
        """Count a connection that is to be made anew.

        Raises
        ------
        NotNowError
            If that happens too often.
        """
        if not self._tries.allows(frozenset((sender, to)), self.limits.fresh_per_minute):
            raise NotNowError("too-often", "The connection is made anew too often.", "Wait a minute.")

    def _count(self, pair: Pair, candidates: int) -> None:
        self._candidates[pair] += candidates
        if self._candidates[pair] > MOST_CANDIDATES:
            raise NotNowError("too-many", f"More than {MOST_CANDIDATES} candidates came.", "Make the connection anew.")
