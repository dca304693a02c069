"""Layer: a real browser whose camera shows a sample clip and that finds the poses itself; the real server."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, WebSocketRoute, expect

from formcheck.pose.browser_bundle import browser_state
from formcheck.web.live.browser_pose import POSE_WORKER
from formcheck.web.live.landmarks import landmark_times_ms
from formcheck.web.live.messages import PROTOCOL_VERSION
from formcheck.web.shared.addresses import SELF_TEST

from .conftest import OpenPage
from .faults import LOSE_CONTEXTS, keep_contexts
from .test_live import wait_for_reps
from .waiting import accept_safety, settled

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
    "set_run.js": {"WITHOUT_FINDER_MS = 4000;": "WITHOUT_FINDER_MS = 60_000;"},
    "self_test.js": {"PATIENCE_MS = 3000;": "PATIENCE_MS = 60000;", "WARM_UP_MS = 15_000;": "WARM_UP_MS = 60_000;"},
}
"""A machine that is busy with other tests finds poses slowly, and would go over to pictures."""
_MOST_BYTES = 2000
"""Of a message, but for the set-up: no picture is so small."""
_PEOPLE_KNOWN = 2
_IN_FLIGHT = 15
_GONE = 1001
KeepPicture = Callable[[Page, str], Path]


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


@dataclass
class Traffic:
    """What a page sent over its live socket, and a switch that cuts the connection."""

    texts: list[dict[str, Any]] = field(default_factory=list)
    binary: list[bytes] = field(default_factory=list)
    sockets: list[WebSocketRoute] = field(default_factory=list)
    is_cut: bool = False

    def watch(self, page: Page) -> None:
        """Stand between page and server from now on."""
        page.route_web_socket(re.compile("/live[?]"), self._opened)

    def cut(self) -> None:
        """Close the socket that is open, and every one that is opened from now on."""
        self.is_cut = True
        self.sockets[-1].close(code=_GONE)

    def _opened(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close(code=_GONE)
            return
        server = socket.connect_to_server()
        self.sockets.append(socket)

        def sent(message: str | bytes) -> None:
            if isinstance(message, bytes):
                self.binary.append(message)
            else:
                self.texts.append(json.loads(message))
            if not self.is_cut:
                server.send(message)

        socket.on_message(sent)

    @property
    def times_ms(self) -> list[float]:
        """Capture times of the landmarks, in the order in which they were sent."""
        return [t_ms for message in self.binary for t_ms in landmark_times_ms(message)]

    def said(self, kind: str) -> list[dict[str, Any]]:
        """Return the texts of one type."""
        return [text for text in self.texts if text["type"] == kind]


def begin(page: Page, app_address: str) -> None:
    """Begin a set as soon as it is known where its poses are found."""
    page.goto(f"{app_address}/check?exercise=wall-squat&leg=both&reps=10&hold=1")
    accept_safety(page)
    expect(page.get_by_test_id("privacy")).to_have_attribute("data-source", "here", timeout=120_000)
    page.get_by_test_id("start").click()


def finish(page: Page) -> None:
    """Finish a set and wait for its result."""
    page.get_by_test_id("finish").click()
    expect(page.get_by_text("Do another set")).to_be_visible(timeout=60_000)


def test_a_set_whose_pictures_never_leave_the_browser(
    camera_page: OpenPage, app_address: str, keep_picture: KeepPicture
) -> None:
    page = camera_page("wall_squat_front")
    be_patient(page)
    asked: list[Request] = []
    traffic = Traffic()
    traffic.watch(page)
    page.context.on("request", lambda request: asked.append(request))
    begin(page, app_address)
    wait_for_reps(page, 2)
    expect(page.get_by_test_id("privacy")).to_contain_text("stay on this device")
    keep_picture(page, "set")
    finish(page)
    (setup,) = traffic.said("setup")
    assert setup["source"] == "landmarks"
    assert setup["pictures_allowed"] is True
    assert setup["estimator"]["self_test"]["worst_px"] <= 3
    assert len(traffic.binary) > 100
    assert {message[0] for message in traffic.binary} == {2}
    assert any(message[2] & _PEOPLE_KNOWN for message in traffic.binary), "nobody counts the people in view"
    assert max(len(message) for message in traffic.binary) <= _MOST_BYTES
    assert max(len(json.dumps(text)) for text in traffic.texts if text is not setup) <= _MOST_BYTES
    assert {urlsplit(each.url).netloc for each in asked if not each.url.startswith(("data:", "blob:"))} == {
        urlsplit(app_address).netloc
    }


def test_a_graphics_card_that_is_lost_in_mid_set_costs_no_rep(
    camera_page: OpenPage, app_address: str, keep_picture: KeepPicture
) -> None:
    page = camera_page("wall_squat_front")
    be_patient(page)
    keep_contexts(page)
    traffic = Traffic()
    traffic.watch(page)
    begin(page, app_address)
    wait_for_reps(page, 1)
    before = len(traffic.times_ms)
    next(each for each in page.workers if each.url.endswith(POSE_WORKER)).evaluate(LOSE_CONTEXTS)
    wait_for_reps(page, 2)
    finish(page)
    page.get_by_text("Set-up, and what could not be measured").click()
    expect(page.get_by_text("on the pose was found with")).to_be_visible()
    keep_picture(page, "result")
    (step,) = traffic.said("step_down")
    assert (step["source"], step["why"], step["estimator"]["model"]) == ("landmarks", "context-lost", "full")
    times = traffic.times_ms[before - 5 :]
    assert len(times) > 25
    apart = [later - earlier for earlier, later in pairwise(times)]
    assert min(apart) > 0
    # What the camera gave meanwhile has waited for the next finder.
    assert max(apart) < 500, max(apart)
    assert {message[0] for message in traffic.binary} == {2}


def test_a_connection_that_is_away_in_mid_set_costs_nothing(camera_page: OpenPage, app_address: str) -> None:
    """`FORMCHECK_CUT_S=60` cuts it for a minute."""
    page = camera_page("wall_squat_front")
    be_patient(page)
    traffic = Traffic()
    traffic.watch(page)
    begin(page, app_address)
    wait_for_reps(page, 1)
    before = len(traffic.times_ms)
    traffic.cut()
    settled(page, round(1000 * float(os.environ.get("FORMCHECK_CUT_S", "6"))))
    traffic.is_cut = False
    wait_for_reps(page, 3)
    finish(page)
    assert len(traffic.said("setup")) == 1
    assert len(traffic.said("resume")) >= 1
    # What was under way at the cut is sent again; nothing else comes twice, and nothing is missing.
    sent = traffic.times_ms[before - 5 :]
    times = sorted(set(sent))
    assert max(later - earlier for earlier, later in pairwise(times)) < 500
    assert len(sent) - len(times) <= _IN_FLIGHT


def test_a_page_says_where_pictures_go_and_lets_the_person_forbid_it(
    camera_page: OpenPage, app_address: str, keep_picture: KeepPicture
) -> None:
    page = camera_page(None)
    page.route("**/*.wasm", lambda route: route.abort())
    # It would have the file after a reload. Service workers are no page's, but of all in the window.
    page.context.route("**/service_worker.js", lambda route: route.abort())
    page.goto(f"{app_address}/check?exercise=wall-squat&leg=both&reps=10&hold=1")
    accept_safety(page)
    privacy, stay = page.get_by_test_id("privacy"), page.get_by_test_id("pictures-stay")
    expect(privacy).to_have_attribute("data-source", "server")
    stay.check()
    expect(privacy).to_contain_text("your pictures may not leave this device")
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("trouble")).to_contain_text("Let pictures go to the server")
    keep_picture(page, "forbidden")
    page.reload()
    expect(privacy).to_have_attribute("data-source", "nowhere")
    stay.uncheck()
    expect(privacy).to_have_attribute("data-source", "server")


def test_the_self_test_shows_each_way_to_find_poses_here(
    camera_page: OpenPage, app_address: str, keep_picture: KeepPicture
) -> None:
    page = camera_page(None)
    be_patient(page)
    page.goto(f"{app_address}/{SELF_TEST}")
    page.get_by_role("button", name="Test browser and camera").click()
    step = page.locator("[data-testid=selftest-item][data-step='full CPU']")
    expect(step).to_contain_text("30 runs", timeout=120_000)
    expect(step).to_have_attribute("data-state", "ok")
    expect(page.get_by_test_id("selftest-list")).to_contain_text("The live check uses the full model on the processor")
    expect(page.get_by_role("button", name="Test again")).to_be_enabled()
    keep_picture(page, "steps")
