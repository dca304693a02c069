"""The script that Streamlit runs for every page: the frame around them and the way between them."""

from __future__ import annotations

import streamlit as st

from formcheck.web.component_files import component_file, component_path
from formcheck.web.screens import check, guidance, review, selftest

# Streamlit would have browsers fetch a named icon from elsewhere: this one is our own.
st.set_page_config(page_title="formcheck", page_icon=component_path("icon.svg"), layout="centered")
st.html(f"<style>{component_file('frame.css')}</style>")

# `/check` is the address of prescribed sets; the start page is the same page under the shortest address.
st.navigation(
    [
        st.Page(check.page, title="Check my form", icon=":material/videocam:", url_path="start", default=True),
        st.Page(check.page, title="Check my form", url_path="check", visibility="hidden"),
        st.Page(review.page, title="Review a video", icon=":material/movie:", url_path="review"),
        st.Page(guidance.page, title="Guidance", icon=":material/menu_book:", url_path="guidance"),
        st.Page(selftest.page, title="Self-test", icon=":material/build:", url_path="self-test"),
    ],
    position="top",
).run()
