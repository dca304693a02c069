"""Layer: what a browser says of a guided run, and the answers of the red-flag screen."""

from __future__ import annotations

import pytest

from formcheck.programme.guided import DOOR, GuidedError, GuidedSet, done_id, whole_sets
from formcheck.programme.red_flags import RED_FLAGS, RedFlagsError, checked_flags, flags_in_words
from formcheck.report.safety import SEE_NOW

RUN = "a" * 32


def one(leg: str | None, *, whole: bool = True) -> GuidedSet:
    return GuidedSet(leg=leg, reps=10, held_s=30.0, whole=whole)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sets", "whole"),
    [
        ((one(None), one(None)), 2),
        ((one(None), one(None, whole=False)), 1),
        ((one("left"), one("right"), one("left"), one("right")), 2),
        ((one("left"), one("right"), one("left")), 1),
        ((one("left"), one("left")), 2),
        ((), 0),
    ],
)
def test_a_set_counts_when_it_went_to_its_end_on_both_legs(sets: tuple[GuidedSet, ...], whole: int) -> None:
    assert whole_sets(sets) == whole


@pytest.mark.parametrize(
    "report",
    [
        None,
        {"run": RUN, "items": [], "over": 1},
        {"run": "short", "items": [], "over": True},
        {"run": RUN, "items": [{"index": 0, "sets": [], "pain": 11}], "over": True},
        {
            "run": RUN,
            "items": [{"index": 0, "sets": [{"leg": None, "reps": -1, "held_s": 0, "whole": True}], "pain": None}],
            "over": True,
        },
        {
            "run": RUN,
            "items": [
                {"index": 0, "sets": [{"leg": None, "reps": 1, "held_s": float("nan"), "whole": True}], "pain": None}
            ],
            "over": True,
        },
        {"run": RUN, "items": [], "over": True, "more": 1},
    ],
)
def test_a_report_that_cannot_be_is_refused(report: object) -> None:
    with pytest.raises(GuidedError):
        DOOR.read(report)


def test_the_same_exercise_of_a_run_has_the_same_id_and_another_persons_has_another() -> None:
    assert done_id("p", RUN, 0) == done_id("p", RUN, 0)
    assert len({done_id("p", RUN, 0), done_id("p", RUN, 1), done_id("q", RUN, 0)}) == 3


def test_the_screen_asks_what_the_safety_texts_say_and_keeps_its_order() -> None:
    assert tuple(flag.words for flag in RED_FLAGS) == SEE_NOW
    last, first = RED_FLAGS[-1].id, RED_FLAGS[0].id
    assert checked_flags([last, first, last]) == [first, last]
    assert flags_in_words([first, "gone"]) == ["You cannot take weight on the leg, or the pain is severe", "gone"]
    with pytest.raises(RedFlagsError):
        checked_flags(["gone"])
