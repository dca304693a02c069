"""Corrections as JSON objects: what the records keep, and what archives and browsers hand in.

One flat object a correction: `id`, `made_by`, `made_at` (ISO 8601 with offset), `kind`, and the fields of that kind by
their own names; landmarks by their name in lower case (`left_knee`), sides and views by their value. Whatever is not
exactly that is refused: what comes from outside is data of unknown making.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final, TypeVar

from formcheck.errors import CorrectionError
from formcheck.kinematics.view import ViewKind
from formcheck.moments import read_moment
from formcheck.pose.landmarks import Landmark, Side
from formcheck.session.corrections import (
    Change,
    Correction,
    ExcludeRep,
    MoveLandmark,
    SetRepTimes,
    need_sound,
)
from formcheck.session.request import SetRequest

CorrectionDocument = dict[str, Any]
"""A JSON object: text keys; values are text, numbers or None."""

LONGEST_NAME: Final = 200
"""Characters of an id, a person's name or the name of an exercise."""
LONGEST_REASON: Final = 2000
_LAST_S: Final = 86_400.0
"""No recording of a set is longer than a day."""
_MOST_PX: Final = 100_000.0
"""No picture is wider."""
_LONGEST_BITS: Final = 100
"""Whole numbers beyond this are not written out: Python refuses to, past some thousands of digits."""
_REMEDY: Final = "Make the correction again in formcheck, or leave it out."

_Choice = TypeVar("_Choice", bound=Enum)


def correction_to_document(correction: Correction) -> CorrectionDocument:
    """Put a correction into a JSON object; numbers are kept exactly."""
    change = correction.change
    kind = _KIND_OF[type(change)]
    return {
        "id": correction.id,
        "made_by": correction.made_by,
        "made_at": correction.made_at.isoformat(),
        "kind": kind,
        **{name: _plain(getattr(change, name)) for name in _READERS[kind]},
    }


def correction_from_document(document: Mapping[str, object]) -> Correction:
    """Read a correction from a JSON object.

    Raises
    ------
    CorrectionError
        If the object is not exactly a correction: another kind, a field too many or missing, a value of another type
        or out of range, a time without offset, times out of order.
    """
    if not isinstance(document, Mapping):
        raise CorrectionError("A correction is a JSON object, and this is none.", _REMEDY)
    head = {name: document.get(name) for name in _HEAD}
    change = change_from_document({name: value for name, value in document.items() if name not in _HEAD})
    return Correction(
        id=_text("id", head["id"]),
        made_by=_text("made_by", head["made_by"]),
        made_at=_moment("made_at", head["made_at"]),
        change=change,
    )


def change_from_document(document: Mapping[str, object]) -> Change:
    """Read what is changed from a JSON object that has `kind` and the fields of that kind, and nothing else.

    Raises
    ------
    CorrectionError
        As for `correction_from_document`.
    """
    kind = document.get("kind")
    if not isinstance(kind, str) or kind not in _READERS:
        raise CorrectionError(f"There is no correction of the kind {_shown(kind)}.", _REMEDY)
    readers = _READERS[kind]
    given = {name: value for name, value in document.items() if name != "kind"}
    if unknown := sorted(str(name) for name in given.keys() - readers.keys()):
        raise CorrectionError(f"A correction of the kind `{kind}` has no field {_shown(unknown[0])}.", _REMEDY)
    if missing := sorted(readers.keys() - given.keys()):
        raise CorrectionError(f"The field `{missing[0]}` of a correction is missing.", _REMEDY)
    values = {name: read(name, given[name]) for name, read in readers.items()}
    change: Change = _CLASS_OF[kind](**values)
    need_sound(change)
    return change


def _plain(value: object) -> object:
    if isinstance(value, Landmark):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    return float(value) if isinstance(value, float) else value


def _shown(value: object) -> str:
    """Return what was given, short enough for a sentence, and so that it can be stored."""
    if isinstance(value, int) and value.bit_length() > _LONGEST_BITS:
        return "a number of very many digits"
    return f"`{str(value)[:40]}`".encode(errors="backslashreplace").decode()


def _refused(name: str, value: object, wanted: str) -> CorrectionError:
    return CorrectionError(f"The field `{name}` of a correction must be {wanted} but is {_shown(value)}.", _REMEDY)


def _number(name: str, value: object, most: float) -> float:
    # True and False are numbers to Python. A whole number of any length is one to JSON, and may be too large to be one.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise _refused(name, value, f"a number from 0 to {most:.0f}")
    return float(value)


def _seconds(name: str, value: object) -> float:
    return _number(name, value, _LAST_S)


def _pixels(name: str, value: object) -> float:
    return _number(name, value, _MOST_PX)


def _text(name: str, value: object, *, longest: int = LONGEST_NAME, may_be_empty: bool = False) -> str:
    wanted = f"text of at most {longest} characters"
    if not isinstance(value, str) or len(value) > longest or not (value.strip() or may_be_empty):
        raise _refused(name, value, wanted)
    if "\0" in value or not _is_unicode(value):
        raise _refused(name, value.replace("\0", "\\0"), f"{wanted} that can be stored")
    return value


def _is_unicode(value: str) -> bool:
    """Return False for text with half of a surrogate pair, which JSON can hold and no database takes."""
    return not any("\ud800" <= each <= "\udfff" for each in value)


def _reason(name: str, value: object) -> str:
    return _text(name, value, longest=LONGEST_REASON, may_be_empty=True)


def _exercise(name: str, value: object) -> str | None:
    return None if value is None else _text(name, value)


def _choice(of: type[_Choice]) -> Callable[[str, object], _Choice | None]:
    def read(name: str, value: object) -> _Choice | None:
        if value is None:
            return None
        for each in of:
            if isinstance(value, str) and each.value == value:
                return each
        raise _refused(name, value, f"one of {', '.join(str(each.value) for each in of)}")

    return read


def _landmark(name: str, value: object) -> Landmark:
    for each in Landmark:
        if isinstance(value, str) and each.name.lower() == value:
            return each
    raise _refused(name, value, "the name of a landmark, such as left_knee,")


def _moment(name: str, value: object) -> datetime:
    wanted = "a date and time with its offset from UTC, such as 2026-03-01T09:30:00+00:00,"
    if not isinstance(value, str):
        raise _refused(name, value, wanted)
    try:
        read_moment(value, zone_needed=True)
    except ValueError:
        raise _refused(name, value, wanted) from None
    return datetime.fromisoformat(value)  # in its own time zone


_HEAD: Final = ("id", "made_by", "made_at")
_CLASS_OF: Final[dict[str, type[Change]]] = {
    "move_landmark": MoveLandmark,
    "set_rep_times": SetRepTimes,
    "exclude_rep": ExcludeRep,
    "measure_as": SetRequest,
}
_KIND_OF: Final = {made_of: kind for kind, made_of in _CLASS_OF.items()}
_READERS: Final[dict[str, dict[str, Callable[[str, object], Any]]]] = {
    "move_landmark": {
        "landmark": _landmark,
        "at_s": _seconds,
        "x_px": _pixels,
        "y_px": _pixels,
        "from_s": _seconds,
        "to_s": _seconds,
    },
    "set_rep_times": dict.fromkeys(("at_s", "start_s", "bottom_start_s", "bottom_end_s", "end_s"), _seconds),
    "exclude_rep": {"at_s": _seconds, "reason": _reason},
    "measure_as": {"exercise": _exercise, "leg": _choice(Side), "view": _choice(ViewKind)},
}
