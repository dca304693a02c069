"""Layer: a recorded set with what a reviewer corrected, on saved landmarks of sample clips and simulated people."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.errors import CorrectionError
from formcheck.exercises.finding import Band
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Landmark, Side
from formcheck.report.document import assessment_document, assessment_schema
from formcheck.session.assessment import Assessment, Plan, Rep
from formcheck.session.corrected import check_correction, review
from formcheck.session.corrections import (
    Change,
    Correction,
    ExcludeRep,
    MoveLandmark,
    ReviewedSet,
    SetRepTimes,
)
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest

from ..sample_tracks import SAMPLE_TRACKS, sample_track

EXERCISE = {name: "step-down" if name.startswith("step") else "wall-squat" for name in SAMPLE_TRACKS}
FRONT, SIDE, STEPS = "wall_squat_front", "wall_squat_side", "step_down_front_valgus"


def request(clip: str) -> SetRequest:
    return SetRequest(EXERCISE[clip])


@cache
def automatic(clip: str) -> Assessment:
    return assess(sample_track(clip), request(clip))


def corrections(*changes: Change) -> list[Correction]:
    made = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    return [Correction(f"c{i}", "A. Reviewer", made, change) for i, change in enumerate(changes, start=1)]


def reviewed(clip: str, *changes: Change) -> ReviewedSet:
    return review(sample_track(clip), request(clip), corrections(*changes), automatic=automatic(clip))


def corrected(clip: str, *changes: Change) -> Assessment:
    result = reviewed(clip, *changes)
    assert result.not_applied == ()
    assert result.corrected is not None
    return result.corrected


def whole_document(assessment: Assessment) -> str:
    """Return everything that is told of a set, and every number of its series."""
    series = {**assessment.series.per_leg, **assessment.series.whole_body}
    return json.dumps(assessment_document(assessment)) + str({k: v.tobytes().hex() for k, v in series.items()})


def middle_s(rep: Rep, assessment: Assessment) -> float:
    """Return the time of a frame in the middle of a rep's bottom."""
    t_s = assessment.track.t_s
    return float(t_s[np.argmin(np.abs(t_s - (rep.bottom_start_s + rep.bottom_end_s) / 2))])


def move(clip: str, landmark: Landmark, rep: int, dx: float, dy: float = 0.0) -> MoveLandmark:
    """Displace a landmark throughout a rep."""
    was = automatic(clip)
    times = was.reps[rep - 1]
    at_s = middle_s(times, was)
    x, y = was.track.image_px[int(np.argmin(np.abs(was.track.t_s - at_s))), landmark]
    return MoveLandmark(landmark, at_s, float(x) + dx, float(y) + dy, times.start_s, times.end_s)


def value(assessment: Assessment, rep: int, measure: str, leg: str) -> float:
    estimate = assessment.reps[rep - 1].measures[measure][leg]
    assert estimate is not None
    return estimate.value


@pytest.mark.parametrize("clip", SAMPLE_TRACKS)
def test_a_set_that_nobody_corrected_is_the_automatic_one(clip: str) -> None:
    result = review(sample_track(clip), request(clip), [])
    assert result.corrected is None
    assert result.current is result.automatic
    assert whole_document(result.automatic) == whole_document(automatic(clip))


def test_a_moved_ankle_changes_the_knee_of_its_rep_and_of_no_other() -> None:
    after = corrected(FRONT, move(FRONT, Landmark.LEFT_ANKLE, 2, 15.0))
    before = automatic(FRONT)
    change = [value(after, i, "fppa_deg", "left") - value(before, i, "fppa_deg", "left") for i in (1, 2, 3)]
    assert change[1] > 4
    assert change[0] == change[2] == 0
    assert value(after, 2, "fppa_deg", "right") == value(before, 2, "fppa_deg", "right")


def test_the_document_of_a_corrected_set_differs_says_so_and_keeps_to_the_schema() -> None:
    after = corrected(FRONT, move(FRONT, Landmark.LEFT_ANKLE, 2, 15.0), ExcludeRep(3.5))
    document = assessment_document(after)
    jsonschema.Draft202012Validator(assessment_schema()).validate(document)
    assert document["reps_counted"] == 2
    assert [rep["excluded"] for rep in document["reps"]] == [True, False, False]
    assert "placed by hand in" in document["provenance"]["filter"]
    assert "by hand" not in assessment_document(automatic(FRONT))["provenance"]["filter"]


def test_a_landmark_lies_exactly_where_it_was_put() -> None:
    change = move(FRONT, Landmark.RIGHT_KNEE, 1, -7.0, 3.0)
    after = corrected(FRONT, change)
    at = int(np.argmin(np.abs(after.track.t_s - change.at_s)))
    assert after.track.image_px[at, Landmark.RIGHT_KNEE].tolist() == [change.x_px, change.y_px]


def test_a_time_rounded_to_milliseconds_names_the_same_frame() -> None:
    change = move(FRONT, Landmark.RIGHT_KNEE, 1, -7.0)
    rounded = MoveLandmark(
        change.landmark,
        round(change.at_s, 3),
        change.x_px,
        change.y_px,
        round(change.from_s, 3),
        round(change.to_s, 3),
    )
    assert value(corrected(FRONT, rounded), 1, "fppa_deg", "right") == value(
        corrected(FRONT, change), 1, "fppa_deg", "right"
    )


CHANGES: tuple[Change, ...] = (
    move(FRONT, Landmark.LEFT_ANKLE, 1, 9.0),
    move(FRONT, Landmark.RIGHT_KNEE, 2, -6.0, 4.0),
    ExcludeRep(12.5, "stumbled"),
    SetRepTimes(8.5, 6.9, 7.6, 9.5, 10.3),
    SetRequest(exercise="squat"),
)


@settings(max_examples=8)
@given(order=st.permutations(CHANGES))
def test_corrections_of_different_things_do_not_depend_on_their_order(order: list[Change]) -> None:
    assert whole_document(corrected(FRONT, *order)) == whole_document(corrected(FRONT, *CHANGES))


@settings(max_examples=8)
@given(kept=st.sets(st.integers(0, len(CHANGES) - 1)), undone=st.integers(0, len(CHANGES) - 1))
def test_an_undone_correction_leaves_no_trace(kept: set[int], undone: int) -> None:
    before = [CHANGES[i] for i in sorted(kept - {undone})]
    reviewed(FRONT, *before, CHANGES[undone])
    again = reviewed(FRONT, *before)
    plain = review(sample_track(FRONT), request(FRONT), corrections(*before))
    assert whole_document(again.current) == whole_document(plain.current)
    if not before:
        assert again.current is automatic(FRONT)


def test_an_excluded_rep_is_listed_and_neither_counted_nor_judged() -> None:
    before = automatic(FRONT)
    after = corrected(FRONT, ExcludeRep(middle_s(before.reps[1], before)))
    assert [rep.counts for rep in after.reps] == [True, False, True]
    assert [rep.index for rep in after.complete_reps] == [1, 3]
    assert {finding.rep for finding in after.findings} <= {None, 1, 3}
    counted = [finding.value for finding in after.findings if finding.measure == "reps_count"]
    assert counted in ([], [2.0])
    assert after.reps[1].measures.keys() == before.reps[1].measures.keys()


def test_an_excluded_rep_is_not_missing_from_the_planned_number() -> None:
    before = automatic(FRONT)
    asked = SetRequest(EXERCISE[FRONT], plan=Plan(reps=3))
    out = corrections(*(ExcludeRep(middle_s(rep, before)) for rep in before.reps[:2]))
    after = review(sample_track(FRONT), asked, out).current
    (found,) = [finding for finding in after.findings if finding.measure == "reps_count"]
    assert (found.value, found.band) == (1.0, Band.GOOD)
    assert (after.reps_left_out, after.held_to.reps, after.plan.reps) == (2, 1, 3)


def test_with_every_rep_excluded_nothing_is_judged() -> None:
    before = automatic(FRONT)
    after = corrected(FRONT, *(ExcludeRep(middle_s(rep, before)) for rep in before.reps))
    assert after.complete_reps == ()
    assert after.findings == ()
    assert any("no complete rep" in each.reason for each in after.not_measured)


def test_boundaries_that_are_set_are_those_of_the_rep_and_change_its_measures() -> None:
    was = automatic(SIDE).reps[1]
    change = SetRepTimes(was.bottom_start_s, was.start_s, was.bottom_start_s, was.bottom_end_s - 0.4, was.end_s)
    after = corrected(SIDE, change)
    rep = after.reps[1]
    assert (rep.start_s, rep.bottom_end_s) == (was.start_s, was.bottom_end_s - 0.4)
    assert value(after, 2, "hold_s", "both") == pytest.approx(value(automatic(SIDE), 2, "hold_s", "both") - 0.4)
    assert value(after, 2, "ascent_s", "both") == pytest.approx(value(automatic(SIDE), 2, "ascent_s", "both") + 0.4)
    frames = (after.track.t_s > was.bottom_end_s - 0.3) & (after.track.t_s < was.bottom_end_s)
    assert set(after.phase[frames].tolist()) == {"ascent"}


def test_another_exercise_is_not_judged_by_what_was_prescribed_of_the_first() -> None:
    plan = Plan(target_depth_deg=60.0, reps=5, hold_s=3.0, ball=True, sex="female")
    asked = SetRequest("wall-squat", plan=plan)

    def plan_after(*changes: Change) -> Plan:
        return review(sample_track(FRONT), asked, corrections(*changes), automatic=automatic(FRONT)).current.plan

    assert plan_after(SetRequest(exercise="step-down")) == Plan(sex="female")
    assert plan_after(SetRequest(exercise="step-down"), SetRequest(exercise="wall-squat")) == plan
    assert plan_after(SetRequest(view=ViewKind.FRONT)) == plan


def test_another_exercise_is_judged_by_its_own_rubric() -> None:
    after = corrected(FRONT, SetRequest(exercise="squat"))
    plain = assess(sample_track(FRONT), SetRequest("squat"))
    assert after.exercise == "squat"
    assert whole_document(after) == whole_document(plain)


@pytest.mark.parametrize("clip", [STEPS, "step_down_side"])
def test_the_leg_that_a_reviewer_names_is_measured_against_what_the_feet_show(clip: str) -> None:
    shown = automatic(clip).reps[0].leg
    named = Side(shown).other
    after = corrected(clip, SetRequest(leg=named))
    assert {rep.leg for rep in after.reps} == {named.value}
    told = next(check for check in after.setup if check.id == "SU-16")
    assert not told.passed
    assert f"named the {named} leg and it was measured" in told.message


def test_the_leg_that_stands_may_be_named_without_a_word_of_doubt() -> None:
    after = corrected(STEPS, SetRequest(leg=Side(automatic(STEPS).reps[0].leg)))
    assert all(check.passed for check in after.setup if check.id == "SU-16")
    assert value(after, 1, "fppa_deg", after.reps[0].leg) == value(automatic(STEPS), 1, "fppa_deg", after.reps[0].leg)


def test_a_view_that_cannot_be_is_refused_with_its_reason_and_takes_the_angles_with_it() -> None:
    after = corrected(FRONT, SetRequest(view=ViewKind.SIDE))
    assert "side view was named" in after.view.reason
    assert not np.isfinite(after.series.per_leg["fppa_deg"]).any()


def test_what_is_named_later_wins_and_what_is_not_named_stays() -> None:
    after = corrected(STEPS, SetRequest(leg=Side.LEFT), SetRequest(leg=Side.RIGHT), SetRequest(view=ViewKind.FRONT))
    assert {rep.leg for rep in after.reps} == {"right"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (MoveLandmark(Landmark.LEFT_KNEE, 99.0, 10.0, 10.0, 99.0, 99.0), "no frame at 99"),
        (MoveLandmark(Landmark.LEFT_KNEE, 3.0, 1e5, 10.0, 3.0, 3.0), "outside of the picture"),
        (MoveLandmark(Landmark.LEFT_KNEE, 3.0, float("nan"), 10.0, 3.0, 3.0), "not finite"),
        (MoveLandmark(Landmark.LEFT_KNEE, 3.0, 10.0, 10.0, 4.0, 5.0), "outside of the run"),
        (ExcludeRep(0.2), "No rep is under way"),
        (ExcludeRep(float("inf")), "not finite"),
        (SetRepTimes(4.0, 5.0, 4.0, 3.0, 2.0), "in this order"),
        (SetRepTimes(4.0, 2.4, 3.2, 4.8, 9.0), "run into the one from"),
        (SetRepTimes(4.0, 2.4, 3.2, 4.8, 999.0), "within the video"),
        (SetRequest(), "changes nothing"),
        (SetRequest(exercise="handstand"), "no exercise `handstand`"),
        (SetRequest(view=ViewKind.OBLIQUE), "named `oblique`"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused_when_made_and_passed_over_when_replayed(
    change: Change, reason: str
) -> None:
    good, bad = corrections(move(FRONT, Landmark.LEFT_ANKLE, 2, 15.0), change)
    with pytest.raises(CorrectionError, match=reason) as refused:
        check_correction(sample_track(FRONT), request(FRONT), [good], bad, automatic=automatic(FRONT))
    assert refused.value.remedy
    result = review(sample_track(FRONT), request(FRONT), [bad, good], automatic=automatic(FRONT))
    assert [(each.correction, each.reason) for each in result.not_applied] == [(bad, refused.value.reason)]
    assert result.corrections == (bad, good)
    assert result.corrected is not None
    assert whole_document(result.corrected) == whole_document(corrected(FRONT, good.change))


def test_a_set_of_which_no_correction_fits_is_not_corrected() -> None:
    result = reviewed(FRONT, ExcludeRep(0.2))
    assert result.corrected is None
    assert result.current is result.automatic
    assert len(result.not_applied) == 1


def test_a_correction_that_fits_gives_the_set_with_it() -> None:
    earlier, new = corrections(ExcludeRep(4.0), move(FRONT, Landmark.LEFT_ANKLE, 2, 15.0))
    result = check_correction(sample_track(FRONT), request(FRONT), [earlier], new)
    assert result.corrected is not None
    assert result.corrections == (earlier, new)
    assert [rep.counts for rep in result.corrected.reps] == [False, True, True]


def test_a_rep_that_was_drawn_over_an_excluded_one_does_not_fit_once_that_is_back() -> None:
    first, second = automatic(FRONT).reps[:2]
    exclude = ExcludeRep(middle_s(second, automatic(FRONT)))
    over = SetRepTimes(first.bottom_start_s, first.start_s, first.bottom_start_s, first.bottom_end_s, second.end_s)
    assert len(corrected(FRONT, exclude, over).complete_reps) == 2
    again = reviewed(FRONT, over)
    assert [each.correction.change for each in again.not_applied] == [over]
    assert "run into" in again.not_applied[0].reason
