"""Whether a call is recorded now: only while everybody who is there has agreed. No sockets, no records.

It begins with the owner's word, once nobody's yes is missing. Who joins later is asked, and it rests until then; a no
of anybody ends it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from formcheck.remote.consent import Answer

RecordingStage = Literal["off", "asking", "on", "resting"]
"""`asking`: it has not begun, somebody has yet to answer; `resting`: somebody came who has yet to."""


@dataclass
class Recording:
    """The recording of one room."""

    stage: RecordingStage = "off"
    waits_for: set[str] = field(default_factory=set)
    """Ids of people whose answer is missing. An answer from before they were asked counts if it was yes."""

    def begin(self, there: Iterable[str], agreed: Iterable[str]) -> None:
        """Ask those who are there and have not agreed, or begin.

        Parameters
        ----------
        there
            Ids of those who were let in, the owner among them.
        agreed
            Ids of those who agree.
        """
        if self.stage == "off":
            self.waits_for = set(there) - set(agreed)
            self.stage = "asking" if self.waits_for else "on"

    def end(self) -> None:
        """End it."""
        self.stage, self.waits_for = "off", set()

    def came(self, person: str, *, agreed: bool) -> None:
        """Take in somebody who was let in: until they have agreed it rests."""
        if self.stage == "off" or agreed:
            return
        self.waits_for.add(person)
        if self.stage == "on":
            self.stage = "resting"

    def went(self, person: str) -> None:
        """Take note that somebody is not in any more: their answer is not waited for."""
        self.waits_for.discard(person)
        self._go_on()

    def answered(self, person: str, answer: Answer) -> None:
        """Take somebody's answer."""
        if answer != "yes":
            self.end()
            return
        self.waits_for.discard(person)
        self._go_on()

    def _go_on(self) -> None:
        if self.stage in {"asking", "resting"} and not self.waits_for:
            self.stage = "on"
