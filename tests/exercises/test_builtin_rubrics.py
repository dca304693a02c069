"""Layer: data. The rubrics that formcheck comes with say what the measurement specification says."""

from __future__ import annotations

import math

import pytest

from formcheck.errors import RubricError
from formcheck.exercises.finding import Band, Finding
from formcheck.exercises.judge import judge_rep
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Precedence
from formcheck.exercises.rubric_check import MAX_CUE_WORDS
from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.record import CheckView, Scope
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.kinematics.view import ViewKind, ViewQuality

G, C, F = Band.GOOD, Band.CAUTION, Band.FAULT
PLAN = Plan(target_depth_deg=45, reps=10, hold_s=3, step_height_cm=15, ball=True)
CHECKS = [(name, check) for name in builtin_names() for check in builtin_rubric(name).checks]
KNEE = {"squat": "SQ-F1", "step-down": "SD-F1", "wall-squat": "WS-F3", "single-leg-squat": "SL-F1"}
"""The check of the knee over the foot; the other exercises judge none."""

# Rows of the specification that no check of their own judges. On people whose valgus is known, the knee's place over
# the toe (KMF) reads 3 to 13 % medial with straight legs and natural toe-out, and hardly more at 8 or 15 deg than at 0
# (6.8, 8.5 and 8.0 %): bands of 2 and 4 % called every knee a caution, straight ones too, and bore out whatever asked
# them. FPPA does tell those knees apart. So the row of the knee over the foot (WS-F3, SD-F1) is judged by FPPA, and the
# row on FPPA is part of it. Their changes from stance are judged no more: they are what may contradict.
NOT_JUDGED_ALONE = {"WS-F5": "WS-F3", "SD-F2": "SD-F1"}


def test_the_measured_exercises_are_there() -> None:
    names = ("knee-to-wall", "single-leg-squat", "sit-to-stand", "squat", "step-down", "wall-squat")
    assert builtin_names() == names
    for name in builtin_names():
        assert builtin_rubric(name).exercise == name


def test_an_unknown_exercise_names_the_known_ones() -> None:
    with pytest.raises(RubricError, match=r"no exercise `wall-sqat`; perhaps `wall-squat` is meant.*squat, step-down"):
        builtin_rubric("wall-sqat")


@pytest.mark.parametrize(
    ("exercise", "prefix", "numbers"),
    [("wall-squat", "WS-F", 11), ("wall-squat", "WS-S", 11), ("step-down", "SD-F", 10), ("step-down", "SD-S", 9)],
)
def test_every_row_of_the_specification_is_covered(exercise: str, prefix: str, numbers: int) -> None:
    ids = {check.id for check in builtin_rubric(exercise).checks}
    rows = {f"{prefix}{number}" for number in range(1, numbers + 1)}
    assert rows - ids == rows & set(NOT_JUDGED_ALONE)
    assert {NOT_JUDGED_ALONE[row] for row in rows & set(NOT_JUDGED_ALONE)} <= ids


@pytest.mark.parametrize("exercise", sorted(KNEE))
def test_one_check_speaks_of_a_knees_line_and_it_is_by_fppa(exercise: str) -> None:
    of_reps = [check for check in builtin_rubric(exercise).checks if check.scope is Scope.REP and not check.report_only]
    of_the_line = [check for check in of_reps if check.measure.startswith(("fppa", "kmf", "kmd"))]
    assert [(check.id, check.measure) for check in of_the_line] == [(KNEE[exercise], "fppa_deg")]
    assert dict(of_the_line[0].evidence) == {"fppa_change_deg": 3, "kmf_change_pct": 0}
    assert of_the_line[0].fault_sureness == 0.8
    assert not [check for check in of_reps if "kmf_pct" in (*check.confirm, *check.evidence)]


def test_step_down_and_single_leg_squat_stand_on_one_leg() -> None:
    assert {name for name in builtin_names() if not builtin_rubric(name).phases.bilateral} == {
        "step-down",
        "single-leg-squat",
    }
    assert builtin_rubric("wall-squat").phases.min_range_deg == 15
    assert builtin_rubric("step-down").phases.min_range_deg == 20


@pytest.mark.parametrize(("exercise", "check"), CHECKS, ids=[check.id for _, check in CHECKS])
def test_every_check_can_be_followed_and_traced(exercise: str, check: object) -> None:
    found = builtin_rubric(exercise).check(getattr(check, "id", ""))
    assert len(found.source) > 5
    assert found.measure in MEASURES
    for cue in (found.cue_low, found.cue_high):
        assert len(cue.split()) <= MAX_CUE_WORDS
    if not found.report_only:
        spoken = {found.cue("low"), found.cue("high")} - {""}
        assert spoken, "a check that is not only reported says something"
    if found.scope is Scope.REP and found.unit == "deg":
        # The knee's caution is 2 deg wide: back at its good edge, a knee is told of no longer.
        assert found.hysteresis == (2 if found.measure == "fppa_deg" else 3) or found.report_only
    if found.scope is Scope.REP and found.view is not CheckView.ANY and found.unit in {"deg", "ratio"}:
        assert found.persistence_s >= 0.3 or found.report_only


# Every edge of the specification's tables: the value on it, and just beyond it.
EDGES = [
    ("WS-F1", [(0.69, F), (0.7, C), (0.89, C), (0.9, G), (1.5, G), (1.51, C), (1.9, C), (1.91, F)]),
    ("WS-F2", [(-30, G), (10, G), (10.1, C), (20, C), (20.1, F)]),
    ("WS-F3", [(-30, G), (6, G), (6.1, C), (8, C), (8.1, F)]),
    ("WS-F4", [(0.79, F), (0.8, C), (0.9, G), (1.2, G), (1.21, C), (1.4, C), (1.41, F)]),
    ("WS-F6", [(-15.1, F), (-15, C), (-8.1, C), (-8, G), (8, G), (15, C), (25, F)]),
    ("WS-F7", [(-10.1, F), (-10, C), (-5, G), (5, G), (5.1, C), (10.1, F)]),
    ("WS-F8", [(-6.1, F), (-6, C), (-3, G), (3, G), (3.1, C), (6, C), (6.1, F)]),
    ("WS-F9", [(-6.1, F), (-6, C), (-3, G), (3, G), (6, C), (6.1, F)]),
    ("WS-F10", [(-4.1, F), (-4, C), (-2, G), (2, G), (4, C), (4.1, F)]),
    ("WS-F11", [(-9, G), (1.5, G), (1.6, C), (3, C), (3.1, F)]),
    ("WS-S1", [(24.9, F), (25, C), (34.9, C), (35, G), (50, G), (50.1, C), (55, C), (55.1, F)]),
    ("WS-S1b", [(75, G), (75.1, C), (90, C), (90.1, F)]),
    ("WS-S2", [(-12.1, F), (-8.1, C), (8, G), (8.1, C), (12, C), (12.1, F)]),
    ("WS-S2b", [(4, G), (4.1, C), (8, C), (8.1, F)]),
    ("WS-S2c", [(4, G), (4.1, C), (8, C), (8.1, F)]),
    ("WS-S3", [(1.5, G), (1.6, C), (3, C), (3.1, F)]),
    ("WS-S3b", [(5, G), (5.1, C), (10, C), (10.1, F)]),
    ("WS-S4", [(-30, G), (3, G), (3.1, C), (6, C), (6.1, F)]),
    ("WS-S5", [(0, C), (6.9, C), (7, G), (15, G), (15.1, C), (60, C)]),
    ("WS-S6", [(1.19, F), (1.2, C), (1.99, C), (2, G), (20, G)]),
    ("WS-S7", [(1.99, F), (2, C), (2.69, C), (2.7, G), (4, G), (4.1, C), (60, C)]),
    ("WS-S8", [(0.79, F), (0.8, C), (1.19, C), (1.2, G)]),
    ("WS-S9", [(5, G), (5.1, C), (8, C), (8.1, F)]),
    ("WS-S10", [(0, G), (1, G), (2, C), (3, F)]),
    ("WS-S11", [(7, F), (8, C), (9, C), (10, G), (15, G), (16, C), (21, F)]),
    ("SD-F1", [(-30, G), (6, G), (6.1, C), (8, C), (8.1, F)]),
    ("SD-F3", [(-9, G), (5, G), (5.1, C), (10, C), (10.1, F)]),
    ("SD-F4", [(-9, G), (5, G), (5.1, C), (10, C), (10.1, F)]),
    ("SD-F5", [(10, G), (10.1, C), (15, C), (15.1, F)]),
    ("SD-F6", [(1.5, G), (1.6, C), (99, C)]),
    ("SD-F6b", [(0, G), (1, F)]),
    ("SD-F7", [(0, G), (0.3, G), (0.4, C), (0.5, C), (0.6, F)]),
    ("SD-F8", [(10, G), (10.1, C), (15, C), (15.1, F)]),
    ("SD-F9", [(-4.1, F), (-2, G), (2, G), (4, C), (4.1, F)]),
    ("SD-F9b", [(-9.1, F), (-5, G), (5, G), (9, C), (9.1, F)]),
    ("SD-F10", [(0, G), (1, G), (2, C), (3, C), (4, F), (6, F)]),
    ("SD-S1", [(0, C), (37.9, C), (38, G), (52, G), (52.1, C), (60, C), (60.1, F)]),
    ("SD-S2", [(1.5, G), (1.6, C), (3, C), (3.1, F)]),
    ("SD-S3", [(-5.1, F), (-5, C), (4.9, C), (5, G), (25, G), (25.1, C), (35, C), (35.1, F)]),
    ("SD-S4", [(3, G), (3.1, C), (30, C)]),
    ("SD-S5", [(1.19, F), (1.2, C), (1.99, C), (2, G)]),
    ("SD-S6", [(0.6, G), (0.61, C), (1, C), (1.01, F)]),
    ("SD-S7", [(0.69, F), (0.7, C), (0.99, C), (1, G)]),
    ("SD-S8", [(0.5, G), (0.51, F)]),
    ("SD-S9", [(5, G), (5.1, C), (8, C), (8.1, F)]),
    ("SD-S9b", [(7, F), (8, C), (10, G), (15, G), (16, C), (21, F)]),
    ("SL-F1", [(-30, G), (6, G), (6.1, C), (8, C), (8.1, F)]),
    ("SL-F2", [(-9, G), (13, G), (13.1, C), (40, C)]),
    ("SL-F3", [(-9, G), (5, G), (5.1, C), (10, C), (10.1, F)]),
    ("SL-F4", [(-9, G), (5, G), (5.1, C), (10, C), (10.1, F)]),
    ("SL-F5", [(10, G), (10.1, C), (15, C), (15.1, F)]),
    ("SL-F6", [(1.5, G), (1.6, C), (99, C)]),
    ("SL-F7", [(10, G), (10.1, C), (15, C), (15.1, F)]),
    ("SL-F8", [(-9.1, F), (-5, G), (5, G), (9, C), (9.1, F)]),
    ("SL-S1", [(0, C), (37.9, C), (38, G), (52, G), (52.1, C), (60, C), (60.1, F)]),
    ("SL-S2", [(1.5, G), (1.6, C), (3, C), (3.1, F)]),
    ("SL-S3", [(3, G), (3.1, C), (30, C)]),
    ("SL-S4", [(5, G), (5.1, C), (8, C), (8.1, F)]),
    ("SL-T1", [(0.69, F), (0.7, C), (0.99, C), (1, G)]),
    ("SL-T2", [(1.99, F), (2, C), (2.69, C), (2.7, G), (4, G), (4.1, C), (60, C)]),
    ("SL-T3", [(0.1, C), (0.69, C), (0.7, G)]),
    ("SL-T4", [(7, F), (8, C), (10, G), (15, G), (16, C), (21, F)]),
    ("ST-F1", [(-30, G), (8, G), (8.1, C), (40, C)]),
    ("ST-F2", [(-5.1, C), (-5, G), (5, G), (5.1, C)]),
    ("ST-S1", [(0, G), (60, G), (60.1, C), (89, C)]),
    ("ST-T1", [(0.1, G), (9, G)]),
    ("ST-T2", [(0.1, G), (9, G)]),
    ("ST-T3", [(9, C), (10, G), (40, G), (41, C)]),
    ("ST-T4", [(5, G), (12.4, G), (12.5, C), (60, C)]),
    ("ST-T5", [(5, G), (60, G)]),
    ("ST-T6", [(7, C), (8, G), (30, G)]),
    ("ST-A1", [(0, G), (1, C)]),
    ("KW-S1", [(10, C), (34.9, C), (35, G), (60, G)]),
    ("KW-S2", [(10, C), (34.9, C), (35, G), (60, G)]),
    ("KW-S3", [(-3, G), (5, G), (5.1, C), (30, C)]),
    ("KW-T1", [(9, C), (10, G), (12, G), (13, C)]),
]  # fmt: skip


@pytest.mark.parametrize(("check_id", "expected"), EDGES, ids=[check_id for check_id, _ in EDGES])
def test_each_edge_lies_where_the_specification_has_it(check_id: str, expected: list[tuple[float, Band]]) -> None:
    exercise = next(name for name, check in CHECKS if check.id == check_id)
    bands = builtin_rubric(exercise).check(check_id).bands_for(PLAN)
    assert bands is not None
    assert [bands.band_of(value) for value, _ in expected] == [band for _, band in expected]


def test_every_check_of_the_specification_has_its_edges_tested() -> None:
    tested = {check_id for check_id, _ in EDGES}
    assert tested == {check.id for name, check in CHECKS if name != "squat"}


def test_a_mans_step_down_has_stricter_bands_and_unknown_sex_the_lenient_ones() -> None:
    check = builtin_rubric("step-down").check("SD-F1")
    assert check.bands_for(Plan(sex="female")) == check.bands_for(Plan())
    male = check.bands_for(Plan(sex="male"))
    assert male is not None
    assert (male.good[1], male.caution[1]) == (4, 6)


def knee_at_30_deg(exercise: str, **others: Estimate) -> Finding:
    """Judge a left leg of 30 ± 4 deg FPPA, and whatever else was measured of it."""
    measures = {name: {"left": value} for name, value in {"fppa_deg": Estimate(30, 4), **others}.items()}
    (found,) = judge_rep(
        builtin_rubric(exercise), 1, "left", measures,
        view_kind=ViewKind.FRONT, view_quality=ViewQuality.OK, plan=Plan(), at_s=None,
    )  # fmt: skip
    return found


@pytest.mark.parametrize("exercise", sorted(KNEE))
def test_fppa_never_stands_against_what_contradicts_it(exercise: str) -> None:
    cue = "Point your kneecap over your second toe"
    agrees = knee_at_30_deg(exercise, fppa_change_deg=Estimate(28, 4), kmf_change_pct=Estimate(5, 2))
    assert (agrees.check, agrees.band, agrees.cue) == (KNEE[exercise], F, cue)
    bowed = knee_at_30_deg(exercise, fppa_change_deg=Estimate(-1.1, 4), kmf_change_pct=Estimate(5, 2))
    assert (bowed.band, bowed.cue) == (C, "")
    assert "Contradicted by frontal plane projection angle, change from stance" in bowed.note
    outward = knee_at_30_deg(exercise, fppa_change_deg=Estimate(28, 4), kmf_change_pct=Estimate(-2.1, 2))
    assert (outward.band, outward.cue) == (C, "")
    assert "Contradicted by knee medial to foot, change from stance" in outward.note


@pytest.mark.parametrize("exercise", sorted(KNEE))
def test_what_is_not_surely_too_little_does_not_contradict_fppa(exercise: str) -> None:
    found = knee_at_30_deg(exercise, fppa_change_deg=Estimate(-1, 4), kmf_change_pct=Estimate(-2, 2))
    assert (found.band, found.note) == (F, "")


@pytest.mark.parametrize("exercise", sorted(KNEE))
def test_a_knee_is_a_fault_from_four_chances_in_five_on(exercise: str) -> None:
    check = builtin_rubric(exercise).check(KNEE[exercise])
    sure = [check.bands.is_surely_fault(value, 1.96, check.fault_sureness) for value in (8.84, 8.85)]
    assert sure == [False, True]  # 0.842 standard deviations beyond 8 deg


def test_what_needs_a_prescription_is_not_judged_without_one() -> None:
    unjudged = {check.id for _, check in CHECKS if check.bands_for(Plan()) is None}
    assert {"WS-S1", "WS-S7", "WS-S11", "WS-F4", "WS-F6", "SD-S1", "SQ-S1", "SQ-T2"} <= unjudged
    assert "WS-S1b" not in unjudged, "the depth limit holds whatever is prescribed"


def test_the_depth_limit_is_of_the_wall_squat_alone_and_comes_before_all_else() -> None:
    assert builtin_rubric("wall-squat").check("WS-S1b").precedence is Precedence.SAFETY
    assert [name for name, check in CHECKS if check.precedence is Precedence.SAFETY] == ["wall-squat"]


@pytest.mark.parametrize("name", builtin_names())
def test_no_rubric_judges_knee_flexion_from_the_front(name: str) -> None:
    for check in builtin_rubric(name).checks:
        if check.measure.startswith("knee_flexion"):
            assert check.view is CheckView.SIDE


def test_timing_is_judged_from_every_view() -> None:
    for _, check in CHECKS:
        if check.measure in {"descent_s", "hold_s", "ascent_s", "descent_reversals"}:
            assert check.view is CheckView.ANY


def test_only_cautions_can_come_of_a_free_squats_rise() -> None:
    assert builtin_rubric("squat").check("SQ-T3").bands.caution == (-math.inf, math.inf)


@pytest.mark.parametrize(("exercise", "check"), CHECKS, ids=[check.id for _, check in CHECKS])
def test_a_number_in_a_cue_is_the_aim_of_its_check(exercise: str, check: object) -> None:
    found = builtin_rubric(exercise).check(getattr(check, "id", ""))
    said = [word for cue in (found.cue_low, found.cue_high) for word in cue.split() if word.isdigit()]
    assert said == ([] if found.aim is None else [f"{found.aim:g}"])
