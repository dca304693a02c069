"""The review player on a page: what it is given, and what it reports back. The player itself is `client/`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from formcheck.web.player.events import PlayerEvent, event_from
from formcheck.web.shared.addresses import PLAYER_CLIENT_PATH
from formcheck.web.shared.browser_parts import MODULE_VIEW

_LARGEST_NUMBER: Final = 2**31
_NOT_LOADED: Final = "The player could not be loaded. Reload the page."

# The loader of the live view loads this one too: it imports `component.js` from the folder that it is told.
_player = st.components.v2.component("formcheck_player", js=MODULE_VIEW, isolate_styles=False)


def show_player(
    key: str, *, video_url: str | None, data_url: str, version: int | str, editable: bool
) -> PlayerEvent | None:
    """Show the player.

    Time, zoom and tools stay as they are while `key` and `video_url` do: a new `version` makes it fetch its data anew,
    and nothing else.

    Parameters
    ----------
    key
        Names the set; another one begins anew.
    video_url
        Where the browser gets the set's proxy video (`formcheck.video.proxy`), Range requests answered; None where no
        video was kept: landmarks and plots are shown without it.
    data_url
        Where the browser gets `player_payload` as JSON; see `formcheck.web.player.routes.data_response`.
    version
        Another one whenever the data are another.
    editable
        Whether corrections and drawings may be made. Whoever handles an event asks the records all the same.

    Returns
    -------
    PlayerEvent or None
        What the reviewer has just done, once; None in every other run of the page. Whoever gets one deals with it and
        runs the page again (`st.rerun`): the player waits for that with its next report, and repeats one that is not
        answered.
    """
    dealt_with = f"{key}-answered"
    answered = st.session_state.get(dealt_with, 0)
    result = _player(
        key=key,
        data={
            "static_base": PLAYER_CLIENT_PATH,
            "video_url": video_url,
            "data_url": data_url,
            "version": str(version),
            "editable": editable,
            "answered": answered,
            "theme": st.context.theme.type,
            "strings": {"not_loaded": _NOT_LOADED},
        },
        on_event_change=_nothing,
    )
    number, message = report_parts(result.event)
    if number <= answered:
        return None
    # The player learns of it in the next run of the page, when this report has been dealt with: were it told earlier,
    # its next report could end this run in the middle.
    st.session_state[dealt_with] = number
    return event_from(message)


def report_parts(report: object) -> tuple[int, object]:
    """Return the number and the message of a report, `{number, message}`; number 0 for what is none."""
    if not isinstance(report, Mapping):
        return 0, None
    number = report.get("number")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= _LARGEST_NUMBER:
        return 0, None
    return number, report.get("message")


def _nothing() -> None:
    """Be there: a trigger without a callback is not part of the component's result."""
