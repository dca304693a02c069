"""A server of the app, and Chromium with a sample clip as its camera."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from ..estimated import full_model
from .camera_film import camera_film
from .starting import started

_ROOT = Path(__file__).resolve().parents[2]
BARE_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    # Without the pages that the address line is made of: two more processes for each window. The rest of the list is
    # Playwright's own, which this one takes the place of.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,AvoidCorsURLLoaderRestartOnRedirect,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,"
    "LensOverlay,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch,"
    "ThirdPartyStoragePartitioning",
)
FLAGS = (
    *BARE_FLAGS,
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_SHOWN_WITHIN_MS = 60_000
"""What is waited for is there long before, unless the machine is busy or it does not come at all."""
_NO_CAMERA = """
navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("none", "NotFoundError"));
"""


_NOTHING_MOVES = """
const animate = Element.prototype.animate;
Element.prototype.animate = function (frames, timing) {
  return animate.call(this, frames, { ...(typeof timing === "number" ? {} : timing), duration: 0 });
};
"""
"""What a page animates is at its end at once. A test presses faster than anybody: in a part that is still opening, a
button may be gone from under the pointer between pressing and letting go, and then it was not pressed."""


def window_of(browser: Browser, **options: Any) -> BrowserContext:
    """Open a window that knows nothing of others, whose pages do not move by themselves."""
    context = browser.new_context(**options)
    context.add_init_script(_NOTHING_MOVES)
    return context


def chromium() -> str | None:
    """Return where Chromium is, None where there is none."""
    named = os.environ.get("FORMCHECK_CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if chromium() is None and os.environ.get("FORMCHECK_TEST_TOOLS") != "required":
                item.add_marker(pytest.mark.skip(reason="no Chromium: install it or set FORMCHECK_CHROMIUM"))


@contextmanager
def served(log: Path, **settings: str) -> Iterator[str]:
    """Serve the app on a free port, with records of its own, and give its address; stopped as Ctrl-C stops it."""
    full_model()
    environment = {
        **os.environ,
        "FORMCHECK_HOME": str(log.parent / "records"),
        "FORMCHECK_DATABASE_URL": "",
        **settings,
    }

    def start(port: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "formcheck", "app", "--port", str(port), "--no-browser"]
        with log.open("w") as out:
            return subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=_ROOT, env=environment)

    server, port = started(start, "/formcheck-health", log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="package")
def app_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the app for all tests and give its address."""
    log = tmp_path_factory.mktemp("server") / "server.log"
    with served(log) as address:
        yield address
    printed = log.read_text()
    assert "Traceback" not in printed, printed


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Run Playwright for this package only: it has an event loop in this thread, which other tests want for theirs."""
    with sync_playwright() as started:
        yield started


expect.set_options(timeout=_SHOWN_WITHIN_MS)
OpenPage = Callable[..., Page]


@pytest.fixture(scope="package")
def browser_without_film(playwright: Playwright) -> Iterator[Browser]:
    """Run one Chromium for all pages whose camera may show Chromium's own test picture."""
    started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield started
    started.close()


def is_about_policy(said: str) -> bool:
    """Return whether a browser says that a page tried what our security headers bar, or does not understand these."""
    return any(word in said for word in ("Content Security Policy", "Permissions-Policy", "Permissions policy"))


@pytest.fixture
def camera_page(playwright: Playwright, browser_without_film: Browser, tmp_path: Path) -> Iterator[OpenPage]:
    """Open a page whose camera shows a sample clip, in a Chromium of its own, or Chromium's test picture for None.

    Pages know nothing of each other, nor of those of another test. None may try what the security headers bar.
    """
    browsers: list[Browser] = []
    violations: list[str] = []
    contexts: list[BrowserContext] = []

    def open_page(
        clip: str | None,
        *,
        width: int = 1280,
        height: int = 800,
        dark: bool = False,
        phone: bool = False,
        has_camera: bool = True,
        trusting: bool = False,
    ) -> Page:
        browser = browser_without_film
        if clip is not None:
            y4m = tmp_path / f"{clip}.y4m"
            if not y4m.exists():
                camera_film(clip, y4m)
            flags = [*FLAGS, f"--use-file-for-fake-video-capture={y4m}"]
            browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
            browsers.append(browser)
        context = window_of(
            browser,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            has_touch=phone,
            device_scale_factor=2 if phone else 1,
            permissions=["camera"],
            # As a phone on which the computer's own certificate was installed.
            ignore_https_errors=trusting,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: violations.append(said.text) if is_about_policy(said.text) else None)
        if not has_camera:
            page.add_init_script(_NO_CAMERA)
        page.set_default_timeout(_SHOWN_WITHIN_MS)
        return page

    yield open_page
    for context in contexts:
        context.close()
    for browser in browsers:
        browser.close()
    for film in tmp_path.glob("*.y4m"):
        film.unlink()
    assert violations == []


@pytest.fixture
def keep_picture(request: pytest.FixtureRequest) -> Callable[[Page, str], Path]:
    """Keep a screenshot for whoever looks at the run afterwards; never part of the repository."""
    folder = Path(os.environ.get("FORMCHECK_ARTIFACTS", _ROOT / "test-artifacts"))

    def keep(page: Page, name: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / f"{re.sub(r'[^a-z0-9_-]+', '-', request.node.name.lower())}-{name}.png"
        page.screenshot(path=place)
        return place

    return keep
