"""Layer: the whole app in process, without its server: every route that it has, by every method, open or closed."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from streamlit.runtime import Runtime

from formcheck.web.gate.headers import page_policy
from formcheck.web.shared.addresses import PAGES, START

_ROOT: Final = Path(__file__).resolve().parents[3]
HERE: Final = "http://127.0.0.1:8501"
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
OPEN_OF_STREAMLIT: Final = {
    ("GET", "/_stcore/health"),
    ("HEAD", "/_stcore/health"),
    ("GET", "/_stcore/host-config"),
    ("HEAD", "/_stcore/host-config"),
    ("GET", "/media/x"),
    ("HEAD", "/media/x"),
}
"""All of Streamlit's own routes that answer at all where there is no login, beside its scripts and pages."""


@pytest.fixture(scope="module")
def app() -> Iterator[Any]:
    """Build the app as `app.py` has it; its runtime is not started."""
    Runtime._instance = None
    yield runpy.run_path(str(_ROOT / "app.py"))["app"]._build_starlette_app()
    Runtime._instance = None


def socket_at(path: str) -> str:
    """Return the address of a socket here; the test client would take another host for these."""
    return HERE.replace("http", "ws") + path


def client_of(app: Any, address: str = "127.0.0.1", base_url: str = HERE) -> TestClient:
    return TestClient(
        app, base_url=base_url, client=(address, 50_000), raise_server_exceptions=False, follow_redirects=False
    )


@pytest.fixture
def client(app: Any) -> TestClient:
    return client_of(app)


def addresses(app: Any) -> list[str]:
    """Return one address of every route, those of Streamlit's folder of pages and scripts included."""
    found = ["/", *(f"/{each}" for each in PAGES), "/nothing-here", "/static/none.js"]
    for route in app.routes:
        assert isinstance(route, (Route, WebSocketRoute, Mount))
        if isinstance(route, Route):
            plain = [
                part.partition(":")[0].strip("{}") and ("x" if "{" in part else part) for part in route.path.split("/")
            ]
            found.append("/".join(plain))
    return found


def assert_secured(headers: Any, about: object) -> None:
    assert headers["x-content-type-options"] == "nosniff", about
    assert headers["x-frame-options"] == "DENY", about
    assert headers["referrer-policy"] == "no-referrer", about
    assert headers["cross-origin-opener-policy"] == "same-origin", about
    assert headers["cross-origin-resource-policy"] == "same-origin", about
    assert "camera=(self)" in headers["permissions-policy"], about
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy, about
    assert "default-src 'none'" in policy, about
    scripts = policy.partition("script-src")[2].partition(";")[0]
    assert "unsafe" not in scripts, about
    assert not [name for name in headers if name.startswith("access-control-")], about


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"origin": HERE},
        {"origin": "http://127.0.0.1:9999"},
        {"host": "evil.example"},
        {"x-forwarded-for": "10.0.0.1"},
    ],
)
def test_every_answer_of_every_route_is_secured(app: Any, client: TestClient, sent: dict[str, str]) -> None:
    for address in addresses(app):
        for method in METHODS:
            answer = client.request(method, address, headers=sent)
            assert_secured(answer.headers, (method, address, sent))


def test_of_streamlits_routes_those_are_open_that_pages_need(app: Any, client: TestClient) -> None:
    own = runpy.run_path(str(_ROOT / "app.py"))["routes"]
    of_streamlit = [route for route in app.routes[len(own) :] if isinstance(route, Route)]
    assert len(of_streamlit) > 15
    tried = [address for address in addresses(app) if address.startswith(("/_stcore", "/media", "/component", "/auth"))]
    answered = {
        (method, address)
        for address in tried
        for method in METHODS
        # What the gate refuses, it closes the connection for.
        if client.request(method, address, headers={"origin": HERE}).headers.get("connection") != "close"
    }
    assert answered == OPEN_OF_STREAMLIT


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("PUT", "/_stcore/upload_file/session/file"),
        ("DELETE", "/_stcore/upload_file/session/file"),
        ("GET", "/_stcore/metrics"),
        ("GET", "/_stcore/script-health-check"),
        ("GET", "/_stcore/message"),
        ("GET", "/component/some.thing/index.html"),
        ("GET", "/_stcore/bidi-components/some/index.js"),
        ("POST", "/_stcore/agent/interact"),
        ("POST", "/_stcore/agent/mcp"),
        ("GET", "/_stcore/agent/openapi.json"),
        ("GET", "/auth/login"),
        ("GET", "/oauth2callback"),
        ("GET", "/videos/_stcore/health"),
        ("GET", "/app/static/x"),
        ("GET", "/somewhere"),
    ],
)
def test_what_no_page_needs_is_not_there(client: TestClient, method: str, address: str) -> None:
    answer = client.request(method, address, headers={"origin": HERE}, content=b"{}" if method == "POST" else None)
    assert answer.status_code in (404, 413)
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("address", ["/somewhere", "/metrics", "/videos/_stcore/health"])
def test_who_goes_to_a_wrong_address_reads_a_page_with_the_way_home(client: TestClient, address: str) -> None:
    answer = client.get(address, headers={"accept": "text/html,*/*;q=0.8"})
    assert answer.status_code == 404
    assert answer.headers["content-security-policy"] == page_policy()
    assert '<a href="/">Home</a>' in answer.text
    assert client.get(address).text == "There is nothing here.\n"


def test_pages_are_there_and_their_two_inline_scripts_are_named(client: TestClient) -> None:
    # Home is at the root; at its name, Streamlit would say that there is no such page.
    assert [client.get(f"/{START}{end}").headers["location"] for end in ("", "/")] == ["/", "/"]
    for address in ("/", *(f"/{each}" for each in PAGES if each != START)):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"] == page_policy()
        inline = answer.text.count("<script>")
        assert page_policy().count("'sha256-") == inline == 2
    assert client.get("/videos/").headers["location"] == "/videos"


def test_only_what_takes_a_body_gets_one(client: TestClient) -> None:
    for method, address in (("GET", "/"), ("GET", "/formcheck-health"), ("HEAD", "/media/x")):
        assert client.request(method, address, content=b"x", headers={"origin": HERE}).status_code == 413
    assert client.post("/formcheck-uploads", content=b"x" * 65_537, headers={"origin": HERE}).status_code == 413
    assert (
        client.put("/formcheck-uploads/x", content=b"x" * (8 * 2**20 + 1), headers={"origin": HERE}).status_code == 413
    )
    assert client.post("/formcheck-uploads", content=b"{}", headers={"origin": HERE}).status_code == 401


@pytest.mark.parametrize(
    "origin", [None, "null", "http://127.0.0.1:9999", "http://localhost:8501", "https://127.0.0.1:8501"]
)
def test_who_writes_must_be_a_page_of_ours(client: TestClient, origin: str | None) -> None:
    headers = {} if origin is None else {"origin": origin}
    assert client.post("/formcheck-uploads", content=b"{}", headers=headers).status_code == 403
    assert client.delete("/formcheck-uploads/x", headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["/_stcore/stream", "/live", "/elsewhere"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://evil.example"},
        {"origin": HERE, "host": "evil.example"},
        {"origin": "http://evil.example", "host": "evil.example"},
        {"origin": HERE, "x-forwarded-host": "evil.example"},
    ],
)
def test_a_socket_opens_for_pages_of_ours_alone(client: TestClient, path: str, headers: dict[str, str]) -> None:
    with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect(socket_at(path), headers=headers):
        pass
    assert refused.value.status_code == 403
    assert_secured(refused.value.headers, (path, headers))


def test_there_are_two_sockets_and_no_more(client: TestClient) -> None:
    with pytest.raises(WebSocketDenialResponse) as refused:
        client.websocket_connect(socket_at("/elsewhere"), headers={"origin": HERE}).__enter__()
    assert refused.value.status_code == 404
    with client.websocket_connect(socket_at("/live"), headers={"origin": HERE}) as socket:
        assert socket.receive_json()["code"] == "token-invalid"


def test_another_computer_finds_a_word_and_nothing_else(app: Any) -> None:
    elsewhere = client_of(app, "192.0.2.7", "http://192.0.2.1:8501")
    assert "Set up login first" in elsewhere.get("/videos").text
    for address in addresses(app):
        for method in METHODS:
            assert elsewhere.request(method, address).status_code == 403
    for path in ("/_stcore/stream", "/live"):
        with pytest.raises(WebSocketDenialResponse):
            elsewhere.websocket_connect(
                f"ws://192.0.2.1:8501{path}", headers={"origin": "http://192.0.2.1:8501"}
            ).__enter__()


def test_where_the_network_is_let_in_a_pointed_name_is_not(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_ALLOW_NETWORK_WITHOUT_LOGIN", "1")
    assert client_of(app, "192.0.2.7", "http://192.0.2.1:8501").get("/").status_code == 200
    pointed = client_of(app, "192.0.2.7", "http://evil.example:8501")
    assert pointed.get("/").status_code == 421
    with pytest.raises(WebSocketDenialResponse) as refused:
        pointed.websocket_connect(
            "ws://evil.example:8501/_stcore/stream", headers={"origin": "http://evil.example:8501"}
        ).__enter__()
    assert refused.value.status_code == 421
    monkeypatch.setenv("FORMCHECK_LIVE_ORIGINS", "http://evil.example:8501")
    assert pointed.get("/").status_code == 200


def test_two_hosts_are_none(client: TestClient) -> None:
    both = [("host", "127.0.0.1:8501"), ("host", "evil.example")]
    assert client.get("/", headers=both).status_code == 400
