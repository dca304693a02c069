"""Layer: the routes in process, behind the gate of the listener: codes, one video each, results; anything may come."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from formcheck.exercises.plan import Plan
from formcheck.intake.queue import list_uploads
from formcheck.intake.settings import IntakeSettings
from formcheck.intake.states import UploadState, get_upload
from formcheck.intake.wishes import Wishes, wishes_of
from formcheck.records.access import SYSTEM, Actor, Role, owner
from formcheck.records.accounts import actor_of, add_account, deactivate_account
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.records import Records
from formcheck.records.sets import get_set
from formcheck.records.settings import RecordsSettings
from formcheck.session.request import SetRequest
from formcheck.web.gate.gate import Gate
from formcheck.web.phone.handovers import CODE_LASTS_S, Errand, Handover, Handovers
from formcheck.web.phone.routes import phone_routes
from formcheck.web.shared.addresses import (
    LINK_HEADER,
    PHONE_CLAIM_PATH,
    PHONE_PATH,
    PHONE_STATE_PATH,
    PHONE_UPLOADS_PATH,
)
from tests.clips import SAMPLES
from tests.records.examples import add_sample_set

ROBIN = owner("Robin")
KEY, OTHER_KEY = "k" * 43, "o" * 43
VIDEO = (SAMPLES / "wall_squat_side.mp4").read_bytes()
TOO_LARGE = 10_000_000
HERE = "http://192.168.1.20:8510"
WISHES = Wishes(SetRequest("wall-squat", plan=Plan(reps=3)), plan_said=True)


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Home:
    """A listener for phones, and a phone in the same network."""

    def __init__(self, folder: Path) -> None:
        self.records = Records(RecordsSettings(home=folder))
        self.clock = Clock()
        self.codes = Handovers(self.clock)
        routes = phone_routes(
            lambda: self.records, lambda: self.codes, lambda: IntakeSettings(upload_max_bytes=TOO_LARGE - 1)
        )
        gate = Middleware(Gate, routes=routes, to_strangers=True)
        self.phone = TestClient(
            Starlette(routes=routes, middleware=[gate]), base_url=HERE, client=("192.168.1.77", 50_000)
        )

    def ask(self, method: str, path: str, key: str = "", **more: Any) -> tuple[int, dict[str, Any]]:
        headers = {"origin": HERE, LINK_HEADER: key, **more.pop("headers", {})}
        answer = self.phone.request(method, path, headers=headers, **more)
        assert answer.headers["cache-control"] == "private, no-store"
        said = answer.json()
        assert isinstance(said, dict)
        return answer.status_code, said

    def claim(self, code: object, key: object = KEY) -> tuple[int, dict[str, Any]]:
        return self.ask("POST", PHONE_CLAIM_PATH, content=json.dumps({"code": code, "key": key}))

    def connected(self, errand: Errand) -> tuple[Handover, str]:
        made, code = self.codes.make(errand)
        key = secrets.token_urlsafe(32)
        assert self.claim(code, key)[0] == 200
        return made, key

    def begin(
        self, key: str, size: int = len(VIDEO), name: str = "IMG_1.MOV", **more: object
    ) -> tuple[int, dict[str, Any]]:
        said = json.dumps({"name": name, "size": size, **more})
        return self.ask("POST", PHONE_UPLOADS_PATH, key, content=said)

    def send(self, key: str, upload_id: str, content: bytes = VIDEO, first: int = 0) -> tuple[int, dict[str, Any]]:
        span = f"bytes {first}-{first + len(content) - 1}/{len(VIDEO)}"
        path = f"{PHONE_UPLOADS_PATH}/{upload_id}"
        return self.ask("PUT", path, key, content=content, headers={"Content-Range": span})

    def stage(self, key: str) -> str:
        status, said = self.ask("GET", PHONE_STATE_PATH, key)
        assert status == 200
        return str(said["stage"])

    def person(self, name: str) -> str:
        with self.records.writing(ROBIN) as work:
            return add_person(work, PersonDetails(name)).id

    def client_of(self, person_id: str) -> Actor:
        with self.records.writing(ROBIN) as work:
            return actor_of(add_account(work, "ada@example.org", Role.CLIENT, person_id=person_id))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    with home.phone:
        yield home
    home.records.close()


def test_a_phone_sends_one_video_for_whom_and_as_what_was_said_at_the_computer(home: Home) -> None:
    ada, ben = home.person("Ada"), home.person("Ben")
    _, key = home.connected(Errand(ROBIN, ada, replace(WISHES, person_said=True), "Wall squat · 3 reps", "Ada"))
    assert home.stage(key) == "connected"
    # What the phone says beside name and size counts for nothing.
    status, row = home.begin(key, person_id=ben, keep_video=False, set_id="0a" * 16)
    assert status == 200
    assert home.stage(key) == "sending"
    status, row = home.send(key, row["id"])
    assert (status, row["state"]) == (200, "waiting")
    assert home.stage(key) == "waiting"
    with home.records.reading(ROBIN) as work:
        kept = get_upload(work, row["id"])
        assert kept.person_id == ada
        said = wishes_of(kept)
    assert (said.request, said.keep_video, said.for_set, said.plan_said) == (WISHES.request, True, None, True)
    # One code, one video.
    status, said_again = home.begin(key, name="another.mp4", size=5)
    assert status == 409
    assert said_again["reason"] == "This code has had its video already."


def test_a_cut_transfer_goes_on_where_it_was(home: Home) -> None:
    _, key = home.connected(Errand(ROBIN, None, WISHES, "A set"))
    upload_id = home.begin(key)[1]["id"]
    assert home.send(key, upload_id, VIDEO[:100_000])[1]["received"] == 100_000
    # The page was loaded anew: the same file is announced again.
    assert home.begin(key)[1]["id"] == upload_id
    status, row = home.send(key, upload_id, VIDEO[100_000:], 100_000)
    assert (status, row["state"]) == (200, "waiting")


def test_what_was_interrupted_by_another_code_becomes_what_this_one_says(home: Home) -> None:
    _, key = home.connected(Errand(ROBIN, None, WISHES, "A set"))
    upload_id = home.begin(key)[1]["id"]
    ada = home.person("Ada")
    other = Wishes(SetRequest("step-down"), person_said=True)
    _, second = home.connected(Errand(ROBIN, ada, other, "Step-down", "Ada"))
    assert home.begin(second)[1]["id"] == upload_id
    with home.records.reading(ROBIN) as work:
        kept = get_upload(work, upload_id)
        assert (kept.person_id, wishes_of(kept).request.exercise) == (ada, "step-down")


def test_another_video_takes_the_place_of_one_that_is_not_whole(home: Home) -> None:
    _, key = home.connected(Errand(ROBIN, None, WISHES, "A set"))
    first = home.begin(key)[1]["id"]
    home.send(key, first, VIDEO[:1000])
    second = home.begin(key, name="IMG_2.MOV")[1]["id"]
    assert second != first
    with home.records.reading(ROBIN) as work:
        assert {row.id: row.state for row in list_uploads(work)} == {
            first: UploadState.CANCELLED,
            second: UploadState.RECEIVING,
        }
    assert home.send(key, first, VIDEO[1000:], 1000)[0] == 404


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ({"size": TOO_LARGE}, None, "a video may have"),
        ({"name": "letter.pdf", "size": 500}, None, "does not have the name of a video file"),
        ({"size": 0}, None, "is empty"),
        ({}, b"\x89PNG\r\n\x1a\n" + bytes(2000), "IMG_1.MOV"),
        ({}, b"words " * 300, "IMG_1.MOV"),
    ],
)
def test_what_is_no_video_is_refused_in_a_sentence_and_another_may_come(
    home: Home, file: dict[str, Any], content: bytes | None, sentence: str
) -> None:
    _, key = home.connected(Errand(ROBIN, None, WISHES, "A set"))
    status, said = home.begin(key, **file)
    if content is not None:
        status, said = home.send(key, said["id"], content)
    assert status == 415
    assert sentence in said["reason"]
    assert said["remedy"]
    assert home.stage(key) in ("connected", "failed")
    assert home.send(key, home.begin(key, name="IMG_2.MOV")[1]["id"])[1]["state"] == "waiting"


def test_codes_that_are_none_used_or_too_old_get_the_same_sentence(home: Home) -> None:
    _, code = home.codes.make(Errand(ROBIN, None, WISHES, "A set"))
    assert home.claim(code, OTHER_KEY)[0] == 200
    _, late = home.codes.make(Errand(ROBIN, None, WISHES, "A set"))
    home.clock.now_s = CODE_LASTS_S + 1
    answers = [home.claim(each) for each in (code, late, "A" * 22, "", 5, None, {"a": 1}, "A" * 65)]
    assert {status for status, _ in answers} == {401}
    assert {said["reason"] for _, said in answers} == {"This code is no longer valid."}
    for body in (b"", b"{", b"[]", b"\xff"):
        assert home.ask("POST", PHONE_CLAIM_PATH, content=body)[0] in (401, 429)


@pytest.mark.parametrize("key", ["", "k" * 42, "k" * 44, "k" * 42 + "\n", "k" * 42 + "ä", 5, None])
def test_a_key_that_no_phone_of_ours_makes_uses_no_code_up(home: Home, key: object) -> None:
    _, code = home.codes.make(Errand(ROBIN, None, WISHES, "A set"))
    assert home.claim(code, key)[0] == 401
    assert home.claim(code)[0] == 200


def test_a_phone_whose_answer_was_lost_is_told_again_and_another_is_not(home: Home) -> None:
    _, code = home.codes.make(Errand(ROBIN, None, WISHES, "A set"))
    first = home.claim(code)
    assert first[1]["stage"] == "connected"
    assert home.claim(code) == first
    assert home.claim(code, OTHER_KEY)[0] == 401


def test_who_tries_codes_has_to_wait(home: Home) -> None:
    statuses = [home.claim("A" * 22)[0] for _ in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    _, code = home.codes.make(Errand(ROBIN, None, WISHES, "A set"))
    status, said = home.claim(code)
    assert (status, said["reason"]) == (429, "Too many codes were tried.")


def test_a_phone_sees_no_other_upload_than_its_own(home: Home) -> None:
    _, key = home.connected(Errand(ROBIN, None, WISHES, "A set"))
    _, other = home.connected(Errand(ROBIN, None, WISHES, "A set"))
    upload_id = home.begin(key)[1]["id"]
    for method in ("GET", "DELETE"):
        assert home.ask(method, f"{PHONE_UPLOADS_PATH}/{upload_id}", other)[0] == 404
        assert home.ask(method, f"{PHONE_UPLOADS_PATH}/{upload_id}", "A" * 43)[0] == 401
    assert home.send(other, upload_id)[0] == 404
    assert home.ask("GET", PHONE_STATE_PATH, "")[0] == 401
    assert home.begin("")[0] == 401


def test_a_code_ends_with_the_account_that_showed_it(home: Home) -> None:
    ada = home.person("Ada")
    client = home.client_of(ada)
    _, key = home.connected(Errand(client, ada, replace(WISHES, person_said=True), "A set"))
    assert home.stage(key) == "connected"
    with home.records.writing(SYSTEM) as work:
        deactivate_account(work, client.id)
    assert home.ask("GET", PHONE_STATE_PATH, key)[0] == 401
    assert home.begin(key)[0] == 401


def test_where_a_login_was_set_up_meanwhile_the_owners_codes_are_over(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = home.connected(Errand(ROBIN, None, WISHES, "A set"))
    on = type("SetUp", (), {"on": True})
    monkeypatch.setattr("formcheck.web.phone.progress.login_set_up", on)
    assert home.ask("GET", PHONE_STATE_PATH, key)[0] == 401


def test_the_page_is_the_same_for_everybody_and_says_so_to_no_cache_and_no_other_site(home: Home) -> None:
    answer = home.phone.get(PHONE_PATH)
    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert 'src="/formcheck-static/phone/client/phone.js"' in answer.text


def test_the_same_video_of_somebody_else_shows_nothing_of_them(home: Home) -> None:
    ada, ben = home.person("Ada"), home.person("Ben")
    bens = add_sample_set(home.records, ben, "ben.mp4")
    with home.records.writing(ROBIN) as work:
        get_set(work, bens).source_sha256 = sha256(VIDEO).hexdigest()
    for person_id, stage in ((ada, "failed"), (ben, "done")):
        made, key = home.connected(Errand(ROBIN, person_id, replace(WISHES, person_said=True), "A set"))
        assert home.send(key, home.begin(key)[1]["id"])[1]["state"] == "duplicate"
        said = home.ask("GET", PHONE_STATE_PATH, key)[1]
        assert said["stage"] == stage
        assert (said["result"] is not None) == (person_id == ben)
        with home.records.reading(ROBIN) as work:
            assert made.upload_id is not None
            assert get_upload(work, made.upload_id).set_id == bens
