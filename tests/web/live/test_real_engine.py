"""In process: the live socket with the real engine, fed with the saved landmarks of a sample clip."""

from __future__ import annotations

from collections.abc import Sized

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.testclient import TestClient

from formcheck.pose.types import Pose, PoseTrack
from formcheck.session.assessment import Plan
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.registry import LiveRegistry
from formcheck.web.live.routes import live_routes
from tests.sample_tracks import sample_track

from .world import HERE, Clock, World, begin, farewell, frame, jpeg, resume

BEGAN_MS = 12_345.0


class SavedLandmarks:
    """Gives the poses of a track in their order, whatever the picture shows."""

    def __init__(self, track: PoseTrack, clock: Clock) -> None:
        self._poses = iter(track)
        self._clock = clock

    def estimate(self, rgb: NDArray[np.uint8], t_s: float, *, width_px: int, height_px: int) -> Pose:
        pose = next(self._poses)
        self._clock.advance(1 / 30)
        assert rgb.shape == (72, 128, 3)
        assert (width_px, height_px) == (1280, 720)
        assert t_s == pytest.approx(pose.t_s)
        return Pose(t_s, pose.image_px, pose.visibility, pose.world_m)

    def people_in_view(self, rgb: NDArray[np.uint8], known: object = None) -> Sized:
        assert known is not None
        return rgb[:1]

    def close(self) -> None:
        pass


def real_server(world: World, track: PoseTrack) -> tuple[LiveRegistry, TestClient, str]:
    """Return a server with the real engine, which is closed with the world, a client for it and a socket's address."""
    registry = LiveRegistry(
        LiveParts(
            find_model=world.registry.parts.find_model,
            open_estimator=lambda _, **__: SavedLandmarks(track, world.clock),
            clock=world.clock,
        )
    )
    world.registry = registry
    client = TestClient(Starlette(routes=live_routes(lambda: registry, admits=lambda *_: True)))
    return registry, client, f"/live?token={registry.issue_token('somebody', 'an account')}"


def test_a_set_over_two_sockets_counts_like_a_recording_of_it(world: World) -> None:
    track = sample_track("wall_squat_front")
    registry, client, address = real_server(world, track)
    times = [BEGAN_MS + 1000 * float(t) for t in track.t_s]
    picture, reps, lost = jpeg(128, 72), 0, len(times) // 2
    with client.websocket_connect(address, headers=HERE) as socket:
        set_id = begin(socket, width=1280, height=720, reps=3)["set_id"]
        for t_ms in times[:lost]:
            socket.send_bytes(frame(t_ms, picture))
            assert socket.receive_json()["t"] == t_ms
        socket.send_bytes(frame(times[lost], picture))
    with client.websocket_connect(address, headers=HERE) as socket:
        last_t = resume(socket, set_id)["last_t"]
        assert last_t in times[lost - 1 : lost + 1]
        for t_ms in times[times.index(last_t) + 1 :]:
            socket.send_bytes(frame(t_ms, picture))
            reps = socket.receive_json()["reps"]
        socket.send_json({"type": "finish"})
        assert socket.receive_json()["reps"] == reps == 3
    finished = registry.finished_set(set_id, "somebody")
    assert finished is not None
    plan = Plan(reps=3, hold_s=3.0, target_depth_deg=60.0)
    recorded = assess(track, SetRequest("wall-squat", plan=plan))
    shift_s = float(track.t_s[len(track) - len(finished.pose_track)])
    for live, known in zip(finished.assessment.complete_reps, recorded.complete_reps, strict=True):
        assert live.start_s + shift_s == pytest.approx(known.start_s, abs=0.05)
        assert live.end_s + shift_s == pytest.approx(known.end_s, abs=0.05)


def test_a_fault_in_mid_set_leaves_the_reps_done_before_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    track = sample_track("wall_squat_front")
    registry, client, address = real_server(world, track)
    picture, reps = jpeg(128, 72), 0
    times = iter(BEGAN_MS + 1000 * float(t) for t in track.t_s)
    with client.websocket_connect(address, headers=HERE) as socket:
        set_id = begin(socket, width=1280, height=720, reps=3)["set_id"]
        while reps < 2:
            socket.send_bytes(frame(next(times), picture))
            reps = socket.receive_json()["reps"]
        monkeypatch.setattr(SavedLandmarks, "estimate", lambda *_, **__: 1 / 0)
        socket.send_bytes(frame(next(times), picture))
        assert farewell(socket) == ("fault", 4500)
    finished = registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert len(finished.assessment.complete_reps) == 2
