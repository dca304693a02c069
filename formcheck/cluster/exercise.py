"""Which exercise a video shows, as far as its name and the folders it lies in say so."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

_WORDS: Final = (
    ("step-down", re.compile(r"step[\W_]*downs?(?![a-z])", re.IGNORECASE)),
    ("wall-squat", re.compile(r"wall[\W_]*(?:squat|sit)s?(?![a-z])", re.IGNORECASE)),
    ("squat", re.compile(r"(?<![a-z])squats?(?![a-z])", re.IGNORECASE)),
)
"""What people call each exercise; a wall squat is looked for before a squat."""


def named_exercise(path: PurePath) -> str | None:
    """Return the exercise that a file's name says, else the innermost folder's that says one.

    Parameters
    ----------
    path
        Path of the video below the folder that was asked for, that folder's name included.

    Returns
    -------
    str or None
        `wall-squat`, `step-down` or `squat`; None where no name says it, or one says two.
    """
    for part in (path.stem, *reversed(path.parts[:-1])):
        left, said = part, []
        for exercise, words in _WORDS:
            left, times = words.subn(" ", left)
            if times:
                said.append(exercise)
        if said:
            return said[0] if len(said) == 1 else None
    return None
