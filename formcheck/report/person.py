"""The person and the day in words: who, what was prescribed from now on, what it felt like."""

from __future__ import annotations

import datetime

from formcheck.report.client_details import ClientDetails
from formcheck.report.plain_text import paragraphs
from formcheck.report.words import counted, listed, sentence_case
from formcheck.session.assessment import Plan
from formcheck.session.pain import Load, advice_after


def long_date(day: datetime.date) -> str:
    """Write a date in words: `3 March 2025`."""
    return f"{day.day} {day:%B} {day.year}"


def person_facts(details: ClientDetails) -> tuple[tuple[str, str], ...]:
    """Return what is known of the person and the day, each with its name."""
    facts = {
        "Person": details.name,
        "Year of birth": "" if details.birth_year is None else str(details.birth_year),
        "Side of symptoms": details.symptoms,
        "Body height": "" if details.height_cm is None else f"{details.height_cm:g} cm",
        "Day of the set": "" if details.recorded_on is None else long_date(details.recorded_on),
        "Clinician": details.clinician,
    }
    return tuple((name, value) for name, value in facts.items() if value)


def prescription(plan: Plan | None, sessions_a_day: float | None) -> str:
    """Say in one sentence what is to be done from now on; empty where nothing was prescribed."""
    parts = [] if plan is None else _prescribed(plan)
    if sessions_a_day is not None:
        parts.append("once a day" if sessions_a_day == 1 else f"{sessions_a_day:g} times a day")
    return f"{sentence_case(listed(parts))}." if parts else ""


def next_steps(details: ClientDetails) -> tuple[str, ...]:
    """Say what is to be done from now on, as it was prescribed and as the clinician wrote it."""
    prescribed = prescription(details.plan, details.sessions_a_day)
    return (*([prescribed] if prescribed else []), *paragraphs(details.next_steps))


def pain_sentences(details: ClientDetails) -> tuple[str, ...]:
    """Say what the person felt and what follows from it; nothing where nobody asked."""
    told = {"before": details.pain_before, "during": details.pain_during, "after": details.pain_after}
    answers = [f"{when} {pain}" for when, pain in told.items() if pain is not None]
    if not answers:
        return ()
    worst = max((pain for pain in (details.pain_during, details.pain_after) if pain is not None), default=None)
    # No load is told, so no easier set is worked out here: that is for the clinician to prescribe.
    advice = advice_after(details.pain_before, worst, Load())
    return (f"{sentence_case(', '.join(answers))} (0 is no pain, 10 the worst there is).", *advice.sentences)


def _prescribed(plan: Plan) -> list[str]:
    parts = [counted(plan.reps, "rep")] if plan.reps is not None else []
    if plan.target_depth_deg is not None:
        parts.append(f"down to {plan.target_depth_deg:g}° of knee bend")
    if plan.hold_s is not None:
        parts.append(f"holding for {plan.hold_s:g} s")
    if plan.step_height_cm is not None:
        parts.append(f"from a step of {plan.step_height_cm:g} cm")
    return [*parts, *(["with a ball between the knees"] if plan.ball else [])]
