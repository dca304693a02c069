"""Layer: a real browser and the real server. The video of a set of landmarks stays on the device until it is given."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from formcheck.video.reader import probe
from formcheck.web.shared.addresses import UPLOADS_PATH

from .conftest import OpenPage
from .test_landmark_set import be_patient
from .test_live import wait_for_reps
from .test_offline import accept, finds_poses, poses_are_found
from .waiting import still

KeepPicture = Callable[[Page, str], Path]


@finds_poses
def test_a_video_stays_here_until_it_is_given_to_the_record(
    camera_page: OpenPage, app_address: str, keep_picture: KeepPicture, tmp_path: Path
) -> None:
    page = camera_page("wall_squat_front", dark=True)
    be_patient(page)
    sent: list[str] = []
    page.context.on(
        "request",
        lambda request: sent.append(request.method) if urlsplit(request.url).path.startswith(UPLOADS_PATH) else None,
    )
    accept(page, app_address)
    page.get_by_text("Camera, voice and video").click()
    page.get_by_text("Keep the video of this set").click()
    poses_are_found(page)
    page.get_by_test_id("start").click()
    wait_for_reps(page, 1)
    page.get_by_test_id("finish").click()
    videos = page.get_by_test_id("kept-videos")
    expect(videos).to_be_visible(timeout=90_000)
    give = page.get_by_test_id("give-video")
    expect(give).to_be_disabled()
    with page.expect_download() as downloaded:
        page.get_by_test_id("download-video").click()
    kept = tmp_path / downloaded.value.suggested_filename
    downloaded.value.save_as(kept)
    assert probe(kept).duration_s > 3
    assert sent == [], "nothing of it left the device"
    page.get_by_role("combobox", name=re.compile("Keep this set")).click()
    page.keyboard.type("Ada Example")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Keep this set").click()
    expect(page.get_by_text("Kept. Open its review")).to_be_visible()
    still(page)
    for name, width, height in (("desk", 1280, 800), ("phone", 390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        videos.scroll_into_view_if_needed()
        still(page)
        keep_picture(page, name)
        right = page.get_by_test_id("delete-video").bounding_box()
        assert right is not None
        assert right["x"] + right["width"] <= width
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(give).to_be_enabled()
    give.click()
    expect(videos.get_by_text("Given to the record")).to_be_visible(timeout=60_000)
    assert "POST" in sent
    page.get_by_text("Kept. Open its review").click()
    expect(page.get_by_test_id("player")).to_be_visible()
    for _ in range(40):
        if page.locator("video.fcr-video").is_visible():
            break
        page.wait_for_timeout(1000)
        page.reload()
        expect(page.get_by_test_id("player")).to_be_visible()
        still(page)
    page.keyboard.press("b")
    still(page)
    keep_picture(page, "review")
    expect(page.locator("video.fcr-video")).to_be_visible()
