"""What was said about an upload, and what formcheck found out itself, in the forms in which they are kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from formcheck.exercises.plan import Plan, plan_from_document
from formcheck.exercises.rubric_file import builtin_names
from formcheck.kinematics.view import ViewKind
from formcheck.moments import read_moment
from formcheck.pose.landmarks import Side
from formcheck.pose.people import Region
from formcheck.records.access import RecordsError
from formcheck.records.requests import capture_fps_said
from formcheck.records.tables import Json, Upload

ORIGINS: Final = ("upload", "sample")
PEOPLE: Final = "people"
"""Name of the guess that holds where several people are, for somebody to choose among."""


@dataclass(frozen=True)
class Wishes:
    """What somebody said about an upload. What is None was not said, and is guessed or found."""

    person_said: bool = False
    """Whether the upload's person was said, nobody included; else it may be guessed."""
    exercise: str | None = None
    leg: Side | None = None
    """The standing leg of a step-down."""
    view: ViewKind | None = None
    mirrored: bool = False
    capture_fps: float | None = None
    """At how many frames/s slow motion was filmed; None to go by the file."""
    person: Region | None = None
    """Where in the picture the person is, among several."""
    done_at: datetime | None = None
    """When the set was done."""
    plan: Plan | None = None
    """Targets that the set is judged by; None for the person's own plan, if there is one."""
    keep_video: bool = True
    """False where landmarks and numbers alone are to be kept."""
    origin: str = "upload"
    """One of `ORIGINS`."""
    last_modified: datetime | None = None
    """Of the file, as the browser said."""

    def document(self) -> Json:
        """Return the JSON form."""
        return {
            "person_said": self.person_said,
            "exercise": self.exercise,
            "leg": None if self.leg is None else self.leg.value,
            "view": None if self.view is None else self.view.value,
            "mirrored": self.mirrored,
            "capture_fps": self.capture_fps,
            "person": None if self.person is None else self.person.document(),
            "done_at": _moment_text(self.done_at),
            "plan": None if self.plan is None else asdict(self.plan),
            "keep_video": self.keep_video,
            "origin": self.origin,
            "last_modified": _moment_text(self.last_modified),
        }

    @classmethod
    def from_document(cls, document: Any) -> Wishes:
        """Read the JSON form; what is absent was not said.

        Raises
        ------
        RecordsError
            If it is none.
        """
        try:
            exercise, plan = document.get("exercise"), document.get("plan")
            if exercise is not None and exercise not in builtin_names():
                raise ValueError("an exercise that formcheck does not know")
            if document.get("origin", "upload") not in ORIGINS:
                raise ValueError("an origin that formcheck does not know")
            return cls(
                person_said=document.get("person_said", False) is True,
                exercise=exercise,
                leg=None if document.get("leg") is None else Side(document["leg"]),
                view=None if document.get("view") is None else ViewKind(document["view"]),
                mirrored=document.get("mirrored", False) is True,
                capture_fps=capture_fps_said(document.get("capture_fps")),
                person=None if document.get("person") is None else Region.from_document(document["person"]),
                done_at=_moment(document.get("done_at")),
                plan=None if plan is None else plan_from_document(plan),
                keep_video=document.get("keep_video", True) is not False,
                origin=document.get("origin", "upload"),
                last_modified=_moment(document.get("last_modified")),
            )
        except (AttributeError, TypeError, ValueError, OverflowError) as error:
            raise RecordsError(f"What was said about a video cannot be read: {error}.", "Say it again.") from error


@dataclass(frozen=True)
class Guess:
    """Something that formcheck found out, with why it thinks so."""

    value: Any
    """An id, a word, or a moment as text."""
    reason: str
    """A clause that goes on after a dash, such as `the name of the file says so`."""

    def document(self) -> Json:
        """Return the JSON form."""
        return {"value": self.value, "reason": self.reason}


def wishes_of(row: Upload) -> Wishes:
    """Return what was said about an upload."""
    return Wishes.from_document(row.wishes)


def guess_of(row: Upload, what: str) -> Guess | None:
    """Return what was guessed of an upload: `person_id`, `exercise`, `leg`, `view`, `done_at` or `plan`."""
    kept = row.guesses.get(what)
    if not isinstance(kept, dict) or "value" not in kept:
        return None
    return Guess(kept["value"], str(kept.get("reason", "")))


@dataclass(frozen=True)
class PeopleSeen:
    """People in one picture of an upload, of whom one is to be chosen."""

    regions: tuple[Region, ...]
    """From left to right, as they are numbered."""
    at_s: float

    def document(self) -> Json:
        """Return the JSON form."""
        return {"value": [region.document() for region in self.regions], "at_s": self.at_s}


def people_seen(row: Upload) -> PeopleSeen | None:
    """Return among whom one is to be chosen; None where there is no question."""
    kept = row.guesses.get(PEOPLE)
    if not isinstance(kept, dict):
        return None
    try:
        regions = tuple(Region.from_document(each) for each in kept["value"])
        return PeopleSeen(regions, float(kept["at_s"])) if regions else None
    except (KeyError, TypeError, ValueError):
        return None


def guessed_moment(row: Upload) -> datetime | None:
    """Return when the set was done, as it was guessed."""
    guess = guess_of(row, "done_at")
    try:
        return None if guess is None else _moment(guess.value)
    except (TypeError, ValueError):
        return None


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    return read_moment(text)


def _moment_text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
