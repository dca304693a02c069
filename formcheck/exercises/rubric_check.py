"""The `[[check]]` tables of a rubric file, held against what is known of their measures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from formcheck.doors import LONGEST_SHOWN, Listed, Strict, at_once, is_so, said, word_of
from formcheck.exercises.finding import SURE, Bands, Direction
from formcheck.exercises.rubric import PRECEDENCE_NAMES, Check, Phase
from formcheck.exercises.toml_model import Interval, NotNegative, Reading, Said, Words, closest
from formcheck.kinematics.measures.record import CheckView, Per, Scope
from formcheck.kinematics.measures.registry import MEASURES

MAX_CUE_WORDS: Final = 8
"""A cue is heard while moving: more words than this are not followed."""

AIM: Final = "{aim}"
"""In a cue: the value that it asks for."""
_REP_PHASES: Final = tuple(phase for phase in Phase if phase is not Phase.SET)
_PHASE_OF_SCOPE: Final = {Scope.REP: _REP_PHASES, Scope.SET: (Phase.SET,), Scope.SETUP: (Phase.STAND,)}

Problems = Iterator[tuple[tuple[str | int, ...], str]]
"""The key that each is about, and what is wrong."""


def need_measure(name: str) -> str:
    """Return the name of a measure; what is none is refused with the nearest one."""
    if name not in MEASURES:
        raise said(f"unknown measure `{name[:LONGEST_SHOWN]}`{closest(name, MEASURES)}")
    return name


def _below_certain(sureness: float) -> float:
    if sureness >= 1:
        raise is_so("is a probability below 1: no measurement is certain")
    return sureness


def _short(cue: str) -> str:
    if (words := len(cue.split())) > MAX_CUE_WORDS:
        raise is_so(f"has {words} words; at most {MAX_CUE_WORDS} can be followed while moving")
    return cue


MeasureName = Annotated[Said, AfterValidator(need_measure)]
Cue = Annotated[Said, AfterValidator(_short)]
OfPlan = Literal["target_depth_deg", "hold_s", "reps", "step_height_cm"]


class _BandsTable(Strict):
    good: Interval
    caution: Interval

    @model_validator(mode="after")
    def _nested(self) -> _BandsTable:
        good, caution = self.good, self.caution
        if not (caution[0] <= good[0] and good[1] <= caution[1]):
            edges = f"[{good[0]:g}, {good[1]:g}] does not lie inside `caution` [{caution[0]:g}, {caution[1]:g}]"
            at_once([(("good",), f"`good` {edges}")])
        return self

    @property
    def bands(self) -> Bands:
        return Bands(self.good, self.caution)


class _Alternatives(Strict):
    female: _BandsTable | None = None
    male: _BandsTable | None = None


class CheckTable(_BandsTable):
    """One `[[check]]`; every side of its bands that can be off needs a cue unless it is only reported."""

    id: Said
    name: Said
    measure: MeasureName
    view: Annotated[CheckView, Listed]
    phase: Annotated[Phase, Listed]
    unit: Said
    per: Annotated[Per, Listed]
    scope: Annotated[Scope, Listed]
    precedence: Annotated[str, word_of(lambda: PRECEDENCE_NAMES)]
    source: Said
    persistence_s: NotNegative = 0.0
    hysteresis: NotNegative = 0.0
    cue: Cue | None = None
    cue_low: Cue | None = None
    cue_high: Cue | None = None
    aim: float | None = None
    report_only: bool = False
    relative_to: OfPlan | None = None
    needs_plan: Literal[OfPlan, "ball"] | None = None
    confirm: Words = ()
    fault_sureness: Annotated[float, Field(ge=0.5), AfterValidator(_below_certain)] = SURE
    evidence: dict[MeasureName, float] = Field(default_factory=dict)
    alternatives: _Alternatives = _Alternatives()

    @model_validator(mode="after")
    def _consistent(self) -> CheckTable:
        at_once([*self._cue_problems(), *self._aim_problems(), *self._measure_problems()])
        return self

    def _cue_problems(self) -> Problems:
        if self.cue is not None and (self.cue_low is not None or self.cue_high is not None):
            yield ("cue",), "give `cue` for both sides, or `cue_low` and `cue_high`, not all of them"
        sides: tuple[tuple[Direction, str | None], ...] = (("low", self.cue_low), ("high", self.cue_high))
        for side, cue in sides:
            if side in self.bands.open_directions:
                if cue is not None:
                    yield (f"cue_{side}",), f"`cue_{side}` can never be said: no value is too {side}"
            elif not self.report_only and self.cue is None and cue is None:
                yield (), f"`cue_{side}` is missing: a value can be too {side} and nothing would be said"

    def _aim_problems(self) -> Problems:
        """Hold the value that a cue asks for against the good ones: it stands in the cue, and nowhere a second time."""
        cues = (("cue", self.cue), ("cue_low", self.cue_low), ("cue_high", self.cue_high))
        asks = [name for name, cue in cues if cue is not None and AIM in cue]
        if asks and self.aim is None:
            yield (asks[0],), f"`aim` is missing: the cue asks for `{AIM}`"
        if self.aim is not None and not asks:
            yield ("aim",), f"`aim` is asked for by no cue: write `{AIM}` where it is to be said"
        if self.aim is not None and (self.relative_to is not None or not self.good[0] <= self.aim <= self.good[1]):
            yield ("aim",), "`aim` must be one of the good values, of a check that no plan changes"

    def _measure_problems(self) -> Problems:
        """Hold the check against what is known of its measure."""
        spec = MEASURES[self.measure]
        if self.unit != spec.unit:
            yield ("unit",), f"`{spec.name}` is in `{spec.unit}`, not `{self.unit[:LONGEST_SHOWN]}`"
        if self.per is not spec.per:
            yield ("per",), f"`{spec.name}` has a value per {spec.per}, not per {self.per}"
        if self.view is not spec.view and spec.view is not CheckView.ANY:
            yield ("view",), f"`{spec.name}` can be measured from the {spec.view} only"
        if self.scope not in spec.scopes:
            allowed = " or ".join(sorted(spec.scopes))
            yield ("scope",), f"`{spec.name}` has a value per {allowed}, not per {self.scope}"
        if self.phase not in _PHASE_OF_SCOPE[self.scope]:
            yield ("phase",), f"a check of scope `{self.scope}` has no phase `{self.phase}`"

    def _said(self, cue: str | None) -> str:
        """Return the cue for a side as it is said."""
        text = cue or self.cue or ""
        return text if self.aim is None else text.replace(AIM, f"{self.aim:g}")

    def check(self) -> Check:
        """Return it as everybody else knows it."""
        sexes = (("female", self.alternatives.female), ("male", self.alternatives.male))
        otherwise: dict[str, Any] = {
            "bands": self.bands,
            "precedence": PRECEDENCE_NAMES[self.precedence],
            "cue_low": self._said(self.cue_low),
            "cue_high": self._said(self.cue_high),
            "needs_plan": self.needs_plan or self.relative_to,
            "alternatives": {sex: table.bands for sex, table in sexes if table is not None},
        }
        same = {each.name: getattr(self, each.name) for each in fields(Check) if each.name not in otherwise}
        return Check(**same, **otherwise)


def problems_among(checks: Sequence[CheckTable], reading: Reading) -> Problems:
    """Give what is wrong with checks beside each other: their ids, what confirms and what contradicts them."""
    first: dict[str, int] = {}
    for at, check in enumerate(checks):
        for measure in check.confirm:
            if measure == check.measure or not any(_confirms(each, measure, check) for each in checks):
                clause = f"`{measure[:LONGEST_SHOWN]}` cannot confirm: no other check of this view and scope judges it"
                yield ("check", at, "confirm"), clause
        for measure in check.evidence:
            spec = MEASURES[measure]
            fits = spec.per is check.per and check.scope in spec.scopes and spec.view in (check.view, CheckView.ANY)
            if measure == check.measure or not fits:
                clause = f"`{measure}` is no evidence: it is not measured of the same leg, view and scope"
                yield ("check", at, "evidence"), clause
        if (before := first.setdefault(check.id, at)) != at:
            line = reading.lines.line_of("check", before, "id")
            yield ("check", at, "id"), f"the id `{check.id[:LONGEST_SHOWN]}` is already taken on line {line}"


def _confirms(each: CheckTable, measure: str, check: CheckTable) -> bool:
    return each.measure == measure and each.scope is check.scope and each.view in (check.view, CheckView.ANY)
