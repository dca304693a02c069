"""Where the facts of a topic come from, and the checks of its exercise, as tables."""

from __future__ import annotations

from formcheck.exercises.catalogue.guide import EXPLAINED, Basis, Block, GuideTable, Points, Topic
from formcheck.exercises.describe import describe
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.report.words import sentence_case


def origin_blocks(topic: Topic) -> tuple[Block, ...]:
    """Return the facts of a topic with their origin, and what the kinds of origin mean."""
    rows = tuple(
        (origin.fact, "; ".join(basis.value for basis in origin.bases), origin.detail or "–")
        for origin in topic.origins
    )
    used = [basis for basis in Basis if any(basis in origin.bases for origin in topic.origins)]
    kinds = tuple(f"{basis.value[:1].upper()}{basis.value[1:]}: {EXPLAINED[basis]}" for basis in used)
    return (
        GuideTable("Where each fact comes from", ("Fact", "Kind", "Detail"), rows),
        Points("The kinds", kinds),
    )


def check_blocks(exercise: str) -> tuple[Block, ...]:
    """Return what is checked in an exercise, as its rubric has it."""
    rows = tuple(
        (f"{sentence_case(row.name)} ({row.id})", row.view, _signed(row.good), _signed(row.fault), row.source)
        for row in describe(builtin_rubric(exercise))
    )
    return (
        GuideTable(
            "What is checked",
            ("Check", "Camera", "Good", "Fault", "Where it comes from"),
            rows,
            lead="What is neither good nor a fault is a caution. [guide] is patients' guidance, [E] formcheck's own "
            "starting value, [D] geometry.",
        ),
    )


def _signed(band: str) -> str:
    """Write a band with true minus signs."""
    return band.replace("-", "−")
