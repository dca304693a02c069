"""What the player is sent of a set: frame times, landmarks, measures to plot, reps and remarks, in one answer.

Arrays over time are packed: values are counted in steps (a tenth of a pixel, a tenth of a degree), and each is given
as the difference from the last one known. Successive frames differ little, so most numbers have one digit, and
compress well besides.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from formcheck.design.palette import BAND_STYLES
from formcheck.exercises.finding import Finding
from formcheck.exercises.words import estimate_text, label_of, sentence_case
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import LAST
from formcheck.kinematics.measures.registry import MEASURES, SERIES, measure_of, tabled
from formcheck.kinematics.measures.units import unit_of
from formcheck.kinematics.reps import HOLD
from formcheck.pose.landmarks import BODY, SIDES, Landmark, Side
from formcheck.pose.types import PoseTrack
from formcheck.report.charts import spans_of_set
from formcheck.report.rep_table import level_of_value
from formcheck.report.review_words import TIMES, automatic_of, change_in_words, was_text
from formcheck.report.timeline import MIN_VISIBILITY, scored_legs
from formcheck.report.words import direction_of
from formcheck.session.assessment import BOTTOM, Assessment, Rep
from formcheck.session.corrections import Change, Correction, ReviewedSet
from formcheck.session.drawings import Annotation
from formcheck.session.request import SetRequest
from formcheck.session.verdict import WORST_LAST, Level, level_of
from formcheck.session.views import over_recording
from formcheck.session.within import Within
from formcheck.session.zones import zones_of

Json = dict[str, object]
Packed = list[int | None]
"""None where there is no value."""

_LETTERS: Final = MappingProxyType({"left": " L", "right": " R", "both": ""})
SAME_MOMENT_S: Final = 0.02
"""Boundaries closer than this are drawn as one: less than a frame apart."""
TIME_STEP_S: Final = 1e-6
"""Fine enough that a time read back names its frame and no other."""
PIXEL_STEP_PX: Final = 0.1
"""A tenth of what the estimator can tell."""


def reps_of(reviewed: ReviewedSet) -> list[Json]:
    """Return every rep in order of time, each with its moments, its cells in the table and what was found in it."""
    now = reviewed.current
    before = automatic_of(reviewed)
    columns = _columns(reviewed)
    return [_rep(now, rep, before.get(rep.index), columns) for rep in now.reps]


def columns_of(reviewed: ReviewedSet) -> list[Json]:
    """Return the columns of the table: a measure and a leg each, those with no value in any rep left out."""
    return [
        {"head": MEASURES[measure].wording.short + _LETTERS[leg], "title": sentence_case(label_of(measure)), "leg": leg}
        for measure, leg in _columns(reviewed)
    ]


def bottom_s(assessment: Assessment, rep: Rep) -> float:
    """Return when a rep is at its deepest (s), as its findings say; else the middle of its bottom."""
    told = (f.at_s for f in assessment.findings if f.rep == rep.index and f.at_s is not None)
    return next(told, (rep.bottom_start_s + rep.bottom_end_s) / 2)


def _columns(reviewed: ReviewedSet) -> list[tuple[str, str]]:
    legs = [*dict.fromkeys(side.value for a in _both(reviewed) for side in scored_legs(a)), "both"]
    reps = [rep for assessment in _both(reviewed) for rep in assessment.reps]
    return [
        (measure.name, leg)
        for measure in tabled()
        for leg in legs
        if any(rep.measures.get(measure.name, {}).get(leg) is not None for rep in reps)
    ]


def _both(reviewed: ReviewedSet) -> tuple[Assessment, ...]:
    return (reviewed.automatic,) if reviewed.corrected is None else (reviewed.automatic, reviewed.corrected)


def _rep(assessment: Assessment, rep: Rep, before: Rep | None, columns: list[tuple[str, str]]) -> Json:
    return {
        "index": rep.index,
        "leg": rep.leg,
        "complete": rep.complete,
        "excluded": rep.excluded,
        "bottom_s": bottom_s(assessment, rep),
        "movement": None if rep.movement is None else rep.movement._asdict(),
        **{name: getattr(rep, name) for name in TIMES},
        "automatic": None if before is None or _same_times(rep, before) else {n: getattr(before, n) for n in TIMES},
        "cells": [_cell(assessment, rep, before, measure, leg) for measure, leg in columns],
        "findings": [_finding(finding) for finding in flagged(assessment) if finding.rep == rep.index],
    }


def _same_times(rep: Rep, before: Rep) -> bool:
    return all(abs(getattr(rep, name) - getattr(before, name)) < SAME_MOMENT_S for name in TIMES)


def _cell(assessment: Assessment, rep: Rep, before: Rep | None, measure: str, leg: str) -> Json:
    estimate: Estimate | None = rep.measures.get(measure, {}).get(leg)
    level = level_of_value(assessment, rep, measure, leg)
    return {
        "text": estimate_text(measure, estimate),
        "was": was_text(measure, before, leg, estimate),
        "band": None if level in (None, Level.NOT_JUDGED) else level,
    }


def flagged(assessment: Assessment) -> list[Finding]:
    """Return the cautions and faults: in order of rep, the worst and most urgent first."""
    found = [f for f in assessment.findings if level_of(f) in (Level.CAUTION, Level.FAULT)]
    return sorted(found, key=lambda f: (f.rep or 0, -WORST_LAST.index(level_of(f)), f.precedence, f.leg))


def set_findings_of(assessment: Assessment) -> list[Json]:
    """Return the cautions and faults of the set as a whole."""
    return [_finding(finding) for finding in flagged(assessment) if finding.rep is None]


def _finding(finding: Finding) -> Json:
    style = BAND_STYLES[level_of(finding)]
    return {
        "band": level_of(finding).value,
        "sign": style.sign,
        "word": style.word,
        "name": finding.name,
        "leg": finding.leg,
        "check": finding.check,
        "value": estimate_text(finding.measure, Estimate(finding.value, finding.error)),
        "cue": finding.cue,
        "note": finding.note,
        "at_s": finding.at_s,
    }


def phases_of(assessment: Assessment) -> list[Json]:
    """Return the phases of each rep, between the same instants as its times; standing between reps is left out."""
    return [
        {
            "phase": HOLD if span.phase == BOTTOM else span.phase,
            "rep": span.rep,
            "from_s": span.start_s,
            "to_s": span.end_s,
        }
        for span in spans_of_set(assessment)
    ]


Floats = NDArray[np.float64]


_SHOWN_AT_FIRST: Final = 4
_COARSEST_STEP: Final = 0.1


def plots_of(reviewed: ReviewedSet) -> list[Json]:
    """Return a plot for each measure that this recording carries, those that are shown at first marked.

    Values are packed (see `packed`) in steps of `step`. A line's `automatic` is None where the review
    changed nothing of it. Zones are those of the value that a rep was judged by, None where they are open.
    """
    now, before = reviewed.current, reviewed.automatic
    plots: list[Json] = []
    for name in _names(now):
        lines = [
            _line(name, side, values, _values(before, name, side), _step(name)) for side, values in _drawn(now, name)
        ]
        if lines:
            plots.append(
                {
                    "name": name,
                    "label": label_of(name),
                    "unit": unit_of(name).symbol,
                    "decimals": unit_of(name).decimals_shown,
                    "direction": direction_of(name),
                    "step": _step(name),
                    "shown": len(plots) < _SHOWN_AT_FIRST,
                    "lines": lines,
                    "judged": list(_judged(now, name)),
                }
            )
    return plots


def _names(assessment: Assessment) -> list[str]:
    series = assessment.series
    known = dict.fromkeys((*series.per_leg, *series.whole_body))
    return sorted(known, key=lambda name: SERIES[name].place if name in SERIES else LAST)


def _step(name: str) -> float:
    return float(min(_COARSEST_STEP, 10.0 ** -unit_of(name).decimals_shown))


def _drawn(assessment: Assessment, name: str) -> Iterator[tuple[Side | None, Floats]]:
    """Give the lines of a measure that have any value: those of the scored legs, or the one of the whole body."""
    legs = scored_legs(assessment) if name in assessment.series.per_leg else (None,)
    for side in legs:
        values = _values(assessment, name, side)
        if values is not None and np.isfinite(values).any():
            yield side, values


def _values(assessment: Assessment, name: str, side: Side | None) -> Floats | None:
    if side is None:
        return assessment.series.whole_body.get(name)
    both = assessment.series.per_leg.get(name)
    return None if both is None else both[:, side.leg_index]


def _line(name: str, side: Side | None, values: Floats, before: Floats | None, step: float) -> Json:
    current = packed(values, step)
    automatic = packed(np.full(len(values), math.nan) if before is None else before, step)
    return {
        "id": f"{name}:{'body' if side is None else side.value}",
        "leg": None if side is None else side.value,
        "values": current,
        "automatic": None if automatic == current else automatic,
    }


def _judged(assessment: Assessment, name: str) -> Iterator[Json]:
    """Give what each rep was judged by, with the half-width of its 95 % interval, over the bottom of the rep."""
    known = measure_of(name)
    measure = name if known is None else known.name
    for rep in assessment.complete_reps:
        for leg in (*(side.value for side in SIDES), "both"):
            estimate = rep.measures.get(measure, {}).get(leg)
            if estimate is not None and math.isfinite(estimate.value) and math.isfinite(estimate.error):
                yield {
                    "rep": rep.index,
                    "leg": None if leg == "both" else leg,
                    "from_s": rep.bottom_start_s,
                    "to_s": rep.bottom_end_s,
                    "value": estimate.value,
                    "error": estimate.error,
                    "zones": [
                        {"band": zone.band.value, "low": _edge(zone.low), "high": _edge(zone.high)}
                        for zone in zones_of(assessment, rep, measure, leg)
                    ],
                }


def _edge(value: float) -> float | None:
    return value if math.isfinite(value) else None


SCHEMA: Final = "formcheck.player/1"
DRAWN: Final = tuple(sorted(landmark for side in SIDES for landmark in BODY[side]))
"""The landmarks that are drawn and can be moved: shoulders to wrists, hips to toes."""
HEAD: Final = (Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR)
"""Of the figure that is drawn where there is no video."""


@dataclass(frozen=True)
class TakenBack:
    """A correction or a drawing that was taken back and can be put back."""

    kind: str
    """The report by which it is put back: `put-back` or `restore-annotation`."""
    id: str
    text: str
    taken_back_by: str
    taken_back_at: datetime


def player_payload(
    reviewed: ReviewedSet,
    annotations: Iterable[Annotation] = (),
    *,
    recording: PoseTrack | None = None,
    taken_back: Iterable[TakenBack] = (),
) -> Json:
    """Return what the player shows of a set.

    Parameters
    ----------
    reviewed
        The set as it was measured and as it is after the review.
    annotations
        What was drawn on its frames.
    recording
        Landmarks of the whole recording, for a set that is part of one: the player shows all of it.
    taken_back
        What can be put back.

    Returns
    -------
    dict
        Ready for JSON: numbers, texts, lists, None for what is not known; never NaN. Times are in seconds from the
        first frame, places in pixels of the upright picture (x right, y down); arrays over time are packed
        (see `packed`), one value for each frame of the pose track.
    """
    within = reviewed.current.within
    if recording is not None:
        reviewed = _over(recording, reviewed)
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
        "within": None if within is None else within.document(),
        "taken_back": [{**asdict(each), "taken_back_at": each.taken_back_at.isoformat()} for each in taken_back],
    }


def _over(recording: PoseTrack, reviewed: ReviewedSet) -> ReviewedSet:
    """Return a set that is part of a recording on the frames of all of it."""
    corrected = reviewed.corrected
    return replace(
        reviewed,
        automatic=over_recording(recording, reviewed.automatic),
        corrected=None if corrected is None else over_recording(recording, corrected),
    )


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
    head = {str(int(mark)): _place(places[:, mark], step) for mark in HEAD}
    return {"step": step, "current": current, "automatic": changed, "head": head}


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
        "at_s": _moment(change),
        "not_applied": idle,
    }


def _moment(change: Change) -> float | None:
    """Return where a change is to be looked at (s); None where that is nowhere in particular."""
    match change:
        case SetRequest():
            return None
        case Within():
            return change.start_s
        case _:
            return change.at_s


def _annotation(annotation: Annotation) -> Json:
    drawing = annotation.drawing
    return {
        "id": annotation.id,
        "t_s": drawing.t_s,
        **drawing.body(),
        "made_by": annotation.made_by,
        "made_at": annotation.made_at.isoformat(),
    }


def packed(values: ArrayLike, step: float) -> Packed:
    """Pack an array.

    Parameters
    ----------
    values
        Shape (n,); NaN where there is no value.
    step
        Size of one count. Values are off by at most half of it, wherever they stand: errors do not add up.

    Returns
    -------
    list of int or None
        The first value known and the differences after it, in steps; None for NaN and infinite values.
    """
    counts = np.asarray(values, dtype=np.float64) / step
    result: Packed = []
    last = 0
    for count in counts.tolist():
        if not math.isfinite(count):
            result.append(None)
            continue
        whole = round(count)
        result.append(whole - last)
        last = whole
    return result
