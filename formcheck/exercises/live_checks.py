"""The rubric applied while a rep is under way: which faults have lasted long enough to speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from formcheck.exercises.finding import Band, Bands, Finding
from formcheck.exercises.judge import MeasuredValues, contradicting, judge_rep
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Check, Phase, Rubric
from formcheck.kinematics.measures.record import CheckView, Scope
from formcheck.kinematics.view import ViewKind, ViewQuality

_UNSEEN_S: Final = 0.5
"""After a time without values as long as this nothing is known to have lasted [E]."""

_FITS: Final[Mapping[str, frozenset[Phase]]] = MappingProxyType(
    {
        "descent": frozenset({Phase.DESCENT, Phase.REP}),
        "hold": frozenset({Phase.HOLD, Phase.BOTTOM, Phase.REP}),
        "ascent": frozenset({Phase.ASCENT, Phase.REP}),
    }
)
"""By the phase a person is in: the phases whose checks can be judged then."""


@dataclass
class _Lasting:
    """A fault of one check and one leg that is there now."""

    since_s: float
    cue: str
    spoken_of: bool = False


class LiveJudge:
    """Judges the checks that belong to a moment, frame by frame, and tells which faults last.

    Those are the checks of a rep with a `persistence_s`, each in its own phase. A fault is told once it has lasted for
    that long, and from then on until the value is back inside by the check's `hysteresis`, is not measured any more or
    contradicted by the check's evidence, or the phase ends.

    Parameters
    ----------
    rubric
        What good form is.
    plan
        What was prescribed.
    view
        The view the set is done in, so that checks of the other one are left out; None to judge whichever is seen.
    """

    def __init__(self, rubric: Rubric, plan: Plan, view: ViewKind | None = None) -> None:
        live = [check for check in rubric.checks if _is_live(check, view)]
        self._plan = plan
        self._checks = {check.id: check for check in live}
        self._bands = {check.id: check.bands_for(plan) for check in live}
        self._rubrics = {phase: _reduced(rubric, live, fits) for phase, fits in _FITS.items()}
        self._measures_in = {
            phase: frozenset(name for check in part.checks for name in (check.measure, *check.evidence))
            for phase, part in self._rubrics.items()
        }
        self._live_in = {phase: {check.id for check in live if check.phase in fits} for phase, fits in _FITS.items()}
        self._lasting: dict[tuple[str, str], _Lasting] = {}
        self._last_s = float("-inf")

    def measures_in(self, phase: str) -> frozenset[str]:
        """Return the measures that are judged while somebody is in a phase; none while they stand."""
        return self._measures_in.get(phase, frozenset())

    def judge(
        self,
        t_s: float,
        phase: str,
        leg: str,
        measures: MeasuredValues,
        view_kind: ViewKind,
        view_quality: ViewQuality,
        *,
        rep: int = 0,
    ) -> list[Finding]:
        """Return the faults that have lasted, in the order of the rubric.

        Parameters
        ----------
        t_s
            Time now (s), after that of the call before.
        phase
            `stand`, `descent`, `hold` or `ascent`. Standing, nothing is judged.
        leg
            `left`, `right` or `both`, as for `judge_rep`.
        measures
            What is measured now; None or absent where it is not.
        view_kind, view_quality
            How the camera sees the person, as for `judge_rep`.
        rep
            The rep that is being done, handed on to the findings.
        """
        if t_s - self._last_s > _UNSEEN_S:
            self._lasting.clear()
        self._last_s = t_s
        live = self._live_in.get(phase)
        if live is None:
            self._lasting.clear()
            return []
        found = judge_rep(
            self._rubrics[phase],
            rep,
            leg,
            measures,
            view_kind=view_kind,
            view_quality=view_quality,
            plan=self._plan,
            at_s=t_s,
        )
        now = {(finding.check, finding.leg): finding for finding in found if finding.check in live}
        for place in [place for place in self._lasting if place not in now]:
            del self._lasting[place]
        found_now = (self._fault(t_s, place, finding, measures) for place, finding in now.items())
        return [fault for fault in found_now if fault is not None]

    def _fault(self, t_s: float, place: tuple[str, str], finding: Finding, measures: MeasuredValues) -> Finding | None:
        """Return the fault if it has lasted, None if there is none or it is too new."""
        check, bands = self._checks[finding.check], self._bands[finding.check]
        lasting = self._lasting.get(place)
        is_fault = finding.band is Band.FAULT and finding.cue != ""
        if lasting is not None and lasting.spoken_of:
            if (
                bands is None
                or _is_back_inside(bands, finding.value, check.hysteresis)
                or contradicting(check, bands.direction(finding.value), finding.leg, measures)
            ):
                del self._lasting[place]
                return None
            return finding if is_fault else replace(finding, band=Band.FAULT, cue=lasting.cue, note="")
        if not is_fault:
            self._lasting.pop(place, None)
            return None
        if lasting is None:
            lasting = self._lasting[place] = _Lasting(t_s, finding.cue)
        lasting.cue = finding.cue
        lasting.spoken_of = t_s - lasting.since_s >= check.persistence_s
        return finding if lasting.spoken_of else None


def _is_live(check: Check, view: ViewKind | None) -> bool:
    if view is not None and check.view is not CheckView.ANY and check.view.value != view.value:
        return False
    return check.scope is Scope.REP and check.persistence_s > 0 and not check.report_only


def _reduced(rubric: Rubric, live: list[Check], fits: frozenset[Phase]) -> Rubric:
    """Return the rubric with the checks of one phase alone, and those that judge the measures that confirm them."""
    here = [check for check in live if check.phase in fits]
    confirming = {measure for check in here for measure in check.confirm}
    keep = {check.id for check in here}
    return replace(
        rubric, checks=tuple(check for check in rubric.checks if check.id in keep or check.measure in confirming)
    )


def _is_back_inside(bands: Bands, value: float, hysteresis: float) -> bool:
    low, high = bands.caution
    return low + hysteresis <= value <= high - hysteresis or bands.band_of(value) is Band.GOOD
