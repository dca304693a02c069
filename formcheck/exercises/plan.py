"""What was prescribed for a set: the part of a rubric that belongs to the person and not to the exercise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

LARGEST_KEPT: Final = 10_000
"""Degrees, seconds, centimetres or reps: nothing that was ever prescribed comes near."""


@dataclass(frozen=True)
class Limit:
    """What one number of a plan may be, both ends included."""

    title: str
    """As the beginning of a sentence."""
    unit: str
    """In words; empty for a count."""
    least: float
    most: float
    """What a recording may be judged by."""
    most_to_do: float
    """What somebody may be asked to do."""
    whole: bool = False

    def allows(self, value: float) -> bool:
        """Say whether a recording may be judged by a value."""
        return math.isfinite(value) and self.least <= value <= self.most

    def allows_to_do(self, value: float) -> bool:
        """Say whether somebody may be asked to do it."""
        return math.isfinite(value) and self.least <= value <= self.most_to_do


def _limit(title: str, unit: str, least: float, most: float, most_to_do: float | None = None, **more: bool) -> Limit:
    return Limit(title, unit, least, most, most if most_to_do is None else most_to_do, **more)


LIMITS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        # Movements of less than 15° are no reps (measurement specification §2.4); a knee bends by 140 to 150° at most,
        # and nobody is asked for more than 90° (§3.5).
        "target_depth_deg": _limit("The target depth", "degrees", 15.0, 140.0, 90.0),
        # The guidance asks for 10 to 20 (§3.5); a set is over when form goes, long before 100.
        "reps": _limit("The number of reps", "", 1, 100, whole=True),
        # 0 is no hold. The guidance asks for 3 s; ten reps of 5 min fill the longest set that is measured live.
        "hold_s": _limit("The hold", "seconds", 0.0, 300.0),
        # The ladder has 10 to 20 cm and the rules about pain take off 5 (§3.6, §7.6); 40 cm is a chair.
        "step_height_cm": _limit("The step height", "centimetres", 5.0, 40.0),
    }
)
"""What each number of a `Plan` may be, wherever it is said: on a command line, in a link, a page, a message or a
prescription. What was kept before with other numbers is still read, see `formcheck.session.request_document`."""


@dataclass(frozen=True)
class Plan:
    """What was prescribed for the set. What is None was not prescribed, so it is shown but not judged."""

    target_depth_deg: float | None = None
    """Knee flexion to reach (deg)."""
    reps: int | None = None
    hold_s: float | None = None
    """Hold at the bottom of each rep (s)."""
    step_height_cm: float | None = None
    ball: bool = False
    """Whether a ball is to be held between the knees."""
    sex: str | None = None
    """`female` or `male` to use the bands that studies give for that sex, None for a check's own bands."""

    def prescribed(self, field: str) -> float | None:
        """Return what was prescribed, as a number.

        Parameters
        ----------
        field
            `target_depth_deg`, `reps`, `hold_s`, `step_height_cm` or `ball`.

        Returns
        -------
        float or None
            The number, 1 for a ball, None where nothing was prescribed.

        Raises
        ------
        KeyError
            If a plan has no such number.
        """
        numbers: dict[str, float | None] = {name: getattr(self, name) for name in LIMITS}
        return (numbers | {"ball": 1.0 if self.ball else None})[field]

    def without(self, left_out: int) -> Plan:
        """Return what a set is held to of which so many reps were left out: nobody lacks reps that do not count."""
        if self.reps is None or left_out == 0:
            return self
        rest = self.reps - left_out
        return replace(self, reps=rest if rest > 0 else None)

    def cannot_be_done(self) -> tuple[str, ...]:
        """Return what of it nobody may be asked to do, a sentence each: `The target depth cannot be 155 degrees; …`."""
        return tuple(
            f"{limit.title} cannot be {value:g} {limit.unit}".rstrip()
            + f"; it must be from {limit.least:g} to {limit.most_to_do:g}."
            for name, limit in LIMITS.items()
            if (value := getattr(self, name)) is not None and not limit.allows_to_do(value)
        )


def is_kept_number(value: object) -> bool:
    """Say whether a value could ever have been prescribed, whatever limits held then."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return number and 0 <= float(value) <= LARGEST_KEPT  # type: ignore[arg-type]
