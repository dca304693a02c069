"""A rubric in words: one row a check, for `formcheck exercises show` and for reports."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

from formcheck.exercises.finding import SURE, Interval
from formcheck.exercises.rubric import Check, Rubric
from formcheck.exercises.words import sentence_case
from formcheck.kinematics.measures.record import CheckView
from formcheck.kinematics.measures.registry import MEASURES

_ANY_VIEW: Final = "front or side"
_PRESCRIBED: Final = {
    "target_depth_deg": "target",
    "hold_s": "prescribed hold",
    "reps": "prescribed reps",
    "step_height_cm": "step height",
}

_MARKS: Final = {"[guide]": "the guidance", "[E]": "our own default", "[D]": "follows from geometry"}
"""How a rubric's source marks what no study says (`docs/rubrics.md`)."""
_MEANINGS: Final = {
    "[guide] ": "",
    "[E] engineering default without a published source, to be": (
        "Our own defaults have no published source and are to be"
    ),
    "[D] derived by geometry. ": "",
}
"""What notes say that the marks mean, and what stands for it where they are written out."""
_DEGREES: Final = re.compile(r" deg\b")


@dataclass(frozen=True)
class CheckRow:
    """A check for people."""

    id: str
    name: str
    measured: str
    view: str
    phase: str
    good: str
    """Such as `-3 to 2 % of leg length`, `up to 5°`, `at least 2 s`, `target -10 to +5°`."""
    fault: str
    """Such as `above 4 % of leg length`; `never`. What is neither good nor a fault is a caution."""
    cue: str
    """With ` / ` between the cues for too low and too high; `(report only)` where nothing is said."""
    judged: str
    """What has to be prescribed or to agree for it; empty where it is always judged."""
    source: str
    """Where the bands come from, its marks written out."""


def describe(rubric: Rubric) -> list[CheckRow]:
    """Return the checks of a rubric in words, in the order of the file."""
    return [_row(check) for check in rubric.checks]


def notes_in_words(rubric: Rubric) -> str:
    """Return what a rubric says of itself on one line, its marks written out."""
    notes = " ".join(rubric.notes.split())
    for meaning, words in _MEANINGS.items():
        notes = notes.replace(meaning, words)
    return sentence_case(_written_out(notes))


def _row(check: Check) -> CheckRow:
    spec = MEASURES[check.measure]
    base = _PRESCRIBED.get(check.relative_to or "", "")
    return CheckRow(
        id=check.id,
        name=check.name,
        measured=spec.title,
        view=_ANY_VIEW if check.view is CheckView.ANY else check.view.value,
        phase=check.phase.value,
        good=_inside(check.bands.good, spec.unit_text, base),
        fault=_outside(check.bands.caution, spec.unit_text, base),
        cue=_spoken(check),
        judged=_condition(check),
        source=_written_out(check.source),
    )


def _written_out(source: str) -> str:
    """Write out the marks of a source: at its beginning what all of it is, elsewhere what stands before them."""
    for mark, words in _MARKS.items():
        if source.startswith(mark):
            source = f"{sentence_case(words)}: {source.removeprefix(mark).lstrip()}"
        source = source.replace(mark, f"({words})")
    return _DEGREES.sub("°", source)


def _edge(value: float, base: str) -> str:
    if not base:
        return f"{value:g}"
    return base if value == 0 else f"{base} {value:+g}"


def _inside(interval: Interval, unit: str, base: str) -> str:
    low, high = interval
    if low == -math.inf and high == math.inf:
        return "any"
    if low == -math.inf:
        return f"up to {_edge(high, base)}{unit}"
    if high == math.inf:
        return f"at least {_edge(low, base)}{unit}"
    if base:
        return f"{_edge(low, base)} to {high:+g}{unit}"
    return f"{low:g} to {high:g}{unit}"


def _outside(interval: Interval, unit: str, base: str) -> str:
    low, high = interval
    parts = [f"below {_edge(low, base)}"] if low > -math.inf else []
    parts += [f"above {_edge(high, base)}"] if high < math.inf else []
    return " or ".join(parts) + unit if parts else "never"


def _spoken(check: Check) -> str:
    if check.report_only:
        return "(report only)"
    return " / ".join(dict.fromkeys(cue for cue in (check.cue_low, check.cue_high) if cue))


def _condition(check: Check) -> str:
    parts = []
    if check.needs_plan is not None:
        parts.append(
            "a ball is prescribed" if check.needs_plan == "ball" else f"{_PRESCRIBED[check.needs_plan]} is set"
        )
    if check.confirm:
        titles = " and ".join(MEASURES[measure].title for measure in check.confirm)
        parts.append(f"a fault only if borne out by {titles}")
    if check.evidence:
        titles = " or ".join(MEASURES[measure].title for measure in check.evidence)
        parts.append(f"a caution at most where contradicted by {titles}")
    if check.fault_sureness < SURE:
        parts.append(f"a fault only if at least {100 * check.fault_sureness:g} % sure")
    return "; ".join(parts)
