"""Layer: the pages of remote sessions and their headers, in process and behind the gate."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from formcheck.web.gate.gate import gate
from formcheck.web.remote.routes import remote_routes

HERE = {"host": "localhost"}


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """Give a browser at the two pages, behind the gate."""
    for name in ("join.html", "session.html", "join.js"):
        (tmp_path / name).write_text(f"this is {name}", encoding="utf-8")
    routes = remote_routes(static_folder=tmp_path)
    return TestClient(Starlette(routes=routes, middleware=[gate(routes)]), base_url="http://localhost")


@pytest.mark.parametrize(("address", "page"), [("/join", "join.html"), (f"/session/{'0' * 32}", "session.html")])
def test_pages_may_use_camera_and_microphone_and_run_no_script_of_their_own(
    client: TestClient, address: str, page: str
) -> None:
    answer = client.get(address)
    assert answer.text == f"this is {page}"
    assert answer.headers["content-type"].startswith("text/html")
    allowed = answer.headers["permissions-policy"]
    assert "camera=(self), microphone=(self)" in allowed
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_no_other_page_may_use_the_microphone(client: TestClient) -> None:
    for address in ("/formcheck-static/remote/join.js", "/formcheck-room/about", "/joined", "/"):
        assert "microphone=()" in client.get(address).headers["permissions-policy"]


def test_what_pages_are_to_know_is_the_same_for_everybody(client: TestClient) -> None:
    told = client.get("/formcheck-room/about").json()
    assert {"pose", "measures", "exercises", "relay"} == told.keys()
    assert {"wall-squat", "squat"} <= {each["name"] for each in told["exercises"]}
    assert told["relay"] == {"has_relay": False, "fault": ""}


def test_a_relay_that_is_set_up_wrong_is_said(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_TURN_URLS", "turn:turn.example.org")
    told = client.get("/formcheck-room/about").json()["relay"]
    assert not told["has_relay"]
    assert "FORMCHECK_TURN_SECRET" in told["fault"]


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_else_can_be_asked(client: TestClient, method: str) -> None:
    for address in ("/join", "/formcheck-room/about", f"/formcheck-room/stills/{'0' * 32}"):
        answer = client.request(method, address, headers={"origin": "http://localhost"})
        assert answer.status_code == 405


def test_a_still_is_taken_up_to_its_size_and_from_our_pages_only(client: TestClient) -> None:
    address = f"/formcheck-room/stills/{'0' * 32}"
    ours = {"origin": "http://localhost", "content-type": "image/jpeg"}
    assert client.put(address, content=b"x", headers=ours).status_code == 404
    assert client.put(address, content=b"x" * 4_000_001, headers=ours).status_code == 413
    assert client.put(address, content=b"x", headers={"origin": "http://evil.example"}).status_code == 403
