"""What the player is given of a set, as bytes for its route."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from formcheck.records import tables
from formcheck.records.access import Actor
from formcheck.records.records import Records
from formcheck.web.player.annotations import Annotation, drawing_from
from formcheck.web.player.fields import FieldError
from formcheck.web.player.payload import payload_bytes, player_payload
from formcheck.web.shared.opened_set import open_set


def player_data(records: Records, actor: Actor, set_id: str) -> bytes:
    """Return what the player shows of a set: landmarks, measures, reps, findings, corrections, drawings.

    Raises
    ------
    NotFoundError
        If there is no such set for the actor.
    """
    opened = open_set(records, actor, set_id)
    return payload_bytes(player_payload(opened.reviewed, drawn(opened.annotations)))


def drawn(rows: Iterable[tables.StoredAnnotation]) -> Iterator[Annotation]:
    """Give what was drawn as the player takes it; what cannot be read, as after an import, is left out."""
    for row in rows:
        try:
            drawing = drawing_from(row.t_s, row.body)
        except FieldError:
            continue
        yield Annotation(row.id, drawing, row.made_by, row.made_at)
