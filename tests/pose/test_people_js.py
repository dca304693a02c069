"""Layer: Node.js. How many people are in view: browsers look at the same parts of a picture and count as we do."""

from __future__ import annotations

import json
import math
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.pose.estimator import PoseEstimator
from formcheck.pose.people import PersonBox

_ROOT = Path(__file__).resolve().parents[2]
Picture = NDArray[np.uint8]


def given() -> Iterator[tuple[Picture, PersonBox | None]]:
    """Make pictures of noise with somebody known at every place and of every size, also partly outside."""
    random = np.random.default_rng(4)
    for width, height in ((96, 54), (54, 96), (80, 60), (61, 61)):
        yield random.integers(0, 256, (height, width, 3), dtype=np.uint8), None
        for _ in range(12):
            left, top = random.uniform(-0.2, 0.8) * width, random.uniform(-0.2, 0.6) * height
            box = PersonBox(left, top, left + random.uniform(2, 0.5 * width), top + random.uniform(4, 1.1 * height))
            yield random.integers(0, 256, (height, width, 3), dtype=np.uint8), box


def in_python(rgb: Picture, known: PersonBox | None) -> dict[str, Any]:
    looked: list[list[int]] = []

    def people(part: Picture) -> list[PersonBox]:
        """Return somebody for each of a few bits of the sum of all colours."""
        height, width = part.shape[:2]
        total = int((part.astype(np.int64).sum(axis=(0, 1)) * (1, 2, 3)).sum())
        looked.append([width, height, total])
        found = []
        for who in range(3):
            if total >> who & 1:
                x = (total >> (3 + who)) % 7 / 8
                found.append(
                    PersonBox(x * width, 0.1 * height, (x + 0.2) * width, (0.4 + (total >> who) % 5 / 10) * height)
                )
        return found

    # Only this finder of people is asked, and no landmarker is loaded for it.
    estimator: Any = SimpleNamespace(_people=people)
    return {"count": len(PoseEstimator.people_in_view(estimator, rgb, known)), "looked": looked}


def test_browsers_look_where_we_look_and_count_as_we_count() -> None:
    node = shutil.which("node")
    if node is None:
        if os.environ.get("FORMCHECK_TEST_TOOLS") == "required":
            pytest.fail("no Node.js")
        pytest.skip("no Node.js")
    cases = list(given())
    sent = b""
    for rgb, known in cases:
        height, width = rgb.shape[:2]
        box = (math.nan,) * 4 if known is None else (known.left, known.top, known.right, known.bottom)
        rgba = np.dstack([rgb, np.full((height, width), 255, np.uint8)])
        sent += struct.pack("<II4d", width, height, *box) + rgba.tobytes()
    script = _ROOT / "tests/js/people_of_pictures.mjs"
    said = subprocess.run([node, script], input=sent, stdout=subprocess.PIPE, check=True, timeout=60).stdout
    python = [in_python(rgb, known) for rgb, known in cases]
    assert json.loads(said) == python
    assert {case["count"] for case in python} >= {1, 2, 3}
