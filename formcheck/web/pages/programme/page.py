"""*Programme*: a clinician composes what a person does for months from a template, and changes it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.exercises.words import counted
from formcheck.moments import short_day_text
from formcheck.programme.course import Done, Version, gate_state
from formcheck.programme.plan import Programme
from formcheck.programme.templates import Template, templates
from formcheck.records.access import Actor
from formcheck.records.people import get_person
from formcheck.records.programmes import (
    done_of,
    end_programme,
    move_to_phase,
    programme_in_force,
    programme_versions,
    put_programme,
)
from formcheck.records.records import Records
from formcheck.records.red_flags import last_screen, may_exercise
from formcheck.web.access.guard import require_clinician
from formcheck.web.access.red_flags import flags_list, offer_to_clear
from formcheck.web.access.service import records_service
from formcheck.web.pages.programme.draft import Draft, show_editor
from formcheck.web.shared.addresses import TODAY
from formcheck.web.shared.choose_person import ask_person, note_person, person_chosen, person_of_sets
from formcheck.web.shared.dates import day_of, viewer_zone
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.plain_text import as_typed


def page() -> None:
    """Show the page."""
    actor, records = require_clinician(), records_service()
    st.title("Programme", anchor=False)
    try:
        chosen = ask_person(
            records, actor, "For whom?", "programme-person", st.query_params.get("person") or person_of_sets()
        )
        if chosen is None:
            st.caption("Choose a person, or type a new name. Then a template makes the programme in a few presses.")
            return
        with records.reading(actor) as work:
            try:
                person_id = get_person(work, chosen).id
            except FormcheckError:  # a new name, which nobody has yet
                person_id = None
        if person_id is None:
            _show_new(records, actor, chosen)
        else:
            _show_person(records, actor, person_id)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")


def _show_new(records: Records, actor: Actor, name: str) -> None:
    template = _ask_template()
    if template is None:
        return
    draft = Draft.of(f"new-{template.key}", template.programme)
    show_editor(draft)
    if st.button(f"Give it to {as_typed(name)}", type="primary", key="give", icon=":material/check:", width="stretch"):
        programme = draft.checked()
        with records.writing(actor) as work:
            person_id = person_chosen(work, name)
            put_programme(work, person_id, programme, phase=draft.phase)
        _saved(person_id, draft)


def _show_person(records: Records, actor: Actor, person_id: str) -> None:
    with records.reading(actor) as work:
        version = programme_in_force(work, person_id)
        versions = programme_versions(work, person_id)
        name = get_person(work, person_id).name
        begun = min((each.from_at for each in versions), default=records.now())
        done = done_of(work, person_id, begun)
    _show_flags(records, actor, person_id)
    if version is None:
        template = _ask_template()
        if template is not None:
            _edit(
                records, actor, person_id, f"{person_id}-{template.key}", template.programme, None, f"Give it to {name}"
            )
    else:
        _show_in_force(records, actor, person_id, version, versions, done)
        _edit(
            records, actor, person_id, f"{person_id}-{version.number}", version.programme, version, "Save the changes"
        )
        _offer_another(records, actor, person_id)
    _show_versions(versions, done)


def _show_flags(records: Records, actor: Actor, person_id: str) -> None:
    with records.reading(actor) as work:
        screen = last_screen(work, person_id)
    if screen is None:
        st.caption("The red-flag screen is asked before the first exercise.")
    elif may_exercise(screen):
        cleared = f", seen by {as_typed(screen.cleared_by)}" if screen.flags else ": none"
        st.caption(f"Red flags, answered on {day_of(screen.answered_at)}{cleared}.")
    else:
        st.error(
            f"**Red flags, answered on {day_of(screen.answered_at)}**\n\n{flags_list(screen)}", icon=":material/flag:"
        )
        offer_to_clear(records, actor, screen)


def _ask_template() -> Template | None:
    key = st.radio(
        "Begin with",
        list(templates()),
        index=None,
        format_func=lambda each: templates()[each].programme.title,
        captions=[each.for_whom for each in templates().values()],
        key="programme-template",
    )
    if key is None:
        return None
    template = templates()[key]
    with st.expander("Where the numbers come from"):
        st.markdown(
            "\n".join(
                f"- {as_typed(each.fact)} ({', '.join(each.bases)}{f'; {each.detail}' if each.detail else ''})"
                for each in template.origins
            )
        )
    return template


def _edit(
    records: Records, actor: Actor, person_id: str, key: str, programme: Programme, seen: Version | None, label: str
) -> None:
    draft = Draft.of(key, programme, 0 if seen is None else seen.phase_index)
    show_editor(draft)
    changed = seen is None or draft.is_changed(programme, seen.phase_index)
    if st.button(
        as_typed(label),
        type="primary",
        key=f"save-{key}",
        icon=":material/check:",
        disabled=not changed,
        width="stretch",
    ):
        made = draft.checked()
        with records.writing(actor) as work:
            put_programme(work, person_id, made, phase=draft.phase, seen=None if seen is None else seen.number)
        _saved(person_id, draft)


def _saved(person_id: str, draft: Draft) -> None:
    draft.forget()
    note_person(person_id)
    st.query_params["person"] = person_id
    st.session_state.pop("programme-person", None)
    st.toast("Kept. It stands on Today from now on.", icon=":material/check:")
    st.rerun()


def _show_in_force(
    records: Records,
    actor: Actor,
    person_id: str,
    version: Version,
    versions: Sequence[Version],
    done: Sequence[Done],
) -> None:
    st.markdown(
        f"**{as_typed(version.programme.title)}**, version {version.number}, in phase {version.phase_index + 1} of "
        f"{len(version.programme.phases)}: {as_typed(version.phase.title)}"
    )
    page_link(TODAY, "Today, as the person sees it", icon=":material/today:", person=person_id)
    state = gate_state(versions, done, viewer_zone())
    if state is not None:
        signs = {True: ":material/check:", False: ":material/radio_button_unchecked:", None: ":material/help:"}
        st.markdown("\n".join(f"- {signs[line.met]} {as_typed(line.words)}" for line in state.lines))
    with st.container(horizontal=True):
        for label, step in (("Go on to the next phase", 1), ("Back to the phase before", -1)):
            to = version.phase_index + step
            if 0 <= to < len(version.programme.phases) and st.button(
                label,
                key=f"phase-{to}",
                type="primary" if step > 0 and state is not None and state.is_open else "secondary",
            ):
                with records.writing(actor) as work:
                    move_to_phase(work, person_id, to, version.number)
                st.rerun()


def _offer_another(records: Records, actor: Actor, person_id: str) -> None:
    with st.expander("End this programme", icon=":material/event_busy:"):
        st.markdown("What was done is kept. Afterwards another one can be composed from a template.")
        if st.button("End it", key="end-programme"):
            with records.writing(actor) as work:
                end_programme(work, person_id)
            st.rerun()


def _show_versions(versions: Sequence[Version], done: Sequence[Done]) -> None:
    """Show what was in force before, and on how many days something was done by it."""
    earlier = [each for each in versions if each.until_at is not None]
    if not earlier:
        return
    with st.expander(f"Earlier versions ({len(earlier)})"):
        for each in earlier:
            until = "" if each.until_at is None else f" to {short_day_text(each.until_at.astimezone(viewer_zone()))}"
            since = short_day_text(each.from_at.astimezone(viewer_zone()))
            st.markdown(
                f"- Version {each.number}, {since}{until}: {as_typed(each.programme.title)}, "
                f"phase {each.phase_index + 1}, {as_typed(each.phase.title)}; exercised by it on {_days_by(each, done)}"
            )


def _days_by(version: Version, done: Sequence[Done]) -> str:
    return counted(len({one.day(viewer_zone()) for one in done if one.version == version.id}), "day")
