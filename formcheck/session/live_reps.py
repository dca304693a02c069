"""Counting and judging reps as they are done, with the code that measures recorded sets.

Whenever somebody seems to be back up, the last few reps are measured together with the quiet stance as if they were a
recording. So a live set counts what its recording would count, and its findings are the recording's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from formcheck.exercises.finding import Finding
from formcheck.exercises.judge import judge_rep
from formcheck.kinematics.analysis import SetMeasurement, measure_set
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Rep
from formcheck.session.recorded import measured_rep
from formcheck.session.request import SetRequest

_REPS_AGAIN = 2
"""So many of the counted reps are measured again with a new one: a rep is judged beside others, not alone."""
_MARGIN_S = 1.5
_LOOK_AFTER_S, _LOOK_UNTIL_S = 0.2, 2.0
"""A rep that seems to be over is looked at so long afterwards, and again and again for so long: its end may lie in what
comes."""
_SHORTEST_REP_S = 0.7
"""Two signals may say that the same rep is over, one a little after the other."""
_AT_MOST_S = 60.0
"""No more than this is looked at, however long somebody rests."""


@dataclass(frozen=True)
class CountedRep:
    """A rep that has been counted."""

    rep: Rep
    findings: tuple[Finding, ...]
    """As the recording's."""


class RepCounter:
    """Counts the reps of one live set.

    Parameters
    ----------
    request
        What the set is measured as.
    stance_until_s
        End of the quiet stance that the set begins with.
    """

    def __init__(self, request: SetRequest, stance_until_s: float) -> None:
        self._request = request
        self._view_from_s, self._stance_until_s = -np.inf, stance_until_s
        self.counted: list[CountedRep] = []
        self.measured: SetMeasurement | None = None
        """The newest reps and the stance, as they were measured last."""

    def begin_view(self, from_s: float, stance_until_s: float) -> None:
        """Measure what follows by itself: from another side, after a quiet stance from `from_s` to `stance_until_s`."""
        self._view_from_s, self._stance_until_s = from_s, stance_until_s
        self.measured = None

    def look(self, track: PoseTrack, began_s: float = np.inf) -> list[CountedRep]:
        """Return the reps that are new in a set so far, in order.

        Parameters
        ----------
        track
            Everything since the quiet stance began, as the estimator gave it.
        began_s
            When the rep that is looked for began: nothing from then on is left out, however long it was held.

        Raises
        ------
        NotAssessableError
            If the set cannot be measured at all, such as in a mirrored picture.
        """
        part = self._part(track, began_s)
        m = measure_set(part, self._request.rubric.phases, self._request.leg, self._request.view)
        # Measured again, the deepest moment of a rep may lie anywhere in its hold, but never after its end.
        last_s = self.counted[-1].rep.end_s if self.counted else -np.inf
        new = [i for i, rep in enumerate(m.reps) if rep.complete and rep.deepest_s > last_s]
        if new:
            self.measured = m
        found = [self._counted(m, i, len(self.counted) + k) for k, i in enumerate(new, start=1)]
        self.counted += found
        return found

    def _part(self, track: PoseTrack, began_s: float) -> PoseTrack:
        """Return the stance and the newest reps."""
        t = track.t_s
        again = self.counted[-_REPS_AGAIN:]
        since = again[0].rep.start_s - _MARGIN_S if again else -np.inf
        since = max(since, min(float(t[-1]) - _AT_MOST_S, began_s - _MARGIN_S))
        keep = (t >= self._view_from_s) & ((t <= self._stance_until_s) | (t >= since))
        if keep.all():
            return track
        return track.part(keep)

    def _counted(self, m: SetMeasurement, i: int, number: int) -> CountedRep:
        rep = replace(measured_rep(m, i, self._request.rubric), index=number)
        findings = judge_rep(
            self._request.rubric,
            number,
            rep.leg,
            rep.measures,
            view_kind=m.view.kind,
            view_quality=m.view.verdict,
            plan=self._request.plan,
            at_s=m.reps[i].deepest_s,
        )
        return CountedRep(rep, tuple(findings))


class RepWatch:
    """Knows when it is worth looking for a new rep, which costs as much as several frames."""

    def __init__(self) -> None:
        self._look_at_s: float | None = None
        self._look_until_s = self._counted_s = float("-inf")

    def is_due(self, t_s: float, *, returned: bool) -> bool:
        """Say whether to look now, after a frame in which somebody may have come back up (`returned`)."""
        if returned and t_s - self._counted_s > _SHORTEST_REP_S:
            self._look_at_s, self._look_until_s = t_s + _LOOK_AFTER_S, t_s + _LOOK_UNTIL_S
        if self._look_at_s is None or t_s < self._look_at_s:
            return False
        self._look_at_s = t_s + _LOOK_AFTER_S if t_s < self._look_until_s else None
        return True

    def counted(self, t_s: float) -> None:
        """Take note that the rep that was looked for has been found, or that there is no use in looking."""
        self._look_at_s, self._counted_s = None, t_s
