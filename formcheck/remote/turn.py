"""The relay: credentials that hold for minutes, as coturn's `use-auth-secret` checks them.

The username is the time at which they end, a colon and whose they are; the password is base64 of the HMAC-SHA1 of the
username under the shared secret ("A REST API for access to TURN services"). coturn looks at the time when a relay is
asked for, not later, so a call outlives its credential, but an ICE restart needs a new one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from formcheck.errors import FormcheckError

RENEW_BEFORE_S: Final = 60.0
"""Before a credential ends, the next one is sent."""
_FEWEST_SIGNS: Final = 16
_RELAY_URL: Final = re.compile(r"turns?:[A-Za-z0-9.\-\[\]:]+(\?transport=(udp|tcp))?")
_STUN_URL: Final = re.compile(r"stuns?:[A-Za-z0-9.\-\[\]:]+")


class TurnSettingError(FormcheckError):
    """A setting of the relay that means nothing."""


class TurnSettings(BaseSettings):
    """Read from `FORMCHECK_TURN_URLS`, `FORMCHECK_TURN_SECRET` and the like; without them there is no relay."""

    model_config = SettingsConfigDict(env_prefix="FORMCHECK_TURN_", env_ignore_empty=True, frozen=True)

    urls: str = ""
    """With commas between, such as `turn:turn.example.org:3478,turns:turn.example.org:443?transport=tcp`."""
    secret: str = ""
    """As `static-auth-secret` of coturn."""
    stun_urls: str = ""
    """Where a browser learns its own address, such as `stun:turn.example.org:3478`. coturn is both."""
    seconds: int = Field(default=600, ge=120, le=24 * 3600)
    """How long a credential holds."""
    relay_only: bool = False
    """Whether all media go by the relay, so that nobody learns another's address."""

    @field_validator("urls")
    @classmethod
    def _relay_urls(cls, urls: str) -> str:
        return _need(urls, _RELAY_URL)

    @field_validator("stun_urls")
    @classmethod
    def _address_urls(cls, urls: str) -> str:
        return _need(urls, _STUN_URL)

    @field_validator("secret")
    @classmethod
    def _long_secret(cls, secret: str) -> str:
        if secret and len(secret) < _FEWEST_SIGNS:
            raise ValueError("too short")
        return secret

    @property
    def has_relay(self) -> bool:
        """Whether there is a relay."""
        return bool(self.urls and self.secret)


def turn_settings() -> TurnSettings:
    """Return the settings as they are now.

    Raises
    ------
    TurnSettingError
        If one of them means nothing, or they do not fit together.
    """
    try:
        settings = TurnSettings()
    except ValidationError as error:
        name = "FORMCHECK_TURN_" + str(error.errors()[0]["loc"][0]).upper()
        raise TurnSettingError(f"{name} has a value that means nothing.", "Correct it; see docs/remote.md.") from None
    if bool(settings.urls) != bool(settings.secret):
        raise TurnSettingError(
            "FORMCHECK_TURN_URLS and FORMCHECK_TURN_SECRET are needed together.", "Set both; see docs/remote.md."
        )
    if settings.relay_only and not settings.has_relay:
        raise TurnSettingError(
            "FORMCHECK_TURN_RELAY_ONLY needs a relay.", "Set FORMCHECK_TURN_URLS and FORMCHECK_TURN_SECRET."
        )
    return settings


def usable_turn_settings(environ: Mapping[str, str] = os.environ) -> TurnSettings:
    """Return the settings as they are now; where they mean nothing, those of no relay, hiding what was to be hidden.

    What is wrong with them is said on the clinician's page. Calls must not end by it.
    """
    try:
        return turn_settings()
    except TurnSettingError:
        hide = environ.get("FORMCHECK_TURN_RELAY_ONLY", "").strip().lower() not in {"", "0", "false", "no", "off"}
        return TurnSettings.model_construct(urls="", secret="", stun_urls="", seconds=600, relay_only=hide)


@dataclass(frozen=True)
class Credential:
    """What a browser shows to the relay."""

    username: str
    password: str
    expires_at_s: int
    """Seconds since 1970."""


def credential(secret: str, whose: str, expires_at_s: int) -> Credential:
    """Return a credential.

    Parameters
    ----------
    secret
        Shared with the relay.
    whose
        Told apart by it in the relay's log and quota; says nothing of the person.
    expires_at_s
        Seconds since 1970.
    """
    username = f"{expires_at_s}:{whose}"
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return Credential(username, base64.b64encode(digest).decode(), expires_at_s)


def split_urls(urls: str) -> list[str]:
    """Return the addresses of a setting."""
    return [each.strip() for each in urls.split(",") if each.strip()]


def _need(urls: str, form: re.Pattern[str]) -> str:
    if not all(form.fullmatch(each) for each in split_urls(urls)):
        raise ValueError("no address of a relay")
    return urls
