"""What a reviewer did in the player, read strictly from what the browser reports."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from formcheck.pose.landmarks import Landmark
from formcheck.session.corrections import ExcludeRep, MoveLandmark, SetRepTimes
from formcheck.web.player.annotations import Drawing, drawing_from
from formcheck.web.player.fields import FieldError, number, parts, text

_LONGEST_REASON: Final = 300
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class MadeChange:
    """A correction was made."""

    change: MoveLandmark | SetRepTimes | ExcludeRep


@dataclass(frozen=True)
class IncludedRep:
    """The rep under way at `at_s` was left out and counts again: its `ExcludeRep` is to be taken back."""

    at_s: float


@dataclass(frozen=True)
class TookBack:
    """A correction is to be taken back."""

    correction_id: str


@dataclass(frozen=True)
class Drew:
    """Something was drawn on a frame."""

    drawing: Drawing


@dataclass(frozen=True)
class RemovedDrawing:
    """Something drawn is to be removed."""

    annotation_id: str


PlayerEvent = MadeChange | IncludedRep | TookBack | Drew | RemovedDrawing


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
    if not isinstance(message, Mapping):
        return None
    reader = _READERS.get(str(message.get("kind")))
    if reader is None:
        return None
    try:
        return reader({name: value for name, value in message.items() if name != "kind"})
    except FieldError:
        return None


def _move(message: Mapping[str, object]) -> MadeChange:
    given = parts(message, frozenset({"landmark", "at_s", "x_px", "y_px", "from_s", "to_s"}))
    landmark = given["landmark"]
    if isinstance(landmark, bool) or not isinstance(landmark, int) or landmark not in set(Landmark):
        raise FieldError("expected a landmark")
    at_s, from_s, to_s = (number(given[name], at_least=0.0) for name in ("at_s", "from_s", "to_s"))
    if not from_s <= at_s <= to_s:
        raise FieldError("expected the frame to be in its run")
    place = number(given["x_px"]), number(given["y_px"])
    return MadeChange(MoveLandmark(Landmark(landmark), at_s, *place, from_s, to_s))


def _rep_times(message: Mapping[str, object]) -> MadeChange:
    names = ("at_s", "start_s", "bottom_start_s", "bottom_end_s", "end_s")
    given = parts(message, frozenset(names))
    at_s, start_s, bottom_start_s, bottom_end_s, end_s = (number(given[name], at_least=0.0) for name in names)
    if not start_s < bottom_start_s <= bottom_end_s < end_s:
        raise FieldError("expected the moments of a rep in order")
    return MadeChange(SetRepTimes(at_s, start_s, bottom_start_s, bottom_end_s, end_s))


def _exclude(message: Mapping[str, object]) -> MadeChange:
    given = parts(message, frozenset({"at_s", "reason"}))
    return MadeChange(ExcludeRep(number(given["at_s"], at_least=0.0), text(given["reason"], _LONGEST_REASON)))


def _include(message: Mapping[str, object]) -> IncludedRep:
    return IncludedRep(number(parts(message, frozenset({"at_s"}))["at_s"], at_least=0.0))


def _take_back(message: Mapping[str, object]) -> TookBack:
    return TookBack(_id(message))


def _draw(message: Mapping[str, object]) -> Drew:
    given = parts(message, frozenset({"t_s", "drawing"}))
    return Drew(drawing_from(given["t_s"], given["drawing"]))


def _remove(message: Mapping[str, object]) -> RemovedDrawing:
    return RemovedDrawing(_id(message))


def _id(message: Mapping[str, object]) -> str:
    given = parts(message, frozenset({"id"}))["id"]
    if not isinstance(given, str) or _ID.fullmatch(given) is None:
        raise FieldError("expected an id")
    return given


_READERS: Final[Mapping[str, Callable[[Mapping[str, object]], PlayerEvent]]] = {
    "move-landmark": _move,
    "rep-times": _rep_times,
    "exclude-rep": _exclude,
    "include-rep": _include,
    "take-back": _take_back,
    "annotate": _draw,
    "remove-annotation": _remove,
}
