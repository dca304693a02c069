"""Reading the `[[check]]` tables of a rubric file and holding them against what is known of their measures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from formcheck.exercises.rubric import PRECEDENCE_NAMES, SURE, Bands, Check, Direction, Phase
from formcheck.exercises.toml_table import TomlTable, closest
from formcheck.kinematics.measures.record import CheckView, Measure, Per, Scope
from formcheck.kinematics.measures.registry import MEASURES

MAX_CUE_WORDS: Final = 8
"""A cue is heard while moving: more words than this are not followed."""

_RELATIVE: Final = ("target_depth_deg", "hold_s", "reps", "step_height_cm")
_NEEDS: Final = (*_RELATIVE, "ball")
_SEXES: Final = ("female", "male")
_ALL: Final = (-math.inf, math.inf)
_REP_PHASES: Final = tuple(phase for phase in Phase if phase is not Phase.SET)
_PHASE_OF_SCOPE: Final = {Scope.REP: _REP_PHASES, Scope.SET: (Phase.SET,), Scope.SETUP: (Phase.STAND,)}


def read_checks(tables: Sequence[TomlTable]) -> tuple[Check, ...]:
    """Read every check; problems are recorded in the tables."""
    checks = [_check(table) for table in tables]
    for table, check in zip(tables, checks, strict=True):
        _require_confirmable(table, check, checks)
        _require_comparable(table, check)
    _require_unique(tables, checks)
    return tuple(checks)


def _check(table: TomlTable) -> Check:
    bands = _bands(table)
    report_only = table.flag("report_only", False)
    cue_low, cue_high = _cues(table, bands, report_only)
    relative_to = table.choice("relative_to", _RELATIVE) if table.has("relative_to") else None
    check = Check(
        id=table.text("id"),
        name=table.text("name"),
        measure=table.text("measure"),
        view=CheckView(table.choice("view", list(CheckView))),
        phase=Phase(table.choice("phase", list(Phase))),
        unit=table.text("unit"),
        per=Per(table.choice("per", list(Per))),
        scope=Scope(table.choice("scope", list(Scope))),
        bands=bands or Bands(_ALL, _ALL),
        precedence=PRECEDENCE_NAMES[table.choice("precedence", PRECEDENCE_NAMES)],
        source=table.text("source"),
        persistence_s=table.number("persistence_s", 0.0, at_least=0.0),
        hysteresis=table.number("hysteresis", 0.0, at_least=0.0),
        cue_low=cue_low,
        cue_high=cue_high,
        report_only=report_only,
        relative_to=relative_to,
        needs_plan=table.choice("needs_plan", _NEEDS) if table.has("needs_plan") else relative_to,
        confirm=table.words("confirm"),
        fault_sureness=_sureness(table),
        evidence=_evidence(table),
        alternatives=_alternatives(table),
    )
    if check.measure:
        _fits_measure(table, check)
    table.done()
    return check


def _bands(table: TomlTable) -> Bands | None:
    good, caution = table.interval("good"), table.interval("caution")
    if good is None or caution is None:
        return None
    if not (caution[0] <= good[0] and good[1] <= caution[1]):
        table.problem(
            f"`good` [{good[0]:g}, {good[1]:g}] does not lie inside `caution` [{caution[0]:g}, {caution[1]:g}]", "good"
        )
        return None
    return Bands(good, caution)


def _sureness(table: TomlTable) -> float:
    sureness = table.number("fault_sureness", SURE, at_least=0.5)
    if sureness >= 1:
        table.problem("`fault_sureness` is a probability below 1: no measurement is certain", "fault_sureness")
        return SURE
    return sureness


def _evidence(table: TomlTable) -> dict[str, float]:
    inner = table.table("evidence") if table.has("evidence") else None
    if inner is None:
        return {}
    found: dict[str, float] = {}
    for measure in inner.names:
        if measure not in MEASURES:
            inner.problem(f"unknown measure `{measure}`{closest(measure, MEASURES)}", measure)
        found[measure] = inner.number(measure, 0.0)
    inner.done()
    return found


def _alternatives(table: TomlTable) -> dict[str, Bands]:
    outer = table.table("alternatives") if table.has("alternatives") else None
    if outer is None:
        return {}
    found: dict[str, Bands] = {}
    for sex in _SEXES:
        inner = outer.table(sex) if outer.has(sex) else None
        if inner is not None:
            bands = _bands(inner)
            if bands is not None:
                found[sex] = bands
            inner.done()
    outer.done()
    return found


def _cues(table: TomlTable, bands: Bands | None, report_only: bool) -> tuple[str, str]:
    """Read `cue`, or `cue_low` and `cue_high`; every side that can be off needs one unless it is only reported."""
    keys = ("cue", "cue_low", "cue_high")
    cues = {key: table.text(key) for key in keys if table.has(key)}
    for key, cue in cues.items():
        words = len(cue.split())
        if words > MAX_CUE_WORDS:
            table.problem(f"`{key}` has {words} words; at most {MAX_CUE_WORDS} can be followed while moving", key)
    both = cues.get("cue", "")
    if both and len(cues) > 1:
        table.problem("give `cue` for both sides, or `cue_low` and `cue_high`, not all of them", "cue")
    open_sides = bands.open_directions if bands is not None else None
    sides: tuple[tuple[Direction, str], ...] = (("low", "cue_low"), ("high", "cue_high"))
    for side, key in sides if open_sides is not None else ():
        is_open = open_sides is not None and side in open_sides
        if is_open and key in cues:
            table.problem(f"`{key}` can never be said: no value is too {side}", key)
        if not is_open and not report_only and not both and key not in cues:
            table.problem(f"`{key}` is missing: a value can be too {side} and nothing would be said")
    return cues.get("cue_low", both), cues.get("cue_high", both)


def _fits_measure(table: TomlTable, check: Check) -> None:
    """Hold the check against what is known of its measure."""
    spec: Measure | None = MEASURES.get(check.measure)
    if spec is None:
        table.problem(f"unknown measure `{check.measure}`{closest(check.measure, MEASURES)}", "measure")
        return
    if table.has("unit") and check.unit != spec.unit:
        table.problem(f"`{spec.name}` is in `{spec.unit}`, not `{check.unit}`", "unit")
    if table.has("per") and check.per is not spec.per:
        table.problem(f"`{spec.name}` has a value per {spec.per}, not per {check.per}", "per")
    if table.has("view") and check.view is not spec.view and spec.view is not CheckView.ANY:
        table.problem(f"`{spec.name}` can be measured from the {spec.view} only", "view")
    if table.has("scope") and check.scope not in spec.scopes:
        allowed = " or ".join(sorted(spec.scopes))
        table.problem(f"`{spec.name}` has a value per {allowed}, not per {check.scope}", "scope")
    if table.has("phase") and check.phase not in _PHASE_OF_SCOPE[check.scope]:
        table.problem(f"a check of scope `{check.scope}` has no phase `{check.phase}`", "phase")


def _require_confirmable(table: TomlTable, check: Check, checks: Sequence[Check]) -> None:
    """Require of each confirming measure that the rubric says what is good for it, in the same view and scope."""
    for measure in check.confirm:
        fits = [
            each for each in checks
            if each.measure == measure and each.scope is check.scope and each.view in (check.view, CheckView.ANY)
        ]  # fmt: skip
        if measure == check.measure or not fits:
            table.problem(f"`{measure}` cannot confirm: no other check of this view and scope judges it", "confirm")


def _require_comparable(table: TomlTable, check: Check) -> None:
    """Require of each measure that may contradict that it is one of the same leg or body, view and scope."""
    for measure in check.evidence:
        spec = MEASURES.get(measure)
        if spec is None:
            continue
        fits = spec.per is check.per and check.scope in spec.scopes and spec.view in (check.view, CheckView.ANY)
        if measure == check.measure or not fits:
            table.problem(f"`{measure}` is no evidence: it is not measured of the same leg, view and scope", "evidence")


def _require_unique(tables: Sequence[TomlTable], checks: Sequence[Check]) -> None:
    first_line: dict[str, int] = {}
    for table, check in zip(tables, checks, strict=True):
        if check.id and check.id in first_line:
            table.problem(f"the id `{check.id}` is already taken on line {first_line[check.id]}", "id")
        first_line.setdefault(check.id, table.line("id"))
