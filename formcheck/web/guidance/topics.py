"""All topics in the order they are shown."""

from __future__ import annotations

from typing import Final

from formcheck.web.guidance.content import Topic
from formcheck.web.guidance.filming import FILMING
from formcheck.web.guidance.numbers import NUMBERS
from formcheck.web.guidance.progress import PROGRESS
from formcheck.web.guidance.safety import SAFETY
from formcheck.web.guidance.squat import SQUAT
from formcheck.web.guidance.step_down import STEP_DOWN
from formcheck.web.guidance.wall_squat import WALL_SQUAT

TOPICS: Final[tuple[Topic, ...]] = (SAFETY, WALL_SQUAT, STEP_DOWN, SQUAT, FILMING, NUMBERS, PROGRESS)


def topic_named(key: str) -> Topic | None:
    """Return the topic of an address, None where there is none."""
    return next((topic for topic in TOPICS if topic.key == key), None)
