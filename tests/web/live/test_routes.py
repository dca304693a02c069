"""In process: the routes that the app adds to Streamlit's."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st

from formcheck.web.live.routes import live_routes

from .world import World, begin

HERE = "/formcheck-static/live/client/"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("part.js", "text/javascript"), ("look.css", "text/css"), ("stand.svg", "image/svg+xml")],
)
def test_scripts_styles_and_drawings_have_the_type_that_browsers_insist_on(world: World, name: str, kind: str) -> None:
    answer = world.client.get(HERE + name)
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == kind
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_a_browser_has_already_is_not_sent_again(world: World) -> None:
    tag = world.client.get(HERE + "part.js").headers["etag"]
    again = world.client.get(HERE + "part.js", headers={"if-none-match": f'W/"x", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert world.client.get(HERE + "part.js", headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "missing.js",
        "note.txt",
        ".js",
        "..js",
        "../conftest.py",
        "%2e%2e/world.js",
        "..%2fworld.py",
        "a\\b.js",
        "part.js%00",
        "part.js%0a",
        "",
        "./part.js/../note.txt",
    ],
)
def test_nothing_else_can_be_had(world: World, name: str) -> None:
    assert world.client.get(HERE + name).status_code == 404


def test_the_health_route_counts_sets(world: World) -> None:
    assert world.client.get("/formcheck-health").json() == {"ok": True, "sessions": 0, "ceiling": 3}
    with world.socket() as socket:
        begin(socket)
        assert world.client.get("/formcheck-health").json()["sessions"] == 1


def test_streamlit_takes_the_routes(tmp_path: Path) -> None:
    """It refuses those that clash with its own."""
    page = tmp_path / "page.py"
    page.write_text("", encoding="utf-8")
    assert st.App(page, routes=live_routes()).script_path == page
