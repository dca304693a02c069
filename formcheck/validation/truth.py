"""What is known of a clip from another source than formcheck: measures at moments, reps, view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.measures.record import Per, Scope
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import SIDES, Side

FloatArray = NDArray[np.float64]
Key = tuple[str, str]
"""A measure and whose it is: `("fppa_deg", "left")`, `("trunk_lean_deg", "both")`."""
Points = Mapping[str, tuple[float, float]]
"""Positions of one frame by name of the point, px from the top left corner of the upright picture, y down."""

BOTH: Final = "both"
KNEE_FLEXION: Final = "knee_flexion_deg"


class TruthKind(StrEnum):
    """Where a truth comes from."""

    ANALYSIS = "analysis"
    """A CSV with the columns of `formcheck analyze`: from another system, or corrected by hand."""
    RENDERED = "rendered"
    """Exact joints and angles of a rendered person."""
    ANGLES = "angles"
    """Measures read off single frames by hand."""
    POINTS = "points"
    """Joints marked in single frames by hand."""


@dataclass(frozen=True, eq=False)
class Samples:
    """One measure at some moments."""

    t_s: FloatArray
    """Shape (n,), seconds, strictly increasing."""
    values: FloatArray
    """Shape (n,), in the measure's unit; NaN where it is not known."""


@dataclass(frozen=True)
class TruthRep:
    """One rep as it truly was; times as in `formcheck.session.assessment.Rep`."""

    start_s: float
    bottom_start_s: float
    bottom_end_s: float
    end_s: float
    timing: Mapping[str, float] = field(default_factory=dict)
    """`descent_s`, `hold_s`, `ascent_s`, where they are known."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known of one clip."""

    kind: TruthKind
    samples: Mapping[Key, Samples] = field(default_factory=dict)
    points: tuple[tuple[float, Points], ...] = ()
    """By time, for `TruthKind.POINTS`."""
    reps: tuple[TruthRep, ...] | None = None
    """In order of time; None where nothing is known of them."""
    yaw_deg: float = float("nan")
    """Turn of the person as `formcheck.kinematics.view.ViewVerdict.yaw_deg`; NaN where it is not known."""
    notes: tuple[str, ...] = ()
    """What was not used of the file, a sentence each."""

    @property
    def last_s(self) -> float:
        """The last moment anything is said of."""
        ends = [float(each.t_s[-1]) for each in self.samples.values() if len(each.t_s)]
        return max([*ends, *(t for t, _ in self.points)], default=0.0)

    @property
    def covers_every_frame(self) -> bool:
        """Whether it is a series over time, and not single frames picked by hand."""
        return self.kind in (TruthKind.ANALYSIS, TruthKind.RENDERED)


@dataclass(frozen=True)
class ClipInfo:
    """What is said about a clip beside its truth; None where nothing is."""

    exercise: str | None = None
    leg: Side | None = None
    """The standing leg of a step-down."""
    view: ViewKind | None = None
    reps: int | None = None
    bottoms_s: tuple[float, ...] = ()
    """A moment inside the bottom of each rep (s)."""
    person: str | None = None
    """Whose clip it is, so that clips of one person are not taken for clips of many."""


def legs_of(measure: str) -> tuple[str, ...]:
    """Return the legs a measure may be of, by its name; empty for a name that is no measure of a frame or a rep."""
    if measure == KNEE_FLEXION:
        return tuple(side.value for side in SIDES)
    spec = MEASURES.get(measure)
    if spec is None or Scope.REP not in spec.scopes:
        return ()
    return (BOTH,) if spec.per is Per.BODY else tuple(side.value for side in SIDES)


def known_measures() -> tuple[str, ...]:
    """Return the names of all measures a truth may have."""
    return (KNEE_FLEXION, *(name for name in MEASURES if legs_of(name)))
