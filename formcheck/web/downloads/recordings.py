"""Recordings of calls as pages show them: each to be had as a file, and to be deleted."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.call_recordings import delete_recording, length_in_words
from formcheck.records.records import Records
from formcheck.records.sweep import remove_unused
from formcheck.records.tables import RemoteRecording
from formcheck.web.downloads.links import recording_link
from formcheck.web.shared.dates import time_of


def show_recordings(records: Records, actor: Actor, rows: Sequence[RemoteRecording]) -> None:
    """Show recordings in their order; who sees everybody may delete them.

    Parameters
    ----------
    records
        The records.
    actor
        Who looks.
    rows
        The recordings, which the actor may see.
    """
    for row in rows:
        with st.container(horizontal=True, vertical_alignment="center", key=f"recording-{row.id}"):
            length = length_in_words(row.duration_s)
            label = f"Recording of the call, {time_of(row.started_at)}, {length}"
            st.link_button(label, recording_link(actor, row.id), icon=":material/download:")
            if actor.sees_everybody and st.button("Delete it", key=f"recording-delete-{row.id}"):
                try:
                    with records.writing(actor) as work:
                        delete_recording(work, row.id)
                    remove_unused(records)
                except FormcheckError as error:
                    st.error(f"{error.reason} {error.remedy}")
                else:
                    st.rerun()
