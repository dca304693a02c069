"""A rep's curve by phase instead of by the clock, so that a slow rep and a fast one lie on each other.

The axis has three parts of equal length: descent (position 0 to 1), bottom (1 to 2) and ascent (2 to 3), each from 0 to
100 % of its own duration in that rep. What is at 50 % of the descent is compared with what was at 50 % of the descent,
however long each took. The edges of the phases are those of `Rep`: 10 % and 90 % of the rep's own range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises.judge import BOTH
from formcheck.history.set_values import counted_reps
from formcheck.pose.landmarks import SIDES
from formcheck.session.assessment import Assessment, Rep

FloatArray = NDArray[np.float64]

PHASES: Final = ("descent", "bottom", "ascent")
POINTS_PER_PHASE: Final = 50
_MAX_GAP_S: Final = 0.2
"""Nothing is interpolated over a longer gap: the same limit as for filling gaps in a pose track."""
_KNOWN_SHARE: Final = 0.5
"""Where fewer of the reps have a value, the mean would be of other reps than beside it: it is not given."""
_FEWEST_FOR_SPREAD: Final = 2


@dataclass(frozen=True, eq=False)
class PhaseCurves:
    """One measure of one leg over the phases of every counted rep of a set."""

    measure: str
    """Name of the series, such as `fppa_deg`."""
    leg: str
    """`left`, `right` or `both`."""
    position: FloatArray
    """Shape (points,): 0 to 1 descent, 1 to 2 bottom, 2 to 3 ascent."""
    values: FloatArray
    """Shape (reps, points), in the unit of the measure; NaN where not measured."""
    reps: tuple[int, ...]
    """Index of each rep."""

    @property
    def mean(self) -> FloatArray:
        """Mean over the reps, shape (points,); NaN where fewer than half of them have a value."""
        known = self.known
        total = np.where(np.isfinite(self.values), self.values, 0.0).sum(axis=0)
        enough = known >= max(1.0, _KNOWN_SHARE * len(self.reps))
        return np.where(enough, total / np.maximum(known, 1), np.nan)

    @property
    def spread(self) -> FloatArray:
        """Standard deviation between the reps, shape (points,); NaN where the mean is, or with fewer than two."""
        known = self.known
        off = np.where(np.isfinite(self.values), self.values - self.mean, 0.0)
        enough = np.isfinite(self.mean) & (known >= _FEWEST_FOR_SPREAD)
        squares = np.where(enough, np.square(off).sum(axis=0), np.nan)
        return np.asarray(np.sqrt(squares / np.maximum(known - 1, 1)))

    @property
    def known(self) -> FloatArray:
        """Number of reps with a value, shape (points,)."""
        return np.asarray(np.isfinite(self.values).sum(axis=0), dtype=np.float64)


def phase_positions(points_per_phase: int = POINTS_PER_PHASE) -> FloatArray:
    """Return the axis that reps are laid on, shape (3 · points_per_phase + 1,), from 0 to 3."""
    return np.linspace(0.0, float(len(PHASES)), len(PHASES) * points_per_phase + 1)


def times_of(rep: Rep, position: FloatArray) -> FloatArray:
    """Return when a rep was at each position of the phase axis (s), same shape."""
    edges = [rep.start_s, rep.bottom_start_s, rep.bottom_end_s, rep.end_s]
    return np.asarray(np.interp(position, np.arange(len(edges)), edges))


def phase_curves(assessment: Assessment, measure: str, leg: str) -> PhaseCurves | None:
    """Lay a measure of every counted rep onto the phase axis.

    Parameters
    ----------
    assessment
        The set.
    measure
        Name of a series: per leg (`fppa_deg`) or of the whole body (`trunk_lean_deg`).
    leg
        `left` or `right`, `both` for the whole body. Reps that stand on the other leg are left out.

    Returns
    -------
    PhaseCurves or None
        None where no counted rep has a value.
    """
    series = _series(assessment, measure, leg)
    if series is None:
        return None
    position = phase_positions()
    reps = [rep for rep in counted_reps(assessment) if _has_phases(rep) and (BOTH in (leg, rep.leg) or rep.leg == leg)]
    if not reps:
        return None
    values = np.stack([sampled(assessment.series.t_s, series, times_of(rep, position)) for rep in reps])
    if not np.isfinite(values).any():
        return None
    return PhaseCurves(measure, leg, position, values, tuple(rep.index for rep in reps))


def sampled(t_s: FloatArray, values: FloatArray, at_s: FloatArray) -> FloatArray:
    """Read a series at other times, by straight lines between its frames.

    Parameters
    ----------
    t_s, values
        The series, shape (n,), times increasing; NaN where not measured.
    at_s
        When to read it, shape (m,).

    Returns
    -------
    ndarray
        Shape (m,); NaN outside the series, next to a NaN, and in gaps of more than 0.2 s.
    """
    if len(t_s) == 0:
        return np.full(len(at_s), np.nan)
    after = np.clip(np.searchsorted(t_s, at_s, side="left"), 0, len(t_s) - 1)
    before = np.maximum(after - 1, 0)
    gap = t_s[after] - t_s[before]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(gap > 0, (at_s - t_s[before]) / gap, 0.0)
    found = (1 - share) * values[before] + share * values[after]
    found = np.where(gap > _MAX_GAP_S, np.nan, found)
    # On a frame itself its neighbours do not matter.
    found = np.where(at_s == t_s[after], values[after], found)
    outside = (at_s < t_s[0]) | (at_s > t_s[-1])
    return np.where(outside, np.nan, found)


def _series(assessment: Assessment, measure: str, leg: str) -> FloatArray | None:
    series = assessment.series
    if leg == BOTH:
        return series.whole_body.get(measure)
    values = series.per_leg.get(measure)
    columns = {side.value: side.leg_index for side in SIDES}
    return None if values is None else values[:, columns[leg]]


def _has_phases(rep: Rep) -> bool:
    edges = (rep.start_s, rep.bottom_start_s, rep.bottom_end_s, rep.end_s)
    return all(math.isfinite(edge) for edge in edges)
