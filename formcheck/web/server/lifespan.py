"""What runs with the server and ends with it: the workers, the tidying of the records, and live sets."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.intake.settings import intake_settings
from formcheck.intake.workers import Workers
from formcheck.records.erasure import finish_erasures
from formcheck.records.retention import keep_house
from formcheck.web.access.service import records_service
from formcheck.web.live.registry import live_service
from formcheck.web.remote.registry import room_service
from formcheck.web.server.phone_listener import while_phones_are_served

_LOG: Final = logging.getLogger(__name__)
_DAY_S: Final = 24 * 3600.0
_LOOK_EVERY_S: Final = 60.0
_CUT_SHORT_AFTER_S: Final = 120.0
"""An erasure at which nobody was for so long is not under way: its database, or its process, went away."""


@asynccontextmanager
async def while_serving(_app: st.App) -> AsyncIterator[None]:
    """Run the workers and the listener for phones while the server does, keep the records tidy; end all live sets.

    A server that is told to stop by a signal ends by that signal, without what Python does at exit.
    """
    workers = Workers(_worker_count())
    workers.start()
    tidying = asyncio.create_task(_keep_tidy())
    try:
        async with while_phones_are_served():
            yield
    finally:
        tidying.cancel()
        await asyncio.wait({tidying})
        await room_service().close()
        await asyncio.gather(asyncio.to_thread(workers.close), asyncio.to_thread(live_service().close))


def _worker_count() -> int:
    try:
        return intake_settings().workers
    except FormcheckError as error:
        # Live sets do without; the page of videos says the same.
        _LOG.error("no video will be analysed: %s", error)
        return 0


async def _keep_tidy() -> None:
    """Tidy at once and daily; between, finish the erasures that were cut short while the server lived on."""
    tidy_at_s = time.monotonic()
    while True:
        is_day = time.monotonic() >= tidy_at_s
        try:
            if is_day:
                tidy_at_s += _DAY_S
                await asyncio.to_thread(_tidy)
            else:
                await asyncio.to_thread(_finish_erasures)
        except (FormcheckError, OSError) as error:
            # Records that cannot be opened are said on the pages that need them; live sets do without. What the disk
            # refuses today may work tomorrow.
            _LOG.warning("the records could not be tidied: %s", error)
        await asyncio.sleep(min(_LOOK_EVERY_S, _DAY_S))


def _tidy() -> None:
    keep_house(records_service())


def _finish_erasures() -> None:
    finish_erasures(records_service(), older_than_s=_CUT_SHORT_AFTER_S)
