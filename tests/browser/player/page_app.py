"""An app with the player on its one page, which writes down what it is told. Run by Streamlit, for test_streamlit."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from formcheck.web.player.component import show_player
from formcheck.web.player.routes import data_response, player_routes

_FOLDER = Path(os.environ.get("FORMCHECK_TEST_PLAYER", "."))


def page() -> None:
    """Show the player and what it reported, one line each."""
    st.set_page_config(layout="centered")
    said = st.session_state.setdefault("said", [])
    version = min(len(said), 1)
    event = show_player(
        "player", video_url="/test/video", data_url=f"/test/data/{version}", version=version, editable=True
    )
    if event is not None:
        said.append(repr(event))
        st.rerun()
    st.text("\n".join(["Reported:", *said]))
    if st.button("Run again"):
        st.text("Ran again")
    with st.popover("Question"):
        st.text("Answer")


def data(request: Request) -> Response:
    """Answer with a state of the set."""
    content = (_FOLDER / f"{request.path_params['number']}.json").read_bytes()
    return data_response(content, request.headers.get("accept-encoding"))


if __name__ == "__main__":
    page()
else:
    app = st.App(
        Path(__file__),
        routes=[
            Route("/test/video", lambda _: FileResponse(_FOLDER / "copy.mp4", media_type="video/mp4")),
            Route("/test/data/{number:int}", data),
            *player_routes(),
        ],
    )
