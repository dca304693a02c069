"""A server with rooms whose live sets are made up, and browsers that come: clinicians by a header, others by code.

What a browser heard is read up to the answer to a question about the time, so nothing is waited for that may not come.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient, WebSocketTestSession

from formcheck.records.access import Actor, RecordsError, Role
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.records import Records
from formcheck.records.remote_sessions import invite, plan_session
from formcheck.remote.consent import TEXTS, Item
from formcheck.remote.turn import TurnSettings
from formcheck.web.access.links import issue_link
from formcheck.web.access.service import records_service
from formcheck.web.live.routes import live_routes
from formcheck.web.remote.limits import SocketLimits
from formcheck.web.remote.registry import RoomRegistry
from formcheck.web.remote.routes import remote_routes
from formcheck.web.remote.seats import room_scope
from formcheck.web.remote.talkers import RoomParts

from ...waiting import until
from ..live.world import ACTOR, HERE, SETUP, World, frame

GREY: Final = Actor("grey", "Dr. Grey", Role.CLINICIAN)
ROWAN: Final = Actor("rowan", "Dr. Rowan", Role.CLINICIAN)
PATIENT: Final = Actor("patient", "A client", Role.CLIENT, "f" * 32)
ACCOUNTS: Final = {each.id: each for each in (GREY, ROWAN, PATIENT)}
NAME: Final = "Zoë Quixx"
RELAY: Final = TurnSettings(urls="turn:turn.example.org:3478", secret="0123456789abcdef0123456789abcdef")
SDP: Final = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
CHECK: Final[dict[str, Any]] = {
    "camera": "ok",
    "microphone": "denied",
    "speaker": "heard",
    "relay": "not_tried",
    "uplink_kbps": 900.5,
    "browser": "a browser",
}


def secret() -> str:
    return secrets.token_urlsafe(16)


@dataclass
class Page:
    """A page that somebody has open in a room."""

    socket: WebSocketTestSession
    heard: list[dict[str, Any]] = field(default_factory=list)
    _asked: int = 0

    def say(self, kind: str, /, **more: Any) -> None:
        self.socket.send_json({"type": kind, **more})

    def hear(self) -> Page:
        """Read all that was said until now."""
        self._asked += 1
        self.say("clock", c=float(self._asked))
        while True:
            message = dict(self.socket.receive_json())
            if message["type"] == "clock" and message["c"] == self._asked:
                return self
            self.heard.append(message)

    def ask(self, kind: str, /, **more: Any) -> Page:
        """Say something, and read until it was dealt with."""
        self.say(kind, **more)
        return self.hear()

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Return all messages of a kind that were heard."""
        return [each for each in self.hear().heard if each["type"] == kind]

    def last(self, kind: str, **like: Any) -> dict[str, Any]:
        """Return the newest message of a kind, waiting for one with these contents if other threads are to bring it."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            found[:] = self.all(kind)[-1:]
            return bool(found) and like.items() <= found[0].items()

        # Each look is a message, and more than so many a second put a page out.
        until(there, look_every_s=2 / SocketLimits().messages_per_s)
        return found[0]

    def forget(self) -> Page:
        self.hear().heard.clear()
        return self

    def close_code(self) -> tuple[str, int]:
        """Read to the end and return the code of the error, and that of the closing."""
        error = ""
        while True:
            message = self.socket.receive()
            if message["type"] == "websocket.close":
                return error, int(message["code"])
            content = json.loads(message["text"])
            self.heard.append(content)
            if content["type"] == "error":
                error = content["code"]

    @property
    def me(self) -> str:
        for each in reversed(self.hear().heard):
            if each["type"] in {"welcome", "waiting"}:
                return str(each["you"])
        raise AssertionError("nobody said who this is")


class Clock:
    """The time of rooms, which can be moved on."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


class Hall:
    """The server, and what comes to it."""

    def __init__(self, turn: TurnSettings = RELAY, limits: SocketLimits | None = None) -> None:
        self.world = World()
        self.turn = turn
        self.clock = Clock()
        self.logged_out: set[str] = set()
        self.limits = limits or SocketLimits()
        self._stack = ExitStack()
        self.start()

    def start(self) -> None:
        """Serve, with no room open."""
        parts = RoomParts(
            records_service,
            lambda: self.world.registry,
            lambda: self.turn,
            clinician=self._clinician,
            clock=self.clock,
            limits=self.limits,
        )
        self.rooms = RoomRegistry(parts)
        files = Path(__file__).parent
        live = live_routes(lambda: self.world.registry, files, lambda _connection, actor: actor == ACTOR)
        self.client = self._stack.enter_context(
            TestClient(Starlette(routes=[*remote_routes(lambda: self.rooms, files), *live]))
        )

    def restart(self) -> None:
        """End the server without a word, and serve anew on the same records."""
        self._stack.close()
        self._stack = ExitStack()
        self.start()

    def close(self) -> None:
        self._stack.close()
        self.world.close()

    def _clinician(self, connection: HTTPConnection) -> Actor | None:
        found = ACCOUNTS.get(connection.headers.get("x-account", ""))
        return None if found is None or found.role is Role.CLIENT or found.id in self.logged_out else found

    @property
    def records(self) -> Records:
        return records_service()

    def plan(self, *, relay_only: bool = False) -> str:
        """Plan a session for now and return its id."""
        with self.records.writing(GREY) as work:
            person = add_person(work, PersonDetails(NAME, None, None, ""))
            return plan_session(work, person.id, relay_only=relay_only).id

    def invite(self, session_id: str, name: str | None = None) -> str:
        """Invite the client, or with a name a guest, and return the code."""
        with self.records.writing(GREY) as work:
            return invite(work, session_id, "client" if name is None else "guest", name)[1]

    @contextmanager
    def socket(self, headers: dict[str, str] | None = None) -> Iterator[Page]:
        with self.client.websocket_connect("/room", headers={**HERE, **(headers or {})}) as socket:
            yield Page(socket)

    @contextmanager
    def comes(self, code: str, browser: str | None = None, instance: str | None = None) -> Iterator[Page]:
        """Open the client's page."""
        with self.socket() as page:
            page.say("hello", **hello(code=code, browser=browser, instance=instance))
            yield page

    @contextmanager
    def clinician(self, session_id: str, who: Actor = GREY, instance: str | None = None) -> Iterator[Page]:
        """Open the clinician's page."""
        with self.socket({"x-account": who.id}) as page:
            ticket = issue_link(who, room_scope(session_id))
            page.say("hello", **hello(room=session_id, ticket=ticket, instance=instance))
            yield page


def hello(**more: Any) -> dict[str, Any]:
    given = {name: value for name, value in more.items() if value is not None}
    return {"version": 1, "instance": secret(), "browser": secret(), **given}


def agree(page: Page, *items: Item, answer: str = "yes") -> None:
    for item in items:
        page.ask("consent", what=item, answer=answer, text_sha256=TEXTS[item].sha256)


@dataclass
class Company:
    """A clinician and a client who is let in."""

    hall: Hall
    session_id: str
    code: str
    browser: str
    clinician: Page
    client: Page

    @property
    def client_id(self) -> str:
        return self.client.me


@contextmanager
def company(hall: Hall, *items: Item, relay_only: bool = False) -> Iterator[Company]:
    """Let a client in, who agreed to some items."""
    session_id = hall.plan(relay_only=relay_only)
    code, browser = hall.invite(session_id), secret()
    with hall.clinician(session_id) as clinician:
        clinician.hear()  # who opened it comes first, whatever the machine is at
        with hall.comes(code, browser) as client:
            yield _let_in(hall, session_id, code, browser, clinician, client, items)


def _let_in(
    hall: Hall, session_id: str, code: str, browser: str, clinician: Page, client: Page, items: tuple[Item, ...]
) -> Company:
    agree(client, *items)
    client.ask("knock")
    clinician.ask("admit", person=client.me)
    client.hear()
    return Company(hall, session_id, code, browser, clinician, client)


@contextmanager
def live_socket(hall: Hall, token: str) -> Iterator[WebSocketTestSession]:
    with hall.client.websocket_connect(f"/live?token={token}", headers=HERE) as socket:
        yield socket


def do_set(hall: Hall, token: str, *times_ms: float, **changes: Any) -> list[dict[str, Any]]:
    """Begin the set over the live socket, send pictures, and return the answers."""
    with live_socket(hall, token) as socket:
        socket.send_json({**SETUP, **changes})
        answers = [dict(socket.receive_json())]
        for t_ms in times_ms:
            socket.send_bytes(frame(t_ms))
            answers.append(dict(socket.receive_json()))
        socket.send_json({"type": "finish"})
        answers.append(dict(socket.receive_json()))
        return answers


async def records_are_away(*_: object) -> None:
    """Stand in for what writes to the records, which cannot be reached."""
    raise RecordsError("The database cannot be reached.", "Check that it runs.")
