"""*Review*: one kept set, named by `?set=` in the address: player, owner, pain and documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError
from formcheck.exercises.words import sentence_case
from formcheck.records.access import Actor, NotFoundError
from formcheck.records.records import Records
from formcheck.records.reviewing import (
    annotate,
    as_correction,
    cut_apart,
    remove_annotation,
    restore_annotation,
)
from formcheck.records.sets import say_pain
from formcheck.records.tables import ExerciseSet
from formcheck.session.corrections import Correction, ExcludeRep
from formcheck.web.access.guard import require_actor
from formcheck.web.access.service import records_service
from formcheck.web.downloads.links import player_link, video_link
from formcheck.web.pages.review.corrections_view import show_corrections, show_history
from formcheck.web.pages.review.documents_view import show_documents
from formcheck.web.pages.review.meanwhile import (
    ask_about_held,
    done_here,
    gone_in_words,
    hold,
    is_stale,
    say_what_changed,
    was_open,
    watch,
)
from formcheck.web.pages.review.results_view import show_results, show_setup, show_verdict
from formcheck.web.player.component import show_player
from formcheck.web.player.events import (
    CutApart,
    Drew,
    IncludedRep,
    MadeChange,
    PlayerEvent,
    PutBack,
    RemovedDrawing,
    RestoredDrawing,
    TookBack,
)
from formcheck.web.shared.addresses import PEOPLE, PERSON, REVIEW, VIDEOS
from formcheck.web.shared.choose_person import ask_place, offer_proposal, people_shown
from formcheck.web.shared.dates import time_of
from formcheck.web.shared.empty import show_empty
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.notes import show_draft, show_notes
from formcheck.web.shared.opened_set import OpenedSet, correct_opened, open_set, put_back, take_back
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.stored_words import part_in_words, what_it_is


def show_player_of(_records: Records, actor: Actor, opened: OpenedSet) -> PlayerEvent | None:
    """Show the player of a set; return what the reviewer has just done in it."""
    row = opened.row
    drawn = "-".join(each.id[:8] for each in opened.annotations)
    return show_player(
        f"player-{row.id}",
        video_url=None if row.video_sha256 is None else video_link(actor, row.id),
        data_url=player_link(actor, row.id),
        version=f"{row.version}-{drawn}",
        editable=actor.sees_everybody,
    )


def apply_event(records: Records, actor: Actor, opened: OpenedSet, event: PlayerEvent) -> None:
    """Do what a reviewer did.

    Raises
    ------
    FormcheckError
        If it cannot be done: it does not fit the set, may not be done by the actor, or the set has changed meanwhile.
    """
    set_id = opened.row.id
    match event:
        case MadeChange():
            correct_opened(records, actor, opened, event.change)
        case IncludedRep():
            take_back(records, actor, opened, _exclusion_at(opened, event.at_s))
        case TookBack():
            take_back(records, actor, opened, event.id)
        case PutBack():
            put_back(records, actor, opened, event.id)
        case CutApart():
            cut_apart(records, actor, set_id, event.at_s, opened.row.version)
        case Drew():
            with records.writing(actor) as work:
                annotate(work, set_id, event.drawing.t_s, event.drawing.body())
        case RemovedDrawing():
            with records.writing(actor) as work:
                remove_annotation(work, set_id, event.id)
        case RestoredDrawing():
            with records.writing(actor) as work:
                restore_annotation(work, set_id, event.id)


def _exclusion_at(opened: OpenedSet, at_s: float) -> str:
    """Return the id of the correction that leaves out the rep under way at a time."""
    for correction in reversed(_in_force(opened)):
        change = correction.change
        if isinstance(change, ExcludeRep) and _same_rep(opened, change.at_s, at_s):
            return correction.id
    raise NotFoundError("correction")


def _in_force(opened: OpenedSet) -> list[Correction]:
    return [as_correction(row) for row in opened.corrections if row.undone_at is None]


def _same_rep(opened: OpenedSet, one_s: float, other_s: float) -> bool:
    return any(
        rep.start_s <= one_s <= rep.end_s and rep.start_s <= other_s <= rep.end_s
        for rep in opened.reviewed.current.reps
    )


def show_heading(records: Records, actor: Actor, opened: OpenedSet) -> None:
    """Say whose set it is, what it is and when it was done; ask whose it is while nobody knows."""
    row = opened.row
    corrected = " · **corrected**" if row.corrected is not None else ""
    with st.container(horizontal=True, vertical_alignment="center", key="review-heading"):
        if opened.person is not None:
            page_link(PERSON, as_typed(opened.person_label), icon=":material/arrow_back:", person=opened.person.id)
        st.markdown(
            f"**{what_it_is(row)}** · {time_of(row.done_at)} · {as_typed(row.name)}{corrected}", width="content"
        )
        if opened.person is not None and actor.sees_everybody:
            with st.popover("Change", icon=":material/edit:", type="tertiary"):
                ask_place(records, actor, row, f"place-{row.id}", saved=done_here)
    if opened.person_guess and actor.sees_everybody:
        st.caption(
            f"Whose set it is was guessed: {as_typed(opened.person_guess)}. *Change* puts it right.", width="content"
        )
    if opened.person is None and actor.sees_everybody:
        if opened.proposal is not None:
            offer_proposal(records, actor, opened.proposal, f"set-{row.id}", saved=done_here)
        ask_place(records, actor, row, f"place-{row.id}", saved=done_here)


_QUESTIONS: Final = {
    "pain_before": "Before",
    "pain_during": "During",
    "pain_after": "After",
    "pain_after_hour": "An hour later",
    "pain_next_morning": "Next morning",
}
_SWELLING: Final = {True: "Yes", False: "No"}


def show_pain(records: Records, actor: Actor, row: ExerciseSet) -> None:
    """Show the answers about pain, and ask for those that are open."""
    said = [
        f"{label.lower()} {value}" for name, label in _QUESTIONS.items() if (value := getattr(row, name)) is not None
    ]
    swelling = {None: "", True: "; the knee swelled", False: "; no swelling"}[row.swelling]
    st.markdown(f"Pain, 0 to 10: {', '.join(said) or 'not asked'}{swelling}.")
    with st.expander("Say how it hurt"), st.form(f"pain-{row.id}", border=False):
        cells = st.columns(len(_QUESTIONS))
        answers = {
            name: cell.number_input(
                label, 0, 10, getattr(row, name), step=1, placeholder="–", key=f"{name}-{row.id}", format="%d"
            )
            for (name, label), cell in zip(_QUESTIONS.items(), cells, strict=True)
        }
        swelled = st.segmented_control(
            "Did the knee swell?",
            list(_SWELLING),
            default=row.swelling,
            format_func=lambda each: _SWELLING[each],
            key=f"swelling-{row.id}",
        )
        if st.form_submit_button("Save"):
            try:
                with records.writing(actor) as work:
                    say_pain(
                        work,
                        row.id,
                        {name: None if value is None else int(value) for name, value in answers.items()},
                        swelling=swelled,
                    )
            except FormcheckError as error:
                st.error(f"{error.reason} {error.remedy}")
            else:
                done_here()


_REFUSED: Final = "review_refused"
"""Why what the reviewer did last could not be done; shown once."""


def page() -> None:
    """Show the page."""
    actor, records = require_actor(), records_service()
    set_id = st.query_params.get("set")
    if set_id is None:
        st.title("Review", anchor=False)
        show_empty(Drawing.SEARCH, "No set is chosen", "Choose one of a person, or add a video.")
        _show_ways(actor)
        return
    try:
        opened = open_set(records, actor, set_id)
    except FormcheckError as error:
        if was_open(set_id):
            st.warning(gone_in_words(records, actor, set_id), icon=":material/sync_problem:")
            show_draft(f"set-{set_id}")
        else:
            st.error(f"{error.reason} {error.remedy}")
        _show_ways(actor)
        return
    _show(records, actor, opened)


def _show_ways(actor: Actor) -> None:
    if actor.sees_everybody:
        page_link(PEOPLE, "People", icon=":material/group:")
    else:
        page_link(PERSON, "My records", icon=":material/person:")
    page_link(VIDEOS, "Videos", icon=":material/upload:")


def _show(records: Records, actor: Actor, opened: OpenedSet) -> None:
    stale = is_stale(opened)
    show_heading(records, actor, opened)
    if stale:
        say_what_changed(records, actor, opened)
    else:
        watch(records, opened)
    _show_others(records, actor, opened)
    show_verdict(opened.reviewed.current)
    refused: FormcheckError | None = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        st.error(f"{refused.reason} {refused.remedy}")
    event = show_player_of(records, actor, opened)
    if event is not None and stale:
        hold(opened, event)
        event = None
    event = event or ask_about_held(opened)
    if event is not None:
        try:
            apply_event(records, actor, opened, event)
        except FormcheckError as error:
            st.session_state[_REFUSED] = error
        done_here()
    _show_part(records, actor, opened)


def _show_others(records: Records, actor: Actor, opened: OpenedSet) -> None:
    """Name the other sets of the same video, each with a way to it, and with whose it is where that is another's."""
    if not opened.others:
        return
    is_shared = any(each.person_id != opened.row.person_id for each in opened.others)
    people = people_shown(records, actor) if is_shared else {}
    with st.container(horizontal=True, vertical_alignment="center", key="review-others"):
        st.caption(
            f"This video holds {len(opened.others) + 1} sets. This is {part_in_words(opened.row)}.", width="content"
        )
        for other in opened.others:
            whose = people.get(other.person_id or "", "nobody’s yet") if is_shared else ""
            label = sentence_case(part_in_words(other)) + (f" · {as_typed(whose)}" if whose else "")
            page_link(REVIEW, label, icon=":material/movie:", set=other.id)


def _show_part(records: Records, actor: Actor, opened: OpenedSet) -> None:
    parts: dict[str, Callable[[], None]] = {
        "Results": lambda: show_results(records, actor, opened),
        "Corrections": lambda: show_corrections(records, actor, opened),
        "Notes and pain": lambda: _show_notes_and_pain(records, actor, opened),
        "Documents": lambda: show_documents(records, actor, opened),
        "Set-up and gaps": lambda: show_setup(opened),
    }
    if actor.sees_everybody:
        parts["History"] = lambda: show_history(records, actor, opened)
    chosen = st.segmented_control(
        "Part of the review",
        list(parts),
        default="Results",
        key=f"part-{opened.row.id}",
        label_visibility="collapsed",
        required=True,
    )
    parts[chosen or "Results"]()


def _show_notes_and_pain(records: Records, actor: Actor, opened: OpenedSet) -> None:
    show_pain(records, actor, opened.row)
    show_notes(records, actor, opened.notes, key=f"set-{opened.row.id}", set_id=opened.row.id)
