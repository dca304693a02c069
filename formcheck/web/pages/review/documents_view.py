"""What can be made of a set: the clinician's note on it (SOAP), and documents of every form."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.records import Records
from formcheck.records.soap import LONGEST_PART, soap_of, text_of, write_soap
from formcheck.records.tables import SoapNote
from formcheck.report.document_kinds import DocumentKind
from formcheck.report.soap import TITLES, SoapText, soap_template
from formcheck.web.downloads.links import document_link
from formcheck.web.shared.addresses import CLINIC
from formcheck.web.shared.dates import time_of
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.opened_set import OpenedSet
from formcheck.web.shared.paper import ask_paper
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.report_parts import ask_csv_dialect

_GROUPS: Final = {
    "For the client": (DocumentKind.CLIENT_PDF, DocumentKind.CLIENT_HTML, DocumentKind.REP_GIF),
    "For clinicians": (DocumentKind.CLINICAL_PDF, DocumentKind.CLINICAL_HTML, DocumentKind.OVERLAY_VIDEO),
    "For programs": (DocumentKind.REVIEW_JSON, DocumentKind.REPS_CSV, DocumentKind.FRAMES_CSV),
    "For motion analysis": (DocumentKind.TRC, DocumentKind.C3D),
}


def show_documents(records: Records, actor: Actor, opened: OpenedSet) -> None:
    """Show what can be made of a set: each is made when it is asked for, as the set is then."""
    if actor.sees_everybody:
        _show_soap(records, actor, opened)
    st.caption(
        "Made when you ask, of the set as it is now. Notes for the client are in them; those for clinicians not."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="documents-how"):
        paper = ask_paper(records, actor)
        dialect = ask_csv_dialect()
        if actor.sees_everybody:
            page_link(CLINIC, "Letterhead and signature", icon=":material/badge:")
    for title, kinds in _GROUPS.items():
        st.markdown(f"**{title}**")
        with st.container(horizontal=True, key=f"documents-{title.split()[1]}"):
            for kind in (each.in_dialect(dialect) for each in kinds):
                if not kind.needs_video or opened.row.video_sha256 is not None:
                    of_paper = paper.value if kind.is_printed else ""
                    address = document_link(actor, opened.row.id, kind.value, of_paper)
                    st.link_button(kind.label, address, icon=":material/download:")


def _show_soap(records: Records, actor: Actor, opened: OpenedSet) -> None:
    """Show the note with a form to write it; one that is not begun is filled from what is known."""
    with records.reading(actor) as work:
        note = soap_of(work, opened.row.id)
    st.caption("No clinical note yet." if note is None else _state(note, opened))
    number = 0 if note is None else note.number
    with (
        st.expander("Clinical note (SOAP)", icon=":material/clinical_notes:"),
        st.form(f"soap-{opened.row.id}-{number}", border=False),
    ):
        before = _template(records, actor, opened) if note is None else text_of(note)
        text = SoapText(
            *(
                st.text_area(title, said, height=height, max_chars=LONGEST_PART, key=f"soap-{title}-{number}")
                for title, said, height in zip(TITLES, before, (68, 200, 100, 68), strict=True)
            )
        )
        with st.container(horizontal=True):
            sign = st.form_submit_button("Save and sign", type="primary", icon=":material/signature:")
            sent = st.form_submit_button("Save")
    if not (sign or sent):
        return
    try:
        with records.writing(actor) as work:
            write_soap(work, opened.row.id, text, number, sign=sign)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
    else:
        st.rerun()


def _state(note: SoapNote, opened: OpenedSet) -> str:
    said = f"Clinical note, version {note.number}, by {as_typed(note.author)}, {time_of(note.written_at)}"
    if note.signed_at is not None:
        said += f" · signed by {as_typed(note.signed_by)}, {time_of(note.signed_at)}"
    return said if note.set_version == opened.row.version else f"{said} · the set was changed after that"


def _template(records: Records, actor: Actor, opened: OpenedSet) -> SoapText:
    # What makes documents takes a second to load: not before somebody wants one.
    from formcheck.web.downloads.documents import details_of

    with records.reading(actor) as work:
        details = details_of(work, opened)
    return soap_template(opened.reviewed.current, details)
