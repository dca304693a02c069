"""Layer: pure functions. Telling one person from several by their boxes."""

from __future__ import annotations

import pytest

from formcheck.pose.people import PersonBox, comparable_people

ATHLETE = PersonBox(left=400, top=100, right=600, bottom=600)


def beside(height_px: float) -> PersonBox:
    return PersonBox(left=800, top=600 - height_px, right=950, bottom=600)


def test_nobody_is_nobody() -> None:
    assert comparable_people([]) == ()


def test_one_person_is_one() -> None:
    assert comparable_people([ATHLETE]) == (ATHLETE,)


def test_one_person_found_twice_is_one() -> None:
    again = PersonBox(left=410, top=120, right=605, bottom=590)
    assert comparable_people([again, ATHLETE]) == (ATHLETE,)


def test_a_second_person_of_similar_size_counts() -> None:
    helper = beside(height_px=400)
    assert comparable_people([helper, ATHLETE]) == (ATHLETE, helper)


def test_somebody_small_in_the_background_does_not_count() -> None:
    assert comparable_people([ATHLETE, beside(height_px=299)]) == (ATHLETE,)
    assert len(comparable_people([ATHLETE, beside(height_px=301)])) == 2


def test_one_in_front_of_the_other_are_two() -> None:
    in_front = PersonBox(left=520, top=120, right=720, bottom=600)
    assert len(comparable_people([ATHLETE, in_front])) == 2


def test_overlap_is_symmetric_and_between_nothing_and_all() -> None:
    half = PersonBox(left=500, top=100, right=700, bottom=600)
    assert ATHLETE.overlap(ATHLETE) == 1.0
    assert ATHLETE.overlap(beside(500)) == 0.0
    assert ATHLETE.overlap(half) == half.overlap(ATHLETE) == pytest.approx(1 / 3)


def test_boxes_without_extent_do_not_overlap() -> None:
    point = PersonBox(500, 300, 500, 300)
    assert point.overlap(point) == 0.0
