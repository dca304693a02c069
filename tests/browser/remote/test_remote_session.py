"""Layer: real browsers that call each other on this computer, the real server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from ..waiting import settled, until
from .conftest import SEES_SOMEBODY, OpenSomebody, RemoteApp, Somebody, come_in, in_call
from .numbered_film import FILM_FRAMES, NUMBER_OF, WIDTH, numbered_film

KeepPicture = Callable[[Page, str], Path]
_FRAMES = """
() => [...document.querySelectorAll('.fr-others video')].map((v) => v.getVideoPlaybackQuality().totalVideoFrames)
"""
_STILL_OR_TROUBLE = """
document.querySelector('[data-testid=still] img').naturalWidth > 0
  || !document.querySelector('[data-testid=trouble]').hidden
"""
_PAINTED_DEG = 137.0
_VERTEX, _ARM_PX = np.array([320.0, 310.0]), 240
_ENDS = [
    _VERTEX + _ARM_PX * np.array([np.cos(np.radians(deg)), -np.sin(np.radians(deg))]) for deg in (20, 20 + _PAINTED_DEG)
]
_TAKE_AND_READ = """
() => {
  const video = document.querySelector(".fr-tile[data-main] video");
  const number = (NUMBER_OF)(video, video.videoWidth, video.videoHeight);
  document.querySelector("[data-testid=take-still]").click();
  return number;
}
""".replace("NUMBER_OF", NUMBER_OF)
_READ_STILL = """
() => {
  const still = document.querySelector("[data-testid=still] img");
  return (NUMBER_OF)(still, still.naturalWidth, still.naturalHeight);
}
""".replace("NUMBER_OF", NUMBER_OF)
_CUT_MS = 30_000
_WATCH_GAPS = """
() => {
  window.gaps = { longest: 0 };
  const video = document.querySelector('.fr-others video');
  let last = performance.now();
  const next = (now) => {
    window.gaps.longest = Math.max(window.gaps.longest, now - last);
    last = now;
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
}
"""


def take_still(page: Page) -> None:
    """Take a still; again where a busy machine showed a picture that the client no longer has."""
    for _ in range(5):
        page.get_by_test_id("take-still").click()
        until(page, _STILL_OR_TROUBLE)
        if page.get_by_test_id("still").is_visible():
            return
    raise AssertionError(page.get_by_test_id("trouble").inner_text())


def frames(page: Page) -> int:
    """Return how many pictures of the first other person were shown."""
    shown: list[int] = page.evaluate(_FRAMES)
    return shown[0]


def test_a_client_is_checked_waits_is_let_in_and_both_see_each_other(
    somebody: OpenSomebody, remote_app: RemoteApp, keep_picture: KeepPicture
) -> None:
    room = remote_app.room()
    clinician = somebody(room.clinician)
    client = somebody(room.client, width=390, height=844)
    assert "#" not in client.page.url, "the code is out of the address at once"
    come_in(client.page)
    queue = clinician.page.get_by_test_id("queue")
    expect(queue).to_contain_text("Miriam")
    expect(queue).to_contain_text("Camera and sound work")
    before = {"welcome", "people", "connect", "sdp", "ice", "ice_servers", "result"}
    assert not before & set(client.line.types()), "before admission nothing of the call leaves the server"
    clinician.page.get_by_role("button", name="Let in").click()
    for each in (clinician, client):
        until(each.page, SEES_SOMEBODY)
    clinician.page.get_by_test_id("tab-people").click()
    client.page.get_by_test_id("more").click()
    words = [each.page.get_by_test_id("words") for each in (clinician, client)]
    expect(words[0]).not_to_be_empty()
    expect(words[1]).to_have_text(words[0].inner_text())
    assert len(words[0].inner_text().split()) == 6
    keep_picture(clinician.page, "clinician")
    keep_picture(client.page, "client")
    client.page.get_by_test_id("chat-text").fill("<b>Hello</b>")
    client.page.get_by_test_id("chat-send").click()
    clinician.page.get_by_test_id("tab-chat").click()
    expect(clinician.page.get_by_role("log")).to_contain_text("<b>Hello</b>")
    clinician.page.get_by_test_id("end").click()
    clinician.page.get_by_test_id("end").click()
    for each in (clinician, client):
        expect(each.page.get_by_test_id("screen-over")).to_contain_text("The session is over")


def test_a_client_who_loads_the_page_anew_is_back_without_being_let_in_again(
    somebody: OpenSomebody, remote_app: RemoteApp
) -> None:
    clinician, client = in_call(somebody, remote_app.room())
    client.page.reload()
    client.page.get_by_test_id("screen-call").wait_for()
    until(client.page, SEES_SOMEBODY)
    until(clinician.page, SEES_SOMEBODY)
    seen = frames(clinician.page)
    until(clinician.page, f"({_FRAMES})()[0] > {seen + 5}")
    assert [each["type"] for each in clinician.line.said].count("admit") == 1


def test_a_lost_socket_leaves_the_call_alone_and_what_was_said_meanwhile_arrives(
    somebody: OpenSomebody, remote_app: RemoteApp
) -> None:
    clinician, client = in_call(somebody, remote_app.room())
    clinician.page.evaluate(_WATCH_GAPS)
    client.line.cut()
    expect(client.page.get_by_test_id("trouble")).to_contain_text("The call goes on")
    seen = frames(clinician.page)
    client.page.get_by_test_id("more").click()
    client.page.get_by_test_id("chat-text").fill("Are you there?")
    client.page.get_by_test_id("chat-send").click()
    until(clinician.page, f"({_FRAMES})()[0] > {seen + 5}")
    offers = sum(each["type"] == "connect" for each in client.line.heard)
    settled(client.page, _CUT_MS)
    client.line.mend()
    clinician.page.get_by_test_id("tab-chat").click()
    expect(clinician.page.get_by_role("log")).to_contain_text("Are you there?")
    expect(client.page.get_by_test_id("trouble")).to_be_hidden()
    assert sum(each["type"] == "connect" for each in client.line.heard) == offers, "no connection is made anew"
    settled(clinician.page, 300)
    assert clinician.page.evaluate("window.gaps.longest") < 4000, "no picture waited for the socket"


def guest_in(somebody: OpenSomebody, clinician: Somebody, address: str) -> Somebody:
    """Bring in somebody who only listens and talks."""
    guest = somebody(address, width=640, height=480, light=True)
    guest.page.get_by_test_id("check-start").click()
    guest.page.get_by_test_id("knock").click()
    guest.page.get_by_test_id("screen-waiting").wait_for()
    clinician.page.get_by_role("button", name="Let in").click()
    guest.page.get_by_test_id("screen-call").wait_for()
    return guest


def connects(one: Somebody) -> dict[str, int]:
    """Return how often a connection was made with each other person."""
    return dict(Counter(each["peer"] for each in one.line.heard if each["type"] == "connect"))


def sees(one: Somebody, count: int) -> None:
    """Wait until so many others move in a page."""
    until(
        one.page,
        f"document.querySelectorAll('.fr-others video').length === {count} && "
        "[...document.querySelectorAll('.fr-others video')].every((v) => v.videoWidth > 0 && v.currentTime > 0)",
    )


def test_four_come_and_go_and_no_other_connection_is_made_anew(somebody: OpenSomebody, remote_app: RemoteApp) -> None:
    room = remote_app.room()
    first = in_call(somebody, room, light=True)
    before = [connects(each) for each in first]
    carer, interpreter = (room.guest(remote_app.home, name) for name in ("Jonas", "Ida"))
    third = guest_in(somebody, first[0], carer)
    for each in (*first, third):
        sees(each, 2)
    fourth = guest_in(somebody, first[0], interpreter)
    everybody = (*first, third, fourth)
    for each in everybody:
        sees(each, 3)
    assert [set(connects(each).values()) for each in everybody] == [{1}] * 4, "six connections, each made once"
    fourth.page.reload()
    fourth.page.get_by_test_id("screen-call").wait_for()
    for each in everybody:
        sees(each, 3)
    third.page.get_by_test_id("leave").click()
    for each in (*first, fourth):
        sees(each, 2)
    seen = [frames(each.page) for each in first]
    for each, count in zip(first, seen, strict=True):
        until(each.page, f"({_FRAMES})()[0] > {count + 5}")
        again = connects(each)
        assert {peer: again[peer] for peer in before[first.index(each)]} == before[first.index(each)]
        assert sorted(again.values()) == [1, 1, 2], "only with the one who loaded the page anew"


def test_who_joins_and_who_is_taken_out_touches_no_other_connection(
    somebody: OpenSomebody, remote_app: RemoteApp
) -> None:
    room = remote_app.room()
    clinician, client = in_call(somebody, room)
    guest = somebody(room.guest(remote_app.home, "Jonas"))
    guest.page.get_by_test_id("check-start").click()
    guest.page.get_by_test_id("knock").click()
    guest.page.get_by_test_id("screen-waiting").wait_for()
    orders = [each for each in client.line.heard if each["type"] == "connect"]
    clinician.page.get_by_role("button", name="Let in").click()
    until(guest.page, SEES_SOMEBODY)
    until(client.page, "document.querySelectorAll('.fr-others video').length === 2")
    others = [each for each in client.line.heard if each["type"] == "connect" and each["peer"] != orders[0]["peer"]]
    assert len(others) == 1
    seen = frames(client.page)
    clinician.page.get_by_test_id("tab-people").click()
    clinician.page.get_by_role("button", name="Take out: Jonas").click()
    expect(guest.page.get_by_test_id("screen-over")).to_contain_text("You were taken out")
    until(client.page, "document.querySelectorAll('.fr-others video').length === 1")
    until(client.page, f"({_FRAMES})()[0] > {seen + 5}")
    again = [each for each in client.line.heard if each["type"] == "connect" and each["peer"] == orders[0]["peer"]]
    assert again == orders


def test_a_painted_angle_is_read_on_the_picture_that_was_clicked(
    somebody: OpenSomebody, remote_app: RemoteApp, tmp_path: Path
) -> None:
    def paint(luma: NDArray[np.uint8]) -> None:
        for end in _ENDS:
            cv2.line(luma, tuple(_VERTEX.astype(int)), tuple(end.round().astype(int)), 235, 3, cv2.LINE_AA)

    film = numbered_film(tmp_path / "angle.y4m", fps=10, paint=paint)
    clinician, _ = in_call(somebody, remote_app.room(), clip=film)
    page = clinician.page
    settled(page, 1500)  # until the page has learnt the client's clock
    seen = page.evaluate(_TAKE_AND_READ)
    until(page, _STILL_OR_TROUBLE)
    off = (page.evaluate(_READ_STILL) - seen + FILM_FRAMES // 2) % FILM_FRAMES - FILM_FRAMES // 2
    assert abs(off) <= 1, "it is of the picture that was seen, or of one beside it"
    still = page.get_by_test_id("still")
    box = still.bounding_box()
    assert box is not None
    px = box["width"] / WIDTH
    for x, y in (_ENDS[0], _VERTEX, _ENDS[1]):
        still.click(position={"x": x * px, "y": y * px})
    for _ in range(200):
        drawn = [each for each in clinician.line.said if each["type"] == "draw"]
        if drawn:
            break
        page.wait_for_timeout(50)
    one, vertex, other = (np.array(point) for point in drawn[0]["drawings"][0]["points_px"])
    angle = np.degrees(
        np.arccos(
            np.dot(one - vertex, other - vertex) / np.prod([np.linalg.norm(each - vertex) for each in (one, other)])
        )
    )
    assert angle == pytest.approx(_PAINTED_DEG, abs=0.5)
