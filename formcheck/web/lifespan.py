"""What ends with the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from formcheck.web.live.service import live_service


@asynccontextmanager
async def live_sets_end_with_server(_app: st.App) -> AsyncIterator[None]:
    """End all live sets and delete kept videos when the server stops.

    A server that is told to stop by a signal ends by that signal, without what Python does at exit.
    """
    try:
        yield
    finally:
        await asyncio.to_thread(live_service().close)
