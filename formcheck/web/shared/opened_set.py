"""A set that is open for review: its row, what was measured, and what was said and drawn about it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from formcheck.history.comparison import DatedSet
from formcheck.intake.guesses import Proposal, date_is_guessed, guessed_person, proposed_person
from formcheck.pose.types import PoseTrack
from formcheck.records.access import Actor
from formcheck.records.notes import notes_of_set
from formcheck.records.people import get_person, label_of
from formcheck.records.records import Records, Work
from formcheck.records.reviewing import (
    annotations_of,
    correct,
    corrections_of,
    others_of_recording,
    redo,
    reviewed_set,
    undo,
)
from formcheck.records.sets import get_set, list_sets, track_of
from formcheck.records.tables import ExerciseSet, Note, Person, StoredAnnotation, StoredCorrection
from formcheck.report.opening import since_last_time
from formcheck.session.corrections import Change, ReviewedSet
from formcheck.session.drawings import Annotation, DrawingError, drawing_from

_KEPT: Final = 8
"""Sets in memory: measuring one again takes up to a second for a long clip, and a page asks at every touch."""
_LOOKED_BACK: Final = 3
"""Sets before one that are looked at until one can be compared."""


@dataclass(frozen=True, eq=False)
class OpenedSet:
    """Everything about one set, as it was at one moment."""

    row: ExerciseSet
    person: Person | None
    reviewed: ReviewedSet = field(repr=False)
    corrections: Sequence[StoredCorrection]
    """Those taken back too."""
    annotations: Sequence[StoredAnnotation]
    """Those that are shown."""
    removed: Sequence[StoredAnnotation] = ()
    """Drawings that were removed and can be put back."""
    notes: Sequence[Note] = ()
    others: Sequence[ExerciseSet] = ()
    """The other sets of the same recording, in order of time within it."""
    date_is_guessed: bool = False
    """Whether nobody said when it was done, nor the video."""
    person_guess: str = ""
    """Why it is taken for the person's; empty where somebody said so."""
    person_label: str = ""
    """How the person is called among all whom the actor sees."""
    proposal: Proposal | None = None
    """Whose it may be, while it is nobody's."""


class MeasuredSets:
    """The sets that were measured again last, by id and version. For all threads and sessions of the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str, int], ReviewedSet] = OrderedDict()

    def of(self, records: Records, work: Work, row: ExerciseSet) -> ReviewedSet:
        """Return a set that the actor was found to be allowed to see."""
        key = (records.settings.url(), row.id, row.version)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        reviewed = reviewed_set(work, row.id)
        self._keep(key, reviewed)
        return reviewed

    def take_in(self, records: Records, set_id: str, version: int, reviewed: ReviewedSet) -> None:
        """Keep what a version of a set was measured as when it was made."""
        self._keep((records.settings.url(), set_id, version), reviewed)

    def _keep(self, key: tuple[str, str, int], reviewed: ReviewedSet) -> None:
        with self._lock:
            self._kept[key] = reviewed
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


_MEASURED: Final = MeasuredSets()


def correct_opened(records: Records, actor: Actor, opened: OpenedSet, change: Change) -> None:
    """Correct a set that is open; it is measured once, and opened again without being measured.

    Raises
    ------
    FormcheckError
        See `correct`.
    """
    row, automatic = opened.row, opened.reviewed.automatic
    reviewed = correct(records, actor, row.id, change, row.version, automatic=automatic)
    # Every change of a set counts its version on by one; another's in between would have been refused.
    _MEASURED.take_in(records, row.id, row.version + 1, reviewed)


def take_back(records: Records, actor: Actor, opened: OpenedSet, correction_id: str) -> None:
    """Take a correction of a set that is open back, as `correct_opened` makes one.

    Raises
    ------
    FormcheckError
        See `undo`.
    """
    row, automatic = opened.row, opened.reviewed.automatic
    reviewed = undo(records, actor, row.id, correction_id, row.version, automatic=automatic)
    _MEASURED.take_in(records, row.id, row.version + 1, reviewed)


def put_back(records: Records, actor: Actor, opened: OpenedSet, correction_id: str) -> None:
    """Put a correction of a set that is open back, which was taken back, as `correct_opened` makes one.

    Raises
    ------
    FormcheckError
        See `redo`.
    """
    row, automatic = opened.row, opened.reviewed.automatic
    reviewed = redo(records, actor, row.id, correction_id, row.version, automatic=automatic)
    _MEASURED.take_in(records, row.id, row.version + 1, reviewed)


def drawn(rows: Iterable[StoredAnnotation]) -> Iterator[Annotation]:
    """Give what was drawn as the player takes it; what cannot be read, as after an import, is left out."""
    for row in rows:
        try:
            drawing = drawing_from(row.t_s, row.body)
        except DrawingError:
            continue
        yield Annotation(row.id, drawing, row.made_by, row.made_at)


def whole_track(records: Records, actor: Actor, opened: OpenedSet) -> PoseTrack | None:
    """Return the pose track of the whole recording of a set that is part of one; None for one that is all of it."""
    reviewed = opened.reviewed
    if reviewed.automatic.within is None and reviewed.current.within is None:
        return None
    with records.reading(actor) as work:
        return track_of(work, get_set(work, opened.row.id))


def open_set(records: Records, actor: Actor, set_id: str) -> OpenedSet:
    """Open a set.

    Raises
    ------
    NotFoundError
        If there is no such set for the actor.
    """
    with records.reading(actor) as work:
        row = get_set(work, set_id)
        guess = guessed_person(work, row)
        drawings = annotations_of(work, set_id, removed_too=True)
        return OpenedSet(
            row=row,
            person=None if row.person_id is None else get_person(work, row.person_id),
            reviewed=_MEASURED.of(records, work, row),
            corrections=corrections_of(work, set_id, undone_too=True),
            annotations=[each for each in drawings if each.removed_at is None],
            removed=[each for each in drawings if each.removed_at is not None],
            others=others_of_recording(work, set_id),
            notes=notes_of_set(work, set_id),
            date_is_guessed=date_is_guessed(work, row),
            person_guess="" if guess is None else guess.reason,
            person_label="" if row.person_id is None else label_of(work, row.person_id),
            proposal=proposed_person(work, row),
        )


def last_time(records: Records, actor: Actor, person_id: str | None, now: DatedSet) -> str:
    """Say what changed since a person's last set of the exercise from the same side of the camera.

    Parameters
    ----------
    records, actor
        Who is told it.
    person_id
        Whose set it is, as far as it is known.
    now
        The set; it need not be kept.

    Returns
    -------
    str
        Empty where there is no such set.
    """
    if person_id is None:
        return ""
    with records.reading(actor) as work:
        all_sets = list_sets(work, person_id, now.assessment.exercise)
        before = [row.id for row in all_sets if row.done_at < now.done_at]
    for set_id in before[:_LOOKED_BACK]:
        opened = open_set(records, actor, set_id)
        last = DatedSet(opened.reviewed.current, opened.row.done_at, date_is_guessed=opened.date_is_guessed)
        same_side = last.assessment.view.kind is now.assessment.view.kind
        if same_side and (told := since_last_time(last, now)):
            return told
    return ""
