"""What a set is measured as: said on a command line, in a page, link or message, kept in the records, corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Rubric
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.pose.people import Region
from formcheck.session.within import Within


@dataclass(frozen=True)
class SetRequest:
    """What a set is to be measured as. What is None was not said, and is found.

    The one place of what can be said of a set: whoever says something of one says it with this, and a correction is
    another one of these, in which only what changes is said (see `corrected`).
    """

    exercise: str | None = None
    """Name of its rubric, such as `wall-squat`. None where it is guessed, before anything is measured."""
    leg: Side | None = None
    """The leg that stands in a step-down."""
    view: ViewKind | None = None
    plan: Plan = field(default_factory=Plan)
    """What was prescribed; what was not is measured and not judged."""
    leg_is_sure: bool = False
    """True where a person who looked at the video named the leg: it is measured whatever the landmarks show."""
    mirrored: bool = False
    """Whether the recording is a mirror image, as selfie cameras make them."""
    capture_fps: float | None = None
    """At how many frames/s slow motion was filmed; None to go by the file."""
    person: int | Region | None = None
    """Who is measured where several people are in view: their number from the left, from 1, or where they are."""
    within: Within | None = None
    """The part of the recording that is this set, where it holds more than one; None for all of it."""
    own_rubric: Rubric | None = None
    """To judge `exercise` by instead of the rubric that formcheck comes with. Not kept."""
    in_force: Mapping[tuple[str, Side | None], Plan] | None = field(default=None, compare=False)
    """What was prescribed when the set was done, by exercise and leg, where `plan` is of these. Not kept."""

    @property
    def rubric(self) -> Rubric:
        """What it is judged by.

        Raises
        ------
        RubricError
            If formcheck has no such exercise.
        ValueError
            If no exercise was said.
        """
        if self.exercise is None:
            raise ValueError("a set is judged once its exercise is known")
        own = self.own_rubric
        return own if own is not None and own.exercise == self.exercise else builtin_rubric(self.exercise)

    def corrected(self, changes: Iterable[SetRequest]) -> SetRequest:
        """Return what the set is measured as from here on.

        Parameters
        ----------
        changes
            In the order in which they were said. What is None in one stays as it was. A leg that is said is believed
            against what the feet show.

        Returns
        -------
        SetRequest
            With the plan of this one where its exercise is the same in the end: what was prescribed of one exercise
            says nothing of another. Where it is known what was in force, with what was of that exercise and leg.
        """
        now = self
        for each in changes:
            now = replace(
                now,
                exercise=each.exercise or now.exercise,
                leg=each.leg or now.leg,
                leg_is_sure=now.leg_is_sure or each.leg is not None,
                view=each.view or now.view,
            )
        own = self.plan if now.exercise == self.exercise else Plan(sex=self.plan.sex)
        if self.in_force is None or (now.exercise, now.leg) == (self.exercise, self.leg):
            return replace(now, plan=own)
        return replace(now, plan=self.in_force.get((now.exercise or "", now.leg), Plan(sex=self.plan.sex)))

    def document(self) -> dict[str, Any]:
        """Return the JSON form in which the records keep it; `KeptRequest` reads it.

        Raises
        ------
        ValueError
            If it is to be judged by a rubric of one's own, which is not kept.
        """
        if self.own_rubric is not None:
            raise ValueError("a set that is judged by a rubric of one's own is not kept")
        sure: dict[str, Any] = {"leg_is_sure": True} if self.leg_is_sure else {}
        part = {} if self.within is None else {"within": self.within.document()}
        return {
            "exercise": self.exercise,
            "leg": None if self.leg is None else self.leg.value,
            **sure,
            "view": None if self.view is None else self.view.value,
            "mirrored": self.mirrored,
            "capture_fps": self.capture_fps,
            "person": self.person.document() if isinstance(self.person, Region) else self.person,
            "plan": asdict(self.plan),
            **part,
        }
