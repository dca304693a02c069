"""Layer: a real browser on the player alone, with a sample clip. Scrubbing, stepping, playing, jumping, keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.video.proxy import write_proxy
from formcheck.video.reader import open_video
from formcheck.video.writer import VideoWriter
from formcheck.web.player.payload import payload_bytes, player_payload
from tests.clips import SAMPLES
from tests.sample_tracks import sample_track

from .conftest import CLIP, SHOWN_MOMENT, OpenPlayer, Shown, box_of, drag, frame_of, measured
from .server import PlayerServer, serving

KeepPicture = Callable[[Page, str], Path]
NEXT_SHOWN = """
async ([key]) => {
  const video = document.querySelector("video");
  const shown = new Promise((done) => video.requestVideoFrameCallback((_, { mediaTime }) => done(mediaTime)));
  document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true }));
  return shown;
}
"""


def test_a_drag_in_a_plot_moves_the_video_to_the_same_frame(player: OpenPlayer, shown: Shown) -> None:
    page = player()
    plots = box_of(page, "player-plots")
    width, left = plots["width"] - 40, plots["x"] + 40
    end_s = shown.track.t_s[-1] + 1 / 30
    for at_s in (4.0, 12.3, 1.1):
        x = left + at_s / end_s * width
        drag(page, (x - 60, plots["y"] + 100), (x, plots["y"] + 130))
        frame = frame_of(page)
        assert shown.track.t_s[frame] == pytest.approx(at_s, abs=0.04)
        video_s = page.evaluate(SHOWN_MOMENT)
        assert shown.track.t_s[frame] <= video_s <= shown.track.t_s[frame] + 1 / 30
        cursor = box_of(page, "player-cursor")
        assert cursor["x"] + 1 == pytest.approx(left + shown.track.t_s[frame] / end_s * width, abs=1.5)


def test_the_strip_moves_the_plots(player: OpenPlayer, shown: Shown) -> None:
    page = player()
    strip = box_of(page, "player-strip")
    page.mouse.click(strip["x"] + strip["width"] / 2, strip["y"] + 20)
    frame = frame_of(page)
    assert shown.track.t_s[frame] == pytest.approx(shown.track.t_s[-1] / 2, abs=0.05)
    left = page.locator('[data-plot="fppa_deg"] .fcr-value-left .fcr-value-number')
    value = assess(sample_track(CLIP), SetRequest("wall-squat")).series.per_leg["fppa_deg"][frame, 0]
    expect(left).to_have_text(f"{value:.0f}°".replace("-", "−").replace("−0°", "0°"))


def test_a_step_shows_exactly_the_next_frame(player: OpenPlayer, shown: Shown) -> None:
    page = player()
    page.keyboard.press("]")
    frame = frame_of(page)
    page.evaluate(SHOWN_MOMENT)
    for key, way in ((".", 1), (".", 1), (",", -1), (",", -1), (",", -1)):
        frame += way
        video_s = page.evaluate(NEXT_SHOWN, [key])
        assert video_s == pytest.approx(shown.track.t_s[frame], abs=0.002)
        assert frame_of(page) == frame


def test_frames_of_an_uneven_clock_are_stepped_one_by_one(player: OpenPlayer, tmp_path: Path) -> None:
    whole = sample_track(CLIP)
    kept = (np.arange(len(whole)) % 7 != 3) & ((np.arange(len(whole)) < 90) | (np.arange(len(whole)) > 96))
    source = tmp_path / "uneven.mp4"
    with open_video(SAMPLES / f"{CLIP}.mp4") as video, VideoWriter(source, 1280, 720) as uneven:
        for picture, keep in zip(video, kept, strict=True):
            if keep and picture.t_s < 4:
                uneven.write(picture.rgb, picture.t_s)
    write_proxy(source, tmp_path / "copy.mp4")
    kept &= whole.t_s < 4
    track = replace(
        whole,
        t_s=whole.t_s[kept],
        image_px=whole.image_px[kept],
        visibility=whole.visibility[kept],
        world_m=whole.world_m[kept],
    )
    with serving(PlayerServer(tmp_path / "copy.mp4", [payload_bytes(player_payload(measured(track)))])) as server:
        page = player(address=server.address)
        for _ in range(7):
            page.keyboard.press("Shift+ArrowRight")
        frame = frame_of(page)
        assert frame == 70
        page.evaluate(SHOWN_MOMENT)
        for _ in range(15):
            frame += 1
            assert page.evaluate(NEXT_SHOWN, ["."]) == pytest.approx(track.t_s[frame], abs=0.002)


def test_while_it_plays_plots_and_video_agree_within_a_frame(player: OpenPlayer, shown: Shown) -> None:
    page = player()
    page.keyboard.press("2")
    page.keyboard.press("Space")
    page.wait_for_function("Number(document.querySelector('.fcr-clock').dataset.at) > 0.5")
    both = page.evaluate(
        "[Number(document.querySelector('.fcr-clock').dataset.at), document.querySelector('video').currentTime]"
    )
    page.keyboard.press("Space")
    assert both[0] > 0.2
    assert abs(both[0] - both[1]) < 2 / 30
    assert page.evaluate("document.querySelector('video').playbackRate") == 0.5
    frame, video_s = frame_of(page), page.evaluate(SHOWN_MOMENT)
    assert shown.track.t_s[frame] <= video_s <= shown.track.t_s[frame] + 1 / 30


def test_a_looped_rep_begins_again(player: OpenPlayer, shown: Shown) -> None:
    page = player()
    rep = shown.document["reps"][1]
    page.keyboard.press("]")
    page.keyboard.press("]")
    page.keyboard.press("r")
    expect(page.get_by_test_id("player-loop")).to_have_text("Loop rep 2")
    for _ in range(11):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Space")
    page.wait_for_function(
        f"Number(document.querySelector('.fcr-clock').dataset.at) < {rep['start_s'] + 1}", timeout=10_000
    )
    page.keyboard.press("Space")
    assert rep["start_s"] - 0.1 <= shown.track.t_s[frame_of(page)] <= rep["end_s"] + 0.1


def test_one_key_goes_to_the_bottom_and_to_what_was_flagged(player: OpenPlayer, shown: Shown) -> None:
    page = player()
    reps = shown.document["reps"]
    page.keyboard.press("]")
    page.keyboard.press("b")
    assert shown.track.t_s[frame_of(page)] == pytest.approx(reps[0]["bottom_s"], abs=0.02)
    page.keyboard.press("f")
    assert shown.track.t_s[frame_of(page)] == pytest.approx(reps[1]["findings"][0]["at_s"], abs=0.02)
    page.locator('tr[data-rep="3"] th button').click()
    assert shown.track.t_s[frame_of(page)] == pytest.approx(reps[2]["bottom_s"], abs=0.02)
    expect(page.get_by_test_id("player-where")).to_contain_text("Rep 3")


def test_a_question_mark_lists_the_keys(player: OpenPlayer, keep_picture: KeepPicture) -> None:
    page = player()
    page.keyboard.press("?")
    keys = page.get_by_test_id("player-keys")
    expect(keys).to_be_visible()
    listed = keys.locator("kbd").all_inner_texts()
    assert {"Space", ",", ".", "[", "]", "B", "F", "R", "M", "?", "Enter", "Esc"} <= set(listed)
    keep_picture(page, "keys")
    frame = frame_of(page)
    page.keyboard.press(".")
    assert frame_of(page) == frame, "while the list is open the keys are the list's"
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
