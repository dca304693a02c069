"""Layer: pure functions. What a plan may say, wherever it is said."""

from __future__ import annotations

from dataclasses import fields

import pytest

from formcheck.exercises.plan import LIMITS, Plan
from formcheck.session.request_document import KeptPlan


def test_every_number_of_a_plan_has_limits() -> None:
    assert set(LIMITS) == {each.name for each in fields(Plan)} - {"ball", "sex"}


@pytest.mark.parametrize("name", list(LIMITS))
def test_the_limits_themselves_are_allowed_and_nothing_beyond(name: str) -> None:
    limit = LIMITS[name]
    for value in (limit.least, limit.most_to_do):
        assert limit.allows(value)
        assert not KeptPlan.model_validate({name: value}).plan().cannot_be_done()
    assert limit.allows(limit.most)
    for value in (limit.least - 0.1, limit.most + 0.1, float("nan"), float("inf")):
        assert not limit.allows(value)
        assert not limit.allows_to_do(value)


def test_nobody_is_asked_to_bend_further_than_90_degrees_but_a_recording_may_be_judged_by_more() -> None:
    assert LIMITS["target_depth_deg"].allows(120.0)
    assert Plan(target_depth_deg=120.0).cannot_be_done() == (
        "The target depth cannot be 120 degrees; it must be from 15 to 90.",
    )
    assert Plan(reps=500, hold_s=301.0).cannot_be_done() == (
        "The number of reps cannot be 500; it must be from 1 to 100.",
        "The hold cannot be 301 seconds; it must be from 0 to 300.",
    )


def test_what_was_prescribed_when_other_limits_held_is_read() -> None:
    then = {"target_depth_deg": 155.0, "reps": 150, "hold_s": 500.0, "step_height_cm": 90.0, "ball": True}
    assert KeptPlan.model_validate(then).plan() == Plan(155.0, 150, 500.0, 90.0, ball=True)


@pytest.mark.parametrize(
    "document", [{"reps": -1}, {"hold_s": float("nan")}, {"ball": 1}, {"sex": "x"}, {"reps": True}, {"reps": 10**9}]
)
def test_what_could_never_be_prescribed_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="KeptPlan"):
        KeptPlan.model_validate(document)
