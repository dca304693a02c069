"""One room: who is in it, who waits, who is let in by whom, and between whom there are connections.

The room is a clinician's, whoever comes first. Nobody is let in but by name, by its owner, one by one. It knows no
socket and no records; times are seconds since 1970, and ids come from outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal

from formcheck.errors import FormcheckError
from formcheck.remote.consent import TEXTS, Answer, Given, Item, agreed

Role = Literal["owner", "clinician", "client", "guest"]
"""`owner`: the clinician whose room it is; `clinician`: another one; `client`: the person whom it is for; `guest`: an
interpreter or a carer."""
Standing = Literal["checking", "waiting", "replacing", "admitted", "declined", "removed"]
"""`checking`: before `knock`; `replacing`: another browser with a link that is bound already."""
Presence = Literal["here", "asleep", "left"]
"""`asleep`: nothing was heard for a while, or the socket is lost."""
Place = Literal["nobody", "waiting", "client", "guest", "clinician", "owner"]
"""What somebody is to the table of who may say what."""

_ADMITTED: Final[frozenset[Place]] = frozenset({"client", "guest", "clinician", "owner"})
_CLINICIANS: Final[frozenset[Place]] = frozenset({"clinician", "owner"})
_OWNER: Final[frozenset[Place]] = frozenset({"owner"})
_WAITING: Final[frozenset[Place]] = frozenset({"waiting"})

MAY: Final[Mapping[str, frozenset[Place]]] = MappingProxyType(
    {
        "hello": frozenset({"nobody"}),
        "check": _WAITING,
        "knock": _WAITING,
        "clock": _WAITING | _ADMITTED,
        "consent": _WAITING | _ADMITTED,
        "record": _OWNER,
        "admit": _OWNER,
        "decline": _OWNER,
        "remove": _OWNER,
        "back_to_waiting": _OWNER,
        "replace": _OWNER,
        "leave": _ADMITTED - _OWNER,
        "end": _OWNER,
        "sdp": _ADMITTED,
        "ice": _ADMITTED,
        "fresh": _ADMITTED,
        "state": _ADMITTED,
        "chat": _ADMITTED,
        "stop": _ADMITTED,
        "set_failed": frozenset({"client"}),
        "targets": _CLINICIANS,
        "start_set": _CLINICIANS,
        "finish_set": _CLINICIANS,
        "cue": _CLINICIANS,
        "pointer": _CLINICIANS,
        "ask_camera": _CLINICIANS,
        "take_still": _CLINICIANS,
        "draw": _CLINICIANS,
        "share_still": _CLINICIANS,
        "moment": _CLINICIANS,
        "note": _CLINICIANS,
        "ask_consent": _CLINICIANS,
    }
)
"""By the type of a message, who may send it."""


@dataclass(frozen=True)
class RoomLimits:
    """How many, and how long."""

    most_admitted: int = 4
    """A mesh: each more is one more picture that every phone has to encode."""
    most_waiting: int = 8
    asleep_after_s: float = 30.0
    """Without a word; pages say something every 5 s."""
    seat_s: float = 600.0
    """A seat is kept so long for who is asleep; then they have to be let in again."""
    without_clinician_s: float = 600.0
    longest_s: float = 3 * 3600.0
    """From when the clinician came first."""


class NotNowError(FormcheckError):
    """What is asked for is not this person's to ask, or cannot be done as things are.

    Parameters
    ----------
    code
        For programs: a few words with hyphens.
    reason, remedy
        A sentence each.
    """

    def __init__(self, code: str, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.code = code


@dataclass(frozen=True)
class Devices:
    """What somebody does with their own devices."""

    muted: bool = False
    camera: Literal["on", "off", "interrupted"] = "on"
    away: bool = False
    facing: Literal["user", "environment", "unknown"] = "unknown"
    captions: bool = False


@dataclass
class Person:
    """Somebody who came to the room."""

    id: str
    role: Role
    name: str
    standing: Standing
    since_s: float
    """When they came; the queue goes by it."""
    instance: str = ""
    """Of the page that they have open."""
    presence: Presence = "left"
    heard_s: float = 0.0
    devices: Devices = field(default_factory=Devices)
    replaces: str | None = None
    """Whose seat another browser asks for."""
    loaded: int = 0
    """Counts page loads of the room: who has the higher number came later."""

    @property
    def waits(self) -> bool:
        """Whether they are in the waiting room."""
        return self.standing in {"checking", "waiting", "replacing"}


@dataclass(frozen=True)
class Link:
    """The connection between two people."""

    generation: int | None
    """None where it was made before the server was started anew: then it is what the next message says."""
    offerer: str
    relay_only: bool = False


class Room:
    """See the module.

    Parameters
    ----------
    room_id
        Of the room.
    opened_s
        When its clinician opened it; None where that is still to come: people may wait half an hour before.
    limits
        How many, and how long.
    """

    def __init__(self, room_id: str, opened_s: float | None = None, limits: RoomLimits | None = None) -> None:
        self.id = room_id
        self.limits = limits or RoomLimits()
        self.people: dict[str, Person] = {}
        self.consents: list[Given] = []
        """The newest answer of each person to each item."""
        self.ended = ""
        """Why, once it is over."""
        self._opened_s = opened_s
        self._clinician_s = opened_s or 0.0
        self._links: dict[frozenset[str], Link] = {}
        self._loads = 0

    # ------------------------------------------------------------------ who is who

    def place_of(self, person_id: str | None) -> Place:
        """Return what somebody is to the table of who may say what."""
        person = None if person_id is None else self.people.get(person_id)
        if person is None or person.standing in {"declined", "removed"}:
            return "nobody"
        return person.role if person.standing == "admitted" else "waiting"

    def need(self, message: str, person_id: str | None) -> None:
        """Refuse a message that is not this person's to send.

        Raises
        ------
        NotNowError
            If so; for one that nobody knows too.
        """
        if self.ended:
            raise NotNowError("ended", "The session is over.", "Ask your clinician for a new one.")
        if self.place_of(person_id) not in MAY.get(message, frozenset()):
            raise NotNowError("not-allowed", "This is not yours to do here.", "Ask the clinician.")

    @property
    def admitted(self) -> list[Person]:
        """Those who were let in, in the order in which their pages came."""
        people = list(self.people.values())  # all at once: sets ask from their own threads
        return sorted((each for each in people if each.standing == "admitted"), key=lambda p: p.loaded)

    @property
    def queue(self) -> list[Person]:
        """Those who wait and are still there, in the order in which they came."""
        waiting = [each for each in self.people.values() if each.waits and each.presence != "left"]
        return sorted(waiting, key=lambda each: (each.since_s, each.id))

    def place_in_queue(self, person_id: str) -> int | None:
        """Return the place of somebody in the queue, from 1; None before they knocked."""
        knocked = [each.id for each in self.queue if each.standing == "waiting"]
        return knocked.index(person_id) + 1 if person_id in knocked else None

    @property
    def client(self) -> Person | None:
        """The client, if they are let in."""
        return next((each for each in self.admitted if each.role == "client"), None)

    @property
    def clinician(self) -> Literal["there", "busy", "away"]:
        """What the waiting room says of the clinician."""
        owner = next((each for each in self.admitted if each.role == "owner"), None)
        if owner is None or owner.presence != "here":
            return "away"
        return "busy" if self.client is not None else "there"

    @property
    def is_deserted(self) -> bool:
        """Whether its clinician never came, and everybody else has left."""
        return self._opened_s is None and all(each.presence == "left" for each in self.people.values())

    # ------------------------------------------------------------------ coming and going

    def restore(self, person: Person) -> None:
        """Put somebody back who was here before the server was started anew; they are asleep until they come.

        Those who were in have connections that were made before, which go on.
        """
        self._loads += 1
        back = self.people[person.id] = replace(person, presence="asleep", loaded=self._loads)
        for other in self.admitted:
            if back.standing == "admitted" and other is not back:
                self._links[frozenset((back.id, other.id))] = Link(None, back.id)
        self._clinician_s = max(self._clinician_s, person.heard_s)

    def arrive(self, person: Person, now_s: float) -> bool:
        """Take in a page that was opened, or that came back.

        Parameters
        ----------
        person
            As they come: standing counts for who is new; who is known keeps theirs, but who was declined, or let in
            and away for too long, waits again.
        now_s
            The time.

        Returns
        -------
        bool
            Whether their page was loaded anew: then all connections with them are to be made anew.

        Raises
        ------
        NotNowError
            If the room is over or full, or they were taken out.
        """
        if self.ended:
            raise NotNowError("ended", "The session is over.", "Ask your clinician for a new one.")
        known = self.people.get(person.id)
        if known is None:
            if person.standing != "admitted" and len(self.queue) >= self.limits.most_waiting:
                raise NotNowError("full", "Too many people wait for this room.", "Try again in a few minutes.")
            known = self.people[person.id] = replace(person, presence="left", instance="")
        if known.standing == "removed":
            raise NotNowError("removed", "The clinician ended your part in this session.", "Call the clinic.")
        if known.standing == "declined":
            known.standing, known.since_s = "checking", now_s
        anew = known.instance != person.instance
        if anew:
            self._loads += 1
            known.instance, known.loaded, known.devices = person.instance, self._loads, Devices()
        known.presence, known.heard_s = "here", now_s
        if known.role == "owner":
            known.standing, self._clinician_s = "admitted", now_s
            self._opened_s = now_s if self._opened_s is None else self._opened_s
        return anew

    def hear(self, person_id: str, now_s: float) -> bool:
        """Note that somebody said something; return whether they had been asleep."""
        person = self.people[person_id]
        slept, person.presence, person.heard_s = person.presence != "here", "here", now_s
        if person.role == "owner":
            self._clinician_s = now_s
        return slept

    def sleep(self, person_id: str) -> None:
        """Note that somebody's socket is lost. Their seat is kept."""
        person = self.people.get(person_id)
        if person is not None and person.presence == "here":
            person.presence = "asleep"

    def sweep(self, now_s: float) -> list[str]:
        """Put those to sleep of whom nothing is heard, let go of seats that were kept for long enough, end the room.

        Returns
        -------
        list of str
            Ids of people whose presence changed.
        """
        changed = []
        for person in list(self.people.values()):
            silent_s = now_s - person.heard_s
            if person.presence == "here" and silent_s > self.limits.asleep_after_s:
                person.presence = "asleep"
            elif person.presence == "asleep" and silent_s > self.limits.seat_s:
                person.presence = "left"
                if person.standing == "admitted" and person.role != "owner":
                    person.standing = "checking"
                self.unlink(person.id)
            else:
                continue
            changed.append(person.id)
        if self._opened_s is None:
            return changed
        if now_s - self._opened_s > self.limits.longest_s:
            self.end("The session was ended after three hours, the longest that it may last.")
        elif now_s - self._clinician_s > self.limits.without_clinician_s:
            self.end("The clinician has not been there for ten minutes.")
        return changed

    # ------------------------------------------------------------------ admission

    def knock(self, person_id: str) -> None:
        """Put somebody into the queue for good."""
        person = self.people[person_id]
        if person.standing == "checking":
            person.standing = "waiting"

    def admit(self, person_id: str) -> Person:
        """Let somebody in.

        Raises
        ------
        NotNowError
            If they do not wait, as many are in as may be, or the client did not agree to a third person.
        """
        person = self._waiting(person_id)
        if person.standing != "waiting":
            raise NotNowError("not-ready", f"{person.name} is not ready yet.", "Wait until they are.")
        others = [each for each in self.admitted if each.role != "owner"]
        if len(others) >= self.limits.most_admitted - 1:
            raise NotNowError("full", f"{self.limits.most_admitted} people are in, as many as may be.", "Take one out.")
        if person.role == "client" and self.client is not None:
            raise NotNowError("full", "The client is in already.", "Take them out first.")
        client = person if person.role == "client" else self.client
        third = [each for each in (*others, person) if each.role != "client"]
        if client is not None and third and not self.agreed(client.id, "third_person"):
            raise NotNowError(
                "no-consent", f"{client.name} has not agreed to another person.", "Ask them, and try again."
            )
        person.standing = "admitted"
        return person

    def decline(self, person_id: str) -> Person:
        """Send somebody away who waits; they may come again.

        Raises
        ------
        NotNowError
            If they do not wait.
        """
        person = self._waiting(person_id)
        person.standing, person.presence = "declined", "left"
        return person

    def back_to_waiting(self, person_id: str) -> Person:
        """Put somebody who was let in back into the waiting room.

        Raises
        ------
        NotNowError
            If they were not let in, or are the owner.
        """
        person = self._let_in(person_id)
        person.standing = "waiting"
        self.unlink(person_id)
        return person

    def remove(self, person_id: str) -> Person:
        """Take somebody out for good, whether they wait or were let in.

        Raises
        ------
        NotNowError
            If there is nobody of that id, or it is the owner.
        """
        person = self.people.get(person_id)
        if person is None or person.role == "owner" or person.standing == "removed":
            raise _nobody()
        person.standing, person.presence = "removed", "left"
        self.unlink(person_id)
        return person

    def leave(self, person_id: str) -> Person:
        """Let go of somebody who leaves; to come back they have to be let in again.

        Raises
        ------
        NotNowError
            If they were not let in, or are the owner.
        """
        person = self._let_in(person_id)
        person.standing, person.presence = "checking", "left"
        self.unlink(person_id)
        return person

    def replacing(self, person_id: str) -> tuple[Person, Person]:
        """Return another browser that asks for a seat, and who has that seat; the first is forgotten.

        Raises
        ------
        NotNowError
            If they ask for none.
        """
        asking = self.people.get(person_id)
        held = None if asking is None or asking.replaces is None else self.people.get(asking.replaces)
        if asking is None or asking.standing != "replacing" or held is None:
            raise _nobody()
        del self.people[person_id]
        return asking, held

    def give_up_seat(self, person_id: str, now_s: float) -> None:
        """Free somebody's seat for another browser of theirs, which has to be let in."""
        person = self.people[person_id]
        if person.standing == "admitted":
            self.unlink(person_id)
        person.standing, person.since_s, person.instance, person.presence = "checking", now_s, "", "asleep"

    def forget(self, person_id: str) -> None:
        """Forget another browser that asked for a seat and went."""
        person = self.people.get(person_id)
        if person is not None and person.standing == "replacing":
            del self.people[person_id]

    def end(self, why: str) -> None:
        """End the room for all."""
        self.ended = self.ended or why
        self._links.clear()

    # ------------------------------------------------------------------ consent

    def answered(self, person_id: str, item: Item, answer: Answer, text_sha256: str) -> Given:
        """Return what somebody answered, which counts once it is given to `consent`.

        Raises
        ------
        NotNowError
            If it is an answer to other words than those in force, or takes back what was never given.
        """
        if TEXTS[item].sha256 != text_sha256:
            raise NotNowError("other-words", "The words that this answers are not in force.", "Reload the page.")
        if answer == "withdrawn" and not self.agreed(person_id, item):
            raise NotNowError("no-consent", "There is no yes to take back.", "Answer no instead.")
        return Given(person_id, item, answer, text_sha256)

    def consent(self, given: Given) -> None:
        """Let an answer count from now on, in the place of the one before."""
        others = [each for each in self.consents if (each.person, each.item) != (given.person, given.item)]
        self.consents = [*others, given]  # a new list: other threads read it

    def agreed(self, person_id: str, item: Item) -> bool:
        """Return whether somebody agreed to an item."""
        return agreed(self.consents, person_id, item)

    # ------------------------------------------------------------------ connections

    def link(self, one: str, other: str) -> Link | None:
        """Return the connection between two people; None where there is none."""
        return self._links.get(frozenset((one, other)))

    def connect(self, person_id: str, now_s: float) -> list[tuple[str, Link]]:
        """Make a connection anew with each other person who was let in and is there.

        Returns
        -------
        list of (str, Link)
            With whom, and how: who came later makes the first offer.
        """
        others = [each for each in self.admitted if each.id != person_id and each.presence != "left" and each.instance]
        return [(each.id, self.renew(person_id, each.id, now_s)) for each in others]

    def renew(self, one: str, other: str, now_s: float, *, relay_only: bool = False) -> Link:
        """Make the connection between two people anew, by the relay only if that is asked for now.

        Pages try both ways in turn; where a session is by the relay only, that is its own setting.

        Raises
        ------
        NotNowError
            If one of them was not let in.
        """
        pair = [self._both_in(one), self._both_in(other)]
        before = self.link(one, other)
        last = 0 if before is None or before.generation is None else before.generation
        # Also after the server was started anew it must be higher than any before.
        generation = max(last + 1, int(now_s))
        offerer = max(pair, key=lambda each: each.loaded)
        link = Link(generation, offerer.id, relay_only)
        self._links[frozenset((one, other))] = link
        return link

    def passes(self, sender: str, to: str, generation: int, now_s: float) -> bool:
        """Return whether something about a connection may go from one person to another; what is out of date may not.

        Raises
        ------
        NotNowError
            If they have no connection.
        """
        link = self.link(sender, to)
        if link is None or to == sender:
            raise _nobody()
        if link.generation is None and generation <= now_s:
            link = replace(link, generation=generation)
            self._links[frozenset((sender, to))] = link
        return link.generation == generation

    def unlink(self, person_id: str) -> None:
        """Forget the connections of somebody."""
        self._links = {pair: link for pair, link in self._links.items() if person_id not in pair}

    def _both_in(self, person_id: str) -> Person:
        person = self.people.get(person_id)
        if person is None or person.standing != "admitted":
            raise _nobody()
        return person

    def _waiting(self, person_id: str) -> Person:
        person = self.people.get(person_id)
        if person is None or not person.waits:
            raise _nobody()
        return person

    def _let_in(self, person_id: str) -> Person:
        person = self.people.get(person_id)
        if person is None or person.standing != "admitted" or person.role == "owner":
            raise _nobody()
        return person


def _nobody() -> NotNowError:
    return NotNowError("no-such-person", "There is nobody of that kind in the room.", "Look at who is there now.")


def third_persons(people: Iterable[Person]) -> list[Person]:
    """Return those of the people let in who are neither the client nor the owner."""
    return [each for each in people if each.standing == "admitted" and each.role in {"clinician", "guest"}]
