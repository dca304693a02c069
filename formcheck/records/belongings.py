"""What of the records belongs to a person, also where no row says so: what goes when they are erased."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import or_, select

from formcheck.records.file_names import is_named_in_full, one_who_may_be_named
from formcheck.records.records import Work
from formcheck.records.tables import Account, ExerciseSet, Person, StoredFile, Upload

_PIECE_BYTES: Final = 1024 * 1024


@dataclass(frozen=True)
class Belongings:
    """Ids of rows."""

    accounts: tuple[str, ...]
    sets: tuple[str, ...]
    uploads: tuple[str, ...]


def belongings_of(work: Work, person: Person) -> Belongings:
    """Return what belongs to a person.

    That is what says so; and of what belongs to nobody:

    - sets and uploads of the same videos;
    - sets that are called by the person's full name, and uploads without a set whose name may be that of this person
      and of nobody else;
    - uploads that never came whole, if they are as long as one of the person's videos and begin like it, or are called
      like it.
    """
    accounts = _ids(work, select(Account.id).where(Account.person_id == person.id))
    named_sets = _named_sets(work, person)
    theirs = {*_ids(work, _uploads_said(person.id, accounts)), *_named_uploads(work, person)}
    videos = _videos_of(work, person.id, theirs, named_sets)
    same_video = ExerciseSet.person_id.is_(None) & ExerciseSet.source_sha256.in_(videos)
    sets = _ids(work, select(ExerciseSet.id).where((ExerciseSet.person_id == person.id) | same_video))
    sets = sorted({*sets, *named_sets})
    nobodys = Upload.person_id.is_(None) & or_(Upload.set_id.in_(sets), Upload.sha256.in_(videos))
    theirs |= {*_ids(work, select(Upload.id).where(nobodys))}
    theirs |= {*_halves(work, theirs, sets)}
    return Belongings(tuple(accounts), tuple(sets), tuple(sorted(theirs)))


def _uploads_said(person_id: str, accounts: Sequence[str]) -> Any:
    return select(Upload.id).where(or_(Upload.person_id == person_id, Upload.created_by_id.in_(accounts)))


def _videos_of(work: Work, person_id: str, uploads: Iterable[str], sets: Iterable[str]) -> list[str]:
    """Return the hashes of the person's videos, those included of which no set came, or none any more."""
    of_sets = or_(ExerciseSet.person_id == person_id, ExerciseSet.id.in_(sets))
    measured = select(ExerciseSet.source_sha256).where(of_sets)
    uploaded = select(Upload.sha256).where(Upload.id.in_(uploads), Upload.sha256.is_not(None))
    return _ids(work, measured.union(uploaded))


def _named_sets(work: Work, person: Person) -> list[str]:
    """Return nobody's sets that are called by the person's full name; none where others have the same name."""
    names = work.session.scalars(select(Person.name).where(Person.id != person.id))
    if any(is_named_in_full(person.name, name) for name in names):
        return []
    query = select(ExerciseSet.id, ExerciseSet.name).where(ExerciseSet.person_id.is_(None))
    return [row.id for row in work.session.execute(query) if is_named_in_full(person.name, row.name)]


def _named_uploads(work: Work, person: Person) -> list[str]:
    people = [(row.id, row.name) for row in work.session.execute(select(Person.id, Person.name))]
    query = select(Upload.id, Upload.name).where(Upload.person_id.is_(None), Upload.set_id.is_(None))
    return [row.id for row in work.session.execute(query) if one_who_may_be_named(row.name, people) == person.id]


def _halves(work: Work, uploads: Iterable[str], sets: Iterable[str]) -> Iterator[str]:
    """Go through nobody's uploads that never came whole and are the beginning of one of the person's videos."""
    theirs = work.session.scalars(select(Upload).where(Upload.id.in_(uploads))).all()
    called = {(row.name, row.size) for row in theirs}
    videos = [path for row in theirs for path in _arrived(work, row.id)]
    stored = select(StoredFile.sha256, StoredFile.suffix).join(
        ExerciseSet, ExerciseSet.video_sha256 == StoredFile.sha256
    )
    for row in work.session.execute(stored.where(ExerciseSet.id.in_(sets))):
        videos.append(work.files.path(row.sha256, row.suffix))
    incomplete = Upload.person_id.is_(None) & Upload.set_id.is_(None) & Upload.sha256.is_(None)
    for half in work.session.scalars(select(Upload).where(incomplete)):
        arrived = _arrived(work, half.id)
        if (half.name, half.size) in called or any(
            _begins_like(path, video) for path in arrived for video in videos if _size(video) == half.size
        ):
            yield half.id


def _arrived(work: Work, upload_id: str) -> list[Path]:
    """Return the file of an upload, where there is one."""
    return [path for path in work.files.incoming.glob(f"{upload_id}.*") if path.is_file()]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _begins_like(half: Path, whole: Path) -> bool:
    """Say whether all bytes of a file, of which there are some, are those that another begins with."""
    try:
        with half.open("rb") as of_half, whole.open("rb") as of_whole:
            some = False
            while piece := of_half.read(_PIECE_BYTES):
                some = True
                if of_whole.read(len(piece)) != piece:
                    return False
            return some
    except OSError:
        return False


def _ids(work: Work, query: Any) -> list[str]:
    return list(work.session.scalars(query))
