"""Layer: pure functions. From measured values to findings."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.exercises.finding import Band, Bands, Finding
from formcheck.exercises.judge import judge_rep, judge_set
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Rubric
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import Per
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
        cue="Point your kneecap over your second toe", at_s=4.5, precedence=3, bands=rubric.check("T-1").bands,
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


def test_a_check_of_the_body_is_borne_out_by_either_leg(rubric: Rubric) -> None:
    knee, angle = rubric.check("T-1"), rubric.check("T-2")
    both_legs = replace(
        angle, id="T-B", measure="fppa_common_deg", per=Per.BODY, confirm=("kmf_pct", "kmf_change_pct")
    )  # fmt: skip
    rubric = replace(rubric, checks=(knee, replace(knee, id="T-1b", measure="kmf_change_pct"), both_legs))
    right_in = {
        "fppa_common_deg": both(20, 2),
        "kmf_pct": {"left": Estimate(0, 1), "right": Estimate(6, 1)},
        "kmf_change_pct": {"left": Estimate(0, 1), "right": Estimate(5, 0.5)},
    }
    assert one(judged(rubric, right_in), "T-B").band is Band.FAULT
    still = right_in | {"kmf_change_pct": {"left": Estimate(0, 1), "right": Estimate(0, 1)}}
    assert one(judged(rubric, still), "T-B").band is Band.CAUTION


def test_a_turned_out_foot_is_no_fault_of_the_knee() -> None:
    """The toe lies lateral of a knee that has not moved: nothing is off."""
    measures = {"kmf_pct": left(8, 1), "kmf_change_pct": left(0.5, 1), "fppa_deg": left(2, 2)}
    (finding,) = judged(builtin_rubric("step-down"), measures, leg="left")
    assert (finding.check, finding.band, finding.note) == ("SD-F1", Band.GOOD, "")


def test_a_knee_that_moves_inward_over_the_big_toe_is_a_fault() -> None:
    measures = {"kmf_pct": left(8, 1), "kmf_change_pct": left(6, 1.5), "fppa_deg": left(22, 3)}
    (finding,) = judged(builtin_rubric("step-down"), measures, leg="left")
    assert (finding.check, finding.band, finding.note) == ("SD-F1", Band.FAULT, "")


def sure_from(rubric: Rubric, sureness: float) -> Rubric:
    """Judge the knee alone, at most 4 % medial, with that sureness."""
    return replace(rubric, checks=(replace(rubric.check("T-1"), fault_sureness=sureness),))


@pytest.mark.parametrize(
    ("sureness", "caution", "fault"),
    [
        (0.5, 4.0, 4.001),  # the value alone
        (0.8, 4.841, 4.842),  # z = 0.8416
        (0.975, 5.959, 5.961),  # the whole 95 % interval
        (0.99, 6.326, 6.327),  # z = 2.3263
    ],
)
def test_a_fault_is_one_from_the_sureness_on_that_its_check_asks_for(
    rubric: Rubric, sureness: float, caution: float, fault: float
) -> None:
    rubric = sure_from(rubric, sureness)
    for value, band in ((caution, Band.CAUTION), (fault, Band.FAULT)):
        assert one(judged(rubric, {"kmf_pct": left(value, 1.96)}), "T-1").band is band
    for below, band in ((caution, Band.CAUTION), (fault, Band.FAULT)):  # at least -6 %, so as far below it
        assert one(judged(rubric, {"kmf_pct": left(-2 - below, 1.96)}), "T-1").band is band


def test_a_fault_that_is_sure_enough_is_cued_though_its_interval_reaches_the_good_values(rubric: Rubric) -> None:
    finding = one(judged(sure_from(rubric, 0.8), {"kmf_pct": left(6, 4.5)}), "T-1")
    assert (finding.band, finding.cue, finding.note) == (Band.FAULT, "Point your kneecap over your second toe", "")
    less = one(judged(sure_from(rubric, 0.8), {"kmf_pct": left(6, 4.7)}), "T-1")
    assert (less.band, less.unsure) == (Band.CAUTION, False)
    assert less.cue == "Point your kneecap over your second toe"


def test_a_caution_is_as_sure_as_its_check_asks_a_fault_to_be(rubric: Rubric) -> None:
    # Good up to 2; with an error of 1.96 four chances in five are 0.8416 past it.
    for value, unsure in ((2.841, True), (2.842, False)):
        finding = one(judged(sure_from(rubric, 0.8), {"kmf_pct": left(value, 1.96)}), "T-1")
        assert (finding.band, finding.unsure, finding.cue == "") == (Band.CAUTION, unsure, unsure)


def test_a_check_with_a_sureness_goes_by_the_interval_and_not_by_the_view(rubric: Rubric) -> None:
    # 8 deg and 4 deg beyond a limit of 4, with an interval that a turn of the body has made wide
    rubric = sure_from(rubric, 0.8)
    assert one(judged(rubric, {"kmf_pct": left(12, 6)}, quality=ViewQuality.LOW), "T-1").band is Band.FAULT
    assert one(judged(rubric, {"kmf_pct": left(6, 6)}, quality=ViewQuality.LOW), "T-1").band is Band.CAUTION
    assert not judged(rubric, {"kmf_pct": left(12, 6)}, quality=ViewQuality.REFUSED)


def test_no_sureness_makes_a_fault_of_an_error_that_is_not_known(rubric: Rubric) -> None:
    for error in (math.nan, math.inf):
        finding = one(judged(sure_from(rubric, 0.5), {"kmf_pct": left(50, error)}), "T-1")
        assert finding.band is Band.CAUTION


def contradictable(rubric: Rubric, **evidence: float) -> Rubric:
    """Judge the knee alone, good from -3 to 2 %, with what may contradict it."""
    return replace(rubric, checks=(replace(rubric.check("T-1"), evidence=evidence),))


@pytest.mark.parametrize(("value", "to_one_side"), [(9, 1), (-9, -1)])
def test_a_fault_that_other_measures_contradict_is_noted_and_not_cued(
    rubric: Rubric, value: float, to_one_side: int
) -> None:
    """Mirrored to the low side: there the other measure must be able to be as far below zero."""
    rubric = contradictable(rubric, fppa_change_deg=3.0)

    def judge(change: float, error: float) -> Finding:
        measures = {"kmf_pct": left(value, 0.5), "fppa_change_deg": left(to_one_side * change, error)}
        return one(judged(rubric, measures), "T-1")

    for too_little in ((2.9, 0.0), (0.9, 2.0), (-9.0, 5.0)):
        finding = judge(*too_little)
        assert (finding.band, finding.cue) == (Band.CAUTION, "")
        assert finding.note == (
            "Contradicted by frontal plane projection angle, change from stance, so it is noted and nothing is said "
            "about it."
        )
    for far_enough in ((3.0, 0.0), (1.0, 2.0), (9.0, 0.0), (-9.0, math.inf), (-9.0, math.nan)):
        finding = judge(*far_enough)
        assert (finding.band, finding.note) == (Band.FAULT, "")
        assert finding.cue


def test_a_caution_that_is_contradicted_says_nothing_and_a_good_value_stays_good(rubric: Rubric) -> None:
    rubric = contradictable(rubric, kmf_change_pct=0.0)
    outward = {"kmf_change_pct": left(-5, 1)}
    caution = one(judged(rubric, {"kmf_pct": left(3, 0.5), **outward}), "T-1")
    assert (caution.band, caution.cue) == (Band.CAUTION, "")
    good = one(judged(rubric, {"kmf_pct": left(1, 0.5), **outward}), "T-1")
    assert (good.band, good.note) == (Band.GOOD, "")


@pytest.mark.parametrize(
    "others", [{}, {"kmf_change_pct": left(math.nan)}, {"kmf_change_pct": {"right": Estimate(-5, 1)}}]
)
def test_evidence_that_was_not_measured_of_that_leg_has_no_effect(rubric: Rubric, others: Mapping[str, Legs]) -> None:
    finding = one(judged(contradictable(rubric, kmf_change_pct=0.0), {"kmf_pct": left(9, 0.5), **others}), "T-1")
    assert (finding.band, finding.note) == (Band.FAULT, "")


def test_any_one_measure_is_enough_to_contradict_and_each_that_does_is_named(rubric: Rubric) -> None:
    rubric = contradictable(rubric, fppa_change_deg=3.0, kmf_change_pct=0.0)
    measures = {"kmf_pct": left(9, 0.5), "fppa_change_deg": left(8, 2), "kmf_change_pct": left(-5, 1)}
    one_against = one(judged(rubric, measures), "T-1")
    assert one_against.band is Band.CAUTION
    assert "by knee medial to foot, change from stance, so" in one_against.note
    both_against = one(judged(rubric, measures | {"fppa_change_deg": left(0, 2)}), "T-1")
    assert "projection angle, change from stance and knee medial to foot, change" in both_against.note


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
        measures = {"fppa_deg": left(at, error), "fppa_change_deg": left(at, error), "kmf_change_pct": left(5, 0.5)}
        return SEVERITY[one(judged(rubric, measures, leg="left", quality=quality), "SD-F1").band]

    assert severity(value + further) >= severity(value)


@given(st.floats(-20, 60), st.floats(-20, 20), st.floats(0, 20), st.floats(0, 10))
def test_a_knee_that_has_moved_further_in_never_gets_a_milder_finding(
    value: float, change: float, further: float, error: float
) -> None:
    rubric = builtin_rubric("step-down")

    def severity(by: float) -> int:
        measures = {"fppa_deg": left(value, 4), "fppa_change_deg": left(by, error), "kmf_change_pct": left(by, error)}
        return SEVERITY[one(judged(rubric, measures, leg="left"), "SD-F1").band]

    assert severity(change + further) >= severity(change)


@given(st.floats(-100, 100), st.floats(0, 10), st.floats(0, 10))
def test_more_error_never_makes_a_worse_band(value: float, error: float, more: float) -> None:
    rubric = builtin_rubric("wall-squat")

    def severity(by: float) -> int:
        return SEVERITY[one(judged(rubric, {"trunk_lean_deg": both(value, by)}), "WS-F8").band]

    assert severity(error + more) <= severity(error)
