"""Which exercise a video shows, as far as its name and the folders it lies in say so.

What is said of a video goes before its name, and its name before what its movement looks like: somebody wrote the name
who knew the exercise, while a movement is only told from those of the few others that formcheck knows.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from formcheck.exercises.catalogue.exercise import phrases


def exercise_in_name(path: PurePath) -> str | None:
    """Return the exercise that a file's name says, else the innermost folder's that says one.

    Parameters
    ----------
    path
        Name of the video, with the folders that it lies in as far as somebody chose them.

    Returns
    -------
    str or None
        Its name in the catalogue; None where no name says it, or one says two.
    """
    for part in (path.stem, *reversed(path.parts[:-1])):
        left, said = part, []
        for phrase, exercise in phrases():
            left, times = _pattern(phrase).subn(" ", left)
            if times and exercise not in said:
                said.append(exercise)
        if said:
            return said[0] if len(said) == 1 else None
    return None


def _pattern(phrase: str) -> re.Pattern[str]:
    """Return what finds a phrase in a name: its words with any signs between them or none, the last one in any number.

    A single word must stand alone: “squat” is no part of “squatter”, nor of “asquat”.
    """
    words = [re.escape(word) for word in phrase.split()]
    before = "" if len(words) > 1 else "(?<![a-z])"
    return re.compile(before + r"[\W_]*".join(words) + "s?(?![a-z])", re.IGNORECASE)
