"""Layer: who asks, decided in process from cookies, addresses and secrets as the server reads them."""

from __future__ import annotations

import time

import pytest
from starlette.requests import HTTPConnection

from formcheck.records.access import SYSTEM, Role
from formcheck.records.accounts import add_account
from formcheck.web.access.identity import NETWORK_VARIABLE, EndedLogins, NoAccess, Why, ended_logins, who_asks
from formcheck.web.access.login import claims_of_cookies, login_set_up

from .clinic import COOKIE_SECRET, SECRETS, Clinic, claims_of, cookies_of
from .conftest import WriteSecrets

LOOPBACK = {"host": "127.0.0.1:8501"}


def asking(
    cookies: dict[str, str] | None = None, address: str = "203.0.113.7", headers: dict[str, str] | None = None
) -> HTTPConnection:
    told = {"host": "clinic.example"} if headers is None else dict(headers)
    if cookies:
        told["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    raw = [(name.encode(), value.encode()) for name, value in told.items()]
    return HTTPConnection({"type": "http", "headers": raw, "client": (address, 4711)})


def why(found: object) -> Why:
    assert isinstance(found, NoAccess)
    return found.why


def test_without_a_login_this_computer_is_the_owner(
    write_secrets: WriteSecrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_secrets("[other]\nkey = 1\n")
    monkeypatch.delenv(NETWORK_VARIABLE)
    found = who_asks(asking(address="127.0.0.1", headers=LOOPBACK))
    assert not isinstance(found, NoAccess)
    assert (found.role, found.name) == (Role.OWNER, "Owner")


def test_without_a_login_another_computer_is_nobody(
    write_secrets: WriteSecrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_secrets(None)
    monkeypatch.delenv(NETWORK_VARIABLE)
    assert why(who_asks(asking())) is Why.OTHER_COMPUTER
    monkeypatch.setenv(NETWORK_VARIABLE, "1")
    assert not isinstance(who_asks(asking()), NoAccess)


@pytest.mark.usefixtures("clinic")
def test_with_a_login_this_computer_is_nobody_either(monkeypatch: pytest.MonkeyPatch) -> None:
    assert why(who_asks(asking(address="127.0.0.1", headers=LOOPBACK))) is Why.LOG_IN
    monkeypatch.setenv(NETWORK_VARIABLE, "1")
    assert why(who_asks(asking(address="127.0.0.1", headers=LOOPBACK))) is Why.LOG_IN


def test_who_is_logged_in_is_their_account(clinic: Clinic) -> None:
    assert who_asks(asking(cookies_of("dr@clinic.example"))) == clinic.clinician
    assert who_asks(asking(cookies_of(clinic.ada.email))) == clinic.ada.actor
    assert who_asks(asking(cookies_of("  Ada@Example.ORG "))) == clinic.ada.actor


def test_who_has_no_account_is_nobody(clinic: Clinic) -> None:
    found = who_asks(asking(cookies_of("Stranger@Example.org")))
    assert found == NoAccess(Why.NO_ACCOUNT, "stranger@example.org")
    clinic.remove(clinic.ada.actor)
    assert why(who_asks(asking(cookies_of(clinic.ada.email)))) is Why.NO_ACCOUNT


@pytest.mark.parametrize("verified", [False, "false", "False", 0, "", "no", []])
def test_an_address_that_is_not_verified_opens_nothing(clinic: Clinic, verified: object) -> None:
    cookies = cookies_of(clinic.ada.email, email_verified=verified)
    assert why(who_asks(asking(cookies))) is Why.EMAIL_NOT_VERIFIED


@pytest.mark.parametrize("verified", [True, "true", None])
def test_an_address_that_is_verified_or_of_which_nothing_is_said_opens(clinic: Clinic, verified: object) -> None:
    assert who_asks(asking(cookies_of(clinic.ada.email, email_verified=verified))) == clinic.ada.actor


@pytest.mark.parametrize("email", [None, "", " ", 7, ["ada@example.org"]])
def test_a_login_without_an_address_opens_nothing(clinic: Clinic, email: object) -> None:
    assert why(who_asks(asking(cookies_of(clinic.ada.email, email=email)))) is Why.NO_EMAIL


@pytest.mark.parametrize("age_s", [12 * 3600 + 60, None])
def test_an_old_login_opens_nothing(clinic: Clinic, age_s: float | None) -> None:
    issued = None if age_s is None else time.time() - age_s
    assert why(who_asks(asking(cookies_of(clinic.ada.email, iat=issued)))) is Why.LOGIN_TOO_OLD


def test_how_long_a_login_lasts_can_be_set(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    cookies = cookies_of(clinic.ada.email, iat=time.time() - 3600)
    monkeypatch.setenv("FORMCHECK_LOGIN_HOURS", "2")
    assert who_asks(asking(cookies)) == clinic.ada.actor
    monkeypatch.setenv("FORMCHECK_LOGIN_HOURS", "0.5")
    assert why(who_asks(asking(cookies))) is Why.LOGIN_TOO_OLD
    monkeypatch.setenv("FORMCHECK_LOGIN_HOURS", "for ever")
    found = who_asks(asking(cookies))
    assert why(found) is Why.SET_UP_WRONG
    assert "FORMCHECK_LOGIN_HOURS" in str(found)


def test_a_cookie_that_the_server_did_not_sign_opens_nothing(clinic: Clinic) -> None:
    good = cookies_of(clinic.ada.email)
    ((name, value),) = good.items()
    forged = [
        cookies_of(clinic.ada.email, secret="another secret of thirty-two signs"),
        cookies_of(clinic.ada.email, origin="https://another.example"),
        {name: value[:-2]},
        {name: "e30=.e30.e30"},
        {name: ""},
        {name: "chunks-3"},
        {"_streamlit_user_1": value},
    ]
    for cookies in forged:
        assert why(who_asks(asking(cookies))) is Why.LOG_IN


def test_a_login_that_was_ended_opens_nothing_and_the_next_one_does(clinic: Clinic) -> None:
    cookies = cookies_of(clinic.ada.email, nonce="first")
    claims = claims_of_cookies(cookies)
    assert claims is not None
    ended_logins().end({**claims, "tokens": {}, "is_logged_in": True})
    assert why(who_asks(asking(cookies))) is Why.LOG_IN
    assert who_asks(asking(cookies_of(clinic.ada.email, nonce="second"))) == clinic.ada.actor


def test_ended_logins_are_forgotten_when_no_cookie_can_be_left() -> None:
    at_s = [0.0]
    ended = EndedLogins(lambda: at_s[0])
    ended.end(claims_of("ada@example.org"))
    at_s[0] = 32 * 24 * 3600.0
    ended.end(claims_of("ben@example.org"))
    assert not ended.has(claims_of("ada@example.org"))
    assert ended.has(claims_of("ben@example.org"))


def test_a_clinician_of_that_address_is_let_in_by_the_form_in_which_it_is_kept(clinic: Clinic) -> None:
    with clinic.records.writing(SYSTEM) as work:
        add_account(work, "JOSE\u0301@clinic.example", Role.CLINICIAN)
    found = who_asks(asking(cookies_of("jos\u00e9@clinic.example")))
    assert not isinstance(found, NoAccess)
    assert found.role is Role.CLINICIAN


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[auth\nredirect_uri = 1", "cannot be read"),
        ("auth = 1", "not a section"),
        (SECRETS.replace("/oauth2callback", "/"), "redirect_uri"),
        (SECRETS.replace(COOKIE_SECRET, "short"), "cookie_secret"),
        (SECRETS.replace("client_id", "client"), "client_id"),
        (SECRETS.replace("server_metadata_url", "url"), "server_metadata_url"),
        (SECRETS.replace('"not a real one"', '""'), "client_secret"),
        (SECRETS.replace("client_id", "[auth.my_clinic]\nclient_id"), "underscore"),
    ],
)
def test_a_login_that_is_set_up_wrong_lets_nobody_in(write_secrets: WriteSecrets, content: str, said: str) -> None:
    write_secrets(content)
    for connection in (asking(address="127.0.0.1", headers=LOOPBACK), asking(cookies_of("dr@clinic.example"))):
        found = who_asks(connection)
        assert why(found) is Why.SET_UP_WRONG
        assert said in str(found)


def test_every_named_provider_is_offered(write_secrets: WriteSecrets) -> None:
    general, provider = SECRETS.split("client_id", 1)
    write_secrets(f"{general}[auth.first]\nclient_id{provider}\n[auth.second]\nclient_id{provider}")
    assert login_set_up().providers == ("first", "second")
    assert login_set_up().fault == ""
    write_secrets(SECRETS)
    assert login_set_up().providers == ("default",)
