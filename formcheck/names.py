"""Names of files as they are shown and written: on one line of text that UTF-8 can hold, whatever a disk has."""

from __future__ import annotations

import os
import unicodedata
from os import PathLike
from typing import Final

TURNS_READING: Final = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""Marks that turn the direction of reading: a name that holds one would make the words after it read backwards."""
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_NOT_SHOWN: Final = frozenset({"Cs", "Cc", "Zl", "Zp"})
"""Bytes that are no UTF-8 (Python has them as halves of surrogate pairs), control characters, ends of lines."""
_LONGEST_STEM_BYTES: Final = 200
"""Disks take 255 bytes; a number, endings such as `.track.parquet` and what is put before a name go on top."""


def shown_name(name: str | PathLike[str]) -> str:
    """Return a file's name or path as it can be shown and written.

    Parameters
    ----------
    name
        As the system gave it.

    Returns
    -------
    str
        One line that can be saved as UTF-8. In place of each byte that is no UTF-8, of control characters, ends of
        lines and marks that turn the direction of reading stands U+FFFD. Two names may be shown alike.
    """
    return "".join(
        _REPLACEMENT if unicodedata.category(sign) in _NOT_SHOWN or sign in TURNS_READING else sign
        for sign in os.fspath(name)
    )


def results_stem(stem: str) -> str:
    """Return the stem of a video's name as results are named by it: shown as above, not too long, not only dots."""
    clean = shown_name(stem)
    short = clean.encode()[:_LONGEST_STEM_BYTES].decode(errors="ignore")
    return short if short.strip(". ") else "video"
