"""Layer: arithmetic on made-up sets. Ours beside a truth that is known to be so much off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import BODY, Side
from formcheck.report.table import write_csv
from formcheck.session.assessment import Assessment
from formcheck.validation.comparison import TruthComparison, at_times, compare
from formcheck.validation.digitised import points_truth
from formcheck.validation.measured import measured_truth
from formcheck.validation.study import ClipResult, PairLevel, Study, study_of
from formcheck.validation.tables import read_table
from formcheck.validation.truth import ClipInfo, Samples, Truth, TruthKind, TruthRep

from ..report.synthetic import assess


def own_truth(made: Assessment, folder: Path) -> Truth:
    """Take a set's own CSV for its truth."""
    write_csv(made, folder / "own.csv")
    return measured_truth(read_table(folder / "own.csv"))


def shifted(truth: Truth, measure: str, leg: str, by: float) -> Truth:
    samples = dict(truth.samples)
    samples[measure, leg] = replace(samples[measure, leg], values=samples[measure, leg].values + by)
    return replace(truth, samples=samples)


def clip(name: str, comparison: TruthComparison, person: str | None = None) -> ClipResult:
    return ClipResult(name, f"{name}.mp4", "wall-squat", person, TruthKind.ANALYSIS, comparison=comparison)


def test_a_set_agrees_with_its_own_csv(tmp_path: Path) -> None:
    made = assess(ViewKind.SIDE)
    result = compare(made, own_truth(made, tmp_path), ClipInfo(view=ViewKind.SIDE), {})
    assert {pair.measure for pair in result.reps} >= {"knee_flexion_max_deg", "trunk_flexion_deg"}
    depth = [pair for pair in result.reps if pair.measure == "knee_flexion_max_deg"]
    assert [pair.rep for pair in depth] == [1, 2, 3]
    assert all(pair.ours == pytest.approx(pair.truth, abs=0.02) for pair in depth)
    for pairs in result.frames:
        assert pairs.ours == pytest.approx(pairs.truth, abs=0.011)
    assert result.reps_true == result.reps_counted == 3
    assert result.phase_off_s.shape == (3, 4)
    assert result.view_found is result.view_true is ViewKind.SIDE


def test_a_truth_that_is_lower_makes_a_positive_bias(tmp_path: Path) -> None:
    made = assess(ViewKind.FRONT)
    truth = shifted(own_truth(made, tmp_path), "fppa_deg", "left", -4.0)
    study = study_of([clip("a", compare(made, truth, ClipInfo(), {}))])
    group = study.group("fppa_deg", PairLevel.FRAME)
    assert group is not None
    left, right = np.split(group.ours - group.truth, 2)
    assert left == pytest.approx(4.0, abs=0.011)
    assert right == pytest.approx(0.0, abs=0.011)


def test_fppa_is_not_compared_on_frames_where_the_truth_bends_too_far(tmp_path: Path) -> None:
    made = assess(ViewKind.FRONT)
    truth = own_truth(made, tmp_path)
    t = truth.samples["fppa_deg", "left"].t_s
    deep = np.where((t > 3.2) & (t < 5.9), 80.0, 20.0)
    bent = replace(truth, samples={**truth.samples, ("knee_flexion_deg", "left"): Samples(t, deep)})
    of = {each.leg: each.t_s for each in compare(made, bent, ClipInfo(), {}).frames if each.measure == "fppa_deg"}
    assert not ((of["left"] > 3.2) & (of["left"] < 5.9)).any()
    assert ((of["right"] > 3.2) & (of["right"] < 5.9)).any()


@pytest.mark.parametrize(("kind", "measure"), [(ViewKind.FRONT, "fppa_deg"), (ViewKind.SIDE, "knee_flexion_deg")])
def test_points_marked_where_the_joints_are_give_our_own_angle(kind: ViewKind, measure: str, tmp_path: Path) -> None:
    made = assess(kind)
    lines = ["t_s,point,x_px,y_px"]
    for i in (0, 90, 110, 300):
        for side in Side:
            for joint in ("hip", "knee", "ankle", "toe", "shoulder"):
                x, y = made.track.image_px[i, getattr(BODY[side], joint)]
                lines.append(f"{made.track.t_s[i]},{side.value}_{joint},{x},{y}")
    (tmp_path / "points.csv").write_text("\n".join(lines))
    truth = points_truth(read_table(tmp_path / "points.csv"))
    frames = [each for each in compare(made, truth, ClipInfo(), {}).frames if each.measure == measure]
    assert [each.leg for each in frames] == (["left"] if kind is ViewKind.SIDE else ["left", "right"])
    for each in frames:
        assert len(each.t_s) == 4
        assert each.ours == pytest.approx(each.truth, abs=0.01)


def test_a_value_read_at_the_bottom_stands_beside_the_value_of_the_rep() -> None:
    made = assess(ViewKind.SIDE)
    second = made.complete_reps[1]
    at = np.array([second.start_s, (second.bottom_start_s + second.bottom_end_s) / 2])
    truth = Truth(TruthKind.ANGLES, {("knee_flexion_deg", "left"): Samples(at, np.array([7.0, 58.0]))})
    result = compare(made, truth, ClipInfo(), {})
    assert [(pair.measure, pair.rep, pair.truth) for pair in result.reps] == [("knee_flexion_max_deg", 2, 58.0)]
    assert len(result.frames[0].t_s) == 2


def test_an_extreme_over_the_rep_is_not_made_from_single_frames() -> None:
    made = assess(ViewKind.SIDE)
    middle = np.array([made.complete_reps[0].bottom_start_s + 0.5])
    truth = Truth(TruthKind.ANGLES, {("trunk_flexion_deg", "both"): Samples(middle, np.array([3.0]))})
    assert compare(made, truth, ClipInfo(), {"trunk_flexion_deg": "rep"}).reps == ()
    assert len(compare(made, truth, ClipInfo(), {}).reps) == 1


def test_reps_are_matched_by_time_and_not_by_number() -> None:
    made = assess(ViewKind.FRONT)
    last = made.complete_reps[2]
    true = TruthRep(last.start_s - 0.1, last.bottom_start_s, last.bottom_end_s + 0.2, last.end_s, {"hold_s": 9.0})
    result = compare(made, Truth(TruthKind.RENDERED, reps=(true,)), ClipInfo(), {})
    assert result.phase_off_s == pytest.approx(np.array([[0.1, 0.0, -0.2, 0.0]]))
    assert [(pair.measure, pair.rep, pair.truth) for pair in result.reps] == [("hold_s", 3, 9.0)]
    assert (result.reps_true, result.reps_counted) == (1, 3)


def test_told_bottoms_count_the_reps_and_are_looked_for() -> None:
    made = assess(ViewKind.FRONT)
    first = made.complete_reps[0]
    info = ClipInfo(bottoms_s=(first.bottom_start_s + 0.1, first.bottom_end_s + 0.25))
    result = compare(made, Truth(TruthKind.ANGLES), info, {})
    assert result.reps_true == 2
    assert result.bottoms_off_s == pytest.approx([0.0, 0.25])


@pytest.mark.parametrize(("truth_deg", "found"), [(1.4, 0.0), (-178.6, 180.0), (359.4, 2.0)])
def test_the_error_of_the_turn_goes_the_short_way_round(truth_deg: float, found: float) -> None:
    result = compare(assess(ViewKind.FRONT), Truth(TruthKind.RENDERED, yaw_deg=truth_deg), ClipInfo(), {})
    assert abs(result.yaw_off_deg) == pytest.approx(found)


def test_a_refused_view_is_compared_in_reps_and_times_alone() -> None:
    made = assess(ViewKind.OBLIQUE)
    reps = tuple(
        TruthRep(r.start_s, r.bottom_start_s, r.bottom_end_s, r.end_s, {"hold_s": 3.0}) for r in made.complete_reps
    )
    result = compare(made, Truth(TruthKind.RENDERED, reps=reps), ClipInfo(), {})
    assert result.angles_refused
    assert {pair.measure for pair in result.reps} == {"hold_s"}
    assert result.cover == {}


def test_cover_is_the_share_of_frames_in_reps_with_a_value(tmp_path: Path) -> None:
    made = assess(ViewKind.SIDE)
    cover = compare(made, own_truth(made, tmp_path), ClipInfo(), {}).cover["knee_flexion_deg"]
    assert 0.9 < cover < 1.0  # the made-up person is lost for a third of a second in the first rep


@pytest.mark.parametrize(("when", "expected"), [(0.05, 5.0), (0.1, 10.0), (0.25, np.nan), (0.9, 90.0), (2.0, np.nan)])
def test_between_frames_is_a_straight_line_but_never_over_a_gap(when: float, expected: float) -> None:
    t, values = np.array([0.0, 0.1, 0.2, 0.3, 0.9]), np.array([0.0, 10.0, np.nan, 30.0, 90.0])
    assert at_times(t, values, np.array([when])) == pytest.approx([expected], nan_ok=True)
    assert np.isnan(at_times(t, values, np.array([0.6]))).all()


def test_one_value_alone_is_known_at_its_own_moment_only() -> None:
    one = at_times(np.array([1.0]), np.array([5.0]), np.array([1.0, 1.05]))
    assert one == pytest.approx([5.0, np.nan], nan_ok=True)


def two_clips(folder: Path, people: tuple[str | None, str | None]) -> Study:
    made = assess(ViewKind.FRONT)
    truth = own_truth(made, folder)
    near, far = (compare(made, shifted(truth, "kmf_pct", "left", by), ClipInfo(), {}) for by in (0.0, 2.0))
    return study_of([clip("near", near, people[0]), clip("far", far, people[1])])


def test_the_worst_clip_is_named_and_every_clip_counts_the_same(tmp_path: Path) -> None:
    group = two_clips(tmp_path, ("A", "B")).group("kmf_pct", PairLevel.REP)
    assert group is not None
    assert group.worst_clip.clip == "far"
    assert group.mae_of_clips == pytest.approx(0.5, abs=0.02)  # the left of two legs is 2 % off in one of two clips
    assert group.agreement.n == 12


@pytest.mark.parametrize(("people", "n"), [(("A", "A"), 1), (("A", "B"), 2), (("A", None), None)])
def test_clips_of_one_person_are_not_many_people(people: tuple[str, str | None], n: int | None, tmp_path: Path) -> None:
    assert two_clips(tmp_path, people).people == n
