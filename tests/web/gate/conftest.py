"""What tests of the gate share: no setting that lets the network in, and no login."""

from __future__ import annotations

import pytest

from formcheck.web.access.identity import NETWORK_VARIABLE


@pytest.fixture(autouse=True)
def _one_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody in but browsers of this computer."""
    monkeypatch.delenv(NETWORK_VARIABLE, raising=False)
    monkeypatch.delenv("FORMCHECK_LIVE_ORIGINS", raising=False)
    monkeypatch.delenv("FORMCHECK_PROXIES", raising=False)
