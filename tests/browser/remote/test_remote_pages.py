"""Layer: every state of both pages in a real browser whose room is told what to say: what screen readers and keys find.

axe-core comes through this computer's npm, held to its hash; without it the tests are skipped.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from formcheck.errors import PoseModelError
from formcheck.pose.npm import checked_members, npm_tarball
from formcheck.pose.releases import NpmPackage, PackageMember
from formcheck.remote.consent import TEXTS
from formcheck.web.remote.replies import (
    Asked,
    CameraAsked,
    Chat,
    CheckShown,
    ConsentShown,
    IceShown,
    MomentKept,
    People,
    PersonShown,
    Queue,
    RecordingNow,
    RecordingShown,
    RoomReply,
    SetNow,
    SetShown,
    TargetsShown,
    Waiting,
    WaitingPerson,
    Welcome,
    reply_text,
)

from .conftest import RemoteApp

KeepPicture = Callable[[Page, str], Path]
_AXE: Final = NpmPackage(
    "axe-core",
    "4.14.1",
    sha512="1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b73"
    "4f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5",
    size_bytes=3_000_000,
)
_SCRIPT: Final = PackageMember("package/axe.min.js", "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c")
_ROBIN, _MIRIAM, _JONAS = "a" * 32, "b" * 32, "c" * 32
_CONSENTS: Final = [
    ConsentShown(item, each.title, each.words, each.sha256, each.language, None) for item, each in TEXTS.items()
]
_TARGETS: Final = TargetsShown("wall-squat", "Wall squat", "both", 45.0, 5, 3.0, None, False)
_NO_SET: Final = SetShown("none", None, None, None, None)
_RUN: Final = """
async () => {
  const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
  const { violations } = await axe.run(document, { runOnly });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
"""
_UNREACHABLE: Final = """
() => [...document.querySelectorAll("button, input, select, textarea, a[href]")]
  .filter((each) => each.offsetParent !== null && each.tabIndex < 0 && each.getAttribute("role") !== "tab")
  .map((each) => each.outerHTML)
"""


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    """Give the script of axe-core, kept in pytest's cache."""
    kept = request.config.cache.mkdir("axe") / f"{_SCRIPT.sha256}.js"
    if not kept.is_file():
        try:
            with npm_tarball(_AXE, kept.parent, lambda _stage, _share: None) as tarball:
                kept.write_bytes(checked_members(tarball, _AXE, (_SCRIPT,))[_SCRIPT.path])
        except PoseModelError as error:
            if os.environ.get("FORMCHECK_TEST_TOOLS") == "required":
                pytest.fail(str(error))
            pytest.skip(f"axe-core is not to be had: {error}")
    return kept.read_text(encoding="utf-8")


class Told:
    """A page whose room says what it is told to say."""

    def __init__(self, page: Page, first: RoomReply, axe: str, keep: KeepPicture) -> None:
        self.page, self._axe, self._keep = page, axe, keep
        self._first = first
        self._socket: WebSocketRoute | None = None
        page.route_web_socket("**/room", self._connect)

    def says(self, *replies: RoomReply) -> None:
        """Let the server say something."""
        assert self._socket is not None
        for each in replies:
            self._socket.send(reply_text(each))

    def is_sound(self, name: str) -> None:
        """Hold the page as it is now to what axe finds serious, and see that keys reach all of it."""
        self.page.wait_for_timeout(150)
        self._keep(self.page, name)
        self.page.evaluate(f"() => {{ {self._axe} }}")
        assert self.page.evaluate(_RUN) == [], name
        assert self.page.evaluate(_UNREACHABLE) == [], name
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"{name}: it has to be moved sideways"

    def _connect(self, socket: WebSocketRoute) -> None:
        self._socket = socket

        def heard(message: str | bytes) -> None:
            said: Any = json.loads(message)
            if said["type"] == "hello":
                self.says(self._first)
            elif said["type"] == "clock":
                socket.send(json.dumps({"type": "clock", "c": said["c"], "s": time.time() * 1000}))

        socket.on_message(heard)


def person(who: str, role: Any, name: str, **more: Any) -> PersonShown:
    """Return somebody who is there."""
    usual: dict[str, Any] = {
        "presence": "here",
        "muted": False,
        "camera": "on",
        "away": False,
        "facing": "user",
        "captions": False,
    }
    return PersonShown(who, role, name, "i" * 22, **(usual | more))


_PEOPLE: Final = [person(_ROBIN, "owner", "Robin Berg"), person(_MIRIAM, "client", "Miriam Okafor")]


def waiting(state: Any) -> Waiting:
    """Return what a client who is not let in is told."""
    place = None if state == "checking" else 2
    return Waiting(
        you=_MIRIAM, role="client", name="Miriam Okafor", state=state, place=place, clinician="there", opens_at=None,
        consents=_CONSENTS,
    )  # fmt: skip


def welcome(who: str, role: Any, people: list[PersonShown]) -> Welcome:
    """Return what somebody who is let in is told."""
    return Welcome(
        you=who, role=role, name="", room="d" * 32, people=people, ice=IceShown([], "all", False, None),
        consents=_CONSENTS, set=_NO_SET, stills=[],
        recording=RecordingShown("off", [], "", None),
    )  # fmt: skip


OpenTold = Callable[..., Told]


@pytest.fixture
def told(call_browser: Browser, remote_app: RemoteApp, axe: str, keep_picture: KeepPicture) -> Iterator[OpenTold]:
    """Open a page whose server says what the test tells it to."""
    contexts = []

    def open_page(path: str, first: RoomReply, size: tuple[int, int], *, dark: bool) -> Told:
        context = call_browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            permissions=["camera", "microphone"],
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.route("**/pose_source.js", lambda route: route.abort())
        opened = Told(page, first, axe, keep_picture)
        page.goto(remote_app.address + path)
        return opened

    yield open_page
    for context in contexts:
        context.close()


_SIZES: Final = [((390, 844), False), ((1280, 800), True)]


@pytest.mark.parametrize(("size", "dark"), _SIZES, ids=["phone", "dark desktop"])
def test_the_clients_page_is_sound_in_every_state(told: OpenTold, size: tuple[int, int], dark: bool) -> None:
    room = told(f"/join#{'A' * 22}", waiting("checking"), size, dark=dark)
    page = room.page
    expect(page.get_by_role("heading", name="Hello Miriam Okafor")).to_be_visible()
    room.is_sound("hello")
    page.get_by_test_id("check-start").press("Enter")
    expect(page.get_by_test_id("findings")).to_contain_text("Microphone: works")
    room.is_sound("check")
    room.says(waiting("waiting"))
    page.get_by_test_id("knock").press("Enter")
    room.says(waiting("waiting"))
    page.get_by_test_id("screen-waiting").wait_for()
    room.is_sound("waiting")
    room.says(welcome(_MIRIAM, "client", _PEOPLE))
    page.get_by_test_id("screen-call").wait_for()
    room.is_sound("call")
    room.says(Asked(consent=_CONSENTS[3]), CameraAsked(sender=_ROBIN, facing="environment"))
    room.is_sound("asks")
    room.says(RecordingNow(recording=RecordingShown("resting", [_MIRIAM], "", None)))
    expect(page.get_by_test_id("recording")).to_contain_text("answers are missing")
    room.is_sound("asked to be recorded")
    page.get_by_test_id("ask-record_call-no").press("Enter")
    room.says(RecordingNow(recording=RecordingShown("on", [], "", None)))
    expect(page.get_by_test_id("recording")).to_have_text("This call is being recorded")
    room.is_sound("recorded")
    page.get_by_test_id("ask-still-no").press("Enter")
    page.get_by_test_id("ask-camera-no").press("Enter")
    page.keyboard.press("m")
    expect(page.get_by_test_id("mute")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("c")
    room.says(Chat(sender=_ROBIN, text="Is it light enough?", at=""))
    room.is_sound("chat")
    room.says(SetNow(set=SetShown("starting", _TARGETS, "e" * 32, None, None)))
    expect(page.get_by_test_id("stop")).to_be_visible()
    box = page.get_by_test_id("stop").bounding_box()
    assert box is not None
    assert box["height"] >= 48
    assert box["y"] + box["height"] <= size[1], "Stop is in view without scrolling"
    room.is_sound("set")


@pytest.mark.parametrize(("size", "dark"), [((1280, 800), False), ((390, 844), True)], ids=["desktop", "dark phone"])
def test_the_clinicians_page_is_sound_in_every_state(told: OpenTold, size: tuple[int, int], dark: bool) -> None:
    room = told(f"/session/{'d' * 32}", welcome(_ROBIN, "owner", _PEOPLE[:1]), size, dark=dark)
    page = room.page
    expect(page.get_by_text("Nobody is here yet")).to_be_visible()
    check = CheckShown("ok", "ok", "not_heard", "none", 4200.0, 21.0, "Chrome/150 Safari/537")
    knock = WaitingPerson(
        _MIRIAM, "client", "Miriam Okafor", "waiting", "here", "2026-01-01T00:00:00Z", check, "1", "2"
    )
    room.says(Queue(people=[knock]))
    expect(page.get_by_test_id("said")).to_have_text("Miriam Okafor is waiting")
    room.is_sound("queue")
    room.says(Queue(people=[]), People(people=_PEOPLE, event="joined", person=_MIRIAM))
    expect(page.get_by_test_id("said")).to_have_text("Miriam Okafor joined")
    three = [*_PEOPLE, person(_JONAS, "guest", "Jonas Lind", camera="off", muted=True)]
    room.says(People(people=three, event="joined", person=_JONAS))
    words, named = (page.locator(f"[data-testid=tile-{_JONAS}] {each}") for each in (".fr-status", ".fr-name"))
    expect(words).to_have_text("Camera is off")
    above, below = words.bounding_box(), named.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"], "nothing covers the name"
    page.get_by_test_id("record").press("Enter")
    room.is_sound("recording")
    page.get_by_test_id("record-all-no").press("Enter")
    tab = page.get_by_role("tab", name="Set")
    tab.focus()
    for name in ("Set", "Notes", "Stills", "People", "Chat"):
        expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        if name == "Notes":
            room.says(MomentKept(id="f" * 32, kind="pain", text="left knee", t_s=21.3, at="", by="Robin Berg"))
        room.is_sound(name.lower())
        page.keyboard.press("ArrowRight")
    room.says(SetNow(set=SetShown("running", _TARGETS, "e" * 32, time.time() * 1000, None)))
    expect(page.get_by_test_id("finish-set")).to_be_enabled()
    page.keyboard.press("o")
    expect(page.get_by_test_id("overlay-switch")).to_have_attribute("aria-pressed", "false")
    room.is_sound("set")
