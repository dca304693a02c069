"""What a set is measured as, as records and summaries keep it; `SetRequest.document` writes it.

Numbers of a plan beyond its `LIMITS` are taken: they were prescribed when other limits held. So are fields of another
version.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from formcheck.doors import Kept, Listed, must_be, word_of
from formcheck.exercises.plan import LARGEST_KEPT, Plan
from formcheck.exercises.rubric_file import builtin_names
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.pose.people import Region
from formcheck.session.request import SetRequest
from formcheck.session.within import Within
from formcheck.video.slow_motion import CAPTURE_FPS_RANGE

_Bounds = Field(ge=0, le=LARGEST_KEPT)
KeptNumber = Annotated[int, _Bounds] | Annotated[float, _Bounds]
"""What could ever have been prescribed, whatever limits held then."""


class KeptPlan(Kept):
    """What was prescribed; what is absent was not."""

    target_depth_deg: KeptNumber | None = None
    reps: KeptNumber | None = None
    hold_s: KeptNumber | None = None
    step_height_cm: KeptNumber | None = None
    ball: bool = False
    sex: Literal["female", "male"] | None = None

    def plan(self) -> Plan:
        """Return it as everybody else knows it."""
        return Plan(**{name: getattr(self, name) for name in type(self).model_fields})


class KeptWithin(Kept):
    """The part of a recording that is a set; what is absent or null is all of it."""

    start_s: KeptNumber | None = None
    end_s: KeptNumber | None = None
    left_px: KeptNumber | None = None
    top_px: KeptNumber | None = None
    right_px: KeptNumber | None = None
    bottom_px: KeptNumber | None = None

    def within(self) -> Within:
        """Return it as everybody else knows it."""
        return Within(**{name: getattr(self, name) for name in KeptWithin.model_fields})


def _region(person: object) -> object:
    if not isinstance(person, list):
        return person
    try:
        return Region.from_document(person)
    except (ValueError, OverflowError):
        raise must_be("a part of the picture") from None


class KeptRequest(Kept):
    """What a set is to be measured as; what is absent or null was not said."""

    exercise: Annotated[str, word_of(builtin_names)] | None = None
    leg: Annotated[Side, Listed] | None = None
    view: Annotated[ViewKind, Listed] | None = None
    plan: KeptPlan | None = None
    leg_is_sure: bool | None = None
    mirrored: bool | None = None
    capture_fps: float | None = Field(default=None, ge=CAPTURE_FPS_RANGE[0], le=CAPTURE_FPS_RANGE[1])
    person: Annotated[
        int | Region | None, BeforeValidator(_region), Field(title="a number or a part of the picture")
    ] = None
    within: KeptWithin | None = None

    def request(self) -> SetRequest:
        """Return it as everybody else knows it."""
        said = {name: getattr(self, name) for name in KeptRequest.model_fields if getattr(self, name) is not None}
        plan = {} if self.plan is None else {"plan": self.plan.plan()}
        return SetRequest(**said | plan | ({} if self.within is None else {"within": self.within.within()}))
