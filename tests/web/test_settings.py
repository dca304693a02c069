"""Layer: pure functions. A live set's settings: the guidance's defaults, and links, taken or refused in words."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.web.check.before import link_of
from formcheck.web.check.settings import EXERCISES, LinkReading, SetSettings, default_settings, read_link
from formcheck.web.live.messages import SetupMessage, parse_client_text


def read(query: str) -> LinkReading:
    return read_link(parse_qs(query, keep_blank_values=True))


def test_the_wall_squat_starts_as_the_guidance_says() -> None:
    assert default_settings("wall-squat") == SetSettings("wall-squat", "both", 10, 3.0, 45.0, None)


def test_the_step_down_starts_on_the_lowest_step_of_the_ladder() -> None:
    settings = default_settings("step-down")
    assert settings.step_height_cm == 10.0
    assert settings.hold_s == 0.0


def test_every_exercise_with_a_rubric_can_be_chosen_by_its_name() -> None:
    assert set(EXERCISES) == set(builtin_names())
    assert all(choice.title == builtin_rubric(name).name for name, choice in EXERCISES.items())


def test_a_prescribed_set_is_taken_as_it_stands() -> None:
    reading = read("exercise=wall-squat&leg=both&reps=10&hold=3&depth=60")
    assert reading == LinkReading(SetSettings("wall-squat", "both", 10, 3.0, 60.0, None))


def test_step_and_ball_are_taken_where_they_belong() -> None:
    step = read("exercise=step-down&leg=left&reps=8&depth=50&step=15").settings
    assert step == SetSettings("step-down", "left", 8, 0.0, 50.0, 15.0)
    ball = read("exercise=wall-squat&leg=both&reps=10&hold=3&depth=60&ball=yes").settings
    assert ball is not None
    assert ball.ball


def test_what_a_link_leaves_open_is_named() -> None:
    reading = read("exercise=step-down&reps=8")
    assert reading.settings == SetSettings("step-down", "auto", 8, 0.0, 45.0, 10.0)
    assert reading.left_open == ("leg", "depth", "step")


def test_no_query_prescribes_nothing() -> None:
    assert not read("").prescribes
    assert not read("embed=true").prescribes


@pytest.mark.parametrize(
    ("query", "value", "allowed"),
    [
        ("exercise=lunge", "“lunge”", "wall-squat, step-down or squat"),
        ("reps=10", "which exercise", "wall-squat, step-down or squat"),
        ("exercise=wall-squat&reps=ten", "“ten”", "a whole number from 1 to 30"),
        ("exercise=wall-squat&reps=0", "“0”", "from 1 to 30"),
        ("exercise=wall-squat&reps=10.5", "“10.5”", "a whole number"),
        ("exercise=wall-squat&reps=", "“”", "a whole number"),
        ("exercise=wall-squat&reps=1_0", "“1_0”", "a whole number"),
        ("exercise=wall-squat&depth=91", "“91”", "from 15 to 90 degrees"),
        ("exercise=wall-squat&depth=nan", "“nan”", "from 15 to 90 degrees"),
        ("exercise=wall-squat&hold=-1", "“-1”", "from 0 to 60 seconds"),
        ("exercise=wall-squat&hold=3s", "“3s”", "from 0 to 60 seconds"),
        ("exercise=wall-squat&leg=left", "“left”", "only both"),
        ("exercise=step-down&leg=both", "“both”", "auto, left or right"),
        ("exercise=step-down&step=3", "“3”", "from 5 to 30 cm"),
        ("exercise=wall-squat&step=10", "“step”", "ball, depth, exercise, hold, leg and reps"),
        ("exercise=step-down&hold=3", "“hold”", "depth, exercise, leg, reps and step"),
        ("exercise=wall-squat&ball=maybe", "“maybe”", "yes or no"),
        ("exercise=wall-squat&rep=10", "“rep”", "reps"),
        ("exercise=wall-squat&reps=5&reps=9", "“reps” is given 2 times", "once"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_and_what_is_allowed(query: str, value: str, allowed: str) -> None:
    reading = read(query)
    assert reading.settings is None
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
    settings = default_settings(exercise)
    assert read(settings.query()) == LinkReading(settings)


def test_the_link_is_at_the_address_of_the_page() -> None:
    settings = default_settings()
    assert (
        link_of(settings, "https://knee.example.org/check?x=1") == f"https://knee.example.org/check?{settings.query()}"
    )
    assert link_of(settings, "http://localhost:8501") == f"http://localhost:8501/check?{settings.query()}"
    assert link_of(settings, None) == f"/check?{settings.query()}"


@pytest.mark.parametrize("exercise", list(EXERCISES))
def test_the_live_socket_takes_the_set_up_message(exercise: str) -> None:
    message = default_settings(exercise).setup_message(model="auto", session_number=1, keep_video=False)
    parsed = parse_client_text(json.dumps({**message, "type": "setup", "version": 1, "width": 640, "height": 480}))
    assert isinstance(parsed, SetupMessage)
    assert parsed.exercise == exercise


def test_a_set_is_said_in_one_line() -> None:
    assert default_settings("wall-squat").in_words() == "Wall squat · 10 reps · hold 3 s · 45° deep"
    step = SetSettings("step-down", "left", 1, 0.0, 45.0, 15.0)
    assert step.in_words() == "Step-down · standing on the left leg · 1 rep · 15 cm step · 45° deep"
