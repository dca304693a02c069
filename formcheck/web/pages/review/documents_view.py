"""The documents of a set, to be taken away."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.records.access import Actor
from formcheck.records.records import Records
from formcheck.report.document_kinds import DocumentKind
from formcheck.web.downloads.links import document_link
from formcheck.web.shared.csv_choice import ask_csv_dialect
from formcheck.web.shared.opened_set import OpenedSet

_GROUPS: Final = {
    "For the client": (DocumentKind.CLIENT_PDF, DocumentKind.CLIENT_HTML),
    "For clinicians": (DocumentKind.CLINICAL_PDF, DocumentKind.CLINICAL_HTML, DocumentKind.OVERLAY_VIDEO),
    "For programs": (DocumentKind.REVIEW_JSON, DocumentKind.REPS_CSV, DocumentKind.FRAMES_CSV),
    "For motion analysis": (DocumentKind.TRC, DocumentKind.C3D),
}


def show_documents(_records: Records, actor: Actor, opened: OpenedSet) -> None:
    """Show what can be made of a set: each is made when it is asked for, as the set is then."""
    st.caption(
        "Each is made of the set as it is now, with automatic and corrected values and who corrected what. Notes for "
        "the client are in them; notes for clinicians are not."
    )
    dialect = ask_csv_dialect()
    for title, kinds in _GROUPS.items():
        st.markdown(f"**{title}**")
        with st.container(horizontal=True, key=f"documents-{title.split()[1]}"):
            for kind in (each.in_dialect(dialect) for each in kinds):
                if not kind.needs_video or opened.row.video_sha256 is not None:
                    address = document_link(actor, opened.row.id, kind.value)
                    st.link_button(kind.label, address, icon=":material/download:")
