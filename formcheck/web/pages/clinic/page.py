"""*Clinic*: name, address, logo and paper of documents, and how the clinician signs."""

from __future__ import annotations

import base64
import binascii
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError, OutputError
from formcheck.records.access import Actor
from formcheck.records.clinic import (
    ClinicDetails,
    Signs,
    change_clinic,
    change_logo,
    change_signature,
    clinic_details,
    keep_logo,
    logo_png,
    signature_of,
)
from formcheck.records.records import Records
from formcheck.records.sweep import remove_unused
from formcheck.report.letterhead import Paper
from formcheck.web.access.guard import require_clinician
from formcheck.web.access.service import records_service
from formcheck.web.shared.browser_parts import text_beside

_REFUSED: Final = "This file is no picture that can be shown. Choose a PNG, JPEG or SVG of at most 10 MB."
_HTML: Final = (
    '<div class="formcheck-logo"><label><span></span><input type="file" accept="image/png,image/jpeg,image/svg+xml">'
    '</label><p role="status"></p></div>'
)
_logo = st.components.v2.component(
    "formcheck_logo",
    html=_HTML,
    css=text_beside(__file__, "logo.css"),
    js=text_beside(__file__, "logo.js"),
    isolate_styles=False,
)


def page() -> None:
    """Show the page."""
    actor, records = require_clinician(), records_service()
    st.title("Clinic", anchor=False)
    st.caption("What stands at the head and the foot of documents.")
    with records.reading(actor) as work:
        details, signs, logo = clinic_details(work), signature_of(work), logo_png(work)
    with st.form("clinic", border=False):
        name = st.text_input("Name of the clinic", details.name, max_chars=200, key="clinic-name")
        address = st.text_area(
            "Address, and what else is to stand below it", details.address, max_chars=1000, key="clinic-address"
        )
        paper = st.segmented_control(
            "Paper",
            list(Paper),
            default=details.paper,
            format_func=lambda each: Paper(each).label,
            key="clinic-paper",
            required=True,
        )
        left, right = st.columns(2)
        signer = left.text_input("You sign as", signs.name, max_chars=200, key="clinic-signer")
        title = right.text_input(
            "Profession, number", signs.title, max_chars=200, key="clinic-title", placeholder="Physiotherapist, 12345"
        )
        sent = st.form_submit_button("Save", type="primary")
    if sent:
        said = ClinicDetails(name, address, Paper(paper or details.paper))
        _save(records, actor, said, Signs(signer, title))
    _show_logo(records, actor, logo)


def _save(records: Records, actor: Actor, details: ClinicDetails, signs: Signs) -> None:
    try:
        with records.writing(actor) as work:
            change_clinic(work, details)
            change_signature(work, signs)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
    else:
        st.success("Saved.", icon=":material/check:")


def _show_logo(records: Records, actor: Actor, logo: bytes) -> None:
    st.subheader("Logo", anchor=False)
    if logo:
        st.image(logo, width=240)
    label = "Choose another logo" if logo else "Choose a logo"
    chosen = _logo(key="clinic-logo", data={"label": label, "refused": _REFUSED}, on_logo_change=_nothing).logo
    if isinstance(chosen, str) and chosen:
        take_logo(records, actor, chosen)
    if logo and st.button("Remove the logo", icon=":material/delete:", key="clinic-logo-remove"):
        with records.writing(actor) as work:
            change_logo(work, None)
        remove_unused(records)
        st.rerun()


def take_logo(records: Records, actor: Actor, encoded: str) -> None:
    """Keep a logo as the browser sent it; says what is wrong with it where it cannot be kept."""
    try:
        kept = keep_logo(records.files, _decoded(encoded))
        with records.writing(actor) as work:
            change_logo(work, kept)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return
    remove_unused(records)
    st.rerun()


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise OutputError("The logo did not come whole.", "Choose it again.") from error


def _nothing() -> None:
    """Be there: a trigger without a callback is not part of the component's result."""
