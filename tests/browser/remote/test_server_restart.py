"""Layer: real browsers in a call while the server is killed and started anew in mid-set."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Playwright, WebSocket, expect

from formcheck.pose.browser_bundle import browser_state
from formcheck.pose.store import load_track
from formcheck.records.access import owner
from formcheck.records.records import Records
from formcheck.records.remote_sessions import get_session
from formcheck.records.sets import list_sets
from formcheck.records.settings import RecordsSettings

from ..conftest import FLAGS, chromium
from ..starting import answers, started
from ..test_live import wait_for_reps
from ..waiting import until
from .clip_poses import find_poses_of_a_clip
from .conftest import SEES_SOMEBODY, Line, come_in
from .rooms import CLINICIAN, new_room

_ROOT = Path(__file__).resolve().parents[3]
_HEALTH = "/formcheck-health"
_WATCH = """
() => {
  window.shown = [];
  const video = document.querySelector('.fr-others video');
  const next = (now) => {
    window.shown.push(Date.now());
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
}
"""


class Server:
    """The app as a process that can be killed and started again on the port that it had."""

    def __init__(self, home: Path) -> None:
        self.home, self.log = home, home.parent / "server.log"
        self._process, self.port = started(self._start, _HEALTH, self.log)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _start(self, port: int) -> subprocess.Popen[bytes]:
        settings = {"FORMCHECK_HOME": str(self.home), "FORMCHECK_DATABASE_URL": "", "FORMCHECK_USER_NAME": CLINICIAN}
        command = [sys.executable, "-m", "formcheck", "app", "--port", str(port), "--no-browser"]
        with self.log.open("a") as out:
            return subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, cwd=_ROOT, env={**os.environ, **settings}
            )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def start_again(self) -> None:
        self._process = self._start(self.port)
        assert answers(self._process, f"{self.address}{_HEALTH}", self.log)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Serve the app with records of its own."""
    made = Server(tmp_path / "records")
    yield made
    made.kill()
    assert "Traceback" not in made.log.read_text(), made.log.read_text()


@contextmanager
def window(playwright: Playwright) -> Iterator[tuple[Browser, Page, Line]]:
    flags = [*FLAGS, "--allow-loopback-in-peer-connection"]
    browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
    try:
        page = browser.new_context(permissions=["camera", "microphone"]).new_page()
        page.set_default_timeout(60_000)
        yield browser, page, Line(page)
    finally:
        browser.close()


def landmark_times_s(server: Server, session_id: str) -> NDArray[np.float64]:
    records = Records(RecordsSettings(home=server.home, database_url=None, user_name=CLINICIAN))
    with records.reading(owner(CLINICIAN)) as work:
        (row,) = list_sets(work, get_session(work, session_id).person_id)
        track = load_track(work.file_path(row.track_sha256))
    records.close()
    return track.t_s


def answers_to(page: Page) -> list[Any]:
    """Return a list to which the answers of the page's sets are added."""
    heard: list[Any] = []

    def listen(socket: WebSocket) -> None:
        if "/live?" in socket.url:
            socket.on("framereceived", lambda text: heard.append(json.loads(text)))

    page.on("websocket", listen)
    return heard


def welcomes(line: Line) -> list[Any]:
    return [each for each in line.heard if each["type"] == "welcome"]


@pytest.mark.skipif(not browser_state().ok, reason="MediaPipe for browsers is not installed")
def test_a_set_goes_on_through_a_restart_of_the_server_and_no_rep_is_lost(
    playwright: Playwright, server: Server
) -> None:
    room = new_room(server.home)
    with window(playwright) as (_, clinician, ours), window(playwright) as (_, client, theirs):
        find_poses_of_a_clip(client)
        clinician.goto(server.address + room.clinician)
        client.goto(server.address + room.client)
        come_in(client)
        clinician.get_by_role("button", name="Let in").click()
        for page in (clinician, client):
            until(page, SEES_SOMEBODY)
            page.evaluate(_WATCH)
        clinician.get_by_test_id("reps").fill("9")
        clinician.get_by_test_id("hold_s").fill("1")
        clinician.get_by_test_id("start-set").click()
        wait_for_reps(client, 1)
        orders = [sum(each["type"] == "connect" for each in line.heard) for line in (ours, theirs)]
        before = len(welcomes(theirs))
        killed_ms = 1000 * time.time()
        server.kill()
        server.start_again()
        up_ms = 1000 * time.time()
        while len(welcomes(theirs)) == before or len(welcomes(ours)) < 2:
            client.wait_for_timeout(50)
        back_ms = 1000 * time.time()
        assert back_ms - up_ms < max(10_000, up_ms - killed_ms), "both are back soon after the server is"
        for page in (clinician, client):
            until(page, f"window.shown.at(-1) > {back_ms}")
            gaps = page.evaluate(
                f"window.shown.map((at, i, all) => at > {killed_ms} && at < {back_ms} ? at - all[i - 1] : 0)"
            )
            assert max(gaps) < (back_ms - killed_ms) / 2, "the call went on without the server"
        assert [sum(each["type"] == "connect" for each in line.heard) for line in (ours, theirs)] == orders
        wait_for_reps(client, 3)
        wait_for_reps(clinician, 3)
        clinician.get_by_test_id("finish-set").click()
        expect(clinician.get_by_test_id("said")).to_contain_text("Set done", timeout=120_000)
        finished_ms = 1000 * time.time()
        (done,) = [each for each in ours.heard if each["type"] == "set_finished"]
        assert (done["kept"], done["reps"]) == (True, 3), "one was done before the restart"
    times_s = landmark_times_s(server, room.session)
    away_s = (up_ms - killed_ms) / 1000
    assert times_s[-1] - times_s[0] > (finished_ms - killed_ms) / 1000, "it begins before the restart"
    assert np.diff(times_s).max() < away_s / 2, "and goes on through it"


@pytest.mark.skipif(not browser_state().ok, reason="MediaPipe for browsers is not installed")
def test_a_client_who_loads_the_page_anew_in_mid_set_goes_on_with_it_and_no_rep_is_lost(
    playwright: Playwright, server: Server
) -> None:
    room = new_room(server.home)
    with window(playwright) as (_, clinician, ours), window(playwright) as (_, client, theirs):
        find_poses_of_a_clip(client)
        answers_heard = answers_to(client)
        clinician.goto(server.address + room.clinician)
        client.goto(server.address + room.client)
        come_in(client)
        clinician.get_by_role("button", name="Let in").click()
        for page in (clinician, client):
            until(page, SEES_SOMEBODY)
        clinician.get_by_test_id("reps").fill("9")
        clinician.get_by_test_id("hold_s").fill("1")
        clinician.get_by_test_id("start-set").click()
        wait_for_reps(client, 1)
        shown = "document.querySelector('.fr-others video').getVideoPlaybackQuality().totalVideoFrames"
        client.reload()
        until(client, SEES_SOMEBODY)
        until(clinician, f"{shown} > 5")
        wait_for_reps(client, 3)
        clinician.get_by_test_id("finish-set").click()
        expect(clinician.get_by_test_id("said")).to_contain_text("Set done", timeout=120_000)
    (done,) = [each for each in ours.heard if each["type"] == "set_finished"]
    assert (done["kept"], done["reps"]) == (True, 3), "one was done before the page was loaded anew"
    ready = [each for each in answers_heard if each["type"] == "ready"]
    assert [each["resumed"] for each in ready] == [False, True]
    assert len({each["set_id"] for each in ready}) == 1
    assert [each["type"] for each in ours.said].count("admit") == 1
    assert "waiting" not in [each["type"] for each in theirs.heard[theirs.heard.index(welcomes(theirs)[0]) :]]
    counters = {each["t"]: (each["reps"], each["hold_s"]) for each in answers_heard if each["type"] == "frame"}
    results = [each["frame"] for each in ours.heard if each["type"] == "result"]
    # What was answered while the page was away was not heard by it.
    both = [each for each in results if each["t"] in counters]
    assert len(both) > 0.9 * len(results) > 50
    assert [(each["reps"], each["hold_s"]) for each in both] == [counters[each["t"]] for each in both]
    times_s = landmark_times_s(server, room.session)
    assert len(times_s) > 50, "what was kept is all of it"
