"""An assessment as the JSON document `formcheck.assessment/1`, and the schema it keeps to."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any, Final

from formcheck.exercises.finding import Finding
from formcheck.exercises.words import good_text
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.units import decimals_of
from formcheck.kinematics.view import ViewVerdict
from formcheck.pose.origin import Finder
from formcheck.report.files import writing_whole
from formcheck.session.assessment import SCHEMA, Assessment, Plan, Provenance, Rep, SetupCheck
from formcheck.session.verdict import Change, RepVerdict, level_of, verdict_of_set
from formcheck.session.within import Within

Document = dict[str, Any]
"""A JSON object: text keys; values of text, numbers, booleans, None, lists and further objects."""

_SCHEMA_FILE: Final = "schema/assessment-1.json"
_TIME_DECIMALS: Final = 3
_ANGLE_DECIMALS: Final = 2


def assessment_schema() -> Document:
    """Return the published JSON Schema (draft 2020-12) of `formcheck.assessment/1`."""
    text = resources.files("formcheck.report").joinpath(_SCHEMA_FILE).read_text(encoding="utf-8")
    schema: Document = json.loads(text)
    return schema


def assessment_document(assessment: Assessment) -> Document:
    """Put an assessment into the form that `formcheck analyze` writes as JSON.

    Parameters
    ----------
    assessment
        One set, measured and judged.

    Returns
    -------
    dict
        Valid against `assessment_schema()`. What was not measured is None: the document holds no NaN and no
        infinity. Angles and percentages are rounded to 2 decimals, times to 3.
    """
    told = verdict_of_set(assessment)
    return {
        "schema": SCHEMA,
        "source": _source(assessment),
        "provenance": _provenance(assessment.provenance),
        "exercise": assessment.exercise,
        "exercise_name": assessment.exercise_name,
        "plan": _plan(assessment.plan),
        "view": _view(assessment.view),
        "views": [
            {
                "start_s": _number(each.start_s, _TIME_DECIMALS),
                "end_s": _number(each.end_s, _TIME_DECIMALS),
                **_view(each.view),
            }
            for each in assessment.views
        ],
        "within": None if assessment.within is None else _within(assessment.within),
        "setup": [_setup_check(check) for check in assessment.setup],
        "reps_counted": len(assessment.complete_reps),
        "reps": [_rep(rep, verdict) for rep, verdict in zip(assessment.reps, told.reps, strict=True)],
        "findings": [_finding(finding) for finding in assessment.findings],
        "verdict": {
            "level": told.level.value,
            "title": told.title,
            "detail": told.detail,
            "too_close_to_tell": list(told.unsure),
        },
        "advice": [_advice(change) for change in told.changes],
        "praise": told.praise,
        "not_measured": [
            {"measure": gap.measure, "reason": gap.reason, "remedy": gap.remedy} for gap in assessment.not_measured
        ],
    }


def write_json(assessment: Assessment, path: Path) -> None:
    """Write the JSON document of an assessment, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = json.dumps(assessment_document(assessment), allow_nan=False, ensure_ascii=False, indent=1)
    with writing_whole(path) as staged:
        staged.write_text(text + "\n", encoding="utf-8")


def _source(assessment: Assessment) -> Document:
    source = assessment.track.source
    return {
        "name": source.name,
        "sha256": source.sha256,
        "width": source.width,
        "height": source.height,
        "fps": _number(source.fps, _TIME_DECIMALS),
        "duration_s": _number(source.duration_s, _TIME_DECIMALS),
        "frames": source.frames,
        "slowed": _number(source.slowed, _TIME_DECIMALS),
    }


def _provenance(provenance: Provenance) -> Document:
    return {
        "formcheck": provenance.formcheck,
        "mediapipe": provenance.mediapipe,
        "pose_model": provenance.pose_model,
        "model_sha256": provenance.model_sha256,
        "rubric": provenance.rubric,
        "rubric_sha256": provenance.rubric_sha256,
        "filter": provenance.filter,
        "where": provenance.where,
        "runtime": provenance.runtime,
        "runtime_sha256": provenance.runtime_sha256,
        "delegate": provenance.delegate,
        "finders": [_finder(each) for each in provenance.finders],
    }


def _finder(finder: Finder) -> Document:
    origin = finder.origin
    return {
        "from_s": _number(finder.from_s, _TIME_DECIMALS),
        "why": finder.why,
        "pose_model": origin.name,
        "model_sha256": origin.sha256,
        "mediapipe": origin.mediapipe,
        "where": origin.where,
        "runtime": origin.runtime,
        "runtime_sha256": origin.runtime_sha256,
        "delegate": origin.delegate,
        "balanced": origin.balanced,
        "user_agent": origin.user_agent,
        "self_test": None if origin.self_test is None else asdict(origin.self_test),
    }


def _view(view: ViewVerdict) -> Document:
    return {
        "kind": view.kind.value,
        "yaw_deg": _number(view.yaw_deg, _ANGLE_DECIMALS),
        "yaw_error_deg": _number(view.yaw_error_deg, _ANGLE_DECIMALS),
        "near_leg": None if view.near_leg is None else view.near_leg.value,
        "verdict": view.verdict.value,
        "reason": view.reason,
        "facing_camera": view.facing_camera,
    }


def _within(within: Within) -> Document:
    return {
        name: _number(value, _TIME_DECIMALS if name.endswith("_s") else _ANGLE_DECIMALS)
        for name, value in within.document().items()
    }


def _setup_check(check: SetupCheck) -> Document:
    return {
        "id": check.id,
        "name": check.name,
        "passed": None if check.passed is None else bool(check.passed),
        "value": _number(check.value, _TIME_DECIMALS),
        "message": check.message,
    }


def _advice(change: Change) -> Document:
    return {
        "check": change.check,
        "name": change.name,
        "cue": change.cue,
        "reps": [int(rep) for rep in change.reps],
        "leg": change.leg,
        "band": change.level.value,
        "value": change.value,
        "good": change.good,
    }


def _plan(plan: Plan) -> Document:
    """Every field of the plan by its own name, so that a plan that grows needs no change here."""
    document: Document = {}
    for name in plan.__dataclass_fields__:
        value = getattr(plan, name)
        document[name] = _number(value, _TIME_DECIMALS) if isinstance(value, float) else value
    return document


def _rep(rep: Rep, verdict: RepVerdict) -> Document:
    return {
        "index": int(rep.index),
        "leg": rep.leg,
        "complete": bool(rep.complete),
        "excluded": bool(rep.excluded),
        "begins": rep.begins.value,
        "cut_by": rep.cut_by,
        "pulses": int(rep.pulses),
        "view": rep.view.value,
        "level": verdict.level.value,
        "start_s": _number(rep.start_s, _TIME_DECIMALS),
        "bottom_start_s": _number(rep.bottom_start_s, _TIME_DECIMALS),
        "bottom_end_s": _number(rep.bottom_end_s, _TIME_DECIMALS),
        "end_s": _number(rep.end_s, _TIME_DECIMALS),
        "movement": None
        if rep.movement is None
        else {name: _number(at, _TIME_DECIMALS) for name, at in rep.movement._asdict().items()},
        "measures": {name: _leg_values(name, values) for name, values in rep.measures.items()},
    }


def _leg_values(measure: str, values: Mapping[str, Estimate | None]) -> Document:
    decimals = decimals_of(measure)
    document: Document = {}
    for leg, estimate in values.items():
        value = None if estimate is None else _number(estimate.value, decimals)
        error = None if estimate is None else _number(estimate.error, decimals)
        document[leg] = None if value is None else {"value": value, "error": error}
    return document


def _finding(finding: Finding) -> Document:
    decimals = decimals_of(finding.measure)
    return {
        "check": finding.check,
        "name": finding.name,
        "rep": None if finding.rep is None else int(finding.rep),
        "leg": finding.leg,
        "measure": finding.measure,
        "value": _number(finding.value, decimals),
        "error": _number(finding.error, decimals),
        "band": finding.band.value,
        "level": level_of(finding).value,
        "good": good_text(finding.measure, finding.bands),
        "cue": finding.cue,
        "at_s": _number(finding.at_s, _TIME_DECIMALS),
        "precedence": int(finding.precedence),
        "note": finding.note,
    }


def _number(value: float | None, decimals: int) -> float | None:
    """Round, and turn what is not a finite number into None; never minus zero."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), decimals) + 0.0
