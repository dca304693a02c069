"""Layer: pure functions and typesetting. The full clinical report, read back by a PDF reader that is not ours."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from formcheck.exercises.describe import describe
from formcheck.exercises.rubric import Rubric
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.kinematics.view import ViewKind
from formcheck.moments import time_text
from formcheck.report import safety
from formcheck.report.client_details import ClientDetails
from formcheck.report.content import report_content
from formcheck.report.keyframes import KeyFrame
from formcheck.report.pdf import clinical_pdf
from formcheck.session.assessment import Assessment
from formcheck.session.corrections import Correction, ExcludeRep, NotApplied, ReviewedSet

from .reviews import CORRECTIONS, DETAILS, MADE_AT, as_measured, corrected_set, pages_of, text_of
from .synthetic import assess
from .test_client_pdf import HOSTILE, key_frame


def pdf_of(
    reviewed: ReviewedSet,
    details: ClientDetails,
    frames: Sequence[KeyFrame],
    generated_on: str,
    rubric: Rubric | None = None,
) -> bytes:
    """Typeset the full report of a set."""
    return clinical_pdf(
        report_content(
            reviewed.current, frames, generated_on=generated_on, reviewed=reviewed, details=details, rubric=rubric
        )
    )


def text(reviewed: ReviewedSet, details: ClientDetails = DETAILS) -> str:
    return text_of(pdf_of(reviewed, details, (), generated_on="5 March 2026"))


def test_person_day_and_note_are_there_whole() -> None:
    details = dataclasses.replace(DETAILS, note="Indeed. " * 900)
    told = text(as_measured(), details)
    assert "Anna K." in told
    assert "1980" in told
    assert told.count("Indeed.") == 900


def test_corrected_and_automatic_value_stand_together() -> None:
    assert "7 ± 3° [auto 14 ± 3°]" in text(corrected_set())
    assert "auto" not in text(as_measured())


def test_corrections_are_listed_with_who_and_when() -> None:
    told = text(corrected_set())
    assert "Left knee moved to x 455, y 300 px" in told
    assert f"Rep at 4.00 s left out: practice rep. Dr Rivera {time_text(MADE_AT.astimezone())}" in told
    assert "16.00 [auto 16.20]" in told


def test_a_correction_without_effect_is_marked() -> None:
    idle = NotApplied(CORRECTIONS[2], "No rep is under way at 4.00 s.", "Take it back.")
    told = text(dataclasses.replace(corrected_set(), not_applied=(idle,)))
    assert "No effect: No rep is under way at 4.00 s." in told


def test_corrections_are_listed_even_where_none_has_an_effect(front_set: Assessment) -> None:
    idle = NotApplied(CORRECTIONS[2], "No rep is under way at 4.00 s.", "Take it back.")
    told = text(ReviewedSet(front_set, None, (CORRECTIONS[2],), (idle,)))
    assert "No effect: No rep is under way at 4.00 s." in told
    assert "was corrected by hand" not in told


def test_units_signs_uncertainty_and_origin_are_said(front_set: Assessment) -> None:
    told = text(as_measured(front_set))
    assert "Positive: the knee falls inward (valgus). Negative: it goes outward (varus)." in told
    assert "half the width of the 95 % interval" in told
    assert "flexion 0° is a straight leg" in told
    facts = dataclasses.asdict(front_set.provenance)
    assert facts.pop("finders") == ()  # of live sets
    for fact in facts.values():
        assert fact.replace(" ", "") in told.replace(" ", "")


def test_what_could_not_be_measured_and_the_set_up_are_there(front_set: Assessment) -> None:
    told = text(as_measured(front_set))
    assert "Depth (knee flexion): this view cannot carry it. Film a second set from another side." in told
    assert "Distance (check): Come closer" in told


def test_safety_is_complete_and_does_not_speak_of_the_readers_device(front_set: Assessment) -> None:
    told = text(as_measured(front_set))
    for sentence in (*safety.safety_texts("wall-squat", of_own_video=False), *safety.SEE_NOW, *safety.SEE_SOON):
        assert sentence in told
    assert "No picture of you is kept" not in told


def _source(rubric: Rubric) -> str:
    return next(each.source for each in describe(rubric) if each.id == "WS-F3")


def test_bands_have_their_sources(front_set: Assessment) -> None:
    rubric = builtin_rubric("wall-squat")
    made = dataclasses.replace(front_set.provenance, rubric_sha256=rubric.sha256)
    told = text(as_measured(dataclasses.replace(front_set, provenance=made))).replace(" ", "")
    assert _source(rubric).replace(" ", "") in told


def test_bands_of_another_rubric_are_not_made_up(front_set: Assessment) -> None:
    assert "not one of formcheck's own" in text(as_measured(front_set)).replace("’", "'")


def test_own_rubric_gives_its_bands_when_it_is_handed_in(front_set: Assessment) -> None:
    rubric = builtin_rubric("wall-squat")
    pdf = pdf_of(as_measured(front_set), DETAILS, (), generated_on="today", rubric=rubric)
    assert _source(rubric).replace(" ", "") in text_of(pdf).replace(" ", "")


def test_typed_text_is_never_read_as_markup(front_set: Assessment) -> None:
    details = ClientDetails(name=HOSTILE, note=HOSTILE, next_steps=HOSTILE, symptoms=HOSTILE, clinician=HOSTILE)
    told = text(as_measured(front_set), details).replace(" ", "")
    assert told.count(HOSTILE.replace(" ", "")) >= 5


def test_hostile_reasons_are_only_text() -> None:
    reviewed = corrected_set()
    change = Correction("c1", HOSTILE, MADE_AT, ExcludeRep(4.0, HOSTILE))
    told = text(ReviewedSet(reviewed.automatic, reviewed.corrected, (change,))).replace(" ", "")
    assert told.count(HOSTILE.replace(" ", "")) == 2


@pytest.mark.parametrize("kind", [ViewKind.FRONT, ViewKind.SIDE, ViewKind.OBLIQUE])
@pytest.mark.parametrize("whole_reps", [0, 1, 12])
def test_every_set_can_be_printed_and_read_by_a_screen_reader(kind: ViewKind, whole_reps: int) -> None:
    frames = [key_frame(rep) for rep in range(1, whole_reps + 1)]
    pdf = pdf_of(as_measured(assess(kind, whole_reps=whole_reps)), ClientDetails(), frames, generated_on="today")
    assert b"pdfuaid" in pdf
    assert "page 1 of" in pages_of(pdf)[0]


def test_the_same_set_gives_the_same_bytes() -> None:
    one, other = (pdf_of(corrected_set(), DETAILS, (), generated_on="today") for _ in range(2))
    assert one == other
