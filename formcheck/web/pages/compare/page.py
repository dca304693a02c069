"""*Compare*: two sets of a person side by side, or left and right, with differences told from measurement error."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.history.comparison import Comparison, DatedSet, Kind, compare_legs, compare_sets
from formcheck.records.access import Actor
from formcheck.records.people import list_people
from formcheck.records.records import Records
from formcheck.records.sets import list_sets, summary_of_row
from formcheck.report.safety import SMALL_CHANGES
from formcheck.web.access.guard import require_clinician
from formcheck.web.access.service import records_service
from formcheck.web.pages.compare.choosing import Chosen, choose_person, choose_sets
from formcheck.web.pages.compare.curves import curves_html
from formcheck.web.pages.compare.frames import show_frames
from formcheck.web.pages.compare.table import table_html, verdicts_html
from formcheck.web.shared.addresses import PEOPLE, REVIEW, VIDEOS
from formcheck.web.shared.moments import viewer_zone
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.opened_set import OpenedSet, open_set
from formcheck.web.shared.plot_parts import show_plots

_LEGS: Final = ("left leg", "right leg")


def page() -> None:
    """Show the page."""
    actor, records = require_clinician(), records_service()
    st.title("Compare", anchor=False)
    try:
        _show(records, actor)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")


def _show(records: Records, actor: Actor) -> None:
    with records.reading(actor) as work:
        people = list_people(work)
    if not people:
        st.info("Nobody is here yet. Add a person under *People*.", icon=":material/person_add:")
        page_link(PEOPLE, "People", icon=":material/group:")
        return
    with st.container(border=True, key="compare-choice"):
        person = choose_person(people)
        if person is None:
            return
        with records.reading(actor) as work:
            sets = [summary_of_row(row) for row in list_sets(work, person.id)]
        if not sets:
            st.info("No sets of this person are kept yet. Add a video under *Videos*.", icon=":material/movie:")
            page_link(VIDEOS, "Videos", icon=":material/upload:", person=person.id)
            return
        chosen = choose_sets(sets, viewer_zone())
    if chosen is not None:
        _compare(records, actor, chosen)


def _compare(records: Records, actor: Actor, chosen: Chosen) -> None:
    first = open_set(records, actor, chosen.first_id)
    second = first if chosen.second_id == chosen.first_id else open_set(records, actor, chosen.second_id)
    comparison = _compared(chosen.kind, first, second)
    names = _names(comparison)
    show_plots(verdicts_html(comparison, names))
    for note in comparison.notes:
        st.markdown(f":material/info: {note}")
    if comparison.curves:
        st.header("A rep, phase by phase", anchor=False)
        st.caption(
            "Each part of the movement is stretched to the same length, so that slow and fast reps lie on each other. "
            "Lines are the mean of the counted reps."
        )
        show_plots(curves_html(comparison.curves, names, comparison.kind))
    st.header("Every measure", anchor=False)
    show_plots(table_html(comparison, names))
    st.caption(f"± is half of the 95 % interval. {SMALL_CHANGES}")
    st.header("Key frames", anchor=False)
    show_frames(records, actor, (first, second), names)
    if first is second:
        page_link(REVIEW, "Review the set", icon=":material/movie:", set=first.row.id)
        return
    for opened, name in zip((first, second), names, strict=True):
        page_link(REVIEW, f"Review the set: {name}", icon=":material/movie:", set=opened.row.id)


def _compared(kind: Kind, first: OpenedSet, second: OpenedSet) -> Comparison:
    one, two = (
        DatedSet(each.reviewed.current, each.row.done_at, each.row.name, each.date_is_guessed)
        for each in (first, second)
    )
    if kind is Kind.BEFORE_AFTER:
        return compare_sets(one, two)
    return compare_legs(one, None if first is second else two)


def _names(comparison: Comparison) -> tuple[str, str]:
    """Return what the two are called on the page: their days, with the time where the day is the same."""
    if comparison.kind is Kind.LEFT_RIGHT:
        return _LEGS
    zone = viewer_zone()
    times = [each.done_at.astimezone(zone) for each in (comparison.first, comparison.second)]
    form = "%d %b %Y" if times[0].date() != times[1].date() else "%d %b, %H:%M"
    first, second = (f"{time:{form}}".lstrip("0") for time in times)
    return (first, second) if first != second else ("First set", "Second set")
