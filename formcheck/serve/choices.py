"""What a clinic chooses for its server, and how it is kept: `serve.toml`, without a secret in it."""

from __future__ import annotations

import ipaddress
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from formcheck.errors import FormcheckError

CHOICES_FILE: Final = "serve.toml"
AUTHORITY_FILE: Final = "authority.crt"
"""Beside the settings: what devices have to believe where certificates are made here."""
OWN_FILE: Final = "own.env"
"""Settings of the clinic's own, which come last."""
MAIL_VARIABLE: Final = "FORMCHECK_MAIL_URL"
"""Of the mail server that tells of failures, such as `smtp://name:password@mail.example.org:587`."""
_HOST: Final = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_MAIL: Final = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_MAIL_URL: Final = re.compile(r"smtps?://([A-Za-z0-9._~%+-]+(:[A-Za-z0-9._~%+!*-]+)?@)?[A-Za-z0-9.-]+(:\d{1,5})?")
_URL: Final = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~%/-]*)?")
_CLIENT: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,300}")
"""Printable, without spaces, quotes and backslashes: it stands in a file of settings."""

Port = Annotated[int, Field(ge=1, le=65535)]


class ServeError(FormcheckError):
    """A choice for a server that is not possible, or a folder that cannot be written or read."""


class Choices(BaseModel):
    """What the files of a server are made from. Nothing in it is secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    domain: str
    """Name of the server, such as `knee.example.org`; browsers come here."""
    mail: str
    """Who is written to about certificates, and about backups that failed."""
    database: Literal["sqlite", "postgresql"] = "sqlite"
    login_metadata: str
    """Address of the login provider's `.well-known/openid-configuration`."""
    login_client: str
    """What the provider calls this server (`client_id`)."""
    relay: bool = False
    """Whether coturn runs here, for remote sessions across networks."""
    relay_address: str = ""
    """What browsers reach the relay by, where this computer has another address itself: `public/private`."""
    internal_ca: bool = False
    """Whether certificates are made here, for a network without the internet; devices must be told to believe them."""
    memory_gb: Annotated[int, Field(ge=2, le=1024)] = 6
    """At most, for the app with its workers."""
    cpus: Annotated[int, Field(ge=1, le=256)] = 2
    """At most, for the app with its workers."""
    keep_days: Annotated[int, Field(ge=1, le=366)] = 14
    """Nights whose backup is kept."""
    keep_months: Annotated[int, Field(ge=0, le=120)] = 6
    """Months whose first backup is kept."""
    https_port: Port = 443
    http_port: Port = 80
    app_port: Port = 8501
    """Of loopback: nobody else reaches it."""
    relay_port: Port = 3478
    relay_tls_port: Port = 5349

    @field_validator("domain")
    @classmethod
    def _is_name(cls, domain: str) -> str:
        if not _HOST.fullmatch(domain) or _is_address(domain):
            raise ValueError("name the server as browsers do, such as knee.example.org")
        return domain

    @field_validator("mail")
    @classmethod
    def _is_mail(cls, mail: str) -> str:
        return _held(_MAIL, mail, "give an address such as it@example.org")

    @field_validator("login_metadata")
    @classmethod
    def _is_url(cls, url: str) -> str:
        return _held(_URL, url, "give the address of the provider's .well-known/openid-configuration")

    @field_validator("login_client")
    @classmethod
    def _is_client(cls, client: str) -> str:
        return _held(_CLIENT, client, "give the client id that the provider shows, without spaces")

    @field_validator("relay_address")
    @classmethod
    def _are_addresses(cls, address: str) -> str:
        parts = address.split("/") if address else []
        if len(parts) > 2 or not all(_is_address(each) for each in parts):
            raise ValueError("give the public address, or public/private, such as 203.0.113.10/192.168.1.5")
        return address

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        ports = [self.https_port, self.http_port, self.app_port]
        ports += [self.relay_port, self.relay_tls_port] if self.relay else []
        if len(set(ports)) < len(ports):
            raise ValueError("each port can be used once only")
        return self

    @property
    def address(self) -> str:
        """The address that browsers come to, without a slash at its end."""
        return f"https://{self.domain}" + ("" if self.https_port == 443 else f":{self.https_port}")

    @property
    def redirect_uri(self) -> str:
        """The address that the login provider is told to send people back to."""
        return f"{self.address}/oauth2callback"

    @property
    def relay_urls(self) -> list[str]:
        """What browsers are told of the relay, empty where there is none."""
        if not self.relay:
            return []
        plain = f"turn:{self.domain}:{self.relay_port}"
        return [plain, f"{plain}?transport=tcp", f"turns:{self.domain}:{self.relay_tls_port}?transport=tcp"]

    def as_toml(self) -> str:
        """Return the choices as a file of settings."""
        # A JSON string, number or truth is one of TOML, too.
        lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in self.model_dump().items()]
        return "\n".join(["# What `formcheck serve init` was told; run it again to change something.", *lines, ""])


def choices_of(said: Mapping[str, Any]) -> Choices:
    """Return what was chosen.

    Raises
    ------
    ServeError
        If something of it is not possible, naming the first.
    """
    try:
        return Choices.model_validate(dict(said))
    except ValidationError as error:
        first = error.errors()[0]
        name = "--" + "-".join(str(part) for part in first["loc"]).replace("_", "-") if first["loc"] else "The choices"
        why = first["msg"].removeprefix("Value error, ")
        raise ServeError(f"{name} cannot be used: {why}.", "Say it anew; see docs/serve.md.") from None


def read_choices(folder: Path) -> Choices:
    """Return what was chosen for the server whose files are in a folder.

    Raises
    ------
    ServeError
        If there are none, or they cannot be read.
    """
    path = folder / CHOICES_FILE
    try:
        return choices_of(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ServeError(
            f"There is no {path}.", "Make it with `formcheck serve init`, or name another --folder."
        ) from None
    except (OSError, ValueError) as error:
        raise ServeError(
            f"{path} cannot be read: {error}.", "Correct it, or run `formcheck serve init` again."
        ) from None


def mail_url_of(text: str) -> str:
    """Return the address of a mail server as it was given, empty for none.

    Raises
    ------
    ServeError
        If it is none.
    """
    if text and not _MAIL_URL.fullmatch(text):
        raise ServeError(
            "The address of the mail server cannot be used.",
            "Give one such as smtp://name:password@mail.example.org:587, signs of the password percent-encoded.",
        )
    return text


def host_and_port(url: str, ports: Mapping[str, int]) -> tuple[str, int]:
    """Return where an address leads, with the usual port of its scheme."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or ports[parts.scheme]


def _held(form: re.Pattern[str], text: str, advice: str) -> str:
    if not form.fullmatch(text):
        raise ValueError(advice)
    return text


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
