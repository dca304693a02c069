"""Layer: Node.js. Browsers tell a picture that is shown again from a new one as we do."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.video.motion import RepeatWatch

_ROOT = Path(__file__).resolve().parents[2]
Picture = NDArray[np.uint8]


def given() -> Iterator[Picture]:
    """Make pictures of several shapes that hang, tremble, move, go on and change their size."""
    random = np.random.default_rng(8)
    for width, height in ((640, 360), (640, 480), (360, 640), (333, 251), (640, 358), (96, 54)):
        scene = np.repeat(np.repeat(random.integers(0, 256, (45, 80, 3)), 16, axis=0), 16, axis=1)[:height, :width]
        now = scene.astype(np.uint8)
        for i in range(16):
            if i in (4, 9):
                now = np.roll(now, 1 + i % 2, axis=1)
            elif i == 12:
                now = random.integers(0, 256, now.shape, dtype=np.uint8)
            strength = (0, 1, 2, 3, 6)[i % 5]
            shake = random.integers(-strength, strength + 1, now.shape) + (i % 3) * (i > 6)
            yield np.clip(now + shake, 0, 255).astype(np.uint8)


def test_browsers_see_the_same_repetitions() -> None:
    node = shutil.which("node")
    if node is None and os.environ.get("FORMCHECK_TEST_TOOLS") != "required":
        pytest.skip("Node.js is not installed, so what browsers say cannot be compared")
    assert node is not None, "Node.js is required here and is not installed"
    sent, watch, ours = [], RepeatWatch(), []
    for rgb in given():
        height, width = rgb.shape[:2]
        rgba = np.dstack([rgb, np.full((height, width), 255, np.uint8)])
        sent.append(struct.pack("<II", width, height) + rgba.tobytes())
        ours.append(watch(rgb))
    script = _ROOT / "tests" / "js" / "repeats_of_pictures.mjs"
    said = subprocess.run([node, script], input=b"".join(sent), stdout=subprocess.PIPE, check=True, timeout=60).stdout
    assert json.loads(said) == ours
    assert 20 < sum(ours) < len(ours) - 20
