"""Layer: pure. What a browser reports, where anything may come."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.pose.landmarks import Landmark
from formcheck.session.corrections import ExcludeRep, MoveLandmark, SetRepTimes
from formcheck.session.drawings import LONGEST_TEXT, Drawing, DrawingKind, drawing_from
from formcheck.web.player.events import Drew, IncludedRep, MadeChange, RemovedDrawing, TookBack, event_from

MOVE = {"kind": "move-landmark", "landmark": 25, "at_s": 4.0, "x_px": 500.5, "y_px": 300, "from_s": 3.5, "to_s": 4.5}
TIMES = {
    "kind": "rep-times",
    "at_s": 4.0,
    "start_s": 2.0,
    "bottom_start_s": 3.0,
    "bottom_end_s": 5.0,
    "end_s": 6.0,
}
LINE = {"kind": "line", "points_px": [[1, 2], [3.5, 4]], "text": ""}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=12,
)


def test_a_moved_joint_is_a_correction() -> None:
    assert event_from(MOVE) == MadeChange(MoveLandmark(Landmark.LEFT_KNEE, 4.0, 500.5, 300.0, 3.5, 4.5))


def test_a_joint_that_was_dragged_out_of_the_picture_is_reported_for_somebody_to_be_told() -> None:
    assert event_from(MOVE | {"x_px": -0.5}) == MadeChange(MoveLandmark(Landmark.LEFT_KNEE, 4.0, -0.5, 300.0, 3.5, 4.5))


def test_new_times_are_a_correction() -> None:
    assert event_from(TIMES) == MadeChange(SetRepTimes(4.0, 2.0, 3.0, 5.0, 6.0))


def test_a_bottom_may_be_a_single_moment() -> None:
    assert event_from(TIMES | {"bottom_end_s": 3.0}) is not None


def test_a_rep_is_left_out_with_a_reason_or_without() -> None:
    told = {"kind": "exclude-rep", "at_s": 4.0, "reason": "  lost balance "}
    assert event_from(told) == MadeChange(ExcludeRep(4.0, "lost balance"))
    assert event_from(told | {"reason": ""}) == MadeChange(ExcludeRep(4.0, ""))
    assert event_from({"kind": "include-rep", "at_s": 4}) == IncludedRep(at_s=4.0)


def test_what_was_done_is_taken_back_by_its_id() -> None:
    assert event_from({"kind": "take-back", "id": "0a1B-_"}) == TookBack(id="0a1B-_")
    assert event_from({"kind": "remove-annotation", "id": "x1"}) == RemovedDrawing(id="x1")


def test_a_drawing_comes_with_its_moment() -> None:
    expected = Drawing(DrawingKind.LINE, 1.5, ((1.0, 2.0), (3.5, 4.0)))
    assert event_from({"kind": "annotate", "t_s": 1.5, "drawing": LINE}) == Drew(expected)
    assert drawing_from(1.5, expected.body()) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"landmark": 33},
        {"landmark": -1},
        {"landmark": True},
        {"landmark": "25"},
        {"landmark": 25.0},
        {"at_s": math.nan},
        {"x_px": math.inf},
        {"y_px": 10**400},
        {"x_px": None},
        {"at_s": 90_000.0, "from_s": 90_000.0, "to_s": 90_000.0},
        {"at_s": -0.1, "from_s": -0.1},
        {"from_s": 4.2},
        {"to_s": 3.9},
        {"more": 1},
        {"kind": "move"},
        {"kind": ["move-landmark"]},
    ],
)
def test_a_moved_joint_that_cannot_be_is_dropped(change: dict[str, object]) -> None:
    assert event_from(MOVE | change) is None


def test_a_field_too_few_is_dropped() -> None:
    assert event_from({name: value for name, value in MOVE.items() if name != "to_s"}) is None


@pytest.mark.parametrize("change", [{"start_s": 3.5}, {"bottom_end_s": 2.5}, {"end_s": 5.0}, {"start_s": -1}])
def test_times_out_of_order_are_dropped(change: dict[str, object]) -> None:
    assert event_from(TIMES | change) is None


@pytest.mark.parametrize(
    "drawing",
    [
        None,
        [],
        LINE | {"kind": "circle"},
        LINE | {"points_px": [[1, 2]]},
        LINE | {"points_px": "ab"},
        LINE | {"points_px": [[1, 2], [3]]},
        LINE | {"points_px": [[1, 2], [3, math.nan]]},
        LINE | {"text": "a line has none"},
        LINE | {"text": 5},
        {"kind": "text", "points_px": [[1, 2]], "text": "   "},
        {"kind": "text", "points_px": [[1, 2]], "text": "x" * (LONGEST_TEXT + 1)},
        {"kind": "text", "points_px": [[1, 2]], "text": "a\0b"},
        {"kind": "text", "points_px": [[1, 2]], "text": "\ud800"},
    ],
)
def test_a_drawing_that_is_none_is_dropped(drawing: object) -> None:
    assert event_from({"kind": "annotate", "t_s": 1.0, "drawing": drawing}) is None


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 65, "ä", 5, None])
def test_an_id_that_is_none_is_dropped(name: object) -> None:
    assert event_from({"kind": "take-back", "id": name}) is None


@given(anything)
def test_nothing_that_comes_is_a_fault(message: object) -> None:
    assert event_from(message) is None


@given(st.sampled_from([MOVE, TIMES]), st.data())
def test_one_wrong_field_is_never_a_fault(message: dict[str, object], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(set(message) - {"kind"})))
    event = event_from(message | {name: data.draw(anything)})
    assert event is None or isinstance(event, MadeChange)
