"""Layer: when a call is recorded, on made-up orders of events."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from formcheck.remote.recording import Recording

PEOPLE = ("owner", "client", "guest", "other")


def test_it_begins_at_once_where_all_have_agreed_and_else_once_they_have() -> None:
    recording = Recording()
    recording.begin(["owner", "client"], ["owner", "client"])
    assert recording.stage == "on"
    recording.end()
    recording.begin(["owner", "client"], ["owner"])
    assert (recording.stage, recording.waits_for) == ("asking", {"client"})
    recording.answered("client", "yes")
    assert recording.stage == "on"


def test_it_rests_while_somebody_who_joined_is_asked() -> None:
    recording = Recording()
    recording.begin(["owner"], ["owner"])
    stages = []
    recording.came("client", agreed=False)
    stages.append(recording.stage)
    recording.went("client")
    stages.append(recording.stage)
    recording.came("client", agreed=True)
    stages.append(recording.stage)
    assert stages == ["resting", "on", "on"]


class AnyOrder(RuleBasedStateMachine):
    """Whatever happens in whatever order, nobody is recorded who has not agreed."""

    @initialize()
    def begin(self) -> None:
        self.recording = Recording()
        self.there: set[str] = {"owner"}
        self.agreed: set[str] = set()

    @rule()
    def record(self) -> None:
        self.recording.begin(self.there, self.agreed & self.there)

    @rule()
    def stop(self) -> None:
        self.recording.end()

    @rule(who=st.sampled_from(PEOPLE[1:]))
    def come(self, who: str) -> None:
        if who not in self.there:
            self.there.add(who)
            self.recording.came(who, agreed=who in self.agreed)

    @rule(who=st.sampled_from(PEOPLE[1:]))
    def go(self, who: str) -> None:
        if who in self.there:
            self.there.remove(who)
            self.recording.went(who)

    @rule(who=st.sampled_from(PEOPLE), answer=st.sampled_from(["yes", "no", "withdrawn"]))
    def answer(self, who: str, answer: Any) -> None:
        if who in self.there:
            (self.agreed.add if answer == "yes" else self.agreed.discard)(who)
            self.recording.answered(who, answer)
            assert answer == "yes" or self.recording.stage == "off"

    @invariant()
    def only_who_agreed(self) -> None:
        if self.recording.stage == "on":
            assert self.there <= self.agreed
        if self.recording.stage in {"asking", "resting"}:
            assert self.recording.waits_for == self.there - self.agreed


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
