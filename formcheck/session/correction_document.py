"""Corrections as JSON objects: what the records keep, and what archives and browsers hand in.

One flat object a correction: `id`, `made_by`, `made_at` (ISO 8601 with offset), `kind`, and the fields of that kind by
their own names; landmarks by their name in lower case (`left_knee`), sides and views by their value. Whatever is not
exactly that is refused: what comes from outside is data of unknown making.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from formcheck.doors import Door, Kept, Listed, Published, Text, Wrong, must_be
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
from formcheck.session.within import Within

CorrectionDocument = dict[str, Any]
"""A JSON object: text keys; values are text, numbers or None."""

LONGEST_NAME: Final = 200
"""Characters of an id, a person's name or the name of an exercise."""
LONGEST_REASON: Final = 2000


def _not_blank(text: str) -> str:
    if not text.strip():
        raise must_be(f"text of at most {LONGEST_NAME} characters that is not empty")
    return text


def _moment(text: object) -> datetime:
    try:
        read_moment(str(text), zone_needed=True)
    except ValueError:
        what = "a date and time with its offset from UTC, such as 2026-03-01T09:30:00+00:00"
        raise must_be(what) from None
    return datetime.fromisoformat(str(text))  # in its own time zone


def _landmark(name: object) -> Landmark:
    for each in Landmark:
        if each.name.lower() == name:
            return each
    raise must_be("the name of a landmark, such as left_knee")


Name = Annotated[Text, Field(max_length=LONGEST_NAME), AfterValidator(_not_blank)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
"""No recording of a set is longer than a day."""
Pixels = Annotated[float, Field(ge=0, le=100_000)]
"""No picture is wider."""


class _Head(Kept):
    id: Name
    made_by: Name
    made_at: Annotated[datetime, BeforeValidator(_moment)]


class ChangeFields(Published):
    """What a change is made of, under the names that its own class has for it; `kind` is beside it."""

    makes: ClassVar[type[Change]]

    def change(self) -> Change:
        """Return the change.

        Raises
        ------
        CorrectionError
            If its times are out of order, or it says nothing.
        """
        change = self.makes(**{name: getattr(self, name) for name in _fields(type(self))})
        need_sound(change)
        return change


class MoveFields(ChangeFields):
    """A landmark that was moved, without which one."""

    makes = MoveLandmark
    at_s: Seconds
    x_px: Pixels
    y_px: Pixels
    from_s: Seconds
    to_s: Seconds


class TimesFields(ChangeFields):
    """The boundaries of a rep."""

    makes = SetRepTimes
    at_s: Seconds
    start_s: Seconds
    bottom_start_s: Seconds
    bottom_end_s: Seconds
    end_s: Seconds


class WithinFields(ChangeFields):
    """The part of the recording that the set is; null for all of it."""

    makes = Within
    start_s: Seconds | None
    end_s: Seconds | None
    left_px: Pixels | None
    top_px: Pixels | None
    right_px: Pixels | None
    bottom_px: Pixels | None


class _Move(MoveFields):
    kind: Literal["move_landmark"] = "move_landmark"
    landmark: Annotated[Landmark, BeforeValidator(_landmark)]


class _Times(TimesFields):
    kind: Literal["set_rep_times"] = "set_rep_times"


class _Exclude(ChangeFields):
    makes = ExcludeRep
    kind: Literal["exclude_rep"] = "exclude_rep"
    at_s: Seconds
    reason: Annotated[Text, Field(max_length=LONGEST_REASON)]


class _MeasureAs(ChangeFields):
    makes = SetRequest
    kind: Literal["measure_as"] = "measure_as"
    exercise: Name | None
    leg: Annotated[Side, Listed] | None
    view: Annotated[ViewKind, Listed] | None


class _Within(WithinFields):
    kind: Literal["within"] = "within"


_KINDS: Final[dict[type[Change], type[ChangeFields]]] = {
    each.makes: each for each in (_Move, _Times, _Exclude, _MeasureAs, _Within)
}


def _fields(document: type[ChangeFields]) -> list[str]:
    return [name for name in document.model_fields if name != "kind"]


def _refused(wrong: tuple[Wrong, ...]) -> CorrectionError:
    return CorrectionError(
        f"A correction cannot be read: {wrong[0].clause}.", "Make the correction again in formcheck, or leave it out."
    )


_HEADS: Final[Door[_Head]] = Door(_Head, _refused)
_CHANGES: Final[Door[ChangeFields]] = Door(_Move | _Times | _Exclude | _MeasureAs | _Within, _refused, by="kind")


def correction_to_document(correction: Correction) -> CorrectionDocument:
    """Put a correction into a JSON object; numbers are kept exactly."""
    change = correction.change
    document = _KINDS[type(change)]
    return {
        "id": correction.id,
        "made_by": correction.made_by,
        "made_at": correction.made_at.isoformat(),
        "kind": document.model_fields["kind"].default,
        **{name: _plain(getattr(change, name)) for name in _fields(document)},
    }


def correction_from_document(document: Mapping[str, object]) -> Correction:
    """Read a correction from a JSON object.

    Raises
    ------
    CorrectionError
        If the object is not exactly a correction: another kind, a field too many or missing, a value of another type
        or out of range, a time without offset, times out of order.
    """
    head = _HEADS.read(document)
    change = change_from_document({name: value for name, value in document.items() if name not in _Head.model_fields})
    return Correction(head.id, head.made_by, head.made_at, change)


def change_from_document(document: Mapping[str, object]) -> Change:
    """Read what is changed from a JSON object that has `kind` and the fields of that kind, and nothing else.

    Raises
    ------
    CorrectionError
        As for `correction_from_document`.
    """
    return _CHANGES.read(document).change()


def _plain(value: object) -> object:
    if isinstance(value, Landmark):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    return float(value) if isinstance(value, float) else value
