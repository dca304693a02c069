"""The upper part of the page of videos: whose they are, what is kept, where they are dropped, and the sample clips."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.commands.samples import SAMPLES, Sample, sample_path
from formcheck.errors import FormcheckError
from formcheck.intake.queue import add_file
from formcheck.intake.settings import IntakeSettings
from formcheck.intake.wishes import Wishes
from formcheck.records.access import Actor
from formcheck.records.people import list_people
from formcheck.records.records import Records
from formcheck.session.request import SetRequest
from formcheck.web.pages.videos.component import show_drop_zone
from formcheck.web.shared.plain_text import as_typed

_FIND_OUT: Final = ""
_VIDEO, _LANDMARKS = "The video", "Landmarks only"


def show_sending(records: Records, actor: Actor, settings: IntakeSettings) -> None:
    """Ask what holds for all videos that are chosen next, and take them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        person_id = _ask_whose(records, actor)
        keep_video = _ask_what_is_kept()
    show_drop_zone(
        actor, person_id=person_id, keep_video=keep_video, max_bytes=settings.upload_max_bytes, key="drop-zone"
    )
    with st.expander("Try a sample clip", icon=":material/smart_display:"):
        st.caption("Rendered people whose every joint angle is known.")
        for sample in SAMPLES:
            if st.button(f"{sample.shows[:1].upper()}{sample.shows[1:]}", key=f"sample-{sample.name}", type="tertiary"):
                _add_sample(records, actor, settings, sample, person_id)


def _ask_whose(records: Records, actor: Actor) -> str | None:
    if not actor.sees_everybody:
        return None
    with records.reading(actor) as work:
        people = {person.id: person.name for person in list_people(work)}
    if not people:
        return None
    asked = st.query_params.get("person", "")
    chosen = st.selectbox(
        "Whose videos are these?",
        [_FIND_OUT, *people],
        index=list(people).index(asked) + 1 if asked in people else 0,
        format_func=lambda each: people.get(each, "Find out for each"),
        key="uploads-person",
        width=320,
    )
    return chosen or None


def _ask_what_is_kept() -> bool:
    kept = st.segmented_control(
        "What is kept of them",
        [_VIDEO, _LANDMARKS],
        default=_VIDEO,
        key="uploads-keep",
        required=True,
        help="Without the video, numbers, curves and landmarks remain; the picture does not.",
    )
    return kept != _LANDMARKS


def _add_sample(
    records: Records, actor: Actor, settings: IntakeSettings, sample: Sample, person_id: str | None
) -> None:
    # Nobody's unless it is said: a sample clip is of no one in the records.
    said = Wishes(SetRequest(sample.exercise), origin="sample", person_said=True)
    try:
        add_file(records, actor, sample_path(sample), said, settings, person_id=person_id)
    except FormcheckError as error:
        st.error(f"{as_typed(error.reason)} {as_typed(error.remedy)}", icon=":material/error:")
