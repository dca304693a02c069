"""Small stand-ins for the pose networks and poses, made in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from mediapipe.tasks.metadata import schema_py_generated as tflite_schema

from formcheck.pose.bundle import build_bundle, content_sha256
from formcheck.pose.landmarks import N_LANDMARKS
from formcheck.pose.releases import ModelRelease, PackageMember, WheelSource
from formcheck.pose.types import PoseTrack, TrackSource

MakeNetwork = Callable[..., bytes]


def _network(weight: float = 1.0, *, n_weights: int = 64, description: str = "a test network") -> bytes:
    """Return a TFLite network of one addition: a picture of 8 x 8 pixels plus constants."""
    weights = tflite_schema.BufferT()
    weights.data = np.full(n_weights, weight, dtype=np.float32).view(np.uint8)
    model = tflite_schema.ModelT()
    model.version = 3
    model.description = description
    model.buffers = [tflite_schema.BufferT(), weights]
    code = tflite_schema.OperatorCodeT()
    code.builtinCode = tflite_schema.BuiltinOperator.ADD
    model.operatorCodes = [code]
    model.subgraphs = [_graph()]
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _graph() -> Any:
    def tensor(name: str, buffer: int) -> Any:
        made = tflite_schema.TensorT()
        made.name, made.buffer, made.shape = name, buffer, [1, 8, 8, 1]
        made.type = tflite_schema.TensorType.FLOAT32
        return made

    addition = tflite_schema.OperatorT()
    addition.inputs, addition.outputs = [0, 1], [2]
    graph = tflite_schema.SubGraphT()
    graph.tensors = [tensor("picture", 0), tensor("constants", 1), tensor("sum", 0)]
    graph.inputs, graph.outputs, graph.operators = [0], [2], [addition]
    return graph


@pytest.fixture
def make_network() -> MakeNetwork:
    return _network


@pytest.fixture
def detector(make_network: MakeNetwork) -> bytes:
    return make_network(0.25)


@pytest.fixture
def landmarks(make_network: MakeNetwork) -> bytes:
    return make_network(0.75)


@pytest.fixture
def bundle_file(detector: bytes, landmarks: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "bundle.task"
    path.write_bytes(build_bundle(detector, landmarks))
    return path


@pytest.fixture
def wheel_release(detector: bytes, landmarks: bytes) -> ModelRelease:
    """Describe a release like `full`; the wheel is for the test to build."""
    members = [
        PackageMember(f"tinypose/{name}.tflite", hashlib.sha256(data).hexdigest())
        for name, data in (("detector", detector), ("landmarks", landmarks))
    ]
    source = WheelSource(
        requirement="tinypose==1.0",
        sha256="0" * 64,
        size_bytes=1_000_000,
        platform="manylinux_2_28_x86_64",
        python_version="3.11",
        abi="cp311",
        detector=members[0],
        landmarks=members[1],
    )
    return ModelRelease("tiny", source, content_sha256=(content_sha256(detector), content_sha256(landmarks)))


@pytest.fixture
def source() -> TrackSource:
    return TrackSource(
        name="set one.mp4",
        sha256="ab" * 32,
        width=1280,
        height=720,
        fps=29.97,
        duration_s=12.345,
        frames=370,
        pose_model="pose_landmarker_full",
        model_sha256="cd" * 32,
        mediapipe="0.10.31",
        people_seen=(1, 1, 2),
        mean_luma=101.5,
    )


@pytest.fixture
def track(source: TrackSource) -> PoseTrack:
    """Twenty frames of arbitrary numbers, nobody found in the fifth."""
    rng = np.random.default_rng(5)
    n = 20
    image_px = rng.normal(400, 300, (n, N_LANDMARKS, 2))
    world_m = rng.normal(0, 1, (n, N_LANDMARKS, 3))
    visibility = rng.uniform(0, 1, (n, N_LANDMARKS))
    image_px[4], world_m[4], visibility[4] = np.nan, np.nan, 0.0
    return PoseTrack(np.cumsum(rng.uniform(0.01, 0.05, n)), image_px, visibility, world_m, source)
