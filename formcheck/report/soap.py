"""The SOAP note of a set (Subjective, Objective, Assessment, Plan): begun from what is known, and in documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from formcheck.exercises.finding import Finding
from formcheck.exercises.words import label_of, sentence_case, value_text
from formcheck.report import summary
from formcheck.report.client_details import ClientDetails, next_steps, pain_sentences
from formcheck.report.plain_text import one_line, paragraphs
from formcheck.session.assessment import Assessment
from formcheck.session.verdict import verdict_of_measure, verdict_of_set

_LONGEST_NAME: Final = 200


class SoapText(NamedTuple):
    """The four parts of a note."""

    subjective: str = ""
    """What the person says."""
    objective: str = ""
    """What was measured and seen."""
    assessment: str = ""
    """What the clinician makes of it."""
    plan: str = ""


TITLES: Final = SoapText("Subjective", "Objective", "Assessment", "Plan")


@dataclass(frozen=True)
class SoapSheet:
    """A note as a document shows it; texts are plain."""

    parts: tuple[tuple[str, tuple[str, ...]], ...]
    """Each with its title, in paragraphs; those that say nothing are left out."""
    written: str
    """`Version 2, by Robin, 3 March 2026`."""
    signed_by: str = ""
    """Name and title; empty while nobody has signed it."""
    signed_on: str = ""
    remark: str = ""
    """Such as that the set was changed after it was signed."""


def soap_sheet(
    text: SoapText, written: str, *, signed: tuple[str, str, str] | None = None, remark: str = ""
) -> SoapSheet:
    """Lay a note out for a document.

    Parameters
    ----------
    text
        Its parts.
    written
        Which version it is, by whom, when.
    signed
        Name, title and day of who signed it; None while nobody has.
    remark
        What is to be borne in mind of it.
    """
    parts = tuple((title, paragraphs(part)) for title, part in zip(TITLES, text, strict=True) if part.strip())
    name, title, day = signed or ("", "", "")
    by = ", ".join(filter(None, (one_line(name, _LONGEST_NAME), one_line(title, _LONGEST_NAME))))
    return SoapSheet(parts, one_line(written, 2 * _LONGEST_NAME), by, day, remark)


def soap_template(assessment: Assessment, details: ClientDetails) -> SoapText:
    """Begin a note from what is known of a set: what hurt, what was measured, what is prescribed.

    What the clinician makes of it is left to them.
    """
    return SoapText(
        subjective="\n".join(pain_sentences(details)[:2]),
        objective=objective(assessment),
        plan="\n".join(next_steps(details)),
    )


def objective(assessment: Assessment) -> str:
    """Say what was measured, a line each."""
    live = not assessment.track.source.sha256
    lines = [summary.what_was_done(assessment, live=live)]
    seen: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(assessment.findings, key=lambda each: each.precedence):
        seen.setdefault((finding.measure, finding.leg), []).append(finding)
    judged = {label_of(measure) for measure, _ in seen}
    free = [tile for tile in summary.tiles(assessment)[1:] if tile.label not in judged]
    lines += [f"{tile.label}: {', '.join(tile.values)} ({tile.detail})." for tile in free]
    lines += [_judged(assessment, measure, leg, found) for (measure, leg), found in seen.items()]
    if not assessment.findings:
        lines.append(f"Not judged: {verdict_of_set(assessment).detail or assessment.view.reason}")
    return "\n".join(lines)


def _judged(assessment: Assessment, measure: str, leg: str, found: list[Finding]) -> str:
    """Say lowest and highest value of a measure, what is good, and what it comes to."""
    told = verdict_of_measure(assessment, measure, leg)
    values = sorted(each.value for each in found)
    ends = " to ".join(dict.fromkeys(value_text(measure, value) for value in (values[0], values[-1])))
    side = f", {leg}" if leg in {"left", "right"} else ""
    good = f"; good is {told.good_text}" if told.good_text else ""
    return f"{sentence_case(label_of(measure))}{side}: {ends}{good}: {told.word}."
