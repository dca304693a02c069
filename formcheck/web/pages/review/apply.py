"""What a reviewer did in the player, done to the records."""

from __future__ import annotations

from formcheck.records.access import Actor, NotFoundError
from formcheck.records.records import Records
from formcheck.records.reviewing import annotate, as_correction, remove_annotation
from formcheck.session.corrections import Correction, ExcludeRep
from formcheck.web.player.events import Drew, IncludedRep, MadeChange, PlayerEvent, RemovedDrawing, TookBack
from formcheck.web.shared.opened_set import OpenedSet, correct_opened, take_back


def apply_event(records: Records, actor: Actor, opened: OpenedSet, event: PlayerEvent) -> None:
    """Do what a reviewer did.

    Raises
    ------
    FormcheckError
        If it cannot be done: it does not fit the set, may not be done by the actor, or the set has changed meanwhile.
    """
    set_id = opened.row.id
    match event:
        case MadeChange():
            correct_opened(records, actor, opened, event.change)
        case IncludedRep():
            take_back(records, actor, opened, _exclusion_at(opened, event.at_s))
        case TookBack():
            take_back(records, actor, opened, event.correction_id)
        case Drew():
            with records.writing(actor) as work:
                annotate(work, set_id, event.drawing.t_s, event.drawing.body())
        case RemovedDrawing():
            with records.writing(actor) as work:
                remove_annotation(work, set_id, event.annotation_id)


def _exclusion_at(opened: OpenedSet, at_s: float) -> str:
    """Return the id of the correction that leaves out the rep under way at a time."""
    for correction in reversed(_in_force(opened)):
        change = correction.change
        if isinstance(change, ExcludeRep) and _same_rep(opened, change.at_s, at_s):
            return correction.id
    raise NotFoundError("correction")


def _in_force(opened: OpenedSet) -> list[Correction]:
    return [as_correction(row) for row in opened.corrections if row.undone_at is None]


def _same_rep(opened: OpenedSet, one_s: float, other_s: float) -> bool:
    return any(
        rep.start_s <= one_s <= rep.end_s and rep.start_s <= other_s <= rep.end_s
        for rep in opened.reviewed.current.reps
    )
