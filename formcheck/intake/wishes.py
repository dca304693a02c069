"""What was said about an upload, and what formcheck found out itself, in the forms in which they are kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator

from formcheck.doors import Door, Wrong, must_be
from formcheck.moments import read_moment
from formcheck.pose.people import Region
from formcheck.records.access import RecordsError
from formcheck.records.tables import Json, Upload
from formcheck.session.request import SetRequest
from formcheck.session.request_document import KeptRequest

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
    """`upload` or `sample`."""
    last_modified: datetime | None = None
    """Of the file, as the browser said."""
    for_set: str | None = None
    """Id of a set in the records whose video this is, and which has none yet: nothing is measured then."""
    begins_s: float = 0.0
    """Of such a video: when its first picture was taken, by the time of the set's pose track (s); mostly before it."""

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
            **({} if self.for_set is None else {"for_set": self.for_set, "begins_s": self.begins_s}),
        }

    @classmethod
    def from_document(cls, document: Any) -> Wishes:
        """Read the JSON form; what is absent was not said.

        Raises
        ------
        RecordsError
            If it is none.
        """
        kept = _WISHES.read(document)
        return cls(
            request=kept.request(),
            person_said=kept.person_said is True,
            plan_said=kept.plan is not None,
            done_at=kept.done_at,
            keep_video=kept.keep_video is not False,
            origin=kept.origin,
            last_modified=kept.last_modified,
            for_set=kept.for_set,
            begins_s=kept.begins_s,
        )


def _moment(text: object) -> datetime | None:
    try:
        return None if text is None else read_moment(str(text))
    except (ValueError, OverflowError):
        raise must_be("a date and time") from None


Moment = Annotated[datetime | None, BeforeValidator(_moment)]


class _KeptWishes(KeptRequest):
    person_said: bool | None = None
    done_at: Moment = None
    keep_video: bool | None = None
    origin: Literal["upload", "sample"] = "upload"
    last_modified: Moment = None
    for_set: str | None = None
    begins_s: float = 0.0


def _refused(wrong: tuple[Wrong, ...]) -> RecordsError:
    return RecordsError(f"What was said about a video cannot be read: {wrong[0].clause}.", "Say it again.")


_WISHES: Final[Door[_KeptWishes]] = Door(_KeptWishes, _refused)


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
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def guessed_moment(row: Upload) -> datetime | None:
    """Return when the set was done, as it was guessed."""
    guess = guess_of(row, "done_at")
    try:
        return None if guess is None else _moment(guess.value)
    except ValueError:
        return None


def _moment_text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
