"""Layer: pure functions and typesetting. The client's one-page summary, read back by a PDF reader that is not ours."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formcheck.exercises.finding import Band
from formcheck.history.set_values import set_value
from formcheck.kinematics.view import ViewKind
from formcheck.report import safety
from formcheck.report.client_details import ClientDetails
from formcheck.report.client_summary import client_summary
from formcheck.report.keyframes import KeyFrame
from formcheck.report.opening import opening_of, typical
from formcheck.report.pdf import client_pdf
from formcheck.session.assessment import Assessment, Plan
from formcheck.session.verdict import Level

from .reviews import DETAILS, as_measured, corrected_set, pages_of, text_of
from .synthetic import assess

LOWEST_LINE_PT = 30.0
"""The lower margin is 12 mm, 34 pt; nothing but descenders lies below."""
HOSTILE = (
    '#panic("x") #import "@preview/x:1.0.0": * $a$ *b* _i_ `r` <script> @ref \\u{41} // c /* [x] #read("data.json")'
)


def made(assessment: Assessment, details: ClientDetails = DETAILS, frames: Sequence[KeyFrame] = ()) -> bytes:
    return client_pdf(client_summary(as_measured(assessment), details, frames, generated_on="3 March 2026"))


def lowest_line_pt(pdf: bytes) -> float:
    """Return how far the lowest line of the only page is from its lower edge (pt)."""
    heights: list[float] = []

    def look(text: str, cm: Sequence[float], tm: Sequence[float], *_: Any) -> None:
        if text.strip():
            heights.append(cm[1] * tm[4] + cm[3] * tm[5] + cm[5])

    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    page.extract_text(visitor_text=look)
    return min(heights)


def key_frame(rep: int, shape: tuple[int, int] = (300, 240)) -> KeyFrame:
    jpeg = cv2.imencode(".jpg", np.full((*shape, 3), 20 * rep, dtype=np.uint8))[1].tobytes()
    return KeyFrame(rep, 4.0 * rep, jpeg, shape[1], shape[0])


@pytest.mark.parametrize("kind", [ViewKind.FRONT, ViewKind.SIDE, ViewKind.OBLIQUE])
@pytest.mark.parametrize("whole_reps", [0, 3])
def test_one_page_for_every_view(kind: ViewKind, whole_reps: int) -> None:
    pdf = made(assess(kind, whole_reps=whole_reps))
    assert len(pages_of(pdf)) == 1
    assert lowest_line_pt(pdf) > LOWEST_LINE_PT


def test_page_says_what_a_tired_person_needs(front_set: Assessment) -> None:
    text = text_of(made(front_set))
    for part in (
        "Anna K. · no. 17 · born 17 May 1980 · 3 March 2026 · with Dr Rivera",
        "Point your kneecap over your second toe",
        "Knee over toe, left leg, in reps 2 and 3.",
        "Knee alignment Left 9° inward",
        "FPPA 9 ± 9° / 0 ± 5°",
        "Before 2, during 3, after 1",
        "10 reps, down to 45° of knee bend, holding for 3 s, twice a day.",
        "Use a mirror.",
        "From Dr Rivera",
        "Keep the heel down.",
        "95 % interval",
        safety.STOP_RULE,
        safety.NOT_A_DEVICE,
    ):
        assert part in text


def test_depth_is_told_with_its_uncertainty_and_the_plan(make_assessment: Callable[..., Assessment]) -> None:
    text = text_of(made(make_assessment(ViewKind.SIDE, plan=Plan(target_depth_deg=45, reps=10))))
    assert "How deep Left 60°" in text
    assert "Depth 60 ± 4°; planned 45°" in text
    assert "planned 45°" in text
    assert "3 of 10" in text


def test_a_knee_in_line_has_no_direction(front_set: Assessment) -> None:
    cards = {card.label: card for card in opening_of(front_set, ()).measures}
    assert [(each.name, each.value) for each in cards["Knee alignment"].values] == [
        ("Left", "9° inward"),
        ("Right", "0°"),
    ]
    assert cards["Knee alignment"].detail == "FPPA 9 ± 9° / 0 ± 5°"


def test_many_reps_do_not_make_the_camera_better(front_set: Assessment) -> None:
    estimate = typical(front_set.complete_reps, "fppa_deg", "left")
    assert estimate is not None
    assert estimate.error >= 3.1


def test_the_summary_says_of_a_set_what_a_comparison_says(front_set: Assessment) -> None:
    value = set_value(front_set, "fppa_deg", "left")
    assert value is not None
    assert typical(front_set.complete_reps, "fppa_deg", "left") == value.estimate


def test_a_long_note_is_cut_and_says_where_the_rest_is(front_set: Assessment) -> None:
    details = dataclasses.replace(DETAILS, note="A sentence that goes on. " * 400)
    pdf = made(front_set, details)
    (page,) = pages_of(pdf)
    assert "… The full note is in the clinical report." in page
    assert "A sentence that goes on. A sentence that goes on." in page
    assert lowest_line_pt(pdf) > LOWEST_LINE_PT


def test_a_short_note_is_whole(front_set: Assessment) -> None:
    text = text_of(made(front_set))
    assert "You did well today. Keep the heel down." in text
    assert "full note" not in text


def test_typed_text_is_never_read_as_markup(front_set: Assessment) -> None:
    details = ClientDetails(
        name=HOSTILE[:50], clinician=HOSTILE[:50], note=HOSTILE, next_steps=HOSTILE, symptoms=HOSTILE
    )
    pdf = made(front_set, details)
    (page,) = pages_of(pdf)
    assert HOSTILE.replace(" ", "") in page.replace(" ", "")
    assert b"pdfuaid" in pdf


def test_hostile_names_of_video_and_checks_are_only_text(front_set: Assessment) -> None:
    finding = dataclasses.replace(front_set.findings[2], name=HOSTILE, cue=HOSTILE, band=Band.FAULT, precedence=0)
    source = dataclasses.replace(front_set.track.source, name=HOSTILE)
    track = dataclasses.replace(front_set.track, source=source)
    hostile = dataclasses.replace(front_set, track=track, findings=(finding,), exercise_name=HOSTILE)
    assert len(pages_of(made(hostile))) == 1


def test_the_same_set_gives_the_same_bytes(front_set: Assessment) -> None:
    assert made(front_set) == made(front_set)


def test_it_can_be_read_by_a_screen_reader(front_set: Assessment) -> None:
    pdf = made(front_set, frames=[key_frame(2)])
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert b"pdfuaid" in pdf
    assert reader.metadata is not None
    assert reader.metadata.title == "Wall squat: your summary"
    assert str(reader.root_object["/Lang"]) == "en"


def test_letters_that_no_font_has_are_boxes_and_no_failure(front_set: Assessment) -> None:
    odd = "\U00012000\U00012001 \U0001f9ff"
    pdf = made(front_set, dataclasses.replace(DETAILS, name=odd))
    assert len(pages_of(pdf)) == 1
    assert "Point your kneecap" in text_of(pdf)


def test_corrections_are_mentioned_with_who_made_them() -> None:
    text = text_of(client_pdf(client_summary(corrected_set(), DETAILS, (), generated_on="3 March 2026")))
    assert "checked and corrected by Dr Rivera and P. Weber" in text
    assert "1 rep left out in review." in text


def test_no_correction_no_mention(front_set: Assessment) -> None:
    assert "corrected" not in text_of(made(front_set))


def test_pictures_are_the_worst_rep_and_a_good_one(front_set: Assessment) -> None:
    worst, best = opening_of(front_set, [key_frame(rep) for rep in (1, 2, 3)]).pair
    assert (worst.frame.rep, worst.level, worst.title) == (2, Level.FAULT, "Rep 2: change this")
    assert worst.words == "Knee over toe, left: about 4 cm inward"
    assert (best.frame.rep, best.level, best.title) == (1, Level.GOOD, "Rep 1: more like this")
    assert best.words == ""


@pytest.mark.parametrize("shape", [(300, 240), (400, 60), (60, 700)])
def test_pictures_of_any_shape_stay_on_the_page(front_set: Assessment, shape: tuple[int, int]) -> None:
    details = dataclasses.replace(DETAILS, note="A sentence that goes on. " * 100)
    pdf = made(front_set, details, [key_frame(rep, shape) for rep in (1, 2, 3)])
    assert len(pages_of(pdf)) == 1
    assert lowest_line_pt(pdf) > LOWEST_LINE_PT
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert len(page.images) == 2


def test_refused_view_shows_no_angles(oblique_set: Assessment) -> None:
    text = text_of(made(oblique_set))
    assert "Film again, straight from the front or the side" in text
    assert "How deep" not in text


anything = st.text(max_size=3000)
pains = st.one_of(st.none(), st.integers(min_value=0, max_value=10))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(name=anything, note=anything, steps=anything, clinician=anything, pain=pains, long=st.booleans())
def test_one_page_whatever_people_type(
    front_set: Assessment, name: str, note: str, steps: str, clinician: str, pain: int | None, long: bool
) -> None:
    many = 40 if long else 1
    details = ClientDetails(
        name=name,
        note=note * many,
        next_steps=f"{steps}\n" * many,
        clinician=clinician,
        pain_before=pain,
        pain_during=pain,
        pain_after=pain,
        plan=DETAILS.plan,
    )
    assert len(pages_of(made(front_set, details))) == 1
