"""Layer: the real pose model on the pictures that browsers test themselves with."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.errors import PoseModelError
from formcheck.pose.models import find_model
from formcheck.web.live.browser_pose import MODELS
from tests.estimated import full_model
from tools.self_test_film import FILE, MARKS, RUNS, expected

_MODEL = r"^    {}: \[\n(.*?)^    \],"
_ROW = re.compile(r"^      \[(.*)\],$", re.MULTILINE)
_JPEG = re.compile(r'^    "(.*)",$', re.MULTILINE)
_NUMBERS = 7
_LEFT_KNEE, _RIGHT_KNEE = 25, 26


@pytest.mark.parametrize("model", MODELS)
def test_what_browsers_are_held_to_is_what_python_finds_in_the_same_pictures(model: str) -> None:
    full_model()
    try:
        find_model(model)
    except PoseModelError:
        pytest.skip(f"the model {model} is not installed")
    stored = _stored(model)
    jpegs = [base64.b64decode(jpeg) for jpeg in _JPEG.findall(_TEXT)]
    found = np.array(expected(jpegs, model)).reshape(stored.shape)
    assert np.linalg.norm((found - stored)[..., :2], axis=2).max() < 0.5
    assert np.abs((found - stored)[..., 2:4]).max() < 0.01
    assert np.linalg.norm((found - stored)[..., 4:], axis=2).max() < 0.01


def test_somebody_moves_in_the_film() -> None:
    knees = [MARKS.index(_LEFT_KNEE), MARKS.index(_RIGHT_KNEE)]
    assert np.ptp(_stored("full")[:, knees, :2], axis=0).max() > 5


def test_each_model_sees_the_legs_elsewhere() -> None:
    """By more than what browsers may be off."""
    away = np.linalg.norm((_stored("full") - _stored("lite"))[..., :2], axis=2)
    assert away.max() > 3


_TEXT = FILE.read_text(encoding="utf-8")


def _stored(model: str) -> NDArray[np.float64]:
    rows = re.search(_MODEL.format(model), _TEXT, re.MULTILINE | re.DOTALL)
    assert rows is not None
    values = np.array([[float(value) for value in row.split(", ")] for row in _ROW.findall(rows[1])])
    return values.reshape(RUNS, len(MARKS), _NUMBERS)
