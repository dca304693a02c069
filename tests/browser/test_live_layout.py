"""Layer: a real browser, the camera view alone with a socket that says what it is told. Where things stand in a set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenPage
from .live_stage import answer_with, open_stage, stage_server

SIZES = {"desk": (1280, 800), "phone": (390, 844)}
_ASK = {
    "id": "SU-1",
    "message": "Step back so your feet show",
    "detail": "Both feet and a strip of floor before them must be in the picture.",
    "figure": "show-feet",
    "blocking": True,
}
_CUE = {"text": "Point your kneecap over your second toe", "kind": "fix", "leg": "left", "spoken": True}
STATES: dict[str, dict[str, Any]] = {
    "setup": {"stage": "setup", "setup": _ASK, "reps": 0},
    "calibrate": {
        "stage": "calibrate",
        "setup": _ASK | {"message": "Stand tall and still"},
        "progress": 0.6,
        "reps": 0,
    },
    "countdown": {"stage": "countdown", "countdown": 3, "reps": 0},
    "cue": {"phase": "ascent", "cue": _CUE},
    "hold": {"phase": "hold", "hold_s": 2.1, "in_position": True},
    "done": {"reps": 10},
    "hand": {"reps": 10, "ending": {"why": "hand", "left_s": 3.2}},
    "left": {"stage": "paused", "setup": _ASK, "ending": {"why": "left", "left_s": 2.2}},
    "paused": {"stage": "paused", "setup": _ASK},
}
_COVERING = """() => {
  const view = document.querySelector(".fc-view"), box = view.getBoundingClientRect(), over = new Set();
  for (let x = 0.02; x < 1; x += 0.06) for (let y = 0.02; y < 1; y += 0.06) {
    const [at] = document.elementsFromPoint(box.left + x * box.width, box.top + y * box.height);
    if (at && !at.matches(".fc-view, .fc-video, .fc-overlay")) over.add(at.className || at.tagName);
  }
  return { over: [...over], top: box.top, bottom: box.bottom, width: box.width };
}"""
_BELOW = """() => [...document.querySelectorAll("[data-testid=cue], [data-testid=rep-count], .fc-enough, .fc-ending, "
  + ".fc-message, .fc-hold, [data-testid=finish]")].filter((each) => each.checkVisibility() && each.textContent.trim())
  .filter((each) => each.getBoundingClientRect().bottom > innerHeight + 1)
  .map((each) => each.dataset.testid ?? each.className)"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with stage_server() as at:
        yield at


def _started(camera_page: OpenPage, address: str, size: str, *, dark: bool = False, **more: Any) -> Page:
    width, height = SIZES[size]
    page = camera_page(None, width=width, height=height, dark=dark)
    open_stage(page, address, dark=dark, **more)
    page.get_by_test_id("start").click()
    expect(page.locator(".fc-live[data-on]")).to_be_visible()
    return page


@pytest.mark.parametrize("size", SIZES)
def test_nothing_ever_covers_the_person(camera_page: OpenPage, address: str, size: str) -> None:
    page = _started(camera_page, address, size)
    for name, state in STATES.items():
        answer_with(page, **state)
        found = page.evaluate(_COVERING)
        assert found["over"] == [], name
        assert found["top"] >= 0, name
        assert found["bottom"] <= SIZES[size][1], name
        assert found["width"] > 0.45 * SIZES[size][0] if size == "desk" else found["width"] > 250, name
        assert page.evaluate(_BELOW) == [], name
    answer_with(page)
    page.evaluate("window.answers = false")
    expect(page.get_by_test_id("trouble")).to_be_visible(timeout=30_000)
    assert page.evaluate(_COVERING)["over"] == [], "trouble"


def test_done_is_shown_and_an_offered_end_is_taken_back_by_a_press(camera_page: OpenPage, address: str) -> None:
    page = _started(camera_page, address, "desk")
    answer_with(page, reps=9)
    expect(page.get_by_test_id("enough")).to_be_hidden()
    answer_with(page, reps=10)
    expect(page.get_by_test_id("enough")).to_contain_text("Done")
    expect(page.get_by_test_id("enough")).to_contain_text("Raise a hand")
    answer_with(page, reps=10, ending={"why": "hand", "left_s": 3.2})
    expect(page.get_by_test_id("ending")).to_contain_text("Finishing in 4")
    expect(page.get_by_test_id("enough")).to_be_hidden()
    page.get_by_test_id("go-on").click()
    page.wait_for_function("window.said.some(({ type }) => type === 'go_on')")
    answer_with(page, reps=10)
    expect(page.get_by_test_id("ending")).to_be_hidden()
    answer_with(page, stage="done", reps=10, ending={"why": "hand", "left_s": 0})
    page.wait_for_function("window.said.some(({ type }) => type === 'finish')")


def test_the_server_hears_how_the_camera_does_while_the_set_up_is_put_right(
    camera_page: OpenPage, address: str
) -> None:
    page = _started(camera_page, address, "desk")
    answer_with(page, **STATES["setup"])
    page.wait_for_function("window.said.some(({ type }) => type === 'camera')")
    said = page.evaluate("window.said.findLast(({ type }) => type === 'camera')")
    assert 5 < said["fps"] < 70


_OUT_OF_SIGHT = """() => [...document.querySelectorAll(".fc-live *")].filter((each) => !each.children.length
  && each.textContent.trim() && each.checkVisibility() && each.getBoundingClientRect().bottom > innerHeight + 1)
  .map((each) => each.className || each.textContent)"""


def test_a_notice_moves_nothing_of_the_set_out_of_a_wide_window(camera_page: OpenPage, address: str) -> None:
    page = _started(camera_page, address, "desk")
    page.evaluate("window.answerMs = 250")
    answer_with(page, **STATES["cue"], server_ms=240)
    expect(page.get_by_test_id("trouble")).to_contain_text("is slow", timeout=40_000)
    assert page.evaluate(_OUT_OF_SIGHT) == []
    assert page.evaluate(_COVERING)["over"] == []
    answer_with(page, reps=0, hold_s=None)
    unit, ring = page.locator(".fc-hold .fc-ring-unit"), page.locator(".fc-hold")
    assert unit.inner_text() == "hold 3 s"
    wide = page.evaluate("""() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector(".fc-hold .fc-ring-unit"));
      return range.getBoundingClientRect().width;
    }""")
    around = ring.bounding_box()
    # The line of the ring takes an eighth of it at each side.
    assert around is not None
    assert wide < 0.76 * around["width"]


@pytest.mark.parametrize("models", [("full",), ("full", "lite")])
def test_the_lite_model_is_offered_only_where_it_is_installed(
    camera_page: OpenPage, address: str, models: tuple[str, ...]
) -> None:
    page = _started(camera_page, address, "desk", models=models)
    page.evaluate("window.answerMs = 250")
    answer_with(page, **STATES["setup"], server_ms=240)
    trouble = page.get_by_test_id("trouble")
    expect(trouble).to_contain_text("runs formcheck is slow", timeout=40_000)
    lite = page.get_by_test_id("use-lite")
    if "lite" not in models:
        expect(lite).to_be_hidden()
        assert "lite" not in trouble.inner_text()
        return
    lite.click()
    page.wait_for_function("window.said.filter(({ type }) => type === 'setup').at(-1).model === 'lite'")
