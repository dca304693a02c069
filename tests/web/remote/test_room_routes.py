"""Layer: the pages of remote sessions and their headers, in process and behind the gate."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from formcheck.web.gate.gate import gate
from formcheck.web.remote import pages
from formcheck.web.remote.pages import modules_of
from formcheck.web.remote.routes import remote_routes

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def client() -> TestClient:
    """Give a browser at the two pages, behind the gate."""
    routes = remote_routes()
    return TestClient(Starlette(routes=routes, middleware=[gate(routes)]), base_url="http://localhost")


def data_of(page: str) -> dict[str, Any]:
    """Return what a page is given to know."""
    found = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', page)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.mark.parametrize(("address", "script"), [("/join", "join.js"), (f"/session/{'0' * 32}", "session.js")])
def test_pages_may_use_camera_and_microphone_and_run_no_script_of_their_own(
    client: TestClient, address: str, script: str
) -> None:
    answer = client.get(address)
    assert f'src="/formcheck-static/remote/client/{script}"' in answer.text
    assert client.get(f"/formcheck-static/remote/client/{script}").status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    allowed = answer.headers["permissions-policy"]
    assert "camera=(self), microphone=(self)" in allowed
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_no_other_page_may_use_the_microphone(client: TestClient) -> None:
    for address in ("/formcheck-static/remote/client/join.js", "/formcheck-room/uplink", "/joined", "/"):
        assert "microphone=()" in client.get(address).headers["permissions-policy"]


def test_the_clinicians_page_knows_what_can_be_asked_for_and_said(client: TestClient) -> None:
    data = data_of(client.get(f"/session/{'0' * 32}").text)
    squat = next(each for each in data["exercises"] if each["name"] == "wall-squat")
    assert squat["usual"]["reps"] == 10
    assert squat["cues"]
    assert len(squat["cues"]) == len(set(squat["cues"]))
    assert max(len(cue) for each in data["exercises"] for cue in each["cues"]) <= 80, "a message takes no more"
    assert data["limits"].keys() == squat["usual"].keys()


def test_the_clients_page_knows_where_the_relay_answers_but_no_credential(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert data_of(client.get("/join").text)["relay_urls"] == []
    monkeypatch.setenv("FORMCHECK_TURN_URLS", "turn:relay.example.org:3478,turns:relay.example.org:443?transport=tcp")
    monkeypatch.setenv("FORMCHECK_TURN_SECRET", "a secret of some length")
    page = client.get("/join").text
    assert data_of(page)["relay_urls"] == ["stun:relay.example.org:3478"]
    assert "secret" not in page
    monkeypatch.setenv("FORMCHECK_TURN_SECRET", "")
    assert data_of(client.get("/join").text)["relay_urls"] == [], "a relay that is set up wrong is none"


def test_nothing_that_a_page_is_given_ends_the_script_that_it_stands_in(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "browser_pose", lambda: {"package": "</script><script>alert(1)</script>"})
    page = client.get("/join").text
    assert "alert(1)</script>" not in page
    assert data_of(page)["pose"]["package"].startswith("</script>")


@pytest.mark.parametrize("name", ["join", "session"])
def test_a_page_is_small_and_names_all_its_scripts(client: TestClient, name: str) -> None:
    address = "/join" if name == "join" else f"/session/{'0' * 32}"
    page = client.get(address).text
    scripts = modules_of(name)
    for script in scripts:
        assert f"/{script.parents[1].name}/client/{script.name}" in page, script
    assert not {"self_test_film.js", "pose_source.js"} & {script.name for script in scripts}, "they come with the model"
    styles = [ROOT / "formcheck/web" / each for each in ("live/client/live.css", "remote/client/remote.css")]
    weight = len(gzip.compress(page.encode())) + sum(
        len(gzip.compress(each.read_bytes())) for each in (*scripts, *styles)
    )
    assert weight < 150_000


def test_bytes_that_show_how_fast_a_line_is_are_taken_and_forgotten(client: TestClient) -> None:
    ours = {"origin": "http://localhost"}
    assert client.post("/formcheck-room/uplink", content=b"x" * 200_000, headers=ours).status_code == 204
    assert client.post("/formcheck-room/uplink", content=b"x" * 300_000, headers=ours).status_code == 413
    assert (
        client.post("/formcheck-room/uplink", content=b"x", headers={"origin": "http://evil.example"}).status_code
        == 403
    )


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "OPTIONS"])
def test_nothing_else_can_be_asked(client: TestClient, method: str) -> None:
    for address in ("/join", "/formcheck-room/uplink", f"/formcheck-room/stills/{'0' * 32}"):
        answer = client.request(method, address, headers={"origin": "http://localhost"})
        assert answer.status_code == 405


def test_a_still_is_taken_up_to_its_size_and_from_our_pages_only(client: TestClient) -> None:
    address = f"/formcheck-room/stills/{'0' * 32}"
    ours = {"origin": "http://localhost", "content-type": "image/jpeg"}
    assert client.put(address, content=b"x", headers=ours).status_code == 404
    assert client.put(address, content=b"x" * 4_000_001, headers=ours).status_code == 413
    assert client.put(address, content=b"x", headers={"origin": "http://evil.example"}).status_code == 403
