"""What the player is sent of a set: frame times, landmarks, measures, reps and remarks, small enough for one answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.types import PoseTrack
from formcheck.report.review_words import change_in_words
from formcheck.report.timeline import MIN_VISIBILITY, scored_legs
from formcheck.session.assessment import Assessment
from formcheck.session.corrections import Correction, ReviewedSet
from formcheck.session.request import SetRequest
from formcheck.web.player.annotations import Annotation
from formcheck.web.player.packing import PIXEL_STEP_PX, TIME_STEP_S, packed
from formcheck.web.player.plots import plots_of
from formcheck.web.player.reps import columns_of, phases_of, reps_of, set_findings_of

Json = dict[str, object]
Floats = NDArray[np.float64]

SCHEMA: Final = "formcheck.player/1"
DRAWN: Final = tuple(sorted(landmark for side in SIDES for landmark in BODY[side]))
"""The landmarks that are drawn and can be moved: shoulders to wrists, hips to toes."""


def player_payload(reviewed: ReviewedSet, annotations: Iterable[Annotation] = ()) -> Json:
    """Return what the player shows of a set.

    Parameters
    ----------
    reviewed
        The set as it was measured and as it is after the review.
    annotations
        What was drawn on its frames.

    Returns
    -------
    dict
        Ready for JSON: numbers, texts, lists, None for what is not known; never NaN. Times are in seconds from the
        first frame, places in pixels of the upright picture (x right, y down); arrays over time are packed
        (`formcheck.web.player.packing`), one value for each frame of the pose track.
    """
    now, before = reviewed.current, reviewed.automatic
    source = now.track.source
    return {
        "schema": SCHEMA,
        "picture": {"width": source.width, "height": source.height},
        "exercise": now.exercise_name,
        "view": now.view.kind.value,
        "legs": [side.value for side in scored_legs(now)],
        "is_corrected": reviewed.corrected is not None,
        "time": {"step": TIME_STEP_S, "values": packed(now.track.t_s, TIME_STEP_S)},
        "landmarks": _landmarks(now.track, before.track if reviewed.corrected is not None else None),
        "plots": plots_of(reviewed),
        "columns": columns_of(reviewed),
        "reps": reps_of(reviewed),
        "phases": phases_of(now),
        "set_findings": set_findings_of(now),
        "automatic_reps": _lost_reps(reviewed),
        "corrections": [_correction(correction, reviewed) for correction in reviewed.corrections],
        "annotations": [_annotation(annotation) for annotation in annotations],
    }


def payload_bytes(payload: Json) -> bytes:
    """Return a payload as compact JSON in UTF-8, the same for the same payload.

    Raises
    ------
    ValueError
        If there is a NaN in it: a browser could not read it.
    """
    return json.dumps(payload, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def _landmarks(now: PoseTrack, before: PoseTrack | None) -> Json:
    """Pack the landmarks; of the automatic ones those that the review changed, by landmark."""
    places = _seen(now)
    step = PIXEL_STEP_PX
    current = {str(int(mark)): _place(places[:, mark], step) for mark in DRAWN}
    automatic = {}
    if before is not None:
        were = _seen(before)
        automatic = {str(int(mark)): _place(were[:, mark], step) for mark in DRAWN}
    changed = {mark: place for mark, place in automatic.items() if place != current[mark]}
    return {"step": step, "current": current, "automatic": changed}


def _seen(track: PoseTrack) -> Floats:
    """Return landmarks, shape (n, 33, 2), px; NaN where a joint is not seen."""
    return np.where((track.visibility >= MIN_VISIBILITY)[:, :, None], track.image_px, np.nan)


def _place(places_px: Floats, step: float) -> Json:
    return {"x": packed(places_px[:, 0], step), "y": packed(places_px[:, 1], step)}


def _lost_reps(reviewed: ReviewedSet) -> list[Json]:
    """Return the times of reps that were counted as measured and are no longer there after the review."""
    now: Assessment = reviewed.current
    return [
        {"start_s": rep.start_s, "end_s": rep.end_s}
        for rep in reviewed.automatic.reps
        if not any(other.start_s < rep.end_s and rep.start_s < other.end_s for other in now.reps)
    ]


def _correction(correction: Correction, reviewed: ReviewedSet) -> Json:
    change = correction.change
    idle = next((each.reason for each in reviewed.not_applied if each.correction.id == correction.id), None)
    return {
        "id": correction.id,
        "text": change_in_words(change),
        "made_by": correction.made_by,
        "made_at": correction.made_at.isoformat(),
        "at_s": None if isinstance(change, SetRequest) else change.at_s,
        "not_applied": idle,
    }


def _annotation(annotation: Annotation) -> Json:
    drawing = annotation.drawing
    return {
        "id": annotation.id,
        "t_s": drawing.t_s,
        **drawing.body(),
        "made_by": annotation.made_by,
        "made_at": annotation.made_at.isoformat(),
    }
