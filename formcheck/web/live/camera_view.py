"""The camera view on a page: what it is given, and what it reports back. The view itself is `client/`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from formcheck.kinematics.measures.record import Per
from formcheck.kinematics.measures.registry import live_shown
from formcheck.kinematics.measures.units import unit_of
from formcheck.pose.landmarks import SIDES
from formcheck.pose.models import model_path
from formcheck.pose.releases import RELEASES
from formcheck.web.access.identity import current_actor
from formcheck.web.live.browser_pose import browser_pose
from formcheck.web.live.registry import live_service
from formcheck.web.shared.addresses import (
    LINK_HEADER,
    LIVE_CLIENT_PATH,
    SERVICE_WORKER_PATH,
    SOCKET_PATH,
    UPLOADS_CLIENT_PATH,
    UPLOADS_PATH,
)
from formcheck.web.shared.browser_parts import MODULE_VIEW

_TOKEN: Final = "live_token"
_TOKEN_AT: Final = "live_token_made"
_TOKEN_FRESH_S: Final = 120.0
"""Then a rerun makes a new one, long before the server refuses the old; an idle page asks for one when it needs it."""
_NOT_LOADED: Final = "The camera view could not be loaded. Reload the page, or use a recorded video instead."

_view = st.components.v2.component("formcheck_live", js=MODULE_VIEW, isolate_styles=False)
_kept_videos = st.components.v2.component("formcheck_kept_videos", js=MODULE_VIEW, isolate_styles=False)


def session_id() -> str:
    """Return the id of the Streamlit session that this page is shown to, another one for each actor in it.

    Live sets are this owner's: whoever logs in next in the same window does not come to them.
    """
    context = get_script_run_ctx()
    if context is None:
        raise RuntimeError("there is no session outside of a running page")
    return f"{context.session_id} {_actor_id()}"


def _actor_id() -> str:
    actor = current_actor()
    # Nobody's token opens nothing: the socket asks who is there before anything else.
    return "" if actor is None else actor.id


def live_token(*, renew: bool = False) -> str:
    """Return this session's token for the live socket, a new one where the last is old or `renew` asks for it."""
    made_at = st.session_state.get(_TOKEN_AT)
    if renew or made_at is None or time.monotonic() - made_at > _TOKEN_FRESH_S:
        st.session_state[_TOKEN] = live_service().issue_token(session_id(), _actor_id())
        st.session_state[_TOKEN_AT] = time.monotonic()
    return str(st.session_state[_TOKEN])


def _pose_of_browsers() -> dict[str, object] | None:
    """Return what a page needs to find poses by itself, and have the server ready for what it will send."""
    needed = browser_pose()
    if needed is not None:
        live_service().expect_landmarks()
    return needed


def shown_measures() -> list[dict[str, object]]:
    """Return the measures beside the picture, in order: name in messages, label, unit, whose they are, view."""
    return [
        {
            "name": measure.series.name,
            "label": measure.wording.live,
            "unit": unit_of(measure.name).symbol,
            "sides": [side.value for side in SIDES] if measure.per is Per.LEG else ["both"],
            "view": measure.view.value,
        }
        for measure in live_shown()
        if measure.series is not None
    ]


def installed_models() -> tuple[str, ...]:
    """Return the names of the pose models that there are here to choose from."""
    return tuple(name for name in RELEASES if model_path(name).is_file())


def show_live_view(setup: Mapping[str, object], *, voice: bool, camera: str, key: str) -> str | None:
    """Show the camera view.

    Parameters
    ----------
    setup
        The set-up message, see `settings.setup_message`.
    voice
        Whether cues are spoken.
    camera
        `user` (front), `environment` (rear) or the id of a device.
    key
        A new one begins anew.

    Returns
    -------
    str or None
        The id of a set that was just measured.
    """
    result = _view(
        key=key,
        data={
            "static_base": LIVE_CLIENT_PATH,
            "socket_path": SOCKET_PATH,
            "pose": _pose_of_browsers(),
            "token": live_token(),
            "owner": _actor_id(),
            "service_worker": SERVICE_WORKER_PATH,
            "measures": shown_measures(),
            "models": list(installed_models()),
            "setup": dict(setup),
            "voice": voice,
            "camera": camera,
            "theme": st.context.theme.type,
            "strings": {"not_loaded": _NOT_LOADED},
        },
        on_finished_change=_nothing,
        on_failed_change=_nothing,
        on_new_token_change=_renew_token,
    )
    # What a browser reports may be anything.
    set_id = result.finished.get("set_id") if isinstance(result.finished, Mapping) else None
    return set_id if isinstance(set_id, str) else None


def show_kept_videos(
    link: str, *, live_set_id: str | None, record_id: str | None, began_ms: float | None, key: str
) -> bool:
    """Show the videos that this browser keeps; nothing where it keeps none.

    Parameters
    ----------
    link
        With which a video may be sent (`formcheck.web.access.links`).
    live_set_id
        That of the live set alone; None for all of them.
    record_id
        What that set is in the records; None while it is not kept there.
    began_ms
        When its landmarks begin, by the page's clock.
    key
        Of the part on this page.

    Returns
    -------
    bool
        Whether the browser asks for a new link, once.
    """
    result = _kept_videos(
        key=key,
        data={
            "static_base": LIVE_CLIENT_PATH,
            "module": "kept_videos.js",
            "owner": _actor_id(),
            "set_id": live_set_id,
            "record_id": record_id,
            "began_ms": began_ms,
            "uploads_path": UPLOADS_PATH,
            "uploads_client": UPLOADS_CLIENT_PATH,
            "link_header": LINK_HEADER,
            "link": link,
            "theme": st.context.theme.type,
            "strings": {"not_loaded": ""},
        },
        on_new_link_change=_nothing,
    )
    return bool(result.new_link)


def _renew_token() -> None:
    live_token(renew=True)


def _nothing() -> None:
    """Be there: a trigger without a callback is not part of the component's result."""
