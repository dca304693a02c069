"""In process: what the server does with pictures besides measuring them, with a made-up estimator and engine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from formcheck.errors import OutputError
from formcheck.video.reader import open_video
from formcheck.video.writer import VideoWriter
from formcheck.web.live import set_recording as recording
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.set_recording import SetRecording

from .world import World, begin, farewell, frame, jpeg, kept_videos, send_frames


@pytest.fixture(autouse=True)
def _nothing_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """See to it that a test leaves no video behind, and puts none where nobody would find it after a kill."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    yield
    assert kept_videos() == list(elsewhere.iterdir()) == []


def test_others_are_looked_for_once_a_second_in_the_setup_and_every_ten_in_the_set(world: World) -> None:
    world.setup_frames = 25
    with world.socket() as socket:
        begin(socket)
        for second in range(33):
            world.clock.advance(1)
            send_frames(socket, *(1000.0 * second + 100 * i for i in range(10)))
    people = [facts.people for facts in world.engines[0].facts]
    assert [i for i, count in enumerate(people) if count is not None] == [0, 10, 20, 120, 220, 320]
    assert people[0] == people[120] == 2


def test_the_engine_is_told_how_light_it_is(world: World) -> None:
    with world.socket() as socket:
        begin(socket)
        socket.send_bytes(frame(1.0, jpeg(grey=33)))
        socket.receive_json()
    assert world.engines[0].facts[0].mean_luma == pytest.approx(33, abs=1)


def test_a_smaller_picture_of_the_same_shape_is_measured_in_the_same_pixels(world: World) -> None:
    with world.socket() as socket:
        begin(socket, width=640, height=480)
        socket.send_bytes(frame(1.0, jpeg(320, 240)))
        assert socket.receive_json()["pose"][1][:2] == [0.5, 0.25]
    (facts,) = world.engines[0].facts
    assert (facts.width_px, facts.height_px) == (640, 480)
    assert world.engines[0].poses[0].image_px[1].tolist() == [320.0, 120.0]


def test_a_turned_phone_is_told_to_the_engine_in_its_own_pixels(world: World) -> None:
    with world.socket() as socket:
        begin(socket, width=128, height=96)
        socket.send_bytes(frame(1.0, jpeg(96, 128)))
        assert socket.receive_json()["pose"][1][:2] == [0.5, 0.25]
    (facts,) = world.engines[0].facts
    assert (facts.width_px, facts.height_px) == (96, 128)


def test_a_slow_computer_gets_the_lighter_model(world: World) -> None:
    world.installed = ("full", "lite")
    world.estimate_s = 0.07
    with world.socket() as socket:
        begin(socket)
        notices = [answer["notice"] for answer in send_frames(socket, *(33.0 * i for i in range(55)))]
    assert [i for i, notice in enumerate(notices) if notice] == [43]
    assert notices[43] == "This computer is slow, so the lighter pose model is used from here on."
    full, lite = world.estimators
    assert full.closed
    assert (full.model.short_name, lite.model.short_name) == ("full", "lite")
    assert lite.times_s[0] > full.times_s[-1]
    assert world.engines[0].models == ["full", "lite"]


def test_a_slow_computer_without_a_lighter_model_is_told_so_once(world: World) -> None:
    world.estimate_s = 0.07
    with world.socket() as socket:
        begin(socket)
        notices = [answer["notice"] for answer in send_frames(socket, *(33.0 * i for i in range(120)))]
    assert [i for i, notice in enumerate(notices) if notice] == [43]
    assert "close other programs" in notices[43]
    assert len(world.estimators) == 1


def test_looking_for_other_people_is_not_slowness(world: World) -> None:
    world.setup_frames = 1000
    world.estimate_s = 0.058
    with world.socket() as socket:
        begin(socket)
        assert not any(answer["notice"] for answer in send_frames(socket, *(33.0 * i for i in range(80))))


def test_no_picture_is_written_unless_that_was_asked_for(world: World) -> None:
    with world.socket() as socket:
        begin(socket)
        send_frames(socket, 1.0, 2.0)
        assert kept_videos() == []


def test_a_kept_video_has_the_time_of_the_pose_track_and_goes_with_the_set(world: World) -> None:
    world.setup_frames, world.stance_frames = 20, 15
    times = [500.0 + 40 * i for i in range(50)]
    with world.socket() as socket:
        set_id = begin(socket, keep_video=True)["set_id"]
        send_frames(socket, *times)
        socket.send_json({"type": "finish"})
        assert socket.receive_json()["type"] == "finished"
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert finished.video_path is not None
    with open_video(finished.video_path) as video:
        assert (video.info.width, video.info.height, video.info.codec) == (128, 96, "h264")
    seen_s = _times_s(finished.video_path)
    assert seen_s == pytest.approx(finished.pose_track.t_s.tolist(), abs=1e-4)
    assert len(seen_s) == 45
    assert kept_videos() == [finished.video_path.parent]
    world.clock.advance(7201)
    assert world.registry.finished_set(set_id, "somebody") is None
    assert kept_videos() == []


def test_the_picture_of_a_turned_phone_fits_into_no_video(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket, keep_video=True)["set_id"]
        for t_ms in (0.0, 40.0, 80.0, 120.0):
            socket.send_bytes(frame(t_ms, jpeg(96, 128) if t_ms == 80 else jpeg(128, 96)))
            socket.receive_json()
        socket.send_json({"type": "finish"})
        assert socket.receive_json()["type"] == "finished"
    assert len(kept_videos()) == 1
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert finished.video_path is not None
    assert _times_s(finished.video_path) == pytest.approx([0.0, 0.04, 0.12], abs=1e-4)
    world.registry.close()


def test_pictures_too_large_to_hold_back_leave_the_video_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = jpeg()
    monkeypatch.setattr(recording, "_HELD_BYTES", 3 * len(picture))
    made = SetRecording(LiveLimits())
    for i in range(10):
        made.hold(7.0 + 0.1 * i, picture)
    made.begin(6, 128, 96)
    made.add(8.0, picture)
    path = made.finish()
    assert path is not None
    assert [path.parent] == kept_videos()
    assert _times_s(path) == pytest.approx([0.0, 0.4, 0.5, 0.6], abs=1e-4)
    made.delete()


@pytest.mark.parametrize("setup_frames", [1, 100])
def test_the_video_of_a_cancelled_set_is_deleted(world: World, setup_frames: int) -> None:
    world.setup_frames = setup_frames
    with world.socket() as socket:
        begin(socket, keep_video=True)
        send_frames(socket, 1.0, 40.0, 80.0)
        assert len(kept_videos()) == (setup_frames == 1)
        socket.send_json({"type": "cancel"})
        assert farewell(socket) == ("", 1000)


def test_kept_videos_are_deleted_when_the_server_stops(world: World) -> None:
    with world.socket() as socket:
        begin(socket, keep_video=True)
        send_frames(socket, 1.0, 40.0, 80.0)
        socket.send_json({"type": "finish"})
        assert socket.receive_json()["type"] == "finished"
    assert len(kept_videos()) == 1
    world.registry.close()


def test_a_full_disk_costs_the_video_and_not_the_set(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OutputError("There is no room on the disk.", "Free some space.")

    monkeypatch.setattr(VideoWriter, "write", full)
    with world.socket() as socket:
        set_id = begin(socket, keep_video=True)["set_id"]
        notices = [answer["notice"] for answer in send_frames(socket, 1.0, 40.0, 80.0, 120.0)]
        assert sum(notice == "The video is not kept: There is no room on the disk." for notice in notices) == 1
        assert kept_videos() == []
        socket.send_json({"type": "finish"})
        assert socket.receive_json()["type"] == "finished"
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert finished.video_path is None
    assert finished.remarks == ("The video is not kept: There is no room on the disk.",)


def _times_s(path: Path) -> list[float]:
    """Return when each picture is shown, by the file's own clock."""
    with av.open(str(path)) as container:
        return [float(each.time) for each in container.decode(video=0)]
