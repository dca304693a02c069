"""Layer: the routes in process: a set live on the phone, for whom its code was shown; a made-up finished set."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from formcheck.intake.wishes import Wishes
from formcheck.records.access import owner
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.records import Records
from formcheck.records.sets import get_set
from formcheck.records.settings import RecordsSettings
from formcheck.session.request import SetRequest
from formcheck.web.live.pipeline import FinishedSet
from formcheck.web.live.registry import LiveRegistry
from formcheck.web.phone import live
from formcheck.web.phone.handovers import Errand, Handover, Handovers
from formcheck.web.phone.live import is_actor_or_phone, is_phone
from formcheck.web.phone.routes import phone_routes
from formcheck.web.shared.addresses import LINK_HEADER, PHONE_LIVE_PATH, PHONE_STATE_PATH
from tests.web.finished import SET_ID, finished_sample

ROBIN = owner("Robin")
WISHES = Wishes(SetRequest("wall-squat"), plan_said=True, person_said=True)


class Home:
    """A server for phones with live sets that are made up."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.records, self.codes = Records(RecordsSettings(home=folder)), Handovers()
        self.registry = LiveRegistry()
        self.finished: dict[tuple[str, str], FinishedSet] = {}
        monkeypatch.setattr(self.registry, "finished_set", lambda *of: self.finished.get(of))
        monkeypatch.setattr(live, "live_service", lambda: self.registry)
        monkeypatch.setattr(live, "phone_service", lambda: self.codes)
        monkeypatch.setattr(live, "records_service", lambda: self.records)
        self.phone = TestClient(Starlette(routes=phone_routes(lambda: self.records, lambda: self.codes)))

    def connected(self, errand: Errand) -> tuple[Handover, str]:
        made, code = self.codes.make(errand)
        key = secrets.token_urlsafe(32)
        self.codes.claim(code, key)
        return made, key

    def ask(self, method: str, path: str, key: str, **more: Any) -> tuple[int, dict[str, Any]]:
        answer = self.phone.request(method, path, headers={LINK_HEADER: key}, **more)
        return answer.status_code, answer.json()

    def done(self, key: str, set_id: str = SET_ID) -> tuple[int, dict[str, Any]]:
        return self.ask("POST", PHONE_LIVE_PATH, key, content=json.dumps({"set_id": set_id}))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    home = Home(tmp_path / "home", monkeypatch)
    yield home
    home.registry.close()
    home.records.close()


def test_a_live_set_goes_to_whom_the_code_was_shown_for_and_is_shown_on_both(home: Home) -> None:
    with home.records.writing(ROBIN) as work:
        ada = add_person(work, PersonDetails("Ada")).id
    made, key = home.connected(Errand(ROBIN, ada, WISHES, "Wall squat", "Ada"))
    assert home.ask("GET", PHONE_STATE_PATH, key)[1]["live"] is True
    status, given = home.ask("GET", PHONE_LIVE_PATH, key)
    assert status == 200
    assert given["setup"]["exercise"] == "wall-squat"
    holder = home.registry.holder_of(given["token"], to_resume=False)
    assert holder.owner == holder.actor_id == f"phone {made.id}"
    home.finished[SET_ID, holder.owner] = finished_sample("wall_squat_side")
    status, said = home.done(key)
    assert (status, said["stage"]) == (200, "done")
    assert "fc-verdict" in said["result"]
    assert home.done(key)[1]["result"] == said["result"]
    assert made.set_id is not None
    with home.records.reading(ROBIN) as work:
        kept = get_set(work, made.set_id)
        assert (kept.person_id, kept.origin) == (ada, "live")
    assert home.ask("GET", PHONE_LIVE_PATH, key)[0] == 503, "one code, one set"


def test_a_set_of_another_phone_or_of_nobody_is_refused(home: Home) -> None:
    mine, key = home.connected(Errand(ROBIN, None, WISHES, "Wall squat"))
    _, other = home.connected(Errand(ROBIN, None, WISHES, "Wall squat"))
    home.finished[SET_ID, f"phone {mine.id}"] = finished_sample("wall_squat_side")
    for status, said in (home.done(other), home.done(key, "x"), home.done(key, "")):
        assert (status, said["reason"]) == (503, "This set is not kept any more.")
    assert home.done("A" * 43)[0] == 401


def test_a_set_without_a_rep_is_not_kept(home: Home) -> None:
    mine, key = home.connected(Errand(ROBIN, None, WISHES, "Wall squat"))
    finished = finished_sample("wall_squat_side")
    nothing = replace(finished, assessment=replace(finished.assessment, reps=()))
    home.finished[SET_ID, f"phone {mine.id}"] = nothing
    assert home.done(key)[1]["reason"] == "No whole rep was seen, so nothing was kept."
    assert mine.set_id is None


def test_a_code_without_an_exercise_is_not_for_live_sets(home: Home) -> None:
    _, key = home.connected(Errand(ROBIN, None, Wishes(), "One set of one exercise"))
    assert home.ask("GET", PHONE_STATE_PATH, key)[1]["live"] is False
    assert home.ask("GET", PHONE_LIVE_PATH, key)[0] == 503


def test_a_socket_opens_for_a_phone_that_used_its_code_as_long_as_that_holds(home: Home) -> None:
    connection = HTTPConnection({"type": "websocket", "headers": [], "client": ("192.168.1.77", 1), "scheme": "wss"})
    made, code = home.codes.make(Errand(ROBIN, None, WISHES, "Wall squat"))
    name = f"phone {made.id}"
    assert not is_actor_or_phone(connection, name)
    home.codes.claim(code, "k" * 43)
    assert is_actor_or_phone(connection, name)
    assert is_phone(connection, name)
    assert not is_actor_or_phone(connection, "phone ")
    assert not is_phone(connection, "owner"), "at the listener there are phones alone"
    home.codes.end(made.id)
    assert not is_actor_or_phone(connection, name)
