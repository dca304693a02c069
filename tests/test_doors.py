"""Layer: pure functions. Every door, whatever comes: a value of its type, or its one error in words of our own."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.errors import CorrectionError, FormcheckError
from formcheck.exercises.catalogue.exercise import ExerciseFile
from formcheck.exercises.catalogue.folders import exercise_folders
from formcheck.exercises.catalogue.guide import GuideFile
from formcheck.exercises.rubric_file import parse_rubric
from formcheck.exercises.toml_model import InvalidRubricError, read_toml
from formcheck.history.summary_document import SummaryError, summary_from_document
from formcheck.intake.wishes import Wishes
from formcheck.names import shown_name
from formcheck.records.access import RecordsError
from formcheck.records.archive_manifest import Manifest, manifest_from
from formcheck.records.requests import REQUESTS
from formcheck.session.correction_document import correction_from_document
from formcheck.session.drawings import DrawingError, drawing_from
from formcheck.web.live.messages import parse_client_text
from formcheck.web.live.refusal import LiveRefusalError
from formcheck.web.phone.handovers import CodeRefusedError
from formcheck.web.phone.messages import CLAIMS, LIVE_DONE
from formcheck.web.player.events import PLAYER_EVENTS, PlayerEventError
from formcheck.web.remote.messages import parse_room_text
from formcheck.web.uploads.answers import MalformedError
from formcheck.web.uploads.requests import BEGINNINGS

from .exercises.conftest import HEAD, KNEE


@dataclass(frozen=True)
class Case:
    read: Callable[[Any], object]
    refuses_with: type[FormcheckError]
    good: tuple[Any, ...]
    """What is taken, to be made wrong in one place."""


def manifest(given: Any) -> Manifest:
    """Read a manifest as the reader of archives does, which makes one error of all."""
    try:
        return manifest_from(given)
    except ValueError as error:
        raise RecordsError(f"{error}.") from error


def toml(value: Any) -> str:
    """Write a value as TOML does inside a line; null, which TOML has not, as an empty array."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(toml(each) for each in value)}]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return "[]" if value is None else json.dumps(value)


def toml_file(given: Any) -> bytes:
    lines = given.items() if isinstance(given, dict) else [("", given)]
    return "\n".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in lines).encode()


FOLDER = exercise_folders()["step-down"]
SETUP = {"type": "setup", "version": 2, "width": 640, "height": 480}
ESTIMATOR = {
    "package": "@mediapipe/tasks-vision",
    "version": "0.10.35",
    "wasm_sha256": "a" * 64,
    "model": "full",
    "model_sha256": "b" * 64,
    "delegate": "CPU",
    "user_agent": "a browser",
    "self_test": {"runs": 30, "ms_p50": 21.0, "ms_p90": 28.5, "worst_px": 1.2},
}
PLAN = {"target_depth_deg": 155.0, "reps": 150, "hold_s": None, "ball": False, "sex": "female", "more": "of another"}
REQUEST = {"leg": "left", "view": "side", "capture_fps": 120.0, "person": [0.1, 0.0, 0.9, 1.0], "mirrored": False}
RUN = {"from_s": 3.0, "to_s": 3.5}
CASES = {
    "live": Case(
        lambda given: parse_client_text(json.dumps(given)),
        LiveRefusalError,
        (
            {**SETUP, "source": "picture", "exercise": "step-down", "leg": "left", "reps": 8, "hold_s": 3.5},
            {**SETUP, "source": "landmarks", "estimator": ESTIMATOR, "exercise": "squat"},
            {"type": "resume", "version": 2, "set_id": "a" * 24},
            {"type": "step_down", "source": "picture", "why": "slow"},
            {"type": "ping"},
            {"type": "go_on"},
            {"type": "camera", "fps": 14.8, "exposure_ms": 66.0},
        ),
    ),
    "room": Case(
        lambda given: parse_room_text(json.dumps(given)),
        LiveRefusalError,
        (
            {"type": "hello", "version": 1, "instance": "i" * 22, "browser": "b" * 22, "code": "c" * 22},
            {"type": "check", "camera": "ok", "microphone": "denied", "speaker": "heard", "relay": "none"},
            {"type": "sdp", "to": "0a" * 16, "generation": 3, "kind": "offer", "sdp": "v=0"},
            {"type": "ice", "to": "0a" * 16, "generation": 3, "candidate": "", "mid": "0", "line": 0},
            {"type": "targets", "exercise": "wall-squat", "leg": "both", "reps": 8, "hold_s": 3.5},
            {"type": "draw", "still": "0a" * 16, "drawings": [{"kind": "text", "points_px": [[1, 2]], "text": "knee"}]},
            {"type": "consent", "what": "still", "answer": "yes", "text_sha256": "a" * 64},
            {"type": "clock", "c": 5.5, "offset_ms": 1.7e12, "round_trip_ms": 40},
            {"type": "moment", "kind": "pain", "text": "left", "t_ms": None},
        ),
    ),
    "player": Case(
        PLAYER_EVENTS.read,
        PlayerEventError,
        (
            {"kind": "move-landmark", "landmark": 25, "at_s": 4.0, "x_px": 5.5, "y_px": 3, "from_s": 3.5, "to_s": 4.5},
            {"kind": "rep-times", "at_s": 4, "start_s": 2.0, "bottom_start_s": 3.0, "bottom_end_s": 5.0, "end_s": 6.0},
            {"kind": "exclude-rep", "at_s": 4.0, "reason": "cough"},
            {"kind": "take-back", "id": "0a1B-_"},
            {"kind": "annotate", "t_s": 1.5, "drawing": {"kind": "line", "points_px": [[1, 2], [3.5, 4]], "text": ""}},
        ),
    ),
    "upload": Case(
        BEGINNINGS.read,
        MalformedError,
        ({"name": "a.mp4", "size": 5, "last_modified_ms": 1.7e12, "person_id": "0a" * 16, "keep_video": False},),
    ),
    "code of a phone": Case(CLAIMS.read, CodeRefusedError, ({"code": "c" * 22, "key": "k" * 43},)),
    "live set of a phone": Case(LIVE_DONE.read, RecordsError, ({"set_id": "a" * 24},)),
    "correction": Case(
        correction_from_document,
        CorrectionError,
        tuple(
            {"id": "0f", "made_by": "Dr. Ü", "made_at": "2026-03-01T09:30:00+01:00", **change}
            for change in (
                {"kind": "move_landmark", "landmark": "left_knee", "at_s": 3.2, "x_px": 410.5, "y_px": 600, **RUN},
                {"kind": "exclude_rep", "at_s": 3.0, "reason": ""},
                {"kind": "measure_as", "exercise": None, "leg": "left", "view": None},
            )
        ),
    ),
    "kept request": Case(REQUESTS.read, RecordsError, ({"exercise": "squat", "plan": PLAN, **REQUEST},)),
    "wishes": Case(
        Wishes.from_document,
        RecordsError,
        ({"plan": None, "done_at": "2026-02-01T00:00:00+00:00", "origin": "sample", "keep_video": True, **REQUEST},),
    ),
    "summary": Case(
        summary_from_document,
        SummaryError,
        (
            {
                "schema": "formcheck.summary/1",
                "exercise": "squat",
                "leg": "both",
                "view": {"kind": "front", "verdict": "ok"},
                "plan": {**PLAN, "hold_s": 3.0, "step_height_cm": None},
                "reps_done": 4,
                "reps_complete": 3,
                "values": {"fppa_deg": {"left": {"value": 5.0, "error": 1.5, "reps": 3, "rep_sd": None}}},
                "safe_share": 0.75,
                "heels_down": None,
            },
        ),
    ),
    "manifest": Case(
        manifest,
        RecordsError,
        (
            {
                "format": "formcheck.records/1",
                "kind": "people",
                "made_at": "2026-02-01T00:00:00+00:00",
                "formcheck": "0.1.0",
                "revision": "0003",
                "tables": [{"name": "person", "rows": 1, "size": 300, "sha256": "a0" * 32}],
                "files": [{"sha256": "b1" * 32, "suffix": ".mp4", "size": 5, "colour": "of another version"}],
                "missing": [],
            },
        ),
    ),
    "rubric": Case(
        lambda given: parse_rubric(toml_file(given), "mine.toml"), InvalidRubricError, (tomllib.loads(HEAD + KNEE),)
    ),
    "exercise": Case(
        lambda given: read_toml(toml_file(given), "mine.toml", ExerciseFile),
        InvalidRubricError,
        (tomllib.loads(FOLDER.joinpath("exercise.toml").read_text(encoding="utf-8")),),
    ),
    "guide": Case(
        lambda given: read_toml(toml_file(given), "mine.toml", GuideFile, FOLDER),
        InvalidRubricError,
        (tomllib.loads(FOLDER.joinpath("guide.toml").read_text(encoding="utf-8")),),
    ),
    "kept drawing": Case(
        lambda given: drawing_from(1.5, given),
        DrawingError,
        ({"kind": "text", "points_px": [[1.0, 2.0]], "text": "look", "colour": "of another version"},),
    ),
}

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([10**400, "\ud800", "\0", "\x1b[31m", "x" * 5000]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=12,
)


def read(case: Case, given: Any) -> None:
    said = ""
    try:
        case.read(given)
    except case.refuses_with as refused:
        said = refused.reason
    assert said == "" or said.endswith(".")
    assert len(said) < 300
    assert shown_name(said) == said
    assert "pydantic" not in said
    assert "Input should" not in said


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_what_is_right_is_taken(case: Case) -> None:
    for each in case.good:
        case.read(each)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
@given(given_=anything)
def test_whatever_comes_is_read_or_refused(case: Case, given_: Any) -> None:
    read(case, given_)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to everything inside a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(way for key, inner in parts for way in places(inner, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
@given(data=st.data())
def test_one_wrong_value_anywhere_is_read_or_refused(case: Case, data: st.DataObject) -> None:
    good = data.draw(st.sampled_from(case.good))
    path = data.draw(st.sampled_from(places(good)))
    wrong = data.draw(anything | st.dictionaries(st.text(max_size=4), anything, max_size=2))
    if isinstance(wrong, dict) and data.draw(st.booleans()):
        wrong = {**(good if not path and isinstance(good, dict) else {}), **wrong}
    read(case, changed(good, path, wrong))


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_no_number_may_be_none(case: Case, number: float) -> None:
    for good in case.good:
        for path in places(good):
            held = good
            for part in path:
                held = held[part]
            if isinstance(held, float):
                with pytest.raises(case.refuses_with):
                    case.read(changed(good, path, number))
