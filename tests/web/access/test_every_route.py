"""Layer: every route of the app, in process. One that is not named here fails: somebody must say what it opens."""

from __future__ import annotations

import contextlib
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from formcheck.intake.queue import list_uploads
from formcheck.intake.states import get_upload
from formcheck.web.access.links import (
    UPLOADS,
    comparison_scope,
    document_scope,
    export_scope,
    issue_link,
    player_scope,
    progress_scope,
    record_scope,
    recording_scope,
    video_scope,
)
from formcheck.web.live.registry import live_service
from formcheck.web.server.routes import app_routes
from formcheck.web.shared.addresses import LINK_HEADER

from .clinic import Clinic, Kept
from .conftest import OpenBrowser

_ROOT: Final = Path(__file__).resolve().parents[3]

OPEN: Final = {
    "/formcheck-static/live/client/{file}": "scripts and drawings of the camera view, the same for everybody",
    "/formcheck-static/uploads/client/{file}": "scripts of the uploads, the same for everybody",
    "/formcheck-static/pose/{sha256}/{name}": "MediaPipe and pose models as their makers publish them, for everybody",
    "/formcheck-static/offline/{file}": "the service worker, the manifest and the icons, the same for everybody",
    "/formcheck-static/player/client/{file}": "scripts of the player, the same for everybody",
    "/formcheck-static/remote/client/{file}": "scripts of remote sessions, the same for everybody",
    "/join": "the client's page of a remote session, the same for everybody; its socket asks for a code",
    "/session/{room}": "the clinician's page of a remote session, the same for every room; its socket asks who comes",
    "/phone": "the page of a phone that is the camera, the same for everybody; what it does needs a code",
    "/formcheck-static/phone/client/{file}": "scripts and styles of that page, the same for everybody",
    "/formcheck-room/uplink": "takes bytes to see how fast a line is, and forgets them",
    "/formcheck-health": "whether the server lives, and how many sets are being done",
}
"""Routes that need no login: there is nothing of anybody in them."""
KIND: Final = "reps-csv"
OF_SETS: Final[dict[str, Callable[[str], str]]] = {
    "/formcheck-files/video/{set_id}": video_scope,
    "/formcheck-files/player/{set_id}": player_scope,
    "/formcheck-files/document/{set_id}/{kind}": lambda set_id: document_scope(set_id, KIND),
}
"""Routes of what belongs to a set, and the scope of their links."""
OF_PEOPLE: Final[dict[str, Callable[[Kept], str]]] = {
    "/formcheck-files/export/{person_id}": lambda kept: export_scope(kept.person_id),
    "/formcheck-files/comparison/{first_id}/{second_id}/{kind}": lambda kept: comparison_scope(
        kept.set_id, kept.set_id, "LEFT_RIGHT"
    ),
}
"""Routes of a person's archive, and of a comparison, with the scope of their links; for clinicians alone."""
OF_THEIRS: Final[dict[str, Callable[[Kept], str]]] = {
    "/formcheck-files/recording/{recording_id}": lambda kept: recording_scope(kept.recording_id),
    "/formcheck-files/record/{person_id}/{form}": lambda kept: record_scope(kept.person_id, "html"),
    "/formcheck-files/progress/{person_id}/{exercise}": lambda kept: progress_scope(kept.person_id, "wall-squat"),
}
"""Routes of what a client may have of themselves too."""
OF_UPLOADS: Final = {
    "/formcheck-uploads": {"POST"},
    "/formcheck-uploads/{upload_id}": {"PUT", "GET", "HEAD", "DELETE"},
}
"""Routes that take videos, and what can be asked of them."""
SOCKETS: Final = {"/live", "/room"}
STILLS: Final = {
    "/formcheck-room/stills/{still}": {"GET", "HEAD", "PUT"},
    "/formcheck-room/recordings/{recording}": {"PUT", "POST"},
}
"""Stills and recordings of a remote session, each with a token of its own (`tests/web/remote`)."""
UPLINK: Final = {"/formcheck-room/uplink": {"POST"}}
"""Takes bytes and forgets them."""
PHONES: Final = {
    "/phone/claim": {"POST"},
    "/phone/state": {"GET", "HEAD"},
    "/phone/live": {"GET", "HEAD", "POST"},
    "/phone/uploads": {"POST"},
    "/phone/uploads/{upload_id}": {"PUT", "GET", "HEAD", "DELETE"},
}
"""For who brings a code that a page showed, and for the key that comes of it (`tests/web/phone`)."""
PAGE: Final = {"origin": "http://testserver"}
"""What a page of this server sends with its sockets."""


@pytest.fixture
def _live_server() -> Iterator[None]:
    """End the one registry of this process with the test."""
    live_service.cache_clear()
    yield
    live_service().close()
    live_service.cache_clear()


def test_every_route_is_known_here() -> None:
    routes = app_routes()
    assert all(isinstance(route, (Route, WebSocketRoute)) for route in routes)
    paths = [route.path for route in routes if isinstance(route, (Route, WebSocketRoute))]
    assert sorted(paths) == sorted([*OPEN, *OF_SETS, *OF_PEOPLE, *OF_THEIRS, *OF_UPLOADS, *STILLS, *PHONES, *SOCKETS])


def test_the_app_has_these_routes_and_no_others() -> None:
    served = runpy.run_path(str(_ROOT / "app.py"))["app"]._user_routes
    assert [route.path for route in served] == [
        route.path for route in app_routes() if isinstance(route, (Route, WebSocketRoute))
    ]


def test_nothing_but_reading_is_possible_elsewhere_than_with_uploads() -> None:
    for route in app_routes():
        if isinstance(route, Route):
            assert route.methods == (OF_UPLOADS | STILLS | UPLINK | PHONES).get(route.path, {"GET", "HEAD"})


@pytest.mark.usefixtures("_live_server")
def test_open_routes_tell_nothing_of_anybody(clinic: Clinic, browser: OpenBrowser) -> None:
    stranger = browser(None)
    for path in OPEN:
        for file in (clinic.ada.set_id, clinic.ada.person_id, "..%2frecords.sqlite3"):
            answer = stranger.get(path.replace("{file}", file).replace("{room}", clinic.ada.session_id))
            assert answer.status_code == 404 or "{file}" not in path
            assert clinic.ada.secret not in answer.text
    assert stranger.get("/formcheck-health").json().keys() == {"ok", "sessions", "ceiling"}


def addresses(path: str, clinic: Clinic) -> list[str]:
    """Return every way of asking for Ada's with a link that Ben may have or find."""
    scope_of = OF_SETS[path]
    ada, ben = clinic.ada, clinic.ben
    place = path.replace("{set_id}", ada.set_id).replace("{kind}", KIND)
    tokens = [
        issue_link(ben.actor, scope_of(ada.set_id)),
        issue_link(ben.actor, scope_of(ben.set_id)),
        issue_link(ada.actor, scope_of(ada.set_id)),
        issue_link(ada.actor, scope_of(ben.set_id)),
        issue_link(clinic.clinician, scope_of(ada.set_id)),
        issue_link(ben.actor, ""),
        "",
        "null",
    ]
    asked = [f"{place}?token={token}" for token in tokens]
    return [*asked, place, f"{place}?token={tokens[1]}&token={tokens[2]}", f"{place}/?token={tokens[2]}", f"/{place}"]


@pytest.mark.parametrize("path", OF_SETS)
def test_what_belongs_to_a_set_is_not_to_be_had_by_others(path: str, clinic: Clinic, browser: OpenBrowser) -> None:
    for email in (clinic.ben.email, "stranger@example.org", None):
        someone = browser(email)
        for address in addresses(path, clinic):
            answer = someone.get(address, follow_redirects=True)
            assert answer.status_code == 404, (email, address)
            assert clinic.ada.secret not in answer.text


@pytest.mark.parametrize("path", OF_SETS)
def test_what_belongs_to_a_set_is_to_be_had_by_who_may_see_it(path: str, clinic: Clinic, browser: OpenBrowser) -> None:
    for email, actor in ((clinic.ada.email, clinic.ada.actor), ("dr@clinic.example", clinic.clinician)):
        place = path.replace("{set_id}", clinic.ada.set_id).replace("{kind}", KIND)
        token = issue_link(actor, OF_SETS[path](clinic.ada.set_id))
        assert browser(email).get(f"{place}?token={token}").status_code == 200


def place_of(path: str, kept: Kept) -> str:
    told = {
        "person_id": kept.person_id,
        "recording_id": kept.recording_id,
        "first_id": kept.set_id,
        "second_id": kept.set_id,
    }
    return path.format(**told, form="html", kind="LEFT_RIGHT", exercise="wall-squat")


@pytest.mark.parametrize("path", [*OF_PEOPLE, *OF_THEIRS])
def test_what_is_about_a_person_is_not_to_be_had_by_others(path: str, clinic: Clinic, browser: OpenBrowser) -> None:
    ada, ben = clinic.ada, clinic.ben
    scope_of = {**OF_PEOPLE, **OF_THEIRS}[path]
    for email in (ben.email, "stranger@example.org", None):
        for actor, kept in ((ben.actor, ada), (ben.actor, ben), (ada.actor, ada), (clinic.clinician, ada)):
            answer = browser(email).get(f"{place_of(path, ada)}?token={issue_link(actor, scope_of(kept))}")
            assert (answer.status_code, answer.text) == (404, "There is nothing here.\n")
    own = browser(ada.email).get(f"{place_of(path, ada)}?token={issue_link(ada.actor, scope_of(ada))}")
    assert own.status_code == (200 if path in OF_THEIRS else 404)


@pytest.mark.parametrize("path", [*OF_PEOPLE, *OF_THEIRS])
def test_what_is_about_a_person_is_to_be_had_by_clinicians_and_then_gone(
    path: str, clinic: Clinic, browser: OpenBrowser
) -> None:
    token = issue_link(clinic.clinician, {**OF_PEOPLE, **OF_THEIRS}[path](clinic.ada))
    address = f"{place_of(path, clinic.ada)}?token={token}"
    clinician = browser("dr@clinic.example")
    assert clinician.head(address).status_code == 200
    for asked in ("", "&paper=letter&zone=Europe/Berlin", "&paper=../x&zone=../../etc/passwd"):
        assert clinician.get(address + asked).status_code == 200
    assert not list(clinic.records.files.passing.root.glob("*/[!.]*"))


def about_uploads(client: TestClient, upload_id: str, headers: dict[str, str], person_id: str) -> Iterator[Any]:
    """Ask for everything that can be asked about one upload, and for a new one in somebody's name."""
    place = f"/formcheck-uploads/{upload_id}"
    yield client.get(place, headers=headers)
    yield client.head(place, headers=headers)
    sent = {**headers, "content-range": "bytes 0-4/1000"}
    yield client.put(place, headers=sent, content=b"12345")
    yield client.delete(place, headers=headers)
    announced = {"name": "squat.mp4", "size": 1000, "person_id": person_id}
    yield client.post("/formcheck-uploads", headers=headers, json=announced)


def everything_about(clinic: Clinic, kept: Kept) -> tuple[object, ...]:
    with clinic.records.reading(clinic.clinician) as work:
        row = get_upload(work, kept.upload_id)
        ids = [each.id for each in list_uploads(work) if each.person_id == kept.person_id]
        return row.state, row.received, row.updated_at, tuple(sorted(ids))


def test_uploads_are_not_to_be_seen_or_touched_by_others(clinic: Clinic, browser: OpenBrowser) -> None:
    before = everything_about(clinic, clinic.ada)
    tokens = [
        issue_link(clinic.ben.actor, UPLOADS),
        issue_link(clinic.ada.actor, UPLOADS),
        issue_link(clinic.ben.actor, ""),
    ]
    for email in (clinic.ben.email, "stranger@example.org", None):
        for token in (*tokens, ""):
            for headers in ({LINK_HEADER: token}, {}):
                for answer in about_uploads(browser(email), clinic.ada.upload_id, headers, clinic.ada.person_id):
                    assert 400 <= answer.status_code < 500
                    assert clinic.ada.secret not in answer.text
    assert everything_about(clinic, clinic.ada) == before


def test_uploads_are_to_be_seen_by_who_made_them(clinic: Clinic, browser: OpenBrowser) -> None:
    headers = {LINK_HEADER: issue_link(clinic.ada.actor, UPLOADS)}
    answers = [*about_uploads(browser(clinic.ada.email), clinic.ada.upload_id, headers, clinic.ada.person_id)]
    assert answers[0].json()["name"] == f"{clinic.ada.secret}.mp4"


@contextlib.contextmanager
def refused(client: TestClient, token: str) -> Iterator[None]:
    """Open a live socket and see that it is closed with a word about its token."""
    with client.websocket_connect(f"/live?token={token}", headers=PAGE) as socket:
        yield
        assert socket.receive_json()["code"] == "token-invalid"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 4401


@pytest.mark.usefixtures("_live_server")
def test_the_live_socket_opens_for_who_its_page_was_shown_to(clinic: Clinic, browser: OpenBrowser) -> None:
    token = live_service().issue_token("a session", clinic.ada.actor.id)
    with browser(clinic.ada.email).websocket_connect(f"/live?token={token}", headers=PAGE) as socket:
        socket.send_json({"type": "ping"})
        # It got past the token: what it now misses is the set-up, which must come first.
        assert socket.receive_json()["code"] == "order"


@pytest.mark.usefixtures("_live_server")
def test_the_live_socket_opens_for_nobody_else(clinic: Clinic, browser: OpenBrowser) -> None:
    token = live_service().issue_token("a session", clinic.ada.actor.id)
    for email in (clinic.ben.email, "dr@clinic.example", "stranger@example.org", None):
        with refused(browser(email), token):
            pass
    for nobodys in (live_service().issue_token("a session", ""), live_service().issue_token("a session", "owner")):
        with refused(browser(None), nobodys):
            pass
    clinic.remove(clinic.ada.actor)
    with refused(browser(clinic.ada.email), token):
        pass
