"""Layer: pure. Without a login only a browser on this computer is let in, and a proxy or a pointed name is none."""

from __future__ import annotations

import pytest

from formcheck.web.access.identity import Visitor

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
