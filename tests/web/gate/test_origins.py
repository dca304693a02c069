"""Layer: pure. Whose page is ours goes by scheme, host and port; under which names a server may be asked for."""

from __future__ import annotations

import socket

import pytest

from formcheck.web.access.origins import WebOrigin, host_name, is_known_host, is_own_origin, named_origins, read_origin


@pytest.mark.parametrize(
    ("origin", "host", "scheme"),
    [
        ("http://127.0.0.1:8501", "127.0.0.1:8501", "http"),
        ("http://127.0.0.1:8501", "127.0.0.1:8501", "ws"),
        ("http://localhost", "localhost", "http"),
        ("http://localhost:80", "localhost", "ws"),
        ("https://knee.example", "knee.example:443", "wss"),
        ("HTTPS://Knee.Example.", "knee.example", "https"),
        ("http://[::1]:8501", "[::1]:8501", "ws"),
        ("http://[::1]:8501", "[0:0:0:0:0:0:0:1]:8501", "ws"),
        ("https://knee.example", "knee.example", None),
    ],
)
def test_the_same_scheme_host_and_port_is_ours(origin: str, host: str, scheme: str | None) -> None:
    assert is_own_origin(origin, host, scheme)


@pytest.mark.parametrize(
    ("origin", "host", "scheme"),
    [
        ("http://127.0.0.1:9999", "127.0.0.1:8501", "ws"),
        ("http://localhost:8501", "127.0.0.1:8501", "ws"),
        ("http://127.0.0.1", "127.0.0.1:8501", "http"),
        ("https://knee.example", "knee.example", "http"),
        ("http://knee.example", "knee.example", "wss"),
        ("http://knee.example:443", "knee.example", "https"),
        ("http://evil.example", "knee.example", "http"),
        ("http://knee.example.evil.example", "knee.example", "http"),
        ("http://[::1]:1", "[::1]:8501", "ws"),
        ("null", "127.0.0.1:8501", "ws"),
        ("", "127.0.0.1:8501", "ws"),
        (None, "127.0.0.1:8501", "ws"),
        ("http://127.0.0.1:8501", None, "ws"),
        ("http://127.0.0.1:8501", "", "ws"),
        ("http://knee.example@evil.example", "knee.example@evil.example", "http"),
        ("file://", "", "http"),
        ("http://knee.example/", "knee.example", "http"),
        ("http://knee.example, http://evil.example", "knee.example, http://evil.example", "http"),
        ("http://knee.example:99999", "knee.example:99999", "http"),
        ("http://[", "[", "http"),
        ("chrome-extension://abc", "abc", "http"),
    ],
)
def test_anything_else_is_not_ours(origin: str | None, host: str | None, scheme: str) -> None:
    assert not is_own_origin(origin, host, scheme)


def test_a_named_origin_is_ours_under_any_host_and_no_other_is() -> None:
    named = named_origins({"FORMCHECK_LIVE_ORIGINS": "https://a.example, https://knee.example:443, nonsense, null,"})
    assert named == {WebOrigin("https", "a.example", 443), WebOrigin("https", "knee.example", 443)}
    assert is_own_origin("https://knee.example", "10.0.0.1:8501", "ws", named)
    assert not is_own_origin("http://knee.example", "10.0.0.1:8501", "ws", named)
    assert not is_own_origin("null", "10.0.0.1:8501", "ws", named)
    assert named_origins({}) == frozenset()


@pytest.mark.parametrize(
    "host",
    ["localhost:8501", "127.0.0.1", "[::1]:1", "192.168.1.7:8501", "[2001:db8::1]", "app.localhost", "knee.example"],
)
def test_known_hosts(host: str) -> None:
    assert is_known_host(host, [WebOrigin("https", "knee.example", 443)])


def test_the_computers_own_name_is_known() -> None:
    assert is_known_host(f"{socket.gethostname()}:8501")
    assert is_known_host(f"{socket.gethostname()}.local:8501")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "knee.example.evil.example", "", None, "[::1"],
)
def test_a_name_that_was_pointed_here_is_not_known(host: str | None) -> None:
    assert not is_known_host(host, [WebOrigin("https", "knee.example", 443)])


@pytest.mark.parametrize("host", ["a b", "a/b", "a@b", "a:b", "a?b", "a#b", "a\tb"])
def test_what_is_no_host_has_no_name(host: str) -> None:
    assert host_name(host) is None


def test_an_origin_is_read_to_the_last_part() -> None:
    assert read_origin("https://Knee.Example") == WebOrigin("https", "knee.example", 443)
    assert read_origin("http://[::FFFF]:8501") == WebOrigin("http", "::ffff", 8501)
