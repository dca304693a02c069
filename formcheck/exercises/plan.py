"""What was prescribed for a set: the part of a rubric that belongs to the person and not to the exercise."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, Final

_LARGEST_TARGET: Final = 10_000
"""Degrees, seconds, centimetres or reps: nothing that is prescribed comes near."""


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
        numbers: dict[str, float | None] = {
            "target_depth_deg": self.target_depth_deg,
            "reps": self.reps,
            "hold_s": self.hold_s,
            "step_height_cm": self.step_height_cm,
            "ball": 1.0 if self.ball else None,
        }
        return numbers[field]


def plan_from_document(document: Any) -> Plan:
    """Read the JSON form of targets; what is absent was not prescribed.

    Raises
    ------
    TypeError, ValueError
        If it is none, or a target has a value that none can have.
    """
    known = {each.name: document[each.name] for each in fields(Plan) if each.name in document}
    for name, value in known.items():
        if name == "ball":
            allowed = isinstance(value, bool)
        elif name == "sex":
            allowed = value in (None, "female", "male")
        else:
            number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            allowed = value is None or (number and 0 <= value <= _LARGEST_TARGET)
        if not allowed:
            raise ValueError(f"{value!r} is no {name.replace('_', ' ')}")
    return Plan(**known)
