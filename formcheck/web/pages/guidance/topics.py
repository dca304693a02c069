"""All topics in the order they are shown."""

from __future__ import annotations

from formcheck.exercises.catalogue.exercise import exercises
from formcheck.exercises.catalogue.guide import Topic, guide_of
from formcheck.web.pages.guidance.filming import FILMING
from formcheck.web.pages.guidance.numbers import NUMBERS
from formcheck.web.pages.guidance.progress import PROGRESS
from formcheck.web.pages.guidance.safety import SAFETY


def topics() -> tuple[Topic, ...]:
    """Return every topic: safety before all, then each exercise of the catalogue, then what holds for all of them."""
    return (SAFETY, *(guide_of(name) for name in exercises()), FILMING, NUMBERS, PROGRESS)


def topic_named(key: str) -> Topic | None:
    """Return the topic of an address, None where there is none."""
    return next((topic for topic in topics() if topic.key == key), None)
