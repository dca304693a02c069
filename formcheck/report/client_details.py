"""The person and the day in a document: what is known, and how it is said."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, fields
from typing import Final

from formcheck.exercises.words import counted, listed, often_a_day, sentence_case
from formcheck.history.sessions import unsettled_after
from formcheck.moments import day_text
from formcheck.report.plain_text import paragraphs, plain
from formcheck.session.assessment import Plan
from formcheck.session.pain import HIGHEST, LOWEST, NO_SESSION_FROM, Load, PainAction, advice_after


def person_facts(details: ClientDetails) -> tuple[tuple[str, str], ...]:
    """Return what is known of the person and the day, each with its name."""
    facts = {
        "Person": details.name,
        "Number": details.number,
        "Born": _born(details),
        "Side of symptoms": details.symptoms,
        "Body height": "" if details.height_cm is None else f"{details.height_cm:g} cm",
        "Day of the set": "" if details.recorded_on is None else day_text(details.recorded_on),
        "Clinician": details.clinician,
    }
    return tuple((name, value) for name, value in facts.items() if value)


def _born(details: ClientDetails) -> str:
    if details.birth_date is not None:
        return day_text(details.birth_date)
    return "" if details.birth_year is None else str(details.birth_year)


def prescription(plan: Plan | None, sessions_a_day: float | None) -> str:
    """Say in one sentence what is to be done from now on; empty where nothing was prescribed."""
    parts = [] if plan is None else _prescribed(plan)
    if sessions_a_day is not None:
        parts.append(often_a_day(sessions_a_day))
    return f"{sentence_case(', '.join(parts))}." if parts else ""


def prescribed_steps(details: ClientDetails) -> list[str]:
    """Say what is prescribed from now on; where pain speaks against that and nobody has decided yet, that first."""
    prescribed = prescription(details.plan, details.sessions_a_day)
    if not details.undecided:
        return [prescribed] if prescribed else []
    still = f"Prescribed so far, and to be decided on: {prescribed[:1].lower()}{prescribed[1:]}"
    return [details.undecided, *([still] if prescribed else [])]


def next_steps(details: ClientDetails) -> tuple[str, ...]:
    """Say what is to be done from now on, as it was prescribed and as the clinician wrote it."""
    return (*prescribed_steps(details), *paragraphs(details.next_steps))


def pain_sentences(details: ClientDetails) -> tuple[str, ...]:
    """Say what the person felt and what follows from it; nothing where nobody asked."""
    told = {
        "before": details.pain_before,
        "during": details.pain_during,
        "after": details.pain_after,
        "an hour later": details.pain_after_hour,
        "the next morning": details.pain_next_morning,
    }
    answers = [f"{when} {pain}" for when, pain in told.items() if pain is not None]
    if not answers and details.swelling is None:
        return ()
    said = [f"{sentence_case(', '.join(answers))} (0 is no pain, 10 the worst there is)."] if answers else []
    if details.swelling is not None:
        said.append("The knee swelled afterwards." if details.swelling else "The knee did not swell.")
    return (*said, *_what_follows(details))


def _what_follows(details: ClientDetails) -> list[str]:
    """Say what pain asks for; that it may go on like this only where nothing speaks against it."""
    before = details.pain_before
    worst = max((pain for pain in (details.pain_during, details.pain_after) if pain is not None), default=None)
    # No load is told, so no easier set is worked out here: that is for the clinician to prescribe.
    advice = advice_after(before, worst, Load())
    said = list(advice.sentences)
    too_much_before = before is not None and before >= NO_SESSION_FROM
    unsettled = unsettled_after(before, details.pain_after_hour, details.pain_next_morning, details.swelling)
    if too_much_before or unsettled:
        said = said[:1] if advice.action is PainAction.STOP else []
    if too_much_before:
        said.append(
            f"Pain was {before} before the set: no session with {NO_SESSION_FROM} or more. If it stays like this, talk "
            "to your clinician."
        )
    if unsettled:
        # What was decided since, or is open, is said beside it.
        so = "" if details.decided or details.undecided else ", so do less next time"
        said.append(
            f"Afterwards there was {listed(unsettled)}: it had not settled as it should{so}. If that happens twice in "
            "a row, talk to your clinician."
        )
    return [*said, *([details.decided] if details.decided else [])]


def _prescribed(plan: Plan) -> list[str]:
    parts = [counted(plan.reps, "rep")] if plan.reps is not None else []
    if plan.target_depth_deg is not None:
        parts.append(f"down to {plan.target_depth_deg:g}° of knee bend")
    if plan.hold_s is not None:
        parts.append(f"holding for {plan.hold_s:g} s")
    if plan.step_height_cm is not None:
        parts.append(f"from a step of {plan.step_height_cm:g} cm")
    return [*parts, *(["with a ball between the knees"] if plan.ball else [])]


_TALLEST_CM: Final = 280.0
_SHORTEST_CM: Final = 40.0


@dataclass(frozen=True)
class ClientDetails:
    """The person, the day, what the person felt and what a clinician says. What is empty or None is left out.

    Control characters are taken out of every text when it is made.

    Raises
    ------
    ValueError
        If a pain is not from 0 to 10, or the body height not one of a person.
    """

    name: str = ""
    """Name or pseudonym."""
    number: str = ""
    """As the clinic numbers its patients."""
    birth_year: int | None = None
    birth_date: datetime.date | None = None
    symptoms: str = ""
    """The side of the symptoms: `left`, `right`, `both`, or in words."""
    recorded_on: datetime.date | None = None
    """Day of the set."""
    clinician: str = ""
    note: str = ""
    """What the clinician writes, in as many paragraphs as they like."""
    pain_before: int | None = None
    """0, none, to 10, the worst there is; None where nobody answered. So are the four below."""
    pain_during: int | None = None
    pain_after: int | None = None
    pain_after_hour: int | None = None
    pain_next_morning: int | None = None
    swelling: bool | None = None
    """Whether the knee swelled afterwards; None where nobody answered."""
    plan: Plan | None = None
    """What is to be done from now on; what was prescribed for the set itself is in its assessment."""
    sessions_a_day: float | None = None
    next_steps: str = ""
    """What is to be done from now on, in the clinician's words."""
    undecided: str = ""
    """What to do while a clinician has not decided yet on what pain asks for; empty where nothing is open."""
    decided: str = ""
    """What the clinician decided on the pain of this set; empty where they did not."""
    height_cm: float | None = None
    """Body height, by which a pose is put into metres."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                object.__setattr__(self, field.name, plain(value).strip())
        pains = (self.pain_before, self.pain_during, self.pain_after, self.pain_after_hour, self.pain_next_morning)
        for pain in pains:
            if pain is not None and not LOWEST <= pain <= HIGHEST:
                raise ValueError(f"pain must be from {LOWEST} to {HIGHEST}, but is {pain}")
        if self.height_cm is not None and not _SHORTEST_CM <= self.height_cm <= _TALLEST_CM:
            raise ValueError(f"body height must be {_SHORTEST_CM:g} to {_TALLEST_CM:g} cm, but is {self.height_cm}")
