"""Layer: the routes of sets' files, in process: who may see it gets it, and everybody else gets the same nothing."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from formcheck.errors import OutputError
from formcheck.records.access import Actor, NotFoundError
from formcheck.records.records import Records
from formcheck.records.sets import drop_video
from formcheck.report.letterhead import Paper
from formcheck.web.access.links import document_scope, export_scope, issue_link, player_scope, video_scope
from formcheck.web.downloads.made_file import MadeFile
from formcheck.web.downloads.routes import file_routes
from formcheck.web.shared.addresses import DOCUMENT_PATH, EXPORT_PATH, PLAYER_PATH, VIDEO_PATH

from .clinic import ORIGIN, VIDEO, Clinic, cookies_of


@dataclass
class Desk:
    """The routes, with documents that are made up, and a browser before them."""

    clinic: Clinic
    made: list[Path]

    def browser(self, email: str | None) -> TestClient:
        def player_data(_records: Records, actor: Actor, set_id: str) -> bytes:
            return json.dumps([actor.id, set_id] + ["joint"] * 1000).encode()

        def make_document(records: Records, _actor: Actor, set_id: str, kind: str, paper: Paper | None) -> MadeFile:
            if kind == "none":
                raise NotFoundError("document")
            if kind == "too-much":
                raise OutputError("The disk is full.", "Free some space.")
            path = records.files.passing_name(".pdf")
            path.write_bytes(f"%PDF {set_id}{'' if paper is None else f' on {paper}'}".encode())
            self.made.append(path)
            return MadeFile(path, "Adä-2026.pdf", "application/pdf")

        routes = file_routes(player_data=player_data, make_document=make_document)
        client = TestClient(Starlette(routes=routes), base_url=ORIGIN, raise_server_exceptions=False)
        client.cookies.update({} if email is None else cookies_of(email))
        return client

    def video(self, actor: Actor, set_id: str) -> str:
        return f"{VIDEO_PATH}/{set_id}?token={issue_link(actor, video_scope(set_id))}"

    def player(self, actor: Actor, set_id: str) -> str:
        return f"{PLAYER_PATH}/{set_id}?token={issue_link(actor, player_scope(set_id))}"

    def document(self, actor: Actor, set_id: str, kind: str = "summary") -> str:
        return f"{DOCUMENT_PATH}/{set_id}/{kind}?token={issue_link(actor, document_scope(set_id, kind))}"


@pytest.fixture
def desk(clinic: Clinic) -> Desk:
    return Desk(clinic, [])


def test_the_video_is_given_whole(desk: Desk) -> None:
    ada = desk.clinic.ada
    answer = desk.browser(ada.email).get(desk.video(ada.actor, ada.set_id))
    assert answer.status_code == 200
    assert answer.content == ada.secret.encode() + VIDEO
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-", 0, -1), ("bytes=10-19", 10, 19), ("bytes=-5", -5, -1), ("bytes=100000-999999", 100_000, -1)],
)
def test_a_part_of_the_video_is_given_as_that_part(desk: Desk, asked: str, first: int, last: int) -> None:
    ada = desk.clinic.ada
    whole = ada.secret.encode() + VIDEO
    answer = desk.browser(ada.email).get(desk.video(ada.actor, ada.set_id), headers={"range": asked})
    begin = first % len(whole)
    end = last % len(whole)
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {begin}-{end}/{len(whole)}"
    assert answer.content == whole[begin : end + 1]
    assert answer.headers["cache-control"] == "private, no-store"


def test_a_part_behind_the_end_is_refused(desk: Desk) -> None:
    ada = desk.clinic.ada
    answer = desk.browser(ada.email).get(desk.video(ada.actor, ada.set_id), headers={"range": "bytes=9999999-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(ada.secret) + len(VIDEO)}"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=", "pages=1-2", "bytes=a-b", "bytes=" + "0-1," * 5000])
def test_a_part_that_means_nothing_is_no_failure(desk: Desk, asked: str) -> None:
    ada = desk.clinic.ada
    answer = desk.browser(ada.email).get(desk.video(ada.actor, ada.set_id), headers={"range": asked})
    assert answer.status_code in (200, 400)


def test_head_tells_the_size_and_gives_nothing(desk: Desk) -> None:
    ada = desk.clinic.ada
    answer = desk.browser(ada.email).head(desk.video(ada.actor, ada.set_id))
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == len(ada.secret) + len(VIDEO)
    answer = desk.browser(ada.email).head(desk.document(ada.actor, ada.set_id))
    assert (answer.status_code, answer.content) == (200, b"")
    assert desk.made == []


def test_the_data_of_the_player_come_compressed_where_that_is_taken(desk: Desk) -> None:
    ada = desk.clinic.ada
    browser = desk.browser(ada.email)
    with browser.stream("GET", desk.player(ada.actor, ada.set_id), headers={"accept-encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        content = gzip.decompress(b"".join(answer.iter_raw()))
    assert json.loads(content)[:2] == [ada.actor.id, ada.set_id]
    plain = browser.get(desk.player(ada.actor, ada.set_id), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == content


def test_a_document_is_made_sent_and_gone(desk: Desk) -> None:
    ada = desk.clinic.ada
    answer = desk.browser(ada.email).get(desk.document(ada.actor, ada.set_id))
    assert answer.content == f"%PDF {ada.set_id}".encode()
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''Ad%C3%A4-2026.pdf"
    (made,) = desk.made
    assert not made.exists()


@pytest.mark.parametrize(("asked", "told"), [("", ""), ("&paper=letter", " on letter"), ("&paper=a0", "")])
def test_a_document_is_of_the_paper_that_is_asked_for(desk: Desk, asked: str, told: str) -> None:
    ada = desk.clinic.ada
    answer = desk.browser(ada.email).get(desk.document(ada.actor, ada.set_id) + asked)
    assert answer.content == f"%PDF {ada.set_id}{told}".encode()


def test_a_document_that_cannot_be_made_is_said_in_words(desk: Desk) -> None:
    ada = desk.clinic.ada
    answer = desk.browser(ada.email).get(desk.document(ada.actor, ada.set_id, "too-much"))
    assert (answer.status_code, answer.text) == (503, "The disk is full. Free some space.\n")


def test_answers_are_kept_by_nobody_and_told_to_nobody(desk: Desk) -> None:
    ada = desk.clinic.ada
    browser = desk.browser(ada.email)
    addresses = [desk.video(ada.actor, ada.set_id), desk.player(ada.actor, ada.set_id), VIDEO_PATH + "/none"]
    for address in [*addresses, desk.document(ada.actor, ada.set_id), desk.document(ada.actor, ada.set_id, "too-much")]:
        headers = browser.get(address).headers
        assert headers["cache-control"] == "private, no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in headers["content-security-policy"]
        assert headers["cross-origin-resource-policy"] == "same-origin"


def test_a_clinician_sees_everybodys(desk: Desk) -> None:
    clinic = desk.clinic
    browser = desk.browser("dr@clinic.example")
    for set_id in (clinic.ada.set_id, clinic.ben.set_id):
        assert browser.get(desk.video(clinic.clinician, set_id)).status_code == 200
    assert browser.get(desk.player(clinic.clinician, clinic.unassigned_set_id)).status_code == 200


def nothing(desk: Desk) -> tuple[int, bytes, dict[str, str]]:
    """Return the answer to who asks for what never was."""
    answer = desk.browser(None).get(f"{VIDEO_PATH}/{'0' * 32}")
    return answer.status_code, answer.content, dict(answer.headers)


def test_another_clients_set_looks_like_one_that_never_was(desk: Desk) -> None:
    clinic = desk.clinic
    ben = desk.browser(clinic.ben.email)
    for set_id in (clinic.ada.set_id, clinic.unassigned_set_id, "0" * 32):
        for address in (desk.video, desk.document):
            answer = ben.get(address(clinic.ben.actor, set_id))
            assert (answer.status_code, answer.content, dict(answer.headers)) == nothing(desk)
    assert desk.made == []


def test_another_clients_link_opens_nothing(desk: Desk) -> None:
    ada, ben = desk.clinic.ada, desk.clinic.ben
    for email in (ben.email, "dr@clinic.example", "stranger@example.org", None):
        browser = desk.browser(email)
        for address in (desk.video, desk.player, desk.document):
            for method in ("GET", "HEAD"):
                answer = browser.request(method, address(ada.actor, ada.set_id))
                assert answer.status_code == 404
                assert ada.secret.encode() not in answer.content


def test_a_link_for_something_else_opens_nothing(desk: Desk) -> None:
    ada, ben = desk.clinic.ada, desk.clinic.ben
    browser = desk.browser(ada.email)
    scopes = [video_scope(ben.set_id), player_scope(ada.set_id), document_scope(ada.set_id, "summary"), "uploads", ""]
    for scope in scopes:
        token = issue_link(ada.actor, scope)
        assert browser.get(f"{VIDEO_PATH}/{ada.set_id}?token={token}").status_code == 404
    token = issue_link(ada.actor, document_scope(ada.set_id, "summary"))
    assert browser.get(f"{DOCUMENT_PATH}/{ada.set_id}/report?token={token}").status_code == 404
    assert browser.get(f"{VIDEO_PATH}/{ada.set_id}").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2frecords.sqlite3",
        "../../etc/passwd",
        "%00",
        "A" * 32,
        "0" * 33,
        "%2e%2e",
        "x' OR '1'='1",
        "é" * 32,
        " ",
    ],
)
def test_nothing_can_be_named_but_sets(desk: Desk, name: str) -> None:
    ada = desk.clinic.ada
    browser = desk.browser(ada.email)
    for path in (VIDEO_PATH, PLAYER_PATH):
        assert browser.get(f"{path}/{name}?token={issue_link(ada.actor, video_scope(name))}").status_code == 404
    for kind in ("none", "..%2f..%2fx"):
        token = issue_link(ada.actor, document_scope(ada.set_id, kind))
        assert browser.get(f"{DOCUMENT_PATH}/{ada.set_id}/{kind}?token={token}").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_is_changed_by_these_routes(desk: Desk, method: str) -> None:
    ada = desk.clinic.ada
    answer = desk.browser(ada.email).request(method, desk.video(ada.actor, ada.set_id))
    assert answer.status_code == 405


def test_a_video_that_is_not_kept_is_not_there(desk: Desk) -> None:
    clinic = desk.clinic
    with clinic.records.writing(clinic.clinician) as work:
        drop_video(work, clinic.ada.set_id)
    assert desk.browser(clinic.ada.email).get(desk.video(clinic.ada.actor, clinic.ada.set_id)).status_code == 404


def test_a_video_whose_file_is_missing_is_said_in_words(desk: Desk) -> None:
    ada = desk.clinic.ada
    for _, _, path in desk.clinic.records.files:
        if path.suffix == ".mp4":
            path.unlink()
    answer = desk.browser(ada.email).get(desk.video(ada.actor, ada.set_id))
    assert answer.status_code == 503
    assert "missing" in answer.text
    assert "Traceback" not in answer.text


def test_everything_about_a_person_is_for_clinicians_alone(desk: Desk) -> None:
    clinic = desk.clinic
    ada, clinician = clinic.ada, clinic.clinician

    def address(actor: Actor, person_id: str) -> str:
        return f"{EXPORT_PATH}/{person_id}?token={issue_link(actor, export_scope(person_id))}"

    given = desk.browser("dr@clinic.example").get(address(clinician, ada.person_id))
    assert given.status_code == 200
    assert given.content.startswith(b"PK")
    assert list(clinic.records.files.incoming.glob("*.zip")) == []
    with_own_link = desk.browser(ada.email).get(address(ada.actor, ada.person_id))
    with_other_link = desk.browser(ada.email).get(address(clinician, ada.person_id))
    without_login = desk.browser(None).get(address(clinician, ada.person_id))
    never_there = desk.browser("dr@clinic.example").get(address(clinician, "0" * 32))
    for refused in (with_own_link, with_other_link, without_login, never_there):
        assert (refused.status_code, refused.text) == (404, "There is nothing here.\n")
