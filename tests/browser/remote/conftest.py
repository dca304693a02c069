"""A server with rooms, and windows of Chromium that call each other on this computer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, WebSocketRoute

from ..camera_film import camera_film
from ..conftest import FLAGS, chromium, is_about_policy, served
from ..waiting import until
from .rooms import CLINICIAN, Room, new_room

CALL_FLAGS = (*FLAGS, "--allow-loopback-in-peer-connection")
_FEW_FRAMES = "--use-fake-device-for-media-stream=fps=5"
_CUT = 4500
"""Close code after which a page comes back."""
SEES_SOMEBODY = "[...document.querySelectorAll('.fr-others video')].some((v) => v.videoWidth > 0 && v.currentTime > 0)"


@dataclass
class RemoteApp:
    """A server, and where its records are."""

    address: str
    home: Path

    def room(self) -> Room:
        """Plan a session for now."""
        return new_room(self.home)


@pytest.fixture(scope="package")
def remote_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteApp]:
    """Serve the app with records of its own."""
    log = tmp_path_factory.mktemp("remote") / "server.log"
    with served(log, FORMCHECK_USER_NAME=CLINICIAN) as address:
        yield RemoteApp(address, log.parent / "records")
    assert "Traceback" not in log.read_text(), log.read_text()


@dataclass
class Line:
    """The sockets of one page to its room: what passes is heard, and they can be cut."""

    page: Page
    said: list[Any] = field(default_factory=list)
    heard: list[Any] = field(default_factory=list)
    is_cut: bool = False
    _open: list[WebSocketRoute] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route_web_socket("**/room", self._connect)

    def cut(self) -> None:
        """Close its socket, and every one that it opens until `mend`."""
        self.is_cut = True
        for each in self._open:
            each.close(code=_CUT)
        self._open.clear()

    def mend(self) -> None:
        """Let it connect again."""
        self.is_cut = False

    def types(self) -> list[str]:
        """Return the types of what the page was told, in order."""
        return [each["type"] for each in self.heard]

    def _connect(self, page_side: WebSocketRoute) -> None:
        if self.is_cut:
            page_side.close(code=_CUT)
            return
        server_side = page_side.connect_to_server()
        self._open.append(page_side)

        def to_server(message: str | bytes) -> None:
            self.said.append(json.loads(message))
            server_side.send(message)

        def to_page(message: str | bytes) -> None:
            self.heard.append(json.loads(message))
            page_side.send(message)

        page_side.on_message(to_server)
        server_side.on_message(to_page)


@dataclass
class Somebody:
    """A page of somebody in a room."""

    page: Page
    line: Line


OpenSomebody = Callable[..., Somebody]


@pytest.fixture(scope="package")
def call_browser(playwright: Playwright) -> Iterator[Browser]:
    """Run one Chromium for all who call with Chromium's test picture."""
    started = playwright.chromium.launch(executable_path=chromium(), args=CALL_FLAGS)
    yield started
    started.close()


@pytest.fixture
def somebody(
    playwright: Playwright, call_browser: Browser, remote_app: RemoteApp, tmp_path: Path
) -> Iterator[OpenSomebody]:
    """Open a page of the room in a window of its own; with a clip, or a film, its camera shows that.

    Where many call, `light` cameras of five pictures a second spare a small machine their encoders.
    """
    few: list[Browser] = []
    contexts: list[BrowserContext] = []
    browsers: list[Browser] = []
    troubles: list[str] = []

    def open_page(
        path: str,
        *,
        width: int = 1280,
        height: int = 800,
        clip: str | Path | None = None,
        estimates: bool = False,
        light: bool = False,
    ) -> Somebody:
        browser = call_browser
        if clip is not None:
            film = clip if isinstance(clip, Path) else camera_film(clip, tmp_path / f"{clip}.y4m")
            flags = [*CALL_FLAGS, f"--use-file-for-fake-video-capture={film}"]
            browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
            browsers.append(browser)
        if light:
            if not few:
                flags = [*CALL_FLAGS, _FEW_FRAMES]
                few.append(playwright.chromium.launch(executable_path=chromium(), args=flags))
                browsers.extend(few)
            browser = few[0]
        context = browser.new_context(viewport={"width": width, "height": height}, permissions=["camera", "microphone"])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        if not estimates:  # its self-test keeps a core busy for longer than most tests take
            page.route("**/pose_source.js", lambda route: route.abort())
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if is_about_policy(said.text) else None)
        opened = Somebody(page, Line(page))
        page.goto(remote_app.address + path)
        return opened

    yield open_page
    for context in contexts:
        context.close()
    for browser in browsers:
        browser.close()
    for film in tmp_path.glob("*.y4m"):
        film.unlink()
    assert troubles == []


def come_in(page: Page) -> None:
    """Go through the check before the waiting room and ask to be let in."""
    page.get_by_test_id("check-start").click()
    for item in ("measure", "keep_set", "still", "third_person"):
        page.get_by_test_id("about-you").get_by_test_id(f"consent-{item}").check()
    page.get_by_test_id("knock").click()
    page.get_by_test_id("screen-waiting").wait_for()


def in_call(somebody: OpenSomebody, room: Room, **how: Any) -> tuple[Somebody, Somebody]:
    """Bring a clinician and their client together; return both once each sees the other."""
    clinician = somebody(room.clinician, light=how.get("light", False))
    client = somebody(room.client, **how)
    come_in(client.page)
    clinician.page.get_by_role("button", name="Let in").click()
    for each in (clinician, client):
        until(each.page, SEES_SOMEBODY)
    return clinician, client
