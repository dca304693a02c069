"""Layer: pure functions. From values at a moment to the faults that have lasted."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from formcheck.exercises.finding import Band, Finding
from formcheck.exercises.live_checks import LiveJudge
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Rubric
from formcheck.exercises.rubric_file import builtin_rubric, parse_rubric
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.live_measures import LIVE_MEASURES
from formcheck.kinematics.view import ViewKind, ViewQuality

Values = Mapping[str, Mapping[str, Estimate | None]]
DT = 1 / 30


def knee(
    fppa: float, change: float | None = None, *, out: float = 0.0, leg: str = "left", error: float = 0.2
) -> Values:
    """Return a knee that points inward by `fppa` deg, `change` of it since stance, and went `out` % over the toe."""
    other = {"left": "right", "right": "left"}[leg]
    return {
        "fppa_deg": {leg: Estimate(fppa, error), other: None},
        "fppa_change_deg": {leg: Estimate(fppa if change is None else change, error), other: None},
        "kmf_change_pct": {leg: Estimate(-out, error), other: None},
    }


def over_toe(kmf: float) -> Values:
    """Return a knee that lies `kmf` % of the leg medial to the foot, as the rubric of the tests judges it."""
    return {"kmf_pct": {"left": Estimate(kmf, 0.2), "right": None}}


class Stream:
    """Feeds a judge 30 values a second."""

    def __init__(
        self,
        rubric: Rubric | None = None,
        plan: Plan | None = None,
        *,
        view: ViewKind = ViewKind.FRONT,
        told: ViewKind | None = None,
    ) -> None:
        self.judge = LiveJudge(rubric or builtin_rubric("wall-squat"), plan or Plan(), told)
        self.view, self.t_s = view, 0.0

    def feed(
        self,
        values: Values,
        lasts_s: float = DT,
        phase: str = "hold",
        leg: str = "both",
        quality: ViewQuality = ViewQuality.OK,
    ) -> list[list[Finding]]:
        """Return the faults of each frame."""
        result = []
        for _ in range(max(1, round(lasts_s / DT))):
            self.t_s += DT
            result.append(self.judge.judge(self.t_s, phase, leg, values, self.view, quality))
        return result


def checks(findings: list[Finding]) -> set[str]:
    return {finding.check for finding in findings}


def test_a_fault_is_told_once_it_has_lasted_three_tenths_of_a_second() -> None:
    faults = Stream().feed(knee(10.0), 0.6)
    first = next(i for i, found in enumerate(faults) if found)
    assert 0.3 <= first * DT < 0.3 + 2 * DT
    assert all(faults[first:])


def test_what_is_told_is_a_fault_with_its_cue_leg_and_time() -> None:
    stream = Stream()
    found = stream.feed(knee(10.0, leg="right"), 0.5)[-1]
    assert checks(found) == {"WS-F3"}
    assert {(each.band, each.leg, each.cue, each.at_s) for each in found} == {
        (Band.FAULT, "right", "Point your kneecap over your second toe", stream.t_s)
    }


def test_a_fault_that_comes_and_goes_is_not_told() -> None:
    stream = Stream()
    for _ in range(20):
        assert not any(stream.feed(knee(10.0), 0.2))
        assert not any(stream.feed(knee(0.0), 0.1))


@pytest.mark.parametrize("values", [knee(7.0), knee(0.0), knee(10.0, error=5.0)])
def test_cautions_good_values_and_doubtful_ones_are_not_told(values: Values) -> None:
    assert not any(Stream().feed(values, 1.0))


def test_once_a_fault_it_stays_until_the_value_is_clearly_back() -> None:
    stream = Stream()  # the fault's edge is at 8 deg, its hysteresis 2 deg
    assert checks(stream.feed(knee(10.0), 0.5)[-1]) == {"WS-F3"}
    (still,) = stream.feed(knee(6.1))
    assert [(each.check, each.band, each.cue, each.value) for each in still] == [
        ("WS-F3", Band.FAULT, "Point your kneecap over your second toe", 6.1)
    ]
    assert stream.feed(knee(6.0)) == [[]]
    assert stream.feed(knee(7.9), 1.0)[-1] == []


def test_a_knee_is_told_of_from_four_chances_in_five_on() -> None:
    assert any(Stream().feed(knee(10.0, error=4.6), 1.0))  # 0.852 of its standard deviations beyond 8 deg
    assert not any(Stream().feed(knee(10.0, error=4.7), 1.0))  # 0.834


def test_back_in_the_fault_it_must_last_again() -> None:
    stream = Stream()
    stream.feed(knee(10.0), 0.5)
    stream.feed(knee(0.0))
    assert stream.feed(knee(10.0)) == [[]]


def test_a_fault_needs_what_confirms_it() -> None:
    def told(**values: Estimate) -> set[str]:
        measured = {name: {"left": value, "right": None} for name, value in values.items()}
        return checks(Stream(view=ViewKind.SIDE).feed(measured, 1.0)[-1])

    lifted, level, pitched = Estimate(5.0, 0.5), Estimate(1.0, 0.5), Estimate(14.0, 1.0)
    assert told(heel_lift_pct=lifted) == set()
    assert told(heel_lift_pct=lifted, foot_pitch_deg=level) == set()
    assert told(heel_lift_pct=lifted, foot_pitch_deg=pitched) == {"WS-S3", "WS-S3b"}


@pytest.mark.parametrize("contradicted", [knee(10.0, change=2.7), knee(10.0, out=0.3)])
def test_a_fault_that_is_contradicted_is_not_told(contradicted: Values) -> None:
    assert not any(Stream().feed(contradicted, 1.0))


@pytest.mark.parametrize("borne", [knee(10.0, change=2.8), knee(10.0, out=0.2)])
def test_a_fault_that_may_be_as_the_others_say_is_told(borne: Values) -> None:
    assert checks(Stream().feed(borne, 1.0)[-1]) == {"WS-F3"}


@pytest.mark.parametrize("without", ["fppa_change_deg", "kmf_change_pct"])
def test_evidence_that_is_not_measured_keeps_no_fault_back(without: str) -> None:
    values = {name: legs for name, legs in knee(10.0).items() if name != without}
    assert checks(Stream().feed(values, 1.0)[-1]) == {"WS-F3"}


def test_a_fault_that_is_being_told_ends_when_it_is_contradicted_and_must_last_again() -> None:
    stream = Stream()
    assert any(stream.feed(knee(10.0), 0.5))
    assert stream.feed(knee(10.0, out=2.0)) == [[]]
    assert stream.feed(knee(10.0)) == [[]]
    assert checks(stream.feed(knee(10.0), 0.4)[-1]) == {"WS-F3"}


@pytest.mark.parametrize("exercise", ["single-leg-squat", "squat", "step-down", "wall-squat"])
def test_evidence_is_among_what_is_measured_while_it_may_contradict(exercise: str) -> None:
    judge = LiveJudge(builtin_rubric(exercise), Plan())
    of_the_knee = {"fppa_deg", "fppa_change_deg", "kmf_change_pct"}
    assert of_the_knee <= judge.measures_in("hold")
    assert of_the_knee <= LIVE_MEASURES
    for phase in ("stand", "descent", "ascent"):
        assert of_the_knee.isdisjoint(judge.measures_in(phase))


def test_what_confirms_need_not_be_spoken_of_live_itself(text: str) -> None:
    lasting = text.replace("persistence_s = 0.3\n", "").replace("confirm =", "persistence_s = 0.3\nconfirm =")
    values = {"fppa_deg": {"left": Estimate(30.0, 1.0)}, **over_toe(6.0)}
    assert checks(Stream(parse_rubric(lasting.encode(), "mine.toml")).feed(values, 1.0)[-1]) == {"T-2"}


@pytest.mark.parametrize(("phase", "told"), [("stand", False), ("descent", False), ("hold", True), ("ascent", False)])
def test_what_belongs_to_the_hold_is_judged_in_the_hold_alone(phase: str, told: bool) -> None:
    assert any(Stream().feed(knee(10.0), 1.0, phase)) is told


@pytest.mark.parametrize(("phase", "told"), [("stand", False), ("descent", True), ("hold", True), ("ascent", True)])
def test_what_belongs_to_the_whole_rep_is_judged_throughout_it(phase: str, told: bool) -> None:
    leans = {"trunk_flexion_deg": {"both": Estimate(20.0, 1.0)}}
    assert any(Stream(view=ViewKind.SIDE).feed(leans, 1.0, phase)) is told


def test_the_bottom_of_a_step_down_is_its_hold_and_only_the_standing_leg_is_judged() -> None:
    stream = Stream(builtin_rubric("step-down"))
    assert any(stream.feed(knee(10.0, leg="left"), 0.5, leg="left"))
    assert not any(stream.feed(knee(10.0, leg="left"), 0.5, leg="right"))
    assert not any(stream.feed(knee(10.0, leg="left"), 0.5, "descent", "left"))


def test_a_fault_ends_with_its_phase() -> None:
    stream = Stream()
    stream.feed(knee(10.0), 0.5)
    stream.feed(knee(10.0), phase="ascent")
    assert stream.feed(knee(10.0)) == [[]]


def test_a_fault_is_forgotten_when_it_cannot_be_measured() -> None:
    stream = Stream()
    stream.feed(knee(10.0), 0.5)
    assert stream.feed({"fppa_deg": {"left": None, "right": None}}) == [[]]
    assert stream.feed(knee(10.0)) == [[]]


def test_nothing_has_lasted_through_a_time_in_which_nothing_was_seen() -> None:
    stream = Stream()
    stream.feed(knee(10.0), 0.2)
    stream.t_s += 2.0
    assert stream.feed(knee(10.0)) == [[]]


def test_a_view_that_cannot_carry_a_fault_makes_none() -> None:
    assert not any(Stream().feed(knee(10.0), 1.0, quality=ViewQuality.REFUSED))


def test_in_a_view_of_low_confidence_the_interval_of_the_knee_decides() -> None:
    assert not any(Stream().feed(knee(10.0, error=6.0), 1.0, quality=ViewQuality.LOW))
    assert any(Stream().feed(knee(10.0, error=2.0), 1.0, quality=ViewQuality.LOW))


def test_checks_of_another_view_are_left_out() -> None:
    assert not any(Stream(view=ViewKind.SIDE).feed(knee(10.0), 1.0))
    assert not any(Stream(told=ViewKind.SIDE).feed(knee(10.0), 1.0))
    assert any(Stream(told=ViewKind.FRONT).feed(knee(10.0), 1.0))


def test_depth_is_judged_by_what_was_prescribed_and_by_what_is_safe() -> None:
    deep = {"knee_flexion_max_deg": {"left": Estimate(95.0, 2.0), "right": None}}
    assert checks(Stream(view=ViewKind.SIDE).feed(deep, 1.0)[-1]) == {"WS-S1b"}
    asked = Stream(plan=Plan(target_depth_deg=60.0), view=ViewKind.SIDE).feed(deep, 1.0)[-1]
    assert checks(asked) == {"WS-S1", "WS-S1b"}


def test_checks_of_a_whole_rep_or_set_or_the_stance_are_not_judged_at_a_moment(rubric: Rubric) -> None:
    values = {
        "descent_s": {"both": Estimate(0.5, 0.0)},
        "stance_width_ratio": {"both": Estimate(3.0, 0.0)},
        "fppa_deg": {"left": Estimate(30.0, 0.0)},
        **over_toe(6.0),
    }
    assert checks(Stream(rubric).feed(values, 1.0)[-1]) == {"T-1"}


def test_hysteresis_wider_than_the_band_never_traps_a_good_value(text: str) -> None:
    wide = text.replace("persistence_s = 0.3", "persistence_s = 0.3\nhysteresis = 50.0", 1)
    stream = Stream(parse_rubric(wide.encode(), "mine.toml"))
    assert any(stream.feed(over_toe(6.0), 0.5))
    assert stream.feed(over_toe(1.0)) == [[]]


def test_the_rep_is_handed_on() -> None:
    judge = LiveJudge(builtin_rubric("wall-squat"), Plan())
    for i in range(15):
        found = judge.judge(i * DT, "hold", "both", knee(10.0), ViewKind.FRONT, ViewQuality.OK, rep=4)
    assert {each.rep for each in found} == {4}
