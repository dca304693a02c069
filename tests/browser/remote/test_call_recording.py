"""Layer: a call is recorded in a real browser, by the real server; what comes of it is read as a video."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from playwright.sync_api import expect

from formcheck.records.access import owner
from formcheck.records.call_recordings import recording_path, recordings_of
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings

from ..waiting import until
from .conftest import SEES_SOMEBODY, OpenSomebody, RemoteApp, in_call
from .rooms import CLINICIAN, Room

_ROBIN = owner(CLINICIAN)


def recordings(app: RemoteApp, room: Room) -> list[Path]:
    records = Records(RecordsSettings(home=app.home, database_url=None, user_name=CLINICIAN))
    with records.reading(_ROBIN) as work:
        found = [recording_path(work, each.id) for each in recordings_of(work, room.session)]
    records.close()
    return found


def has_come(app: RemoteApp, least_bytes: int) -> bool:
    return any(each.stat().st_size > least_bytes for each in (app.home / "incoming").glob("*.recording"))


def test_a_call_is_recorded_while_both_agree_across_a_reload_and_deleted_at_a_word(
    somebody: OpenSomebody, remote_app: RemoteApp
) -> None:
    room = remote_app.room()
    clinician, client = in_call(somebody, room)
    sign = [each.page.get_by_test_id("recording") for each in (clinician, client)]
    expect(client.page.get_by_test_id("kept")).to_contain_text("not recorded")
    clinician.page.get_by_test_id("record").click()
    clinician.page.get_by_test_id("record-all-yes").click()
    for each in sign:
        expect(each).to_contain_text("answers are missing")
    assert not list((remote_app.home / "incoming").glob("*.recording"))
    client.page.get_by_test_id("ask-record_call-yes").click()
    for each in sign:
        expect(each).to_have_text("This call is being recorded")
    for _ in range(400):
        if has_come(remote_app, 20_000):
            break
        client.page.wait_for_timeout(100)
    assert has_come(remote_app, 20_000)
    clinician.page.reload()
    until(clinician.page, SEES_SOMEBODY)
    expect(sign[0]).to_have_text("This call is being recorded")
    clinician.page.wait_for_timeout(3000)
    clinician.page.get_by_test_id("record").click()
    for each in sign:
        expect(each).to_be_hidden()
    for _ in range(300):
        if len(recordings(remote_app, room)) == 2:
            break
        client.page.wait_for_timeout(100)
    first, second = recordings(remote_app, room)
    for path in (first, second):
        with av.open(path) as made:
            assert made.duration is not None
            assert made.duration / 1e6 > 1
            assert {each.type for each in made.streams} == {"video", "audio"}
            pictures = [frame.to_ndarray(format="rgb24") for frame in made.decode(video=0)]
        assert pictures[-1].shape == (540, 960, 3)
        assert np.std(pictures[-1][:, :700]) > 5, "the client is seen in it"
        assert np.std(pictures[-1][:150, 720:]) > 5, "so is the clinician"
    client.page.get_by_test_id("more").click()
    client.page.get_by_test_id("consent-record_call").uncheck()
    for _ in range(200):
        if not first.exists() and not second.exists():
            break
        client.page.wait_for_timeout(50)
    assert not first.exists()
    assert not second.exists()
