"""formcheck in the browser: `streamlit run app.py` starts it, and so does `formcheck app`."""

from pathlib import Path

import streamlit as st

import formcheck.web.server
from formcheck.web.gate.gate import gate
from formcheck.web.server.failures import show_failure
from formcheck.web.server.lifespan import while_serving
from formcheck.web.server.routes import app_routes

routes = app_routes()
app = st.App(
    Path(formcheck.web.server.__file__).with_name("main.py"),
    routes=routes,
    middleware=[gate(routes)],
    lifespan=while_serving,
    on_script_error=show_failure,
)
