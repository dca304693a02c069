"""Layer: pure functions, corrections as JSON objects and what is refused as one."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.errors import CorrectionError
from formcheck.kinematics.view import ViewKind
from formcheck.moments import EARLIEST, LATEST
from formcheck.pose.landmarks import Landmark, Side
from formcheck.session.correction_document import (
    LONGEST_NAME,
    LONGEST_REASON,
    change_from_document,
    correction_from_document,
    correction_to_document,
)
from formcheck.session.corrections import Change, Correction, ExcludeRep, MoveLandmark, SetRepTimes
from formcheck.session.request import SetRequest

MOVE: dict[str, Any] = {
    "id": "0f",
    "made_by": "Dr. Ümit Öz",
    "made_at": "2026-03-01T09:30:00+01:00",
    "kind": "move_landmark",
    "landmark": "left_knee",
    "at_s": 3.2,
    "x_px": 410.5,
    "y_px": 600,
    "from_s": 3.0,
    "to_s": 3.5,
}
TIMES: dict[str, Any] = {
    **{name: MOVE[name] for name in ("id", "made_by", "made_at")},
    **{"kind": "set_rep_times", "at_s": 3.0, "start_s": 2.0, "bottom_start_s": 2.9, "bottom_end_s": 4.0, "end_s": 5.0},
}
AS: dict[str, Any] = {
    **{name: MOVE[name] for name in ("id", "made_by", "made_at")},
    **{"kind": "measure_as", "exercise": None, "leg": "left", "view": None},
}
EXCLUDE: dict[str, Any] = {
    **{name: MOVE[name] for name in ("id", "made_by", "made_at")},
    **{"kind": "exclude_rep", "at_s": 3.0, "reason": ""},
}

seconds = st.floats(0, 86_400)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=LONGEST_NAME)
said = names.filter(lambda text: bool(text.strip()))


@st.composite
def moves(draw: st.DrawFn) -> MoveLandmark:
    start, at, end = sorted(draw(st.tuples(seconds, seconds, seconds)))
    pixels = st.floats(0, 100_000)
    return MoveLandmark(draw(st.sampled_from(Landmark)), at, draw(pixels), draw(pixels), start, end)


@st.composite
def rep_times(draw: st.DrawFn) -> SetRepTimes:
    times = sorted(draw(st.lists(seconds, min_size=4, max_size=4, unique=True)))
    return SetRepTimes(draw(seconds), *times)


changes: st.SearchStrategy[Change] = st.one_of(
    moves(),
    rep_times(),
    st.builds(ExcludeRep, seconds, st.just("") | names),
    st.builds(
        SetRequest,
        st.none() | said,
        st.none() | st.sampled_from(Side),
        st.none() | st.sampled_from([ViewKind.FRONT, ViewKind.SIDE]),
    ).filter(lambda change: change != SetRequest()),
)
zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
whole_days = timedelta(days=1)  # no zone leads out of the years that a moment may lie in
moments = st.datetimes(
    EARLIEST.replace(tzinfo=None) + whole_days, LATEST.replace(tzinfo=None) - whole_days, timezones=zones
)
some = st.builds(Correction, said, said, moments, changes)


@given(some)
def test_a_correction_comes_back_exactly_from_json(correction: Correction) -> None:
    text = json.dumps(correction_to_document(correction), allow_nan=False)
    assert correction_from_document(json.loads(text)) == correction


def test_landmarks_sides_and_times_are_written_by_name() -> None:
    correction = correction_from_document(MOVE)
    assert correction.change == MoveLandmark(Landmark.LEFT_KNEE, 3.2, 410.5, 600.0, 3.0, 3.5)
    assert correction.made_at == datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    assert correction_to_document(correction) == MOVE
    assert correction_from_document(AS).change == SetRequest(leg=Side.LEFT)


def test_a_change_alone_is_read_without_who_and_when() -> None:
    assert change_from_document({"kind": "exclude_rep", "at_s": 3, "reason": "cough"}) == ExcludeRep(3.0, "cough")
    with pytest.raises(CorrectionError, match="no field `made_by`"):
        change_from_document({"kind": "exclude_rep", "at_s": 3, "reason": "", "made_by": "me"})


@pytest.mark.parametrize(
    ("document", "name", "value"),
    [
        (MOVE, "kind", "delete_everything"),
        (MOVE, "kind", None),
        (MOVE, "kind", ["move_landmark"]),
        (MOVE, "landmark", "LEFT_KNEE"),
        (MOVE, "landmark", 25),
        (MOVE, "landmark", "left_knee; drop table"),
        (MOVE, "at_s", float("nan")),
        (MOVE, "at_s", "3.2"),
        (MOVE, "at_s", True),
        (MOVE, "at_s", None),
        (MOVE, "at_s", -0.1),
        (MOVE, "to_s", float("inf")),
        (MOVE, "to_s", 10**400),
        (MOVE, "to_s", 3.1),
        (MOVE, "from_s", 3.3),
        (MOVE, "x_px", 1e6),
        (MOVE, "x_px", [410]),
        (MOVE, "id", ""),
        (MOVE, "id", "x" * (LONGEST_NAME + 1)),
        (MOVE, "id", 7),
        (MOVE, "made_by", "  "),
        (MOVE, "made_by", "a\0b"),
        (MOVE, "made_by", "\ud800"),
        (MOVE, "made_at", "2026-03-01T09:30:00"),
        (MOVE, "made_at", "yesterday"),
        (MOVE, "made_at", 1_772_000_000),
        (TIMES, "end_s", 4.0),
        (TIMES, "bottom_end_s", 2.8),
        (TIMES, "start_s", None),
        (EXCLUDE, "reason", "x" * (LONGEST_REASON + 1)),
        (EXCLUDE, "reason", None),
        (AS, "leg", "both"),
        (AS, "leg", None),
        (AS, "view", "oblique"),
        (AS, "view", "above"),
        (AS, "exercise", ""),
        (AS, "exercise", 3),
    ],
)
def test_what_is_not_exactly_a_correction_is_refused(document: dict[str, Any], name: str, value: object) -> None:
    assert correction_from_document(document).id == "0f"
    with pytest.raises(CorrectionError) as refused:
        correction_from_document({**document, name: value})
    assert refused.value.reason.endswith(".")
    assert refused.value.remedy.endswith(".")
    assert len(refused.value.reason) < 250
    refused.value.reason.encode()


@pytest.mark.parametrize("document", [MOVE, TIMES, EXCLUDE, AS], ids=lambda document: str(document["kind"]))
def test_no_field_may_be_missing_and_none_may_be_added(document: dict[str, Any]) -> None:
    for name in document:
        with pytest.raises(CorrectionError):
            correction_from_document({key: value for key, value in document.items() if key != name})
    with pytest.raises(CorrectionError, match="no field `extra`"):
        correction_from_document({**document, "extra": 1})


@pytest.mark.parametrize("document", [None, [], "move_landmark", 3])
def test_what_is_no_object_is_refused(document: Any) -> None:
    with pytest.raises(CorrectionError, match="JSON object"):
        correction_from_document(document)


ODD: tuple[object, ...] = (
    None,
    True,
    -1,
    0,
    3.1,
    float("nan"),
    float("inf"),
    10**400,
    10**5000,
    "",
    "x",
    "left",
    "\ud800",
    [],
    [1],
    {},
)


@given(st.dictionaries(st.sampled_from([*MOVE, *TIMES, *AS, "extra"]), st.sampled_from(ODD), max_size=4))
def test_nothing_but_a_correction_error_comes_of_any_object(document: dict[str, Any]) -> None:
    for base in ({}, MOVE, TIMES, EXCLUDE, AS):
        try:
            read = correction_from_document({**base, **document})
        except CorrectionError as refused:
            refused.reason.encode()
            continue
        assert correction_from_document(correction_to_document(read)) == read
