"""How one value of a measure answers to what is not known: trembling landmarks, and the turn of the camera.

A rule goes from standard deviations of landmarks or of the turn to that of the value, by first-order propagation of
errors. It knows nothing of which measure it is for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from formcheck.kinematics.geometry import foreshortening_corrected_tilt_deg
from formcheck.kinematics.plain import fppa_yaw_bias_deg


@dataclass(frozen=True)
class LegTremble:
    """Standard deviations of the landmarks of one side (px, each coordinate), and the lengths that they are beside."""

    hip: float
    knee: float
    ankle: float
    toe: float
    shoulder: float
    thigh_px: float
    shank_px: float
    leg_px: float
    trunk_px: float


NoiseRule = Callable[[LegTremble], float]
"""From trembling landmarks to the standard deviation of one value, in its unit."""


def scatter_alone(_: LegTremble) -> float:
    """Return 0: what the values of the frames scatter by is all that is counted, or none of it comes from landmarks."""
    return 0.0


def angle_at_knee(t: LegTremble) -> float:
    """Return the noise (deg) of an angle between thigh and shank."""
    return float(
        np.degrees(
            np.sqrt(
                (t.hip / t.thigh_px) ** 2
                + (t.ankle / t.shank_px) ** 2
                + (t.knee / t.thigh_px + t.knee / t.shank_px) ** 2
            )
        )
    )


def tilt_of_thigh(t: LegTremble) -> float:
    """Return the noise (deg) of the thigh's tilt."""
    return float(np.degrees(np.hypot(t.hip, t.knee) / t.thigh_px))


def tilt_of_shank(t: LegTremble) -> float:
    """Return the noise (deg) of the shank's tilt."""
    return float(np.degrees(np.hypot(t.knee, t.ankle) / t.shank_px))


def tilt_of_trunk(t: LegTremble) -> float:
    """Return the noise (deg) of the trunk's tilt."""
    return float(np.degrees(np.hypot(t.shoulder, t.hip) / t.trunk_px))


def angle_at_knee_and_tilt_of_trunk(t: LegTremble) -> float:
    """Return the noise (deg) of an angle at the knee plus the trunk's tilt."""
    return float(np.hypot(angle_at_knee(t), tilt_of_trunk(t)))


def knee_to_toe(t: LegTremble) -> float:
    """Return the noise (% of leg length) of how far the knee is from the toe."""
    return 100 * float(np.hypot(t.knee, t.toe)) / t.leg_px


def knee_to_leg_line(t: LegTremble) -> float:
    """Return the noise (% of leg length) of how far the knee is from the line between hip and ankle."""
    return 100 * float(np.hypot(t.knee, np.hypot(t.hip, t.ankle) / 2)) / t.leg_px


class Turned(NamedTuple):
    """A turn of the camera off its view, by one standard deviation of what is not known of it."""

    turn_deg: float
    """From the front: what is left of it after what is known was taken out. From the side: the turn as found."""
    whole_turn_deg: float
    """From the front: with what is known of it. From the side: one standard deviation past the turn as found."""
    half_flexion_deg: float
    """Half the knee's flexion: how far thigh and shank are tilted, each."""
    knee_ahead_pct: float
    """How far the knee is in front of the line from hip to ankle, % of leg length."""
    toe_ahead_pct: float
    """How far the toe is in front of the ankle, % of leg length."""
    forward_lean_deg: float
    """Of the trunk; 0 where the rule does not ask for it."""

    @property
    def aside(self) -> float:
        """The share of what points forward that is seen sideways."""
        return math.sin(math.radians(self.turn_deg))


@dataclass(frozen=True)
class TurnRule:
    """What a turn does to a value."""

    spread: Callable[[Turned], float]
    """The standard deviation of the value, in its unit."""
    asks_for_lean: bool = False
    """Whether the trunk's forward lean takes part."""


def _bent_leg(t: Turned) -> float:
    return abs(fppa_yaw_bias_deg(t.half_flexion_deg, t.half_flexion_deg, t.turn_deg))


def _knee_past_toe(legs: int) -> Callable[[Turned], float]:
    return lambda t: float(legs * abs(t.knee_ahead_pct - t.toe_ahead_pct) * t.aside)


def _foreshortened(segments: int) -> Callable[[Turned], float]:
    def spread(t: Turned) -> float:
        angles = [
            foreshortening_corrected_tilt_deg(t.half_flexion_deg, abs(turn)) for turn in (t.turn_deg, t.whole_turn_deg)
        ]
        return float(segments * abs(angles[1] - angles[0]))

    return spread


BEND_OF_LEG = TurnRule(_bent_leg)
"""From the front: the bend of the leg is seen sideways by the sine of the turn."""
BEND_OF_BOTH_LEGS = TurnRule(lambda t: 2 * _bent_leg(t))
"""Of left minus right: a turn moves the knees the same way, one in and one out."""
BEND_OF_THIGH = TurnRule(lambda t: abs(fppa_yaw_bias_deg(t.half_flexion_deg, 0.0, t.turn_deg)))
KNEE_AHEAD_OF_LEG = TurnRule(lambda t: float(t.knee_ahead_pct * t.aside))
KNEE_AHEAD_OF_TOE = TurnRule(_knee_past_toe(1))
KNEES_AHEAD_OF_TOES = TurnRule(_knee_past_toe(2))
"""Of left minus right."""
LEAN_OF_TRUNK = TurnRule(lambda t: fppa_yaw_bias_deg(t.forward_lean_deg, 0.0, t.whole_turn_deg), asks_for_lean=True)
"""From the front: the forward lean of the trunk in its sideways lean, which is not corrected for the turn."""
BEND_OF_LEG_AND_LEAN = TurnRule(
    lambda t: float(np.hypot(BEND_OF_LEG.spread(t), LEAN_OF_TRUNK.spread(t))), asks_for_lean=True
)
FORESHORTENED = TurnRule(_foreshortened(1))
"""From the side: a segment is seen shorter by the cosine."""
BOTH_FORESHORTENED = TurnRule(_foreshortened(2))
"""From the side: thigh and shank are."""
