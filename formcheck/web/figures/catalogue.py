"""Every drawing by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

from formcheck.web.figures import camera, squat, step_down, wall_squat
from formcheck.web.figures.drawing import Mark, Picture

FIGURES: Final[Mapping[str, Callable[[], Picture]]] = MappingProxyType(
    {
        "wall-squat-stand": wall_squat.stand,
        "wall-squat-squeeze": wall_squat.squeeze,
        "wall-squat-slide-down": wall_squat.slide_down,
        "wall-squat-hold": wall_squat.hold,
        "wall-squat-rise": wall_squat.rise,
        "wall-squat-knees-good": partial(wall_squat.knees, Mark.GOOD),
        "wall-squat-knees-wrong": partial(wall_squat.knees, Mark.WRONG),
        "step-down-stand": step_down.stand,
        "step-down-lower": step_down.lower,
        "step-down-touch": step_down.touch,
        "step-down-rise": step_down.rise,
        "step-down-knee-good": partial(step_down.knee, Mark.GOOD),
        "step-down-knee-wrong": partial(step_down.knee, Mark.WRONG),
        "squat": squat.squat,
        "camera-front": camera.from_above_front,
        "camera-side": camera.from_above_side,
        "camera-height": camera.height,
    }
)


def figure(name: str) -> Picture:
    """Draw a figure.

    Raises
    ------
    KeyError
        If there is none of this name.
    """
    return FIGURES[name]()
