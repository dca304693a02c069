"""Reading single fields of what a browser sends, where anything may come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_LARGEST: Final = 1e6
"""No time (s) and no place (px) in a video is beyond this."""


class FieldError(ValueError):
    """A message that means nothing; it is dropped, and the page stays as it is."""


def number(given: object, *, at_least: float = -_LARGEST) -> float:
    """Return a finite number of sensible size.

    Raises
    ------
    FieldError
        If it is none.
    """
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise FieldError("expected a number")
    # NaN compares false.
    if not at_least <= given <= _LARGEST:
        raise FieldError("expected a number that can be in a video")
    return float(given)


def text(given: object, longest: int) -> str:
    """Return a text without spaces at its ends.

    Raises
    ------
    FieldError
        If it is none, too long, or cannot be stored.
    """
    if not isinstance(given, str) or len(given) > longest:
        raise FieldError("expected a text")
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in given):
        raise FieldError("expected characters that can be stored")
    return given.strip()


def parts(given: object, names: frozenset[str]) -> Mapping[str, object]:
    """Return a message whose fields are exactly these.

    Raises
    ------
    FieldError
        If it is none, or has other fields.
    """
    if not isinstance(given, Mapping) or set(given) != names:
        raise FieldError("expected other fields")
    return given
