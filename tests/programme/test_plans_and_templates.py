"""Layer: programmes as data: templates, their form as a document, what cannot be."""

from __future__ import annotations

import json

import pytest

from formcheck.exercises.catalogue.exercise import exercises
from formcheck.programme.plan import (
    Item,
    Phase,
    ProgrammeError,
    Weekday,
    checked,
    dose_in_words,
    known_exercises,
    often_in_words,
    programme_from_document,
)
from formcheck.programme.templates import templates

KEYS = ["ball-path", "hip-path", "combined", "step-down-path", "return-to-running"]


def test_there_are_five_templates_each_with_where_its_numbers_come_from() -> None:
    assert list(templates()) == KEYS
    for template in templates().values():
        assert template.origins
        assert all(each.bases for each in template.origins)


@pytest.mark.parametrize("key", KEYS)
def test_a_template_holds_nothing_but_exercises_that_there_are_and_can_be_prescribed(key: str) -> None:
    programme = templates()[key].programme
    for phase in programme.phases:
        for item in phase.items:
            assert item.exercise in known_exercises()
            assert not item.request.plan.cannot_be_done() if item.is_measured else True
    # Whoever comes to the last phase has nothing to wait for.
    assert programme.phases[-1].gate is None
    assert all(phase.gate is not None for phase in programme.phases[:-1])
    # A gate that asks for form can be met: something is measured.
    for phase in programme.phases:
        if phase.gate is not None and phase.gate.quality is not None:
            assert any(item.is_judged for item in phase.items)


def test_every_measured_exercise_but_the_free_squat_stands_in_a_template() -> None:
    used = {item.exercise for each in templates().values() for phase in each.programme.phases for item in phase.items}
    assert set(exercises()) - used == {"squat"}


@pytest.mark.parametrize("key", KEYS)
def test_a_programme_is_the_same_after_a_document(key: str) -> None:
    programme = templates()[key].programme
    assert programme_from_document(json.loads(json.dumps(programme.document()))) == programme


def test_an_item_is_said_as_people_say_it() -> None:
    item = Item(
        exercise="clamshell", leg="each", sets=2, reps=10, hold_s=2.0, rest_s=45.0, days=(Weekday.MON, Weekday.FRI)
    )
    assert dose_in_words(item) == "2 sets of 10 · hold 2 s · each leg · rest 45 s"
    assert often_in_words(item) == "once a day, Mon, Fri"
    assert item.title == "Clamshell"
    assert not item.is_measured
    squat = Item(exercise="wall-squat", target_depth_deg=45.0, ball=True, times_a_day=2)
    assert dose_in_words(squat) == "1 set of 10 · 45° deep · ball between the knees"
    assert often_in_words(squat) == "twice a day, every day"
    assert squat.is_measured


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sets": 0}, "sets"),
        ({"reps": 101}, "reps"),
        ({"days": []}, "days"),
        ({"days": ["mon", "mon"]}, "twice"),
        ({"leg": "middle"}, "leg"),
        ({"target_depth_deg": 130.0}, "target_depth_deg"),
        ({"exercise": "../x"}, "exercise"),
        ({"hold_s": float("nan")}, "hold_s"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_an_item_that_cannot_be_is_refused_in_words(change: dict[str, object], words: str) -> None:
    with pytest.raises(ProgrammeError, match=words):
        checked("Mine", [{"title": "One", "items": [{"exercise": "bridge", **change}]}])


def test_an_exercise_stands_in_a_phase_once_for_a_leg() -> None:
    left, right, either = (Item(exercise="step-down", leg=leg) for leg in ("left", "right", None))
    assert Phase(title="Both", items=(left, right)).items == (left, right)
    for items in ((left, left), (left, either), (either, left)):
        with pytest.raises(ProgrammeError, match="twice"):
            checked("Mine", [{"title": "One", "items": [each.model_dump(mode="json") for each in items]}])


def test_a_document_of_something_else_is_no_programme() -> None:
    documents: tuple[object, ...] = (
        None,
        [],
        {"schema": "formcheck.programme/2"},
        {"title": "Mine"},
        {"schema": "formcheck.programme/1"},
    )
    for document in documents:
        with pytest.raises(ProgrammeError):
            programme_from_document(document)
