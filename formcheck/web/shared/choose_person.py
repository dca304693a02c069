"""Asking whose something is: one of the people, or a new name; whose a set is and when it was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import streamlit as st

from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError
from formcheck.intake.correcting import accept_person
from formcheck.intake.guesses import Proposal
from formcheck.records.access import Actor, RecordsError
from formcheck.records.people import PersonDetails, add_person, labels_of, list_people, similar_people
from formcheck.records.records import Records, Work
from formcheck.records.reviewing import place_set
from formcheck.records.tables import ExerciseSet
from formcheck.web.shared.addresses import PEOPLE
from formcheck.web.shared.dates import viewer_zone
from formcheck.web.shared.empty import show_empty
from formcheck.web.shared.plain_text import as_typed


def people_shown(records: Records, actor: Actor) -> dict[str, str]:
    """Return how everybody is called whom the actor may see, by id: no two are called the same."""
    with records.reading(actor) as work:
        return labels_of(list_people(work))


def ask_whose(records: Records, actor: Actor, key: str, drawing: Drawing, question: str) -> str | None:
    """Ask whose page it is, which stands in its address then; a client's is their own.

    Parameters
    ----------
    records
        With the people.
    actor
        Who is asked.
    key
        Of the field.
    drawing, question
        What stands on the page while nobody is chosen.

    Returns
    -------
    str or None
        An id; None while nobody is chosen.
    """
    if not actor.sees_everybody:
        return actor.person_id
    people = people_shown(records, actor)
    if not people:
        show_empty(Drawing.PEOPLE, "Nobody is here yet", "This is kept for each person.", PEOPLE, "Add a person")
        return None
    asked = st.query_params.get("person", "")
    usual = asked if asked in people else next(iter(people)) if len(people) == 1 else None
    chosen = st.selectbox(
        "Person",
        list(people),
        index=None if usual is None else list(people).index(usual),
        format_func=lambda each: people[each],
        placeholder="Choose a person",
        key=key,
    )
    if chosen is None:
        show_empty(drawing, question, "Choose a person above.")
    else:
        st.query_params["person"] = chosen
    return chosen


_PERSON: Final = "live_sets_person"


def person_of_sets() -> str | None:
    """Return whose sets are done now, as far as that was said."""
    person = st.session_state.get(_PERSON)
    return person if isinstance(person, str) else None


def note_person(person_id: str | None) -> None:
    """Take note whose sets are done now."""
    st.session_state[_PERSON] = person_id


def prescribed_key(person_id: str) -> str:
    """Return the key of the question which prescribed set of a person is to be done; its answers are ids of plans."""
    return f"prescribed-{person_id}"


def ask_person(records: Records, actor: Actor, label: str, key: str, before: str | None = None) -> str | None:
    """Ask for one of the people, or for a new name.

    Parameters
    ----------
    records
        With the people.
    actor
        Who is asked.
    label
        Of the field.
    key
        Of the field.
    before
        Id of who is chosen already.

    Returns
    -------
    str or None
        An id, or a name that is nobody's id: see `person_chosen`.
    """
    people = people_shown(records, actor)
    return st.selectbox(
        label,
        list(people),
        index=list(people).index(before) if before in people else None,
        format_func=lambda each: people.get(each, each),
        placeholder="Choose, or type a new name",
        accept_new_options=True,
        key=key,
    )


def person_chosen(work: Work, chosen: str) -> str:
    """Return the id of who was chosen; a new name is added to the people, in the same transaction.

    Raises
    ------
    RecordsError
        If somebody is called like the new name: whether that is them is for a person to say.
    """
    people = list_people(work)
    if chosen in {person.id for person in people}:
        return chosen
    details = PersonDetails(name=chosen)
    similar = similar_people(work, details)
    if similar:
        called = ", ".join(labels_of(people)[each.id] for each in similar)
        raise RecordsError(
            f"{called} may be the same person.",
            "Choose them from the list; somebody else of that name is added under People, with a number or a date of "
            "birth.",
        )
    return add_person(work, details).id


def ask_place(records: Records, actor: Actor, row: ExerciseSet, key: str, saved: Callable[[], None] = st.rerun) -> None:
    """Ask whose a set is and when it was done, say from whom to whom it goes, save both at once, and say it is done."""
    zone = viewer_zone()
    before = row.done_at.astimezone(zone)
    chosen = ask_person(records, actor, "Whose set is it?", f"{key}-person", row.person_id)
    left, right = st.columns(2)
    today = datetime.now(zone).date()
    # A set that came with an import may lie a little ahead of this clock.
    day = left.date_input("Day", min(before.date(), today), max_value=today, key=f"{key}-day")
    minute = before.time().replace(second=0, microsecond=0)
    at = right.time_input("Time", minute, key=f"{key}-time")
    say_move(records, actor, row.person_id, chosen)
    if not st.button("Save", type="primary", key=f"{key}-save"):
        return
    dated = None if (day, at) == (before.date(), minute) else datetime.combine(day, at, zone)
    try:
        whose = None
        if chosen and chosen != row.person_id:
            with records.writing(actor) as work:
                whose = person_chosen(work, chosen)
        if whose is not None or dated is not None:
            place_set(records, actor, row.id, person_id=whose, done_at=dated)
    except FormcheckError as error:
        st.error(f"{as_typed(error.reason)} {as_typed(error.remedy)}")
    else:
        saved()


def say_move(records: Records, actor: Actor, before: str | None, chosen: str | None) -> None:
    """Say from whom to whom a set goes, and what goes with it; nothing where it stays."""
    if not chosen or chosen == before:
        return
    people = people_shown(records, actor)
    whose = "nobody" if before is None else people.get(before, "somebody")
    st.markdown(
        f"It goes from **{as_typed(whose)}** to **{as_typed(people.get(chosen, f'{chosen} (new)'))}**, with its video "
        "and notes, and is judged by what was prescribed to them when it was done."
    )


def offer_proposal(
    records: Records,
    actor: Actor,
    proposal: Proposal,
    key: str,
    question: str = "",
    saved: Callable[[], None] = st.rerun,
) -> None:
    """Ask whether a video is the person's who is proposed; nothing is theirs until somebody says yes.

    Parameters
    ----------
    records, actor
        Who is asked.
    proposal
        Whose it may be.
    key
        Of this question on the page.
    question
        In Markdown, where the page is about that person; else it names them.
    saved
        Called once it is theirs.
    """
    people = people_shown(records, actor)
    if proposal.person_id not in people:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"proposal-{key}"):
        asked = question or f"**{as_typed(people[proposal.person_id])}?**"
        st.markdown(f"{asked} :small[{as_typed(proposal.reason)}]", width="content")
        if st.button("Yes, it is theirs", key=f"accept-{key}", icon=":material/check:"):
            try:
                accept_person(records, actor, proposal.upload_id)
            except FormcheckError as error:
                st.error(f"{as_typed(error.reason)} {as_typed(error.remedy)}")
            else:
                saved()
