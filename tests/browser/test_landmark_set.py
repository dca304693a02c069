"""Layer: a real browser whose camera shows a sample clip and that finds the poses itself; the real server."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, WebSocket, expect

from formcheck.pose.browser_bundle import browser_state
from formcheck.web.live.messages import PROTOCOL_VERSION

from .conftest import OpenPage
from .test_live import wait_for_reps
from .waiting import until

_TAKES_LANDMARKS = 2
pytestmark = [
    pytest.mark.skipif(PROTOCOL_VERSION < _TAKES_LANDMARKS, reason="this server takes no landmarks yet"),
    pytest.mark.skipif(
        not browser_state().ok,
        reason="MediaPipe for browsers is not installed: `formcheck models install browser`",
    ),
]
_PATIENT = {
    "source_choice.js": {"FAST_MS = 30;": "FAST_MS = 3000;", "TOO_SLOW_MS = 40;": "TOO_SLOW_MS = 9000;"},
    "self_test.js": {"PATIENCE_MS = 3000;": "PATIENCE_MS = 60000;", "WARM_UP_MS = 15_000;": "WARM_UP_MS = 60_000;"},
}
"""A machine that is busy with other tests finds poses slowly, and would go over to pictures."""
_MOST_BYTES = 2000
"""Of a message, but for the set-up: no picture is so small."""


def be_patient(page: Page) -> None:
    """Let the page take whatever time finding poses takes; leave out the graphics card, which software stands for."""

    def patient(route: Route) -> None:
        name = urlsplit(route.request.url).path.rpartition("/")[2]
        text = route.fetch().text()
        for limit, larger in _PATIENT[name].items():
            assert limit in text, (name, limit)
            text = text.replace(limit, larger)
        if name == "source_choice.js":
            text, left_out = re.subn(r"  Object\.freeze\(\{[^}]*delegate: \"GPU\" \}\),\n", "", text)
            assert left_out == 1
        route.fulfill(body=text, content_type="text/javascript")

    page.route(re.compile("/(" + "|".join(map(re.escape, _PATIENT)) + ")$"), patient)


def test_a_set_whose_pictures_never_leave_the_browser(camera_page: OpenPage, app_address: str) -> None:
    page = camera_page("wall_squat_front")
    be_patient(page)
    texts: list[str] = []
    binary: list[bytes] = []
    asked: list[Request] = []

    def sent(message: bytes | str) -> None:
        if isinstance(message, bytes):
            binary.append(message)
        else:
            texts.append(message)

    def watch(socket: WebSocket) -> None:
        if urlsplit(socket.url).path == "/live":
            socket.on("framesent", sent)

    page.on("websocket", watch)
    page.context.on("request", lambda request: asked.append(request))
    page.goto(f"{app_address}/check?exercise=wall-squat&leg=both&reps=10&hold=1")
    page.get_by_test_id("accept-safety").click()
    until(page, "localStorage.getItem('formcheck-pose-step') !== null")
    page.get_by_test_id("start").click()
    wait_for_reps(page, 2)
    page.get_by_test_id("finish").click()
    expect(page.get_by_text("Do another set")).to_be_visible(timeout=60_000)
    setup: Any = json.loads(texts[0])
    assert setup["source"] == "landmarks"
    assert setup["estimator"]["self_test"]["worst_px"] <= 3
    assert len(binary) > 100
    assert {message[0] for message in binary} == {2}
    assert max(len(message) for message in [*binary, *texts[1:]]) <= _MOST_BYTES
    assert {urlsplit(each.url).netloc for each in asked if not each.url.startswith(("data:", "blob:"))} == {
        urlsplit(app_address).netloc
    }
