"""In process: sets that go on with another model, or from landmarks to pictures and back, without losing anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from starlette.testclient import WebSocketTestSession

from formcheck.pose.store import load_track, save_track
from formcheck.pose.types import Pose, PoseTrack
from formcheck.report.content import report_content
from formcheck.report.document import assessment_document, assessment_schema
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.pipeline import FinishedSet
from formcheck.web.live.registry import LiveRegistry
from tests.sample_tracks import sample_track

from ...waiting import until
from .landmark_bytes import ESTIMATOR, LANDMARKS, Page, message, somebody_bytes
from .world import World, begin, farewell, frame, jpeg, kept_videos, resume, send_frames

LITE = {**ESTIMATOR, "model": "lite", "model_sha256": "1" * 64}
ON_GPU = {**ESTIMATOR, "delegate": "GPU"}


def step_down(socket: WebSocketTestSession, estimator: dict[str, Any] | None = None, why: str = "slow") -> None:
    source = "landmarks" if estimator else "picture"
    socket.send_json({"type": "step_down", "source": source, "estimator": estimator, "why": why})


def send(socket: WebSocketTestSession, *frames: bytes) -> dict[str, Any]:
    socket.send_bytes(message(*frames))
    return dict(socket.receive_json())


def test_a_set_goes_on_with_another_model(world: World) -> None:
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        send(socket, somebody_bytes(0.0))
        step_down(socket, LITE)
        assert send(socket, somebody_bytes(33.0))["reps"] == 2
    (engine,) = world.engines
    assert engine.models == ["pose_landmarker_full", "lite pose model of a browser"]
    assert engine.reasons == ["what found it before was too slow"]


def test_the_lag_of_the_model_before_is_forgotten(world: World) -> None:
    sure, unsure = Page(), 0.9
    first = Pose(0.0, np.full((33, 2), 40.0), np.full(33, 0.2), np.zeros((33, 3)))
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        send(socket, sure.frame(first, 0.0))
        step_down(socket, LITE)
        send(socket, somebody_bytes(33.0))
    assert world.engines[0].poses[1].visibility == pytest.approx(np.full(33, unsure), abs=1e-5)


def test_said_again_before_any_frame_it_changes_nothing(world: World) -> None:
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        send(socket, somebody_bytes(0.0))
        step_down(socket, LITE)
        step_down(socket, LITE)
        send(socket, somebody_bytes(33.0))
    assert len(world.engines[0].models) == 2


def test_from_landmarks_to_pictures_and_back(world: World) -> None:
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        send(socket, somebody_bytes(0.0))
        step_down(socket, why="failed")
        (answer,) = send_frames(socket, 33.0)
        assert (answer["reps"], len(answer["pose"])) == (2, 33)
        step_down(socket, LITE)
        assert send(socket, somebody_bytes(66.0))["reps"] == 3
        socket.send_bytes(frame(99.0))
        assert farewell(socket) == ("source", 4400)
    assert world.engines[0].models == ["pose_landmarker_full", "full", "lite pose model of a browser"]
    assert world.engines[0].balanced_later == [False, False]
    assert world.estimators[0].closed


def test_no_landmarks_are_taken_after_a_step_to_pictures(world: World) -> None:
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        step_down(socket)
        socket.send_bytes(message(somebody_bytes(0.0)))
        assert farewell(socket) == ("source", 4400)


def test_a_step_to_landmarks_frees_the_model_and_most_of_the_place(world: World) -> None:
    world.limits = LiveLimits(max_sets=1, max_sets_per_address=1)
    world.registry = LiveRegistry(world.registry.parts, world.limits, world.epoch)
    with world.socket() as socket:
        begin(socket)
        send_frames(socket, 0.0)
        step_down(socket, LITE)
        send(socket, somebody_bytes(33.0))
        with world.socket(session="another") as other:
            begin(other, **LANDMARKS)
    assert world.estimators[0].closed


def test_half_a_second_of_landmarks_under_way_holds_no_picture_up(world: World) -> None:
    world.gate.clear()
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        for i in range(15):
            socket.send_bytes(message(somebody_bytes(33.0 * i)))
        step_down(socket)
        socket.send_bytes(frame(600.0))
        world.gate.set()
        assert [socket.receive_json()["reps"] for _ in range(16)] == list(range(1, 17))


def refused_pictures(world: World, *, where: str) -> str:
    """Try to step down to pictures, be refused, and go on with landmarks; return the reason."""
    allowed = {"pictures_allowed": where != "by the person"}
    with world.socket() as socket:
        ready = begin(socket, **LANDMARKS, **allowed)
        send(socket, somebody_bytes(0.0))
        step_down(socket)
        if where == "no model":  # is found out only when pictures are under way
            socket.send_bytes(frame(33.0))
        error = socket.receive_json()
        assert farewell(socket) == ("", 4503)
    assert error["code"] == "no-pictures"
    assert error["remedy"] == "Landmarks can still be sent."
    with world.socket() as socket:
        told = resume(socket, ready["set_id"])
        assert (told["last_t"], told["sources"]) == (0.0, ready["sources"])
        step_down(socket, LITE, "failed")
        assert send(socket, somebody_bytes(20.0))["reps"] == 2
    return str(error["reason"])


def test_whoever_forbids_pictures_is_asked_for_none(world: World) -> None:
    assert "without leave" in refused_pictures(world, where="by the person")
    assert world.estimators == []
    with world.socket() as socket:
        assert begin(socket, **LANDMARKS, pictures_allowed=False)["sources"] == ["landmarks"]


def test_without_a_model_landmarks_can_still_be_sent(world: World) -> None:
    world.installed = ()
    assert "is not installed" in refused_pictures(world, where="no model")
    assert len(world.engines[0].poses) == 2


def test_without_a_place_landmarks_can_still_be_sent(world: World) -> None:
    limits = LiveLimits(max_sets=2, max_sets_per_account=3, max_sets_per_address=2)
    world.registry = LiveRegistry(world.registry.parts, limits, world.epoch)
    with world.socket(session="one") as one, world.socket(session="two") as two:
        begin(one)
        begin(two, **LANDMARKS)
        assert "busy" in refused_pictures(world, where="no place")


def test_a_set_of_pictures_takes_a_whole_place_also_when_it_came_down_to_them(world: World) -> None:
    with world.socket(session="one") as one, world.socket(session="two") as two, world.socket() as socket:
        begin(one)
        begin(socket, **LANDMARKS)
        step_down(socket)
        send_frames(socket, 0.0)
        begin(two)
        with world.socket(session="three") as three:
            three.send_json(
                {"type": "setup", "version": 2, "exercise": "squat", "width": 128, "height": 96, **LANDMARKS}
            )
            assert farewell(three) == ("server-busy", 4503)


def test_a_video_of_which_the_rest_is_missing_is_not_kept(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket, keep_video=True)["set_id"]
        send_frames(socket, 0.0, 33.0, 66.0)
        step_down(socket, LITE)
        send(socket, somebody_bytes(99.0))
        socket.send_json({"type": "finish"})
        assert socket.receive_json()["type"] == "finished"
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert finished.video_path is None
    assert finished.remarks == ("The video is not kept: from some time on no pictures came, but landmarks.",)
    assert kept_videos() == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"estimator": None}, "estimator"), ({"source": "picture"}, "estimator"), ({"why": "tired"}, "why")],
)
def test_a_step_is_checked_at_the_door(world: World, changes: dict[str, Any], named: str) -> None:
    with world.socket() as socket:
        begin(socket, **LANDMARKS)
        socket.send_json({"type": "step_down", "source": "landmarks", "estimator": LITE, "why": "slow", **changes})
        assert named in socket.receive_json()["reason"]
        assert farewell(socket)[1] == 4400


# The real engine ------------------------------------------------------------------------------------------------------

BEGAN_MS = 12_345.0
CUT = 300
"""In the second rep."""


class SavedPoses:
    """An estimator that gives the saved poses of a recording."""

    def __init__(self, track: PoseTrack) -> None:
        self._track = track

    def estimate(self, rgb: Any, t_s: float, *, width_px: int, height_px: int) -> Pose:
        assert rgb.shape[1] < width_px
        assert height_px
        return self._track[int(np.abs(self._track.t_s - t_s).argmin())]

    def people_in_view(self, rgb: Any, known: object = None) -> Sequence[int]:
        assert known is not None
        return (len(rgb),)

    def close(self) -> None:
        pass


@pytest.fixture
def real(world: World) -> World:
    """Give the server the real engine."""
    parts = LiveParts(
        find_model=world.registry.parts.find_model,
        open_estimator=lambda _, **__: SavedPoses(sample_track("wall_squat_front")),
        clock=world.clock,
    )
    world.registry = LiveRegistry(parts, LiveLimits(max_sets=3), world.epoch)
    return world


def stream(*steps: tuple[int, dict[str, Any] | None]) -> list[bytes | dict[str, Any]]:
    """Return what a page sends in a set of the sample clip that steps down before these frames: frames and steps."""
    track, page = sample_track("wall_squat_front"), Page()
    sent: list[bytes | dict[str, Any]] = []
    small, pictures, at = jpeg(128, 72), False, dict(steps)
    for k, pose in enumerate(track):
        if k in at:
            estimator, page = at[k], Page()
            pictures = estimator is None
            source = "picture" if pictures else "landmarks"
            sent.append({"type": "step_down", "source": source, "estimator": estimator, "why": "slow"})
        t_ms = BEGAN_MS + 1000 * float(pose.t_s)
        sent.append(frame(t_ms, small) if pictures else message(page.frame(pose, t_ms)))
    return sent


def time_ms(sent: bytes) -> float:
    return float(np.frombuffer(sent, "<f8", 1, 1 if sent[0] == 1 else 6)[0])


def pass_on(world: World, socket: WebSocketTestSession, sent: Sequence[bytes | dict[str, Any]]) -> None:
    for each in sent:
        if isinstance(each, dict):
            socket.send_json(each)
            continue
        world.clock.advance(1 / 30)
        socket.send_bytes(each)
        answer = socket.receive_json()
        assert answer["type"] == "frame", answer


def done(world: World, sent: Sequence[bytes | dict[str, Any]], *, lost_at: int | None = None) -> FinishedSet:
    """Do a whole set, losing the socket once; return its result."""
    size = {"width": 1280, "height": 720}
    with world.socket() as socket:
        set_id = begin(socket, reps=3, **size, **LANDMARKS)["set_id"]
        pass_on(world, socket, sent[:lost_at])
        if lost_at is None:
            return finished(world, socket, set_id)
        for each in sent[lost_at : lost_at + 8]:  # is on its way when the network goes
            socket.send_json(each) if isinstance(each, dict) else socket.send_bytes(each)
    world.clock.advance(4.0)
    with world.socket() as socket:
        last_t = resume(socket, set_id)["last_t"]
        newest = max(k for k, each in enumerate(sent) if isinstance(each, bytes) and time_ms(each) <= last_t)
        pass_on(world, socket, sent[newest + 1 :])
        return finished(world, socket, set_id)


def finished(world: World, socket: WebSocketTestSession, set_id: str) -> FinishedSet:
    socket.send_json({"type": "finish"})
    assert socket.receive_json()["reps"] == 3
    found = world.registry.finished_set(set_id, "somebody")
    assert found is not None
    return found


def assert_same_reps(one: FinishedSet, other: FinishedSet) -> None:
    assert one.pose_track.image_px.tobytes() == other.pose_track.image_px.tobytes()
    for a, b in zip(one.assessment.complete_reps, other.assessment.complete_reps, strict=True):
        assert (a.start_s, a.end_s) == pytest.approx((b.start_s, b.end_s), abs=0.001)
    ours, theirs = ([(f.rep, f.check, f.leg, f.band) for f in each.assessment.findings] for each in (one, other))
    assert ours == theirs


def test_a_set_that_steps_down_is_the_set_that_did_not(real: World) -> None:
    whole = done(real, stream())
    stepped = done(real, stream((CUT, ON_GPU)))
    assert_same_reps(whole, stepped)
    cut_off = done(real, stream((CUT, ON_GPU)), lost_at=CUT - 3)
    for name in ("t_s", "image_px", "visibility", "world_m"):
        a, b = (getattr(each.pose_track, name) for each in (stepped, cut_off))
        assert a.tobytes() == b.tobytes(), name
    a, b = (json.dumps(assessment_document(each.assessment)) for each in (stepped, cut_off))
    assert a == b


def test_the_result_says_who_found_the_pose_and_from_when_on(real: World, tmp_path: Path) -> None:
    stepped = done(real, stream((CUT, LITE), (CUT + 150, None)))
    document = assessment_document(stepped.assessment)
    jsonschema.validate(document, assessment_schema())
    first, second, third = document["provenance"]["finders"]
    assert first["user_agent"] == ESTIMATOR["user_agent"]
    assert first["self_test"] == ESTIMATOR["self_test"]
    assert (first["from_s"], first["why"]) == (0.0, "")
    assert (second["pose_model"], second["where"]) == ("lite pose model of a browser", "in the browser (as it says)")
    assert (third["pose_model"], third["where"], third["self_test"]) == ("pose_landmarker_full", "", None)
    assert third["from_s"] - second["from_s"] == pytest.approx(5.0, abs=0.05)
    assert not third["balanced"]
    at = round(second["from_s"])
    told = [each.message for each in stepped.assessment.setup if each.id == "SU-6c"]
    assert len(told) == 2
    assert told[0].startswith(f"From 0:{at:02d} on the pose was found with lite pose model of a browser by")
    assert told[0].endswith(", because what found it before was too slow.")
    assert f"; from 0:{at:02d} on lite pose model" in stepped.assessment.provenance.poses_by
    lines = report_content(stepped.assessment, (), generated_on="today").origin
    assert [line.name for line in lines if line.name.startswith("Pose model")] == [
        "Pose model",
        f"Pose model, from 0:{at:02d} on",
        f"Pose model, from 0:{at + 5:02d} on",
    ]
    assert "not known" in stepped.assessment.provenance.filter
    for suffix in ("npz", "parquet"):
        save_track(stepped.pose_track, tmp_path / f"set.{suffix}")
        assert load_track(tmp_path / f"set.{suffix}").source.finders == stepped.pose_track.source.finders


def test_a_step_before_the_set_leaves_one_finder_and_a_remark(real: World) -> None:
    stepped = done(real, stream((0, LITE)))
    (only,) = stepped.pose_track.source.finders
    assert (only.origin.name, only.from_s) == ("lite pose model of a browser", 0.0)
    assert stepped.pose_track.source.pose_model == "lite pose model of a browser"
    (told,) = (each.message for each in stepped.assessment.setup if each.id == "SU-6c")
    assert told.startswith("From the start on")


def test_a_set_that_is_left_after_a_step_is_measured_with_it(real: World) -> None:
    sent = stream((CUT, None))
    with real.socket() as socket:
        set_id = begin(socket, width=1280, height=720, **LANDMARKS)["set_id"]
        pass_on(real, socket, sent[: CUT + 100])
    real.clock.advance(121.0)
    real.registry.sweep()
    until(lambda: real.registry.finished_set(set_id, "somebody") is not None)
    found = real.registry.finished_set(set_id, "somebody")
    assert found is not None
    assert len(found.assessment.provenance.finders) == 2
