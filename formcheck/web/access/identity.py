"""Who asks, and from where: the same answer for a page, a download and a socket, found anew each time.

Nothing of it is kept between two requests, so that an account that was removed, a login that was ended or one that is
too old opens nothing from the next request on. Without a login, only a browser on this computer is let in.

Streamlit takes a login that is ended out of the tab in which it was, and out of the browser's cookies. Other tabs would
go on as they were, and a copy of the cookie would still do; so what was ended is remembered here.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.requests import HTTPConnection
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from formcheck.errors import FormcheckError
from formcheck.records.access import SYSTEM, Actor, owner
from formcheck.records.accounts import actor_of, find_account, normal_email
from formcheck.web.access.login import Claims, claims_of_cookies, claims_of_page, login_set_up
from formcheck.web.access.origins import is_loopback_address, is_own_origin, names_loopback
from formcheck.web.access.service import records_service

NETWORK_VARIABLE = "FORMCHECK_ALLOW_NETWORK_WITHOUT_LOGIN"


class AccessSettingError(FormcheckError):
    """A setting about access that means nothing; nobody is let in until it does."""


class AccessSettings(BaseSettings):
    """Read from `FORMCHECK_ALLOW_NETWORK_WITHOUT_LOGIN` and `FORMCHECK_LOGIN_HOURS`."""

    model_config = SettingsConfigDict(env_prefix="FORMCHECK_", env_ignore_empty=True, frozen=True)

    allow_network_without_login: bool = False
    """Whether everybody who reaches the server may do everything where no login is set up."""
    login_hours: float = Field(default=12.0, gt=0, le=24 * 30)
    """After so long somebody has to log in again. Streamlit itself would keep a browser logged in for 30 days."""


def access_settings() -> AccessSettings:
    """Return the settings as they are now.

    Raises
    ------
    AccessSettingError
        If one of them means nothing.
    """
    try:
        return AccessSettings()
    except ValidationError as error:
        name = "FORMCHECK_" + "_".join(str(part) for part in error.errors()[0]["loc"]).upper()
        raise AccessSettingError(f"{name} has a value that means nothing.", "Correct it, or leave it out.") from error


_REMEMBERED_S: Final = 31 * 24 * 3600.0
"""Longer than the cookie of a login lasts."""
_NOT_OF_THE_LOGIN: Final = frozenset({"is_logged_in", "origin", "tokens"})
"""What Streamlit adds, not the same for pages and cookies."""


def login_id(claims: Claims) -> str:
    """Return what one login can be told from all others by: each has an ID token of its own."""
    told = {name: value for name, value in claims.items() if name not in _NOT_OF_THE_LOGIN}
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


class EndedLogins:
    """The logins that were ended while this process runs; safe to use from any thread.

    Parameters
    ----------
    clock
        Seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._ended_at_s: dict[str, float] = {}

    def end(self, claims: Claims) -> None:
        """End a login."""
        now_s = self._clock()
        with self._lock:
            recent = {name: at_s for name, at_s in self._ended_at_s.items() if now_s - at_s < _REMEMBERED_S}
            self._ended_at_s = {**recent, login_id(claims): now_s}

    def has(self, claims: Claims) -> bool:
        """Return whether a login was ended."""
        with self._lock:
            return login_id(claims) in self._ended_at_s


@cache
def ended_logins() -> EndedLogins:
    """Return the ended logins of this process."""
    return EndedLogins()


_BY_PROXIES: Final = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "fly-client-ip",
        "x-original-host",
        "x-original-forwarded-for",
    }
)
_BY_PROXIES_TOO: Final = "x-forwarded-"


@dataclass(frozen=True)
class Visitor:
    """What a connection says of where it comes from."""

    address: str | None
    """Of the other end, None where it is not known."""
    host: str | None
    """The Host header: under which name the server was asked for."""
    origin: str | None
    """The Origin header: whose page asks. Browsers send it with sockets, and not with plain downloads."""
    scheme: str | None
    """Over which the server was asked, None where it is not known."""
    by_proxy: bool
    """Whether a header tells of a proxy in between: then the address is the proxy's."""

    @classmethod
    def of(cls, address: object, headers: Mapping[str, str], scheme: str | None = None) -> Visitor:
        """Return what an address and headers say.

        Parameters
        ----------
        address
            Of the other end; anything but text is taken as not known.
        headers
            By name, in any case.
        scheme
            Over which the server was asked, None where it is not known.
        """
        known = {name.lower(): value for name, value in headers.items()}
        return cls(
            address=address if isinstance(address, str) else None,
            host=known.get("host"),
            origin=known.get("origin"),
            scheme=scheme,
            by_proxy=any(name in _BY_PROXIES or name.startswith(_BY_PROXIES_TOO) for name in known),
        )

    @property
    def is_on_this_computer(self) -> bool:
        """Whether it is a browser on this computer that has the app open under this computer's own name.

        The address alone does not tell: a proxy on this computer has it too, and so has a page of another site whose
        name was pointed here (DNS rebinding), or one that another program of this computer serves at another port. Such
        a page cannot hide where it is from in Host and Origin.
        """
        return (
            not self.by_proxy
            and is_loopback_address(self.address)
            and names_loopback(self.host)
            and (self.origin is None or is_own_origin(self.origin, self.host, self.scheme))
        )


class Why(StrEnum):
    """Why somebody is not let in."""

    LOG_IN = "log-in"
    """A login is set up, and this browser is not logged in."""
    LOGIN_TOO_OLD = "login-too-old"
    NO_EMAIL = "no-email"
    """The login provider does not say the e-mail address."""
    EMAIL_NOT_VERIFIED = "email-not-verified"
    NO_ACCOUNT = "no-account"
    """Nobody gave this address access, or it was taken away."""
    OTHER_COMPUTER = "other-computer"
    """No login is set up, and the browser is not on this computer."""
    SET_UP_WRONG = "set-up-wrong"


@dataclass(frozen=True)
class NoAccess:
    """Somebody who is not let in."""

    why: Why
    email: str = ""
    """That they logged in with, as far as it is known."""
    detail: str = ""
    """What is wrong with the set-up."""

    @property
    def may_log_in(self) -> bool:
        """Whether all that is missing is to log in."""
        return self.why in {Why.LOG_IN, Why.LOGIN_TOO_OLD}


def who_sees_page() -> Actor | NoAccess:
    """Return who has the page open that is being run."""
    context = get_script_run_ctx()
    client = None if context is None or not runtime.exists() else runtime.get_instance().get_client(context.session_id)
    told = None if client is None else client.client_context
    # Address and headers come from one object: a browser that leaves meanwhile must not look like one without either.
    visitor = Visitor.of(None, {}) if told is None else Visitor.of(told.remote_ip, dict(told.headers))
    return _who(visitor, claims_of_page)


def who_asks(connection: HTTPConnection) -> Actor | NoAccess:
    """Return who is behind a request or a socket."""
    return _who(_visitor(connection), lambda: claims_of_cookies(connection.cookies))


def is_barred(connection: HTTPConnection) -> bool:
    """Return whether a request or a socket is of somebody for whom there is nothing here, not even a login."""
    set_up = login_set_up()
    try:
        is_for_all = set_up.on or access_settings().allow_network_without_login
    except AccessSettingError:
        # The pages say what is wrong, and let nobody in.
        return False
    return not (is_for_all or _visitor(connection).is_on_this_computer)


def current_actor() -> Actor | None:
    """Return who has the page open that is being run; None for who is not let in."""
    found = who_sees_page()
    return found if isinstance(found, Actor) else None


def _visitor(connection: HTTPConnection) -> Visitor:
    address = None if connection.client is None else connection.client.host
    return Visitor.of(address, connection.headers, connection.scope.get("scheme"))


def _who(visitor: Visitor, claims: Callable[[], Claims | None]) -> Actor | NoAccess:
    set_up = login_set_up()
    if set_up.fault:
        return NoAccess(Why.SET_UP_WRONG, detail=set_up.fault)
    try:
        settings = access_settings()
    except AccessSettingError as error:
        return NoAccess(Why.SET_UP_WRONG, detail=str(error))
    if set_up.on:
        told = claims()
        return NoAccess(Why.LOG_IN) if told is None else _who_logged_in(told, settings.login_hours)
    if settings.allow_network_without_login or visitor.is_on_this_computer:
        return owner(records_service().settings.owner_name())
    return NoAccess(Why.OTHER_COMPUTER)


def _who_logged_in(claims: Claims, login_hours: float) -> Actor | NoAccess:
    if ended_logins().has(claims):
        return NoAccess(Why.LOG_IN)
    email = claims.get("email")
    if not isinstance(email, str) or not email.strip():
        return NoAccess(Why.NO_EMAIL)
    address = normal_email(email)
    issued = claims.get("iat")
    if not (isinstance(issued, (int, float)) and time.time() - issued <= login_hours * 3600):
        return NoAccess(Why.LOGIN_TOO_OLD, address)
    if _is_denied(claims.get("email_verified")):
        return NoAccess(Why.EMAIL_NOT_VERIFIED, address)
    with records_service().reading(SYSTEM) as work:
        account = find_account(work, address)
        if account is None or not account.active:
            return NoAccess(Why.NO_ACCOUNT, address)
        return actor_of(account)


def _is_denied(verified: object) -> bool:
    """Return whether the provider says that the address may be somebody else's; some write it as text, some never."""
    return verified is not None and verified is not True and str(verified).strip().lower() != "true"
