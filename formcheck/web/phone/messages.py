"""What a phone sends beside its video."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from formcheck.doors import Door, Strict
from formcheck.web.phone.handovers import CodeRefusedError

LONGEST_CLAIM: Final = 512
"""Bytes."""


class Claim(Strict):
    """A phone that brings a code."""

    code: str = Field(min_length=1, max_length=64)


CLAIMS: Final[Door[Claim]] = Door(Claim, lambda _: CodeRefusedError())
