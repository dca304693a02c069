"""Layer: the real pose model on the pictures that browsers test themselves with."""

from __future__ import annotations

import base64
import re

import numpy as np

from formcheck.pose.covered import WATCHED
from tests.estimated import full_model
from tools.self_test_film import FILE, RUNS, expected

_ROW = re.compile(r"^    \[(.*)\],$", re.MULTILINE)
_JPEG = re.compile(r'^    "(.*)",$', re.MULTILINE)


def test_what_browsers_are_held_to_is_what_python_finds_in_the_same_pictures() -> None:
    full_model()
    text = FILE.read_text(encoding="utf-8")
    stored = np.array([[float(value) for value in row.split(", ")] for row in _ROW.findall(text)])
    assert stored.shape == (RUNS, 2 * len(WATCHED))
    found = np.array(expected([base64.b64decode(jpeg) for jpeg in _JPEG.findall(text)]))
    away = np.linalg.norm((found - stored).reshape(RUNS, -1, 2), axis=2)
    assert away.max() < 0.5
    moved = np.ptp(stored[:, 4:8], axis=0).max()
    assert moved > 5, "nobody moves in the film"
