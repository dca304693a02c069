"""Layer: pure functions. What to change first, and what to praise."""

from __future__ import annotations

from dataclasses import replace

from formcheck.exercises.advice import first_change, praise
from formcheck.exercises.finding import Band, Finding
from formcheck.exercises.rubric import Precedence

KNEE = Finding(
    check="SD-F1", name="knee over the foot", rep=1, leg="left", measure="fppa_deg", value=14, error=5, band=Band.FAULT,
    cue="Point your kneecap over your second toe", at_s=3.0, precedence=Precedence.KNEE_ALIGNMENT,
)  # fmt: skip
TEMPO = Finding(
    check="SD-S5", name="time down", rep=1, leg="both", measure="descent_s", value=1, error=0.1, band=Band.FAULT,
    cue="Lower slowly: one, two, three", at_s=3.0, precedence=Precedence.TEMPO,
)  # fmt: skip


def good(finding: Finding, *reps: int | None) -> list[Finding]:
    return [replace(finding, rep=rep, band=Band.GOOD, cue="") for rep in reps]


def bad(finding: Finding, *reps: int | None, band: Band = Band.FAULT, leg: str | None = None) -> list[Finding]:
    return [replace(finding, rep=rep, band=band, leg=leg or finding.leg) for rep in reps]


def test_the_knee_comes_before_the_tempo_though_the_tempo_is_worse() -> None:
    findings = bad(TEMPO, 1, 2, 3, 4) + bad(KNEE, 1, 2, band=Band.CAUTION) + good(KNEE, 3, 4)
    assert [advice.check for advice in first_change(findings)] == ["SD-F1", "SD-S5"]


def test_within_a_class_a_fault_comes_before_a_caution() -> None:
    other = replace(KNEE, check="SD-S4", cue="Reach your hips back")
    findings = bad(KNEE, 1, 2, 3, band=Band.CAUTION) + bad(other, 1, 2)
    assert [advice.check for advice in first_change(findings)] == ["SD-S4", "SD-F1"]


def test_an_advice_names_its_reps_leg_and_worst_band() -> None:
    (advice,) = first_change(bad(KNEE, 2, band=Band.CAUTION) + bad(KNEE, 4) + good(KNEE, 1, 3))
    assert (advice.reps, advice.leg, advice.band) == ((2, 4), "left", Band.FAULT)
    assert (advice.name, advice.cue) == ("knee over the foot", "Point your kneecap over your second toe")


def test_what_lasts_comes_before_a_fault_seen_once() -> None:
    findings = bad(KNEE, 5) + good(KNEE, 1, 2, 3, 4, 6) + bad(TEMPO, 1, 2) + good(TEMPO, 3, 4, 5, 6)
    assert [advice.check for advice in first_change(findings)] == ["SD-S5", "SD-F1"]


def test_safety_comes_first_though_seen_once() -> None:
    depth = replace(KNEE, check="WS-S1b", cue="Too deep: stay higher", precedence=Precedence.SAFETY)
    findings = bad(depth, 9) + good(depth, *range(1, 9)) + bad(KNEE, *range(1, 9))
    assert first_change(findings)[0].check == "WS-S1b"


def test_a_caution_seen_once_is_advice_only_where_there_is_nothing_else() -> None:
    once = bad(TEMPO, 1, band=Band.CAUTION) + good(TEMPO, 2, 3, 4, 5)
    assert [advice.check for advice in first_change(once)] == ["SD-S5"]
    assert [advice.check for advice in first_change(once + bad(KNEE, 2, 3))] == ["SD-F1"]


def test_one_rep_in_three_is_enough() -> None:
    findings = bad(TEMPO, 1, band=Band.CAUTION) + good(TEMPO, 2, 3) + bad(KNEE, 1, 2)
    assert {advice.check for advice in first_change(findings)} == {"SD-F1", "SD-S5"}


def test_the_same_cue_is_one_advice() -> None:
    moving = replace(KNEE, check="SD-F1b", name="knee moving inward")
    (advice,) = first_change(bad(KNEE, 1, 2) + bad(moving, 2, 3))
    assert (advice.check, advice.reps) == ("SD-F1", (1, 2, 3))


def test_both_legs_are_named_only_where_each_shows_it_often_enough() -> None:
    rest = good(KNEE, *range(3, 11))
    assert first_change(bad(KNEE, 1, 2) + bad(KNEE, 1, leg="right") + rest)[0].leg == "left"
    assert first_change(bad(KNEE, 1, 2) + bad(KNEE, 1, 2, leg="right") + rest)[0].leg == "both"


def test_a_finding_about_the_whole_set_lasts() -> None:
    drift = replace(KNEE, check="WS-F11", cue="Rest now, restart fresh")
    findings = bad(drift, None, band=Band.CAUTION) + good(KNEE, *range(1, 11))
    (advice,) = first_change(findings)
    assert (advice.check, advice.reps, advice.leg) == ("WS-F11", (), "left")


def test_what_has_no_cue_is_no_advice() -> None:
    assert first_change([replace(KNEE, cue="")]) == []
    assert first_change([]) == []


def test_only_what_was_good_in_every_rep_is_praised() -> None:
    findings = good(KNEE, 1, 2) + bad(TEMPO, 1) + good(TEMPO, 2)
    assert praise(findings) == "Good in every rep: knee over the foot."
    assert praise(good(TEMPO, 1, 2) + good(KNEE, 1, 2)) == "Good in every rep: knee over the foot; time down."


def test_what_was_not_judged_in_every_rep_is_not_praised() -> None:
    assert praise(good(KNEE, 1) + bad(TEMPO, 1, 2)) == ""
    assert praise([]) == ""


def test_a_limit_that_was_kept_is_not_praised_beside_a_depth_that_is_off() -> None:
    limit = [replace(each, check="WS-S1b", name="depth limit", precedence=0) for each in good(KNEE, 1, 2)]
    assert praise(limit) == "Good in every rep: depth limit."
    assert praise(limit + bad(KNEE, 1, 2)) == ""
