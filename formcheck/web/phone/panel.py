"""On a page of the computer: the code for a phone, how far its video is, and the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import streamlit as st
from markupsafe import Markup

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.records import Records
from formcheck.web.access.guard import require_actor
from formcheck.web.access.service import records_service
from formcheck.web.phone.handovers import Errand, Handover, phone_service
from formcheck.web.phone.live import can_be_live
from formcheck.web.phone.place import HOW_TO_GET_IT, address_for_phones, link_for_phone, listening
from formcheck.web.phone.progress import Progress, Stage, progress_of, result_html, result_of
from formcheck.web.shared.addresses import PHONE_HELP_PATH, REVIEW
from formcheck.web.shared.browser_parts import text_beside
from formcheck.web.shared.design import show
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.plain_text import as_typed

_SHOWN: Final = "phone_codes"
"""By the key of a part of a page, the id of its handover and its code, which is gone once it was used."""
_LOOK_EVERY_S: Final = 1.5
_STEPS: Final = {
    Stage.CONNECTED: "Your phone is connected. Record the set on it.",
    Stage.SENDING: "The video is on its way.",
    Stage.WAITING: "The video is here, and waits for its turn.",
    Stage.MEASURING: "Your set is being measured.",
}
_OVER: Final = (Stage.DONE, Stage.FAILED)


def show_phone_camera(errand_of: Callable[[], Errand], *, key: str) -> None:
    """Show how a phone can record a set, and what becomes of it.

    Parameters
    ----------
    errand_of
        Says what the phone is to record, when a code is shown.
    key
        Of the part on this page.
    """
    shown = _open(key)
    st.html(f"<style>{text_beside(__file__, 'panel.css')}</style>")
    with st.expander("Use my phone as the camera", icon=":material/qr_code_2:", expanded=shown is not None, key=key):
        address = address_for_phones(st.context.url)
        if address is None:
            st.markdown(listening().fault or HOW_TO_GET_IT)
            return
        if shown is not None and shown.key_sha256 is None and shown.errand != (errand := errand_of()):
            shown = _renew(key, errand)  # the set was changed meanwhile: the code is for this one
        if shown is None:
            st.markdown("Your phone films with its own camera app; the result appears here and on the phone.")
            if st.button("Show the code", type="primary", icon=":material/qr_code_2:", key=f"{key}-show"):
                _renew(key, errand_of())
                st.rerun()
            return
        progress = _progress(records_service(), require_actor(), shown)
        st.fragment(_follow, run_every=None if progress.stage is Stage.DONE else _LOOK_EVERY_S)(key, address)
        _offer_another(key, shown, progress, errand_of)


def _offer_another(key: str, shown: Handover, progress: Progress, errand_of: Callable[[], Errand]) -> None:
    with st.container(horizontal=True, key=f"{key}-actions"):
        label = "Show a new code" if progress.stage in _OVER or shown.key_sha256 else "Show another code"
        if st.button(label, icon=":material/replay:", key=f"{key}-again"):
            _renew(key, errand_of())
            st.rerun()
        if st.button("Close", key=f"{key}-close", type="tertiary"):
            _forget(key, end=progress.stage in (Stage.SHOWN, Stage.CONNECTED))
            st.rerun()


def _follow(key: str, address: str) -> None:
    """Look at what became of a code, again and again, without running the rest of the page."""
    actor = require_actor()
    shown = _open(key)
    if shown is None or shown.errand.actor.id != actor.id:
        _forget(key, end=False)
        st.rerun(scope="app")
        return
    records = records_service()
    progress = _progress(records, actor, shown)
    if progress.stage is Stage.SHOWN:
        _show_code(key, address, shown)
    else:
        _show_progress(records, actor, shown, progress)
    seen = f"{key}-stage"
    before, st.session_state[seen] = st.session_state.get(seen), progress.stage
    if before is not None and before != progress.stage and (progress.stage is Stage.DONE or before is Stage.SHOWN):
        st.rerun(scope="app")


def _show_code(key: str, address: str, shown: Handover) -> None:
    code = st.session_state[_SHOWN][key][1]
    link = link_for_phone(address, code)
    minutes = round(phone_service().code_left_s(shown) / 60) or 1
    with st.container(key=f"{key}-code"):
        picture, words = st.columns([2, 3], gap="medium", vertical_alignment="center")
        with picture:
            show(_framed(link, "Code for the phone"))
        with words:
            st.markdown(
                f"**{as_typed(shown.errand.said)}**"
                + (f" · {as_typed(shown.errand.person)}" if shown.errand.person else "")
            )
            st.markdown(
                "1. Point your phone’s camera at the code, and open the address that it shows.\n"
                "2. Record the set there, and press *Use video*.\n"
                "3. The result appears here."
            )
            left = "1 minute" if minutes == 1 else f"{minutes} minutes"
            # Without its scheme it is no link: pressed on this computer it would lead to nothing.
            st.caption(f"It works once, for {left}. The phone goes to {as_typed(urlsplit(address).netloc)}.")
    secure = listening().secure_address
    if secure and address == listening().address and can_be_live(shown):
        with st.container(key=f"{key}-live"):
            st.caption(
                f"For a live set on the phone, open {as_typed(address + PHONE_HELP_PATH)} on it once and follow the "
                "steps there. From then on, this code is for live sets:"
            )
            show(_framed(link_for_phone(secure, code), "Code for a live set"))
            st.caption(f"Fingerprint of the certificate (SHA-256): {listening().fingerprint}")


def _framed(link: str, label: str) -> Markup:
    return Markup('<div class="fc fp-code" role="img" aria-label="{}">{}</div>').format(label, qr_code(link))


def _show_progress(records: Records, actor: Actor, shown: Handover, progress: Progress) -> None:
    what = as_typed(" · ".join(filter(None, (shown.errand.said, shown.errand.person))))
    if progress.stage is Stage.DONE and progress.set_id is not None:
        st.caption(what)
        result = result_of(records, actor, progress.set_id)
        if result is not None:
            show(result_html(result))
        page_link(REVIEW, "Open review", icon=":material/movie:", set=progress.set_id)
        return
    if progress.stage is Stage.FAILED:
        st.error(f"{as_typed(progress.reason)} {as_typed(progress.remedy)}", icon=":material/error:")
        st.caption("The phone can record and send another one.")
        return
    st.markdown(f"**{_STEPS[progress.stage]}**")
    st.caption(what)
    if progress.share is not None:
        st.progress(min(1.0, progress.share), text=f"{100 * progress.share:.0f} %")


def qr_code(text: str) -> Markup:
    """Return a text as a QR code: an SVG for a page, black on white with its quiet zone."""
    import segno  # only where a code is shown

    svg = segno.make(text, error="m", micro=False).svg_inline(dark="#000", light="#fff", border=4, omitsize=True)
    return Markup(svg)


def _progress(records: Records, actor: Actor, shown: Handover) -> Progress:
    try:
        return progress_of(records, actor, shown)
    except FormcheckError as error:
        return Progress(Stage.FAILED, None, error.reason, error.remedy)


def _open(key: str) -> Handover | None:
    kept = st.session_state.get(_SHOWN, {}).get(key)
    return None if kept is None else phone_service().find(kept[0])


def _renew(key: str, errand: Errand) -> Handover:
    _forget(key, end=True)
    made, code = phone_service().make(errand)
    st.session_state.setdefault(_SHOWN, {})[key] = (made.id, code)
    return made


def _forget(key: str, *, end: bool) -> None:
    kept = st.session_state.get(_SHOWN, {}).pop(key, None)
    st.session_state.pop(f"{key}-stage", None)
    if end and kept is not None:
        phone_service().end(kept[0])
