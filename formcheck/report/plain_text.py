"""Text that people typed, made safe to print: nothing invisible that changes what is read, nothing unsavable."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from formcheck.names import TURNS_READING

_CUT: Final = "…"
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_LONG_WORD: Final = re.compile(r"[!-~\u00c0-\u024f]{28,}")
"""A word, such as an address, that may be broken anywhere: Latin only, as other scripts may be broken anyway or lose
their shape."""
_ZERO_WIDTH_SPACE: Final = "\N{ZERO WIDTH SPACE}"


def plain(text: str) -> str:
    """Return a text without control characters, with a line feed for every kind of line end.

    Halves of characters that cannot be saved as UTF-8 (file names may hold them) become U+FFFD.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return "".join(_kept(character) for character in lines)


def one_line(text: str, most: int) -> str:
    """Return a text on one line, single spaces between words, cut with `…` to at most so many characters."""
    return shortened(" ".join(plain(text).split()), most)


def shortened(text: str, most: int) -> str:
    """Cut a text to at most so many characters, at the end of a word where there is one, and mark the cut with `…`."""
    if len(text) <= most:
        return text
    room = text[: most - len(_CUT)]
    within_word = bool(room.strip()) and not room[-1].isspace() and not text[len(room)].isspace()
    return (re.sub(r"\s\S*$", "", room) if within_word else room).rstrip() + _CUT


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the lines of a text that hold anything, each on one line with single spaces."""
    lines = (" ".join(line.split()) for line in plain(text).split("\n"))
    return tuple(line for line in lines if line)


def breakable(text: str) -> str:
    """Return a text in which words too long for a column may be broken, by zero-width spaces that show nothing."""
    return _LONG_WORD.sub(lambda word: _ZERO_WIDTH_SPACE.join(word.group()), text)


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return _REPLACEMENT
    if character in "\n\t":
        return character
    return "" if category == "Cc" or character in TURNS_READING else character
