"""Before a live set: whose it is, and what that person is prescribed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.history.suggestions import until_decided
from formcheck.records.access import Actor
from formcheck.records.answers import undecided
from formcheck.records.people import label_of, labels_of, list_people
from formcheck.records.plans import plans_in_force, prescribed
from formcheck.records.prescribed_links import follow_link
from formcheck.records.records import Records
from formcheck.records.tables import StoredPlan
from formcheck.session.request import SetRequest
from formcheck.web.access.guard import current_actor
from formcheck.web.access.service import records_service
from formcheck.web.shared.choose_person import note_person, person_of_sets, prescribed_key
from formcheck.web.shared.dates import day_of
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.set_settings import in_words

_LINKED: Final = "live_sets_linked_person"
_OWN: Final = ""
"""Stands for a set that is not prescribed, beside the ids of plans."""


def linked_person() -> str | None:
    """Return in whose records the set goes that is being done by a link; None without one."""
    person = st.session_state.get(_LINKED)
    return person if isinstance(person, str) else None


def forget_linked() -> None:
    """Take note that no link is being followed."""
    st.session_state.pop(_LINKED, None)


def show_linked(code: str) -> SetRequest | None:
    """Show what a link prescribes, and in whose records the set goes.

    Returns
    -------
    SetRequest or None
        None where the link leads nowhere, which is said.
    """
    forget_linked()
    actor = current_actor()
    if actor is None:
        return None
    try:
        with records_service().reading(actor) as work:
            found = follow_link(work, code)
            label = label_of(work, found.person_id)
            waiting = undecided(work, found.person_id)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}", icon=":material/link_off:")
        return None
    whose = "your records" if actor.person_id == found.person_id else f"the records of **{as_typed(label)}**"
    st.info(
        f"**{as_typed(in_words(found.request))}**, prescribed by {as_typed(found.made_by)} on {day_of(found.made_at)}. "
        f"When the set is done, it goes into {whose}.",
        icon=":material/assignment:",
    )
    for each in waiting:
        st.warning(as_typed(until_decided(each.suggestion)), icon=":material/pending_actions:")
    note_person(found.person_id)
    st.session_state[_LINKED] = found.person_id
    return found.request


def ask_prescribed() -> SetRequest | None:
    """Ask which of the prescribed sets is to be done, of whoever signed in or is chosen.

    Returns
    -------
    SetRequest or None
        None where nothing is prescribed, or another set is wanted.
    """
    actor = current_actor()
    if actor is None:
        return None
    try:
        records = records_service()
        person_id = _ask_whose(records, actor) if actor.sees_everybody else actor.person_id
        if person_id is None:
            return None
        with records.reading(actor) as work:
            plans = plans_in_force(work, person_id)
            waiting = undecided(work, person_id)
    except FormcheckError as error:  # a set can be done without the records
        st.warning(f"{error.reason} {error.remedy}", icon=":material/warning:")
        return None
    for each in waiting:
        st.warning(as_typed(until_decided(each.suggestion)), icon=":material/pending_actions:")
    return _ask_which([plan for plan in plans if _can_be_done(plan)], person_id)


def _ask_whose(records: Records, actor: Actor) -> str | None:
    """Ask whose set it is; None for nobody's, and where there is nobody yet."""
    with records.reading(actor) as work:
        people = labels_of(list_people(work))
    if not people:
        return None
    before = person_of_sets()
    chosen = st.selectbox(
        "Whose set is it?",
        list(people),
        index=list(people).index(before) if before in people else None,
        format_func=lambda each: people[each],
        placeholder="Nobody’s: choose for a prescribed set",
        key="set-person",
    )
    note_person(chosen)
    return chosen


def _can_be_done(plan: StoredPlan) -> bool:
    """Say whether somebody may be asked to do what a plan says; where not, say so."""
    request = prescribed(plan)
    faults = request.plan.cannot_be_done()
    if faults:
        st.warning(
            f"{as_typed(in_words(request))} is prescribed, but cannot be done here: {' '.join(faults)} "
            "Ask your clinician to prescribe it anew.",
            icon=":material/warning:",
        )
    return not faults


def _ask_which(plans: Sequence[StoredPlan], person_id: str) -> SetRequest | None:
    if not plans:
        return None
    requests = {plan.id: prescribed(plan) for plan in plans}
    chosen = st.radio(
        "Prescribed",
        [*requests, _OWN],
        format_func=lambda each: as_typed(in_words(requests[each])) if each else "Another set",
        captions=[*(f"since {day_of(plan.from_at)}, by {as_typed(plan.made_by)}" for plan in plans), ""],
        key=prescribed_key(person_id),
    )
    return requests.get(chosen or _OWN)
