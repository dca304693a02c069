"""The sample clips that come with formcheck: rendered people whose every joint angle is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from formcheck.errors import FormcheckError

_PACKAGE: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Sample:
    """One sample clip."""

    name: str
    """Of its files, without ending."""
    exercise: str
    shows: str
    """In a few words."""


SAMPLES: Final = (
    Sample("wall_squat_front", "wall-squat", "three wall squats, knees in line but down too fast, from the front"),
    Sample("wall_squat_side", "wall-squat", "three wall squats, down too fast, from the left side"),
    Sample("step_down_front_valgus", "step-down", "three step-downs on the left leg, knee falling inward"),
    Sample(
        "step_down_side",
        "step-down",
        "three step-downs on the left leg, knee past the toe, from the left side",
    ),
)


def sample_named(name: str) -> Sample:
    """Return a sample by its name.

    Raises
    ------
    FormcheckError
        If there is none of that name.
    """
    for sample in SAMPLES:
        if sample.name == name:
            return sample
    names = ", ".join(sample.name for sample in SAMPLES)
    raise FormcheckError(f"There is no sample clip “{name}”.", f"Choose one of {names}.")


def sample_path(sample: Sample, package: Path = _PACKAGE) -> Path:
    """Return where the video of a sample is: in the package as installed, else in the source checkout.

    Parameters
    ----------
    sample
        Which.
    package
        The folder of the `formcheck` package.

    Raises
    ------
    FormcheckError
        If it is in neither.
    """
    for folder in (package / "sample_videos", package.parent / "sample_videos"):
        path = folder / f"{sample.name}.mp4"
        if path.is_file():
            return path
    raise FormcheckError(
        "The sample clips are not part of this installation.",
        "Install formcheck again, or analyse a video of your own.",
    )
