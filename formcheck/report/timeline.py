"""What is known of a set at any moment, also between the frames that were analysed."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises.finding import Finding
from formcheck.kinematics.phase_rule import Begins
from formcheck.kinematics.reps import HOLD, PHASES_OF
from formcheck.pose.landmarks import N_LANDMARKS, SIDES, Side
from formcheck.session.assessment import Assessment, Rep, Span, spans_of
from formcheck.session.verdict import verdict_of_rep

Floats = NDArray[np.float64]

MIN_VISIBILITY: Final = 0.5
"""A joint is drawn from this belief on; MediaPipe's own default (measurements: gate 18)."""
_MAX_GAP_S: Final = 0.2
"""Nothing is interpolated over a longer gap: the same limit as for filling gaps in a pose track."""
_SAME_TIME_S: Final = 0.001
"""Times closer than this are the same frame; containers round to milliseconds."""
_EDGE_S: Final = 0.05
"""How far past the first or last analysed frame its values still stand: one frame that thinning left out."""


class Timeline:
    """Looks up a set's joints, measures, phase and rep at a moment.

    Parameters
    ----------
    assessment
        The set. Its times are those of its own analysed frames; moments may lie anywhere.
    """

    def __init__(self, assessment: Assessment) -> None:
        track = assessment.track
        self._assessment = assessment
        self._t_s = track.t_s
        drawn = track.visibility >= MIN_VISIBILITY
        self._joints_px = np.where(drawn[:, :, None], track.image_px, np.nan)
        self._reps = {rep.index: rep for rep in assessment.reps}
        self._spans = [span for rep in assessment.reps for span in spans_of(rep)]
        self._resting = PHASES_OF[assessment.reps[0].begins if assessment.reps else Begins.STANDING][0]
        self._flags = {
            rep: next((f for f in verdict_of_rep(assessment, rep).findings if f.cue), None) for rep in self._reps
        }

    def joints_at(self, t_s: float) -> Floats:
        """Return the landmarks at a moment, shape (33, 2), px of the source; NaN where a joint is not seen."""
        return self._at(self._joints_px, t_s, np.full((N_LANDMARKS, 2), np.nan))

    def leg_value_at(self, measure: str, side: Side, t_s: float) -> float:
        """Return a measure of one leg at a moment; NaN where it is not measured."""
        values = self._assessment.series.per_leg.get(measure)
        return float("nan") if values is None else float(self._at(values[:, side.leg_index], t_s, np.array(np.nan)))

    def phase_at(self, t_s: float) -> str:
        """Return `stand`, `descent`, `hold`, `bottom`, `ascent` or `sit`; empty outside the analysed time."""
        span = self._span_at(t_s)
        if span is not None:
            return span.phase
        return "" if self._nearest(t_s) is None else self._resting

    def rep_at(self, t_s: float) -> Rep | None:
        """Return the rep under way at a moment, from its first movement to its last; None between reps."""
        span = self._span_at(t_s)
        return None if span is None else self._reps[span.rep]

    def _span_at(self, t_s: float) -> Span | None:
        """Return the phase of a rep under way; a turn without a hold goes with the way down or up that is nearer."""
        if self._nearest(t_s) is None:
            return None
        inside = [span for span in self._spans if span.start_s <= t_s < span.end_s]
        if inside:
            return inside[-1]
        turns = [
            (t_s - down.end_s, up.start_s - t_s, down, up)
            for down, up in pairwise(self._spans)
            if down.rep == up.rep and down.end_s <= t_s < up.start_s
        ]
        return next((down if since < until else up for since, until, down, up in turns), None)

    def held_s(self, t_s: float) -> float | None:
        """Return for how long the hold has lasted at a moment; None outside a hold, and where a rep pulses in it."""
        span = self._span_at(t_s)
        if span is None or span.phase != HOLD:
            return None
        return t_s - span.start_s

    def reps_counted(self, t_s: float) -> int:
        """Return how many whole reps are over at a moment."""
        return sum(rep.end_s <= t_s for rep in self._assessment.complete_reps)

    def flag_at(self, t_s: float) -> Finding | None:
        """Return the finding to speak of in the rep under way: worst band, then most urgent; None if all is well."""
        rep = self.rep_at(t_s)
        if rep is None:
            return None
        return self._flags[rep.index]

    def legs_at(self, t_s: float) -> tuple[Side, ...]:
        """Return the legs that are scored at a moment: those of the rep under way, or of the whole set between reps."""
        rep = self.rep_at(t_s)
        return scored_legs(self._assessment, rep)

    def _nearest(self, t_s: float) -> int | None:
        """Index of the analysed frame that speaks for a moment, None outside the analysed time."""
        t = self._t_s
        if len(t) == 0 or not t[0] - _EDGE_S <= t_s <= t[-1] + _EDGE_S:
            return None
        i = int(np.searchsorted(t, t_s))
        if i == 0 or i == len(t):
            return min(i, len(t) - 1)
        return i if t[i] - t_s < t_s - t[i - 1] else i - 1

    def _at(self, values: Floats, t_s: float, absent: Floats) -> Floats:
        """Interpolate linearly between the two analysed frames around a moment; NaN in either gives NaN."""
        nearest = self._nearest(t_s)
        if nearest is None:
            return absent
        t = self._t_s
        i = int(np.searchsorted(t, t_s))
        if i in (0, len(t)) or abs(t[nearest] - t_s) <= _SAME_TIME_S:
            return np.asarray(values[nearest])
        gap_s = t[i] - t[i - 1]
        if gap_s > _MAX_GAP_S:
            return absent
        share = (t_s - t[i - 1]) / gap_s
        return np.asarray((1 - share) * values[i - 1] + share * values[i])


def scored_legs(assessment: Assessment, rep: Rep | None = None) -> tuple[Side, ...]:
    """Return the legs that a set, or a rep of it, is about.

    Parameters
    ----------
    assessment
        The set. Seen from the side or obliquely, only the leg nearest the camera is scored.
    rep
        One rep of it; None for all of them.

    Returns
    -------
    tuple of Side
        Left before right, at least one.
    """
    if rep is None and assessment.views:
        chosen = {side for each in assessment.reps for side in scored_legs(assessment, each)}
        return tuple(side for side in SIDES if side in chosen)
    near = (assessment.view if rep is None else assessment.view_of(rep)).near_leg
    if near is not None:
        return (near,)
    legs = {each.leg for each in (assessment.reps if rep is None else (rep,))}
    return tuple(side for side in SIDES if "both" in legs or side.value in legs) or SIDES
