"""The home sheet: the exercises of a phase on paper, with figures and boxes to tick for some weeks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from formcheck.programme.figures import figures_of
from formcheck.programme.plan import WEEK, Programme, dose_in_words, often_in_words
from formcheck.report import safety
from formcheck.report.letterhead import Letterhead
from formcheck.report.pdf import make_pdf, printable
from formcheck.report.plain_text import one_line

WEEKS: Final = 4
_TEMPLATE: Final = "home_sheet.typ"
_MOST_FIGURES: Final = 3
_LONGEST: Final = 200


@dataclass(frozen=True)
class HomeSheet:
    """What a home sheet is made of."""

    person: str
    """Name or pseudonym; empty for nobody's."""
    programme: Programme
    phase_index: int
    made_on: str
    """As it is to be shown."""
    weeks: int = WEEKS


def home_sheet_pdf(sheet: HomeSheet, letterhead: Letterhead | None = None) -> bytes:
    """Typeset a home sheet.

    Raises
    ------
    OutputError
        If it cannot be typeset.
    """
    phase = sheet.programme.phases[sheet.phase_index]
    files: dict[str, bytes] = {}
    items = []
    for i, item in enumerate(phase.items):
        names = []
        for j, svg in enumerate(_spread(figures_of(item.exercise))):
            name = f"figure{i}-{j}.svg"
            files[name] = svg.encode()
            names.append(name)
        items.append(
            {
                "title": item.title,
                "dose": dose_in_words(item),
                "often": often_in_words(item),
                "note": one_line(item.note, 2 * _LONGEST),
                "figures": names,
                "boxes": [item.times_a_day if day in item.days else 0 for day in WEEK],
            }
        )
    data = {
        "title": one_line(sheet.programme.title, _LONGEST),
        "person": one_line(sheet.person, _LONGEST),
        "phase": one_line(phase.title, _LONGEST),
        "phase_of": f"Phase {sheet.phase_index + 1} of {len(sheet.programme.phases)}",
        "made_on": sheet.made_on,
        "days": [day.short for day in WEEK],
        "weeks": sheet.weeks,
        "advice": [one_line(each, 2 * _LONGEST) for each in phase.advice],
        "items": items,
        "safety": [safety.STOP_RULE, safety.IN_SHORT[1], safety.NOT_A_DEVICE],
    }
    return make_pdf(_TEMPLATE, printable(data), files, letterhead)


def _spread(figures: tuple[str, ...]) -> tuple[str, ...]:
    """Return some of the figures: the first, the last, and one between."""
    if len(figures) <= _MOST_FIGURES:
        return figures
    return figures[0], figures[len(figures) // 2], figures[-1]
