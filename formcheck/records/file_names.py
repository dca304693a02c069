"""Whose a file is by its name: how a person's name stands in the name of a file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

_LETTERS: Final = re.compile(r"[^\W\d_]+", re.UNICODE)
_LETTERS_OR_DIGITS: Final = re.compile(r"[^\W\d_]+|\d+", re.UNICODE)
_SHORTEST: Final = 3
"""Letters: shorter words of a name are in too many file names by chance."""


def words_of(text: str) -> list[str]:
    """Return the words of a name, of a person or a file, in lower case and without an ending."""
    return [word.casefold() for word in _LETTERS.findall(PurePosixPath(text).stem)]


def may_be_named(person: str, file: str) -> bool:
    """Say whether a person's name is in a file's name: all of it, or one word of it that is too long for chance.

    Parameters
    ----------
    person
        Name of the person.
    file
        Name of the file.
    """
    name, inside = words_of(person), words_of(file)
    if not name:
        return False
    if all(word in inside for word in name):
        return len("".join(name)) >= _SHORTEST
    return any(len(word) >= _SHORTEST and word in inside for word in name)


def one_who_may_be_named(file: str, people: Sequence[tuple[str, str]]) -> str | None:
    """Return the id of the only one of `people`, each an id and a name, whose name may be in a file's name."""
    named = [person_id for person_id, their in people if may_be_named(their, file)]
    return named[0] if len(named) == 1 else None


def is_named_in_full(person: str, file: str) -> bool:
    """Say whether the whole of a person's name stands in a file's name, word for word, numbers too; accents may differ.

    Short names are never: they are in too many names by chance.
    """
    name, inside = _plain_words(person), _plain_words(file)
    if len("".join(name)) < _SHORTEST:
        return False
    return any(inside[first : first + len(name)] == name for first in range(len(inside) - len(name) + 1))


def _plain_words(text: str) -> list[str]:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return [word.casefold() for word in _LETTERS_OR_DIGITS.findall(bare)]
