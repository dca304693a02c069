"""Layer: the routes in process: files announced, sent, broken off, gone on with, refused. Anything may come."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient
from starlette.types import Message

from formcheck.intake.ending import cancel
from formcheck.intake.queue import list_uploads
from formcheck.intake.settings import IntakeSettings
from formcheck.intake.states import get_upload, upload_path
from formcheck.records.access import Actor, Role, UnreachableError, owner
from formcheck.records.accounts import actor_of, add_account
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.web.access.links import UPLOADS, LinkRefusedError
from formcheck.web.shared.addresses import LINK_HEADER, UPLOADS_CLIENT_PATH, UPLOADS_PATH
from formcheck.web.uploads import receiver
from formcheck.web.uploads.answers import CHUNK_BYTES
from formcheck.web.uploads.routes import upload_routes
from tests.clips import SAMPLES

ROBIN = owner("Robin")
VIDEO = (SAMPLES / "wall_squat_side.mp4").read_bytes()
TOO_LARGE = 100_000_000
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(2000)


class Place:
    """A server of uploads, and those who send to it."""

    def __init__(self, home: Path) -> None:
        self.records = Records(RecordsSettings(home=home))
        self.actors: dict[str, Actor] = {"robin": ROBIN}
        routes = upload_routes(
            lambda: self.records, self._read_link, lambda: IntakeSettings(upload_max_bytes=TOO_LARGE - 1)
        )
        self.client = TestClient(Starlette(routes=routes), raise_server_exceptions=True)

    def _read_link(self, token: str, scope: str, _connection: HTTPConnection) -> Actor:
        if scope != UPLOADS or token not in self.actors:
            raise LinkRefusedError
        return self.actors[token]

    def let_in(self, name: str) -> str:
        """Let a person in as a client; return their id."""
        with self.records.writing(ROBIN) as work:
            person_id = add_person(work, PersonDetails(name)).id
            account = add_account(work, f"{name}@example.org", Role.CLIENT, person_id=person_id)
            self.actors[name] = actor_of(account)
        return person_id

    def ask(
        self,
        method: str,
        upload_id: str | None = None,
        *,
        link: str = "robin",
        content: bytes = b"",
        span: tuple[int, int, int] | None = None,
    ) -> tuple[int, dict[str, object]]:
        """Ask the server; return its status and what it says."""
        headers = {LINK_HEADER: link}
        if span is not None:
            headers["Content-Range"] = "bytes {}-{}/{}".format(*span)
        address = UPLOADS_PATH if upload_id is None else f"{UPLOADS_PATH}/{upload_id}"
        answer = self.client.request(method, address, headers=headers, content=content)
        said = answer.json()
        assert isinstance(said, dict)
        assert answer.headers["cache-control"] == "private, no-store"
        return answer.status_code, said

    def begin(self, size: int = len(VIDEO), name: str = "set.mp4", link: str = "robin", **more: object) -> str:
        """Announce a file; return its id."""
        said = json.dumps({"name": name, "size": size, **more}).encode()
        status, answer = self.ask("POST", link=link, content=said)
        assert status == 200, answer
        return str(answer["id"])

    def send(
        self, upload_id: str, first: int, content: bytes, size: int, link: str = "robin"
    ) -> tuple[int, dict[str, object]]:
        """Send bytes of a file."""
        span = (first, first + len(content) - 1, size)
        return self.ask("PUT", upload_id, link=link, content=content, span=span)

    def file_of(self, upload_id: str) -> Path:
        """Return where the file of an upload lies."""
        with self.records.reading(ROBIN) as work:
            return upload_path(work.files, get_upload(work, upload_id))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "home")
    with place.client:  # one event loop for all requests, as in a server
        yield place
    place.records.close()


def test_a_file_sent_in_pieces_arrives_whole_and_waits(place: Place) -> None:
    upload_id = place.begin()
    third = len(VIDEO) // 3
    pieces = [VIDEO[:third], VIDEO[third : 2 * third], VIDEO[2 * third :]]
    first, states = 0, []
    for piece in pieces:
        status, said = place.send(upload_id, first, piece, len(VIDEO))
        assert status == 200
        states.append(said["state"])
        first += len(piece)
        assert said["received"] == first
    assert states == ["receiving", "receiving", "waiting"]
    assert place.file_of(upload_id).read_bytes() == VIDEO


def test_the_same_file_again_is_known(place: Place) -> None:
    for name, expected in (("one.mp4", "waiting"), ("two.mp4", "duplicate")):
        upload_id = place.begin(name=name)
        _, said = place.send(upload_id, 0, VIDEO, len(VIDEO))
        assert said["state"] == expected


@pytest.mark.parametrize(("first", "received"), [(50, 100), (150, 100), (0, 100)])
def test_bytes_that_are_not_the_next_ones_are_refused(place: Place, first: int, received: int) -> None:
    upload_id = place.begin()
    place.send(upload_id, 0, VIDEO[:100], len(VIDEO))
    status, said = place.send(upload_id, first, VIDEO[:20], len(VIDEO))
    assert (status, said["error"], said["received"]) == (409, "offset", received)
    assert place.file_of(upload_id).read_bytes() == VIDEO[:100]


def test_bytes_behind_the_end_are_refused(place: Place) -> None:
    upload_id = place.begin(size=1000)
    status, _ = place.send(upload_id, 0, VIDEO[:1500], 2000)
    assert status == 409
    assert place.file_of(upload_id).stat().st_size == 0 if place.file_of(upload_id).exists() else True


def test_more_bytes_than_were_said_are_left_out(place: Place) -> None:
    upload_id = place.begin()
    status, said = place.ask("PUT", upload_id, content=VIDEO[:2000], span=(0, 999, len(VIDEO)))
    assert (status, said["received"]) == (200, 1000)
    assert place.file_of(upload_id).read_bytes() == VIDEO[:1000]


def test_who_comes_back_is_told_where_to_go_on(place: Place) -> None:
    upload_id = place.begin()
    place.send(upload_id, 0, VIDEO[:1000], len(VIDEO))
    assert place.begin() == upload_id
    status, said = place.ask("GET", upload_id)
    assert (status, said["state"], said["received"]) == (200, "receiving", 1000)


def test_an_upload_that_was_complete_when_the_server_was_killed_is_completed_when_asked_for(place: Place) -> None:
    upload_id = place.begin()
    place.file_of(upload_id).write_bytes(VIDEO)
    with place.records.writing(ROBIN) as work:
        get_upload(work, upload_id).received = len(VIDEO)
    assert place.ask("GET", upload_id)[1]["state"] == "waiting"


def test_bytes_that_the_disk_lost_are_asked_for_again(place: Place) -> None:
    upload_id = place.begin()
    place.send(upload_id, 0, VIDEO[:1000], len(VIDEO))
    place.file_of(upload_id).write_bytes(VIDEO[:600])
    status, said = place.send(upload_id, 1000, VIDEO[1000:2000], len(VIDEO))
    assert (status, said["received"]) == (409, 600)
    status, said = place.send(upload_id, 600, VIDEO[600:], len(VIDEO))
    assert (status, said["state"]) == (200, "waiting")
    assert place.file_of(upload_id).read_bytes() == VIDEO


def test_many_that_write_at_once_leave_one_whole_file(place: Place) -> None:
    upload_id = place.begin()
    answers: list[int] = []

    def send() -> None:
        first = 0
        while first < len(VIDEO):
            status, said = place.send(upload_id, first, VIDEO[first : first + 60_000], len(VIDEO))
            answers.append(status)
            if "received" not in said or said.get("state") not in (None, "receiving"):
                return
            first = int(str(said["received"]))

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {200, 409}
    assert place.file_of(upload_id).read_bytes() == VIDEO
    assert place.ask("GET", upload_id)[1]["state"] == "waiting"


@pytest.mark.parametrize("came", [0, 1000])
def test_a_connection_that_falls_silent_keeps_nobody_from_going_on(
    place: Place, monkeypatch: pytest.MonkeyPatch, came: int
) -> None:
    monkeypatch.setattr(receiver, "_SILENCE_S", 0.05)
    upload_id = place.begin()

    silent = asyncio.Event()

    async def send(first: int, content: bytes, *, ends: bool) -> dict[str, object]:
        """Send bytes as a server hands them on; without the end, nothing comes after them and nobody says so."""
        pieces, answer = [content], bytearray()

        async def receive() -> Message:
            if pieces:
                return {"type": "http.request", "body": pieces.pop(), "more_body": not ends}
            silent.set()
            await asyncio.Event().wait()
            raise AssertionError

        async def say(message: Message) -> None:
            answer.extend(message.get("body", b""))

        span = f"bytes {first}-{len(VIDEO) - 1}/{len(VIDEO)}".encode()
        headers = [(LINK_HEADER.lower().encode(), b"robin"), (b"content-range", span)]
        path = f"{UPLOADS_PATH}/{upload_id}"
        scope = {"type": "http", "method": "PUT", "path": path, "raw_path": path.encode(), "root_path": "",
                 "query_string": b"", "headers": headers, "client": ("127.0.0.1", 1), "scheme": "http"}  # fmt: skip
        await place.client.app(scope, receive, say)
        said: dict[str, object] = json.loads(answer)
        return said

    async def both() -> list[dict[str, object]]:
        async with asyncio.timeout(30):
            first = asyncio.create_task(send(0, VIDEO[:came], ends=False))
            await silent.wait()
            return [await send(came, VIDEO[came:], ends=True), await first]

    whole, broken_off = asyncio.run(both())
    assert (broken_off["state"], broken_off["received"]) == ("receiving", came)
    assert whole["state"] == "waiting"
    assert place.file_of(upload_id).read_bytes() == VIDEO


def test_records_that_are_away_are_to_be_tried_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = place.begin()

    def away(_actor: Actor) -> None:
        raise UnreachableError("The records are in use by another program.", "Try again in a moment.")

    with monkeypatch.context() as while_away:
        while_away.setattr(place.records, "writing", away)
        status, said = place.send(upload_id, 0, VIDEO, len(VIDEO))
    assert status == 503
    assert said["reason"] == "The records are in use by another program."
    assert place.send(upload_id, 0, VIDEO, len(VIDEO))[1]["state"] == "waiting"


def test_what_is_no_video_is_refused_with_its_first_bytes(place: Place) -> None:
    upload_id = place.begin(size=50_000_000, name="photo.mp4")
    path = place.file_of(upload_id)
    status, said = place.send(upload_id, 0, PICTURE, 50_000_000)
    assert (status, said["error"]) == (415, "not-a-video")
    assert said["reason"] == '"photo.mp4" is a picture, not a video.'
    assert said["remedy"]
    assert not path.exists()
    assert place.ask("GET", upload_id)[1]["state"] == "failed"
    assert place.send(upload_id, len(PICTURE), PICTURE, 50_000_000)[0] == 409


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ({"name": "notes.txt", "size": 5}, 415, "name of a video"),
        ({"name": "set.mp4", "size": 0}, 415, "empty"),
        ({"name": "set.mp4", "size": TOO_LARGE}, 415, "may have 100 MB"),
        ({"name": "set.mp4", "size": -1}, 400, "size"),
        pytest.param({"name": "set.mp4", "size": 10**400}, 400, "size", id="huge"),
        ({"name": "set.mp4", "size": "5"}, 400, "size"),
        ({"name": "set.mp4", "size": True}, 400, "size"),
        ({"name": 5, "size": 5}, 400, "name"),
        ({"name": "x" * 5000, "size": 5}, 400, "name"),
        ({"size": 5}, 400, "name"),
        ({"name": "set.mp4", "size": 5, "person_id": "../.."}, 400, "person"),
        ({"name": "set.mp4", "size": 5, "person_id": "0" * 32}, 404, "no such person"),
        ({"name": "set.mp4", "size": 5, "keep_video": "yes"}, 400, "keep"),
        ({"name": "set.mp4", "size": 5, "set_id": "../.."}, 400, "set"),
        ({"name": "set.mp4", "size": 5, "set_id": "0" * 32}, 404, "no such set"),
        ({"name": "set.mp4", "size": 5, "set_id": "0" * 32, "begins_s": 4000}, 400, "begins_s"),
        ({"name": "set.mp4", "size": 5, "last_modified_ms": "now"}, 400, "date"),
        ([], 400, "object"),
    ],
)
def test_what_cannot_be_announced_is_refused_in_words(place: Place, said: object, status: int, reason: str) -> None:
    got, answer = place.ask("POST", content=json.dumps(said).encode())
    assert got == status
    assert reason in str(answer["reason"])
    assert answer["remedy"]
    with place.records.reading(ROBIN) as work:
        assert list_uploads(work) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff", b'{"name": "' + b"x" * 20_000])
def test_an_announcement_that_is_no_json_is_refused(place: Place, content: bytes) -> None:
    assert place.ask("POST", content=content)[0] == 400


@pytest.mark.parametrize("moment", [None, -5, 1e300, pytest.param(10**400, id="huge"), 1_772_000_000_000, 1.5])
def test_any_date_of_a_file_is_taken_or_passed_over(place: Place, moment: float | None) -> None:
    assert place.begin(last_modified_ms=moment)


@pytest.mark.parametrize(
    "span", [None, (5, 4, 10), (0, 10, 10), (0, CHUNK_BYTES, CHUNK_BYTES * 3), ("a", "b", "c"), (-1, 4, 10)]
)
def test_bytes_without_a_range_of_ours_are_refused(place: Place, span: tuple[int, int, int] | None) -> None:
    upload_id = place.begin()
    assert place.ask("PUT", upload_id, content=b"x" * 5, span=span)[0] == 400


def test_a_cancelled_upload_is_gone_from_the_disk_and_takes_no_more(place: Place) -> None:
    upload_id = place.begin()
    place.send(upload_id, 0, VIDEO[:1000], len(VIDEO))
    path = place.file_of(upload_id)
    assert place.ask("DELETE", upload_id)[1]["state"] == "cancelled"
    assert not path.exists()
    status, said = place.send(upload_id, 1000, VIDEO[1000:2000], len(VIDEO))
    assert (status, said["error"]) == (409, "state")
    assert not path.exists()


def test_without_a_link_nothing_is_to_be_had(place: Place) -> None:
    upload_id = place.begin()
    for method in ("POST", "PUT", "GET", "DELETE"):
        status, said = place.ask(method, None if method == "POST" else upload_id, link="forged", span=(0, 4, 10))
        assert (status, said["error"]) == (401, "link")


def test_a_client_reaches_nobody_else_s_upload(place: Place) -> None:
    anna_id = place.let_in("anna")
    place.let_in("berta")
    upload_id = place.begin(link="anna")
    for link in ("berta",):
        assert place.send(upload_id, 0, VIDEO[:100], len(VIDEO), link)[0] == 404
        assert place.ask("GET", upload_id, link=link)[0] == 404
        assert place.ask("DELETE", upload_id, link=link)[0] == 404
    said = json.dumps({"name": "set.mp4", "size": 5, "person_id": anna_id}).encode()
    assert place.ask("POST", link="berta", content=said)[0] == 404
    place.send(upload_id, 0, VIDEO, len(VIDEO), "anna")
    with place.records.reading(ROBIN) as work:
        assert get_upload(work, upload_id).person_id == anna_id


@pytest.mark.parametrize("upload_id", ["0" * 32, "x", "0" * 31 + "g", "%00"])
def test_an_id_that_is_none_is_not_found(place: Place, upload_id: str) -> None:
    assert place.ask("GET", upload_id)[0] == 404


def test_an_upload_cancelled_on_the_page_takes_no_more(place: Place) -> None:
    upload_id = place.begin()
    with place.records.writing(ROBIN) as work:
        cancel(work, upload_id)
    assert place.send(upload_id, 0, VIDEO[:100], len(VIDEO))[0] == 409


def test_a_full_disk_is_said_and_what_came_counts(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    upload_id = place.begin()
    place.send(upload_id, 0, VIDEO[:1000], len(VIDEO))

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    status, said = place.send(upload_id, 1000, VIDEO[1000:2000], len(VIDEO))
    monkeypatch.undo()
    assert (status, said["error"]) == (507, "no-room")
    assert "Free some space" in str(said["remedy"])
    assert place.ask("GET", upload_id)[1]["received"] == 1000
    assert place.send(upload_id, 1000, VIDEO[1000:], len(VIDEO))[1]["state"] == "waiting"


def test_the_files_of_the_part_are_served_and_nothing_beside_them(place: Place) -> None:
    answer = place.client.get(f"{UPLOADS_CLIENT_PATH}/component.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert place.client.get(f"{UPLOADS_CLIENT_PATH}/../live/component.js").status_code == 404
    assert place.client.get(f"{UPLOADS_CLIENT_PATH}/%2e%2e%2flive%2fcomponent.js").status_code == 404
