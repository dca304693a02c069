"""Exercises by the clock: what the view in `live/client/` is given, and keeping what it reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.exercises.catalogue.guided import guided_exercises
from formcheck.programme.course import How, ItemDue
from formcheck.programme.figures import figures_of
from formcheck.programme.guided import ANSWER_S, DOOR, PACE_S, READY_S, GuidedReport, done_id, whole_sets
from formcheck.programme.plan import Item
from formcheck.records.access import Actor
from formcheck.records.programmes import NewDone, keep_done
from formcheck.records.records import Records
from formcheck.session.pain import NO_SESSION_FROM
from formcheck.web.shared.addresses import LIVE_CLIENT_PATH
from formcheck.web.shared.browser_parts import MODULE_VIEW

_NOT_LOADED: Final = "The exercises could not be loaded. Reload the page."
_SPOKEN: Final = {"begin": "Go", "hold": "Hold", "back": "Back"}
"""Of an exercise that a camera would judge, done without one."""
_GIVEN: Final = "guided_items"
"""In the session: the items of the list that the view has, by whom."""

_view = st.components.v2.component("formcheck_guided", js=MODULE_VIEW, isolate_styles=False)


def lead(records: Records, actor: Actor, person_id: str, due: Sequence[ItemDue], pain_before: int | None) -> bool:
    """Show the view that leads somebody through exercises, and keep what it says was done.

    Parameters
    ----------
    records
        Where it is kept.
    actor
        Who has the page open.
    person_id
        Who exercises.
    due
        The exercises, in order.
    pain_before
        As it was answered; None for no answer.

    Returns
    -------
    bool
        Whether something new was kept.
    """
    # A list is given under its own indices once, so that what is reported is never taken for another exercise.
    given: list[Item] = st.session_state.setdefault(f"{_GIVEN}-{person_id}", [])
    wanted = [_of_now(each) for each in due]
    for item in wanted:
        if item not in given:
            given.append(item)
    result = _view(
        key=f"guided-{person_id}",
        data={
            "static_base": LIVE_CLIENT_PATH,
            "module": "guided_view.js",
            "items": [_shown(given.index(item), item) for item in wanted],
            "rules": {"ready_s": READY_S, "answer_s": ANSWER_S, "stop_from": NO_SESSION_FROM},
            "voice": True,
            "theme": st.context.theme.type,
            "strings": {"not_loaded": _NOT_LOADED},
        },
        on_report_change=lambda: None,
    )
    if not isinstance(result.report, Mapping):
        return False
    try:
        return _keep(records, actor, person_id, DOOR.read(dict(result.report)), given, pain_before)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return False


def _of_now(due: ItemDue) -> Item:
    """Return the session of an item that is due now, without the sets of it that are done."""
    return due.item.model_copy(update={"sets": due.sets_left or due.item.sets})


def _shown(index: int, item: Item) -> dict[str, object]:
    guided = guided_exercises().get(item.exercise)
    spoken = _SPOKEN if guided is None else vars(guided.spoken)
    return {
        "index": index,
        "title": item.title,
        "sets": item.sets,
        "reps": item.reps,
        "hold_s": item.hold_s,
        "rest_s": item.rest_s,
        "move_s": PACE_S if guided is None else guided.dose.move_s,
        "legs": list(item.legs),
        "spoken": dict(spoken),
        "figures": list(figures_of(item.exercise)),
    }


def _keep(
    records: Records, actor: Actor, person_id: str, report: GuidedReport, given: Sequence[Item], before: int | None
) -> bool:
    kept = False
    for done in report.items:
        if not done.sets or done.index >= len(given):
            continue
        item = given[done.index]
        new = NewDone(
            item.exercise,
            item.leg,
            whole_sets(done.sets),
            How.GUIDED,
            tuple(each.reps for each in done.sets),
            pain_before=before,
            pain_during=done.pain,
            id=done_id(person_id, report.run, done.index),
        )
        with records.writing(actor) as work:
            keep_done(work, person_id, new)
        kept = True
    return kept
