"""Layer: in process. The service worker, the manifest, and what pages say in their head."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Message

from formcheck.web.gate.page_head import ELEMENTS, WithHead, asked_whole, is_page
from formcheck.web.offline.routes import offline_routes, service_worker
from formcheck.web.shared.addresses import LIVE_CLIENT_PATH, MANIFEST_PATH, OFFLINE_PATH, POSE_PATH, SERVICE_WORKER_PATH
from tools.app_icons import FOLDER, icon

TOLD = re.compile(r"^const TOLD = Object\.freeze\((\{.*\})\);$", re.MULTILINE)
INDEX = b"<html><head><title>Streamlit</title></head><body></body></html>"


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=offline_routes()))


def told(script: str) -> Any:
    found = TOLD.search(script)
    assert found is not None
    return json.loads(found[1])


def test_the_worker_looks_after_all_pages_and_reaches_this_server_alone(client: TestClient) -> None:
    answer = client.get(SERVICE_WORKER_PATH)
    assert answer.headers["service-worker-allowed"] == "/"
    assert answer.headers["content-type"].startswith("text/javascript")
    policy = answer.headers["content-security-policy"]
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_worker_keeps_files_of_the_program_and_nothing_of_anybody(client: TestClient) -> None:
    kept = told(client.get(SERVICE_WORKER_PATH).text)
    ours = (LIVE_CLIENT_PATH, OFFLINE_PATH)
    assert f"{LIVE_CLIENT_PATH}/pose_worker.js" in kept["files"]
    assert SERVICE_WORKER_PATH not in kept["files"]
    assert all(each.startswith(tuple(f"{path}/" for path in ours)) for each in kept["files"])
    assert [*kept["static"], kept["pose"]] == [*(f"{path}/" for path in ours), f"{POSE_PATH}/"]
    assert kept["page"] in kept["files"]


def test_another_version_of_a_file_is_another_version_of_the_worker(tmp_path: Path) -> None:
    (tmp_path / "client").mkdir()
    (tmp_path / "client" / "service_worker.js").write_text("// keeps\n")
    (tmp_path / "live").mkdir()
    (tmp_path / "live" / "component.js").write_text("one")
    before = service_worker(tmp_path / "client", tmp_path / "live")
    (tmp_path / "live" / "component.js").write_text("two")
    service_worker.cache_clear()
    after = service_worker(tmp_path / "client", tmp_path / "live")
    service_worker.cache_clear()
    assert told(before)["version"] != told(after)["version"]
    assert told(before)["files"] == told(after)["files"] == [f"{LIVE_CLIENT_PATH}/component.js"]


def test_the_manifest_names_icons_that_are_there_in_their_sizes(client: TestClient) -> None:
    answer = client.get(MANIFEST_PATH)
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert manifest["start_url"] == manifest["scope"] == "/"
    assert {(each["sizes"], each["purpose"]) for each in manifest["icons"]} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for each in manifest["icons"]:
        picture = client.get(each["src"])
        assert picture.headers["content-type"] == "image/png"
        with Image.open(FOLDER / each["src"].rpartition("/")[2]) as opened:
            assert f"{opened.width}x{opened.height}" == each["sizes"]


@pytest.mark.parametrize(("name", "side_px", "maskable"), [("icon-192", 192, False), ("icon-maskable-512", 512, True)])
def test_the_icons_are_those_that_the_tool_draws(name: str, side_px: int, maskable: bool) -> None:
    drawn = np.asarray(icon(side_px, maskable=maskable), dtype=int)
    with Image.open(FOLDER / f"{name}.png") as kept:
        assert np.abs(np.asarray(kept, dtype=int) - drawn).mean() < 1


def test_a_maskable_icon_has_no_corner_to_lose() -> None:
    assert icon(64, maskable=True).getpixel((0, 0)) == (0, 86, 138, 255)
    assert icon(64).getpixel((0, 0)) == (0, 0, 0, 0)


def through(*messages: Message) -> list[Message]:
    """Return what an answer becomes on its way."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def run() -> None:
        head = WithHead(send)
        for message in messages:
            await head.send(message)

    asyncio.run(run())
    return sent


def start(kind: str, size: int, status: int = 200) -> Message:
    headers = [(b"content-type", kind.encode()), (b"content-length", str(size).encode()), (b"etag", b'"x"')]
    return {"type": "http.response.start", "status": status, "headers": headers}


def body(text: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": text, "more_body": more}


def test_a_page_says_that_it_can_be_installed() -> None:
    begun, text = through(start("text/html; charset=utf-8", len(INDEX)), body(INDEX[:20], more=True), body(INDEX[20:]))
    assert ELEMENTS.encode() + b"</head>" in text["body"]
    headers = dict(begun["headers"])
    assert int(headers[b"content-length"]) == len(text["body"]) == len(INDEX) + len(ELEMENTS)
    assert b"etag" not in headers, "it is not Streamlit's file any more"


@pytest.mark.parametrize("answer", [start("text/plain", 5), start("text/html", 5, 403), start("image/png", 5)])
def test_what_is_no_page_passes_as_it_is(answer: Message) -> None:
    assert through(answer, body(b"</head>")) == [answer, body(b"</head>")]


def test_an_answer_without_its_text_does_not_say_a_wrong_size() -> None:
    begun, text = through(start("text/html", len(INDEX)), body(b""))
    assert b"content-length" not in dict(begun["headers"])
    assert text["body"] == b""


def test_a_page_is_asked_for_whole() -> None:
    scope = {
        "method": "GET",
        "path": "/videos",
        "headers": [
            (b"host", b"here"),
            (b"if-none-match", b'"x"'),
            (b"accept-encoding", b"gzip"),
            (b"range", b"bytes=0-1"),
        ],
        "extensions": {"http.response.pathsend": {}},
    }
    assert is_page(scope)
    assert asked_whole(scope)["headers"] == [(b"host", b"here")]
    assert asked_whole(scope)["extensions"] == {}
    assert not is_page({**scope, "path": "/formcheck-files/video/x"})
    assert not is_page({**scope, "method": "POST"})


def test_the_page_without_network_needs_nothing_that_is_not_kept() -> None:
    script = (FOLDER / "offline_page.js").read_text(encoding="utf-8")
    needed = [urljoin(f"{OFFLINE_PATH}/offline_page.js", each) for each in re.findall(r'from "([^"]+)"', script)]
    assert needed
    assert set(needed) <= set(told(service_worker())["files"])
