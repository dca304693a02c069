"""Layer: pure. Without a login only a browser on this computer is let in, and a proxy or a pointed name is none."""

from __future__ import annotations

import pytest

from formcheck.serve import PUBLIC_VARIABLE
from formcheck.web.access.identity import Visitor
from formcheck.web.access.origins import WebOrigin, address_for_others, is_known_host, named_origins

HERE = {"Host": "127.0.0.1:8501", "Origin": "http://127.0.0.1:8501"}


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("127.0.0.1", HERE),
        ("127.0.0.1", {"host": "localhost:8501", "origin": "http://localhost:8501"}),
        ("127.0.0.1", {"host": "localhost"}),
        ("::1", {"host": "[::1]:8501", "origin": "http://[::1]:8501"}),
        ("::ffff:127.0.0.1", HERE),
        ("127.0.0.8", {"host": "formcheck.localhost:8501"}),
    ],
)
def test_a_browser_on_this_computer_is_on_this_computer(address: str, headers: dict[str, str]) -> None:
    assert Visitor.of(address, headers).is_on_this_computer


@pytest.mark.parametrize(
    "address", ["192.168.1.7", "10.0.0.1", "2001:db8::1", "::ffff:10.0.0.1", "", "testclient", None]
)
def test_another_address_is_another_computer(address: str | None) -> None:
    assert not Visitor.of(address, HERE).is_on_this_computer


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:8501", "Origin": "http://evil.example:8501"},
        {"Host": "127.0.0.1:8501", "Origin": "https://knee.example"},
        {"Host": "127.0.0.1:8501", "Origin": "null"},
        {"Host": "localhost.evil.example", "Origin": "http://localhost.evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "notlocalhost"},
        {"Host": "[::1"},
        {"Host": ""},
        {"Origin": "http://127.0.0.1:8501"},
        {},
    ],
)
def test_a_name_that_was_pointed_here_is_not_this_computer(headers: dict[str, str]) -> None:
    assert not Visitor.of("127.0.0.1", headers).is_on_this_computer


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "x-forwarded-proto", "X-Real-IP", "Forwarded", "Via", "CF-Connecting-IP"]
)
def test_who_comes_by_a_proxy_is_not_on_this_computer(header: str) -> None:
    assert not Visitor.of("127.0.0.1", {**HERE, header: "127.0.0.1"}).is_on_this_computer


def test_what_is_no_text_is_no_address() -> None:
    assert not Visitor.of(object(), HERE).is_on_this_computer


@pytest.mark.parametrize(
    ("set_url", "page", "begins_with"),
    [
        ("https://knee.example.org/", "http://127.0.0.1:8501/person", "https://knee.example.org"),
        ("https://knee.example.org/clinic", None, "https://knee.example.org/clinic"),
        ("", "http://127.0.0.1:8501/person", None),
        ("", "http://localhost:8501/person", None),
        ("", "https://knee.example.org/person?x=1", "https://knee.example.org"),
        ("http://127.0.0.1:8501", None, None),
        ("http://0.0.0.0:8501", None, None),
        ("knee.example.org", None, None),
        ("https://knee.example.org/?a=b", None, None),
        ("", None, None),
    ],
)
def test_links_begin_with_an_address_that_others_reach_or_there_are_none(
    monkeypatch: pytest.MonkeyPatch, set_url: str, page: str | None, begins_with: str | None
) -> None:
    monkeypatch.setenv(PUBLIC_VARIABLE, set_url)
    assert address_for_others(page) == begins_with


def test_the_public_address_is_one_that_the_server_answers_under() -> None:
    named = named_origins({PUBLIC_VARIABLE: "https://knee.example.org/clinic"})
    assert named == {WebOrigin("https", "knee.example.org", 443)}
    assert is_known_host("knee.example.org", named)
