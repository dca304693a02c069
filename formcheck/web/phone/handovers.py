"""Codes with which a phone records one set for somebody at a computer, and what became of each.

A code works once: for the first phone that brings it, with a key that this phone made. By the key it may send one video
and read what came of it. Of both the hash alone is kept, in this process: a code lives for minutes, and a server that
was started anew knows none. What a code is for is said at the computer; a phone can change nothing of it.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from formcheck.intake.states import UploadStateError
from formcheck.intake.wishes import Wishes
from formcheck.records.access import Actor, RecordsError
from formcheck.web.access.links import LinkRefusedError

CODE_LASTS_S: Final = 10 * 60.0
"""For somebody to fetch the phone and scan it."""
KEY_LASTS_S: Final = 90 * 60.0
"""For a long video over a slow network, and for its result to be read."""
MOST_PER_ACCOUNT: Final = 20
"""Open at a time; the oldest gives way."""
_BYTES: Final = 16
_LONGEST: Final = 64


class CodeRefusedError(RecordsError):
    """A code that was never given, was used, or is too old: one error for all of them."""

    def __init__(self) -> None:
        super().__init__("This code is no longer valid.", "Show a new one on the computer, and scan that.")


class KeyRefusedError(LinkRefusedError):
    """The time of a phone is over, or what it was let do was ended at the computer."""

    def __init__(self) -> None:
        RecordsError.__init__(
            self, "This phone is no longer connected.", "Show a new code on the computer, and scan it."
        )


class SpentError(UploadStateError):
    """One code, one video."""

    def __init__(self) -> None:
        super().__init__(
            "This code has had its video already.", "Show a new code on the computer for the next set, and scan that."
        )


@dataclass(frozen=True)
class Errand:
    """What a phone is to record, and for whom."""

    actor: Actor
    """Who showed the code; what the phone sends is sent on their behalf."""
    person_id: str | None
    """Whose set it is; None to find out."""
    wishes: Wishes
    """What the set is to be measured as."""
    said: str
    """The set in words, as the phone shows it."""
    person: str = ""
    """What the person is called; empty where nobody said whose it is."""


@dataclass
class Handover:
    """One code, and what became of it."""

    errand: Errand
    code_until_s: float
    code_sha256: str
    key_sha256: str | None = None
    """Of the phone that used the code; None until one came."""
    key_until_s: float = 0.0
    upload_id: str | None = None
    set_id: str | None = None
    """Of a live set that the phone did."""
    id: str = field(default_factory=lambda: secrets.token_hex(_BYTES))
    beginning: threading.Lock = field(default_factory=threading.Lock)
    """Held while its one upload is begun."""


class Handovers:
    """All codes of this process. For all threads.

    Parameters
    ----------
    clock
        Seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._open: dict[str, Handover] = {}

    def make(self, errand: Errand) -> tuple[Handover, str]:
        """Return a new code, which nothing but its receiver has, and the handover that is open by it."""
        code = secrets.token_urlsafe(_BYTES)
        made = Handover(errand, self._clock() + CODE_LASTS_S, _hash(code))
        with self._guard:
            self._forget_old()
            own = [each for each in self._open.values() if each.errand.actor.id == errand.actor.id]
            for each in own[: max(0, len(own) + 1 - MOST_PER_ACCOUNT)]:
                del self._open[each.id]
            self._open[made.id] = made
        return made, code

    def claim(self, code: str, key: str) -> Handover:
        """Use a code up for a phone, which from then on says its key; the same phone may ask again.

        Raises
        ------
        CodeRefusedError
            If the code is none of ours, was used by another, or is too old.
        """
        digest, brought = _hash(code), _hash(key)
        with self._guard:
            self._forget_old()
            found = next((each for each in self._open.values() if each.code_sha256 == digest), None)
            if found is None or self._clock() > found.code_until_s or found.key_sha256 not in (None, brought):
                raise CodeRefusedError
            if found.key_sha256 is None:
                found.key_sha256, found.key_until_s = brought, self._clock() + KEY_LASTS_S
        return found

    def by_key(self, key: str) -> Handover:
        """Return what a phone is let do.

        Raises
        ------
        KeyRefusedError
            If it is let do nothing, or no longer.
        """
        digest = _hash(key)
        with self._guard:
            self._forget_old()
            found = next((each for each in self._open.values() if each.key_sha256 == digest), None)
        if found is None:
            raise KeyRefusedError
        return found

    def find(self, handover_id: str) -> Handover | None:
        """Return a handover for the page that shows it; None once it is over."""
        with self._guard:
            self._forget_old()
            return self._open.get(handover_id)

    def end(self, handover_id: str) -> None:
        """Let a code, and the phone that used it, do nothing any more."""
        with self._guard:
            self._open.pop(handover_id, None)

    def code_left_s(self, handover: Handover) -> float:
        """Return for how long its code can still be used (s)."""
        return max(0.0, handover.code_until_s - self._clock())

    def _forget_old(self) -> None:
        now_s = self._clock()
        for each in tuple(self._open.values()):
            if now_s > (each.code_until_s if each.key_sha256 is None else each.key_until_s):
                del self._open[each.id]


def _hash(text: str) -> str:
    # What is longer than any of ours is none of ours, however long.
    return hashlib.sha256(text[: _LONGEST + 1].encode(errors="surrogatepass")).hexdigest()


@cache
def phone_service() -> Handovers:
    """Return the codes of this process."""
    return Handovers()
