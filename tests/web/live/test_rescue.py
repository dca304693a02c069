"""In process: sets that end before anybody asked for it, and what is kept of them."""

from __future__ import annotations

import logging
import threading

import pytest

from formcheck.errors import PoseModelError

from ...waiting import until
from .world import World, begin, farewell, frame, kept_videos, resume, send_frames

EARLY = "The set was ended early by a fault of formcheck; what was done until then was measured."
LEFT = "The connection did not come back, so the set was ended and what was done until then was measured."


def test_a_fault_in_one_picture_costs_no_rep_done_before_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    set_id = _faulty_set(world, ValueError("made up"))
    with world.socket() as socket:
        answer = resume(socket, set_id)
        assert answer == {"type": "finished", "set_id": set_id, "reps": 3, "summary_ready": True}
        assert farewell(socket) == ("", 1000)
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert finished.remarks == (EARLY,)
    assert len(finished.pose_track) == 2
    assert world.estimators[0].closed
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert record.exc_info is not None
    assert "made up" in str(record.exc_info[1])


def test_a_pose_model_that_fails_in_mid_set_costs_no_rep_either(world: World) -> None:
    set_id = _faulty_set(world, PoseModelError("The pose model failed.", "Install it anew."), "cannot-measure")
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert finished.remarks == (EARLY,)


@pytest.mark.parametrize("second", [ZeroDivisionError("again"), PoseModelError("It failed.", "Install it anew.")])
def test_a_set_that_cannot_be_measured_after_a_fault_is_gone(world: World, second: Exception) -> None:
    world.finish_fault = second
    set_id = _faulty_set(world, ValueError("made up"))
    _is_gone(world, set_id)


def test_of_a_fault_before_the_set_began_nothing_is_kept(world: World) -> None:
    world.setup_frames = 100
    set_id = _faulty_set(world, ValueError("made up"))
    _is_gone(world, set_id)


def test_a_set_that_cannot_be_measured_at_its_end_tells_so(world: World) -> None:
    world.finish_fault = ZeroDivisionError("made up")
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
        send_frames(socket, 1.0)
        socket.send_json({"type": "finish"})
        assert farewell(socket) == ("fault", 4500)
    _is_gone(world, set_id)


def test_what_goes_wrong_after_the_end_costs_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as the freeing of the model."""
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]

        def fail() -> None:
            raise RuntimeError("made up")

        monkeypatch.setattr(world.estimators[0], "close", fail)
        send_frames(socket, 1.0)
        socket.send_json({"type": "finish"})
        assert socket.receive_json()["type"] == "finished"
    assert world.registry.finished_set(set_id, "somebody") is not None


def test_a_set_that_nobody_came_back_to_is_measured(world: World) -> None:
    set_id = _left_set(world)
    world.clock.advance(121)
    assert world.registry.active_count == 0
    until(lambda: world.registry.finished_set(set_id, "somebody") is not None)
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert finished.remarks == (LEFT,)
    assert len(finished.pose_track) == 2
    assert world.finished_in == [f"formcheck-live-{set_id[:6]}"]
    assert world.finished_in != [threading.current_thread().name]


def test_who_comes_back_a_little_too_late_is_told_the_result(world: World) -> None:
    set_id = _left_set(world)
    world.clock.advance(121)
    with world.socket() as socket:
        assert resume(socket, set_id) == {"type": "finished", "set_id": set_id, "reps": 3, "summary_ready": True}


def test_a_set_that_is_being_ended_counts_no_more_and_takes_no_socket(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
        send_frames(socket, 1.0)
        world.gate.clear()
        socket.send_bytes(frame(2.0))
        runner = world.registry.open_one(set_id, "somebody")
        assert runner is not None
        until(lambda: runner.heard == 2)
    until(lambda: runner.silent_s() is None)
    world.clock.advance(121)
    assert world.registry.active_count == 0
    assert world.registry.is_expiring(set_id, "somebody")
    assert not world.registry.is_expiring(set_id, "thief")
    assert world.registry.open_one(set_id, "somebody") is None
    assert not runner.attach(lambda _: None)
    assert not runner.expire()
    with world.socket(session="thief") as thief:
        thief.send_json({"type": "resume", "version": 2, "set_id": set_id})
        assert farewell(thief) == ("set-gone", 4410)
    world.gate.set()
    runner.join(60)
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert len(finished.pose_track) == 2
    assert not world.registry.is_expiring(set_id, "somebody")


def test_a_set_whose_socket_is_there_does_not_expire(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
        runner = world.registry.open_one(set_id, "somebody")
        assert runner is not None
        assert not runner.expire()
        assert send_frames(socket, 1.0)[0]["reps"] == 1


def test_a_set_that_made_room_is_measured(world: World) -> None:
    left = [_left_set(world), _left_set(world)]
    with world.socket() as socket:
        begin(socket)
        until(lambda: world.registry.finished_set(left[0], "somebody") is not None)
        assert world.registry.active_count == 2
        assert world.registry.finished_set(left[1], "somebody") is None


def test_a_stopping_server_measures_nothing(world: World) -> None:
    set_id = _left_set(world)
    world.registry.close()
    assert world.finished_in == []
    assert world.registry.finished_set(set_id, "somebody") is None


def test_a_set_that_is_being_ended_is_not_kept_by_a_stopping_server(world: World) -> None:
    set_id = _left_set(world, keep_video=True)
    assert len(kept_videos()) == 1
    world.clock.advance(121)
    assert world.registry.active_count == 0
    world.registry.close()
    assert world.registry.finished_set(set_id, "somebody") is None
    assert kept_videos() == []


def test_the_video_of_a_set_that_nobody_came_back_to_is_kept_with_it(world: World) -> None:
    set_id = _left_set(world, keep_video=True)
    world.clock.advance(121)
    until(lambda: world.registry.finished_set(set_id, "somebody") is not None)
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert finished.video_path is not None
    assert finished.video_path.is_file()
    world.registry.close()
    assert kept_videos() == []


def _faulty_set(world: World, fault: Exception, told: str = "fault") -> str:
    """Do two pictures and one that fails, and return the set's id."""
    with world.socket() as socket:
        set_id = str(begin(socket)["set_id"])
        send_frames(socket, 1.0, 40.0)
        world.fault = fault
        socket.send_bytes(frame(80.0))
        assert farewell(socket) == (told, 4500)
    assert world.registry.active_count == 0
    return set_id


def _left_set(world: World, *, keep_video: bool = False) -> str:
    """Do two pictures, leave without a word, and return the set's id."""
    with world.socket() as socket:
        set_id = str(begin(socket, keep_video=keep_video)["set_id"])
        send_frames(socket, 1.0, 40.0)
        runner = world.registry.open_one(set_id, "somebody")
        assert runner is not None
    until(lambda: runner.silent_s() is None)
    return set_id


def _is_gone(world: World, set_id: str) -> None:
    with world.socket() as socket:
        socket.send_json({"type": "resume", "version": 2, "set_id": set_id})
        assert farewell(socket) == ("set-gone", 4410)
