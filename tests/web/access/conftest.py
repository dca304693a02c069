"""What tests of access share: a clinic with a login."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import config

from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.web.access.identity import NETWORK_VARIABLE, ended_logins
from formcheck.web.access.service import records_service
from formcheck.web.server.routes import app_routes

from .clinic import ORIGIN, SECRETS, Clinic, Opening, cookies_of

WriteSecrets = Callable[[str | None], None]


@pytest.fixture
def write_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WriteSecrets]:
    """Give what writes `secrets.toml`, or removes it, and has Streamlit read it anew."""
    file = tmp_path / "secrets.toml"
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(file)])
    monkeypatch.setattr(st.secrets, "_file_watchers_installed", True)

    def write(content: str | None) -> None:
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_text(content, encoding="utf-8")
        st.secrets._reset()

    write(None)
    yield write
    config.set_option("secrets.files", before)
    st.secrets._reset()


@pytest.fixture(autouse=True)
def _no_login_was_ended() -> None:
    """Begin each test without the logins that others ended."""
    ended_logins.cache_clear()


@pytest.fixture
def login(write_secrets: WriteSecrets, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a login up; who is not logged in is then nobody."""
    monkeypatch.delenv(NETWORK_VARIABLE)
    write_secrets(SECRETS)


@pytest.fixture(scope="session")
def clinic_template(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """Make a clinic once; its records are closed, and copied for each test."""
    home = tmp_path_factory.mktemp("clinic") / "home"
    records = Records(RecordsSettings(home=home, database_url=None, user_name="Owner"))
    made = Opening(records).clinic()
    records.close()
    return made


@pytest.fixture
def clinic(request: pytest.FixtureRequest, clinic_template: Clinic) -> Iterator[Clinic]:
    """Give a clinic with a login."""
    request.getfixturevalue("login")
    shutil.copytree(clinic_template.records.settings.home, os.environ["FORMCHECK_HOME"])
    records = records_service()
    yield replace(clinic_template, records=records)
    records.close()


OpenBrowser = Callable[[str | None], TestClient]


@pytest.fixture
def browser() -> OpenBrowser:
    """Give what opens a browser at the app's own routes, logged in with this address, or not at all for None."""

    def opened(email: str | None) -> TestClient:
        client = TestClient(Starlette(routes=app_routes()), base_url=ORIGIN, raise_server_exceptions=False)
        client.cookies.update({} if email is None else cookies_of(email))
        return client

    return opened
