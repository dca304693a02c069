"""What was prescribed for a set: the part of a rubric that belongs to the person and not to the exercise."""

from __future__ import annotations

from dataclasses import dataclass


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
