"""Layer: pure functions. The verdict on a set, a rep and a measure."""

from __future__ import annotations

import dataclasses
import math

import pytest

from formcheck.exercises.finding import Band, Bands, Finding
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import DEPTH
from formcheck.kinematics.view import ViewKind, ViewQuality
from formcheck.session.assessment import Assessment, Plan
from formcheck.session.recorded import assess as assess_track
from formcheck.session.request import SetRequest
from formcheck.session.verdict import (
    LEVEL_WORDS,
    WORST_LAST,
    Level,
    level_of,
    verdict_of_measure,
    verdict_of_rep,
    verdict_of_set,
    worst,
)
from tests.report.synthetic import assess
from tests.sample_tracks import sample_track


def set_of(*findings: Finding, plan: Plan | None = None) -> Assessment:
    return dataclasses.replace(assess(ViewKind.FRONT, plan=plan), findings=findings)


def finding(band: Band, *, rep: int | None = 1, cue: str = "", unsure: bool = False, name: str = "pelvis") -> Finding:
    return Finding(
        "X", name, rep, "both", "weight_shift_pct", 7.0, 5.0, band, cue, None, 5, "", unsure, Bands((-5, 5), (-10, 10))
    )


def at_depth(flexion_deg: float, error_deg: float, plan: Plan | None = None) -> Assessment:
    made = assess(ViewKind.SIDE, plan=plan)
    reps = tuple(
        dataclasses.replace(rep, measures={**rep.measures, DEPTH: {"left": Estimate(flexion_deg, error_deg)}})
        for rep in made.reps
    )
    good = tuple(f for f in made.findings if f.band is Band.GOOD)
    return dataclasses.replace(made, exercise="squat", reps=reps, findings=good)


def test_every_level_has_its_place_and_its_word() -> None:
    assert set(WORST_LAST) == set(LEVEL_WORDS) == set(Level)
    assert worst([]) is Level.NOT_MEASURED


def test_what_cannot_be_told_is_no_caution_and_not_praised() -> None:
    told = verdict_of_set(set_of(finding(Band.CAUTION, unsure=True), finding(Band.GOOD, name="tempo")))
    assert (told.level, told.unsure, told.changes) == (Level.GOOD, ("pelvis",), ())
    assert told.detail == "Too close to tell: pelvis."
    assert "pelvis" not in told.praise


def test_a_sure_caution_without_a_cue_is_no_good_set() -> None:
    told = verdict_of_set(set_of(finding(Band.CAUTION)))
    assert (told.level, told.title) == (Level.CAUTION, "Pelvis: 7.0 %, good is within 5 % of stance width either way")


def test_a_fault_that_is_less_urgent_than_the_first_change_is_named_beside_it() -> None:
    mild, bad = finding(Band.CAUTION, cue="Feet first"), finding(Band.FAULT, cue="Then this", name="tempo", rep=2)
    told = verdict_of_set(set_of(dataclasses.replace(mild, precedence=1), mild, bad))
    assert (told.level, told.title) == (Level.FAULT, "Feet first")
    assert told.detail == "Pelvis, in rep 1. A fault besides: tempo, in rep 2."


def test_only_what_is_too_close_to_tell_is_not_called_good() -> None:
    told = verdict_of_set(set_of(finding(Band.CAUTION, unsure=True)))
    assert (told.level, told.title) == (Level.NOT_JUDGED, "Too close to tell")


def test_a_rep_that_does_not_count_is_not_judged(front_made: Assessment) -> None:
    assert verdict_of_rep(front_made, 4).words == "cut off"
    assert verdict_of_rep(front_made, 4).level is Level.NOT_JUDGED
    with pytest.raises(KeyError):
        verdict_of_rep(front_made, 9)


def test_the_set_is_as_bad_as_its_worst_rep(front_made: Assessment) -> None:
    told = verdict_of_set(front_made)
    assert [each.level for each in told.reps] == [Level.GOOD, Level.FAULT, Level.CAUTION, Level.NOT_JUDGED]
    assert told.level is Level.FAULT


def test_a_deep_squat_without_a_plan_is_neither_judged_nor_praised() -> None:
    deep = at_depth(117, 5)
    told, depth = verdict_of_set(deep), verdict_of_measure(deep, DEPTH, "left")
    assert told.level is Level.NOT_JUDGED
    assert "117°" in told.detail
    assert "45°" in told.detail
    assert (depth.level, depth.good_text, depth.good_is) == (
        Level.NOT_JUDGED,
        "",
        "the guidance begins with up to 45°",
    )
    assert {each.level for each in told.reps} == {Level.NOT_JUDGED}


def test_a_depth_that_is_hardly_past_the_comfortable_one_changes_nothing() -> None:
    assert verdict_of_set(at_depth(48, 5)).level is Level.GOOD
    assert verdict_of_measure(at_depth(48, 5), DEPTH, "left").level is Level.NOT_JUDGED


def test_a_prescribed_depth_is_the_plan_s_to_judge() -> None:
    assert verdict_of_set(at_depth(117, 5, Plan(target_depth_deg=110))).level is Level.GOOD


def test_times_alone_make_no_good_rep_where_the_view_carries_no_angle() -> None:
    told = verdict_of_set(assess_track(sample_track("squat_real_oblique"), SetRequest("squat")))
    assert told.level is Level.NOT_JUDGED
    assert {each.level for each in told.reps} == {Level.NOT_JUDGED}


def test_a_change_says_the_worst_value_and_what_is_good_in_plain_words() -> None:
    told = verdict_of_set(assess_track(sample_track("step_down_front_valgus"), SetRequest("step-down")))
    assert told.changes[0].measured == "12° inward; good is up to 6° inward"
    assert told.changes[0].seen == "Knee alignment, left leg, in reps 1, 2 and 3."


def test_what_nobody_judged_and_what_nobody_measured_are_told_apart(front_made: Assessment) -> None:
    assert verdict_of_measure(front_made, "fppa_deg", "left").level is Level.NOT_JUDGED
    assert verdict_of_measure(front_made, DEPTH, "left").level is Level.NOT_MEASURED


def test_a_refused_view_comes_before_what_was_found(front_made: Assessment) -> None:
    refused = dataclasses.replace(front_made.view, verdict=ViewQuality.REFUSED)
    assert verdict_of_set(dataclasses.replace(front_made, view=refused)).title.startswith("Film again")


def test_an_unsure_finding_is_not_judged_whatever_its_band() -> None:
    assert level_of(finding(Band.CAUTION, unsure=True)) is Level.NOT_JUDGED
    assert level_of(dataclasses.replace(finding(Band.CAUTION), error=math.nan)) is Level.CAUTION


@pytest.fixture(scope="module")
def front_made() -> Assessment:
    return assess(ViewKind.FRONT)
