"""Layer: pure functions. Numbers and names as people read them."""

from __future__ import annotations

import pytest

from formcheck.exercises.words import NOT_MEASURED, counted, estimate_text, label_of, listed, value_text
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.kinematics.measures.units import leg_column, split_unit
from formcheck.report.words import glossary_of


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        ("fppa_deg", 13.6, "14°"),
        ("fppa_deg", -3.2, "−3°"),
        ("fppa_deg", -0.3, "0°"),
        ("kmf_pct", 5.34, "5.3 %"),
        ("hold_s", 2.96, "3.0 s"),
        ("kasr", 1.047, "1.05"),
        ("touch_downs", 2.0, "2"),
        ("fppa_deg", float("nan"), NOT_MEASURED),
        ("fppa_deg", None, NOT_MEASURED),
    ],
)
def test_value_carries_its_unit_and_no_false_precision(measure: str, value: float | None, text: str) -> None:
    assert value_text(measure, value) == text


def test_estimate_carries_its_uncertainty() -> None:
    assert estimate_text("fppa_deg", Estimate(13.6, 3.1)) == "14 ± 3°"
    assert estimate_text("kmf_pct", Estimate(-1.26, 1.4)) == "−1.3 ± 1.4 %"


def test_small_uncertainty_is_never_shown_as_none() -> None:
    assert estimate_text("knee_flexion_max_deg", Estimate(60.0, 0.2)) == "60 ± 1°"


def test_unknown_uncertainty_is_left_out() -> None:
    assert estimate_text("fppa_deg", Estimate(13.6, float("nan"))) == "14°"


def test_missing_estimate_is_a_dash() -> None:
    assert estimate_text("fppa_deg", None) == NOT_MEASURED


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_every_measure_has_a_name_without_its_unit(measure: str) -> None:
    label = label_of(measure)
    assert label[0].isupper()
    assert "_" not in label


def test_measure_nobody_described_is_named_in_plain_words() -> None:
    assert label_of("big_toe_angle_deg") == "Big toe angle"


def test_glossary_gives_the_sign_of_the_knee_line_once() -> None:
    terms = glossary_of(["fppa_deg", "kmf_pct", "fppa_deg", "unheard_of_deg"])
    assert [term.label for term in terms] == ["Knee alignment (FPPA)", "Knee over foot (KMF)"]
    assert "inward (valgus)" in terms[0].meaning


@pytest.mark.parametrize(
    ("measure", "column"),
    [
        ("fppa_deg", "fppa_left_deg"),
        ("knee_speed_deg_per_s", "knee_speed_left_deg_per_s"),
        ("kmf_change_pct", "kmf_change_left_pct"),
        ("touch_downs", "touch_downs_left"),
        ("kasr", "kasr_left"),
    ],
)
def test_leg_goes_before_the_unit(measure: str, column: str) -> None:
    assert leg_column(measure, "left") == column


def test_name_without_a_unit_is_left_whole() -> None:
    assert split_unit("kasr") == ("kasr", "")


def test_lists_read_as_sentences_do() -> None:
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert [counted(1, "rep"), counted(0, "rep")] == ["1 rep", "0 reps"]
