"""Layer: pure, and a page in Streamlit's AppTest. The player's door on the server."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.web.player.component import report_parts


def _page() -> None:
    import streamlit as st

    from formcheck.web.player.component import show_player

    event = show_player("p", video_url=None, data_url="/data", version=3, editable=False)
    st.text(repr(event))


def test_a_page_with_the_player_runs_and_reports_nothing_by_itself() -> None:
    app = AppTest.from_function(_page, default_timeout=240).run()
    assert not app.exception
    assert app.text[0].value == "None"


def test_a_report_has_a_number_and_a_message() -> None:
    assert report_parts({"number": 3, "message": {"kind": "x"}}) == (3, {"kind": "x"})


@pytest.mark.parametrize(
    "report",
    [
        None,
        5,
        "x",
        [],
        {},
        {"number": True},
        {"number": "1"},
        {"number": 1.0},
        {"number": 0},
        {"number": -4},
        {"number": 2**40},
    ],
)
def test_a_report_without_a_number_is_none(report: object) -> None:
    assert report_parts(report) == (0, None)
