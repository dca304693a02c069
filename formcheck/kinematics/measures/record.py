"""What there is to know of a measure without measuring it.

A record that leaves out how far its values may be from the truth cannot be made: `Measure` has no default for its
error, and an `ErrorRule` none for the model's spread and for what trembling landmarks do. Nothing is stated with an
interval that is too narrow because somebody forgot a list.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from formcheck.kinematics.measures.error_rules import NoiseRule, TurnRule


class CheckView(StrEnum):
    """The view a check needs."""

    FRONT = "front"
    SIDE = "side"
    ANY = "any"


class Per(StrEnum):
    """Whose a measure is: it has a value for each leg, or one for the whole body."""

    LEG = "leg"
    BODY = "body"


class Scope(StrEnum):
    """What a value is of: one rep, the whole set, or the stance before the set."""

    REP = "rep"
    SET = "set"
    SETUP = "setup"


class Reduction(StrEnum):
    """How a rep's value comes from the values over time."""

    BOTTOM = "bottom"
    """The median over the bottom; over the whole rep, where a rubric asks for that, the extreme."""
    DEEPEST = "deepest"
    """What is exceeded for a tenth of the bottom."""


class Derivation(StrEnum):
    """How the value of a set comes from those of its reps."""

    DIFFERENCE = "difference"
    """Left minus right."""
    DRIFT = "drift"
    """Last three reps minus first three."""
    SPREAD = "spread"
    """Standard deviation over the reps."""
    BEST = "best"
    """The largest of the reps."""


class Followed(StrEnum):
    """What a measure that is followed over months tells of."""

    DEPTH = "Depth"
    ALIGNMENT = "Knee alignment"
    SYMMETRY = "Symmetry"
    TEMPO = "Tempo"
    TEST = "Tests"


LAST: Final = 1000
"""The place of what nobody placed."""


@dataclass(frozen=True)
class ErrorRule:
    """The parts of the error of a value, as standard deviations that add as squares."""

    spread: float
    """Standard deviation of what the pose model gets wrong, in the unit of the measure.

    FPPA and its change: of 90 rendered people by seed, less the parts that are known of each clip; on 31 others the
    intervals of FPPA held 98 %. Depth: raised after its intervals held 89 % of 28 reps. The other measures: root mean
    square error of thirteen rendered clips, each as it is, mirrored, darkened and at half size, widened for how few
    bodies there are (up to Student's t over the clips that show the measure). Where there is no exact truth (arms,
    softness of contact), an engineering estimate. See docs/validation.md."""
    noise: NoiseRule
    """What trembling landmarks do to one value; `scatter_alone` where their scatter over the frames says it all."""
    turn: TurnRule | None = None
    """What a turn of the camera that is not known does; None where nothing."""
    of_leg_length: bool = False
    """Whether it is a share of the length of the leg, which is not known exactly."""
    of_bent_knee: bool = False
    """Whether perspective, and so the lens, moves it as the knee comes nearer to the camera."""
    of_fitted_leg: bool = False
    """Whether it comes from a leg of constant lengths on a planted foot."""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.spread) and self.spread >= 0):
            raise ValueError(f"expected a model spread of 0 or more, got {self.spread}")
        if not callable(self.noise):
            raise TypeError("expected a rule for the noise of landmarks; `scatter_alone` says that there is none")


@dataclass(frozen=True)
class NoErrorOfItsOwn:
    """Of a measure that is made of others, with their errors, or that is never given."""

    why: str
    """In words."""


@dataclass(frozen=True)
class Missing:
    """Why a measure has no value, where that has a reason of its own, and what to do instead."""

    reason: str
    remedy: str


@dataclass(frozen=True)
class Series:
    """Values over time, one a frame."""

    name: str
    """With its unit: `knee_flexion_deg`."""
    label: str = ""
    """For people, where it is not the measure's own."""
    direction: str = ""
    """What up and down mean on a plot."""
    tag: str = ""
    """Stands before its number beside the knee on a picture; empty where it does not stand there."""
    main: bool = False
    """Whether it is a column of `formcheck.assessment/1`: there in every set, whether the view can carry it or not."""
    place: int = LAST
    """Its place where several are shown, the first first."""


@dataclass(frozen=True)
class Wording:
    """What a measure is called and means, for people."""

    label: str = ""
    """Head of a column or title of a plot; empty where the title of the measure does."""
    meaning: str = ""
    """What it is, its zero and its sign. What has one stands in the glossary of a report."""
    short: str = ""
    """Head of a narrow column. What has one stands in the tables of reps."""
    plain: str = ""
    """For the person who did the set. What has one stands in their summary."""
    plain_meaning: str = ""
    live: str = ""
    """Beside the camera's picture. What has one is shown in a live set."""
    praise: str = ""
    """Said of a rep in which it was good."""
    comparative: tuple[str, str] | None = None
    """What a higher and a lower value are called beside another, as in `6° deeper`; None for more and less."""


@dataclass(frozen=True)
class Reliability:
    """The least difference that counts by published reliability, in the unit of the measure."""

    days: float
    session: float
    source: str


@dataclass(frozen=True)
class DerivedFrom:
    """From what the value of a set is made."""

    measure: str
    how: Derivation
    worse: int = 0
    """The sign of a drift to the worse; 0 where no way is."""
    worse_words: str = ""
    """A clause that says so, with the leg and the amount to fill in."""


_UNIT_TEXT: Final = MappingProxyType({"deg": "°", "s": " s", "cm": " cm", "ratio": "", "count": "", "points": ""})


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Everything that the program knows of a measure."""

    name: str
    """With its unit: `fppa_deg`."""
    title: str
    """For people: `frontal plane projection angle`."""
    unit: str
    """As rubrics write it: `deg`, `pct`, `s`, `cm`, `ratio`, `count` or `points`."""
    percent_of: str = ""
    """Of what, for people, where the unit is `pct`."""
    per: Per
    view: CheckView
    """The view that can carry it."""
    scopes: frozenset[Scope] = frozenset({Scope.REP})
    zero: str = ""
    """Zero and sign in words, for exports; empty for times, counts and bare sizes, which are never negative."""
    error: ErrorRule | NoErrorOfItsOwn
    missing: Missing | None = None
    series: Series | None = None
    """The values over time that it comes from; None where there are none."""
    reduction: Reduction | None = None
    """How a rep's value comes from its series; None where a function of its own makes it."""
    derived_from: DerivedFrom | None = None
    wording: Wording = Wording()
    live: bool = False
    """Whether one frame can be measured for it."""
    needs_thigh: bool = False
    """Whether it means nothing where the thigh points at the camera, or the body is turned off the front."""
    needs_toe: bool = False
    """Whether it takes the toe, which is seen less often than the leg."""
    ways: tuple[str, str] | None = None
    """What a positive and a negative value are called, where that says more to people than the sign."""
    place: int = LAST
    """Its place where several are shown, the first first; that of the series where it is not given."""
    compared: bool = False
    """Whether two sets are compared in it."""
    followed: Followed | None = None
    """What it tells of over months; None where it is not followed."""
    reliability: Reliability | None = None
    """As published; None where nothing is."""
    performance: bool = False
    """Whether more is more, so that a ratio of legs says something (specification §2.3)."""
    borne_out_by: str = ""
    """The measure that has to differ the same way before two legs seen at once are called different: a turn of the
    camera moves one knee in and the other out."""
    said_by: str = ""
    """The measure that says the same thing, and is named instead where both do."""

    def __post_init__(self) -> None:
        rule = self.error
        if not isinstance(rule, ErrorRule | NoErrorOfItsOwn):
            raise TypeError(f"{self.name}: expected how far it may be from the truth, got {rule!r}")
        if self.reduction is not None and self.series is None:
            raise ValueError(f"{self.name}: `{self.reduction}` needs a series over time")
        if (self.reduction is not None or self.live) and not isinstance(rule, ErrorRule):
            raise ValueError(f"{self.name}: a value that is measured needs its spread and its noise rule")
        if self.derived_from is not None and self.derived_from.how is not Derivation.SPREAD and not self.zero:
            raise ValueError(f"{self.name}: a difference needs its zero and what its signs mean")
        if self.place == LAST and self.series is not None:
            object.__setattr__(self, "place", self.series.place)

    @property
    def unit_text(self) -> str:
        """The unit for people: ` % of leg length`. Empty for a bare ratio, a count or points."""
        return self.percent_of if self.unit == "pct" else _UNIT_TEXT[self.unit]

    @property
    def error_rule(self) -> ErrorRule:
        """The parts of its error.

        Raises
        ------
        ValueError
            If it is made of other measures or never given.
        """
        if not isinstance(self.error, ErrorRule):
            raise ValueError(f"{self.name} has no error of its own")
        return self.error

    @property
    def is_main(self) -> bool:
        """Whether its series is in every set."""
        return self.series is not None and self.series.main
