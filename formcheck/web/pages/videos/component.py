"""The place to drop videos on: what it is given by the page. The part itself is `web/uploads/client/`."""

from __future__ import annotations

import time
from typing import Final

import streamlit as st

from formcheck.intake.names import VIDEO_SUFFIXES
from formcheck.intake.room import in_megabytes
from formcheck.records.access import Actor
from formcheck.web.access.links import LINK_LASTS_S, UPLOADS, issue_link
from formcheck.web.shared.addresses import LINK_HEADER, UPLOADS_CLIENT_PATH, UPLOADS_PATH
from formcheck.web.shared.browser_parts import MODULE_VIEW

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
