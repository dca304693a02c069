"""Layer: recordings with several sets, and sets that are part of a recording, on saved landmarks of sample clips."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime

import jsonschema
import numpy as np
import pytest

from formcheck.errors import CorrectionError, NotAssessableError
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.pose.types import PoseTrack
from formcheck.report.document import assessment_document, assessment_schema
from formcheck.report.review_words import change_in_words
from formcheck.report.summary import what_was_done
from formcheck.session.assessment import Assessment
from formcheck.session.corrected import check_correction, review
from formcheck.session.correction_document import correction_from_document, correction_to_document
from formcheck.session.corrections import Change, Correction, ExcludeRep
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.session.request_document import KeptRequest
from formcheck.session.several_sets import assess_every_set
from formcheck.session.within import Within, narrowed

from ..sample_sets import front_then_side, left_then_right, mirrored, one_after_another
from ..sample_tracks import sample_track

STEPS, SQUATS = SetRequest("step-down"), SetRequest("wall-squat")


def starts(assessment: Assessment) -> list[float]:
    return [rep.start_s for rep in assessment.complete_reps]


def made(*changes: Change) -> list[Correction]:
    at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    return [Correction(f"c{i}", "A. Reviewer", at, change) for i, change in enumerate(changes)]


def of_leg(track: PoseTrack, leg: int) -> PoseTrack:
    return track if leg == 0 else mirrored(track)


def test_left_and_then_right_are_two_sets() -> None:
    left = sample_track("step_down_front_valgus")
    alone = assess(left, STEPS)
    one, other = assess_every_set(left_then_right(), STEPS)
    assert (one.assessment.leg, other.assessment.leg) == (Side.LEFT, Side.RIGHT)
    assert len(one.assessment.complete_reps) == len(other.assessment.complete_reps) == len(alone.complete_reps)
    assert starts(one.assessment) == pytest.approx(starts(alone), abs=0.1)
    moved = [at_s - left.t_s[-1] - 1 / 30 + left.t_s[0] for at_s in starts(other.assessment)]
    assert moved == pytest.approx(starts(alone), abs=0.1)
    for found, same in ((one, alone), (other, assess(mirrored(left), STEPS))):
        for rep, expected in zip(found.assessment.complete_reps, same.complete_reps, strict=True):
            values = [each.measures["kmd_pct"][each.leg] for each in (rep, expected)]
            assert [None if value is None else value.value for value in values] == pytest.approx(
                [values[1].value if values[1] is not None else math.nan] * 2, abs=0.5
            )
    assert [each.name for each in (one, other)] == [
        "set 1 of 2, left leg, from the front, until 16.5 s",
        "set 2 of 2, right leg, from the front, from 16.5 s",
    ]


def test_front_and_then_side_are_two_sets_cut_at_the_turn() -> None:
    front = sample_track("wall_squat_front")
    one, other = assess_every_set(front_then_side(), SQUATS)
    assert (one.assessment.view.kind, other.assessment.view.kind) == (ViewKind.FRONT, ViewKind.SIDE)
    assert one.request.within is not None
    assert one.request.within.end_s == pytest.approx(front.t_s[-1], abs=0.3)
    assert one.assessment.views == other.assessment.views == ()
    assert len(one.assessment.complete_reps) == len(other.assessment.complete_reps) == 3


@pytest.mark.parametrize(
    "legs", [(0,), (0, 0), (1, 1)], ids=["one set", "a long pause on the same leg", "twice the right leg"]
)
def test_what_is_one_set_stays_one(legs: tuple[int, ...]) -> None:
    left = sample_track("step_down_front_valgus")
    recording = one_after_another(*(of_leg(left, leg) for leg in legs))
    (only,) = assess_every_set(recording, STEPS)
    assert only.request == STEPS
    assert only.is_only_one
    assert only.name == ""
    assert len(only.assessment.complete_reps) == 3 * len(legs)


def test_legs_that_take_turns_are_one_set() -> None:
    left = sample_track("step_down_front_valgus")
    first = assess(left, STEPS).complete_reps[0]
    rep = narrowed(left, Within(first.start_s - 1.2, first.end_s + 1.2))
    (only,) = assess_every_set(one_after_another(rep, mirrored(rep), rep, mirrored(rep)), STEPS)
    assert [each.leg for each in only.assessment.complete_reps] == ["left", "right", "left", "right"]


def test_a_part_that_was_named_is_one_set() -> None:
    asked = replace(STEPS, within=Within(0.0, 30.0))
    (only,) = assess_every_set(left_then_right(), asked)
    assert only.request == asked


def test_a_part_of_a_recording_is_measured_as_if_nothing_else_had_been_recorded() -> None:
    front = sample_track("wall_squat_front")
    recording = one_after_another(front, front)
    edge_s = float(front.t_s[-1] - front.t_s[0]) + 0.01
    alone = assess(one_after_another(front), SQUATS)
    part = assess(recording, replace(SQUATS, within=Within(None, edge_s)))
    assert len(part.track) == len(front)
    document, expected = assessment_document(part), assessment_document(alone)
    assert document["within"]["end_s"] == pytest.approx(edge_s, abs=0.001)
    for name in ("reps", "findings", "view", "not_measured"):
        assert document[name] == expected[name]
    jsonschema.validate(document, assessment_schema())
    assert what_was_done(part) == what_was_done(alone)


def test_trimming_is_a_correction_that_can_be_taken_back() -> None:
    track = sample_track("wall_squat_front")
    automatic = assess(track, SQUATS)
    second = automatic.complete_reps[1]
    trimmed = check_correction(track, SQUATS, [], made(Within(second.start_s - 1.0))[0], automatic=automatic)
    assert trimmed.automatic is automatic
    assert trimmed.corrected is not None
    assert starts(trimmed.corrected) == pytest.approx(starts(automatic)[1:], abs=0.05)
    assert trimmed.corrected.track.t_s[0] == pytest.approx(second.start_s - 1.0, abs=0.04)
    assert review(track, SQUATS, []).corrected is None


def test_the_last_part_that_was_chosen_counts_and_another_correction_holds_in_it() -> None:
    track = sample_track("wall_squat_front")
    reps = assess(track, SQUATS).complete_reps
    inside, outside = ExcludeRep(reps[2].bottom_start_s), ExcludeRep(reps[0].bottom_start_s)
    history = made(Within(None, reps[0].end_s + 0.5), inside, outside, Within(reps[1].start_s - 0.8))
    done = review(track, SQUATS, history)
    assert done.corrected is not None
    assert [rep.excluded for rep in done.corrected.reps if rep.complete] == [False, True]
    assert [each.correction.change for each in done.not_applied] == [outside]


def test_the_whole_recording_can_be_chosen_again() -> None:
    track = left_then_right()
    asked = replace(STEPS, within=Within(None, 16.5))
    done = review(track, asked, made(Within()))
    assert done.corrected is not None
    assert len(done.automatic.complete_reps) == 3
    assert len(done.corrected.complete_reps) == 6
    assert done.corrected.within is None


def test_outside_of_the_rectangle_nobody_is_seen() -> None:
    track = sample_track("wall_squat_front")
    width, height = track.source.width, track.source.height
    around = review(track, SQUATS, made(Within(None, None, 0.0, 0.0, width, height))).corrected
    assert around is not None
    assert starts(around) == starts(assess(track, SQUATS))
    beside = Within(None, None, 0.0, 0.0, width / 10, height)
    with pytest.raises(NotAssessableError):
        check_correction(track, SQUATS, [], made(beside)[0])
    # Cut off below the knees: what needs the feet is gone, hips and knees are measured as before.
    knees_px = float(np.nanmax(track.image_px[:, [25, 26], 1]))
    cut = narrowed(track, Within(None, None, 0.0, 0.0, width, knees_px + 5))
    assert not cut.visibility[:, [27, 28, 31, 32]].any()
    assert np.array_equal(cut.visibility[:, [23, 24]], track.visibility[:, [23, 24]])


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (Within(5.0, 5.5), "no time for a rep"),
        (Within(9.0, 2.0), "no time for a rep"),
        (Within(left_px=3.0), "four sides"),
        (Within(None, None, 50.0, 0.0, 50.0, 90.0), "no size"),
        (Within(500.0), "no picture"),
        (Within(None, None, 0.0, 0.0, 3.0, 700.0), "too small"),
    ],
)
def test_a_part_that_cannot_be_is_refused_in_words(part: Within, says: str) -> None:
    with pytest.raises((CorrectionError, NotAssessableError)) as refused:
        check_correction(sample_track("wall_squat_front"), SQUATS, [], made(part)[0])
    assert says in refused.value.reason


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (Within(), "The whole recording is measured."),
        (Within(2.0), "Measured only from 2.00 s on."),
        (Within(None, 9.5), "Measured only from 0.00 to 9.50 s."),
        (Within(1.0, 9.5, 0.0, 10.0, 300.0, 400.0), "Measured only from 1.00 to 9.50 s, in x 0 to 300, y 10 to 400 px"),
        (Within(None, None, 0.0, 10.0, 300.0, 400.0), "Measured only in x 0 to 300, y 10 to 400 px of the picture."),
    ],
)
def test_a_part_is_kept_and_told_exactly(part: Within, words: str) -> None:
    (correction,) = made(part)
    assert correction_from_document(correction_to_document(correction)) == correction
    assert change_in_words(part).startswith(words)
    request = replace(SQUATS, within=part)
    assert KeptRequest.model_validate(request.document()).request() == request
