"""Layer: the app object without a server: what happens when it stops."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import streamlit as st

import formcheck.web
from formcheck.web.lifespan import live_sets_end_with_server
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.registry import LiveRegistry


def test_live_sets_end_when_the_server_stops_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = LiveRegistry(limits=LiveLimits(max_sets=1))
    closed: list[bool] = []
    monkeypatch.setattr(registry, "close", lambda: closed.append(True))
    monkeypatch.setattr("formcheck.web.lifespan.live_service", lambda: registry)

    async def run() -> None:
        app = st.App(Path(formcheck.web.__file__).with_name("main.py"))
        async with live_sets_end_with_server(app):
            assert not closed

    asyncio.run(run())
    assert closed == [True]
