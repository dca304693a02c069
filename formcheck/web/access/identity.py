"""Who asks: the same answer for a page, a download and a socket, found anew each time.

Nothing of it is kept between two requests, so that an account that was removed, a login that was ended or one that is
too old opens nothing from the next request on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import HTTPConnection
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from formcheck.records.access import SYSTEM, Actor, owner
from formcheck.records.accounts import actor_of, find_account, normal_email
from formcheck.web.access.ended_logins import ended_logins
from formcheck.web.access.login import Claims, claims_of_cookies, claims_of_page, login_set_up
from formcheck.web.access.service import records_service
from formcheck.web.access.settings import AccessSettingError, access_settings
from formcheck.web.access.visitor import Visitor


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
