"""Layer: the registry of measures: what a record must say, and what the rest of the program takes from it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import formcheck
from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.kinematics.measures.error_rules import LegTremble, Turned, TurnRule, scatter_alone
from formcheck.kinematics.measures.record import (
    CheckView,
    Derivation,
    DerivedFrom,
    ErrorRule,
    Measure,
    NoErrorOfItsOwn,
    Per,
    Reduction,
    Scope,
    Series,
)
from formcheck.kinematics.measures.registry import DEPTH, MEASURES, SERIES, measure_of, registered
from formcheck.kinematics.noise import value_noise
from formcheck.kinematics.uncertainty import estimate
from formcheck.pose.landmarks import Side

from ..skeleton import LEFT, Person
from .sets import filmed, measured

ROOT = Path(formcheck.__file__).parent
MOST_FILES = 8
"""That may name one measure: its record, others that speak of it, the function that makes it, truths of it."""

GIVEN = [measure for measure in MEASURES.values() if isinstance(measure.error, ErrorRule)]


def new_measure(error: ErrorRule | NoErrorOfItsOwn, *, live: bool = False) -> Measure:
    return Measure(
        name="new_deg",
        title="something new",
        unit="deg",
        per=Per.LEG,
        view=CheckView.SIDE,
        error=error,
        series=Series("new_deg"),
        reduction=Reduction.BOTTOM,
        live=live,
    )


def test_a_measure_without_a_model_spread_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="spread"):
        ErrorRule(noise=scatter_alone)  # type: ignore[call-arg]
    for spread in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="model spread"):
            ErrorRule(spread, scatter_alone)


def test_a_measure_without_a_noise_rule_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="noise"):
        ErrorRule(2.0)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="noise"):
        ErrorRule(2.0, None)  # type: ignore[arg-type]


def test_a_measure_without_an_error_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="error"):
        Measure(name="new_deg", title="new", unit="deg", per=Per.LEG, view=CheckView.SIDE)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="new_deg"):
        new_measure(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("live", [False, True])
def test_what_is_measured_cannot_go_without_an_error_of_its_own(live: bool) -> None:
    with pytest.raises(ValueError, match="new_deg"):
        new_measure(NoErrorOfItsOwn("nobody knows"), live=live)
    with pytest.raises(ValueError, match="new_deg"):
        replace(new_measure(ErrorRule(1.0, scatter_alone)), series=None)


@pytest.mark.parametrize("how", [Derivation.DIFFERENCE, Derivation.DRIFT])
def test_a_difference_cannot_go_without_what_its_signs_mean(how: Derivation) -> None:
    derived = replace(MEASURES["fppa_drift_deg"], derived_from=DerivedFrom("fppa_deg", how))
    with pytest.raises(ValueError, match="signs"):
        replace(derived, zero="")


def test_an_unknown_measure_has_no_noise_instead_of_none() -> None:
    m = measured(filmed(Person("squat")))
    with pytest.raises(KeyError):
        value_noise("no_such_deg", Side.LEFT, m.tremble_px, m.standing)
    with pytest.raises(KeyError):
        estimate("no_such_deg", 1.0)


def test_a_name_is_given_once_and_names_of_others_are_known() -> None:
    measure = new_measure(ErrorRule(1.0, scatter_alone))
    assert list(registered([measure])) == ["new_deg"]
    with pytest.raises(ValueError, match="twice"):
        registered([measure, measure])
    with pytest.raises(ValueError, match="no_such_pct"):
        registered([replace(measure, borne_out_by="no_such_pct")])


def test_the_two_names_of_depth_are_one_measure() -> None:
    assert measure_of("knee_flexion_deg") is MEASURES[DEPTH]
    assert measure_of(DEPTH) is MEASURES[DEPTH]
    assert measure_of("drop_pct") is None
    assert measure_of("kmd_pct") is MEASURES["kmd_pct"]


@pytest.mark.parametrize("measure", GIVEN, ids=lambda measure: measure.name)
def test_trembling_landmarks_never_make_a_value_surer(measure: Measure) -> None:
    still = LegTremble(0, 0, 0, 0, 0, 200.0, 200.0, 400.0, 250.0)
    noise = measure.error_rule.noise
    assert noise(still) == 0
    trembling = [noise(LegTremble(*(px,) * 5, 200.0, 200.0, 400.0, 250.0)) for px in (1.0, 2.0, 4.0)]
    assert trembling == pytest.approx([trembling[0], 2 * trembling[0], 4 * trembling[0]])


TURN_RULES = [(measure.name, measure.error_rule.turn) for measure in GIVEN if measure.error_rule.turn is not None]


@pytest.mark.parametrize("rule", [rule for _, rule in TURN_RULES], ids=[name for name, _ in TURN_RULES])
def test_a_turn_that_is_known_makes_nothing_unsure(rule: TurnRule) -> None:
    square = Turned(0.0, 0.0, 30.0, 25.0, 22.0, 20.0)
    turned = Turned(3.0, 6.0, 30.0, 25.0, 22.0, 20.0)
    assert rule.spread(square) == pytest.approx(0.0, abs=1e-12)
    assert rule.spread(turned) > 0


def test_every_series_that_is_measured_is_registered() -> None:
    for person in (Person("squat"), Person("squat", yaw_deg=90.0), Person("step-down", stance=LEFT)):
        m = measured(filmed(person), person.exercise)
        assert set(m.series.per_leg) | set(m.series.whole_body) <= set(SERIES)


def test_what_a_rubric_judges_in_a_rep_is_a_measure_of_reps() -> None:
    for name in builtin_names():
        for check in builtin_rubric(name).checks:
            assert check.scope in MEASURES[check.measure].scopes
    assert Scope.REP in MEASURES[DEPTH].scopes


def test_a_measure_is_named_in_few_files() -> None:
    named = {path.relative_to(ROOT): set(names_in(path)) for path in ROOT.rglob("*") if path.suffix in (".py", ".js")}
    # The times are also fields of a rep, and of what a plan prescribes.
    for name in set(MEASURES) - {measure.name for measure in MEASURES.values() if measure.unit == "s"}:
        files = sorted(str(path) for path, names in named.items() if name in names)
        assert len(files) <= MOST_FILES, (name, files)


def names_in(path: Path) -> Iterator[str]:
    """Yield every text in the code of a file that may be the name of a measure; what stands in docstrings is not."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        yield from re.findall(r"[\"'](\w+)[\"']", text)
        return
    yield from (
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def test_records_are_read_in_an_order_that_is_told() -> None:
    shown = [m.place for m in MEASURES.values() if m.compared]
    assert len(set(shown)) == len(shown)
    assert np.isfinite(shown).all()
