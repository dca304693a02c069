"""What a set was measured as, in the form in which it is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from formcheck.exercises.plan import Plan, plan_from_document
from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.pose.people import Region
from formcheck.records.access import RecordsError
from formcheck.records.tables import Json
from formcheck.session.recorded import SetRequest
from formcheck.video.slow_motion import CAPTURE_FPS_RANGE


def capture_fps_said(value: Any) -> float | None:
    """Read the frames/s at which a video was filmed from its JSON form; None was not said.

    Raises
    ------
    ValueError
        If it is no rate.
    """
    if value is None:
        return None
    lowest, highest = CAPTURE_FPS_RANGE
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not lowest <= value <= highest:
        raise ValueError(f"{value!r} is no number of frames a second")
    return float(value)


@dataclass(frozen=True)
class MeasuredAs:
    """An exercise, and what was known beforehand. What is None was found, or not prescribed."""

    exercise: str
    leg: Side | None = None
    view: ViewKind | None = None
    mirrored: bool = False
    capture_fps: float | None = None
    """At how many frames/s it was filmed, where somebody said so."""
    person: Region | None = None
    """Where the person is who was chosen among several."""
    plan: Plan = field(default_factory=Plan)

    def request(self) -> SetRequest:
        """Return what the engine is asked."""
        return SetRequest(rubric=builtin_rubric(self.exercise), leg=self.leg, view=self.view, plan=self.plan)

    def document(self) -> Json:
        """Return the JSON form."""
        return {
            "exercise": self.exercise,
            "leg": None if self.leg is None else self.leg.value,
            "view": None if self.view is None else self.view.value,
            "mirrored": self.mirrored,
            "capture_fps": self.capture_fps,
            "person": None if self.person is None else self.person.document(),
            "plan": asdict(self.plan),
        }

    @classmethod
    def from_document(cls, document: Any) -> MeasuredAs:
        """Read the JSON form.

        Raises
        ------
        RecordsError
            If it is none.
        """
        try:
            if document["exercise"] not in builtin_names():
                raise ValueError("an exercise that formcheck does not know")
            return cls(
                exercise=document["exercise"],
                leg=None if document.get("leg") is None else Side(document["leg"]),
                view=None if document.get("view") is None else ViewKind(document["view"]),
                mirrored=bool(document.get("mirrored", False)),
                capture_fps=capture_fps_said(document.get("capture_fps")),
                person=None if document.get("person") is None else Region.from_document(document["person"]),
                plan=plan_from_document(document["plan"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise RecordsError(
                f"What a set was measured as cannot be read: {error}.", "Restore the records from a backup."
            ) from error
