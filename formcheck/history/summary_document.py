"""Summaries of sets read back from the JSON in which they were kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from formcheck.errors import FormcheckError
from formcheck.exercises.plan import Plan
from formcheck.history.set_values import LEG_ORDER, SetValue
from formcheck.history.summary import SCHEMA, ResultSummary
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.view import ViewKind, ViewQuality

_Number = TypeVar("_Number", int, float)


class SummaryError(FormcheckError):
    """A kept summary that cannot be read."""


def summary_from_document(document: object) -> ResultSummary:
    """Read a summary back.

    Raises
    ------
    SummaryError
        If it is not a summary of this version, or a value in it is not possible.
    """
    whole = _Table(document, "it")
    if whole.given("schema") != SCHEMA:
        raise _unreadable(f"its form is not `{SCHEMA}`")
    view, plan = whole.table("view"), whole.table("plan")
    return ResultSummary(
        exercise=whole.text("exercise"),
        leg=whole.one_of("leg", LEG_ORDER),
        view=ViewKind(view.one_of("kind", tuple(ViewKind))),
        view_verdict=ViewQuality(view.one_of("verdict", tuple(ViewQuality))),
        plan=Plan(
            target_depth_deg=plan.number("target_depth_deg"),
            reps=plan.count("reps"),
            hold_s=plan.number("hold_s"),
            step_height_cm=plan.number("step_height_cm"),
            ball=bool(plan.flag("ball")),
            sex=None if plan.given("sex") is None else plan.one_of("sex", ("female", "male")),
        ),
        reps_done=_needed(whole.count("reps_done"), "reps_done"),
        reps_complete=_needed(whole.count("reps_complete"), "reps_complete"),
        values=_values(whole.table("values")),
        safe_share=whole.number("safe_share"),
        heels_down=whole.flag("heels_down"),
    )


def _or_nan(number: float | None) -> float:
    return float("nan") if number is None else number


def _values(found: _Table) -> Mapping[str, Mapping[str, SetValue]]:
    values: dict[str, Mapping[str, SetValue]] = {}
    for measure in found.names():
        legs = found.table(measure)
        of_legs = {leg: _value(legs.table(leg)) for leg in legs.names()}
        if not set(of_legs) <= set(LEG_ORDER):
            raise _unreadable(f"`{measure}` is of a leg that there is not")
        values[measure] = MappingProxyType(of_legs)
    return MappingProxyType(values)


def _value(found: _Table) -> SetValue:
    estimate = Estimate(_needed(found.number("value"), "value"), _or_nan(found.number("error")))
    return SetValue(estimate, _needed(found.count("reps"), "reps"), _or_nan(found.number("rep_sd")))


def _needed(number: _Number | None, name: str) -> _Number:
    if number is None:
        raise _unreadable(f"`{name}` is empty")
    return number


class _Table:
    """Reads the entries of one JSON object; what is not as expected is refused."""

    def __init__(self, document: object, name: str) -> None:
        if not isinstance(document, Mapping):
            raise _unreadable(f"{name} is not an object")
        self._entries: Mapping[object, object] = document

    def names(self) -> list[str]:
        return [str(name) for name in self._entries]

    def given(self, name: str) -> object:
        if name not in self._entries:
            raise _unreadable(f"`{name}` is missing")
        return self._entries[name]

    def table(self, name: str) -> _Table:
        return _Table(self.given(name), f"`{name}`")

    def text(self, name: str) -> str:
        value = self.given(name)
        if not isinstance(value, str):
            raise _unreadable(f"`{name}` is not a text")
        return value

    def one_of(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name)
        if value not in allowed:
            raise _unreadable(f"`{name}` is none of {', '.join(allowed)}")
        return value

    def number(self, name: str) -> float | None:
        value = self.given(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise _unreadable(f"`{name}` is not a number")
        return float(value)

    def count(self, name: str) -> int | None:
        value = self.given(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise _unreadable(f"`{name}` is not a whole number")
        return value

    def flag(self, name: str) -> bool | None:
        value = self.given(name)
        if value is not None and not isinstance(value, bool):
            raise _unreadable(f"`{name}` is neither true nor false")
        return value


def _unreadable(why: str) -> SummaryError:
    return SummaryError(f"The summary of a set cannot be read: {why}.", "Have the set measured again.")
