"""A comparison on paper: the same verdicts, curves and values as on the page, with a key frame of each set."""

from __future__ import annotations

from datetime import tzinfo
from typing import Final

from formcheck.errors import FormcheckError
from formcheck.exercises.words import estimate_text, label_of, sentence_case
from formcheck.history.change import Verdict
from formcheck.history.comparison import Comparison, Kind
from formcheck.moments import day_text
from formcheck.records.access import Actor, NotFoundError
from formcheck.records.clinic import letterhead
from formcheck.records.records import Records
from formcheck.records.sets import video_of
from formcheck.report.client_details import ClientDetails, person_facts
from formcheck.report.letterhead import Letterhead
from formcheck.report.sheet import Callout, Figure, Grid, Lines, Part, Picture, Pictures, Section, Sheet
from formcheck.report.words import direction_of
from formcheck.session.verdict import Level
from formcheck.web.downloads.made_file import MadeFile
from formcheck.web.downloads.record_document import made_sheet
from formcheck.web.downloads.routes import Printing
from formcheck.web.pages.compare.page import compared, draw_pair, middle_frame, names_of, under_table
from formcheck.web.shared.comparison_words import difference_text, headline, limit_in_brief, row_name, verdict_in_brief
from formcheck.web.shared.opened_set import OpenedSet, open_set

_PLOT_PX: Final = (760, 215)
_BOTH_LEGS: Final = "The set"
_LEVELS: Final = {Verdict.CHANGED_BETTER: Level.GOOD, Verdict.CHANGED_WORSE: Level.CAUTION}
_KEY: Final = (
    "Each part of the movement is stretched to the same length. Lines are the mean of the counted reps: solid the "
    "first, dashed the second; the bands around them are one standard deviation. Dotted at the bottom: closer than "
    "this is no detectable change."
)


def make_comparison(
    records: Records, actor: Actor, first_id: str, second_id: str, kind: str, printing: Printing
) -> MadeFile:
    """Make a document of two sets beside each other.

    Parameters
    ----------
    records
        The records.
    actor
        Who asks: a clinician, who signs it.
    first_id, second_id
        The sets; the same twice for both legs of one.
    kind
        Name of one of `Kind`, such as `BEFORE_AFTER`.
    printing
        Paper and time zone.

    Raises
    ------
    NotFoundError
        If there is no such set or kind, or the sets are not of one person.
    OutputError
        If it cannot be made.
    """
    if kind not in Kind.__members__:
        raise NotFoundError("comparison")
    first = open_set(records, actor, first_id)
    second = first if second_id == first_id else open_set(records, actor, second_id)
    person = first.person
    if person is None or second.person is None or person.id != second.person.id:
        raise NotFoundError("comparison")
    comparison = compared(Kind[kind], first, second)
    names = names_of(comparison, printing.zone)
    pictures = tuple(_pictures(records, actor, (first, second), names))
    with records.reading(actor) as work:
        head = letterhead(work, paper=printing.paper, signed=True)
    who = person_facts(ClientDetails(person.name, person.number or "", person.birth_year, person.birth_date))
    facts = (*who, *_facts(first, second, names, printing.zone))
    made_on = day_text(records.now().astimezone(printing.zone).date())
    sheet = comparison_sheet(comparison, names, person=person.name, facts=facts, pictures=pictures, made_on=made_on)
    return _made(records, actor, person.id, sheet, head)


def _made(records: Records, actor: Actor, person_id: str, sheet: Sheet, head: Letterhead) -> MadeFile:
    return made_sheet(records, actor, person_id, sheet, head, form="pdf", word="comparison", action="set.compared")


def comparison_sheet(
    comparison: Comparison,
    names: tuple[str, str],
    *,
    person: str,
    facts: tuple[tuple[str, str], ...],
    pictures: tuple[Picture, ...],
    made_on: str,
) -> Sheet:
    """Say a comparison.

    Parameters
    ----------
    comparison
        What was compared.
    names
        What the first and the second are called.
    person
        Whose sets they are.
    facts
        Of the person and the sets, by name.
    pictures
        Of the sets.
    made_on
        Day of the document.
    """
    title, detail = headline(comparison)
    verdicts = {row.change.verdict for row in comparison.changed}
    level = _LEVELS[verdicts.pop()] if len(verdicts) == 1 and verdicts <= _LEVELS.keys() else Level.NOT_JUDGED
    parts: list[Part] = [Callout(title, detail, level)]
    if comparison.notes:
        parts.append(Lines(comparison.notes, is_list=True))
    sections = [
        Section("What changed" if comparison.kind is Kind.BEFORE_AFTER else "What differs", tuple(parts)),
        Section(
            "Every measure",
            (_table(comparison, names), Lines(under_table(comparison), quiet=True)),
        ),
    ]
    if comparison.curves:
        figures = tuple(
            Figure(
                sentence_case(label_of(pair.measure)) + (f", {pair.leg}" if pair.leg in {"left", "right"} else ""),
                str(draw_pair(pair, _PLOT_PX, f"{names[0]} and {names[1]} over descent, bottom and ascent")),
                alt=f"{label_of(pair.measure)}: {names[0]} and {names[1]} over descent, bottom and ascent",
                caption=direction_of(pair.measure),
            )
            for pair in comparison.curves
        )
        sections.append(Section("A rep, phase by phase", (Lines((_KEY,), quiet=True), *figures)))
    if pictures:
        sections.append(Section("Key frames", (Pictures(pictures),)))
    return Sheet("Comparison", person, facts, tuple(sections), made_on)


def _table(comparison: Comparison, names: tuple[str, str]) -> Grid:
    rows = []
    for row in comparison.rows:
        limit = limit_in_brief(row, comparison.rows)
        values = (estimate_text(row.measure, row.first), estimate_text(row.measure, row.second))
        verdict = f"{verdict_in_brief(row, comparison.rows)} {limit}".strip()
        rows.append((row_name(row), *values, difference_text(row.measure, row.change), verdict))
    heads = ("Measure", *(sentence_case(name) for name in names), "Difference", "Verdict")
    return Grid(heads, tuple(rows), (2.2, 1.3, 1.3, 1.4, 4))


def _facts(first: OpenedSet, second: OpenedSet, names: tuple[str, str], zone: tzinfo) -> tuple[tuple[str, str], ...]:
    facts = []
    for opened, name in _each_once((first, second), names):
        done = opened.row.done_at.astimezone(zone)
        exercise = opened.reviewed.current.exercise_name
        facts.append((sentence_case(name), f"{exercise}, {day_text(done.date())}, {done:%H:%M}"))
    return tuple(facts)


def _pictures(
    records: Records, actor: Actor, sets: tuple[OpenedSet, OpenedSet], names: tuple[str, str]
) -> list[Picture]:
    found = []
    for opened, name in _each_once(sets, names):
        with records.reading(actor) as work:
            video = video_of(work, opened.row.id, for_browser=False)
        try:
            frame = None if video is None else middle_frame(video, opened.reviewed.current)
        except FormcheckError:  # a video that cannot be read is no reason to do without the numbers
            frame = None
        if frame is not None:
            caption = f"{sentence_case(name)}: rep {frame.rep} at its deepest, {frame.t_s:.1f} s"
            found.append(Picture(caption, frame.jpeg))
    return found


def _each_once(sets: tuple[OpenedSet, OpenedSet], names: tuple[str, str]) -> list[tuple[OpenedSet, str]]:
    """Return the sets with what they are called; one whose legs are compared once."""
    if sets[0].row.id == sets[1].row.id:
        return [(sets[0], _BOTH_LEGS)]
    return list(zip(sets, names, strict=True))
