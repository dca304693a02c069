"""Work that can be put off: done a part at a time, between which whoever does it may do something else."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")
Steps = Generator[None, None, Result]
"""Stops after each part, some milliseconds of a set of a minute; what it returns is the same however long it stood."""


def completed(steps: Steps[Result]) -> Result:
    """Do all that is left at once, and return what comes of it."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
