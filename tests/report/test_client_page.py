"""Layer: pure functions. The client's summary and the reviewed report as HTML."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from itertools import pairwise

from formcheck.exercises.describe import describe
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.moments import time_text
from formcheck.report import safety
from formcheck.report.client_details import ClientDetails
from formcheck.report.client_summary import client_summary
from formcheck.report.content import report_content
from formcheck.report.page import client_page, report_page
from formcheck.session.assessment import Assessment
from formcheck.session.corrections import Correction, ExcludeRep, ReviewedSet

from .reviews import DETAILS, MADE_AT, as_measured, corrected_set
from .test_client_pdf import key_frame
from .test_page import HOSTILE, Page


def summary_page(reviewed: ReviewedSet, details: ClientDetails = DETAILS) -> Page:
    return Page(client_page(client_summary(reviewed, details, [key_frame(2)], generated_on="5 March 2026")))


def report(reviewed: ReviewedSet, details: ClientDetails | None = DETAILS) -> Page:
    html = report_page(
        report_content(reviewed.current, [], generated_on="5 March 2026", reviewed=reviewed, details=details)
    )
    return Page(html)


def test_summary_says_what_the_printed_one_says(front_set: Assessment) -> None:
    text = summary_page(as_measured(front_set)).text
    for part in (
        "Anna K. · no. 17 · born 17 May 1980 · 3 March 2026 · with Dr Rivera",
        "Point your kneecap over your second toe",
        "Knee alignment Left 9° inward",
        "FPPA 9 ± 9° / 0 ± 5°",
        "10 reps, down to 45° of knee bend",
        "What Dr Rivera says",
        safety.STOP_RULE,
    ):
        assert part in text


def test_summary_keeps_the_whole_note(front_set: Assessment) -> None:
    details = dataclasses.replace(DETAILS, note="A sentence that goes on. " * 400)
    assert summary_page(as_measured(front_set), details).text.count("A sentence that goes on.") == 400


def test_summary_without_pictures_has_a_plot(front_set: Assessment) -> None:
    page = Page(client_page(client_summary(as_measured(front_set), DETAILS, (), generated_on="today")))
    assert len(list(page.of("svg"))) == 2
    assert list(page.of("img")) == []


def test_pages_run_nothing_and_ask_nobody() -> None:
    for page in (summary_page(corrected_set()), report(corrected_set())):
        assert list(page.of("script", "link", "iframe", "object", "a")) == []
        policies = [a["content"] for _, a in page.of("meta") if "http-equiv" in a]
        assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_headings_never_skip_a_level_and_labels_have_their_target() -> None:
    for page in (summary_page(corrected_set()), report(corrected_set())):
        levels = [int(tag[1]) for tag, _ in page.of("h1", "h2", "h3")]
        assert levels[0] == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
        ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
        assert len(ids) == len(set(ids))
        assert {a["aria-labelledby"] for _, a in page.elements if "aria-labelledby" in a} <= set(ids)


def test_hostile_texts_are_shown_and_never_run() -> None:
    change = Correction("c1", HOSTILE, MADE_AT, ExcludeRep(4.0, HOSTILE))
    reviewed = ReviewedSet(corrected_set().automatic, corrected_set().corrected, (change,))
    details = ClientDetails(name=HOSTILE, note=HOSTILE, clinician=HOSTILE, symptoms=HOSTILE, next_steps=HOSTILE)
    for page in (summary_page(reviewed, details), report(reviewed, details)):
        assert list(page.of("script")) == []
        assert page.text.count(HOSTILE) >= 4


def test_report_shows_person_note_pain_and_what_comes_next() -> None:
    text = report(as_measured()).text
    for part in ("Anna K.", "You did well today.", "Before 2, during 3, after 1", "Use a mirror."):
        assert part in text


def test_report_of_nobody_is_as_it_was(front_set: Assessment) -> None:
    text = Page(report_page(report_content(front_set, [], generated_on="today"))).text
    assert "corrected by hand" not in text
    assert "What comes next In the next set, think of this one thing only. Stop if pain" in text
    assert "Compared with last time" not in text
    assert "No picture of you is kept or shared" in text


def test_report_shows_corrected_and_automatic_values_together() -> None:
    text = report(corrected_set()).text
    assert "7 ± 3° automatic: 14 ± 3°" in text
    assert "16.00 automatic: 16.20" in text
    assert f"P. Weber {time_text(datetime.fromisoformat('2026-03-04T14:05+01:00').astimezone())}" in text


def test_report_names_the_sources_of_the_bands(front_set: Assessment) -> None:
    rubric = builtin_rubric("wall-squat")
    page = Page(report_page(report_content(front_set, [], generated_on="today", rubric=rubric)))
    (told,) = (each.source for each in describe(rubric) if each.id == "WS-F3")
    assert " ".join(told.split()) in page.text
