"""Layer: pure functions. Rubrics in words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from formcheck.exercises.describe import CheckRow, describe, notes_in_words
from formcheck.exercises.rubric_file import builtin_names, builtin_rubric, parse_rubric


def row(exercise: str, check: str) -> CheckRow:
    (found,) = [each for each in describe(builtin_rubric(exercise)) if each.id == check]
    return found


@pytest.mark.parametrize("exercise", builtin_names())
def test_there_is_a_row_for_each_check_in_order(exercise: str) -> None:
    rubric = builtin_rubric(exercise)
    assert [each.id for each in describe(rubric)] == [check.id for check in rubric.checks]


@pytest.mark.parametrize(
    ("exercise", "check", "good", "fault"),
    [
        ("wall-squat", "WS-F3", "up to 6°", "above 8°"),
        ("wall-squat", "WS-S3", "up to 1.5 % of leg length", "above 3 % of leg length"),
        ("wall-squat", "WS-F8", "-3 to 3°", "below -6 or above 6°"),
        ("wall-squat", "WS-S1", "target -10 to +5°", "below target -20 or above target +10°"),
        ("wall-squat", "WS-S5", "7 to 15 cm", "never"),
        ("wall-squat", "WS-S6", "at least 2 s", "below 1.2 s"),
        ("wall-squat", "WS-S11", "prescribed reps to +5", "below prescribed reps -2 or above prescribed reps +10"),
    ],
)
def test_bands_are_said_in_words(exercise: str, check: str, good: str, fault: str) -> None:
    assert (row(exercise, check).good, row(exercise, check).fault) == (good, fault)


def test_a_fault_on_one_side_of_bands_with_two_is_said(edited: Callable[[str, str], str]) -> None:
    rubric = parse_rubric(edited("caution = [-6, 4]", "caution = [-inf, 4]").encode(), "mine.toml")
    found = describe(rubric)[0]
    assert (found.good, found.fault) == ("-3 to 2 % of leg length", "above 4 % of leg length")


def test_what_a_check_depends_on_is_said() -> None:
    assert row("wall-squat", "WS-F6").judged == "a ball is prescribed"
    assert row("wall-squat", "WS-S7").judged == "prescribed hold is set"
    assert row("wall-squat", "WS-S3").judged == "a fault only if borne out by foot pitch, heel up"
    assert row("step-down", "SD-F1").judged == (
        "a caution at most where contradicted by frontal plane projection angle, change from stance"
        " or knee medial to foot, change from stance; a fault only if at least 80 % sure"
    )
    assert row("wall-squat", "WS-F1").judged == ""


def test_cues_are_shown_for_both_sides() -> None:
    assert row("wall-squat", "WS-F4").cue == "Try a bigger ball or narrower stance / Try a smaller ball or wider stance"
    assert row("wall-squat", "WS-F10").cue == "(report only)"
    assert row("wall-squat", "WS-S6").view == "front or side"


def test_marks_of_sources_are_written_out() -> None:
    assert row("squat", "SQ-T1").source.startswith("Our own default: a free squat is no slow-tempo exercise")
    assert row("wall-squat", "WS-S6").source.startswith(
        "The guidance: slowly, deliberate tempo. Bands (our own default)"
    )
    shown = " ".join(each.source for name in builtin_names() for each in describe(builtin_rubric(name)))
    assert not re.search(r"\[(E|D|guide)\]| deg\b", shown)
    assert "(follows from geometry)" in shown


@pytest.mark.parametrize("exercise", builtin_names())
def test_notes_say_in_words_what_marks_mean(exercise: str) -> None:
    notes = notes_in_words(builtin_rubric(exercise))
    assert "Our own defaults have no published source and are to be signed by a clinician" in notes
    assert notes[0].isupper()
    assert not re.search(r"\[(E|D|guide)\]| deg\b|\n", notes)
