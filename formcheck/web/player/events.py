"""What a reviewer did in the player, read strictly from what the browser reports.

The JavaScript types of the reports and their JSON Schema are made from these models: `python -m tools.contracts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from formcheck.doors import Door, Published, Text, Wrong
from formcheck.errors import CorrectionError, FormcheckError
from formcheck.pose.landmarks import N_LANDMARKS, Landmark
from formcheck.session.correction_document import ChangeFields, MoveFields, TimesFields, WithinFields
from formcheck.session.corrections import Change, ExcludeRep
from formcheck.session.drawings import Drawing, DrawingBody, Pixels, Seconds

_LONGEST_REASON: Final = 300
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", title="an id")]


@dataclass(frozen=True)
class MadeChange:
    """A correction was made."""

    change: Change


@dataclass(frozen=True)
class Drew:
    """Something was drawn on a frame."""

    drawing: Drawing


class _OfOne(Published):
    """What is done to something that has an id."""

    kind: str
    id: Id


class IncludedRep(Published):
    """The rep under way at `at_s` was left out and counts again: its `ExcludeRep` is to be taken back."""

    kind: Literal["include-rep"] = "include-rep"
    at_s: Seconds


class TookBack(_OfOne):
    """A correction is to be taken back."""

    kind: Literal["take-back"] = "take-back"


class RemovedDrawing(_OfOne):
    """Something drawn is to be removed."""

    kind: Literal["remove-annotation"] = "remove-annotation"


class PutBack(_OfOne):
    """A correction that was taken back is to count again."""

    kind: Literal["put-back"] = "put-back"


class RestoredDrawing(_OfOne):
    """Something drawn that was removed is to be shown again."""

    kind: Literal["restore-annotation"] = "restore-annotation"


class CutApart(Published):
    """The set is to end at `at_s`, and another one to begin there."""

    kind: Literal["cut"] = "cut"
    at_s: Seconds


PlayerEvent = MadeChange | IncludedRep | TookBack | PutBack | Drew | RemovedDrawing | RestoredDrawing | CutApart


class MovedLandmark(MoveFields):
    """A landmark was put elsewhere on a run of frames."""

    kind: Literal["move-landmark"]
    landmark: Annotated[int, Field(ge=0, lt=N_LANDMARKS), AfterValidator(Landmark)]
    x_px: Pixels  # beyond the picture too: whoever puts a landmark there is told so
    y_px: Pixels


class SetTimes(TimesFields):
    """The boundaries of a rep were moved."""

    kind: Literal["rep-times"]


class ExcludedRep(ChangeFields):
    """A rep is not to count."""

    makes = ExcludeRep
    kind: Literal["exclude-rep"]
    at_s: Seconds
    reason: Annotated[Text, Field(max_length=_LONGEST_REASON), AfterValidator(str.strip)]


class ChosenPart(WithinFields):
    """The part of the recording that the set is; null for all of it."""

    kind: Literal["within"]


class AddedDrawing(Published):
    """Something was drawn."""

    kind: Literal["annotate"]
    t_s: Seconds
    drawing: DrawingBody


class PlayerEventError(FormcheckError):
    """What a browser reports and no player of ours does."""


def _refused(wrong: tuple[Wrong, ...]) -> PlayerEventError:
    return PlayerEventError(f"What the player reports cannot be read: {wrong[0].clause}.", "Reload the page.")


_Report = (
    MovedLandmark
    | SetTimes
    | ExcludedRep
    | ChosenPart
    | AddedDrawing
    | IncludedRep
    | TookBack
    | PutBack
    | RemovedDrawing
    | RestoredDrawing
    | CutApart
)
PLAYER_EVENTS: Final[Door[_Report]] = Door(_Report, _refused, by="kind")


def event_from(message: object) -> PlayerEvent | None:
    """Read what the browser reports.

    Parameters
    ----------
    message
        Anything. What is meant is an object with `kind` and the fields of that kind, no more and no less.

    Returns
    -------
    PlayerEvent or None
        None for what means nothing: it is dropped.
    """
    try:
        report = PLAYER_EVENTS.read(message)
        if isinstance(report, ChangeFields):
            return MadeChange(report.change())
    except (PlayerEventError, CorrectionError):
        return None
    return Drew(report.drawing.at(report.t_s)) if isinstance(report, AddedDrawing) else report
