"""Layer: a real browser on the player alone, with a sample clip. Correcting and drawing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from formcheck.session.within import Within
from formcheck.web.player.events import MadeChange, event_from

from ..waiting import settled
from .conftest import KNEE, OpenPlayer, Shown, box_of, drag, frame_of, on_screen, reports

KeepPicture = Callable[[Page, str], Path]


@pytest.mark.parametrize(
    ("width", "height", "zooms"), [(1280, 800, 0), (1280, 800, 3), (1920, 1080, 1), (700, 900, 2), (390, 844, 0)]
)
def test_a_dragged_joint_is_reported_where_it_was_put(
    player: OpenPlayer, shown: Shown, keep_picture: KeepPicture, width: int, height: int, zooms: int
) -> None:
    page = player(width, height)
    page.keyboard.press("b")
    page.keyboard.press("m")
    frame = frame_of(page)
    knee = shown.knee_px(frame)
    stage = box_of(page, "player-stage")
    page.mouse.move(*on_screen(page, *knee, shown)[:2])
    page.keyboard.down("Control")
    for _ in range(3 * zooms):
        page.mouse.wheel(0, -100)
        settled(page, 30)
    page.keyboard.up("Control")
    settled(page, 100)
    x, y, scale = on_screen(page, *knee, shown)
    assert stage["x"] < x < stage["x"] + stage["width"]
    assert stage["y"] < y < stage["y"] + stage["height"]
    page.mouse.move(x + 4, y - 3)
    page.mouse.down()
    page.mouse.move(x + 34, y + 9, steps=5)
    expect(page.get_by_test_id("player-loupe")).to_be_visible()
    keep_picture(page, "drag")
    page.mouse.up()
    page.keyboard.press("Enter")
    (report,) = reports(page)
    assert event_from(report) is not None
    assert (report["kind"], report["landmark"]) == ("move-landmark", int(KNEE))
    assert report["x_px"] == pytest.approx(knee[0] + 30 / scale, abs=0.3)
    assert report["y_px"] == pytest.approx(knee[1] + 12 / scale, abs=0.3)
    assert report["at_s"] == report["from_s"] == report["to_s"]
    assert report["at_s"] == pytest.approx(shown.track.t_s[frame], abs=1e-5)


def test_arrow_keys_move_a_chosen_joint_by_pixels_of_the_video(player: OpenPlayer, shown: Shown) -> None:
    page = player()
    page.keyboard.press("m")
    page.get_by_test_id("player-joint").select_option(str(int(KNEE)))
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    (report,) = reports(page)
    x, y = shown.knee_px(0)
    assert (report["x_px"], report["y_px"]) == pytest.approx((x + 2, y - 9), abs=0.11)


def test_a_run_of_frames_is_moved_by_as_much(player: OpenPlayer, shown: Shown) -> None:
    page = player()
    page.keyboard.press("b")
    page.keyboard.press("m")
    at = frame_of(page)
    page.get_by_test_id("player-joint").select_option(str(int(KNEE)))
    page.keyboard.press("Shift+ArrowRight")
    for _ in range(4):
        page.keyboard.press(".")
    page.keyboard.press("o")
    for _ in range(9):
        page.keyboard.press(",")
    page.keyboard.press("i")
    page.keyboard.press("Enter")
    (report,) = reports(page)
    times = shown.track.t_s
    assert (report["from_s"], report["at_s"], report["to_s"]) == pytest.approx(
        (times[at - 5], times[at], times[at + 4]), abs=1e-5
    )


def test_a_joint_moved_and_left_for_another_frame_is_not_lost(player: OpenPlayer) -> None:
    page = player()
    page.keyboard.press("m")
    page.get_by_test_id("player-joint").select_option(str(int(KNEE)))
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press(".")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    first, second = reports(page)
    assert second["at_s"] > first["at_s"]


def test_escape_discards_and_nothing_is_reported(player: OpenPlayer) -> None:
    page = player()
    page.keyboard.press("m")
    page.get_by_test_id("player-joint").select_option(str(int(KNEE)))
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    assert reports(page) == []


def test_a_finger_moves_a_joint(player: OpenPlayer, shown: Shown) -> None:
    page = player(390, 844)
    page.keyboard.press("b")
    page.keyboard.press("m")
    frame = frame_of(page)
    x, y, scale = on_screen(page, *shown.knee_px(frame), shown)
    touches = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": x + 10, "y": y + 2}]),
        ("touchMove", [{"x": x + 20, "y": y + 4}]),
        ("touchEnd", []),
    ):
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        settled(page, 30)
    page.get_by_test_id("player-keep").click()
    (report,) = reports(page)
    assert report["x_px"] == pytest.approx(shown.knee_px(frame)[0] + 20 / scale, abs=0.5)
    assert report["y_px"] == pytest.approx(shown.knee_px(frame)[1] + 4 / scale, abs=0.5)


def test_the_end_of_a_rep_is_dragged_in_a_plot(player: OpenPlayer, shown: Shown, keep_picture: KeepPicture) -> None:
    page = player()
    rep = shown.document["reps"][0]
    page.keyboard.press("b")
    page.keyboard.press("t")
    plots = box_of(page, "player-plots")
    per_s = (plots["width"] - 40) / (shown.track.t_s[-1] + 1 / 30)
    x = plots["x"] + 40 + rep["end_s"] * per_s
    drag(page, (x + 2, plots["y"] + 60), (x + 22, plots["y"] + 80))
    keep_picture(page, "times")
    page.keyboard.press("Enter")
    (report,) = reports(page)
    assert event_from(report) is not None
    assert report["end_s"] == pytest.approx(rep["end_s"] + 22 / per_s, abs=0.02)
    assert report["start_s"] == pytest.approx(rep["start_s"], abs=1e-3)
    assert rep["start_s"] < report["at_s"] < rep["end_s"]


def test_a_boundary_is_put_at_the_cursor_without_a_drag(player: OpenPlayer, shown: Shown) -> None:
    page = player()
    page.keyboard.press("]")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("t")
    at_s = shown.track.t_s[frame_of(page)]
    page.get_by_test_id("player-start_s").click()
    page.get_by_test_id("player-keep").click()
    assert reports(page)[0]["start_s"] == pytest.approx(at_s, abs=1e-3)


def test_a_missed_rep_is_added_between_the_others(player: OpenPlayer, shown: Shown) -> None:
    page = player()
    page.keyboard.press("t")
    expect(page.get_by_test_id("player-new-rep")).to_be_hidden()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    at_s = shown.track.t_s[frame_of(page)]
    page.get_by_test_id("player-new-rep").click()
    page.keyboard.press("Enter")
    (report,) = reports(page)
    assert event_from(report) is not None
    assert report["at_s"] == pytest.approx(at_s, abs=0.01)
    assert 0 <= report["start_s"] < report["end_s"] <= shown.document["reps"][0]["start_s"]


def test_a_rep_is_left_out_with_its_reason(player: OpenPlayer, shown: Shown) -> None:
    page = player()
    page.locator('tr[data-rep="2"]').get_by_role("button", name="Leave out").click()
    page.keyboard.type("lost balance?")
    page.keyboard.press("Enter")
    (report,) = reports(page)
    rep = shown.document["reps"][1]
    assert (report["kind"], report["reason"]) == ("exclude-rep", "lost balance?")
    assert rep["start_s"] < report["at_s"] < rep["end_s"]


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_a_part_of_time_and_picture_is_chosen_and_a_set_is_cut(player: OpenPlayer, width: int, height: int) -> None:
    page = player(width, height)
    page.keyboard.press("e")
    page.get_by_test_id("player-cut").click()
    stage = box_of(page, "player-stage")
    corners = [
        (stage["x"] + share * stage["width"], stage["y"] + other * stage["height"])
        for share, other in ((0.3, 0.2), (0.7, 0.9))
    ]
    drag(page, *corners)
    page.keyboard.press("]")
    page.get_by_test_id("player-trim-start").click()
    expect(page.get_by_test_id("player-part")).to_contain_text("part of the picture")
    page.keyboard.press("Enter")
    cut, part = reports(page)
    assert cut == {"kind": "cut", "at_s": 0}
    assert event_from(cut) is not None
    event = event_from(part)
    assert isinstance(event, MadeChange)
    assert isinstance(event.change, Within)
    assert event.change.start_s is not None
    assert event.change.start_s > 1.0
    assert event.change.end_s is None
    left, top, right, bottom = event.change.box_px or (0.0, 0.0, 0.0, 0.0)
    assert (right - left) / (bottom - top) == pytest.approx(0.4 / 0.7 * 16 / 9, abs=0.02)


def test_on_a_telephone_a_rep_can_be_left_out(player: OpenPlayer, keep_picture: KeepPicture) -> None:
    page = player(390, 844)
    button = page.get_by_test_id("player-leave-out-2")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["height"] >= 40
    keep_picture(page, "telephone")
    button.click()
    page.get_by_test_id("player-keep").click()
    (report,) = reports(page)
    assert report["kind"] == "exclude-rep"


def test_angle_line_and_text_are_drawn_on_the_frame(player: OpenPlayer, keep_picture: KeepPicture) -> None:
    page = player()
    page.keyboard.press("b")
    stage = box_of(page, "player-stage")
    page.keyboard.press("a")
    for dx, dy in ((100, 60), (160, 160), (100, 260)):
        page.mouse.click(stage["x"] + dx, stage["y"] + dy)
    page.keyboard.press("l")
    drag(page, (stage["x"] + 480, stage["y"] + 60), (stage["x"] + 480, stage["y"] + 200))
    page.keyboard.press("x")
    page.mouse.click(stage["x"] + 420, stage["y"] + 40)
    page.keyboard.type("look here")
    page.keyboard.press("Enter")
    settled(page, 150)
    keep_picture(page, "drawn")
    angle, line, text = (report["drawing"] for report in reports(page))
    assert all(event_from(report) is not None for report in reports(page))
    assert [len(each["points_px"]) for each in (angle, line, text)] == [3, 2, 1]
    assert line["points_px"][0][0] == line["points_px"][1][0]
    assert text["text"] == "look here"
