"""Choices of made-up clinics."""

from __future__ import annotations

from typing import Any, Final

from formcheck.serve.choices import Choices, choices_of
from formcheck.serve.folder import Secrets

SAID: Final[dict[str, Any]] = {
    "domain": "knee.example.org",
    "mail": "it@example.org",
    "login_metadata": "https://login.example.org/.well-known/openid-configuration",
    "login_client": "formcheck-web",
}
SECRETS: Final = Secrets("c" * 64, "a5" * 32, "d7" * 32, 'with "quotes" and \\ both', "smtp://me:pw@mail.example.org")
VARIANTS: Final[dict[str, dict[str, Any]]] = {
    "sqlite": {},
    "postgresql": {"database": "postgresql"},
    "relay": {"relay": True, "relay_address": "203.0.113.10/192.168.1.5"},
    "everything": {"database": "postgresql", "relay": True, "internal_ca": True, "https_port": 8443, "http_port": 8080},
}


def example(**more: Any) -> Choices:
    return choices_of(SAID | more)
