"""What is new in an archive of people, put beside what is here already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, insert, select
from sqlalchemy import Table as SqlTable

from formcheck.records.agreed import VIDEO, refused_of
from formcheck.records.archive_manifest import Manifest
from formcheck.records.archive_rows import rows_of
from formcheck.records.files import KeptFile
from formcheck.records.records import Work
from formcheck.records.tables import (
    AuditEntry,
    ExerciseSet,
    Note,
    NoteVersion,
    Person,
    RedFlagScreen,
    RemoteConsent,
    RemoteInvitation,
    RemoteMoment,
    RemoteRecording,
    RemoteSeat,
    RemoteSession,
    RemoteStill,
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
)
from formcheck.remote.invitation import hash_of, new_code

_IMPORTED: Final = "import"
"""Origin of a set that came this way, and whose room a remote session was."""
_DECIDED_HERE: Final[Mapping[str, frozenset[str]]] = {
    ExerciseSet.__tablename__: frozenset({"origin", "plan_id"}),
    RemoteSession.__tablename__: frozenset({"owner_id", "set_under_way"}),
}
"""What an import decides itself, by table, so that it says nothing about whether two copies differ."""
_SAME_ENTRY: Final = ("at", "actor_id", "action", "subject_id", "person_id")
"""What makes two entries of the audit log the same, with their details; their numbers are of the installation."""
_FILES: Final = ("track_sha256", "video_sha256", "proxy_sha256")


@dataclass(frozen=True)
class Imported:
    """What became of an archive of people. Counts are of rows, by table."""

    manifest: Manifest
    added: Counter[str] = field(default_factory=Counter)
    """New here."""
    known: Counter[str] = field(default_factory=Counter)
    """Here already; they stayed as they were."""
    differing: Counter[str] = field(default_factory=Counter)
    """Of those known, the ones that are not as in the archive."""
    without_landmarks: list[str] = field(default_factory=list)
    """Ids of sets that stayed out, since their pose track was missing where the archive was made."""
    not_over: list[str] = field(default_factory=list)
    """Ids of remote sessions that stayed out, since they were not over when the archive was made."""
    refused: Counter[str] = field(default_factory=Counter)
    """Rows that stayed out, by table, since whose they are refuses that such are kept."""
    without_video: list[str] = field(default_factory=list)
    """Ids of sets that came without their video, since whose they are refuses videos."""


def merge(work: Work, given: Connection, manifest: Manifest, ready: Mapping[str, KeptFile]) -> Imported:
    """Add what is new, and let in the files that it needs.

    Parameters
    ----------
    work
        The transaction.
    given
        The rows of the archive, which were checked.
    manifest
        Of the archive.
    ready
        Its files, by hash.
    """
    merging = _Merge(work, given, ready, Imported(manifest))
    merging.people()
    merging.rows(StoredConsent)  # first, so that all else is held to what was answered there too
    merging.in_force(StoredPlan, ("person_id", "exercise", "leg"))
    merging.in_force(StoredProgramme, ("person_id",))
    merging.rows(StoredDone, {"programme_id": StoredProgramme})
    merging.rows(RedFlagScreen)
    merging.sets()
    merging.of_new(StoredCorrection, "set_id", merging.new_sets)
    merging.of_new(StoredAnnotation, "set_id", merging.new_sets)
    merging.of_new(SoapNote, "set_id", merging.new_sets)
    merging.of_new(StoredTest, "set_id", merging.new_sets)
    merging.rows(Note, {"set_id": ExerciseSet})
    merging.of_new(NoteVersion, "note_id", merging.new_notes)
    merging.rows(SuggestionAnswer, {"plan_id": StoredPlan})
    merging.rows(StoredAnswers)
    merging.sessions()
    merging.log()
    return merging.told


@dataclass
class _Merge:
    work: Work
    given: Connection
    ready: Mapping[str, KeptFile]
    told: Imported
    new_sets: set[str] = field(default_factory=set)
    new_sessions: dict[str, str] = field(default_factory=dict)
    """Whose each is, by id."""
    new_notes: set[str] = field(default_factory=set)

    def rows(self, model: type[Table], own: Mapping[str, type[Table]] | None = None) -> None:
        """Add the rows whose id is new; a reference is kept where it leads to something of the same person."""
        table = _table(model)
        for row in rows_of(self.given, table):
            if self._is_known(table, row):
                continue
            for name, other in (own or {}).items():
                row[name] = self._if_theirs(other, row[name], row["person_id"])
            if self._may_keep(model, row):
                self._add(table, row)
                if model is Note:
                    self.new_notes.add(row["id"])

    def people(self) -> None:
        """Add the people who are new. A number that somebody else has here is left out: two must not share one."""
        table = _table(Person)
        for row in rows_of(self.given, table):
            if self._is_known(table, row):
                continue
            taken = select(table.c.id).where(table.c.number == row["number"]).limit(1)
            if row["number"] is not None and self.work.session.execute(taken).first() is not None:
                row["number"] = None
            self._add(table, row)

    def in_force(self, model: type[Table], of: Sequence[str]) -> None:
        """Add the plans that are new. Where one is in force here of the same, as exercise and leg, theirs ended."""
        table = _table(model)
        for row in rows_of(self.given, table):
            if self._is_known(table, row):
                continue
            same = [table.c[name].is_not_distinct_from(row[name]) for name in of]
            here = select(table.c.id).where(*same, table.c.until_at.is_(None)).limit(1)
            if row["until_at"] is None and self.work.session.execute(here).first() is not None:
                row["until_at"] = self.work.now
            self._add(table, row)

    def sets(self) -> None:
        """Add the sets that are new, without a video that was missing where the archive was made."""
        table = _table(ExerciseSet)
        missing = {each.sha256 for each in self.told.manifest.missing}
        for row in rows_of(self.given, table):
            if self._is_known(table, row):
                continue
            if row["track_sha256"] in missing:
                self.told.without_landmarks.append(row["id"])
                continue
            if not self._may_keep(ExerciseSet, row):
                continue
            for name in _FILES:
                if row[name] in missing:
                    row[name] = None
                elif row[name] is not None:
                    self.work.keep_file(self.ready[row[name]])
            row["plan_id"] = self._if_theirs(StoredPlan, row["plan_id"], row["person_id"])
            self._add(table, row | {"origin": _IMPORTED})
            self.new_sets.add(row["id"])

    def of_new(self, model: type[Table], of: str, new: set[str]) -> None:
        """Add what belongs to sets or notes that are new; those here already keep what they have."""
        table = _table(model)
        for row in rows_of(self.given, table):
            if row[of] in new and self._may_keep(model, row):
                self._add(table, row)

    def sessions(self) -> None:
        """Add the remote sessions that are new and over, with what is theirs. No link to one leads anywhere here."""
        table = _table(RemoteSession)
        for row in rows_of(self.given, table):
            if self._is_known(table, row):
                continue
            if row["ended_at"] is None:
                self.told.not_over.append(row["id"])
                continue
            self._add(table, row | {"owner_id": _IMPORTED, "set_under_way": None})
            self.new_sessions[row["id"]] = row["person_id"]
        for row in self._of_new_sessions(RemoteInvitation):
            dead = {"code_sha256": hash_of(new_code()), "browser_sha256": None}
            self._add(_table(RemoteInvitation), row | dead | {"revoked_at": row["revoked_at"] or self.work.now})
        for row in self._of_new_sessions(RemoteSeat):
            self._add(_table(RemoteSeat), row | {"account_id": None})
        for row in self._of_new_sessions(RemoteConsent):
            del row["id"]  # of the installation
            self._add(_table(RemoteConsent), row)
        for row in self._of_new_sessions(RemoteMoment):
            if self._may_keep(RemoteMoment, row):
                self._add(_table(RemoteMoment), self._with_set(row))
        missing = {each.sha256 for each in self.told.manifest.missing}
        for row in self._of_new_sessions(RemoteStill):
            if row["sha256"] not in missing and self._may_keep(RemoteStill, row):
                self.work.keep_file(self.ready[row["sha256"]])
                self._add(_table(RemoteStill), self._with_set(row))
        for row in self._of_new_sessions(RemoteRecording):
            if row["sha256"] not in missing and self._may_keep(RemoteRecording, row):
                self.work.keep_file(self.ready[row["sha256"]])
                self._add(_table(RemoteRecording), row)

    def _of_new_sessions(self, model: type[Table]) -> Iterator[dict[str, Any]]:
        return (row for row in rows_of(self.given, _table(model)) if row["session_id"] in self.new_sessions)

    def _with_set(self, row: dict[str, Any]) -> dict[str, Any]:
        person_id = self.new_sessions[row["session_id"]]
        return row | {"set_id": self._if_theirs(ExerciseSet, row["set_id"], person_id)}

    def log(self) -> None:
        """Add the entries of the audit log that are new, and one for each person that says that they were imported."""
        table = _table(AuditEntry)
        for row in rows_of(self.given, table):
            del row["id"]
            same = [table.c[name].is_not_distinct_from(row[name]) for name in _SAME_ENTRY]
            # JSON is compared here: not every database does, and what is done at one moment may differ in nothing else.
            if row["details"] not in self.work.session.scalars(select(table.c.details).where(*same)).all():
                self._add(table, row)
        made_at = self.told.manifest.made_at
        for row in rows_of(self.given, _table(Person)):
            self.work.log("person.imported", subject=row["id"], person=row["id"], details={"made_at": made_at})

    def _is_known(self, table: SqlTable, row: Mapping[str, Any]) -> bool:
        here = self.work.session.execute(select(table).where(table.c.id == row["id"])).mappings().first()
        if here is None:
            return False
        self.told.known[table.name] += 1
        compared = set(row) - _DECIDED_HERE.get(table.name, frozenset())
        if any(here[name] != row[name] for name in compared):
            self.told.differing[table.name] += 1
        return True

    def _may_keep(self, model: type[Table], row: dict[str, Any]) -> bool:
        """Return whether a row may be kept, after what alone may not was taken out of it: the video of a set."""
        refused = dict.fromkeys(each for _, each in refused_of(self.work.session, model, row))
        for each in refused:
            if each.item != VIDEO:
                self.told.refused[model.__tablename__] += 1
                return False
            row["video_sha256"] = row["proxy_sha256"] = None
            row["remarks"] = [*row["remarks"], each.remark]
            self.told.without_video.append(row["id"])
        return True

    def _if_theirs(self, model: type[Table], row_id: str | None, person_id: str) -> str | None:
        table = _table(model)
        query = select(table.c.id).where(table.c.id == row_id, table.c.person_id == person_id)
        return self.work.session.scalar(query) if row_id is not None else None

    def _add(self, table: SqlTable, row: Mapping[str, Any]) -> None:
        self.work.session.execute(insert(table).values(**row))
        self.told.added[table.name] += 1


def _table(model: type[Table]) -> SqlTable:
    return Table.metadata.tables[model.__tablename__]
