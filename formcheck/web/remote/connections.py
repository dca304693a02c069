"""The connections of the people in a room: who makes which, by which way, and what of it is passed on."""

from __future__ import annotations

import time

from starlette.requests import HTTPConnection

from formcheck.remote.candidates import Passing
from formcheck.remote.room import Link, NotNowError, Person
from formcheck.remote.turn import RENEW_BEFORE_S
from formcheck.web.access.origins import is_loopback_address
from formcheck.web.remote import messages as said
from formcheck.web.remote import replies as told
from formcheck.web.remote.ice import Signals, ice_for
from formcheck.web.remote.talkers import Talker, Talkers


class PeerConnections:
    """See the module. Media pass from browser to browser, and never here.

    Parameters
    ----------
    talkers
        Who has the room open.
    """

    def __init__(self, talkers: Talkers) -> None:
        self._talkers = talkers
        self._session, self._room, self._parts = talkers.session, talkers.room, talkers.parts
        self._signals = Signals(talkers.parts.limits, time.monotonic)
        self._untold: set[frozenset[str]] = set()
        """Pairs one of whom had no socket when they were to be told of their connection."""

    def connect(self, person: Person, *, anew: bool) -> None:
        """Have somebody who came connected with all others, or with those to whom they lack a connection."""
        now_s = self._parts.clock()
        if anew:
            links = self._room.connect(person.id, now_s)
        else:
            lacking = [each.id for each in self._room.admitted if self._lack_connection(person, each)]
            links = [(each, self._room.renew(person.id, each, now_s)) for each in lacking]
        for other, link in links:
            self.say(person.id, other, link)

    def _lack_connection(self, one: Person, other: Person) -> bool:
        if one is other or other.presence == "left" or not other.instance:
            return False
        return self._room.link(one.id, other.id) is None or frozenset((one.id, other.id)) in self._untold

    def say(self, one: str, other: str, link: Link) -> None:
        """Tell two people of their connection."""
        are_told = self._talkers.get(one) is not None and self._talkers.get(other) is not None
        (self._untold.discard if are_told else self._untold.add)(frozenset((one, other)))
        for me, peer in ((one, other), (other, one)):
            talker, them = self._talkers.get(me), self._room.people[peer]
            if talker is not None and link.generation is not None:
                offer = link.offerer == me
                talker.say(
                    told.Connect(
                        peer=peer,
                        instance=them.instance,
                        generation=link.generation,
                        offer=offer,
                        polite=not offer,
                        relay_only=link.relay_only or self._relay_only(),
                    )
                )

    def _relay_only(self) -> bool:
        return self._session.relay_only or self._parts.turn().relay_only

    def ice(self, talker: Talker) -> told.IceShown:
        """Return what somebody reaches others by, for a while."""
        now_s = self._parts.clock()
        ice = ice_for(self._parts.turn(), talker.id[:12], now_s, relay_only=self._session.relay_only)
        talker.ice_ends_s = ice.expires_at_s
        return ice

    def renew_ice(self, now_s: float) -> None:
        """Give new credentials to whoever has some that end soon."""
        for talker in self._talkers.admitted:
            if talker.ice_ends_s is not None and now_s > talker.ice_ends_s - RENEW_BEFORE_S:
                talker.say(told.IceServers(ice=self.ice(talker)))

    # What only passes through.

    def sdp(self, talker: Talker, message: said.Sdp) -> None:
        """Pass on a description."""
        if not self._room.passes(talker.id, message.to, message.generation, self._parts.clock()):
            return
        sdp = self._signals.description(talker.id, message, self._passing(talker, message.to))
        peer = self._talkers.get(message.to)
        if peer is not None:
            peer.say(told.PassedSdp(sender=talker.id, generation=message.generation, kind=message.kind, sdp=sdp))

    def ice_candidate(self, talker: Talker, message: said.Ice) -> None:
        """Pass on a candidate."""
        if not self._room.passes(talker.id, message.to, message.generation, self._parts.clock()):
            return
        candidate = self._signals.candidate(talker.id, message, self._passing(talker, message.to))
        peer = self._talkers.get(message.to)
        if peer is not None and candidate is not None:
            peer.say(
                told.PassedIce(
                    sender=talker.id,
                    generation=message.generation,
                    candidate=candidate,
                    mid=message.mid,
                    line=message.line,
                )
            )

    def _passing(self, talker: Talker, to: str) -> Passing:
        link, peer = self._room.link(talker.id, to), self._talkers.get(to)
        here = peer is not None and all(_is_here(each.connection) for each in (talker, peer))
        return Passing(here, self._relay_only() or (link is not None and link.relay_only))

    def fresh(self, talker: Talker, message: said.Fresh) -> None:
        """Make a connection anew."""
        self._signals.fresh(talker.id, message.to)
        if message.to == talker.id:
            raise NotNowError("no-such-person", "That is yourself.", "Choose somebody else.")
        link = self._room.renew(talker.id, message.to, self._parts.clock(), relay_only=message.relay_only)
        self.say(talker.id, message.to, link)


def _is_here(connection: HTTPConnection) -> bool:
    return connection.client is not None and is_loopback_address(connection.client.host)
