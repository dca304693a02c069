"""In process: a socket that is lost in mid-set, and what becomes of the set."""

from __future__ import annotations

import threading

import pytest

from formcheck.web.live.limits import LiveLimits

from ...waiting import until
from .world import SETUP, World, begin, farewell, finished_id, frame, resume, send_frames


def test_nothing_is_lost_with_the_socket(world: World) -> None:
    """Frames that were not analysed when the socket went are sent again, and each is counted once."""
    times = [1000.0 + 33 * i for i in range(20)]
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
        send_frames(socket, *times[:7])
        socket.send_bytes(frame(times[7]))
        socket.send_bytes(frame(times[8]))
    with world.socket() as socket:
        ready = resume(socket, set_id)
        assert ready["resumed"] is True
        assert ready["set_id"] == set_id
        assert ready["last_t"] in times[6:9]
        answers = send_frames(socket, *(t for t in times if t > ready["last_t"]))
        assert answers[-1]["reps"] == 20
        socket.send_json({"type": "finish"})
        assert socket.receive_json()["type"] == "finished"
    (engine,) = world.engines
    assert [pose.t_s for pose in engine.poses] == pytest.approx([(t - 1000) / 1000 for t in times])


def test_what_was_under_way_is_measured_before_the_new_socket_is_greeted(world: World) -> None:
    world.gate.clear()
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
        for t_ms in (1.0, 2.0, 3.0):
            socket.send_bytes(frame(t_ms))
        socket.send_json({"type": "ping"})
        until(lambda: world.registry._active[set_id].heard == 4)
    with world.socket() as socket:
        socket.send_json({"type": "resume", "version": 2, "set_id": set_id})
        world.gate.set()
        assert socket.receive_json()["last_t"] == 3.0


def test_a_set_goes_on_before_its_first_picture(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
    with world.socket() as socket:
        ready = resume(socket, set_id)
        assert (ready["resumed"], ready["last_t"]) == (True, None)


def test_a_token_serves_longer_to_resume(world: World) -> None:
    token = world.token()
    with world.socket(token=token) as socket:
        set_id = begin(socket)["set_id"]
        world.epoch.advance(3000)
    with world.socket(token=token) as socket:
        assert resume(socket, set_id)["resumed"] is True
    world.epoch.advance(3000)
    with world.socket(token=token) as socket:
        assert farewell(socket) == ("token-expired", 4401)


def test_a_backlog_of_ten_seconds_is_not_too_fast(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
    world.estimate_s = 0.0
    world.setup_frames = 0
    with world.socket() as socket:
        assert resume(socket, set_id)["backlog"] == 300
        assert send_frames(socket, *(float(i) for i in range(300)))[-1]["reps"] == 300


def test_somebody_elses_set_cannot_be_resumed(world: World) -> None:
    with world.socket(session="somebody") as socket:
        set_id = begin(socket)["set_id"]
        with world.socket(session="thief") as other:
            other.send_json({"type": "resume", "version": 2, "set_id": set_id})
            assert farewell(other) == ("set-gone", 4410)
        assert send_frames(socket, 1.0)[0]["reps"] == 1
        socket.send_json({"type": "finish"})
        socket.receive_json()
    assert world.registry.finished_set(set_id, "thief") is None
    with world.socket(session="thief") as other:
        other.send_json({"type": "resume", "version": 2, "set_id": set_id})
        assert farewell(other) == ("set-gone", 4410)


def test_a_set_is_not_kept_for_ever(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
    world.clock.advance(119)
    assert world.registry.active_count == 1
    world.clock.advance(2)
    assert world.registry.active_count == 0
    with world.socket() as socket:
        socket.send_json({"type": "resume", "version": 2, "set_id": set_id})
        assert farewell(socket) == ("set-gone", 4410)


def test_a_set_with_pictures_is_kept_as_long_as_a_set_may_last(world: World) -> None:
    with world.socket() as socket:
        begin(socket)
        began_s = world.clock.at_s
        for minute in range(59):
            world.clock.advance(60)
            send_frames(socket, 1000.0 + minute)
            assert world.registry.active_count == 1
        world.clock.advance(began_s + 3601 - world.clock.at_s)
        assert world.registry.active_count == 0
        assert socket.receive_json()["type"] == "finished"


def test_a_finished_set_is_told_to_who_did_not_hear_of_it(world: World) -> None:
    world.gate.clear()
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
        socket.send_bytes(frame(1.0))
        socket.send_json({"type": "finish"})
        until(lambda: world.registry._active[set_id].heard == 2)
    world.gate.set()
    with world.socket() as socket:
        answer = resume(socket, set_id)
        assert answer == {"type": "finished", "set_id": set_id, "reps": 3, "summary_ready": True}
        assert farewell(socket) == ("", 1000)


def test_a_finished_set_is_dropped_after_two_hours(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
        send_frames(socket, 1.0)
        socket.send_json({"type": "finish"})
        socket.receive_json()
    world.clock.advance(7199)
    assert world.registry.finished_set(set_id, "somebody") is not None
    world.clock.advance(2)
    assert world.registry.finished_set(set_id, "somebody") is None


def test_only_so_many_finished_sets_are_kept() -> None:
    world = World(limits=LiveLimits(max_sets=3, max_finished=2))
    owners = ["first", "second", "first"]
    ids = [finished_id(world, owner) for owner in owners]
    kept = [world.registry.finished_set(*each) is not None for each in zip(ids, owners, strict=True)]
    assert kept == [False, True, True]
    world.close()


def test_finished_sets_are_kept_by_what_they_hold() -> None:
    """One frame each: of one person as many as fit, of all together as many as fit."""
    holds = finished_frames() * LiveLimits().finished_frame_bytes
    limits = LiveLimits(max_sets=3, max_finished_bytes=3 * holds, max_finished_bytes_per_owner=2 * holds)
    world = World(limits=limits)
    owners = ["first", "second", "second", "second", "third"]
    ids = [finished_id(world, owner) for owner in owners]
    kept = [world.registry.finished_set(*each) is not None for each in zip(ids, owners, strict=True)]
    assert kept == [False, False, True, True, True]
    world.close()


def finished_frames() -> int:
    """Return how many frames the result of the made-up engine has."""
    world = World()
    finished = world.registry.finished_set(finished_id(world, "somebody"), "somebody")
    world.close()
    assert finished is not None
    return len(finished.pose_track)


def test_many_results_of_one_person_leave_those_of_others(world: World) -> None:
    before = finished_id(world, "else")
    ids = [finished_id(world, "somebody") for _ in range(8)]
    after = finished_id(world, "late")
    assert [world.registry.finished_set(each, "somebody") is not None for each in ids] == [False] * 2 + [True] * 6
    assert world.registry.finished_set(before, "else") is not None
    assert world.registry.finished_set(after, "late") is not None


def test_a_dead_socket_loses_its_set() -> None:
    """Its network went away without a word: nothing comes over it any more."""
    world = World(limits=LiveLimits(max_sets=3, takeover_idle_s=0.1))
    with world.socket() as dead:
        set_id = begin(dead)["set_id"]
        send_frames(dead, 1.0)
        with world.socket() as socket:
            assert resume(socket, set_id)["last_t"] == 1.0
            assert farewell(dead) == ("set-in-use", 4409)
            assert send_frames(socket, 2.0)[0]["reps"] == 2
    world.close()


def test_a_socket_silent_for_long_loses_its_set_at_once(world: World) -> None:
    with world.socket() as dead:
        set_id = begin(dead)["set_id"]
        world.clock.advance(2.1)
        with world.socket() as socket:
            assert resume(socket, set_id)["resumed"] is True
            assert farewell(dead) == ("set-in-use", 4409)


def test_a_living_socket_keeps_its_set() -> None:
    world = World(limits=LiveLimits(max_sets=3, takeover_idle_s=5.0, takeover_wait_s=0.2, frames_per_s=1e6))
    answered = threading.Event()
    with world.socket() as alive:
        set_id = begin(alive)["set_id"]

        def keep_alive() -> None:
            while not answered.wait(0.01):
                alive.send_json({"type": "ping"})

        pinging = threading.Thread(target=keep_alive)
        pinging.start()
        with world.socket() as second:
            second.send_json({"type": "resume", "version": 2, "set_id": set_id})
            told = farewell(second)
        answered.set()
        pinging.join()
        assert told == ("set-in-use", 4409)
        assert send_frames(alive, 1.0)[0]["reps"] == 1
    world.close()


@pytest.mark.parametrize(
    "limits",
    [
        LiveLimits(max_sets=2, max_sets_per_owner=3, max_sets_per_address=2),
        LiveLimits(max_sets=2, max_sets_per_address=2),
    ],
)
def test_a_left_set_makes_room_for_a_new_one_of_the_same_person(limits: LiveLimits) -> None:
    world = World(limits=limits)
    for _ in range(2):
        with world.socket() as socket:
            begin(socket)
    with world.socket(session="else") as socket:
        socket.send_json(SETUP)
        assert farewell(socket) == ("server-busy", 4503)
    with world.socket() as socket:
        begin(socket)
    assert world.registry.active_count == 2
    world.close()


def test_the_set_of_the_open_socket_is_not_what_makes_room(world: World) -> None:
    with world.socket() as alive:
        begin(alive)
        with world.socket() as left:
            begin(left)
        with world.socket() as third:
            begin(third)
            assert send_frames(alive, 1.0)[0]["reps"] == 1


def test_a_stopping_server_ends_every_set(world: World) -> None:
    with world.socket() as socket:
        begin(socket)
        world.registry.close()
        assert farewell(socket) == ("", 1001)
        with world.socket() as late:
            late.send_json(SETUP)
            assert farewell(late) == ("server-busy", 4503)
