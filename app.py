"""formcheck in the browser: `streamlit run app.py` starts it, and so does `formcheck app`."""

from pathlib import Path

import streamlit as st

import formcheck.web
from formcheck.web.failures import show_failure
from formcheck.web.lifespan import live_sets_end_with_server
from formcheck.web.live.routes import live_routes

app = st.App(
    Path(formcheck.web.__file__).with_name("main.py"),
    routes=live_routes(),
    lifespan=live_sets_end_with_server,
    on_script_error=show_failure,
)
