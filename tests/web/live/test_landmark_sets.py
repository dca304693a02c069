"""In process: sets whose pages send landmarks, with a made-up engine and with the real one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from queue import Queue
from typing import Any

import numpy as np
import pytest
from starlette.testclient import WebSocketTestSession

from formcheck.pose.balance import LiveBalance, correction, mirrored_back
from formcheck.pose.landmarks import MIRROR, Landmark
from formcheck.pose.releases import RELEASES
from formcheck.pose.store import load_track, save_track
from formcheck.pose.types import FloatArray, Pose
from formcheck.report.document import assessment_document
from formcheck.web.live.lanes import Lanes
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.messages import SetupMessage, parse_client_text
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.pipeline import FinishedSet
from formcheck.web.live.registry import LiveRegistry
from formcheck.web.live.set_work import Answer, Greet, Said
from tests.sample_tracks import sample_track

from ...waiting import until
from .landmark_bytes import (
    ESTIMATOR,
    LANDMARKS,
    cover_bits,
    message,
    mirrored_bytes,
    nobody_bytes,
    page_frames,
    somebody_bytes,
)
from .world import SETUP, World, begin, farewell, frame, resume

IN_FLIGHT = 15


def send(socket: WebSocketTestSession, *frames: bytes) -> dict[str, Any]:
    socket.send_bytes(message(*frames))
    return dict(socket.receive_json())


def pairs(frames: Sequence[bytes]) -> Iterator[bytes]:
    for i in range(0, len(frames), 2):
        yield message(*frames[i : i + 2])


def test_who_sends_landmarks_is_told_what_to_keep_to(world: World) -> None:
    world.installed = ()  # no model is needed here
    with world.socket() as socket:
        ready = begin(socket, **LANDMARKS)
    assert ready["sources"] == ["picture", "landmarks"]
    assert ready["limits"]["in_flight"] == IN_FLIGHT
    assert ready["model"] == "pose_landmarker_full"
    assert world.estimators == []
    assert not world.engines[0].balanced


def test_a_frame_becomes_a_pose_and_what_is_known_of_its_picture(world: World) -> None:
    knee = Landmark.LEFT_KNEE
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        answer = send(socket, somebody_bytes(500.0, luma=33, people=2, covers=cover_bits(knee)))
        assert (answer["t"], answer["reps"], answer["pose"]) == (500.0, 1, None)
        send(socket, nobody_bytes(533.0, flags=8))
    somebody, nobody = world.engines[0].poses
    assert somebody.image_px[3].tolist() == [50.0, 40.0]
    assert somebody.visibility[knee] == 0.0
    assert somebody.visibility[Landmark.RIGHT_KNEE] == pytest.approx(0.9, abs=1e-5)
    assert [somebody.t_s, nobody.t_s] == pytest.approx([0.0, 0.033])
    assert not nobody.found
    first, second = world.engines[0].facts
    assert (first.width_px, first.height_px, first.mean_luma, first.people) == (128, 96, 33.0, 2)
    assert second.people is None
    assert (first.repeats, second.repeats) == (False, True)


def test_landmarks_of_a_page_that_looks_into_the_mirror_are_balanced(world: World) -> None:
    frames = page_frames(sample_track("wall_squat_front"), 0.0)[:70]
    image, there_m = np.full((33, 2), 30.0), np.zeros((33, 3))
    balance, expected = LiveBalance(), list[Pose]()
    with world.socket() as plain, world.socket(session="another") as looking:
        begin(plain, **LANDMARKS, width=1280, height=720)
        begin(looking, **(LANDMARKS | {"estimator": ESTIMATOR | {"balanced": True}}), width=1280, height=720)
        as_found, as_balanced = world.engines
        for k, frame in enumerate(frames):
            world.clock.advance(1 / 30)
            send(plain, frame)
            pose = as_found.poses[-1]
            if k % 30 == 0:
                image = (1280, 0) + pose.image_px[list(MIRROR)] * (-1, 1) + (4.0 + k / 10, -2.0)
                there_m = pose.world_m[list(MIRROR)] * (-1, 1, 1) + 0.01
                mirror = mirrored_back(Pose(pose.t_s, f32(image), pose.visibility, f32(there_m)), 1280)
                balance.look(correction(pose, mirror))
                frame = mirrored_bytes(frame, image, there_m)
            send(looking, frame)
            expected.append(balance.balanced(pose))
    assert not as_found.balanced
    assert as_balanced.balanced
    assert max(np.abs(a.image_px - b.image_px).max() for a, b in zip(as_found.poses, expected, strict=True)) > 2
    for ours, theirs in zip(as_balanced.poses, expected, strict=True):
        assert ours.image_px.tobytes() == theirs.image_px.tobytes()
        assert ours.world_m.tobytes() == theirs.world_m.tobytes()
        assert ours.visibility.tobytes() == theirs.visibility.tobytes()


def f32(values: FloatArray) -> FloatArray:
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def test_two_frames_have_one_answer(world: World) -> None:
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        answer = send(socket, somebody_bytes(0.0), somebody_bytes(33.0))
        assert (answer["t"], answer["reps"]) == (33.0, 2)
        answer = send(socket, somebody_bytes(66.0))
        assert (answer["t"], answer["reps"]) == (66.0, 3)


def test_no_picture_is_taken_of_a_set_of_landmarks(world: World) -> None:
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        send(socket, somebody_bytes(0.0))
        socket.send_bytes(frame(33.0))
        assert farewell(socket) == ("source", 4400)
    assert len(world.engines[0].poses) == 1


def test_no_landmarks_are_taken_of_a_set_of_pictures(world: World) -> None:
    with world.socket() as socket:
        begin(socket)
        socket.send_bytes(message(somebody_bytes(0.0)))
        assert farewell(socket) == ("source", 4400)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"source": "landmarks"}, "estimator"),
        ({"estimator": ESTIMATOR}, "estimator"),
        ({**LANDMARKS, "keep_video": True}, "keep_video"),
        ({"pictures_allowed": False}, "pictures_allowed"),
        ({"kept": True}, "kept"),
        ({**LANDMARKS, "estimator": {**ESTIMATOR, "version": "1.1.0"}}, "version"),
        ({**LANDMARKS, "estimator": {**ESTIMATOR, "model_sha256": "g" * 64}}, "model_sha256"),
        ({**LANDMARKS, "estimator": {**ESTIMATOR, "user_agent": "x" * 301}}, "user_agent"),
        ({**LANDMARKS, "estimator": {**ESTIMATOR, "self_test": {"runs": 30}}}, "self_test"),
    ],
)
def test_a_set_is_of_pictures_or_of_landmarks(world: World, changes: dict[str, Any], named: str) -> None:
    with world.socket() as socket:
        socket.send_json(SETUP | changes)
        error = socket.receive_json()
        assert named in error["reason"]
        assert farewell(socket)[1] == 4400


def test_a_page_of_version_1_is_told_to_load_anew(world: World) -> None:
    old = {name: value for name, value in SETUP.items() if name != "source"} | {"version": 1}
    with world.socket() as socket:
        socket.send_json(old)
        error = socket.receive_json()
        assert error["reason"] == "This page is of another version than the server."
        assert error["remedy"] == "Reload the page."
        assert farewell(socket) == ("", 4426)


@pytest.mark.parametrize(("messages", "told"), [(15, ("", 1000)), (16, ("too-fast", 4429))])
def test_a_second_may_be_under_way_and_no_more(world: World, messages: int, told: tuple[str, int]) -> None:
    world.gate.clear()
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        for i in range(messages):
            world.clock.advance(2 / 30)
            socket.send_bytes(message(somebody_bytes(66.0 * i), somebody_bytes(66.0 * i + 33)))
        socket.send_json({"type": "cancel"})
        # Who is refused is told so at once; the others when what they sent is measured.
        if told[0]:
            assert farewell(socket) == told
        world.gate.set()
        if not told[0]:
            assert farewell(socket) == told
    until(lambda: len(world.engines[0].poses) == 30)


def test_more_frames_than_any_camera_takes_are_too_fast(world: World) -> None:
    """However slowly they come: it is their own time that counts."""
    taken = 0
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        for i in range(90):
            world.clock.advance(1.0)
            answer = send(socket, somebody_bytes(1.0 * i))
            if answer["type"] == "error":
                break
            taken += 1
    assert answer["code"] == "too-fast"
    assert 66 <= taken <= 72


def test_a_frame_that_was_too_fast_is_not_told_to_be_too_old_afterwards(world: World) -> None:
    """Nothing of it was taken: the same again is too fast again, and a later one goes on with the set."""
    with world.socket() as socket:
        set_id = begin(socket, **LANDMARKS)["set_id"]
        taken = -1.0
        while (answer := send(socket, somebody_bytes(taken + 1)))["type"] == "frame":
            taken += 1
            world.clock.advance(1.0)
    assert answer["code"] == "too-fast"
    with world.socket() as socket:
        assert resume(socket, set_id)["last_t"] == taken
        assert send(socket, somebody_bytes(taken + 1))["code"] == "too-fast"
    with world.socket() as socket:
        assert resume(socket, set_id)["last_t"] == taken
        assert send(socket, somebody_bytes(taken + 100))["type"] == "frame"


def test_two_frames_a_message_count_as_two(world: World) -> None:
    with world.socket() as socket:
        begin(socket, **LANDMARKS)  # is a message, too
        for i in range(29):
            send(socket, somebody_bytes(66.0 * i), somebody_bytes(66.0 * i + 33))
        socket.send_bytes(message(somebody_bytes(5000.0), somebody_bytes(5033.0)))
        assert farewell(socket) == ("too-fast", 4429)


def test_a_set_that_was_kept_comes_faster_than_it_was_done(world: World) -> None:
    frames = [somebody_bytes(1000.0 * i / 30) for i in range(600)]
    with world.socket() as socket:
        ready = begin(socket, **LANDMARKS, kept=True)
        assert ready["limits"]["max_fps"] == 240
        for each in pairs(frames):
            world.clock.advance(2 / 239)
            socket.send_bytes(each)
            assert socket.receive_json()["type"] == "frame"
        socket.send_json({"type": "finish"})
        finished = socket.receive_json()
        assert finished["type"] == "finished", finished
    assert len(world.engines[0].poses) == 600
    kept = world.registry.finished_set(finished["set_id"], "somebody")
    assert kept is not None
    assert any("no network" in remark for remark in kept.remarks)


def test_it_keeps_its_pace_over_a_second_socket(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket, **LANDMARKS, kept=True)["set_id"]
        send(socket, somebody_bytes(0.0))
    world.clock.advance(0.1)
    with world.socket() as socket:
        assert resume(socket, set_id)["limits"]["max_fps"] == 240


def test_even_what_was_kept_may_come_too_fast(world: World) -> None:
    answer: dict[str, Any] = {}
    with world.socket() as socket:
        begin(socket, **LANDMARKS, kept=True)
        for i in range(300):
            answer = send(socket, somebody_bytes(1000.0 * i / 30))
            if answer["type"] == "error":
                break
    assert answer["code"] == "too-fast"
    assert 235 <= i <= 240


def test_a_set_of_very_many_frames_is_ended_and_measured() -> None:
    world = World(limits=LiveLimits(max_sets=3, max_set_frames=20))
    with world.socket() as socket:
        set_id = begin(socket, **LANDMARKS)["set_id"]
        for i in range(10):
            assert send(socket, somebody_bytes(66.0 * i), somebody_bytes(66.0 * i + 33))["type"] == "frame"
        assert send(socket, somebody_bytes(5000.0))["type"] == "finished"
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert finished.remarks == ("The set was ended after 20 frames, the most that are measured at once.",)
    world.close()


def test_what_was_kept_comes_at_once(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket, **LANDMARKS)["set_id"]
        send(socket, somebody_bytes(0.0))
    world.clock.advance(49.0)
    with world.socket() as socket:
        ready = resume(socket, set_id)
        assert ready["last_t"] == 0.0
        assert ready["backlog"] == LiveLimits().backlog("landmarks", 49.0)
        kept = [somebody_bytes(1000.0 + 1000 * i / 30) for i in range(48 * 30)]
        last: dict[str, Any] = {}
        for each in pairs(kept):
            socket.send_bytes(each)
            last = socket.receive_json()
    assert last["reps"] == 1 + len(kept)


def test_all_of_two_minutes_may_come_at_once_and_no_more() -> None:
    limits = LiveLimits()
    assert limits.backlog("landmarks", 120.0) >= 120 * 60
    assert limits.backlog("landmarks", 1e6) == limits.backlog("landmarks", 120.0)
    assert limits.backlog("landmarks", 0.0) == limits.max_landmarks_in_flight


def test_a_lost_socket_is_no_leave_to_flood(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket, **LANDMARKS)["set_id"]
        send(socket, somebody_bytes(0.0))
    with world.socket() as socket:
        resume(socket, set_id)
        for _ in range(60 + 30):
            socket.send_json({"type": "ping"})
        assert farewell(socket) == ("too-fast", 4429)


def test_what_an_engine_puts_off_is_done_when_there_is_nothing_else_to_do(world: World) -> None:
    world.put_off = 3
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        send(socket, somebody_bytes(500.0))
        until(lambda: len(world.parts_done) == world.put_off)
        assert set(world.parts_done) == {"formcheck-live-landmarks"}
        send(socket, somebody_bytes(533.0))
    assert world.engines[0].put_off == 0


def test_a_set_that_is_measured_as_a_whole_holds_up_no_other(world: World) -> None:
    world.may_be_measured.clear()
    with world.socket() as one, world.socket(session="another") as other:
        for socket in (one, other):
            begin(socket, **LANDMARKS)
            send(socket, somebody_bytes(500.0))
        one.send_text('{"type":"finish"}')
        for t_ms in (533.0, 566.0):
            assert send(other, somebody_bytes(t_ms))["t"] == t_ms
        assert world.finished_in == []
        world.may_be_measured.set()
        assert one.receive_json()["type"] == "finished"


def test_who_fails_to_take_an_answer_holds_up_no_other_set(world: World) -> None:
    setup = parse_client_text(json.dumps(SETUP | LANDMARKS))
    assert isinstance(setup, SetupMessage)
    lanes, said = Lanes(world.registry.parts, world.limits), Queue[Said]()

    def fail(_: Said) -> None:
        raise ValueError

    lanes.open("one", setup, fail).put(Greet(0, resumed=False))
    lanes.open("two", setup, said.put).put(Greet(0, resumed=False))
    assert isinstance(said.get(timeout=60), Answer)
    lanes.close(60.0)


# The real engine ------------------------------------------------------------------------------------------------------

BEGAN_MS = 12_345.0


@pytest.fixture
def real(world: World) -> World:
    """Give the server the real engine."""
    world.registry = LiveRegistry(
        LiveParts(find_model=world.registry.parts.find_model, clock=world.clock), LiveLimits(max_sets=3), world.epoch
    )
    return world


def done(
    world: World, frames: Sequence[bytes], *, lost_from: int = -1, lost_frames: int = 0, kept: bool = False
) -> FinishedSet:
    """Do a whole set, and lose the socket for a while; return its result."""
    track = sample_track("wall_squat_front")
    size = {"width": track.source.width, "height": track.source.height}
    socket_of = world.socket
    before = frames if lost_from < 0 else frames[:lost_from]
    with socket_of() as socket:
        set_id = begin(socket, reps=3, **size, **LANDMARKS, kept=kept)["set_id"]
        for each in pairs(before):
            world.clock.advance(2 / (239 if kept else 30))
            socket.send_bytes(each)
            answer = socket.receive_json()
            assert answer["type"] == "frame", answer
        if lost_from < 0:
            return _finished(world, socket, set_id)
        # These are on their way when the network goes.
        for each in pairs(frames[lost_from : lost_from + 6]):
            socket.send_bytes(each)
    world.clock.advance(lost_frames / 30)
    with socket_of() as socket:
        last_t = resume(socket, set_id)["last_t"]
        left = [each for each in frames if np.frombuffer(each, "<f8", 1, 4)[0] > last_t]
        assert len(left) >= len(frames) - lost_from - 6
        for i, each in enumerate(pairs(left)):
            if 2 * i > lost_frames:
                world.clock.advance(2 / 30)
            socket.send_bytes(each)
            answer = socket.receive_json()
            assert answer["type"] == "frame", answer
        return _finished(world, socket, set_id)


def _finished(world: World, socket: WebSocketTestSession, set_id: str) -> FinishedSet:
    socket.send_json({"type": "finish"})
    assert socket.receive_json()["reps"] == 3
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    return finished


def assert_equal_to_the_bit(one: FinishedSet, other: FinishedSet) -> None:
    for name in ("t_s", "image_px", "visibility", "world_m"):
        a, b = (getattr(each.pose_track, name) for each in (one, other))
        assert a.tobytes() == b.tobytes(), name
    assert repr(one.pose_track.source) == repr(other.pose_track.source)
    assert one.assessment.track.image_px.tobytes() == other.assessment.track.image_px.tobytes()
    a, b = (json.dumps(assessment_document(each.assessment)) for each in (one, other))
    assert a == b


def test_a_set_that_was_cut_off_is_the_same_to_the_bit(real: World) -> None:
    """Eleven seconds of it, a rep among them, come after the socket is back."""
    frames = page_frames(sample_track("wall_squat_front"), BEGAN_MS)
    whole = done(real, frames)
    cut = done(real, frames, lost_from=200, lost_frames=330)
    assert_equal_to_the_bit(whole, cut)
    assert cut.remarks == ()


def test_a_set_that_was_kept_is_the_same_to_the_bit(real: World) -> None:
    """It comes whole, eight times as fast as it was done, as when there was no network from its beginning."""
    frames = page_frames(sample_track("wall_squat_front"), BEGAN_MS)
    whole, kept = done(real, frames), done(real, frames, kept=True)
    assert_equal_to_the_bit(whole, kept)
    assert "no network" in " ".join(kept.remarks)
    times_ms = [float(np.frombuffer(each, "<f8", 1, 4)[0]) for each in frames]
    assert kept.began_ms is not None
    assert min(abs(kept.began_ms - each) for each in times_ms) < 1e-6, "a video is laid beside them by this"
    assert kept.began_ms + 1000 * kept.pose_track.t_s[-1] == pytest.approx(times_ms[-1])


def test_a_set_of_landmarks_says_where_they_were_found(real: World) -> None:
    finished = done(real, page_frames(sample_track("wall_squat_front"), BEGAN_MS))
    made = finished.assessment.provenance
    assert (made.pose_model, made.model_sha256, made.mediapipe) == (
        "pose_landmarker_full",
        ESTIMATOR["model_sha256"],
        "",
    )
    assert (made.where, made.runtime) == ("in the browser (as it says)", "@mediapipe/tasks-vision 0.10.35")
    assert (made.runtime_sha256, made.delegate) == ("a" * 64, "CPU")
    assert made.poses_by == (
        "pose_landmarker_full by @mediapipe/tasks-vision 0.10.35 on CPU in the browser (as it says)"
    )
    assert assessment_document(finished.assessment)["provenance"]["where"] == "in the browser (as it says)"
    assert "not known" not in made.filter
    assert "mirror" not in made.filter


def test_where_poses_were_found_is_saved_with_them(real: World, tmp_path: Any) -> None:
    track = done(real, page_frames(sample_track("wall_squat_front"), BEGAN_MS)).pose_track
    for suffix in ("npz", "parquet"):
        save_track(track, tmp_path / f"set.{suffix}")
        assert repr(load_track(tmp_path / f"set.{suffix}").source) == repr(track.source)
    assert track.source.where == "in the browser (as it says)"


@pytest.mark.parametrize(
    ("model", "sha256", "name"),
    [
        *(("full", each, "pose_landmarker_full") for each in RELEASES["full"].known_sha256),
        ("full", "0" * 64, "full pose model of a browser"),
        ("lite", RELEASES["lite"].known_sha256[0], "lite pose model of a browser"),
        ("lite", RELEASES["full"].known_sha256[0], "lite pose model of a browser"),
    ],
)
def test_only_the_pinned_network_gets_what_is_known_of_its_errors(
    world: World, model: str, sha256: str, name: str
) -> None:
    with world.socket() as socket:
        estimator = {**ESTIMATOR, "model": model, "model_sha256": sha256}
        assert begin(socket, source="landmarks", estimator=estimator)["model"] == name
    assert world.engines[0].models == [name]
