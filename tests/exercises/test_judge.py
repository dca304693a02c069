"""Layer: pure functions. From measured values to findings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.exercises.finding import Band, Finding
from formcheck.exercises.judge import judge_rep, judge_set
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Bands, Rubric
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.view import ViewKind, ViewQuality

Legs = Mapping[str, Estimate | None]
SEVERITY = {Band.GOOD: 0, Band.CAUTION: 1, Band.FAULT: 2}


def left(value: float, error: float = 0.0) -> Legs:
    return {"left": Estimate(value, error), "right": None}


def both(value: float, error: float = 0.0) -> Legs:
    return {"both": Estimate(value, error)}


def judged(
    rubric: Rubric,
    measures: Mapping[str, Legs],
    leg: str = "both",
    view: ViewKind = ViewKind.FRONT,
    quality: ViewQuality = ViewQuality.OK,
    plan: Plan | None = None,
) -> list[Finding]:
    return judge_rep(
        rubric, 2, leg, measures, view_kind=view, view_quality=quality, plan=plan or Plan(), at_s=4.5
    )  # fmt: skip


def one(findings: list[Finding], check: str) -> Finding:
    (found,) = [finding for finding in findings if finding.check == check]
    return found


def test_a_fault_carries_its_cue_and_where_it_was(rubric: Rubric) -> None:
    finding = one(judged(rubric, {"kmf_pct": left(6, 1)}), "T-1")
    assert finding == Finding(
        check="T-1", name="knee over toe", rep=2, leg="left", measure="kmf_pct", value=6, error=1, band=Band.FAULT,
        cue="Point your kneecap over your second toe", at_s=4.5, precedence=3,
    )  # fmt: skip


def test_a_good_value_is_a_finding_without_a_cue(rubric: Rubric) -> None:
    finding = one(judged(rubric, {"kmf_pct": left(0)}), "T-1")
    assert (finding.band, finding.cue, finding.note) == (Band.GOOD, "", "")


def test_the_cue_is_that_of_the_side_it_is_off_to(rubric: Rubric) -> None:
    assert one(judged(rubric, {"kmf_pct": left(-5)}), "T-1").cue == "Bring your knees in"


def test_each_leg_is_judged_for_itself(rubric: Rubric) -> None:
    measures = {"kmf_pct": {"left": Estimate(9, 0.5), "right": Estimate(0, 0.5)}}
    bands = {finding.leg: finding.band for finding in judged(rubric, measures)}
    assert bands == {"left": Band.FAULT, "right": Band.GOOD}


def test_only_the_stance_leg_is_judged(rubric: Rubric) -> None:
    measures = {"kmf_pct": {"left": Estimate(9, 0.5), "right": Estimate(0, 0.5)}}
    assert [finding.leg for finding in judged(rubric, measures, leg="right")] == ["right"]


@pytest.mark.parametrize("measures", [{}, {"kmf_pct": {"left": None, "right": None}}, {"kmf_pct": left(math.nan)}])
def test_what_is_not_measured_is_not_judged(rubric: Rubric, measures: Mapping[str, Legs]) -> None:
    assert judged(rubric, measures) == []


def test_a_value_past_the_limit_by_less_than_its_error_is_a_caution(rubric: Rubric) -> None:
    finding = one(judged(rubric, {"kmf_pct": left(5, 1.0)}), "T-1")
    assert finding.band is Band.CAUTION
    assert "past the limit by less than the measurement may be off" in finding.note
    assert finding.cue == "Point your kneecap over your second toe"
    assert one(judged(rubric, {"kmf_pct": left(5, 0.9)}), "T-1").band is Band.FAULT


def test_an_error_that_is_not_known_proves_no_fault(rubric: Rubric) -> None:
    assert one(judged(rubric, {"kmf_pct": left(50, math.nan)}), "T-1").band is Band.CAUTION
    assert one(judged(rubric, {"kmf_pct": left(50, math.inf)}), "T-1").band is Band.CAUTION


def test_an_interval_that_spans_all_bands_proves_no_fault(rubric: Rubric) -> None:
    assert one(judged(rubric, {"kmf_pct": left(-7, 40)}), "T-1").band is Band.CAUTION


def test_a_view_of_low_confidence_makes_a_caution_of_a_fault(rubric: Rubric) -> None:
    finding = one(judged(rubric, {"kmf_pct": left(9, 0.5)}, quality=ViewQuality.LOW), "T-1")
    assert finding.band is Band.CAUTION
    assert "low confidence" in finding.note


def test_time_does_not_depend_on_the_view(rubric: Rubric) -> None:
    for view in ViewKind:
        for quality in ViewQuality:
            finding = one(judged(rubric, {"descent_s": both(0.5)}, view=view, quality=quality), "T-4")
            assert finding.band is Band.FAULT


@pytest.mark.parametrize(
    ("view", "quality"),
    [
        (ViewKind.SIDE, ViewQuality.OK),
        (ViewKind.OBLIQUE, ViewQuality.REFUSED),
        (ViewKind.UNKNOWN, ViewQuality.REFUSED),
        (ViewKind.FRONT, ViewQuality.REFUSED),
    ],
)
def test_a_view_that_cannot_carry_a_measure_gives_no_finding(
    rubric: Rubric, view: ViewKind, quality: ViewQuality
) -> None:
    assert judged(rubric, {"kmf_pct": left(9)}, view=view, quality=quality) == []


def test_fppa_alone_is_never_a_fault_and_never_cued(rubric: Rubric) -> None:
    for others, said in (
        ({}, "knee medial to foot could not be measured"),
        ({"kmf_pct": left(0)}, "Not borne out by knee medial to foot"),
        ({"kmf_pct": left(-5)}, "Not borne out by knee medial to foot"),
        ({"kmf_pct": {"left": None, "right": Estimate(9, 0)}}, "knee medial to foot could not be measured"),
    ):
        finding = one(
            [each for each in judged(rubric, {"fppa_deg": left(30, 1), **others}) if each.check == "T-2"], "T-2"
        )
        assert (finding.band, finding.cue) == (Band.CAUTION, "")
        assert said in finding.note


def test_fppa_borne_out_by_the_knee_over_the_foot_is_a_fault(rubric: Rubric) -> None:
    finding = one(judged(rubric, {"fppa_deg": left(30, 1), "kmf_pct": left(5, 2)}), "T-2")
    assert (finding.band, finding.cue) == (Band.FAULT, "Aim your knee at the cone")


def test_fppa_borne_out_only_by_a_knee_that_may_be_good_is_a_caution(rubric: Rubric) -> None:
    finding = one(judged(rubric, {"fppa_deg": left(30, 1), "kmf_pct": left(3, 2)}), "T-2")
    assert (finding.band, finding.cue) == (Band.CAUTION, "Aim your knee at the cone")
    assert "may as well be good" in finding.note


def test_a_caution_that_may_be_good_has_no_cue(rubric: Rubric) -> None:
    finding = one(judged(rubric, {"kmf_pct": left(3, 2)}), "T-1")
    assert (finding.band, finding.cue) == (Band.CAUTION, "")


def test_a_check_of_the_body_is_borne_out_by_either_leg() -> None:
    rubric = builtin_rubric("wall-squat")
    right_in = {
        "fppa_common_deg": both(15, 2),
        "kmf_pct": {"left": Estimate(0, 1), "right": Estimate(6, 1)},
        "kmf_change_pct": {"left": Estimate(0, 1), "right": Estimate(5, 0.5)},
    }
    assert one(judged(rubric, right_in), "WS-F5").band is Band.FAULT
    still = right_in | {"kmf_change_pct": {"left": Estimate(0, 1), "right": Estimate(0, 1)}}
    assert one(judged(rubric, still), "WS-F5").band is Band.CAUTION


def test_a_turned_out_foot_is_no_fault_of_the_knee() -> None:
    """The toe lies lateral of a knee that has not moved: noted, not cued."""
    measures = {"kmf_pct": left(8, 1), "kmf_change_pct": left(0.5, 1), "fppa_deg": left(2, 2)}
    finding = one(judged(builtin_rubric("step-down"), measures, leg="left"), "SD-F1")
    assert (finding.band, finding.cue) == (Band.CAUTION, "")


def test_a_knee_that_moves_inward_over_the_big_toe_is_a_fault() -> None:
    measures = {"kmf_pct": left(8, 1), "kmf_change_pct": left(6, 1.5), "fppa_deg": left(22, 3)}
    findings = judged(builtin_rubric("step-down"), measures, leg="left")
    assert {finding.check: finding.band for finding in findings} == {
        "SD-F1": Band.FAULT,
        "SD-F1b": Band.FAULT,
        "SD-F2": Band.FAULT,
    }


def test_depth_is_judged_only_against_a_prescription(rubric: Rubric) -> None:
    measures = {"knee_flexion_max_deg": left(70, 3)}
    assert judged(rubric, measures, view=ViewKind.SIDE) == []
    deep = one(judged(rubric, measures, view=ViewKind.SIDE, plan=Plan(target_depth_deg=45)), "T-3")
    assert (deep.band, deep.cue) == (Band.FAULT, "Only to your mark")
    asked = one(judged(rubric, measures, view=ViewKind.SIDE, plan=Plan(target_depth_deg=70)), "T-3")
    assert asked.band is Band.GOOD


def test_a_short_hold_is_no_fault_where_none_was_prescribed() -> None:
    rubric = builtin_rubric("wall-squat")
    measures = {"hold_s": both(1.0, 0.1)}
    assert judged(rubric, measures) == []
    assert one(judged(rubric, measures, plan=Plan(hold_s=3)), "WS-S7").band is Band.FAULT
    assert one(judged(rubric, measures, plan=Plan(hold_s=1)), "WS-S7").band is Band.GOOD


def test_a_report_only_check_is_judged_and_never_spoken_of() -> None:
    finding = one(judged(builtin_rubric("wall-squat"), {"kmf_difference_pct": both(9, 1)}), "WS-F10")
    assert (finding.band, finding.cue) == (Band.FAULT, "")


def test_the_set_and_the_stance_are_judged_apart_from_the_reps(rubric: Rubric) -> None:
    measures = {"stance_width_ratio": both(2.5, 0.1), "kmf_pct": left(9)}
    assert [finding.check for finding in judged(rubric, measures)] == ["T-1"]
    (stance,) = judge_set(
        rubric, "both", measures, view_kind=ViewKind.FRONT, view_quality=ViewQuality.OK, plan=Plan()
    )  # fmt: skip
    assert (stance.check, stance.rep, stance.at_s, stance.leg, stance.band) == ("T-5", None, None, "both", Band.FAULT)


def test_too_few_reps_are_told_where_reps_were_prescribed() -> None:
    rubric = builtin_rubric("wall-squat")

    def counted(plan: Plan) -> list[Finding]:
        return judge_set(
            rubric,
            "both",
            {"reps_count": both(6)},
            view_kind=ViewKind.OBLIQUE,
            view_quality=ViewQuality.REFUSED,
            plan=plan,
        )

    assert counted(Plan()) == []
    (short,) = counted(Plan(reps=10))
    assert (short.check, short.band) == ("WS-S11", Band.FAULT)


edges = st.lists(st.floats(-50, 50), min_size=4, max_size=4).map(sorted)
opening = st.sampled_from([(False, False), (True, False), (False, True)])


@given(edges, opening, st.floats(-80, 80), st.floats(0, 60), st.floats(0, 20))
def test_a_value_further_out_never_gets_a_milder_band(
    numbers: list[float], open_ends: tuple[bool, bool], value: float, further: float, error: float
) -> None:
    bands = Bands(
        (-math.inf if open_ends[0] else numbers[1], math.inf if open_ends[1] else numbers[2]),
        (-math.inf if open_ends[0] else numbers[0], math.inf if open_ends[1] else numbers[3]),
    )
    wall_squat = builtin_rubric("wall-squat")
    rubric = replace(wall_squat, checks=(replace(wall_squat.check("WS-F8"), bands=bands),))

    def severity(at: float) -> int:
        return SEVERITY[one(judged(rubric, {"trunk_lean_deg": both(at, error)}), "WS-F8").band]

    if value > bands.good[1]:
        assert severity(value + further) >= severity(value) >= 1
    elif value < bands.good[0]:
        assert severity(value - further) >= severity(value) >= 1
    else:
        assert severity(value) == 0


@given(st.floats(2, 60), st.floats(0, 60), st.floats(0, 10), st.sampled_from([ViewQuality.OK, ViewQuality.LOW]))
def test_a_knee_further_in_never_gets_a_milder_finding(
    value: float, further: float, error: float, quality: ViewQuality
) -> None:
    rubric = builtin_rubric("step-down")

    def severity(at: float) -> int:
        measures = {"kmf_pct": left(at, error), "kmf_change_pct": left(5, 0.5)}
        return SEVERITY[one(judged(rubric, measures, leg="left", quality=quality), "SD-F1").band]

    assert severity(value + further) >= severity(value)


@given(st.floats(-100, 100), st.floats(0, 10), st.floats(0, 10))
def test_more_error_never_makes_a_worse_band(value: float, error: float, more: float) -> None:
    rubric = builtin_rubric("wall-squat")

    def severity(by: float) -> int:
        return SEVERITY[one(judged(rubric, {"trunk_lean_deg": both(value, by)}), "WS-F8").band]

    assert severity(error + more) <= severity(error)
