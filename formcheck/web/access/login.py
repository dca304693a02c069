"""Whether a login is set up, and what a logged-in browser says of its user. What is Streamlit's about it stays here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.auth_util import get_cookie_with_chunks, get_origin_from_redirect_uri
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

_SECTION: Final = "auth"
_SHORTEST_SECRET: Final = 32
"""Characters. Whoever guesses the secret logs in as anybody."""
_CALLBACK: Final = "/oauth2callback"
_PROVIDER_KEYS: Final = ("client_id", "client_secret", "server_metadata_url")
Claims = Mapping[str, object]
"""What the login provider says of somebody, as in an OpenID Connect ID token."""


@dataclass(frozen=True)
class LoginSetUp:
    """How the login is set up."""

    on: bool
    """Whether users log in; False where there is one user."""
    fault: str = ""
    """One sentence on what is wrong with it; then nobody is let in. Empty when all is right."""
    providers: tuple[str, ...] = ()
    """Names as `st.login` takes them; `default` for the one that has none."""


def login_set_up() -> LoginSetUp:
    """Read how the login is set up in `secrets.toml`.

    A file that is there and cannot be read counts as a login with a fault, so that a slip of the pen opens nothing.
    """
    if not st.secrets.load_if_toml_exists():
        files = [Path(each) for each in st.get_option("secrets.files")]
        if any(each.exists() for each in files):
            return LoginSetUp(on=True, fault="`secrets.toml` cannot be read.")
        return LoginSetUp(on=False)
    if _SECTION not in st.secrets:
        return LoginSetUp(on=False)
    section = st.secrets[_SECTION]
    if not isinstance(section, Mapping):
        return LoginSetUp(on=True, fault="`[auth]` in `secrets.toml` is not a section.")
    providers = _providers(section)
    return LoginSetUp(on=True, fault=_fault(section, providers), providers=tuple(providers))


def _providers(section: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    named = {name: value for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value}
    return {"default": section, **named} if "client_id" in section else named


def _fault(section: Mapping[str, Any], providers: Mapping[str, Mapping[str, Any]]) -> str:
    if not str(section.get("redirect_uri", "")).endswith(_CALLBACK):
        return f"`redirect_uri` must be the address of the app with `{_CALLBACK}` at its end."
    if len(str(section.get("cookie_secret", ""))) < _SHORTEST_SECRET:
        return f"`cookie_secret` must be a random text of at least {_SHORTEST_SECRET} characters."
    if not providers:
        return "No login provider is named: `client_id` is missing."
    for name, provider in providers.items():
        if "_" in name:
            return f"The name of the login provider `{name}` must not have an underscore."
        for key in _PROVIDER_KEYS:
            if not provider.get(key):
                return f"`{key}` of the login provider `{name}` is missing."
    return ""


def login_origin() -> str | None:
    """Return the origin at which people log in, as `redirect_uri` names it; None where no login is set up."""
    return get_origin_from_redirect_uri() if login_set_up().on else None


def claims_of_page() -> Claims | None:
    """Return what is known of the user of the page that is being run; None when nobody is logged in."""
    user = st.user.to_dict()
    return user if user.get("is_logged_in") is True else None


def claims_of_cookies(cookies: Mapping[str, str]) -> Claims | None:
    """Return what is known of the user of a browser, by the cookie that Streamlit signs; None when nobody is logged in.

    Parameters
    ----------
    cookies
        Of a request.
    """
    secret = get_cookie_secret()

    def signed(name: str) -> bytes | None:
        value = cookies.get(name)
        return None if value is None else decode_signed_value(secret, name, value)

    content = get_cookie_with_chunks(signed, USER_COOKIE_NAME)
    if not secret or content is None:
        return None
    try:
        claims = json.loads(content)
    except ValueError:
        return None
    # The cookie names the address that it was made for, so that one from another installation opens nothing.
    origin = get_origin_from_redirect_uri()
    if not isinstance(claims, dict) or origin is None or claims.pop("origin", None) != origin:
        return None
    return claims if claims.get("is_logged_in") is True else None
