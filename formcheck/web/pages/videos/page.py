"""*Videos*: sending videos in, and the list of those that are being measured or were lately.

The browser side of the place to drop them on is `web/uploads/client/`.
"""

from __future__ import annotations

import time
from typing import Final

import streamlit as st

from formcheck.commands.samples import SAMPLES, Sample, sample_path
from formcheck.errors import FormcheckError
from formcheck.exercises.words import sentence_case
from formcheck.intake.queue import VIDEO_SUFFIXES, add_file
from formcheck.intake.room import in_megabytes
from formcheck.intake.settings import IntakeSettings, intake_settings
from formcheck.intake.wishes import Wishes
from formcheck.records.access import Actor
from formcheck.records.agreed import RECORDS, VIDEO, refusal
from formcheck.records.records import Records
from formcheck.session.request import SetRequest
from formcheck.web.access.guard import require_actor
from formcheck.web.access.links import LINK_LASTS_S, UPLOADS, issue_link
from formcheck.web.access.service import records_service
from formcheck.web.pages.videos.editing import show_dialog
from formcheck.web.pages.videos.listing import show_list
from formcheck.web.phone.handovers import Errand
from formcheck.web.phone.panel import show_phone_camera
from formcheck.web.shared.addresses import LINK_HEADER, UPLOADS_CLIENT_PATH, UPLOADS_PATH
from formcheck.web.shared.browser_parts import MODULE_VIEW, text_beside
from formcheck.web.shared.choose_person import people_shown
from formcheck.web.shared.plain_text import as_typed

_LINK: Final = "upload_link"
_FRESH_S: Final = LINK_LASTS_S / 4
_NOT_LOADED: Final = "The place to upload could not be loaded. Reload the page."

_zone = st.components.v2.component("formcheck_uploads", js=MODULE_VIEW, isolate_styles=False)


def show_drop_zone(actor: Actor, *, person_id: str | None, keep_video: bool, max_bytes: int, key: str) -> None:
    """Show where videos are dropped or chosen, and what is on its way from this window.

    Parameters
    ----------
    actor
        Who sends.
    person_id
        Whose the videos are that are chosen from now on; None to find out.
    keep_video
        Whether those videos are kept, or landmarks and numbers alone.
    max_bytes
        The size that is allowed.
    key
        Of the part on this page.
    """
    _zone(
        key=key,
        data={
            "static_base": UPLOADS_CLIENT_PATH,
            "uploads_path": UPLOADS_PATH,
            "link_header": LINK_HEADER,
            "link": _link(actor),
            "person_id": person_id,
            "keep_video": keep_video,
            # Some systems know no type for some of the endings, and would not let such files be chosen.
            "accept": ",".join(["video/*", *VIDEO_SUFFIXES]),
            "theme": st.context.theme.type,
            "strings": {
                "drop": "Drop videos here",
                "choose": "Choose videos",
                "hint": "One set of one exercise in each, from the front or the side, up to "
                f"{in_megabytes(max_bytes)}. They go to the computer that runs formcheck, and nowhere else.",
                "not_loaded": _NOT_LOADED,
            },
        },
        on_new_link_change=_forget_link,
    )


def _link(actor: Actor) -> str:
    """Return this page's link, a new one where the last is old, was refused, or is another's."""
    kept = st.session_state.get(_LINK)
    now_s = time.monotonic()
    if kept is None or kept[0] != actor.id or now_s - kept[2] > _FRESH_S:
        kept = st.session_state[_LINK] = (actor.id, issue_link(actor, UPLOADS), now_s)
    return str(kept[1])


def _forget_link() -> None:
    st.session_state.pop(_LINK, None)


_ANY_SET: Final = "One set of one exercise"
_FIND_OUT: Final = ""
_VIDEO, _LANDMARKS = "The video", "Landmarks only"


def show_sending(records: Records, actor: Actor, settings: IntakeSettings) -> None:
    """Ask what holds for all videos that are chosen next, and take them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        person_id = _ask_whose(records, actor)
        with records.reading(actor) as work:
            whose = actor.person_id or person_id
            refused, without_video = (refusal(work, whose, item) for item in (RECORDS, VIDEO))
        keep_video = without_video is None and _ask_what_is_kept()
    if refused is not None:
        error = refused.error("no new video is taken for them" if actor.sees_everybody else "no new video is taken")
        st.error(f"{error.reason} {error.remedy}", icon=":material/block:")
        return
    if without_video is not None:
        st.info(f"{sentence_case(without_video.clause)}: landmarks and numbers alone are kept.", icon=":material/info:")
    show_drop_zone(
        actor, person_id=person_id, keep_video=keep_video, max_bytes=settings.upload_max_bytes, key="drop-zone"
    )

    def errand() -> Errand:
        people = {} if person_id is None else people_shown(records, actor)
        wishes = Wishes(keep_video=keep_video, person_said=person_id is not None)
        return Errand(actor, person_id or actor.person_id, wishes, _ANY_SET, people.get(person_id or "", ""))

    show_phone_camera(errand, key="phone-videos")
    with st.expander("Try a sample clip", icon=":material/smart_display:"):
        st.caption("Rendered people whose every joint angle is known.")
        for sample in SAMPLES:
            if st.button(f"{sample.shows[:1].upper()}{sample.shows[1:]}", key=f"sample-{sample.name}", type="tertiary"):
                _add_sample(records, actor, settings, sample, person_id)


def _ask_whose(records: Records, actor: Actor) -> str | None:
    if not actor.sees_everybody:
        return None
    people = people_shown(records, actor)
    if not people:
        return None
    asked = st.query_params.get("person", "")
    chosen = st.selectbox(
        "Whose videos are these?",
        [_FIND_OUT, *people],
        index=list(people).index(asked) + 1 if asked in people else 0,
        format_func=lambda each: people.get(each, "Not said: propose for each"),
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


_LOOK_EVERY_S: Final = 1.5


def page() -> None:
    """Show the page."""
    actor = require_actor()
    st.html(f"<style>{text_beside(__file__, 'videos.css')}</style>")
    st.title("Videos", anchor=False)
    try:
        records, settings = records_service(), intake_settings()
        show_sending(records, actor, settings)
        with st.container(key="uploads-list"):
            _list()
        show_dialog(records, actor)
    except FormcheckError as error:
        st.error(f"{as_typed(error.reason)} {as_typed(error.remedy)}", icon=":material/error:")


@st.fragment(run_every=_LOOK_EVERY_S)
def _list() -> None:
    """Look at the queue again and again, without running the rest of the page."""
    show_list(records_service(), require_actor())
