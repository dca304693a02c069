"""Layer: pure functions. What a set is measured as: kept and read again, and corrected by what was said later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.errors import RubricError
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.pose.people import Region
from formcheck.session.request import SetRequest
from formcheck.session.request_document import KeptRequest

numbers = st.none() | st.floats(0, 1000)
plans = st.builds(
    Plan, numbers, st.none() | st.integers(1, 100), numbers, numbers, st.booleans(), st.sampled_from([None, "female"])
)
requests = st.builds(
    SetRequest,
    st.none() | st.sampled_from(builtin_names()),
    st.none() | st.sampled_from(Side),
    st.none() | st.sampled_from(ViewKind),
    plans,
    st.booleans(),
    st.booleans(),
    st.none() | st.floats(1, 1000),
    st.none() | st.integers(1, 9) | st.just(Region(0.1, 0.0, 0.5, 1.0)),
)


@given(requests)
def test_what_is_kept_is_read_as_it_was(request: SetRequest) -> None:
    assert KeptRequest.model_validate(request.document()).request() == request


# As formcheck 0.1.0 kept them: of a set, of an upload of which nothing was said, and of one from before slow motion.
KEPT_BEFORE: list[tuple[dict[str, Any], SetRequest]] = [
    (
        {
            "exercise": "step-down",
            "leg": "right",
            "view": "side",
            "mirrored": False,
            "capture_fps": 120.0,
            "person": [0.1, 0.0, 0.9, 1.0],
            "plan": {
                "target_depth_deg": 155.0,
                "reps": 3,
                "hold_s": None,
                "step_height_cm": 10.0,
                "ball": False,
                "sex": "female",
            },
        },
        SetRequest(
            "step-down",
            Side.RIGHT,
            ViewKind.SIDE,
            Plan(155.0, 3, None, 10.0, sex="female"),
            capture_fps=120.0,
            person=Region(0.1, 0.0, 0.9, 1.0),
        ),
    ),
    (
        {"person_said": False, "exercise": None, "leg": None, "view": None, "mirrored": True, "plan": None},
        SetRequest(mirrored=True),
    ),
    (
        {"exercise": "wall-squat", "leg": None, "view": "front", "plan": {"reps": 150, "hold_s": 500.0}},
        SetRequest("wall-squat", view=ViewKind.FRONT, plan=Plan(reps=150, hold_s=500.0)),
    ),
]


@pytest.mark.parametrize(("document", "request_then"), KEPT_BEFORE)
def test_what_was_kept_before_is_read(document: dict[str, Any], request_then: SetRequest) -> None:
    assert KeptRequest.model_validate(document).request() == request_then


@pytest.mark.parametrize(
    "document",
    [
        {"exercise": "handstand"},
        {"exercise": ["squat"]},
        {"leg": "both"},
        {"view": "top"},
        {"capture_fps": 0.0},
        {"capture_fps": True},
        {"person": [0.1, 0.2]},
        {"person": True},
        {"plan": {"reps": "ten"}},
        {"plan": {"hold_s": float("inf")}},
    ],
)
def test_what_is_no_request_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="KeptRequest"):
        KeptRequest.model_validate(document)


def test_what_is_judged_by_a_rubric_of_ones_own_is_not_kept() -> None:
    own = replace(builtin_rubric("squat"), version="mine")
    request = SetRequest("squat", own_rubric=own)
    assert request.rubric is own
    with pytest.raises(ValueError, match="not kept"):
        request.document()


def test_a_rubric_of_ones_own_judges_its_own_exercise_alone() -> None:
    own = replace(builtin_rubric("squat"), version="mine")
    elsewhere = SetRequest("squat", own_rubric=own).corrected([SetRequest("wall-squat")])
    assert elsewhere.rubric == builtin_rubric("wall-squat")
    assert elsewhere.corrected([SetRequest("squat")]).rubric is own


def test_without_an_exercise_nothing_can_be_judged() -> None:
    with pytest.raises(ValueError, match="exercise"):
        _ = SetRequest().rubric
    with pytest.raises(RubricError):
        _ = SetRequest("handstand").rubric


@given(requests, requests, requests)
def test_what_is_said_later_counts_and_what_is_not_said_stays(
    first: SetRequest, one: SetRequest, other: SetRequest
) -> None:
    now = first.corrected([one, other])
    assert now.exercise == (other.exercise or one.exercise or first.exercise)
    assert now.leg == (other.leg or one.leg or first.leg)
    assert now.view == (other.view or one.view or first.view)
    assert now.leg_is_sure == (first.leg_is_sure or one.leg is not None or other.leg is not None)
    assert (now.mirrored, now.capture_fps, now.person) == (first.mirrored, first.capture_fps, first.person)


def test_what_was_prescribed_of_one_exercise_says_nothing_of_another() -> None:
    first = SetRequest("wall-squat", plan=Plan(60.0, 10, sex="male"))
    assert first.corrected([SetRequest("squat")]).plan == Plan(sex="male")
    assert first.corrected([SetRequest("squat"), SetRequest("wall-squat")]).plan == first.plan
    assert first.corrected([]) == first
