"""Layer: pure functions and the routes in process: how much of the room one address is promised."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from formcheck.intake.settings import FREE_BYTES, IntakeSettings
from formcheck.records.access import Actor, RecordsError, owner
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.web.shared.addresses import LINK_HEADER, UPLOADS_PATH
from formcheck.web.shared.senders import address_of
from formcheck.web.uploads.routes import Addresses, upload_routes

_MB = 1_000_000
_FREE = 100 * _MB


class Clock:
    """Seconds, which stand still until they are put forward."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def _connection(address: str, **headers: str) -> HTTPConnection:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "client": (address, 4711), "headers": raw})


@pytest.mark.parametrize(
    ("connection", "address"),
    [
        (_connection("203.0.113.5"), "203.0.113.5"),
        (_connection("203.0.113.5", x_forwarded_for="127.0.0.1"), "203.0.113.5"),
        (_connection("127.0.0.1", x_forwarded_for="10.0.0.1, 203.0.113.5"), "203.0.113.5"),
        (_connection("127.0.0.1"), None),
        (_connection("::1"), None),
        (_connection("::ffff:127.0.0.1"), None),
        (_connection("127.0.0.1", x_forwarded_for="127.0.0.1"), None),
    ],
)
def test_the_address_is_the_senders(connection: HTTPConnection, address: str | None) -> None:
    assert address_of(connection) == address


def test_an_address_is_promised_half_of_the_room_and_others_the_rest() -> None:
    addresses = Addresses(Clock())
    addresses.announce("a", "1", 30 * _MB, _FREE)
    addresses.announce("a", "2", 20 * _MB, _FREE)
    with pytest.raises(RecordsError, match="room is kept for others"):
        addresses.announce("a", "3", 1, _FREE)
    addresses.announce("b", "4", 50 * _MB, _FREE)
    addresses.forget("1")
    addresses.announce("a", "3", 30 * _MB, _FREE)


def test_one_video_may_take_more_and_so_may_this_computer() -> None:
    addresses = Addresses(Clock())
    addresses.announce("a", "1", 90 * _MB, _FREE)
    for number in range(10):
        addresses.announce(None, str(number), 90 * _MB, _FREE)


def test_a_promise_lasts_a_minute_by_words_and_five_by_bytes() -> None:
    clock = Clock()
    addresses = Addresses(clock)
    addresses.announce("a", "words", 50 * _MB, _FREE)
    clock.now_s = 61
    addresses.promise("a", "bytes", 50 * _MB, _FREE)
    clock.now_s += 299
    with pytest.raises(RecordsError):
        addresses.promise("a", "more", 50 * _MB, _FREE)
    clock.now_s += 2
    addresses.promise("a", "more", 50 * _MB, _FREE)


def test_somebody_elsewhere_is_refused_in_words_and_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Records(RecordsSettings(home=tmp_path / "home", database_url=None))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage._replace(free=FREE_BYTES + _FREE))

    def read_link(_token: str, _scope: str, _connection: HTTPConnection) -> Actor:
        return owner("Robin")

    app = Starlette(routes=upload_routes(lambda: records, read_link, lambda: IntakeSettings(upload_max_bytes=_FREE)))

    def announce(address: str, name: str) -> tuple[int, str]:
        said = json.dumps({"name": name, "size": 20 * _MB})
        with TestClient(app, client=(address, 4711)) as client:
            answer = client.post(UPLOADS_PATH, content=said, headers={LINK_HEADER: "link"})
        return answer.status_code, str(answer.json().get("reason", ""))

    assert [announce("203.0.113.5", f"{number}.mp4")[0] for number in range(3)] == [200, 200, 507]
    assert "room is kept for others" in announce("203.0.113.5", "again.mp4")[1]
    assert announce("203.0.113.6", "other.mp4")[0] == 200
    with records.reading(owner("Robin")) as work:
        assert work.session.connection().exec_driver_sql("select count(*) from upload").scalar() == 3
    records.close()
