"""How far each measure may be from the truth: the parts of its error and the 95 % interval they make.

The parts are independent and add as squares: what the pose model gets wrong on a given body and room (from clips with
exact truth, see docs/validation.md; a baseline's own part is in it), how much the landmarks tremble and the value moves
in this clip, the turn of the camera, the length that a percentage is of, how surely a person places a landmark, and for
times the distance between frames.
"""

from __future__ import annotations

import math
from typing import Final

from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import MEASURES

TWO_SIDED_95: Final = 1.96


def estimate(
    name: str, value: float, *, noise: float = 0.0, turn: float = 0.0, scale: float = 0.0, hand: float = 0.0
) -> Estimate | None:
    """Return a value with its 95 % interval.

    Parameters
    ----------
    name
        Of the measure.
    value
        NaN gives None: not measured.
    noise
        Standard deviation from this clip: trembling landmarks, unsteadiness of the value, distance between frames.
    turn
        Standard deviation from not knowing the camera's turn exactly.
    scale
        Standard deviation from not knowing the length exactly that the value is a share of.
    hand
        Standard deviation from landmarks that a person placed. It comes on top: what the model gets wrong of the other
        landmarks stays, and no correction makes a value surer than the model's own.

    Raises
    ------
    KeyError, ValueError
        If there is no such measure, or it has no error of its own.
    """
    if not math.isfinite(value):
        return None
    return estimate_of(value, model_and_noise(name, noise), turn, scale, hand)


def model_and_noise(name: str, noise: float) -> float:
    """Return the variance that comes from the model and from this clip, which is the same in each of its frames.

    Raises
    ------
    KeyError, ValueError
        If there is no such measure, or it has no error of its own.
    """
    return MEASURES[name].error_rule.spread ** 2 + noise * noise


def estimate_of(value: float, variance: float, turn: float, scale: float, hand: float = 0.0) -> Estimate:
    """Return a value with its 95 % interval, from the variance of `model_and_noise` and the parts of `estimate`."""
    return Estimate(float(value), TWO_SIDED_95 * math.sqrt(variance + turn * turn + scale * scale + hand * hand))
