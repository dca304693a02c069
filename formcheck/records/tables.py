"""The tables of the records, typed. Times are UTC; ids are 32 hexadecimal digits; what is not known is NULL."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from formcheck.moments import EARLIEST, LATEST

Json = dict[str, Any]
"""A JSON object."""

_ID: Final = String(32)
_SHA256: Final = String(64)
_NAME: Final = String(200)
_WORD: Final = String(40)


def new_id() -> str:
    """Return an id that nobody can guess from others."""
    return uuid.uuid4().hex


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept as UTC and given back with that time zone; SQLite would forget it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment to UTC; one without a time zone is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a moment its time zone back; one that no calendar could show is put at the end of those that it can."""
        if value is None:
            return None
        moment = value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)
        return min(max(moment, EARLIEST), LATEST)


class Table(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, Json: JSON(none_as_null=True)}  # noqa: RUF012 - SQLAlchemy reads it from the class


class Person(Table):
    """Somebody whose sets are kept."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(_NAME)
    """A name or a pseudonym; others may have the same."""
    number: Mapped[str | None] = mapped_column(_WORD)
    """As the clinic numbers its patients; nobody else here has it."""
    birth_year: Mapped[int | None]
    """That of `birth_date` where that is known."""
    birth_date: Mapped[date | None]
    sex: Mapped[str | None] = mapped_column(_WORD)
    """`female` or `male`, for checks whose bands studies give for each; None where it was not said."""
    symptom_side: Mapped[str | None] = mapped_column(_WORD)
    """`left`, `right`, `both` or `none`; None where it was not said."""
    height_cm: Mapped[float | None]
    """Body height, by which a pose is put into metres."""
    about: Mapped[str] = mapped_column(Text, default="")
    """The clinician's own remarks; clients never see them."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(_NAME)


class Account(Table):
    """Somebody who may log in."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    """In lower case."""
    name: Mapped[str] = mapped_column(_NAME)
    role: Mapped[str] = mapped_column(_WORD)
    """`clinician` or `client`."""
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    """Whom a client is."""
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


def _one_in_force(name: str, of: str, *columns: str) -> Index:
    where = text(f"until_at IS NULL AND {of}")
    return Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


class StoredPlan(Table):
    """What a person was prescribed, from one day to another. A change ends one plan and begins the next.

    Of an exercise one plan is in force for each leg, and one for either.
    """

    __tablename__ = "plan"
    __table_args__ = (
        _one_in_force("uq_plan_in_force", "leg IS NULL", "person_id", "exercise"),
        _one_in_force("uq_plan_in_force_leg", "leg IS NOT NULL", "person_id", "exercise", "leg"),
    )

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    exercise: Mapped[str] = mapped_column(_WORD)
    leg: Mapped[str | None] = mapped_column(_WORD)
    target_depth_deg: Mapped[float | None]
    reps: Mapped[int | None]
    hold_s: Mapped[float | None]
    step_height_cm: Mapped[float | None]
    ball: Mapped[bool] = mapped_column(default=False)
    sessions_a_day: Mapped[float | None]
    """0.5 for every other day."""
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    """None while it is in force."""
    made_by: Mapped[str] = mapped_column(_NAME)


class PrescribedLink(Table):
    """A link to what a person is prescribed; of its code the hash alone."""

    __tablename__ = "prescribed_link"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    code_sha256: Mapped[str] = mapped_column(_SHA256, unique=True)
    valid_until: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(_NAME)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class StoredFile(Table):
    """A file beside the database, named by its content."""

    __tablename__ = "file"

    sha256: Mapped[str] = mapped_column(_SHA256, primary_key=True)
    suffix: Mapped[str] = mapped_column(String(16))
    """With its dot, such as `.mp4`."""
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes."""
    created_at: Mapped[datetime]


class ExerciseSet(Table):
    """One set that was measured."""

    __tablename__ = "exercise_set"
    __table_args__ = (Index("ix_exercise_set_person_id_done_at", "person_id", "done_at"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    """None until somebody says whose it is."""
    plan_id: Mapped[str | None] = mapped_column(ForeignKey("plan.id", ondelete="SET NULL"))
    """By which it is judged: the one in force when it was done. None for no plan, or targets that somebody said."""
    origin: Mapped[str] = mapped_column(_WORD)
    """`upload`, `live`, `sample` or `import`."""
    name: Mapped[str] = mapped_column(_NAME)
    """Of the video file, or of the set."""
    done_at: Mapped[datetime]
    """When the set was done, as far as it is known; else when it came."""
    created_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(_NAME)
    measured_as: Mapped[Json]
    """As it was measured at first, and what was known of the video beforehand; see `formcheck.records.requests`."""
    exercise: Mapped[str] = mapped_column(_WORD)
    """As it counts now, corrections included."""
    automatic: Mapped[Json]
    """`formcheck.assessment/1` as it was measured, never changed."""
    corrected: Mapped[Json | None]
    """The same with the corrections in force; None where there are none."""
    summary: Mapped[Json]
    """What progress needs of the result that counts; see `formcheck.history`."""
    source_sha256: Mapped[str] = mapped_column(_SHA256, index=True)
    """Of the video as it came, kept or not: the same file is recognised by it."""
    track_sha256: Mapped[str] = mapped_column(ForeignKey("file.sha256"), index=True)
    """The pose track as the estimator gave it."""
    video_sha256: Mapped[str | None] = mapped_column(ForeignKey("file.sha256"), index=True)
    """The video as it came; None where it is not kept."""
    proxy_sha256: Mapped[str | None] = mapped_column(ForeignKey("file.sha256"), index=True)
    """A copy of the video that browsers play and that can be scrubbed; None where the video is not kept."""
    pain_before: Mapped[int | None]
    pain_during: Mapped[int | None]
    pain_after: Mapped[int | None]
    pain_after_hour: Mapped[int | None]
    pain_next_morning: Mapped[int | None]
    """0 to 10 each."""
    swelling: Mapped[bool | None]
    remarks: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Sentences on what was not as usual while it was recorded."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts changes: whoever changes a set says which version they saw."""

    corrections: Mapped[list[StoredCorrection]] = relationship(
        order_by="StoredCorrection.number", cascade="all, delete-orphan", lazy="raise"
    )
    annotations: Mapped[list[StoredAnnotation]] = relationship(
        order_by="StoredAnnotation.t_s", cascade="all, delete-orphan", lazy="raise"
    )

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it from the class


class StoredCorrection(Table):
    """One correction of a set. It is never deleted: taking it back is noted beside it."""

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("set_id", "number"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    set_id: Mapped[str] = mapped_column(ForeignKey("exercise_set.id", ondelete="CASCADE"))
    number: Mapped[int]
    """From 1, in the order in which they were made."""
    body: Mapped[Json]
    """What was changed; see `formcheck.session.corrections`."""
    made_by: Mapped[str] = mapped_column(_NAME)
    made_at: Mapped[datetime]
    undone_by: Mapped[str | None] = mapped_column(_NAME)
    undone_at: Mapped[datetime | None]


class StoredAnnotation(Table):
    """An angle, a line or a text drawn on a frame."""

    __tablename__ = "annotation"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    set_id: Mapped[str] = mapped_column(ForeignKey("exercise_set.id", ondelete="CASCADE"), index=True)
    t_s: Mapped[float]
    body: Mapped[Json]
    made_by: Mapped[str] = mapped_column(_NAME)
    made_at: Mapped[datetime]
    removed_by: Mapped[str | None] = mapped_column(_NAME)
    """None while it is shown: what was removed can be put back."""
    removed_at: Mapped[datetime | None]


class Note(Table):
    """What somebody wrote about a person, or about one of their sets."""

    __tablename__ = "note"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    set_id: Mapped[str | None] = mapped_column(ForeignKey("exercise_set.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    for_client: Mapped[bool]
    """Whether the client may read it, in their documents too."""
    author: Mapped[str] = mapped_column(_NAME)
    """Who wrote it first."""
    written_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """From 1; whoever edits it says which version they saw. The former ones are kept."""
    edited_by: Mapped[str | None] = mapped_column(_NAME)
    """Who wrote it as it is now; None for who wrote it first."""
    edited_at: Mapped[datetime | None]


class NoteVersion(Table):
    """What a note said before it was edited. It is never changed, and goes with its note."""

    __tablename__ = "note_version"
    __table_args__ = (UniqueConstraint("note_id", "number"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    note_id: Mapped[str] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"))
    number: Mapped[int]
    """From 1, the first that was written."""
    text: Mapped[str] = mapped_column(Text)
    for_client: Mapped[bool]
    author: Mapped[str] = mapped_column(_NAME)
    """Of this version."""
    written_at: Mapped[datetime]


class SoapNote(Table):
    """A version of the SOAP note of a set. It is never changed but for being signed: the newest counts."""

    __tablename__ = "soap_note"
    __table_args__ = (UniqueConstraint("set_id", "number"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    set_id: Mapped[str] = mapped_column(ForeignKey("exercise_set.id", ondelete="CASCADE"))
    number: Mapped[int]
    """From 1, in the order in which they were written."""
    subjective: Mapped[str] = mapped_column(Text)
    objective: Mapped[str] = mapped_column(Text)
    assessment: Mapped[str] = mapped_column(Text)
    plan: Mapped[str] = mapped_column(Text)
    set_version: Mapped[int]
    """Of the set as it was when this was written."""
    author: Mapped[str] = mapped_column(_NAME)
    written_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    """None while it is not signed; so are the two below."""
    signed_by: Mapped[str] = mapped_column(_NAME, default="")
    signed_title: Mapped[str] = mapped_column(_NAME, default="")


class StoredConsent(Table):
    """One answer of a person to one thing that they were asked to agree to. It is never changed: the newest counts."""

    __tablename__ = "consent"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    item: Mapped[str] = mapped_column(_WORD)
    answer: Mapped[str] = mapped_column(_WORD)
    """`yes`, `no` or `withdrawn`."""
    title: Mapped[str] = mapped_column(_NAME)
    words: Mapped[str] = mapped_column(Text)
    """As they were shown."""
    text_sha256: Mapped[str] = mapped_column(_SHA256)
    """Of title and words; see `formcheck.remote.consent`."""
    text_version: Mapped[int]
    language: Mapped[str] = mapped_column(_WORD)
    name: Mapped[str] = mapped_column(_NAME)
    """Of who answered: the person, or who may answer for them."""
    recorded_by: Mapped[str] = mapped_column(_NAME)
    at: Mapped[datetime]


class Clinic(Table):
    """What stands at the head of documents: one row at most."""

    __tablename__ = "clinic"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(_NAME, default="")
    address: Mapped[str] = mapped_column(Text, default="")
    """In lines; what else is to stand below the name too, such as a telephone number."""
    paper: Mapped[str] = mapped_column(_WORD)
    """`a4` or `letter`."""
    logo_sha256: Mapped[str | None] = mapped_column(ForeignKey("file.sha256"), index=True)
    changed_by: Mapped[str] = mapped_column(_NAME)
    changed_at: Mapped[datetime]


class Signature(Table):
    """How a clinician signs documents."""

    __tablename__ = "signature"

    account_id: Mapped[str] = mapped_column(_NAME, primary_key=True)
    """Of the clinician; `owner` where there are no accounts."""
    name: Mapped[str] = mapped_column(_NAME)
    title: Mapped[str] = mapped_column(_NAME, default="")
    """Such as a profession and a number of registration."""


class SuggestionAnswer(Table):
    """What a clinician answered to a suggestion."""

    __tablename__ = "suggestion_answer"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    suggestion: Mapped[Json]
    """As it was shown, with its evidence."""
    accepted: Mapped[bool]
    plan_id: Mapped[str | None] = mapped_column(ForeignKey("plan.id", ondelete="SET NULL"))
    """The plan that came of it."""
    answered_by: Mapped[str] = mapped_column(_NAME)
    answered_at: Mapped[datetime]


class Upload(Table):
    """A video on its way into the records, and what became of it."""

    __tablename__ = "upload"
    __table_args__ = (Index("ix_upload_state_created_at", "state", "created_at"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    state: Mapped[str] = mapped_column(_WORD)
    """`receiving`, `waiting`, `running`, `done`, `failed`, `cancelled` or `duplicate`."""
    name: Mapped[str] = mapped_column(_NAME)
    size: Mapped[int] = mapped_column(BigInteger)
    """Bytes, as the browser said."""
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes that are here."""
    sha256: Mapped[str | None] = mapped_column(_SHA256, index=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    wishes: Mapped[Json]
    """What was said about it, see `formcheck.records.requests`; what is absent is guessed."""
    guesses: Mapped[Json] = mapped_column(JSON, default=dict)
    """What formcheck found out itself: `person_id`, `exercise`, `leg`, `view`, `done_at`, each with a reason."""
    stage: Mapped[str] = mapped_column(_NAME, default="")
    share: Mapped[float | None]
    """Of the analysis, 0 to 1."""
    started_at: Mapped[datetime | None]
    set_id: Mapped[str | None] = mapped_column(ForeignKey("exercise_set.id", ondelete="SET NULL"))
    """What came of it; for a duplicate, the set that is there already."""
    reason: Mapped[str] = mapped_column(Text, default="")
    remedy: Mapped[str] = mapped_column(Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(_NAME)
    lease_until: Mapped[datetime | None]
    """Until then the worker has it; past it, another may take it."""
    created_by: Mapped[str] = mapped_column(_NAME)
    created_by_id: Mapped[str] = mapped_column(_NAME)
    """Of the account: a client sees the uploads of their own."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RemoteSession(Table):
    """A remote session with a person: planned, going on, or over."""

    __tablename__ = "remote_session"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    """The client whom it is for."""
    owner_id: Mapped[str] = mapped_column(_NAME)
    """The account of the clinician whose room it is."""
    owner: Mapped[str] = mapped_column(_NAME)
    planned_at: Mapped[datetime | None]
    """None for at once."""
    relay_only: Mapped[bool] = mapped_column(default=False)
    """Whether nobody is to learn another's address."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    opened_at: Mapped[datetime | None]
    """When its clinician came first."""
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(Text, default="")
    set_under_way: Mapped[Json | None]
    """What is done now and who started it, for a server that is started anew meanwhile; None between sets."""


class RemoteInvitation(Table):
    """An invitation to a remote session, for one person; of its code the hash alone."""

    __tablename__ = "remote_invitation"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("remote_session.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(_WORD)
    """`client` or `guest`."""
    name: Mapped[str] = mapped_column(_NAME)
    """As the others in the room see it."""
    code_sha256: Mapped[str] = mapped_column(_SHA256, unique=True)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(_NAME)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    browser_sha256: Mapped[str | None] = mapped_column(_SHA256)
    """Of the secret of the browser that it is bound to."""
    revoked_at: Mapped[datetime | None]


class RemoteSeat(Table):
    """Somebody's seat in a remote session, by which they come back after a restart; and when they were there."""

    __tablename__ = "remote_seat"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("remote_session.id", ondelete="CASCADE"), index=True)
    invitation_id: Mapped[str | None] = mapped_column(
        ForeignKey("remote_invitation.id", ondelete="CASCADE"), index=True
    )
    account_id: Mapped[str | None] = mapped_column(_NAME)
    """Of a clinician."""
    role: Mapped[str] = mapped_column(_WORD)
    """`owner`, `clinician`, `client` or `guest`."""
    name: Mapped[str] = mapped_column(_NAME)
    instance: Mapped[str] = mapped_column(String(64))
    """Of the page that they had open last."""
    standing: Mapped[str] = mapped_column(_WORD)
    """As `formcheck.remote.room` has it."""
    came_at: Mapped[datetime]
    admitted_at: Mapped[datetime | None]
    """For the first time."""
    admitted_by: Mapped[str] = mapped_column(_NAME, default="")
    left_at: Mapped[datetime | None]


class RemoteConsent(Table):
    """One answer to one item of consent. It is never changed: a later one counts instead."""

    __tablename__ = "remote_consent"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("remote_session.id", ondelete="CASCADE"), index=True)
    seat_id: Mapped[str] = mapped_column(ForeignKey("remote_seat.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(_NAME)
    """Of who answered."""
    item: Mapped[str] = mapped_column(_WORD)
    answer: Mapped[str] = mapped_column(_WORD)
    """`yes`, `no` or `withdrawn`."""
    text_sha256: Mapped[str] = mapped_column(_SHA256)
    """Of the words that were shown."""
    text_version: Mapped[int]
    language: Mapped[str] = mapped_column(_WORD)
    at: Mapped[datetime]


class RemoteMoment(Table):
    """Something in a remote session that is to be found again."""

    __tablename__ = "remote_moment"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("remote_session.id", ondelete="CASCADE"), index=True)
    set_id: Mapped[str | None] = mapped_column(ForeignKey("exercise_set.id", ondelete="SET NULL"), index=True)
    """The set in which it was, where that is kept."""
    kind: Mapped[str] = mapped_column(_WORD)
    """`set`, `cue`, `stop`, or a mark: `mark`, `good`, `pain`, `look_again`."""
    text: Mapped[str] = mapped_column(Text, default="")
    t_s: Mapped[float | None]
    """From the beginning of the set as it is kept; None outside of one."""
    at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(_NAME)


class RemoteStill(Table):
    """A still picture from a client's camera."""

    __tablename__ = "remote_still"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("remote_session.id", ondelete="CASCADE"), index=True)
    set_id: Mapped[str | None] = mapped_column(ForeignKey("exercise_set.id", ondelete="SET NULL"), index=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("file.sha256"), index=True)
    t_ms: Mapped[float]
    """Capture time by the clock of the client's page."""
    width: Mapped[int]
    height: Mapped[int]
    drawings: Mapped[list[Json]] = mapped_column(JSON, default=list)
    """Angles, lines and texts on it."""
    drawn_by: Mapped[str] = mapped_column(_NAME, default="")
    shared: Mapped[bool] = mapped_column(default=False)
    """Whether the client is shown it."""
    taken_by: Mapped[str] = mapped_column(_NAME)
    taken_at: Mapped[datetime]


class RemoteRecording(Table):
    """A piece of the recording of a call: what one load of the clinician's page recorded, pauses left out."""

    __tablename__ = "remote_recording"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("remote_session.id", ondelete="CASCADE"), index=True)
    sha256: Mapped[str | None] = mapped_column(ForeignKey("file.sha256"), index=True)
    """None while its parts come: they lie among what is on its way, under its id."""
    duration_s: Mapped[float | None]
    started_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    """When it was over; a server that is started anew before goes on with it."""
    recorded_by: Mapped[str] = mapped_column(_NAME)


class SafetyAcceptance(Table):
    """That somebody read the safety texts and accepted them. A text that changes is accepted anew, beside this."""

    __tablename__ = "safety_acceptance"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(_NAME, index=True)
    """Whose account; `owner` where there are none."""
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    """Whom a client is."""
    text_sha256: Mapped[str] = mapped_column(_SHA256)
    """Of the texts that were shown."""
    accepted_at: Mapped[datetime]


class StoredProgramme(Table):
    """One version of a person's programme, at one of its phases. A change ends one version and begins the next."""

    __tablename__ = "programme"
    __table_args__ = (_one_in_force("uq_programme_in_force", "person_id IS NOT NULL", "person_id"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    """Counts the versions of a person, from 1."""
    body: Mapped[Json]
    """See `formcheck.programme.plan`."""
    phase: Mapped[int]
    """The one that the person is in, from 0."""
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    """None while it is in force."""
    made_by: Mapped[str] = mapped_column(_NAME)


class StoredDone(Table):
    """An exercise of a programme that was done without being measured. Measured ones are sets."""

    __tablename__ = "programme_done"
    __table_args__ = (Index("ix_programme_done_person_id_done_at", "person_id", "done_at"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    programme_id: Mapped[str | None] = mapped_column(ForeignKey("programme.id", ondelete="SET NULL"), index=True)
    """The version in force then; None for none."""
    exercise: Mapped[str] = mapped_column(_WORD)
    leg: Mapped[str | None] = mapped_column(_WORD)
    """`left`, `right`, or `each` for both in turn; None for both at once."""
    how: Mapped[str] = mapped_column(_WORD)
    """`guided` or `told`."""
    done_at: Mapped[datetime]
    sets: Mapped[int]
    """Whole ones; on each leg where both took turns."""
    reps: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Of every set, in order."""
    pain_before: Mapped[int | None]
    pain_during: Mapped[int | None]
    pain_after: Mapped[int | None]
    pain_next_morning: Mapped[int | None]
    """0 to 10 each."""
    told_by: Mapped[str] = mapped_column(_NAME)


class RedFlagScreen(Table):
    """What somebody answered to the red-flag screen. It is never changed but by a clinician's word on it."""

    __tablename__ = "red_flag_screen"

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    """Whom it is about; None for whoever exercises without being one of the people."""
    account_id: Mapped[str] = mapped_column(_NAME, index=True)
    """Whose account answered; `owner` where there are none."""
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
    """Ids of what was answered with yes; empty for none."""
    text_sha256: Mapped[str] = mapped_column(_SHA256)
    """Of what was asked."""
    answered_at: Mapped[datetime]
    answered_by: Mapped[str] = mapped_column(_NAME)
    cleared_at: Mapped[datetime | None]
    """When a clinician said that there may be exercise all the same."""
    cleared_by: Mapped[str] = mapped_column(_NAME, default="")


class StoredAnswers(Table):
    """What somebody answered to a questionnaire, once. It is never changed; a slip is taken back and answered anew."""

    __tablename__ = "questionnaire_answers"
    __table_args__ = (Index("ix_questionnaire_answers_person_id_answered_at", "person_id", "answered_at"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    questionnaire: Mapped[str] = mapped_column(_WORD)
    """Its key."""
    version: Mapped[str] = mapped_column(_WORD)
    title: Mapped[str] = mapped_column(_NAME)
    file_sha256: Mapped[str] = mapped_column(_SHA256)
    """Of the questionnaire's file as it was then."""
    answers: Mapped[Json]
    """By the keys of the items: what was asked, the value, the answer in words, and the name that the person gave."""
    scores: Mapped[Json]
    """By the keys of the scores: title and value, as that version makes them."""
    answered_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(_NAME)


class StoredTest(Table):
    """That a set was a test of function, done by a protocol. What it came to is in the set."""

    __tablename__ = "function_test"
    __table_args__ = (UniqueConstraint("set_id", "test"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True, default=new_id)
    set_id: Mapped[str] = mapped_column(ForeignKey("exercise_set.id", ondelete="CASCADE"))
    test: Mapped[str] = mapped_column(_WORD)
    """Its key."""
    version: Mapped[str] = mapped_column(_WORD)
    """Of the protocol."""
    same_place: Mapped[bool]
    """Whether the camera stood where it did the last time."""
    same_clothes: Mapped[bool]
    recorded_by: Mapped[str] = mapped_column(_NAME)
    recorded_at: Mapped[datetime]


class AuditEntry(Table):
    """Something that was done to the records."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[str] = mapped_column(_NAME)
    actor: Mapped[str] = mapped_column(_NAME)
    action: Mapped[str] = mapped_column(_WORD)
    """Such as `set.corrected`."""
    subject_id: Mapped[str | None] = mapped_column(_NAME, index=True)
    person_id: Mapped[str | None] = mapped_column(_ID, index=True)
    """Whom it is about. No foreign key: the fact of an erasure outlives the person's row."""
    details: Mapped[Json] = mapped_column(JSON, default=dict)
