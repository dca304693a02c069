"""Layer: Node.js. Browsers look into the mirror at the frames at which we do, and see there what we see."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from formcheck.pose.balance import LookSchedule

_SCRIPT = Path(__file__).resolve().parents[1] / "js/mirror_of_frames.mjs"


def given_times(random: np.random.Generator) -> list[float | None]:
    """Make frames at 4 to 60 a second, of which some show nobody; in ms."""
    times: list[float | None] = []
    t_ms = 0.0
    for fps in (30, 60, 4, 9, 24, 30):
        for _ in range(150):
            t_ms += 1000 / fps * random.uniform(0.7, 1.3)
            times.append(None if random.random() < 0.01 else round(t_ms, 3))
    return times


def test_browsers_look_when_we_look_and_see_the_mirror_image() -> None:
    node = shutil.which("node")
    if node is None:
        if os.environ.get("FORMCHECK_TEST_TOOLS") == "required":
            pytest.fail("no Node.js")
        pytest.skip("no Node.js")
    random = np.random.default_rng(8)
    times = given_times(random)
    picture = random.integers(0, 256, (5, 7, 4), dtype=np.uint8)
    sent = json.dumps({"times": times, "picture": {"width": 7, "data": picture.ravel().tolist()}})
    told = json.loads(subprocess.run([node, _SCRIPT], input=sent.encode(), stdout=subprocess.PIPE, check=True).stdout)
    schedule, looks = LookSchedule(), []
    for t_ms in times:
        if t_ms is None:
            schedule = LookSchedule()
        looks.append(t_ms is not None and schedule.is_due(t_ms / 1000))
    assert told["looks"] == looks
    assert 30 < sum(looks) < len(looks) / 8 + times.count(None)
    assert told["data"] == picture[:, ::-1].ravel().tolist()
