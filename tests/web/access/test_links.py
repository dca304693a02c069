"""Layer: signed links, in process. A link opens one thing for who it was made for, and nothing for anybody else."""

from __future__ import annotations

import pytest
from starlette.requests import HTTPConnection

from formcheck.records.access import Actor, Role
from formcheck.web.access.identity import ended_logins
from formcheck.web.access.links import (
    LINK_LASTS_S,
    UPLOADS,
    LinkMaker,
    LinkRefusedError,
    document_scope,
    issue_link,
    player_scope,
    read_link,
    video_scope,
)

from .clinic import Clinic, claims_of, cookies_of

ADA = Actor("a" * 32, "Ada", Role.CLIENT, "1" * 32)


class Clock:
    """A clock that goes only when it is moved."""

    def __init__(self) -> None:
        self.at_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at_s


def connection(email: str | None) -> HTTPConnection:
    cookies = {} if email is None else cookies_of(email)
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    headers = [(b"host", b"clinic.example"), (b"cookie", header.encode())]
    return HTTPConnection({"type": "http", "headers": headers, "client": ("203.0.113.7", 4711)})


def test_a_link_names_its_account_for_as_long_as_it_lasts() -> None:
    clock = Clock()
    links = LinkMaker(clock)
    token = links.issue(ADA, UPLOADS)
    clock.at_s += LINK_LASTS_S
    assert links.account_of(token, UPLOADS) == ADA.id
    clock.at_s += 2
    with pytest.raises(LinkRefusedError):
        links.account_of(token, UPLOADS)


def test_a_link_is_for_one_thing() -> None:
    links = LinkMaker()
    scopes = [UPLOADS, video_scope("1"), video_scope("2"), player_scope("1"), document_scope("1", "a")]
    for issued_for in scopes:
        token = links.issue(ADA, issued_for)
        for asked in scopes:
            if asked == issued_for:
                assert links.account_of(token, asked) == ADA.id
            else:
                with pytest.raises(LinkRefusedError):
                    links.account_of(token, asked)


def test_an_altered_or_foreign_link_opens_nothing() -> None:
    links = LinkMaker()
    token = links.issue(ADA, UPLOADS)
    middle = len(token) // 2
    altered = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    for bad in (
        altered,
        token[:-1],
        token + "A",
        "",
        ".",
        "..",
        "a.b.c",
        "x" * 100_000,
        "\x00",
        LinkMaker().issue(ADA, UPLOADS),
    ):
        with pytest.raises(LinkRefusedError):
            links.account_of(bad, UPLOADS)


def test_a_link_opens_for_who_it_was_made_for(clinic: Clinic) -> None:
    token = issue_link(clinic.ada.actor, UPLOADS)
    assert read_link(token, UPLOADS, connection(clinic.ada.email)) == clinic.ada.actor


def test_a_link_in_other_hands_opens_nothing(clinic: Clinic) -> None:
    token = issue_link(clinic.ada.actor, UPLOADS)
    for email in (clinic.ben.email, "dr@clinic.example", "stranger@example.org", None):
        with pytest.raises(LinkRefusedError):
            read_link(token, UPLOADS, connection(email))


def test_a_link_ends_with_the_account(clinic: Clinic) -> None:
    token = issue_link(clinic.ada.actor, UPLOADS)
    clinic.remove(clinic.ada.actor)
    with pytest.raises(LinkRefusedError):
        read_link(token, UPLOADS, connection(clinic.ada.email))


def test_a_link_ends_with_the_login(clinic: Clinic) -> None:
    token = issue_link(clinic.ada.actor, UPLOADS)
    here = connection(clinic.ada.email)
    ended_logins().end({**claims_of(clinic.ada.email), "provider": "default"})
    with pytest.raises(LinkRefusedError):
        read_link(token, UPLOADS, here)
