"""Keeping a live set in the records, with the answers about pain."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.files import FileStore, KeptFile
from formcheck.records.records import Records
from formcheck.records.sets import NewSet, add_set, get_set, keep_track, keep_video, say_pain
from formcheck.video.proxy import write_proxy
from formcheck.web.access.guard import current_actor
from formcheck.web.access.service import records_service
from formcheck.web.live.finished_set import FinishedSet
from formcheck.web.pages.check.prescribed import note_person, person_of_sets
from formcheck.web.shared.addresses import REVIEW
from formcheck.web.shared.choose_person import ask_person, person_chosen
from formcheck.web.shared.navigation import page_link

_KEPT: Final = "kept_live_sets"
"""By the id of the live set, the id of the set in the records."""


def offer_to_keep(finished: FinishedSet, pain_before: int | None, pain_after: int | None) -> None:
    """Offer to keep a set; once it is kept, later answers about pain go with it."""
    actor = current_actor()
    if actor is None or not finished.assessment.complete_reps:
        return
    records = records_service()
    kept: dict[str, str] = st.session_state.setdefault(_KEPT, {})
    if finished.set_id in kept:
        _show_kept(records, actor, kept[finished.set_id], pain_after)
        return
    with st.container(border=True, horizontal=True, vertical_alignment="bottom", key="keep-set"):
        chosen = actor.person_id
        if actor.sees_everybody:
            label = "Keep this set in the records of"
            chosen = ask_person(records, actor, label, "keep-set-person", person_of_sets())
        pressed = st.button("Keep this set", icon=":material/bookmark_add:", disabled=not chosen, key="keep-set-yes")
    if pressed and chosen:
        try:
            kept[finished.set_id] = _keep(records, actor, finished, chosen, (pain_before, pain_after))
        except FormcheckError as error:
            st.error(f"{error.reason} {error.remedy}")
        else:
            st.rerun()


def _show_kept(records: Records, actor: Actor, set_id: str, pain_after: int | None) -> None:
    try:
        with records.reading(actor) as work:
            said = get_set(work, set_id).pain_after
        if pain_after is not None and pain_after != said:
            with records.writing(actor) as work:
                say_pain(work, set_id, {"pain_after": pain_after})
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return
    page_link(REVIEW, "Kept. Open its review", icon=":material/bookmark_added:", set=set_id)


def _keep(
    records: Records, actor: Actor, finished: FinishedSet, chosen: str, pain: tuple[int | None, int | None]
) -> str:
    # The folder goes in any case: what the set needs of it is in the store by then.
    with records.files.passing_folder() as folder:
        track = keep_track(records.files, finished.pose_track, folder=folder)
        video, proxy = _keep_video(records.files, finished, folder)
        return _keep_set(records, actor, finished, chosen, pain, (track, video, proxy))


def _keep_set(
    records: Records,
    actor: Actor,
    finished: FinishedSet,
    chosen: str,
    pain: tuple[int | None, int | None],
    files: tuple[KeptFile, KeptFile | None, KeptFile | None],
) -> str:
    track, video, proxy = files
    with records.writing(actor) as work:
        person_id = person_chosen(work, chosen)
        row = add_set(
            work,
            NewSet(
                measured_as=finished.request,
                assessment=finished.assessment,
                track=track,
                origin="live",
                name="Live set",
                done_at=finished.finished_at,
                person_id=person_id,
                video=video,
                proxy=proxy,
                remarks=finished.remarks,
            ),
        )
        say_pain(work, row.id, {"pain_before": pain[0], "pain_after": pain[1]})
    note_person(person_id)
    return row.id


def _keep_video(files: FileStore, finished: FinishedSet, folder: Path) -> tuple[KeptFile | None, KeptFile | None]:
    if finished.video_path is None or not finished.video_path.is_file():
        return None, None
    copy = files.passing_name(".mp4", folder=folder)
    write_proxy(finished.video_path, copy)
    proxy = keep_video(files, copy, ".mp4", folder=folder)
    return keep_video(files, finished.video_path, ".mp4", leave=True, folder=folder), proxy
