"""Layer: a real browser and the real server: what pages of others come to, and that ours work behind the headers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import OpenPage, served
from .waiting import at_rest

_SETTLED_MS = 60_000
_OPEN_SOCKET = """
(address) => new Promise((told) => {
  const socket = new WebSocket(address, ["streamlit"]);
  socket.onopen = () => told("open");
  socket.onclose = () => told("refused");
})
"""
_FETCH = """
async ([address, order]) => {
  try { return String((await fetch(address, order)).status); } catch (error) { return error.name; }
}
"""
_SHOW_PICTURE = """
(address) => new Promise((told) => {
  const picture = new Image();
  picture.onload = () => told("shown");
  picture.onerror = () => told("refused");
  picture.src = address;
})
"""


@contextmanager
def another_program(content: str) -> Iterator[str]:
    """Serve a page at another port of this computer, and give its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(browser_without_film: Browser) -> Iterator[Page]:
    """Open a page that may try what it likes."""
    context = browser_without_film.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", ["", "videos", "people", "formcheck-health", "_stcore/host-config", "nothing-here"])
def test_nothing_of_ours_is_shown_in_a_frame(page: Page, app_address: str, path: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    with another_program(f'<title>game</title><iframe src="{app_address}/{path}"></iframe>') as game:
        page.goto(game)
        page.wait_for_load_state("networkidle")
        frame = page.frames[1]
        # What was refused has an address of the browser's own, and nothing of ours in it.
        assert frame.url.startswith("chrome-error:")
        assert any("frame" in each for each in said), said


def test_a_page_of_another_port_is_a_stranger(page: Page, app_address: str) -> None:
    with another_program("<title>game</title>") as game:
        page.goto(game)
        for path in ("_stcore/stream", "live?token=x"):
            assert page.evaluate(_OPEN_SOCKET, f"{app_address.replace('http', 'ws')}/{path}") == "refused"
        for order in ({}, {"method": "POST", "body": "{}"}, {"method": "PUT", "body": "x"}):
            for path in ("formcheck-uploads", "_stcore/upload_file/a/b", "_stcore/health"):
                assert page.evaluate(_FETCH, [f"{app_address}/{path}", order]) == "TypeError"
        assert page.evaluate(_SHOW_PICTURE, f"{app_address}/favicon.png") == "refused"


def test_a_page_of_ours_opens_its_socket(page: Page, app_address: str) -> None:
    page.goto(app_address)
    at_rest(page)
    assert page.evaluate(_OPEN_SOCKET, f"{app_address.replace('http', 'ws')}/_stcore/stream") == "open"
    assert page.evaluate(_FETCH, [f"{app_address}/formcheck-health", {}]) == "200"


@pytest.mark.parametrize("path", ["", "videos", "people", "progress", "guidance", "self-test", "compare", "review"])
def test_no_page_tries_what_the_headers_bar(camera_page: OpenPage, app_address: str, path: str) -> None:
    page = camera_page(None)
    page.goto(f"{app_address}/{path}")
    at_rest(page)
    expect(page.get_by_role("heading", level=1).first).to_be_visible(timeout=_SETTLED_MS)


def test_the_server_that_streamlit_starts_is_bounded(tmp_path: Path) -> None:
    """The server that `formcheck app` starts is Streamlit's own; what bounds it comes with the app."""
    with served(tmp_path / "server.log") as address:
        port = urlsplit(address).port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port)) as link:
            link.settimeout(_SETTLED_MS / 1000)
            link.sendall(b"GET / HTTP/1.1\r\nHost:")
            assert link.recv(1) == b""
