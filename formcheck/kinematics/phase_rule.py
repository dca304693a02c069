"""When a movement is a rep of an exercise: the numbers that finding the phases needs to be told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PhaseRule:
    """The phase rule of one exercise. Angles are knee flexion, or from the front its stand-in."""

    bilateral: bool
    """True where both legs bend together; False where one leg stands and only that one is scored."""
    min_range_deg: float
    """A movement with less knee flexion than this between stand and bottom is not a rep."""
    min_duration_s: float
    """A movement shorter than this from start to end is not a rep."""
    hold_min_s: float
    """A stillness shorter than this is a turning point, not a hold."""
