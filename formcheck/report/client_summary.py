"""What a client is told of a set on one page: what to change, what went well, a few numbers, pain, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from formcheck.exercises.words import listed
from formcheck.moments import day_text
from formcheck.report import safety, summary
from formcheck.report.client_details import ClientDetails, pain_sentences
from formcheck.report.keyframes import KeyFrame
from formcheck.report.opening import LONGEST_CUE, LONGEST_NAME, LONGEST_SENTENCE, Opening, opening_of
from formcheck.report.plain_text import one_line, paragraphs
from formcheck.session.assessment import Assessment
from formcheck.session.corrections import ReviewedSet

_SHORT_SAFETY: Final = (safety.NOT_A_DEVICE, safety.STOP_RULE, safety.SMALL_CHANGES)


@dataclass(frozen=True, eq=False)
class ClientSummary:
    """One set for the person who did it. Texts are on one line each and short enough for a page."""

    title: str
    person: tuple[str, ...]
    """Name, day and clinician, as far as they are known."""
    done: str
    opening: Opening
    pain: tuple[str, ...]
    note: tuple[str, ...]
    """The clinician's note, by paragraphs, whole."""
    note_by: str
    reviewed: str
    """That somebody corrected the measurement; empty where nobody did."""
    safety: tuple[str, ...]
    origin: str


def client_summary(
    reviewed: ReviewedSet,
    details: ClientDetails,
    key_frames: Sequence[KeyFrame],
    *,
    generated_on: str,
    last_time: str = "",
) -> ClientSummary:
    """Say what one set comes to, for the person who did it.

    Parameters
    ----------
    reviewed
        The set; after its review where there was one.
    details
        The person, the day, pain, plan and note.
    key_frames
        Pictures of the reps at their deepest; where there are none, a plot takes their place.
    generated_on
        Date of the document, as it is to be shown.
    last_time
        What changed since the person's last set, in a sentence.
    """
    assessment = reviewed.current
    made = assessment.provenance
    return ClientSummary(
        title=f"{one_line(assessment.exercise_name, LONGEST_NAME)}: your summary",
        person=_person(details),
        done=summary.what_was_done(assessment, live=not assessment.track.source.sha256),
        opening=opening_of(assessment, key_frames, details, last_time=last_time),
        pain=pain_sentences(details),
        note=paragraphs(details.note),
        note_by=one_line(details.clinician, LONGEST_NAME),
        reviewed=review_sentence(reviewed),
        safety=_SHORT_SAFETY,
        origin=one_line(
            f"Made on {generated_on} by formcheck {made.formcheck} from {_seen(assessment)}; rubric {made.rubric}. "
            "± is how far a number may be off (95 % interval). Left and right are your own. "
            "Definitions and all values: see the clinical report.",
            2 * LONGEST_SENTENCE,
        ),
    )


def review_sentence(reviewed: ReviewedSet) -> str:
    """Say that a set was corrected and by whom; empty where nobody corrected it."""
    if reviewed.corrected is None:
        return ""
    people = list(dict.fromkeys(one_line(c.made_by, LONGEST_NAME) for c in reviewed.corrections if c.made_by))
    by = f" by {one_line(listed(people), LONGEST_CUE)}" if people else ""
    return f"What the camera measured was checked and corrected{by}; the clinical report lists what was changed."


def _person(details: ClientDetails) -> tuple[str, ...]:
    parts = [one_line(details.name, LONGEST_NAME)]
    if details.number:
        parts.append(f"no. {one_line(details.number, LONGEST_NAME)}")
    if details.birth_date is not None:
        parts.append(f"born {day_text(details.birth_date)}")
    if details.recorded_on is not None:
        parts.append(day_text(details.recorded_on))
    if details.clinician:
        parts.append(f"with {one_line(details.clinician, LONGEST_NAME)}")
    return tuple(part for part in parts if part)


def _seen(assessment: Assessment) -> str:
    source = assessment.track.source
    kind = summary.recorded_in(source)
    return f"{kind} {one_line(source.name, LONGEST_NAME)}" if kind else "a live set before a camera"
