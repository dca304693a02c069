"""The red-flag screen: what is asked before anybody exercises, and what follows from the answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from formcheck.errors import FormcheckError


@dataclass(frozen=True)
class RedFlag:
    """Something with which nobody exercises before a clinician has seen it."""

    id: str
    words: str
    """Goes on after “if”: `the knee locks, gives way or clicks painfully`."""

    @property
    def statement(self) -> str:
        """As it is ticked: `The knee locks, gives way or clicks painfully`."""
        return self.words[:1].upper() + self.words[1:]


RED_FLAGS: Final = (
    RedFlag("no-weight", "you cannot take weight on the leg, or the pain is severe"),
    RedFlag("shape", "you cannot move the knee, or it has changed shape"),
    RedFlag("hot", "the knee is badly swollen, or hot and red with fever"),
    RedFlag("locks", "the knee locks, gives way or clicks painfully"),
    RedFlag("injury", "it follows a fall, a twist or a dislocated kneecap"),
    RedFlag("calf", "your calf hurts or swells, or your foot is numb or cold"),
    RedFlag("unwell", "pain at night or at rest does not ease, you lose weight or feel unwell"),
)
ADVICE: Final = "Do not exercise now. See a clinician first."
_NAMES: Final = {flag.id: flag for flag in RED_FLAGS}


class RedFlagsError(FormcheckError):
    """Answers that cannot be."""


def screen_sha256() -> str:
    """Return the SHA-256 of what is asked: a screen that changes is asked anew."""
    return hashlib.sha256("\n".join(f"{flag.id} {flag.words}" for flag in RED_FLAGS).encode()).hexdigest()


def checked_flags(flags: Iterable[str]) -> list[str]:
    """Return flags that were ticked, in the order of the screen.

    Raises
    ------
    RedFlagsError
        If one is none of the screen's.
    """
    ticked = set(flags)
    if not ticked <= _NAMES.keys():
        raise RedFlagsError("One of the answers is to no question of the screen.", "Answer the screen anew.")
    return [flag for flag in _NAMES if flag in ticked]


def flags_in_words(flags: Iterable[str]) -> list[str]:
    """Say what was ticked; of an earlier screen, the names of what is asked no longer."""
    return [_NAMES[each].statement if each in _NAMES else each for each in flags]
