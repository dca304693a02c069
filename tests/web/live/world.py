"""A live server whose clock, pose estimator and engine are made up, so that nothing is left to chance."""

from __future__ import annotations

import json
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.testclient import TestClient, WebSocketTestSession

from formcheck.errors import NotAssessableError, PoseModelError
from formcheck.exercises.cues import Cue, CueKind
from formcheck.exercises.finding import Band
from formcheck.kinematics.steps import Steps
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import N_LANDMARKS
from formcheck.pose.models import PoseModel
from formcheck.pose.origin import PoseOrigin
from formcheck.pose.types import Pose, PoseTrack
from formcheck.session.assessment import Assessment
from formcheck.session.live_state import CameraFacts, LiveState, LiveValue, PictureFacts, Stage
from formcheck.session.request import SetRequest
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.registry import LiveRegistry
from formcheck.web.live.routes import live_routes
from tests.report.synthetic import assess

WIDTH, HEIGHT = 128, 96
ACTOR = "an account"
HERE = {"origin": "http://testserver"}
SETUP: dict[str, Any] = {
    "type": "setup",
    "version": 2,
    "source": "picture",
    "exercise": "wall-squat",
    "leg": "both",
    "reps": 10,
    "hold_s": 3,
    "target_depth_deg": 60,
    "step_height_cm": None,
    "ball": False,
    "sex": None,
    "model": "auto",
    "session_number": 1,
    "keep_video": False,
    "width": WIDTH,
    "height": HEIGHT,
}
PEOPLE_LOOK_S = 0.1
"""What looking for other people costs."""


def jpeg(width: int = WIDTH, height: int = HEIGHT, grey: int = 120) -> bytes:
    picture = np.full((height, width, 3), grey, np.uint8)
    return bytes(cv2.imencode(".jpg", picture)[1].tobytes())


def frame(t_ms: float, picture: bytes | None = None) -> bytes:
    return struct.pack("<Bd", 1, t_ms) + (jpeg() if picture is None else picture)


class Clock:
    """A clock that goes only when it is moved."""

    def __init__(self, at_s: float = 1000.0) -> None:
        self.at_s = at_s

    def __call__(self) -> float:
        return self.at_s

    def advance(self, by_s: float) -> None:
        self.at_s += by_s


class StandInEstimator:
    """Sees the same person in every picture."""

    def __init__(self, world: World, model: PoseModel) -> None:
        self.world, self.model = world, model
        self.times_s: list[float] = []
        self.looks = 0
        self.closed = False
        world.estimators.append(self)

    def estimate(self, rgb: NDArray[np.uint8], t_s: float, *, width_px: int, height_px: int) -> Pose:
        assert rgb.ndim == 3
        assert self.world.gate.wait(20)
        if self.world.fault is not None:
            raise self.world.fault
        self.world.clock.advance(self.world.estimate_s)
        self.times_s.append(t_s)
        middle = np.full((N_LANDMARKS, 2), (width_px / 2, height_px / 4))
        middle[0] = np.nan
        return Pose(t_s, middle, np.full(N_LANDMARKS, 0.98765), np.zeros((N_LANDMARKS, 3)))

    def people_in_view(self, rgb: NDArray[np.uint8], known: object = None) -> tuple[int, ...]:
        assert rgb.size
        assert known is None
        self.looks += 1
        self.world.clock.advance(PEOPLE_LOOK_S)
        return (1, 2)

    def close(self) -> None:
        self.closed = True


class StandInEngine:
    """Counts a rep a frame; the set begins with the frame that the world says."""

    def __init__(
        self,
        world: World,
        request: SetRequest,
        *,
        width_px: int,
        height_px: int,
        model: PoseModel | PoseOrigin,
        session_number: int,
        balanced: bool,
        ends_by_itself: bool,
    ) -> None:
        self.ends_by_itself = ends_by_itself
        self.heard: list[CameraFacts | str] = []
        self.world, self.request, self.size = world, request, (width_px, height_px)
        self.balanced = balanced
        self.models = [model.short_name if isinstance(model, PoseModel) else model.name]
        self.session_number = session_number
        self.reasons: list[str] = []
        self.balanced_later: list[bool] = []
        self.poses: list[Pose] = []
        self.facts: list[PictureFacts] = []
        self.put_off = world.put_off
        world.engines.append(self)

    @property
    def stage(self) -> Stage:
        return Stage.SETUP if len(self.poses) < self.world.setup_frames else Stage.SET

    def add(self, pose: Pose, facts: PictureFacts) -> LiveState:
        assert self.world.gate.wait(20)
        self.poses.append(pose)
        self.facts.append(facts)
        return LiveState(
            t_s=pose.t_s,
            stage=self.stage,
            pose=pose,
            measures={
                "fppa_deg": {"left": LiveValue(3.14159, 4.9, Band.GOOD), "right": None},
                "kmf_pct": {"left": LiveValue(float("nan"), 1.0, None), "right": LiveValue(2.0, float("nan"), None)},
            },
            not_measured={"knee_flexion_deg": "only a camera at the side can measure it"},
            phase="stand",
            depth_share=0.12345,
            reps=len(self.poses),
            hold_s=None,
            in_position=False,
            cue=Cue("Well done", CueKind.PRAISE),
            setup=None,
            progress=1.0,
            countdown=None,
            view=assess(ViewKind.FRONT).view,
        )

    def track(self) -> PoseTrack:
        if self.stage is Stage.SETUP:
            raise NotAssessableError("The set has not started.", "Follow the set-up first.")
        poses = self.poses[self.world.setup_frames - self.world.stance_frames :]
        return PoseTrack(
            np.array([pose.t_s for pose in poses]) - poses[0].t_s,
            np.array([pose.image_px for pose in poses]),
            np.array([pose.visibility for pose in poses]),
            np.array([pose.world_m for pose in poses]),
            assess(ViewKind.FRONT).track.source,
        )

    @property
    def begins_s(self) -> float:
        return self.poses[0].t_s

    def go_on(self) -> None:
        self.heard.append("go on")

    def hear_of_camera(self, camera: CameraFacts) -> None:
        self.heard.append(camera)

    def use_finder(self, finder: PoseModel | PoseOrigin, *, balanced: bool, why: str) -> None:
        self.balanced_later.append(balanced)
        self.models.append(finder.short_name if isinstance(finder, PoseModel) else finder.name)
        self.reasons.append(why)

    @property
    def unfinished(self) -> bool:
        return bool(self.poses) and self.put_off > 0

    def do_part(self) -> None:
        assert self.put_off > 0
        self.put_off -= 1
        self.world.parts_done.append(threading.current_thread().name)

    def finishing(self) -> Steps[Assessment]:
        yield
        while not self.world.may_be_measured.is_set():
            yield
        self.world.finished_in.append(threading.current_thread().name)
        if self.world.finish_fault is not None:
            raise self.world.finish_fault
        if self.stage is Stage.SETUP:
            raise NotAssessableError("Nothing was done.", "Do at least one rep.")
        return assess(ViewKind.FRONT)


@dataclass
class World:
    """The server, and the hands that move it."""

    limits: LiveLimits = field(
        default_factory=lambda: LiveLimits(max_sets=3, max_sets_per_account=3, max_sets_per_address=3)
    )
    clock: Clock = field(default_factory=Clock)
    epoch: Clock = field(default_factory=Clock)
    gate: threading.Event = field(default_factory=threading.Event)
    """Shut, no picture is measured."""
    installed: tuple[str, ...] = ("full",)
    estimate_s: float = 0.01
    setup_frames: int = 1
    stance_frames: int = 1
    put_off: int = 0
    """Parts that an engine puts off at its first frame."""
    fault: Exception | None = None
    finish_fault: Exception | None = None
    finished_in: list[str] = field(default_factory=list)
    """Names of the threads in which sets were measured."""
    may_be_measured: threading.Event = field(default_factory=threading.Event)
    """Unset, the measuring of a whole set has always a part more to do."""
    parts_done: list[str] = field(default_factory=list)
    """Names of the threads in which a part of what was put off was done."""
    logged_in: set[str] = field(default_factory=lambda: {ACTOR})
    """Accounts whose browsers are logged in."""
    engines: list[StandInEngine] = field(default_factory=list)
    estimators: list[StandInEstimator] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()
        self.may_be_measured.set()
        parts = LiveParts(
            find_model=self._model,
            open_estimator=lambda model, **_: StandInEstimator(self, model),
            make_engine=lambda request, **order: StandInEngine(self, request, **order),
            clock=self.clock,
        )
        self.registry = LiveRegistry(parts, self.limits, self.epoch)
        routes = live_routes(
            lambda: self.registry, Path(__file__).parent / "files", lambda _, actor_id: actor_id in self.logged_in
        )
        self.client = TestClient(Starlette(routes=routes))

    def _model(self, name: str) -> PoseModel:
        if name not in self.installed:
            raise PoseModelError(
                f"The pose model “{name}” is not installed.", f"Run `formcheck models install {name}`."
            )
        return PoseModel(f"pose_landmarker_{name}", Path(f"{name}.task"), "f" * 64)

    def close(self) -> None:
        self.gate.set()
        self.registry.close()

    def token(self, session: str = "somebody", actor_id: str = ACTOR) -> str:
        return self.registry.issue_token(session, actor_id)

    @contextmanager
    def socket(
        self, *, token: str | None = None, session: str = "somebody", headers: dict[str, str] | None = None
    ) -> Iterator[WebSocketTestSession]:
        address = f"/live?token={self.token(session) if token is None else token}"
        with self.client.websocket_connect(address, headers=HERE if headers is None else headers) as socket:
            yield socket


def begin(socket: WebSocketTestSession, **changes: Any) -> dict[str, Any]:
    socket.send_json(SETUP | changes)
    ready = socket.receive_json()
    assert ready["type"] == "ready", ready
    return dict(ready)


def resume(socket: WebSocketTestSession, set_id: str) -> dict[str, Any]:
    socket.send_json({"type": "resume", "version": 2, "set_id": set_id})
    return dict(socket.receive_json())


def send_frames(socket: WebSocketTestSession, *times_ms: float) -> list[dict[str, Any]]:
    answers = []
    for t_ms in times_ms:
        socket.send_bytes(frame(t_ms))
        answers.append(dict(socket.receive_json()))
    return answers


def finished_id(world: World, session: str) -> str:
    """Do a whole set and return its id."""
    with world.socket(session=session) as socket:
        set_id = str(begin(socket)["set_id"])
        send_frames(socket, 1.0)
        socket.send_json({"type": "finish"})
        assert socket.receive_json()["type"] == "finished"
    return set_id


def farewell(socket: WebSocketTestSession) -> tuple[str, int]:
    """Read to the end and return the code of the error message, empty without one, and that of the closing."""
    error = ""
    while True:
        message = socket.receive()
        if message["type"] == "websocket.close":
            return error, int(message["code"])
        content = json.loads(message["text"])
        if content["type"] == "error":
            assert content["reason"].endswith(".")
            assert content["remedy"].endswith(".")
            error = content["code"]


def live_threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name.startswith("formcheck-live")]


def kept_videos() -> list[Path]:
    """Return the folders of videos of live sets, which lie with what passes through this process."""
    passing = Path(os.environ["FORMCHECK_HOME"]).glob("passing/*/*")
    return [path for path in passing if not path.name.startswith(".")]
