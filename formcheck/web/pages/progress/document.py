"""Progress in one exercise on paper: the same charts and words as on the page, and what is prescribed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, tzinfo
from typing import Final

from formcheck.exercises.catalogue.exercise import exercise_title
from formcheck.exercises.words import counted, estimate_text, label_of, sentence_case
from formcheck.history.change import Verdict
from formcheck.history.milestones import milestones
from formcheck.history.progress import DayValue, Trend, change_words, pain_days, trends
from formcheck.history.sessions import PlannedPeriod, adherence
from formcheck.history.summary import SetSummary
from formcheck.moments import day_text
from formcheck.records.access import Actor, NotFoundError
from formcheck.records.clinic import letterhead
from formcheck.records.people import get_person
from formcheck.records.plans import list_plans, prescribed
from formcheck.records.records import Records
from formcheck.records.sets import list_sets, summary_of_row
from formcheck.records.tables import StoredPlan
from formcheck.report.client_details import ClientDetails, person_facts, prescription
from formcheck.report.safety import SMALL_CHANGES
from formcheck.report.sheet import Figure, Grid, Lines, Part, Section, Sheet
from formcheck.report.words import direction_of
from formcheck.web.downloads.made_file import MadeFile
from formcheck.web.downloads.record_document import made_sheet
from formcheck.web.downloads.routes import Printing
from formcheck.web.pages.progress.charts import (
    LIMITS_IN_WORDS,
    draw_pain,
    draw_trend,
    draw_weeks,
    has_chart,
    pain_in_words,
    shown_weeks,
    weeks_in_words,
)
from formcheck.web.pages.progress.page import in_words
from formcheck.web.shared.comparison_words import NO_CHANGE_TOLD, difference_text, without_shared_caveat

_PLOT_PX: Final = (760, 230)
_WEEKS: Final = 26
_ONE_DAY: Final = "One day so far"


def make_progress(records: Records, actor: Actor, person_id: str, exercise: str, printing: Printing) -> MadeFile:
    """Make a document of a person's progress in an exercise.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor, or no set of that exercise.
    OutputError
        If it cannot be made.
    """
    with records.reading(actor) as work:
        person = get_person(work, person_id)
        every = [summary_of_row(row) for row in list_sets(work, person_id)]
        plans = [plan for plan in list_plans(work, person_id) if plan.exercise == exercise]
        head = letterhead(work, paper=printing.paper, signed=True)
    sets = [each for each in every if each.result.exercise == exercise]
    if not sets:
        raise NotFoundError("progress")
    who = person_facts(ClientDetails(person.name, person.number or "", person.birth_year, person.birth_date))
    sheet = progress_sheet(sets, plans, person=person.name, who=who, now=records.now(), zone=printing.zone)
    return made_sheet(
        records, actor, person_id, sheet, head, form="pdf", word="progress", action="person.progress_printed"
    )


def progress_sheet(
    sets: Sequence[SetSummary],
    plans: Sequence[StoredPlan],
    *,
    person: str,
    who: tuple[tuple[str, str], ...],
    now: datetime,
    zone: tzinfo,
) -> Sheet:
    """Say how somebody got on.

    Parameters
    ----------
    sets
        Of one exercise, at least one.
    plans
        For it, past ones too.
    person
        Name of who it is.
    who
        What they are told apart from others by, each with its name.
    now
        The time now.
    zone
        Of the days.
    """
    days = sorted(each.done_at.astimezone(zone).date() for each in sets)
    exercise = exercise_title(sets[0].result.exercise)
    found = trends(sets, zone)
    facts = [*who, ("Exercise", exercise)]
    facts.append(("Sets", f"{counted(len(sets), 'set')}, {day_text(days[0])} to {day_text(days[-1])}"))
    in_force = [prescription(prescribed(plan).plan, plan.sessions_a_day) for plan in plans if plan.until_at is None]
    facts += [("Prescribed", said) for said in in_force if said]
    sections = [Section("What became of each measure", tuple(_summary(found)))]
    if figures := tuple(_figure(trend) for trend in found if len(trend.days) > 1):
        sections.append(Section("Over time", figures))
    if pain := tuple(_pain_and_weeks(sets, plans, now, zone)):
        sections.append(Section("Pain and sessions", pain))
    reached = milestones(sets, zone)
    if reached:
        lines = tuple(f"{day_text(each.at.astimezone(zone).date())}: {in_words(each)}" for each in reversed(reached))
        sections.append(Section("Milestones", (Lines(lines, is_list=True),)))
    known = tuple((name, value) for name, value in facts if value)
    foot = (f"Each point is the middle of the day's sets; the bar through it is its 95 % interval. {SMALL_CHANGES}",)
    return Sheet(f"Progress: {exercise}", person, known, tuple(sections), day_text(now.astimezone(zone).date()), foot)


def _summary(found: Sequence[Trend]) -> list[Part]:
    if not found:
        return [Lines(("Nothing was measured yet.",))]
    # A day that all rows share stands in the head, once.
    firsts, lasts = (
        {trend.days[0].day for trend in found},
        {trend.days[-1].day for trend in found if len(trend.days) > 1},
    )
    rows = []
    for trend in found:
        first, last = trend.days[0], trend.days[-1]
        verdict = _ONE_DAY if trend.change is None else without_shared_caveat(change_words(trend), trend.change)
        difference = "" if trend.change is None else difference_text(trend.measure, trend.change)
        rows.append(
            (
                _name(trend),
                _value(trend, first, firsts),
                "" if len(trend.days) == 1 else _value(trend, last, lasts),
                difference,
                verdict,
            )
        )
    heads = ("Measure", _head("First", firsts), _head("Last", lasts), "Difference", "Since the start")
    caveat = any(each.change is not None and each.change.verdict is Verdict.NO_DETECTABLE_CHANGE for each in found)
    told = [Lines((NO_CHANGE_TOLD,), quiet=True)] if caveat else []
    return [Grid(heads, tuple(rows), (2.2, 1.8, 1.8, 1.2, 2.4)), *told]


def _head(word: str, days: Collection[date]) -> str:
    return f"{word}, {day_text(next(iter(days)))}" if len(days) == 1 else word


def _value(trend: Trend, day: DayValue, shared: Collection[date]) -> str:
    said = estimate_text(trend.measure, day.value.estimate)
    return said if len(shared) == 1 else f"{said}, {day_text(day.day)}"


def _name(trend: Trend) -> str:
    leg = f", {trend.leg}" if trend.leg in {"left", "right"} else ""
    step = "" if trend.step_height_cm is None else f", {trend.step_height_cm:g} cm step"
    return sentence_case(label_of(trend.measure)) + leg + step


def _figure(trend: Trend) -> Figure:
    name = _name(trend)
    return Figure(name, str(draw_trend(trend, _PLOT_PX, name)), f"{name} over time", direction_of(trend.measure))


def _pain_and_weeks(sets: Sequence[SetSummary], plans: Sequence[StoredPlan], now: datetime, zone: tzinfo) -> list[Part]:
    parts: list[Part] = []
    days = pain_days(sets, zone)
    if len(days) == 1:
        parts.append(Lines((f"Pain, 0 to 10. {pain_in_words(days)}",)))
    elif days:
        alt = "Pain over time, from 0 to 10"
        caption = (
            "Filled: the worst in the set. Square: an hour later. Triangle: the next morning. Open: before. "
            f"Dotted: {LIMITS_IN_WORDS}."
        )
        parts.append(Figure("Pain, 0 to 10", str(draw_pain(days, _PLOT_PX)), alt, caption))
    periods = [PlannedPeriod(plan.from_at, plan.until_at, plan.sessions_a_day) for plan in plans]
    weeks = shown_weeks(adherence(sets, periods, now.astimezone(zone).date(), zone), _WEEKS)
    if weeks and not has_chart(weeks):
        parts.append(Lines((f"Sessions a week: {weeks_in_words(weeks)}.",)))
    elif weeks:
        parts.append(
            Figure(
                "Sessions a week",
                str(draw_weeks(weeks, _PLOT_PX)),
                "Sessions done and planned, week by week",
                "Bars: done. Dashed: planned.",
            )
        )
    return parts
