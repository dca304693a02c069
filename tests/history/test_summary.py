"""Layer: pure functions. What is kept of a set, and read back from JSON as it was."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from formcheck.exercises.finding import Band, Bands, Finding
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Precedence
from formcheck.history.summary import PainReport, SetSummary, summary_of
from formcheck.history.summary_document import SummaryError, summary_from_document
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from tests.sample_tracks import SAMPLE_TRACKS, sample_track

from .made_up import assessment, each_leg, summary


def found(rep: int | None, band: Band, precedence: Precedence, measure: str = "kmf_pct") -> Finding:
    return Finding("X", "x", rep, "left", measure, 1.0, 1.0, band, "", None, int(precedence))


@pytest.mark.parametrize("name", SAMPLE_TRACKS)
def test_a_summary_comes_back_from_json_as_it_was(name: str) -> None:
    exercise = "wall-squat" if name.startswith("wall") else "step-down"
    plan = Plan(target_depth_deg=60.0, reps=10, sex="female", ball=exercise == "wall-squat")
    result = summary_of(assess(sample_track(name), SetRequest(exercise, plan=plan)))
    kept = json.loads(json.dumps(result.document(), allow_nan=False))
    assert summary_from_document(kept).document() == kept
    assert summary_from_document(kept).plan == plan
    assert result.values


def test_what_is_not_known_is_null_and_comes_back_as_not_a_number() -> None:
    result = summary_of(assessment([each_leg("fppa_deg", 5.0, None, float("nan"))]))
    document = result.document()
    assert document["values"]["fppa_deg"]["left"] == {"value": 5.0, "error": None, "reps": 1, "rep_sd": None}
    back = summary_from_document(document).values["fppa_deg"]["left"]
    assert math.isnan(back.estimate.error)
    assert math.isnan(back.rep_sd)


def without(name: str) -> dict[str, Any]:
    document = summary().result.document()
    del document[name]
    return document


def altered(**entries: object) -> dict[str, Any]:
    return summary().result.document() | entries


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "text",
        {},
        without("values"),
        altered(schema="formcheck.summary/2"),
        altered(leg="middle"),
        altered(reps_complete=-1),
        altered(reps_complete=1.5),
        altered(reps_done=None),
        altered(safe_share=float("nan")),
        altered(safe_share="all"),
        altered(heels_down=1),
        altered(view={"kind": "above", "verdict": "ok"}),
        altered(values={"fppa_deg": {"left": {"value": None, "error": 1.0, "reps": 1, "rep_sd": None}}}),
        altered(values={"fppa_deg": {"tail": {"value": 1.0, "error": 1.0, "reps": 1, "rep_sd": None}}}),
    ],
)
def test_what_is_no_summary_is_refused_in_words(document: object) -> None:
    with pytest.raises(SummaryError) as refused:
        summary_from_document(document)
    assert refused.value.reason.endswith(".")
    assert refused.value.remedy


def test_values_are_the_middle_of_the_counted_reps() -> None:
    reps = [each_leg("fppa_deg", value, None) for value in (4.0, 6.0, 50.0, 9.0)]
    result = summary_of(assessment(reps, excluded=[3]))
    assert result.values["fppa_deg"]["left"].estimate.value == 6.0
    assert (result.reps_done, result.reps_complete) == (4, 3)
    assert "right" not in result.values["fppa_deg"]


def test_the_leg_is_the_one_that_stood() -> None:
    assert summary_of(assessment([{}], exercise="step-down", leg="right")).leg == "right"
    assert summary_of(assessment([{}])).leg == "both"


def test_reps_with_a_fault_that_concerns_safety_lower_the_share() -> None:
    findings = [
        found(1, Band.FAULT, Precedence.KNEE_ALIGNMENT),
        found(2, Band.CAUTION, Precedence.KNEE_ALIGNMENT),
        found(3, Band.FAULT, Precedence.TEMPO),
        found(3, Band.GOOD, Precedence.DEPTH),
        found(4, Band.GOOD, Precedence.SAFETY),
        found(None, Band.FAULT, Precedence.SAFETY),
    ]
    assert summary_of(assessment([{}] * 4, findings=findings)).safe_share == pytest.approx(0.75)


def test_a_set_in_which_nothing_was_judged_has_no_share() -> None:
    result = summary_of(assessment([{}] * 3, findings=[found(1, Band.FAULT, Precedence.TEMPO)]))
    assert result.safe_share is None
    assert result.heels_down is None


def test_what_is_only_reported_is_no_rep_without_a_fault() -> None:
    reported = replace(
        found(1, Band.CAUTION, Precedence.KNEE_ALIGNMENT), bands=Bands((-math.inf, 8.0), (-math.inf, math.inf))
    )
    assert summary_of(assessment([{}] * 2, findings=[reported])).safe_share is None
    judged = replace(found(2, Band.GOOD, Precedence.KNEE_ALIGNMENT), bands=Bands((-8.0, 8.0), (-12.0, 12.0)))
    assert summary_of(assessment([{}] * 2, findings=[reported, judged])).safe_share == 1.0


def test_heels_are_down_where_no_rep_has_a_fault_of_them() -> None:
    seen = [found(rep, Band.GOOD, Precedence.PLACEMENT, "heel_lift_pct") for rep in (1, 2)]
    up = found(3, Band.FAULT, Precedence.PLACEMENT, "heel_lift_pct")
    assert summary_of(assessment([{}] * 3, findings=seen)).heels_down is True
    assert summary_of(assessment([{}] * 3, findings=[*seen, up])).heels_down is False


def test_the_worst_pain_of_a_set_is_that_during_or_just_after_it() -> None:
    assert PainReport(before=7, during=1, after=3, plus_60min=9).worst == 3
    assert PainReport(before=7).worst is None
    assert PainReport(during=0).worst == 0


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        SetSummary(datetime(2026, 3, 2), summary().result)
