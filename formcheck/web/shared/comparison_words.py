"""A comparison in words: how a verdict is marked, how large a difference is and what it is held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from string import ascii_lowercase
from types import MappingProxyType
from typing import Final, NamedTuple

from formcheck.exercises.words import NOT_MEASURED, estimate_text, label_of, sentence_case, value_text
from formcheck.history.change import Change, Verdict
from formcheck.history.comparison import Comparison, ComparisonRow, Kind
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.units import unit_of


class VerdictMark(NamedTuple):
    """How a verdict is marked."""

    sign: str
    style: str
    """Class in the style sheet."""


_CHANGES: Final[Mapping[Verdict, VerdictMark]] = MappingProxyType(
    {
        Verdict.CHANGED_BETTER: VerdictMark("▲", "better"),
        Verdict.CHANGED_WORSE: VerdictMark("▼", "worse"),
        Verdict.CHANGED: VerdictMark("◆", "changed"),
        Verdict.NO_DETECTABLE_CHANGE: VerdictMark("=", "same"),
        Verdict.NOT_COMPARABLE: VerdictMark("–", "none"),
    }
)
_DIFFERENCES: Final[Mapping[Verdict, VerdictMark]] = MappingProxyType(
    {
        Verdict.CHANGED_BETTER: VerdictMark("▶", "changed"),
        Verdict.CHANGED_WORSE: VerdictMark("◀", "changed"),
        Verdict.CHANGED: VerdictMark("◆", "changed"),
        Verdict.NO_DETECTABLE_CHANGE: VerdictMark("=", "same"),
        Verdict.NOT_COMPARABLE: VerdictMark("–", "none"),
    }
)


def verdict_mark(verdict: Verdict, kind: Kind = Kind.BEFORE_AFTER) -> VerdictMark:
    """Return how a verdict is marked: of two sets as a change, of two legs as a difference."""
    return (_CHANGES if kind is Kind.BEFORE_AFTER else _DIFFERENCES)[verdict]


def row_name(row: ComparisonRow) -> str:
    """Return what a row is about: `Knee alignment (FPPA), left`."""
    return sentence_case(label_of(row.measure)) + (f", {row.leg}" if row.leg in {"left", "right"} else "")


def difference_text(measure: str, change: Change) -> str:
    """Write a difference with its sign and uncertainty, `+6 ± 5°`; a dash where there is none."""
    if change.difference is None or change.error is None:
        return NOT_MEASURED
    text = estimate_text(measure, Estimate(change.difference, change.error))
    return (
        text if text.startswith("−") or round(change.difference, unit_of(measure).decimals_shown) == 0 else f"+{text}"
    )


def limit_text(measure: str, change: Change) -> str:
    """Say what a difference is held against, `more than 9° counts: …`; why there is none, where there is none."""
    if change.threshold is None:
        return sentence_case(f"{change.reason}.") if change.reason else ""
    held = f"Counts past {value_text(measure, change.threshold.value)}: {change.threshold.why}."
    return f"{held} {sentence_case(change.reason)}." if change.reason else held


NO_CHANGE_TOLD: Final = "No detectable change or difference: measuring again may give as large a one."
"""What `verdict_in_brief` leaves out, said once under a table."""


def verdict_in_brief(row: ComparisonRow, rows: Sequence[ComparisonRow]) -> str:
    """Return the words of a row in a table, without what `shared_words` says once for all."""
    if row.change.verdict is Verdict.NOT_COMPARABLE and _apart(rows):
        return "Not comparable."
    return without_shared_caveat(row.words, row.change)


def shared_words(rows: Sequence[ComparisonRow]) -> tuple[str, ...]:
    """Return what holds for all rows of a table: sentences to stand under it."""
    unchanged = any(_is_plain(row.change) for row in rows)
    why = _apart(rows)
    return (
        *((NO_CHANGE_TOLD,) if unchanged else ()),
        *((f"Not comparable: {why}.",) if why else ()),
        *limits_explained(rows),
    )


def _apart(rows: Sequence[ComparisonRow]) -> str:
    """Return why rows cannot be compared, where it is the same of more than one; empty otherwise."""
    apart = [row.change.reason for row in rows if row.change.verdict is Verdict.NOT_COMPARABLE]
    return apart[0] if len(apart) > 1 and len(set(apart)) == 1 else ""


def _is_plain(change: Change) -> bool:
    return change.verdict is Verdict.NO_DETECTABLE_CHANGE and not change.reason


def without_shared_caveat(words: str, change: Change) -> str:
    """Return what is said of a change, without what `NO_CHANGE_TOLD` says once for all of them."""
    if _is_plain(change):
        return f"{words.partition(',')[0].removesuffix('.')}."
    return words


def limits_explained(rows: Iterable[ComparisonRow]) -> tuple[str, ...]:
    """Return where the limits of a table come from, each once: sentences to stand under it."""
    whys = _whys(rows)
    return tuple(f"{f'({mark}) ' if mark else ''}Limit: {why}." for why, mark in whys.items())


def limit_in_brief(row: ComparisonRow, rows: Iterable[ComparisonRow]) -> str:
    """Say what a difference is held against, `Counts past 9° (a).`, where `limits_explained` says why."""
    if row.change.threshold is None:
        return ""  # the verdict has said it
    mark = _whys(rows)[row.change.threshold.why]
    held = f"Counts past {value_text(row.measure, row.change.threshold.value)}"
    return f"{held} ({mark})." if mark else f"{held}."


def _whys(rows: Iterable[ComparisonRow]) -> dict[str, str]:
    """Return the reasons of limits with a letter each; none where there is one reason alone."""
    whys = dict.fromkeys(row.change.threshold.why for row in rows if row.change.threshold is not None)
    letters = iter(ascii_lowercase)
    return {why: next(letters) if len(whys) > 1 else "" for why in whys}


def headline(comparison: Comparison) -> tuple[str, str]:
    """Return what to read first, in a few big words, and one sentence on it."""
    rows, legs = comparison.rows, comparison.kind is Kind.LEFT_RIGHT
    if not rows:
        return "Nothing to compare", "Neither set has a value."
    compared = [row for row in rows if row.change.verdict is not Verdict.NOT_COMPARABLE]
    if comparison.refusal:
        return "Not comparable", sentence_case(comparison.refusal.removeprefix("Not comparable: "))
    changed = len(comparison.changed)
    what = "difference" if legs else "change"
    if not changed:
        return (
            f"No detectable {what}",
            f"No {what} is larger than what measuring again would give. There may be one all the same: a camera cannot "
            "tell.",
        )
    of = f"{changed} of {len(compared)} measures that could be compared"
    return (f"{of[:1]}{of[1:]} {'differ' if legs else 'changed'}", "The others may differ by less than can be told.")
