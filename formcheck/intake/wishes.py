"""What was said about an upload, and what formcheck found out itself, in the forms in which they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from formcheck.moments import read_moment
from formcheck.pose.people import Region
from formcheck.records.access import RecordsError
from formcheck.records.tables import Json, Upload
from formcheck.session.request import SetRequest

ORIGINS: Final = ("upload", "sample")
PEOPLE: Final = "people"
"""Name of the guess that holds where several people are, for somebody to choose among."""


@dataclass(frozen=True)
class Wishes:
    """What somebody said about an upload, beside what the set in it is to be measured as."""

    request: SetRequest = field(default_factory=SetRequest)
    """What of it is None is guessed or found."""
    person_said: bool = False
    """Whether the upload's person was said, nobody included; else it may be guessed."""
    plan_said: bool = False
    """Whether the plan in `request` was said; else the person's own is taken, if there is one."""
    done_at: datetime | None = None
    """When the set was done; None to find out."""
    keep_video: bool = True
    """False where landmarks and numbers alone are to be kept."""
    origin: str = "upload"
    """One of `ORIGINS`."""
    last_modified: datetime | None = None
    """Of the file, as the browser said."""

    def document(self) -> Json:
        """Return the JSON form: that of the request, its plan null where none was said, and the rest beside it."""
        document = self.request.document()
        return {
            **document,
            "plan": document["plan"] if self.plan_said else None,
            "person_said": self.person_said,
            "done_at": _moment_text(self.done_at),
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
            if document.get("origin", "upload") not in ORIGINS:
                raise ValueError("an origin that formcheck does not know")
            return cls(
                request=SetRequest.from_document(document),
                person_said=document.get("person_said", False) is True,
                plan_said=document.get("plan") is not None,
                done_at=_moment(document.get("done_at")),
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
