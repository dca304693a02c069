"""The red-flag screen on pages: asked before anybody exercises, measured or guided, and what follows from it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.programme.red_flags import ADVICE, RED_FLAGS, flags_in_words
from formcheck.records.access import Actor, Role
from formcheck.records.records import Records
from formcheck.records.red_flags import answer_red_flags, clear_red_flags, last_screen, may_exercise
from formcheck.records.tables import RedFlagScreen
from formcheck.web.access.guard import current_actor
from formcheck.web.access.service import records_service
from formcheck.web.shared.dates import day_of
from formcheck.web.shared.plain_text import as_typed

QUESTION: Final = "Does any of this apply to you now?"
_ANEW: Final = "red_flags_asked_anew"
"""In the session: about whom the screen is asked again."""
_FOR_VISIT: Final = "red_flags_without_records"
"""In the session: about whom it was answered while the records were away."""


def ask_flags(key: str) -> list[str]:
    """Show the questions; return ids of what is ticked."""
    st.markdown(f"**{QUESTION}**")
    return [flag.id for flag in RED_FLAGS if st.checkbox(flag.statement, key=_box(key, flag.id))]


def ticked(key: str) -> list[str]:
    """Return what is ticked, as in a callback, before the questions are shown again."""
    return [flag.id for flag in RED_FLAGS if st.session_state.get(_box(key, flag.id))]


def _box(key: str, flag: str) -> str:
    return f"{key}-flag-{flag}"


def keep_flags(person_id: str | None, flags: list[str]) -> None:
    """Keep answers about a person, or about whoever asks where it is None."""
    actor = current_actor()
    if actor is None:
        return
    try:
        with records_service().writing(actor) as work:
            answer_red_flags(work, person_id, flags)
    except FormcheckError:  # a set can be done without the records; then it is asked at each visit
        st.session_state[_FOR_VISIT] = {**_for_visit(), person_id: flags}
    if st.session_state.get(_ANEW) == (person_id,):
        del st.session_state[_ANEW]


def open_to_exercise(records: Records, actor: Actor, person_id: str | None) -> bool:
    """Say whether somebody may exercise by their last answers; where not, ask them, or say what follows.

    Parameters
    ----------
    records
        With the answers.
    actor
        Who is asked.
    person_id
        Who is to exercise; None for whoever asks.
    """
    if st.session_state.get(_ANEW) == (person_id,):
        _ask(person_id)
        return False
    try:
        with records.reading(actor) as work:
            screen = last_screen(work, person_id)
    except FormcheckError:
        answered = _for_visit().get(person_id)
        if answered is None:
            _ask(person_id)
        elif answered:
            st.error(ADVICE, icon=":material/do_not_disturb_on:")
        return answered == []
    if screen is None:
        _ask(person_id)
        return False
    if may_exercise(screen):
        return True
    _show_closed(records, actor, person_id, screen)
    return False


def _for_visit() -> dict[str | None, list[str]]:
    kept: dict[str | None, list[str]] = st.session_state.get(_FOR_VISIT, {})
    return kept


def _ask(person_id: str | None) -> None:
    key = f"screen-{person_id or 'own'}"
    with st.container(border=True, key="red-flags"):
        flags = ask_flags(key)
        st.button(
            "Keep these answers" if flags else "None of these",
            type="primary",
            key=f"{key}-keep",
            on_click=lambda: keep_flags(person_id, ticked(key)),
            width="stretch",
        )


def _show_closed(records: Records, actor: Actor, person_id: str | None, screen: RedFlagScreen) -> None:
    st.error(f"**{ADVICE}**\n\n{flags_list(screen)}", icon=":material/do_not_disturb_on:")
    st.caption(f"Answered on {day_of(screen.answered_at)} by {as_typed(screen.answered_by)}.")
    with st.container(horizontal=True):
        st.button(
            "Something has changed: answer again",
            key="red-flags-anew",
            on_click=lambda: st.session_state.update({_ANEW: (person_id,)}),
        )
        offer_to_clear(records, actor, screen)


def offer_to_clear(records: Records, actor: Actor, screen: RedFlagScreen) -> None:
    """Show clinicians the button that lets somebody exercise in spite of a flag."""
    if actor.role is Role.CLIENT:
        return
    if st.button("A clinician has seen this: exercise is all right", key=f"clear-{screen.id}", icon=":material/check:"):
        try:
            with records.writing(actor) as work:
                clear_red_flags(work, screen.id)
        except FormcheckError as error:
            st.error(f"{error.reason} {error.remedy}")
        else:
            st.rerun()


def flags_list(screen: RedFlagScreen) -> str:
    """Say the flags of a screen as a list in Markdown."""
    return "\n".join(f"- {as_typed(each)}" for each in flags_in_words(screen.flags))


def ask_anew_button(person_id: str | None) -> None:
    """Show the button with which the screen is answered again, as when something got worse."""
    st.button(
        "Something got worse: answer the safety questions again",
        key="red-flags-anew-open",
        type="tertiary",
        icon=":material/health_and_safety:",
        on_click=lambda: st.session_state.update({_ANEW: (person_id,)}),
    )
