"""Layer: pure functions. A room: who may say what, who is let in, and whose connection is whose."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from formcheck.remote.consent import TEXTS, Given
from formcheck.remote.room import MAY, NotNowError, Person, Place, Role, Room, RoomLimits, third_persons
from formcheck.web.remote.messages import RoomMessage

MESSAGES = sorted(get_args(kind.model_fields["type"].annotation)[0] for kind in get_args(RoomMessage))
WAITING, CLIENT, GUEST, CLINICIAN, OWNER = range(5)
ALLOWED = {  # nobody may say anything but hello
    "hello": "-----",
    "check": "w----",
    "knock": "w----",
    "clock": "wcgko",
    "consent": "wcgko",
    "record": "----o",
    "admit": "----o",
    "decline": "----o",
    "remove": "----o",
    "back_to_waiting": "----o",
    "replace": "----o",
    "leave": "-cgk-",
    "end": "----o",
    "sdp": "-cgko",
    "ice": "-cgko",
    "fresh": "-cgko",
    "state": "-cgko",
    "chat": "-cgko",
    "stop": "-cgko",
    "set_failed": "-c---",
    "targets": "---ko",
    "start_set": "---ko",
    "finish_set": "---ko",
    "cue": "---ko",
    "pointer": "---ko",
    "ask_camera": "---ko",
    "take_still": "---ko",
    "draw": "---ko",
    "share_still": "---ko",
    "moment": "---ko",
    "note": "---ko",
    "ask_consent": "---ko",
}
"""By message: w(aiting), c(lient), g(uest), k (another clinician), o(wner)."""
PLACES: tuple[Place, ...] = ("waiting", "client", "guest", "clinician", "owner")


def person(name: str, role: Role = "client", instance: str = "one", **more: Any) -> Person:
    standing, since_s = more.pop("standing", "checking"), more.pop("since_s", 0.0)
    return Person(name, role, name.title(), standing, since_s, instance, **more)


def full_room() -> Room:
    room = Room("r", 0.0)
    room.arrive(person("owner", "owner", standing="admitted"), 0.0)
    room.arrive(person("client"), 1.0)
    room.consent(Given("client", "third_person", "yes", TEXTS["third_person"].sha256))
    room.arrive(person("guest", "guest"), 2.0)
    room.arrive(person("clinician", "clinician"), 3.0)
    room.arrive(person("waiting", "guest"), 4.0)
    for each in ("client", "guest", "clinician"):
        room.knock(each)
        room.admit(each)
    return room


def test_the_matrix_names_every_message() -> None:
    assert set(MAY) == set(ALLOWED) == set(MESSAGES)


@pytest.mark.parametrize("message", MESSAGES)
def test_who_may_say_what(message: str) -> None:
    room = full_room()
    allowed = {place for place, letter in zip(PLACES, ALLOWED[message], strict=True) if letter != "-"}
    for place in PLACES:
        assert room.place_of(place) == place
        if place in allowed:
            room.need(message, place)
        else:
            with pytest.raises(NotNowError, match="not yours"):
                room.need(message, place)
    for stranger in (None, "of another room"):
        if message == "hello":
            room.need(message, stranger)
        else:
            with pytest.raises(NotNowError):
                room.need(message, stranger)


@pytest.mark.parametrize("message", ["", "result", "welcome", "connect"])
def test_what_only_the_server_says_is_nobodys(message: str) -> None:
    for place in PLACES:
        with pytest.raises(NotNowError):
            full_room().need(message, place)


def test_nobody_is_let_in_by_itself() -> None:
    room = Room("r", 0.0)
    room.arrive(person("early"), 0.0)
    room.knock("early")
    room.arrive(person("owner", "owner", standing="admitted"), 1800.0)
    assert room.place_of("early") == "waiting"
    assert [each.id for each in room.queue] == ["early"]


def test_the_queue_survives_the_owners_reload_and_phones_that_sleep() -> None:
    room = Room("r", 0.0)
    room.arrive(person("owner", "owner", standing="admitted"), 0.0)
    for at_s, name in enumerate(("anna", "ben", "cleo")):
        room.arrive(person(name, "guest", since_s=float(at_s)), float(at_s))
        room.knock(name)
    room.sleep("ben")
    room.arrive(person("owner", "owner", "two", standing="admitted"), 300.0)
    room.hear("anna", 300.0)
    room.sweep(301.0)
    assert [each.id for each in room.queue] == ["anna", "ben", "cleo"]
    assert [each.presence for each in room.queue] == ["here", "asleep", "asleep"]
    assert room.hear("ben", 302.0)
    assert room.place_in_queue("ben") == 2


def test_who_came_later_makes_the_offer_and_a_reload_makes_it_anew() -> None:
    room = full_room()
    links = dict(room.connect("clinician", 1000.0))
    assert set(links) == {"owner", "client", "guest"}
    assert {link.offerer for link in links.values()} == {"clinician"}
    first = links["client"].generation
    assert room.arrive(person("client", instance="two"), 1000.2)
    again = dict(room.connect("client", 1000.2))["clinician"]
    assert again.offerer == "client"
    assert (again.generation or 0) > (first or 0) > 0
    assert not room.passes("clinician", "client", first or 0, 1000.2)
    assert room.passes("clinician", "client", again.generation or 0, 1000.2)


def test_who_comes_back_with_the_same_page_keeps_what_there_was() -> None:
    room = full_room()
    room.connect("client", 1000.0)
    before = room.link("client", "owner")
    room.sleep("client")
    assert not room.arrive(person("client"), 1030.0)
    assert room.place_of("client") == "client"
    assert room.link("client", "owner") == before


def test_a_connection_that_was_tried_by_the_relay_is_free_again_when_it_is_made_anew() -> None:
    room = full_room()
    room.connect("client", 1000.0)
    assert room.renew("client", "owner", 1008.0, relay_only=True).relay_only
    assert not room.renew("client", "owner", 1016.0).relay_only
    room.renew("client", "owner", 1024.0, relay_only=True)
    room.arrive(person("client", instance="two"), 1030.0)
    assert not dict(room.connect("client", 1030.0))["owner"].relay_only


def test_after_a_restart_the_generation_is_that_of_the_next_message() -> None:
    room = Room("r", 0.0)
    room.restore(person("owner", "owner", standing="admitted"))
    room.restore(person("client", standing="admitted"))
    assert not room.arrive(person("owner", "owner"), 5000.0)
    assert room.passes("client", "owner", 4000, 5001.0)
    assert room.passes("owner", "client", 4000, 5001.0)
    assert not room.passes("owner", "client", 4001, 5001.0)
    assert (room.renew("owner", "client", 5002.0).generation or 0) > 4000


def test_nothing_passes_to_who_was_not_let_in() -> None:
    room = full_room()
    room.connect("owner", 1000.0)
    for to in ("waiting", "of another room", "owner"):
        with pytest.raises(NotNowError):
            room.passes("owner", to, 1000, 1000.0)
    room.back_to_waiting("client")
    with pytest.raises(NotNowError):
        room.passes("owner", "client", 1000, 1000.0)


def test_a_third_person_needs_the_clients_word() -> None:
    room = Room("r", 0.0)
    room.arrive(person("owner", "owner", standing="admitted"), 0.0)
    for name, role in (("guest", "guest"), ("client", "client")):
        room.arrive(person(name, "guest" if role == "guest" else "client"), 0.0)
        room.knock(name)
    room.admit("guest")
    with pytest.raises(NotNowError, match="has not agreed"):
        room.admit("client")
    room.consent(Given("client", "third_person", "yes", TEXTS["third_person"].sha256))
    room.admit("client")
    assert [each.id for each in third_persons(room.people.values())] == ["guest"]


def test_a_seat_is_kept_for_ten_minutes() -> None:
    room = full_room()
    room.sleep("client")
    room.hear("owner", 500.0)
    room.sweep(500.0)
    assert room.people["client"].presence == "asleep"
    room.hear("owner", 700.0)
    assert "client" in room.sweep(700.0)
    assert room.people["client"].standing == "checking"
    room.arrive(person("client"), 701.0)
    assert room.place_of("client") == "waiting"


def test_the_room_ends_without_its_clinician_and_after_three_hours() -> None:
    room = full_room()
    room.sweep(599.0)
    assert not room.ended
    room.sweep(601.0)
    assert "ten minutes" in room.ended
    with pytest.raises(NotNowError, match="over"):
        room.arrive(person("client"), 602.0)
    long = full_room()
    long.hear("owner", 3 * 3600.0)
    long.sweep(3 * 3600.0 + 1)
    assert "three hours" in long.ended


def test_another_browser_gets_a_seat_only_when_the_owner_says_so() -> None:
    room = full_room()
    room.arrive(person("other", standing="replacing", replaces="client"), 5.0)
    with pytest.raises(NotNowError):
        room.admit("other")
    room.knock("other")
    asking, held = room.replacing("other")
    assert (asking.replaces, held.id) == ("client", "client")
    room.give_up_seat("client", 6.0)
    assert room.place_of("client") == "waiting"


class AnyOrder(RuleBasedStateMachine):
    """Whatever comes in whatever order, what must hold of a room holds."""

    names = st.sampled_from(["owner", "client", "guest", "guest2", "guest3", "clinician"])

    def __init__(self) -> None:
        super().__init__()
        self.room = Room("r", 0.0, RoomLimits(most_waiting=4))
        self.now_s = 0.0
        self.let_in: set[str] = set()

    def _try(self, does: Any, *arguments: Any, **more: Any) -> bool:
        try:
            does(*arguments, **more)
        except NotNowError:
            return False
        return True

    def _known(self, name: str) -> bool:
        return name in self.room.people

    @rule(name=names, instance=st.sampled_from(["one", "two"]))
    def arrive(self, name: str, instance: str) -> None:
        role: Any = name.rstrip("23")
        came = person(name, role, instance, since_s=self.now_s, standing="admitted" if role == "owner" else "checking")
        if self._try(self.room.arrive, came, self.now_s) and self.room.place_of(name) not in {"nobody", "waiting"}:
            self._try(self.room.connect, name, self.now_s)

    @rule(name=names)
    def knock(self, name: str) -> None:
        if self._known(name):
            self.room.knock(name)

    @rule(name=names)
    def admit(self, name: str) -> None:
        if self._try(self.room.admit, name):
            self.let_in.add(name)
            self.room.connect(name, self.now_s)

    @rule(name=names, does=st.sampled_from(["decline", "remove", "back_to_waiting", "leave", "sleep", "forget"]))
    def put_out(self, name: str, does: str) -> None:
        if self._try(getattr(self.room, does), name) and does not in {"sleep", "forget"}:
            self.let_in.discard(name)

    @rule(name=names, answer=st.sampled_from(["yes", "no", "withdrawn"]))
    def consent(self, name: str, answer: Any) -> None:
        words = TEXTS["third_person"].sha256
        if self._try(self.room.answered, name, "third_person", answer, words):
            self.room.consent(self.room.answered(name, "third_person", answer, words))

    @rule(wait_s=st.sampled_from([1.0, 40.0, 700.0]), owner=st.booleans())
    def time_passes(self, wait_s: float, owner: bool) -> None:
        self.now_s += wait_s
        if owner and "owner" in self.room.people:
            self.room.hear("owner", self.now_s)
        self.room.sweep(self.now_s)

    @precondition(lambda self: not self.room.ended)
    @rule(name=names)
    def hear(self, name: str) -> None:
        if self._known(name):
            self.room.hear(name, self.now_s)

    @invariant()
    def only_who_was_let_in_by_name_is_in(self) -> None:
        assert {each.id for each in self.room.admitted if each.role != "owner"} <= self.let_in

    @invariant()
    def no_more_than_four(self) -> None:
        assert len(self.room.admitted) <= self.room.limits.most_admitted
        assert sum(each.role == "client" for each in self.room.admitted) <= 1

    @invariant()
    def connections_are_between_people_who_are_in(self) -> None:
        inside = {each.id for each in self.room.admitted}
        for one in self.room.people:
            for other in self.room.people:
                if one != other and self.room.link(one, other) is not None:
                    assert {one, other} <= inside

    @invariant()
    def who_waits_may_say_nothing_to_others(self) -> None:
        for each in self.room.queue:
            for message in ("sdp", "ice", "chat", "targets", "admit"):
                with pytest.raises(NotNowError):
                    self.room.need(message, each.id)


AnyOrder.TestCase.settings = hypothesis_settings(max_examples=60, stateful_step_count=25, deadline=None)
TestAnyOrder = AnyOrder.TestCase
