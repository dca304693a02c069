"""Layer: arithmetic on made-up sets. When a comparison proves less than it seems to, and points that cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from formcheck.commands.validate import command_line
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import BODY, Side
from formcheck.session.assessment import Assessment
from formcheck.validation.comparison import compare
from formcheck.validation.digitised import need_in_picture
from formcheck.validation.run import doubts_of
from formcheck.validation.tables import TruthError
from formcheck.validation.truth import ClipInfo, Samples, Truth, TruthKind

from ..report.synthetic import assess
from .test_comparison import own_truth, shifted


def doubts(made: Assessment, truth: Truth) -> tuple[str, ...]:
    return doubts_of(truth, "set.csv", made, compare(made, truth, ClipInfo(), {}))


def points_at(made: Assessment, frames: list[int]) -> Truth:
    marked = []
    for i in frames:
        body = BODY[Side.LEFT]
        joints = {f"left_{joint}": getattr(body, joint) for joint in ("hip", "knee", "ankle", "toe")}
        places = {
            name: (float(x), float(y)) for name, (x, y) in ((n, made.track.image_px[i, j]) for n, j in joints.items())
        }
        marked.append((float(made.track.t_s[i]), places))
    return Truth(TruthKind.POINTS, points=tuple(marked))


def test_our_own_csv_proves_nothing(tmp_path: Path) -> None:
    made = assess(ViewKind.SIDE)
    (said,) = doubts(made, own_truth(made, tmp_path))
    assert "formcheck's own numbers" in said
    assert "proves nothing" in said


def test_our_own_csv_put_right_in_part_is_told_so(tmp_path: Path) -> None:
    made = assess(ViewKind.FRONT)
    (said,) = doubts(made, shifted(own_truth(made, tmp_path), "fppa_deg", "left", -3.0))
    assert " % of the frame values in set.csv are formcheck's own numbers" in said


def test_another_systems_series_raises_no_doubt(tmp_path: Path) -> None:
    made = assess(ViewKind.SIDE)
    truth = own_truth(made, tmp_path)
    off = {key: replace(each, values=each.values + 0.5) for key, each in truth.samples.items()}
    assert doubts(made, replace(truth, samples=off)) == ()


@pytest.mark.parametrize(("early_s", "told"), [(0.3, False), (0.8, True)])
def test_a_series_that_ends_before_the_clip_may_be_anothers(early_s: float, told: bool) -> None:
    made = assess(ViewKind.SIDE)
    t = made.track.t_s[made.track.t_s <= made.track.t_s[-1] - early_s]
    series = {("knee_flexion_deg", "left"): Samples(t, np.full(len(t), 200.0))}
    said = doubts(made, Truth(TruthKind.RENDERED, series))
    assert [text.startswith("set.csv ends") for text in said] == ([True] if told else [])
    assert doubts(made, Truth(TruthKind.ANGLES, series)) == ()  # frames picked by hand may end anywhere


def test_kmf_of_a_leg_never_marked_standing_is_doubted() -> None:
    made = assess(ViewKind.FRONT)
    (said,) = doubts(made, points_at(made, [120, 150]))
    assert said.startswith("The left leg is marked in reps only")
    assert doubts(made, points_at(made, [5, 120, 150])) == ()


@pytest.mark.parametrize(("place", "inside"), [((-20, 100), True), ((-60, 100), False), ((100, 620), False)])
def test_a_point_well_outside_of_the_picture_is_refused(place: tuple[float, float], inside: bool) -> None:
    truth = Truth(TruthKind.POINTS, points=((1.0, {"left_hip": place}),))
    if inside:
        need_in_picture("set.csv", truth, 960, 540)
        return
    with pytest.raises(TruthError, match=r"set\.csv: left_hip at 1 s .* outside of the picture of 960 by 540"):
        need_in_picture("set.csv", truth, 960, 540)


def test_the_command_shown_is_the_one_that_was_typed() -> None:
    here = Path("room")
    assert command_line(here, None, None, None, "auto") == "formcheck validate room"
    assert command_line(here, None, None, None, "full") == "formcheck validate room --model full"
