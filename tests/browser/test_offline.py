"""Layer: a real browser and the real server, with a network between them that goes away; installing the app."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, expect

from formcheck.pose.browser_bundle import browser_state
from formcheck.web.shared.addresses import LIVE_CLIENT_PATH, MANIFEST_PATH, OFFLINE_PATH, POSE_PATH

from .conftest import OpenPage
from .network import Network, network_to
from .test_landmark_set import be_patient
from .test_live import wait_for_reps
from .waiting import accept_safety, until

KeepPicture = Callable[[Page, str], Path]
finds_poses = pytest.mark.skipif(
    not browser_state().ok, reason="MediaPipe for browsers is not installed: `formcheck models install browser`"
)
SET = "check?exercise=wall-squat&leg=both&reps=10&hold=1"
KEPT = "kept on this device"
WORKER_IS_THERE = "navigator.serviceWorker.ready.then(() => { window.worker = true; }) && window.worker === true"
KEPT_FILES = """
async (cache) => {
  const names = (await caches.keys()).filter((name) => name.startsWith(cache));
  const found = [];
  for (const name of names) {
    for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
  }
  return found;
}
"""
SETS_ON_DEVICE = """
(indexedDB.open("formcheck-device").onsuccess = ({ target }) => {
  const asked = target.result.transaction("sets").objectStore("sets").count();
  asked.onsuccess = () => { window.kept = asked.result; };
})
"""


def forget_soon(page: Page) -> None:
    """Let the page take a set for gone after 3 s without network, not after two minutes."""

    def sooner(route: Route) -> None:
        text = route.fetch().text()
        assert "RESUMABLE_MS = 120_000;" in text
        route.fulfill(
            body=text.replace("RESUMABLE_MS = 120_000;", "RESUMABLE_MS = 3000;"), content_type="text/javascript"
        )

    page.route(re.compile("/flow.js$"), sooner)


def poses_are_found(page: Page) -> None:
    """Wait until the page finds poses itself."""
    expect(page.get_by_test_id("privacy")).to_have_attribute("data-source", "here", timeout=120_000)


def accept(page: Page, address: str) -> None:
    page.goto(f"{address}/{SET}")
    accept_safety(page)


def address_of(network: Network) -> str:
    return f"http://127.0.0.1:{network.port}"


def test_the_app_can_be_installed(camera_page: OpenPage, app_address: str) -> None:
    page = camera_page(None)
    page.goto(f"{app_address}/videos")
    tools = page.context.new_cdp_session(page)
    found: Any = tools.send("Page.getAppManifest")
    assert urlsplit(found["url"]).path == MANIFEST_PATH
    assert found["errors"] == []
    assert found["manifest"]["name"] == "formcheck"
    # A window of its own profile is never offered it; that is all that may stand in the way.
    errors = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {each["errorId"] for each in errors} <= {"in-incognito"}, errors
    assert page.locator('meta[name="theme-color"]').get_attribute("content") == "#00568a"


@finds_poses
def test_what_finds_poses_is_loaded_once(camera_page: OpenPage, app_address: str) -> None:
    page = camera_page(None)
    be_patient(page)
    accept(page, app_address)
    poses_are_found(page)
    until(page, WORKER_IS_THERE)
    until(
        page,
        "caches.open('formcheck-pose').then((c) => c.keys()).then((k) => { window.kept = k.length; })"
        " && window.kept === 4",
    )
    kept: list[str] = page.evaluate(KEPT_FILES, "formcheck-")
    assert all(each.startswith((f"{LIVE_CLIENT_PATH}/", f"{OFFLINE_PATH}/", f"{POSE_PATH}/")) for each in kept), kept
    # Without what browsers keep anyway, so that whatever is not in the worker's hands would be asked for again.
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    asked: list[Request] = []
    page.context.on("request", lambda request: asked.append(request))
    page.evaluate("localStorage.removeItem('formcheck-pose-step')")
    again = page.context.new_page()
    again.goto(f"{app_address}/{SET}")
    # Here or not: all of it was loaded and tried.
    expect(again.get_by_test_id("privacy")).to_have_attribute("data-source", re.compile("here|server"), timeout=120_000)
    poses = [each for each in asked if urlsplit(each.url).path.startswith(POSE_PATH)]
    by_worker = [each for each in poses if each.service_worker is not None]
    assert by_worker == [], "the worker asks the server for nothing that it has"
    answers = [each.response() for each in poses]
    assert all(each is not None and each.from_service_worker for each in answers)


@finds_poses
def test_a_set_cut_off_for_long_is_measured_when_the_network_is_back(
    camera_page: OpenPage, app_address: str, keep_picture: KeepPicture
) -> None:
    with network_to(int(app_address.rsplit(":", 1)[1])) as network:
        page = camera_page("wall_squat_front")
        be_patient(page)
        forget_soon(page)
        accept(page, address_of(network))
        poses_are_found(page)
        page.get_by_test_id("start").click()
        wait_for_reps(page, 1)
        network.cut(everything=True)
        expect(page.get_by_test_id("trouble")).to_contain_text(KEPT, timeout=60_000)
        page.wait_for_timeout(6000)
        keep_picture(page, "goes-on")
        page.get_by_test_id("finish").click()
        expect(page.get_by_test_id("setup-message")).to_contain_text(KEPT)
        page.wait_for_timeout(2000)
        keep_picture(page, "waits")
        network.mend()
        expect(page.get_by_text(re.compile("seen from the front: [23] whole reps"))).to_be_visible(timeout=90_000)
        expect(page.get_by_text("There was no network during this set")).to_be_visible()
        keep_picture(page, "measured")


@finds_poses
def test_a_set_outlives_its_page(camera_page: OpenPage, app_address: str, keep_picture: KeepPicture) -> None:
    with network_to(int(app_address.rsplit(":", 1)[1])) as network:
        page = camera_page("wall_squat_front")
        be_patient(page)
        accept(page, address_of(network))
        poses_are_found(page)
        until(page, WORKER_IS_THERE)
        page.get_by_test_id("start").click()
        wait_for_reps(page, 1)
        network.cut(everything=True)
        expect(page.get_by_test_id("trouble")).to_contain_text("The connection was lost", timeout=60_000)
        page.wait_for_timeout(1500)
        page.goto(f"{address_of(network)}/videos")
        expect(page.get_by_text("Something may wait here")).to_be_visible()
        keep_picture(page, "no-network")
        network.mend()
        page.goto(f"{address_of(network)}/{SET}")
        expect(page.get_by_test_id("kept-set")).to_contain_text("not measured yet")
        keep_picture(page, "offered")
        page.get_by_test_id("measure-kept").click()
        expect(page.get_by_text(re.compile("seen from the front: [123] whole rep"))).to_be_visible(timeout=90_000)
        expect(page.get_by_text("There was no network during this set")).to_be_visible()
        until(page, f"({SETS_ON_DEVICE}, window.kept === 0)")


@finds_poses
def test_a_set_begins_without_network(camera_page: OpenPage, app_address: str, keep_picture: KeepPicture) -> None:
    with network_to(int(app_address.rsplit(":", 1)[1])) as network:
        page = camera_page(None, width=390, height=844, phone=True, dark=True)
        be_patient(page)
        accept(page, address_of(network))
        poses_are_found(page)
        network.cut(everything=True)
        page.get_by_test_id("start").click()
        expect(page.get_by_test_id("trouble")).to_contain_text(KEPT, timeout=60_000)
        expect(page.get_by_test_id("finish")).to_be_visible()
        keep_picture(page, "begun")
        page.get_by_test_id("cancel").click()
        expect(page.get_by_test_id("start")).to_be_visible()
        expect(page.get_by_test_id("kept-set")).to_be_hidden()
