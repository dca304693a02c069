"""What tests of the browser side share: records of their own, and Streamlit's simulated browser let in as the owner."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.web.access.identity import NETWORK_VARIABLE


@pytest.fixture(autouse=True)
def _records_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep a test away from the records of whoever runs it; a simulated browser comes from nowhere, so let it in."""
    monkeypatch.setenv("FORMCHECK_HOME", str(tmp_path / "formcheck-home"))
    monkeypatch.delenv("FORMCHECK_DATABASE_URL", raising=False)
    monkeypatch.setenv("FORMCHECK_USER_NAME", "Owner")
    monkeypatch.setenv(NETWORK_VARIABLE, "1")
