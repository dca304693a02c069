"""Layer: an upload whose video holds several sets, from its landmarks to the records; no video is read."""

from __future__ import annotations

from typing import Any

import pytest

from formcheck.exercises.plan import Plan
from formcheck.intake import analysis
from formcheck.intake.analysis import analyse
from formcheck.intake.correcting import put_right, put_set_right
from formcheck.intake.states import UploadState
from formcheck.intake.wishes import Wishes
from formcheck.pose.landmarks import Side
from formcheck.pose.types import PoseTrack
from formcheck.records.plans import prescribe
from formcheck.records.reviewing import others_of_recording
from formcheck.records.sets import get_set, leg_of, sets_of_video
from formcheck.records.tables import ExerciseSet, Upload
from formcheck.session.request import SetRequest

from ..sample_sets import front_then_side, left_then_right
from .desk import ROBIN, Desk


def measured(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, track: PoseTrack, said: Wishes, person_id: str | None = None
) -> tuple[Upload, list[ExerciseSet]]:
    """Have a video measured that shows these landmarks."""
    row = desk.bring(b"pictures", "IMG_1.mp4", person_id=person_id)
    with desk.records.writing(ROBIN) as work:
        put_right(work, row.id, said, person_id)
        get = work.session.get_one(Upload, row.id)
        get.sha256 = track.source.sha256

    def read(*_: Any, **__: Any) -> PoseTrack:
        return track

    monkeypatch.setattr(analysis, "read_track", read)
    monkeypatch.setattr(analysis, "recorded_at", lambda _path: None)
    claim = desk.claim()
    assert claim is not None
    analyse(desk.records, claim, lambda _progress: None, lambda _what, _share: None)  # type: ignore[arg-type, return-value]
    with desk.records.reading(ROBIN) as work:
        return desk.look(row.id), sorted(sets_of_video(work, track.source.sha256), key=begins)


def begins(row: ExerciseSet) -> float:
    return float((row.measured_as.get("within") or {}).get("start_s") or 0.0)


def test_left_and_right_become_two_sets_each_by_the_plan_of_its_leg(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, both = desk.person("Anna Berg"), desk.person("Bea")
    plans = {Side.LEFT: Plan(step_height_cm=15.0), Side.RIGHT: Plan(step_height_cm=10.0)}
    with desk.records.writing(ROBIN) as work:
        for leg, plan in plans.items():
            prescribe(work, anna, SetRequest("step-down", leg=leg, plan=plan))
    said = Wishes(SetRequest("step-down"), person_said=True, keep_video=False)
    upload, sets = measured(desk, monkeypatch, left_then_right(), said, anna)
    assert upload.state == UploadState.DONE
    assert [leg_of(each) for each in sets] == [Side.LEFT, Side.RIGHT]
    assert [each.measured_as["plan"]["step_height_cm"] for each in sets] == [15.0, 10.0]
    assert [each.automatic["reps_counted"] for each in sets] == [3, 3]
    assert upload.set_id == sets[0].id
    assert sets[0].track_sha256 == sets[1].track_sha256
    with desk.records.reading(ROBIN) as work:
        assert [each.id for each in others_of_recording(work, sets[0].id)] == [sets[1].id]
    put_set_right(desk.records, ROBIN, upload.id, SetRequest(), person_id=both)
    with desk.records.reading(ROBIN) as work:
        assert {get_set(work, each.id).person_id for each in sets} == {both}


def test_a_leg_that_was_said_is_not_that_of_the_other_set(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said = Wishes(SetRequest("step-down", leg=Side.LEFT), keep_video=False)
    _, sets = measured(desk, monkeypatch, left_then_right(), said)
    assert [leg_of(each) for each in sets] == [Side.LEFT, Side.RIGHT]
    assert [each.automatic["reps_counted"] for each in sets] == [3, 3]


def test_front_and_side_become_two_sets(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, sets = measured(desk, monkeypatch, front_then_side(), Wishes(SetRequest("wall-squat"), keep_video=False))
    assert [each.automatic["view"]["kind"] for each in sets] == ["front", "side"]
