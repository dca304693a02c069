"""What a phone sends beside its video."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from formcheck.doors import Door, Strict
from formcheck.records.access import RecordsError
from formcheck.web.phone.handovers import CodeRefusedError

LONGEST_CLAIM: Final = 512
"""Bytes."""


class Claim(Strict):
    """A phone that brings a code."""

    code: str = Field(min_length=1, max_length=64)
    key: str = Field(pattern="^[A-Za-z0-9_-]{43}$")
    """That the phone made, 256 bits: who asks again because an answer was lost is known by it."""


class LiveDone(Strict):
    """A live set that the phone has just done."""

    set_id: str = Field(min_length=1, max_length=64)


def _no_set(_: object) -> RecordsError:
    return RecordsError("This set is not kept any more.", "Do it again.")


LIVE_DONE: Final[Door[LiveDone]] = Door(LiveDone, _no_set)
CLAIMS: Final[Door[Claim]] = Door(Claim, lambda _: CodeRefusedError())
