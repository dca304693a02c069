"""Layer: the home sheet as a PDF: what is on it, on which paper, and that it can be read aloud."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from formcheck.programme.plan import Item, Phase, Programme, Weekday
from formcheck.programme.templates import templates
from formcheck.report.home_sheet import WEEKS, HomeSheet, home_sheet_pdf
from formcheck.report.letterhead import Letterhead, Paper

_MM = 72 / 25.4


def read(sheet: HomeSheet, letterhead: Letterhead | None = None) -> PdfReader:
    return PdfReader(io.BytesIO(home_sheet_pdf(sheet, letterhead)))


def text(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_it_names_person_phase_doses_and_when_to_stop() -> None:
    sheet = HomeSheet("Zoë Quixx", templates()["combined"].programme, 1, "3 March 2026")
    said = text(read(sheet, Letterhead(clinic="Knee clinic")))
    for words in (
        "Knee clinic",
        "Zoë Quixx",
        "Phase 2 of 3",
        "Stand and bend",
        "1 set of 10 · hold 3 s · 45° deep · ball between the knees",
        "once a day, Mon, Wed, Fri",
        "Worst pain of the day",
        "Stop the set if pain goes above 5",
        "3 March 2026",
    ):
        assert words in said, words


@pytest.mark.parametrize(("paper", "size_mm"), [(Paper.A4, (210, 297)), (Paper.LETTER, (215.9, 279.4))])
def test_it_is_on_the_clinics_paper(paper: Paper, size_mm: tuple[float, float]) -> None:
    page = read(HomeSheet("", templates()["ball-path"].programme, 0, "today"), Letterhead(paper)).pages[0]
    assert (float(page.mediabox.width) / _MM, float(page.mediabox.height) / _MM) == pytest.approx(size_mm, abs=0.2)


def test_what_somebody_typed_is_text_and_never_markup() -> None:
    note = "#panic() *not bold* $x$ " + "w" * 200
    phase = Phase(title="#import", items=(Item(exercise="bridge", note=note),), advice=("= heading",))
    said = text(read(HomeSheet("[x] #y", Programme(title="_a_", phases=(phase,)), 0, "today")))
    assert "#panic() *not bold* $x$" in said
    assert "[x] #y" in said
    assert "= heading" in said


def test_days_that_are_free_have_no_box() -> None:
    """Boxes are drawn; where there is none, a dash stands that no screen reader says."""
    weekly = Phase(title="One", items=(Item(exercise="bridge", days=(Weekday.MON,)),))
    daily = Phase(title="One", items=(Item(exercise="bridge"),))
    free, full = (
        text(read(HomeSheet("", Programme(title="T", phases=(phase,)), 0, "today"))).count("–")
        for phase in (weekly, daily)
    )
    assert (free, full) == (6 * WEEKS, 0)
