"""Draws the figures of the guidance into the folders that show them: `python -m tools.figures`.

The program reads the SVG files alone. Whoever has a figure from elsewhere puts it there without this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tools.figures import camera, guided, knee_to_wall, single_leg_squat, sit_to_stand, squat, step_down, wall_squat
from tools.figures.drawing import Mark, Picture

ROOT: Final = Path(__file__).resolve().parents[2] / "formcheck"
_GUIDANCE: Final = "web/pages/guidance/figures"


def _of(exercise: str) -> str:
    return f"exercises/catalogue/{exercise}/figures"


_DRAWINGS: Final[tuple[tuple[str, dict[str, Callable[[], Picture]]], ...]] = (
    (
        _of("wall-squat"),
        {
            "stand": wall_squat.stand,
            "squeeze": wall_squat.squeeze,
            "slide-down": wall_squat.slide_down,
            "hold": wall_squat.hold,
            "rise": wall_squat.rise,
            "knees-good": partial(wall_squat.knees, Mark.GOOD),
            "knees-wrong": partial(wall_squat.knees, Mark.WRONG),
        },
    ),
    (
        _of("step-down"),
        {
            "stand": step_down.stand,
            "lower": step_down.lower,
            "touch": step_down.touch,
            "rise": step_down.rise,
            "knee-good": partial(step_down.knee, Mark.GOOD),
            "knee-wrong": partial(step_down.knee, Mark.WRONG),
        },
    ),
    (_of("squat"), {"side": squat.squat, "knees-good": partial(wall_squat.knees, Mark.GOOD)}),
    (
        _of("single-leg-squat"),
        {
            "stand": single_leg_squat.stand,
            "lower": single_leg_squat.lower,
            "bottom": single_leg_squat.bottom,
            "rise": single_leg_squat.rise,
            "knee-good": partial(single_leg_squat.knee, Mark.GOOD),
            "knee-wrong": partial(single_leg_squat.knee, Mark.WRONG),
        },
    ),
    (
        _of("sit-to-stand"),
        {
            "sit": sit_to_stand.sit,
            "lean": sit_to_stand.lean,
            "stand": sit_to_stand.stand,
            "lean-back": sit_to_stand.lean_back,
            "knees-good": partial(wall_squat.knees, Mark.GOOD),
            "knees-wrong": partial(wall_squat.knees, Mark.WRONG),
        },
    ),
    (
        _of("knee-to-wall"),
        {"start": knee_to_wall.start, "reach": knee_to_wall.reach, "end": knee_to_wall.end},
    ),
    (
        _GUIDANCE,
        {
            "camera-front": camera.from_above_front,
            "camera-side": camera.from_above_side,
            "camera-height": camera.height,
            **guided.TOPICS,
        },
    ),
    *((_of(exercise), drawings) for exercise, drawings in guided.FIGURES.items()),
)
FIGURES: Final[Mapping[str, Callable[[], Picture]]] = MappingProxyType(
    {f"{folder}/{name}.svg": draw for folder, drawings in _DRAWINGS for name, draw in drawings.items()}
)
"""By the file in the package."""


def main() -> None:
    """Draw every figure."""
    for file, draw in FIGURES.items():
        path = ROOT / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{draw().svg}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
