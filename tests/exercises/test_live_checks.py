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
from formcheck.kinematics.view import ViewKind, ViewQuality

Values = Mapping[str, Mapping[str, Estimate | None]]
DT = 1 / 30


def knee(kmf: float, change: float | None = None, *, leg: str = "left", error: float = 0.2) -> Values:
    """Return a knee that lies `kmf` % of the leg medial to the foot, and has moved there from stance by `change`."""
    other = {"left": "right", "right": "left"}[leg]
    return {
        "kmf_pct": {leg: Estimate(kmf, error), other: None},
        "kmf_change_pct": {leg: Estimate(kmf if change is None else change, error), other: None},
    }


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
    faults = Stream().feed(knee(6.0), 0.6)
    first = next(i for i, found in enumerate(faults) if found)
    assert 0.3 <= first * DT < 0.3 + 2 * DT
    assert all(faults[first:])


def test_what_is_told_is_a_fault_with_its_cue_leg_and_time() -> None:
    stream = Stream()
    found = stream.feed(knee(6.0, leg="right"), 0.5)[-1]
    assert checks(found) == {"WS-F3", "WS-F3b"}
    assert {(each.band, each.leg, each.cue, each.at_s) for each in found} == {
        (Band.FAULT, "right", "Point your kneecap over your second toe", stream.t_s)
    }


def test_a_fault_that_comes_and_goes_is_not_told() -> None:
    stream = Stream()
    for _ in range(20):
        assert not any(stream.feed(knee(6.0), 0.2))
        assert not any(stream.feed(knee(0.0), 0.1))


@pytest.mark.parametrize("values", [knee(3.0), knee(0.0), knee(6.0, error=3.0)])
def test_cautions_good_values_and_doubtful_ones_are_not_told(values: Values) -> None:
    assert not any(Stream().feed(values, 1.0))


def test_once_a_fault_it_stays_until_the_value_is_clearly_back() -> None:
    stream = Stream()  # the fault's edge is at 4 %, its hysteresis 1 %
    assert checks(stream.feed(knee(6.0), 0.5)[-1]) == {"WS-F3", "WS-F3b"}
    (still,) = stream.feed(knee(3.5))
    assert checks(still) == {"WS-F3", "WS-F3b"}
    assert {(each.band, each.cue, each.value) for each in still} == {
        (Band.FAULT, "Point your kneecap over your second toe", 3.5)
    }
    assert stream.feed(knee(2.9)) == [[]]
    assert stream.feed(knee(3.5), 1.0)[-1] == []


def test_back_in_the_fault_it_must_last_again() -> None:
    stream = Stream()
    stream.feed(knee(6.0), 0.5)
    stream.feed(knee(0.0))
    assert stream.feed(knee(6.0)) == [[]]


def test_a_fault_needs_what_confirms_it() -> None:
    assert not any(Stream().feed(knee(6.0, change=0.0), 1.0))
    assert not any(Stream().feed({"kmf_pct": knee(6.0)["kmf_pct"]}, 1.0))
    common = {"fppa_common_deg": {"both": Estimate(14.0, 1.0)}}
    assert not any(Stream().feed(common, 1.0))
    assert "WS-F5" in checks(Stream().feed({**common, **knee(6.0)}, 1.0)[-1])


def test_what_confirms_need_not_be_spoken_of_live_itself(text: str) -> None:
    lasting = text.replace("persistence_s = 0.3\n", "").replace("confirm =", "persistence_s = 0.3\nconfirm =")
    values = {"fppa_deg": {"left": Estimate(30.0, 1.0)}, **knee(6.0)}
    assert checks(Stream(parse_rubric(lasting.encode(), "mine.toml")).feed(values, 1.0)[-1]) == {"T-2"}


@pytest.mark.parametrize(("phase", "told"), [("stand", False), ("descent", False), ("hold", True), ("ascent", False)])
def test_what_belongs_to_the_hold_is_judged_in_the_hold_alone(phase: str, told: bool) -> None:
    assert any(Stream().feed(knee(6.0), 1.0, phase)) is told


@pytest.mark.parametrize(("phase", "told"), [("stand", False), ("descent", True), ("hold", True), ("ascent", True)])
def test_what_belongs_to_the_whole_rep_is_judged_throughout_it(phase: str, told: bool) -> None:
    leans = {"trunk_flexion_deg": {"both": Estimate(20.0, 1.0)}}
    assert any(Stream(view=ViewKind.SIDE).feed(leans, 1.0, phase)) is told


def test_the_bottom_of_a_step_down_is_its_hold_and_only_the_standing_leg_is_judged() -> None:
    stream = Stream(builtin_rubric("step-down"))
    assert any(stream.feed(knee(6.0, leg="left"), 0.5, leg="left"))
    assert not any(stream.feed(knee(6.0, leg="left"), 0.5, leg="right"))
    assert not any(stream.feed(knee(6.0, leg="left"), 0.5, "descent", "left"))


def test_a_fault_ends_with_its_phase() -> None:
    stream = Stream()
    stream.feed(knee(6.0), 0.5)
    stream.feed(knee(6.0), phase="ascent")
    assert stream.feed(knee(6.0)) == [[]]


def test_a_fault_is_forgotten_when_it_cannot_be_measured() -> None:
    stream = Stream()
    stream.feed(knee(6.0), 0.5)
    assert stream.feed({"kmf_pct": {"left": None, "right": None}}) == [[]]
    assert stream.feed(knee(6.0)) == [[]]


def test_nothing_has_lasted_through_a_time_in_which_nothing_was_seen() -> None:
    stream = Stream()
    stream.feed(knee(6.0), 0.2)
    stream.t_s += 2.0
    assert stream.feed(knee(6.0)) == [[]]


@pytest.mark.parametrize("quality", [ViewQuality.LOW, ViewQuality.REFUSED])
def test_a_view_that_cannot_carry_a_fault_makes_none(quality: ViewQuality) -> None:
    assert not any(Stream().feed(knee(6.0), 1.0, quality=quality))


def test_checks_of_another_view_are_left_out() -> None:
    assert not any(Stream(view=ViewKind.SIDE).feed(knee(6.0), 1.0))
    assert not any(Stream(told=ViewKind.SIDE).feed(knee(6.0), 1.0))
    assert any(Stream(told=ViewKind.FRONT).feed(knee(6.0), 1.0))


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
        **knee(6.0),
    }
    assert checks(Stream(rubric).feed(values, 1.0)[-1]) == {"T-1"}


def test_hysteresis_wider_than_the_band_never_traps_a_good_value(text: str) -> None:
    wide = text.replace("persistence_s = 0.3", "persistence_s = 0.3\nhysteresis = 50.0", 1)
    stream = Stream(parse_rubric(wide.encode(), "mine.toml"))
    assert any(stream.feed(knee(6.0), 0.5))
    assert stream.feed(knee(1.0)) == [[]]


def test_the_rep_is_handed_on() -> None:
    judge = LiveJudge(builtin_rubric("wall-squat"), Plan())
    for i in range(15):
        found = judge.judge(i * DT, "hold", "both", knee(6.0), ViewKind.FRONT, ViewQuality.OK, rep=4)
    assert {each.rep for each in found} == {4}
