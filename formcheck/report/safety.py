"""What a person must know before trusting or following a report; the wording is the measurement specification's."""

from __future__ import annotations

import hashlib
from typing import Final

from formcheck.exercises.catalogue.exercise import safety_notes
from formcheck.programme.red_flags import RED_FLAGS

NOT_A_DEVICE: Final = (
    "formcheck is an exercise aid, not a medical device. It does not diagnose, and it cannot see your kneecap, muscles "
    "or pain."
)
SMALL_CHANGES: Final = (
    "A camera estimate can be wrong by several degrees. Small changes (under about 9° in knee alignment) mean nothing."
)
STOP_RULE: Final = (
    "Stop the set if pain goes above 5 out of 10, or if it is sharp, new, or gets worse with each rep. "
    "A comfortable limit is 2 out of 10."
)
IN_ONE_LINE: Final = "Stop if pain goes above 5 out of 10, or is sharp, new or gets worse. Not a medical device."
_SETTLING: Final = (
    "Pain should settle to your usual level within one hour and not be worse the next morning. "
    "If not, do less next time."
)
_ASK_FIRST: Final = (
    "Ask a clinician before exercising after recent surgery or a fracture, in pregnancy, with dizziness, "
    "balance problems or a neurological disease, or if you have not been cleared for squats. "
    "The bands are for adults: they do not apply under 16."
)
_PRIVATE: Final = "No picture of you is kept or shared unless you choose so."

IN_SHORT: Final = (
    "Stop if pain goes above 5 out of 10, or is sharp, new, or growing.",
    "Do not exercise on a knee that is badly swollen, locks, gives way or takes no weight: see a clinician now.",
    "formcheck is an exercise aid, not a medical device. It cannot see your kneecap, muscles or pain.",
)
"""What stands first where there is room for three lines; the rest is folded behind it."""

SEE_NOW: Final = tuple(flag.words for flag in RED_FLAGS)
SEE_SOON: Final = (
    "it is no better after a few weeks",
    "the pain is behind the knee",
    "the knee swells after sessions",
)


def safety_texts(exercise: str | None = None, *, of_own_video: bool = True) -> tuple[str, ...]:
    """Return the sentences to show with the report of an exercise, most important first.

    Parameters
    ----------
    exercise
        Such as `step-down`; None for what there is to mind in any of them.
    of_own_video
        Whether the reader is the one who keeps the video; False for what a clinic hands out.
    """
    private = (_PRIVATE,) if of_own_video else ()
    return (NOT_A_DEVICE, SMALL_CHANGES, STOP_RULE, _SETTLING, *safety_notes(exercise), _ASK_FIRST, *private)


def texts_sha256() -> str:
    """Return the SHA-256 of all that is accepted before the first set: other words are accepted anew."""
    return hashlib.sha256("\n".join((*IN_SHORT, *safety_texts(), *SEE_NOW, *SEE_SOON)).encode()).hexdigest()
