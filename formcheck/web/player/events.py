"""What a reviewer did in the player, read strictly from what the browser reports.

The JavaScript types of the reports and their JSON Schema are made from these models: `python -m tools.contracts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from formcheck.doors import Door, Published, Text, Wrong, said
from formcheck.errors import FormcheckError
from formcheck.pose.landmarks import N_LANDMARKS, Landmark
from formcheck.session.corrections import ExcludeRep, MoveLandmark, SetRepTimes
from formcheck.web.player.annotations import Drawing, DrawingBody, Pixels, Seconds

_LONGEST_REASON: Final = 300
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", title="an id")]


@dataclass(frozen=True)
class MadeChange:
    """A correction was made."""

    change: MoveLandmark | SetRepTimes | ExcludeRep


@dataclass(frozen=True)
class Drew:
    """Something was drawn on a frame."""

    drawing: Drawing


class IncludedRep(Published):
    """The rep under way at `at_s` was left out and counts again: its `ExcludeRep` is to be taken back."""

    kind: Literal["include-rep"] = "include-rep"
    at_s: Seconds


class TookBack(Published):
    """A correction is to be taken back."""

    kind: Literal["take-back"] = "take-back"
    id: Id


class RemovedDrawing(Published):
    """Something drawn is to be removed."""

    kind: Literal["remove-annotation"] = "remove-annotation"
    id: Id


PlayerEvent = MadeChange | IncludedRep | TookBack | Drew | RemovedDrawing


class MovedLandmark(Published):
    """A landmark was put elsewhere on a run of frames."""

    kind: Literal["move-landmark"]
    landmark: int = Field(ge=0, lt=N_LANDMARKS)
    at_s: Seconds
    x_px: Pixels
    y_px: Pixels
    from_s: Seconds
    to_s: Seconds

    @model_validator(mode="after")
    def _in_its_run(self) -> MovedLandmark:
        if not self.from_s <= self.at_s <= self.to_s:
            raise said("the frame lies outside of its run")
        return self

    def event(self) -> MadeChange:
        """Return what it means."""
        place = self.x_px, self.y_px
        return MadeChange(MoveLandmark(Landmark(self.landmark), self.at_s, *place, self.from_s, self.to_s))


class SetTimes(Published):
    """The boundaries of a rep were moved."""

    kind: Literal["rep-times"]
    at_s: Seconds
    start_s: Seconds
    bottom_start_s: Seconds
    bottom_end_s: Seconds
    end_s: Seconds

    @model_validator(mode="after")
    def _in_order(self) -> SetTimes:
        if not self._change().times.in_order:
            raise said("the moments of a rep are out of order")
        return self

    def _change(self) -> SetRepTimes:
        return SetRepTimes(self.at_s, self.start_s, self.bottom_start_s, self.bottom_end_s, self.end_s)

    def event(self) -> MadeChange:
        """Return what it means."""
        return MadeChange(self._change())


class ExcludedRep(Published):
    """A rep is not to count."""

    kind: Literal["exclude-rep"]
    at_s: Seconds
    reason: Annotated[Text, Field(max_length=_LONGEST_REASON), AfterValidator(str.strip)]

    def event(self) -> MadeChange:
        """Return what it means."""
        return MadeChange(ExcludeRep(self.at_s, self.reason))


class AddedDrawing(Published):
    """Something was drawn."""

    kind: Literal["annotate"]
    t_s: Seconds
    drawing: DrawingBody

    def event(self) -> Drew:
        """Return what it means."""
        return Drew(self.drawing.at(self.t_s))


class PlayerEventError(FormcheckError):
    """What a browser reports and no player of ours does."""


def _refused(wrong: tuple[Wrong, ...]) -> PlayerEventError:
    return PlayerEventError(f"What the player reports cannot be read: {wrong[0].clause}.", "Reload the page.")


_Report = MovedLandmark | SetTimes | ExcludedRep | AddedDrawing | IncludedRep | TookBack | RemovedDrawing
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
    except PlayerEventError:
        return None
    return report if isinstance(report, IncludedRep | TookBack | RemovedDrawing) else report.event()
