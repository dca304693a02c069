"""Whether a person refuses that something of theirs is kept: what they answered last, asked where it would be kept.

Every table that a person's data lie in is in `GUARDED` or `UNGUARDED`. `Records.writing` has each of its transactions
guarded (`guard`), whatever writes in it; an import asks for each row. What is kept already stays, and may be put right
and deleted (`consents`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from formcheck.records.access import RecordsError
from formcheck.records.tables import (
    Account,
    AuditEntry,
    ExerciseSet,
    Note,
    NoteVersion,
    Person,
    PrescribedLink,
    RedFlagScreen,
    RemoteConsent,
    RemoteInvitation,
    RemoteMoment,
    RemoteRecording,
    RemoteSeat,
    RemoteSession,
    RemoteStill,
    SafetyAcceptance,
    SoapNote,
    StoredAnnotation,
    StoredAnswers,
    StoredConsent,
    StoredCorrection,
    StoredDone,
    StoredPlan,
    StoredProgramme,
    StoredTest,
    SuggestionAnswer,
    Table,
    Upload,
)

if TYPE_CHECKING:
    from formcheck.records.records import Work

RECORDS: Final = "records"
VIDEO: Final = "video"
STILL: Final = "still"
RECORD_CALL: Final = "record_call"
_KEPT: Final[Mapping[str, str]] = {
    RECORDS: "what is measured",
    VIDEO: "videos",
    STILL: "still pictures",
    RECORD_CALL: "recordings of calls",
}
"""What is kept, by the item of `consents.OWN_TEXTS` or of a remote session that allows it."""
_ASK_AGAIN: Final = "A new answer can be given under Consent on the person’s page."


class ConsentError(RecordsError):
    """Something is not kept, since whose it is refuses that."""


@dataclass(frozen=True)
class Refusal:
    """A no that stands, or a yes that was taken back, to one item."""

    item: str
    answer: str
    """`no` or `withdrawn`."""

    @property
    def clause(self) -> str:
        """What happened, to go on from a colon or a comma."""
        if self.answer == "withdrawn":
            return f"consent to keeping {_KEPT[self.item]} was taken back"
        return f"consent to keeping {_KEPT[self.item]} was refused"

    @property
    def remark(self) -> str:
        """The sentence that a set bears whose video was let go for it."""
        return f"The video was not kept: {self.clause}."

    def error(self, so: str, remedy: str = _ASK_AGAIN) -> ConsentError:
        """Return the refusal of something that would keep it.

        Parameters
        ----------
        so
            What does not happen, such as `no new set can be kept`.
        remedy
            What can be done.
        """
        return ConsentError(f"{self.clause[:1].upper()}{self.clause[1:]}, so {so}.", remedy)


@dataclass(frozen=True)
class Guard:
    """What of a table is kept by which consent."""

    item: str
    so: str
    """What a refusal comes to, see `Refusal.error`."""
    values: tuple[str, ...]
    """Columns in which something new would be kept. None of them set, the row keeps nothing that was refused."""
    of: tuple[str, type[Table]] | None = None
    """The column that leads to whose it is, and where it leads; None where the row itself says whose it is."""
    only: tuple[str, frozenset[str]] | None = None
    """A column, and the values of it with which the row is of that kind."""

    def is_kept(self, values: Mapping[str, Any]) -> bool:
        """Return whether a row of these values keeps something for which this consent is needed."""
        if self.only is not None and values.get(self.only[0]) not in self.only[1]:
            return False
        return any(values.get(name) is not None for name in self.values)


_PAIN: Final = ("pain_before", "pain_during", "pain_after", "pain_after_hour", "pain_next_morning", "swelling")
_OF_SET: Final = ("set_id", ExerciseSet)
_OF_SESSION: Final = ("session_id", RemoteSession)
_NO_SET, _NO_NOTE, _NO_ANSWER = "no new set can be kept", "no note can be kept", "no answers can be kept"
MARKS: Final = frozenset({"mark", "good", "pain", "look_again"})
"""Kinds of moments of a remote session that say something of the client; the others are what happened in it."""
GUARDED: Final[Mapping[type[Table], tuple[Guard, ...]]] = MappingProxyType(
    {
        ExerciseSet: (
            Guard(RECORDS, _NO_SET, ("person_id", "track_sha256")),
            Guard(RECORDS, _NO_ANSWER, _PAIN),
            Guard(VIDEO, "the video cannot be kept", ("video_sha256", "proxy_sha256")),
        ),
        StoredAnnotation: (Guard(RECORDS, "no drawing can be kept", ("body",), _OF_SET),),
        Note: (Guard(RECORDS, _NO_NOTE, ("text", "person_id")),),
        NoteVersion: (Guard(RECORDS, _NO_NOTE, ("text",), ("note_id", Note)),),
        SoapNote: (Guard(RECORDS, _NO_NOTE, ("subjective", "objective", "assessment", "plan"), _OF_SET),),
        StoredDone: (Guard(RECORDS, "what was done cannot be kept", ("exercise", *_PAIN[:3], "pain_next_morning")),),
        StoredAnswers: (Guard(RECORDS, _NO_ANSWER, ("answers",)),),
        StoredTest: (Guard(RECORDS, "no test can be kept", ("test",), _OF_SET),),
        Upload: (Guard(RECORDS, _NO_SET, ("person_id",)),),
        RemoteMoment: (Guard(RECORDS, _NO_NOTE, ("text",), _OF_SESSION, ("kind", MARKS)),),
        RemoteStill: (Guard(STILL, "no picture can be kept", ("sha256",), _OF_SESSION),),
        RemoteRecording: (Guard(RECORD_CALL, "the recording cannot be kept", ("session_id", "sha256"), _OF_SESSION),),
    }
)
"""Where something lies that a person may refuse."""
_ARRANGED, _PRESCRIBED = "what is arranged with them", "what they are prescribed"
UNGUARDED: Final[Mapping[type[Table], str]] = MappingProxyType(
    {
        Person: "who they are, which a treatment needs",
        Account: "how they log in",
        StoredPlan: _PRESCRIBED,
        StoredProgramme: _PRESCRIBED,
        PrescribedLink: _PRESCRIBED,
        SuggestionAnswer: _PRESCRIBED,
        StoredCorrection: "puts right what is kept, and keeps nothing more",
        StoredConsent: "the answers themselves",
        RemoteConsent: "the answers themselves",
        RemoteSession: _ARRANGED,
        RemoteInvitation: _ARRANGED,
        RemoteSeat: _ARRANGED,
        RedFlagScreen: "keeps them from harm",
        SafetyAcceptance: "keeps them from harm",
        AuditEntry: "what was done to their records, which a clinic has to be able to show",
    }
)
"""What else is a person's, and why no consent is asked for it: the words of none speak of it."""


def guard(session: Session) -> None:
    """Have a session refuse to keep what whose it is refuses, however it is written.

    Where a write is refused, `ConsentError` comes up from the flush that would have done it.
    """
    event.listen(session, "before_flush", _before_flush)


def _before_flush(session: Session, *_: object) -> None:
    for row in (*session.new, *session.dirty):
        if type(row) in GUARDED:
            state = inspect(row)
            names = [each.key for each in state.mapper.column_attrs]
            changed = [name for name in names if row in session.new or state.attrs[name].history.added]
            values = {name: getattr(row, name) for name in names}
            for asked, refused in refused_of(session, type(row), values, changed):
                raise refused.error(asked.so)


def refused_of(
    session: Session, table: type[Table], values: Mapping[str, Any], changed: Sequence[str] | None = None
) -> list[tuple[Guard, Refusal]]:
    """Return what of a row whose it is refuses.

    Parameters
    ----------
    session
        Of the transaction.
    table
        The row's.
    values
        The row, by column.
    changed
        Which columns are new; None for all.
    """
    told = values if changed is None else {name: values[name] for name in changed}
    found = []
    for asked in GUARDED.get(table, ()):
        kind = {} if asked.only is None else {asked.only[0]: values[asked.only[0]]}
        # Somebody else's that comes to a person comes with all that it has.
        moved = "person_id" in told and asked.of is None
        if not asked.is_kept({**(values if moved else told), **kind}):
            continue
        refused = _refused_by(session, asked, values)
        if refused is not None:
            found.append((asked, refused))
    return found


def _refused_by(session: Session, asked: Guard, values: Mapping[str, Any]) -> Refusal | None:
    if asked.item in (STILL, RECORD_CALL):
        query = (
            select(RemoteConsent.answer)
            .join(RemoteSeat, RemoteSeat.id == RemoteConsent.seat_id)
            .where(RemoteConsent.session_id == values["session_id"], RemoteConsent.item == asked.item)
            .where(RemoteSeat.role == "client")
            .order_by(RemoteConsent.id.desc())
        )
    else:
        person_id = _whose(session, asked, values)
        if person_id is None:
            return None
        query = (
            select(StoredConsent.answer)
            .where(StoredConsent.person_id == person_id, StoredConsent.item == asked.item)
            .order_by(StoredConsent.at.desc(), StoredConsent.id)
        )
    with session.no_autoflush:
        answer = session.scalar(query.limit(1))
    return None if answer in (None, "yes") else Refusal(asked.item, answer)


def _whose(session: Session, asked: Guard, values: Mapping[str, Any]) -> str | None:
    found: str | None
    if asked.of is None:
        found = values["person_id"]
        return found
    name, leads_to = asked.of
    columns = leads_to.__table__.columns
    with session.no_autoflush:
        found = session.scalar(select(columns["person_id"]).where(columns["id"] == values[name]))
    return found


def refusal(work: Work, person_id: str | None, item: str) -> Refusal | None:
    """Return a person's refusal of an item; None where the last answer was yes, and where nobody was asked."""
    return refusals(work, item, person_id).get(person_id) if person_id is not None else None


def refusals(work: Work, item: str, person_id: str | None = None) -> dict[str, Refusal]:
    """Return by the id of a person who refuses an item.

    Parameters
    ----------
    work
        Whose look it is.
    item
        `RECORDS` or `VIDEO`.
    person_id
        Who alone is asked for; None for everybody whom the actor may see.
    """
    query = select(StoredConsent.person_id, StoredConsent.answer).where(StoredConsent.item == item)
    if person_id is not None:
        query = query.where(StoredConsent.person_id == person_id)
    last: dict[str, str] = {}
    for whose, answer in work.session.execute(query.order_by(StoredConsent.at.desc(), StoredConsent.id)):
        if work.actor.may_see(whose):
            last.setdefault(whose, answer)
    return {whose: Refusal(item, answer) for whose, answer in last.items() if answer != "yes"}


def need_kept_sets(work: Work, person_id: str | None) -> None:
    """Refuse a new set of somebody who refuses that what is measured of them is kept.

    Raises
    ------
    ConsentError
        If they do.
    """
    refused = refusal(work, person_id, RECORDS)
    if refused is not None:
        raise refused.error(_NO_SET)
