"""Layer: the app object without a server: what starts with it, and what ends when it stops."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import streamlit as st

import formcheck.web.server
from formcheck.records.access import RecordsError
from formcheck.records.erasure import erase_person
from formcheck.records.integrity import check
from formcheck.records.records import Records
from formcheck.records.retention import Housekeeping
from formcheck.records.settings import RecordsSettings
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.registry import LiveRegistry
from formcheck.web.server.lifespan import while_serving

from ..records.examples import ROBIN, add_example, files_holding
from ..waiting import until


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LiveRegistry:
    registry = LiveRegistry(limits=LiveLimits(max_sets=1))
    monkeypatch.setenv("FORMCHECK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FORMCHECK_WORKERS", "0")
    monkeypatch.setattr("formcheck.web.server.lifespan.live_service", lambda: registry)
    monkeypatch.setattr(
        "formcheck.web.server.lifespan.records_service", lambda: Records(RecordsSettings(home=tmp_path / "home"))
    )
    return registry


def serve(meanwhile: Callable[[], None]) -> None:
    """Go through the life of a server."""

    async def run() -> None:
        app = st.App(Path(formcheck.web.server.__file__).with_name("main.py"))
        async with while_serving(app):
            await asyncio.to_thread(meanwhile)

    asyncio.run(run())


def records_are_clean(home: Path) -> bool:
    with contextlib.closing(Records(RecordsSettings(home=home))) as records:
        found = check(records)
    return found.problems == found.needless == ()


def workers_of_this_process() -> list[int]:
    children = psutil.Process().children()
    return [child.pid for child in children if "formcheck.intake.worker" in child.cmdline()]


def test_live_sets_end_when_the_server_stops_and_not_before(
    registry: LiveRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(registry, "close", lambda: closed.append(True))
    during: list[bool] = []
    serve(lambda: during.extend(closed))
    assert during == []
    assert closed == [True]


@pytest.mark.usefixtures("registry")
def test_workers_live_as_long_as_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_WORKERS", "2")
    seen: list[int] = []

    def meanwhile() -> None:
        until(lambda: len(workers_of_this_process()) == 2)
        seen.extend(workers_of_this_process())

    serve(meanwhile)
    assert len(seen) == 2
    assert not any(psutil.pid_exists(pid) for pid in seen if pid != os.getpid())


@pytest.mark.usefixtures("registry")
def test_the_records_are_tidied_when_the_server_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    tidied: list[Records] = []

    def tidy(records: Records) -> Housekeeping | None:
        tidied.append(records)
        return None

    monkeypatch.setattr("formcheck.web.server.lifespan.keep_house", tidy)
    serve(lambda: until(lambda: tidied))
    for records in tidied:
        records.close()


@pytest.mark.usefixtures("registry")
def test_an_erasure_that_was_cut_short_is_finished_while_the_server_lives(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("formcheck.web.server.lifespan._LOOK_EVERY_S", 0.05)
    monkeypatch.setattr("formcheck.web.server.lifespan._CUT_SHORT_AFTER_S", 1.0)
    tidied: list[Records] = []
    monkeypatch.setattr("formcheck.web.server.lifespan.keep_house", tidied.append)
    records = Records(RecordsSettings(home=tmp_path / "home"))
    person = add_example(records, "Zoë Quixx").person_id

    def cut_short(*_: object) -> None:
        raise RecordsError("The database is away.")

    def meanwhile() -> None:
        until(lambda: tidied)
        with monkeypatch.context() as patched:
            patched.setattr("formcheck.records.erasure.sweep", cut_short)
            with pytest.raises(RecordsError):
                erase_person(records, ROBIN, person)
        assert files_holding(tmp_path / "home", person)
        until(lambda: not files_holding(tmp_path / "home", person))

    serve(meanwhile)
    records.close()
    assert records_are_clean(tmp_path / "home")


@pytest.mark.usefixtures("registry")
def test_a_server_whose_records_cannot_be_opened_serves_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def broken() -> Records:
        asked.append(True)
        raise RecordsError("The disk is gone.")

    monkeypatch.setattr("formcheck.web.server.lifespan.records_service", broken)
    serve(lambda: until(lambda: asked))


@pytest.mark.usefixtures("registry")
def test_a_setting_that_means_nothing_stops_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_WORKERS", "many")
    found: list[int] = []
    serve(lambda: found.extend(workers_of_this_process()))
    assert found == []


@pytest.mark.usefixtures("registry")
def test_a_disk_that_refuses_once_does_not_end_the_tidying(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Records] = []

    def tidy(records: Records) -> Housekeeping | None:
        asked.append(records)
        raise PermissionError("It may not be removed.")

    monkeypatch.setattr("formcheck.web.server.lifespan.keep_house", tidy)
    monkeypatch.setattr("formcheck.web.server.lifespan._DAY_S", 0.05)
    serve(lambda: until(lambda: len(asked) > 1))
    for records in asked:
        records.close()
