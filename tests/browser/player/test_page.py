"""Layer: a real browser on the player alone. New numbers, who may do what, what is missing, sizes of windows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ..waiting import still
from .conftest import OpenPlayer, frame_of, reports

KeepPicture = Callable[[Page, str], Path]


def test_new_numbers_leave_time_zoom_tool_and_video_as_they_are(player: OpenPlayer, keep_picture: KeepPicture) -> None:
    page = player()
    page.keyboard.press("b")
    page.keyboard.press("m")
    page.get_by_test_id("player-larger").click()
    page.evaluate("document.querySelector('video').mark = 'same'")
    frame, loads = frame_of(page), []
    page.on("request", lambda request: loads.append(request.url))
    at = page.locator("video").bounding_box()
    page.evaluate("void show({ version: '1', data_url: '/data/1' })")
    expect(page.get_by_test_id("player-changes")).to_be_visible()
    keep_picture(page, "corrected")
    assert frame_of(page) == frame
    assert page.locator("video").bounding_box() == at
    assert page.evaluate("document.querySelector('video').mark") == "same"
    assert not [url for url in loads if url.endswith("/video")]
    assert page.get_by_test_id("player-tool-move").get_attribute("aria-pressed") == "true"
    expect(page.locator('tr[data-rep="1"] .fcr-was').filter(has_text="was").first).to_be_visible()


def test_what_was_done_last_is_taken_back_first(player: OpenPlayer) -> None:
    page = player()
    page.evaluate("void show({ version: '1', data_url: '/data/1' })")
    expect(page.get_by_test_id("player-changes")).to_be_visible()
    page.get_by_test_id("player-changes").locator("summary").click()
    page.get_by_role("button", name="Take back", exact=True).click()
    page.keyboard.press("Control+z")
    kinds = [(report["kind"], report["id"]) for report in reports(page)]
    assert kinds[0] == ("take-back", "c1")
    assert len(kinds) == 2


def test_words_of_a_remark_stay_words(player: OpenPlayer) -> None:
    page = player()
    page.evaluate("void show({ version: '1', data_url: '/data/1' })")
    expect(page.get_by_test_id("player-changes")).to_be_visible()
    page.get_by_test_id("player-changes").locator("summary").click()
    expect(page.get_by_text("onerror")).to_be_visible()
    assert page.evaluate("window.broken") is None


def test_who_may_not_correct_is_offered_no_tool(player: OpenPlayer) -> None:
    page = player()
    page.evaluate("void show({ editable: false, version: 'x' })")
    expect(page.get_by_test_id("player-tool-move")).to_be_hidden()
    page.wait_for_function("document.querySelectorAll('.fcr-table .fcr-button').length === 0")
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert frame_of(page) == 1, "the arrow steps, it moves no joint"
    assert reports(page) == []


DRAWN_ON_STAGE = """
() => {
  const canvas = document.querySelector(".fcr-overlay");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let [drawn, sum] = [0, 0];
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 0) continue;
    drawn += 1;
    sum = (sum + data[i] * (i % 9973)) % 1e9;
  }
  return { share: drawn / (canvas.width * canvas.height), sum };
}
"""
"""How much of the stage is drawn on, and a number that is another for another drawing."""


def test_without_a_video_a_figure_moves_in_its_place(player: OpenPlayer, keep_picture: KeepPicture) -> None:
    page = player()
    page.keyboard.press("s")
    frame_of(page)
    assert page.evaluate(DRAWN_ON_STAGE)["share"] == 0, "over a video there is no figure"
    page.evaluate("void show({ video_url: null })")
    expect(page.get_by_test_id("player-notice")).to_contain_text("There is no video of this set")
    expect(page.locator("video")).to_be_hidden()
    standing = frame_of(page), page.evaluate(DRAWN_ON_STAGE)
    assert standing[1]["share"] > 0.05
    page.keyboard.press("b")
    frame = frame_of(page)
    assert frame > 60
    assert page.evaluate(DRAWN_ON_STAGE)["sum"] != standing[1]["sum"], "it moves with the cursor"
    page.keyboard.press("s")
    keep_picture(page, "no-video")
    page.keyboard.press("Space")
    page.wait_for_function(f"Number(document.querySelector('[data-testid=player-clock]').dataset.frame) > {frame}")
    page.keyboard.press("Space")
    assert frame_of(page) > frame


@pytest.mark.parametrize(
    ("width", "height", "dark"), [(1280, 800, False), (1280, 800, True), (390, 844, False), (390, 844, True)]
)
def test_it_fits_its_window(player: OpenPlayer, keep_picture: KeepPicture, width: int, height: int, dark: bool) -> None:
    page = player(width, height, dark=dark)
    page.keyboard.press("b")
    still(page)
    keep_picture(page, f"{width}-{'dark' if dark else 'light'}")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    bottom = page.evaluate("document.querySelector('.fcr-grid').getBoundingClientRect().bottom")
    if width > 1000:
        assert bottom <= height
    else:
        controls = page.get_by_test_id("player-play").bounding_box()
        assert controls is not None
        assert controls["y"] + controls["height"] < height
