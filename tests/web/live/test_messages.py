"""Pure functions: reading what a client sends."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from formcheck.exercises.rubric_file import builtin_names
from formcheck.pose.landmarks import Side
from formcheck.session.request import SetRequest
from formcheck.web.live.messages import (
    Cancel,
    Finish,
    Ping,
    ResumeMessage,
    SetupMessage,
    parse_client_text,
    parse_picture,
)
from formcheck.web.live.refusal import LiveRefusalError

from .world import SETUP


def parse(**changes: Any) -> SetupMessage:
    message = parse_client_text(json.dumps(SETUP | changes))
    assert isinstance(message, SetupMessage)
    return message


def test_a_setup_has_the_plan_that_was_prescribed() -> None:
    request = parse(exercise="step-down", leg="right", step_height_cm=17.5, ball=True).request
    assert request.plan.reps == 10
    assert request.plan.hold_s == 3.0
    assert request.plan.target_depth_deg == 60.0
    assert request.plan.step_height_cm == 17.5
    assert request.plan.ball is True
    assert request.leg is Side.RIGHT


@pytest.mark.parametrize("leg", ["both", "auto"])
def test_a_leg_that_is_not_named_is_none(leg: str) -> None:
    assert parse(exercise="step-down", leg=leg).request.leg is None


def test_both_legs_work_in_a_squat_whichever_is_named() -> None:
    assert parse(exercise="squat", leg="right").request.leg is None


def test_what_is_not_prescribed_may_be_left_out() -> None:
    least = {key: SETUP[key] for key in ("type", "version", "source", "exercise", "width", "height")}
    message = parse_client_text(json.dumps(least))
    assert isinstance(message, SetupMessage)
    assert (message.model, message.session_number) == ("auto", 1)
    assert message.request == SetRequest(SETUP["exercise"])
    assert not message.keep_video


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reps", 1),
        ("reps", 100),
        ("hold_s", 0),
        ("hold_s", 300),
        ("target_depth_deg", 15),
        ("target_depth_deg", 90),
        ("step_height_cm", 5),
        ("step_height_cm", 40),
        ("width", 64),
        ("height", 1280),
        ("session_number", 1),
    ],
)
def test_the_edges_are_allowed(field: str, value: float) -> None:
    parse(**{field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 1),
        ("version", 3),
        ("version", None),
        ("version", "2"),
        ("source", None),
        ("source", "video"),
        ("exercise", "deadlift"),
        ("exercise", None),
        ("exercise", 3),
        ("leg", "middle"),
        ("leg", ["left"]),
        ("reps", 0),
        ("reps", 101),
        ("reps", 2.5),
        ("reps", True),
        ("reps", "10"),
        ("hold_s", -0.1),
        ("hold_s", 300.1),
        ("hold_s", 10**400),
        ("target_depth_deg", 14.9),
        ("target_depth_deg", 90.1),
        ("step_height_cm", 4),
        ("step_height_cm", 41),
        ("step_height_cm", "20"),
        ("ball", 1),
        ("keep_video", "yes"),
        ("model", "../../etc"),
        ("session_number", 0),
        ("width", 63),
        ("width", 1281),
        ("width", None),
        ("height", 480.0),
        ("extra", 1),
        ("width_px", 640),
    ],
)
def test_a_field_out_of_bounds_is_named(field: str, value: Any) -> None:
    with pytest.raises(LiveRefusalError) as refused:
        parse(**{field: value})
    assert refused.value.close_code == (4426 if field == "version" else 4400)
    assert field in refused.value.reason or field == "version"
    assert refused.value.remedy


def test_the_bounds_are_said() -> None:
    with pytest.raises(LiveRefusalError, match="`reps` must be a whole number from 1 to 100"):
        parse(reps=500)
    with pytest.raises(LiveRefusalError, match="`target_depth_deg` must be a number from 15 to 90"):
        parse(target_depth_deg=500)
    names = ", ".join(sorted(builtin_names()))
    with pytest.raises(LiveRefusalError, match=f"`exercise` must be one of {names}"):
        parse(exercise="lunge")


def test_short_messages() -> None:
    assert parse_client_text('{"type": "finish"}') == Finish()
    assert parse_client_text('{"type": "ping"}') == Ping()
    assert parse_client_text('{"type": "cancel"}') == Cancel()
    resume = parse_client_text('{"type": "resume", "version": 2, "set_id": "abcdefghijklmnop"}')
    assert isinstance(resume, ResumeMessage)
    assert resume.set_id == "abcdefghijklmnop"


@pytest.mark.parametrize("set_id", [None, "", "short", "a" * 65, "../" * 8, 5, "é" * 24])
def test_a_set_has_an_id_of_ours(set_id: Any) -> None:
    with pytest.raises(LiveRefusalError):
        parse_client_text(json.dumps({"type": "resume", "version": 2, "set_id": set_id}))


def test_a_frame_is_its_time_and_its_picture() -> None:
    message = parse_picture(struct.pack("<Bd", 1, 1234.5) + b"picture")
    assert message.t_ms == 1234.5
    assert message.jpeg == b"picture"


@pytest.mark.parametrize("t_ms", [-0.1, float("inf"), float("nan"), 1e13])
def test_a_time_that_is_none_is_refused(t_ms: float) -> None:
    with pytest.raises(LiveRefusalError, match="no valid time"):
        parse_picture(struct.pack("<Bd", 1, t_ms) + b"picture")
