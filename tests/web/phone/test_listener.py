"""Layer: real sockets in process: at the address for phones their pages answer, and nothing else of the app."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import re
import runpy
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from streamlit.runtime import Runtime
from websockets.sync.client import connect
from websockets.typing import Origin

from formcheck.commands.app import PHONE_VARIABLE, SECURE_PHONE_VARIABLE, PhoneOptions, open_to_phones
from formcheck.commands.terminal import Terminal
from formcheck.errors import FormcheckError
from formcheck.web.phone.place import listening
from formcheck.web.phone.routes import listener_routes
from formcheck.web.server.phone_listener import phone_app, while_phones_are_served
from formcheck.web.shared.addresses import PAGES
from tests.browser.starting import free_port

_ROOT: Final = Path(__file__).resolve().parents[3]
HERE: Final = "http://192.168.1.20:8510"
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")


def with_listener(act: Callable[[int], None]) -> None:
    """Do something while phones are served, in a thread of its own."""
    port = free_port()

    async def run() -> None:
        async with while_phones_are_served({PHONE_VARIABLE: f"127.0.0.1:{port}"}):
            await asyncio.sleep(0)
            await asyncio.to_thread(_until_open, port)
            await asyncio.to_thread(act, port)

    asyncio.run(run())
    with pytest.raises(OSError, match="refused"):
        ask(port, "GET", "/phone")
    assert listening().address == ""


def _until_open(port: int) -> None:
    for _ in range(500):
        try:
            ask(port, "HEAD", "/phone")
        except ConnectionRefusedError:
            continue
        return


def ask(port: int, method: str, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        sent = {"Origin": f"http://127.0.0.1:{port}", **headers} if method not in ("GET", "HEAD") else headers
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()
        assert answer.getheader("x-content-type-options") == "nosniff"
        assert answer.getheader("server") is None
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


def routes_of_the_app() -> list[str]:
    """Return an address of every route that the whole app has, Streamlit's too."""
    Runtime._instance = None
    app = runpy.run_path(str(_ROOT / "app.py"))["app"]._build_starlette_app()
    Runtime._instance = None
    found = ["/", *(f"/{each}" for each in PAGES), "/_stcore/health", "/static/index.html", "/auth/login"]
    for route in app.routes:
        assert isinstance(route, (Route, WebSocketRoute, Mount))
        found.append(re.sub(r"\{[^}]*\}", "x", route.path) or "/")
    return found


def own_routes(live: bool) -> dict[str, set[str]]:
    routes = [route for route in listener_routes(live=live) if isinstance(route, Route)]
    return {re.sub(r"\{[^}]*\}", "x", route.path): set(route.methods or ()) for route in routes}


@pytest.mark.parametrize("live", [False, True])
def test_every_other_route_of_the_app_is_not_there_by_any_method(live: bool) -> None:
    own = own_routes(live)
    others = [path for path in routes_of_the_app() if path not in own]
    assert len(others) > 40
    assert {"/formcheck-uploads", "/formcheck-health", "/join"} <= set(others)
    assert ("/formcheck-static/live/client/x" in own) == live
    phone = TestClient(phone_app(live=live), base_url=HERE, client=("192.168.1.77", 50_000), follow_redirects=False)
    tricks = ("/phone/", "/PHONE", "/phone/state/", "/phone/%2e%2e/start", "/formcheck-static/phone/client/..%2fx.py")
    for path in (*others, *tricks):
        for method in METHODS:
            assert phone.request(method, path, headers={"Origin": HERE}).status_code == 404, (method, path)
    for path in ("/_stcore/stream", "/room", *(() if live else ("/live",))):
        with pytest.raises(WebSocketDenialResponse) as refused:
            phone.websocket_connect(HERE.replace("http", "ws") + path, headers={"Origin": HERE}).__enter__()
        assert refused.value.status_code == 404
    for path, methods in own.items():
        for method in METHODS:
            status = phone.request(method, path, headers={"Origin": HERE}).status_code
            assert (status == 405) == (method not in methods), (method, path)


def test_over_a_real_socket_the_page_answers_and_the_app_does_not() -> None:
    def look(port: int) -> None:
        for path in ("/", "/start", "/_stcore/health", "/formcheck-health", "/formcheck-uploads", "//phone"):
            assert ask(port, "GET", path)[0] == 404, path
        assert ask(port, "GET", "/phone")[0] == 200
        assert ask(port, "GET", "/formcheck-static/phone/client/design.css")[0] == 200
        assert ask(port, "GET", "/formcheck-static/uploads/client/transfer.js")[0] == 200
        assert ask(port, "GET", "/phone/state")[0] == 401

    with_listener(look)


def test_pages_of_others_and_names_that_were_pointed_here_are_refused() -> None:
    def look(port: int) -> None:
        assert ask(port, "GET", "/phone", Host="evil.example")[0] == 421
        assert ask(port, "POST", "/phone/claim", Origin="http://evil.example")[0] == 403
        assert ask(port, "POST", "/phone/claim", Origin="null")[0] == 403
        assert ask(port, "GET", "/phone", Upgrade="websocket", Connection="Upgrade")[0] != 101

    with_listener(look)


def raw(port: int, head: str, body: bytes = b"") -> bytes:
    """Send what no client of HTTP would, and return all that is answered."""
    with socket.create_connection(("127.0.0.1", port), 30) as link:
        link.sendall(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n" + body)
        came = b""
        with contextlib.suppress(ConnectionError):
            while piece := link.recv(65_536):
                came += piece
        return came


def test_what_no_browser_sends_is_refused_and_leaves_no_trace_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    def look(port: int) -> None:
        here = f"Host: 127.0.0.1:{port}\nConnection: close"
        for target in (
            *(f"http://127.0.0.1:{port}{path}" for path in ("/start", "/phone")),
            *(f"http://evil.example{path}" for path in ("/start", "/phone")),
            *("/phone/../start", "/phone/%2e%2e/start", "/phone%2f..%2fstart", "/phone;x", "/phone%00", "*"),
            *(f"/formcheck-static/phone/client/{each}" for each in ("..%2froutes.py", "%2fetc%2fpasswd", "x%00.js")),
        ):
            assert raw(port, f"GET {target} HTTP/1.1\n{here}").startswith(b"HTTP/1.1 404"), target
        for method in ("TRACE", "CONNECT", "PROPFIND", "get"):
            own = f"{here}\nOrigin: http://127.0.0.1:{port}\nX-HTTP-Method-Override: GET"
            assert raw(port, f"{method} /phone HTTP/1.1\n{own}").startswith(b"HTTP/1.1 405"), method
            assert raw(port, f"{method} /start HTTP/1.1\n{own}").startswith(b"HTTP/1.1 404"), method
        for head in ("GET /phone HTTP/1.0", "GET /phone", "PRI * HTTP/2.0", f"GET /phone HTTP/1.1\n{here}\nHost: evil"):
            assert raw(port, head).startswith(b"HTTP/1.1 400"), head
        claim = f"POST /phone/claim HTTP/1.1\n{here}\nOrigin: http://127.0.0.1:{port}"
        assert raw(port, f"{claim}\nContent-Length: 10000000000").startswith(b"HTTP/1.1 413")
        too_long = b"400\r\n" + b"x" * 1024 + b"\r\n"
        assert raw(port, f"{claim}\nTransfer-Encoding: chunked", too_long).startswith(b"HTTP/1.1 413")

    with_listener(look)
    assert [each for each in caplog.records if each.exc_info] == []


def test_no_header_gives_who_guesses_codes_more_tries() -> None:
    def look(port: int) -> None:
        statuses = [
            ask(port, "POST", "/phone/claim", **{"X-Forwarded-For": f"10.0.0.{number}", "Forwarded": "for=10.1.1.1"})[0]
            for number in range(12)
        ]
        assert statuses == [401] * 10 + [429] * 2

    with_listener(look)


def test_an_address_of_another_computer_is_said_and_the_app_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with while_phones_are_served({PHONE_VARIABLE: "203.0.113.5:8510"}):
            assert listening().address == ""
            assert "could not be opened" in listening().fault

    asyncio.run(run())
    assert "no phone is served" in caplog.text


def test_nothing_listens_where_nobody_asked_for_it() -> None:
    async def run() -> None:
        async with while_phones_are_served({}):
            assert (listening().address, listening().fault) == ("", "")

    asyncio.run(run())


@pytest.mark.parametrize("host", ["8.8.8.8", "0.0.0.0", "::", "2001:4860:4860::8888", "example.org"])
def test_what_is_no_home_network_is_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PHONE_VARIABLE, raising=False)
    with pytest.raises(FormcheckError, match="home network"):
        open_to_phones(PhoneOptions(host), Terminal())


def test_the_terminal_says_where_phones_find_their_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(PHONE_VARIABLE, "")
    port = free_port()
    open_to_phones(PhoneOptions("127.0.0.1", port), Terminal())
    said = "".join(capsys.readouterr())
    assert f"http://127.0.0.1:{port}" in said.replace("\n", "")


def test_over_https_a_phone_that_trusts_this_computer_finds_the_page_and_the_socket_of_live_sets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMCHECK_HOME", str(tmp_path))
    port, secure = free_port(), free_port()
    place = {PHONE_VARIABLE: f"127.0.0.1:{port}", SECURE_PHONE_VARIABLE: f"127.0.0.1:{secure}"}

    def look() -> None:
        _until_open(port)
        given = ask(port, "GET", "/phone/secure")
        assert listening().fingerprint in given[1]
        assert f"https://127.0.0.1:{secure}/phone" in given[1]
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/phone/certificate")
        trusting = ssl.create_default_context(cadata=connection.getresponse().read())
        connection.close()
        over_tls = http.client.HTTPSConnection("127.0.0.1", secure, context=trusting, timeout=30)
        over_tls.request("GET", "/phone")
        assert over_tls.getresponse().status == 200
        over_tls.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            http.client.HTTPSConnection("127.0.0.1", secure, timeout=30).request("GET", "/phone")
        origin = Origin(f"https://127.0.0.1:{secure}")
        with connect(f"wss://127.0.0.1:{secure}/live", ssl=trusting, origin=origin) as live:
            assert "token-invalid" in str(live.recv(30))

    async def run() -> None:
        async with while_phones_are_served(place):
            await asyncio.to_thread(look)

    asyncio.run(run())
    assert (listening().secure_address, listening().fingerprint) == ("", "")


def test_without_https_the_page_about_it_says_how_to_get_it() -> None:
    def look(port: int) -> None:
        assert "--phone --https" in ask(port, "GET", "/phone/secure")[1]

    with_listener(look)
