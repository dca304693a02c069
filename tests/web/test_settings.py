"""Layer: pure functions. A live set's settings: the guidance's defaults, and links, taken or refused in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from typer.testing import CliRunner

from formcheck.cli import app
from formcheck.exercises.plan import LIMITS, Plan
from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.pose.landmarks import Side
from formcheck.session.request import SetRequest
from formcheck.web.live.messages import SetupMessage, parse_client_text
from formcheck.web.live.refusal import LiveRefusalError
from formcheck.web.pages.check.page import link_of
from formcheck.web.shared.set_settings import (
    EXERCISES,
    LinkReading,
    in_words,
    link_query,
    read_link,
    setup_message,
    usual_set,
)

_PICTURES = {"version": 2, "source": "picture", "width": 640, "height": 480}


def read(query: str) -> LinkReading:
    return read_link(parse_qs(query, keep_blank_values=True))


def test_the_wall_squat_starts_as_the_guidance_says() -> None:
    assert usual_set("wall-squat") == SetRequest("wall-squat", plan=Plan(45.0, 10, 3.0))


def test_the_step_down_starts_on_the_lowest_step_of_the_ladder() -> None:
    plan = usual_set("step-down").plan
    assert plan.step_height_cm == 10.0
    assert plan.hold_s is None


def test_every_exercise_with_a_rubric_can_be_chosen_by_its_name() -> None:
    assert set(EXERCISES) == set(builtin_names())
    assert all(choice.title == builtin_rubric(name).name for name, choice in EXERCISES.items())


def test_a_prescribed_set_is_taken_as_it_stands() -> None:
    reading = read("exercise=wall-squat&leg=both&reps=10&hold=3&depth=60")
    assert reading == LinkReading(SetRequest("wall-squat", plan=Plan(60.0, 10, 3.0)))


def test_step_and_ball_are_taken_where_they_belong() -> None:
    step = read("exercise=step-down&leg=left&reps=8&depth=50&step=15").request
    assert step == SetRequest("step-down", Side.LEFT, plan=Plan(50.0, 8, None, 15.0))
    ball = read("exercise=wall-squat&leg=both&reps=10&hold=3&depth=60&ball=yes").request
    assert ball is not None
    assert ball.plan.ball


def test_what_a_link_leaves_open_is_named() -> None:
    reading = read("exercise=step-down&reps=8")
    assert reading.request == SetRequest("step-down", plan=Plan(45.0, 8, None, 10.0))
    assert reading.left_open == ("leg", "depth", "step")


def test_no_query_prescribes_nothing() -> None:
    assert not read("").prescribes
    assert not read("embed=true").prescribes


@pytest.mark.parametrize(
    ("query", "value", "allowed"),
    [
        ("exercise=lunge", "“lunge”", "wall-squat, step-down, squat, single-leg-squat, sit-to-stand or knee-to-wall"),
        ("reps=10", "which exercise", "wall-squat, step-down, squat, single-leg-squat, sit-to-stand or knee-to-wall"),
        ("exercise=wall-squat&reps=ten", "“ten”", "a whole number from 1 to 100"),
        ("exercise=wall-squat&reps=0", "“0”", "from 1 to 100"),
        ("exercise=wall-squat&reps=10.5", "“10.5”", "a whole number"),
        ("exercise=wall-squat&reps=", "“”", "a whole number"),
        ("exercise=wall-squat&reps=1_0", "“1_0”", "a whole number"),
        ("exercise=wall-squat&depth=91", "“91”", "from 15 to 90 degrees"),
        ("exercise=wall-squat&depth=nan", "“nan”", "from 15 to 90 degrees"),
        ("exercise=wall-squat&hold=-1", "“-1”", "from 0 to 300 seconds"),
        ("exercise=wall-squat&hold=3s", "“3s”", "from 0 to 300 seconds"),
        ("exercise=wall-squat&leg=left", "“left”", "only both"),
        ("exercise=step-down&leg=both", "“both”", "auto, left or right"),
        ("exercise=step-down&step=3", "“3”", "from 5 to 40 centimetres"),
        ("exercise=wall-squat&step=10", "“step”", "ball, depth, exercise, hold, leg and reps"),
        ("exercise=step-down&hold=3", "“hold”", "depth, exercise, leg, reps and step"),
        ("exercise=wall-squat&ball=maybe", "“maybe”", "yes or no"),
        ("exercise=wall-squat&rep=10", "“rep”", "reps"),
        ("exercise=wall-squat&reps=5&reps=9", "“reps” is given 2 times", "once"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_and_what_is_allowed(query: str, value: str, allowed: str) -> None:
    reading = read(query)
    assert reading.request is None
    assert reading.prescribes
    (refusal,) = reading.refusals
    assert value in refusal
    assert allowed in refusal


def test_every_bad_value_is_named_at_once() -> None:
    assert len(read("exercise=wall-squat&leg=left&reps=ten&depth=200").refusals) == 3


def test_a_long_or_unprintable_value_does_not_flood_the_page() -> None:
    (refusal,) = read(f"exercise={'x' * 5000}").refusals
    assert len(refusal) < 200
    (refusal,) = read_link({"exercise": ["a\x1b[31m\nb"]}).refusals
    assert refusal.isprintable()


@pytest.mark.parametrize("exercise", list(EXERCISES))
def test_a_link_made_of_a_set_gives_that_set_back(exercise: str) -> None:
    request = usual_set(exercise)
    assert read(link_query(request)) == LinkReading(request)


def test_the_link_is_at_the_address_of_the_page() -> None:
    request, query = usual_set(), link_query(usual_set())
    assert link_of(request, "https://knee.example.org/check?x=1") == f"https://knee.example.org/check?{query}"
    assert link_of(request, "http://localhost:8501") == f"http://localhost:8501/check?{query}"
    assert link_of(request, None) == f"/check?{query}"


@pytest.mark.parametrize("exercise", list(EXERCISES))
def test_the_live_socket_takes_the_set_up_message(exercise: str) -> None:
    message = setup_message(usual_set(exercise), model="auto", session_number=1, keep_video=False)
    parsed = parse_client_text(json.dumps({**message, "type": "setup", **_PICTURES}))
    assert isinstance(parsed, SetupMessage)
    assert parsed.request == usual_set(exercise)


def test_a_set_is_said_in_one_line() -> None:
    assert in_words(usual_set("wall-squat")) == "Wall squat · 10 reps · hold 3 s · 45° deep"
    step = SetRequest("step-down", Side.LEFT, plan=Plan(45.0, 1, None, 15.0))
    assert in_words(step) == "Step-down · standing on the left leg · 1 rep · 15 cm step · 45° deep"


# One table of limits: what one door takes, every door takes -----------------------------------------------------------

DOORS: dict[str, tuple[str, str]] = {
    "target_depth_deg": ("depth", "--target-depth"),
    "reps": ("reps", "--reps"),
    "hold_s": ("hold", "--hold"),
    "step_height_cm": ("step", "--step-height"),
}
"""By the name in `LIMITS`: in a link, and as an option of the command line."""


def _by_link(name: str, value: float) -> bool:
    exercise = "step-down" if name == "step_height_cm" else "wall-squat"
    return read(f"exercise={exercise}&{DOORS[name][0]}={value:g}").request is not None


def _by_socket(name: str, value: float) -> bool:
    number = int(value) if LIMITS[name].whole else value
    message = {
        "type": "setup",
        "version": 2,
        "source": "picture",
        "exercise": "squat",
        "width": 640,
        "height": 480,
        name: number,
    }
    try:
        parse_client_text(json.dumps(message))
    except LiveRefusalError:
        return False
    return True


def _by_prescription(name: str, value: float) -> bool:
    return not Plan(**{name: value}).cannot_be_done()  # type: ignore[arg-type]


@pytest.mark.parametrize("name", list(LIMITS))
@pytest.mark.parametrize("door", [_by_link, _by_socket, _by_prescription])
def test_link_socket_and_prescription_take_the_same_numbers(door: Callable[[str, float], bool], name: str) -> None:
    limit = LIMITS[name]
    assert door(name, limit.least)
    assert door(name, limit.most_to_do)
    assert not door(name, limit.least - 1)
    assert not door(name, limit.most_to_do + 1)


@pytest.mark.parametrize("name", list(LIMITS))
@pytest.mark.parametrize("command", ["analyze", "batch"])
def test_the_command_line_takes_what_a_recording_may_be_judged_by(command: str, name: str, tmp_path: Path) -> None:
    limit, nowhere = LIMITS[name], str(tmp_path / "nowhere")
    for value, refused in ((limit.least, False), (limit.most, False), (limit.least - 1, True), (limit.most + 1, True)):
        said = CliRunner().invoke(app, [command, nowhere, "--exercise", "handstand", f"{DOORS[name][1]}={value:g}"])
        assert said.exit_code == 2
        assert ("handstand" in said.output) is not refused


def test_a_set_with_numbers_left_open_is_said_and_sent_without_them() -> None:
    request = SetRequest("wall-squat", plan=Plan(reps=8))
    assert in_words(request) == "Wall squat · 8 reps"
    message = setup_message(request, model="auto", session_number=1, keep_video=False)
    parsed = parse_client_text(json.dumps({**message, "type": "setup", **_PICTURES}))
    assert isinstance(parsed, SetupMessage)
    assert parsed.request == request
