"""Layer: pure functions. A finished set in words: the best rep, what tiredness changed, and the files to take away."""

from __future__ import annotations

import dataclasses
import datetime
import io
import json
import re

import pyarrow.parquet
import pytest

from formcheck.commands.samples import sample_named, sample_path
from formcheck.exercises.finding import Band, Finding
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.reps import Cut
from formcheck.report.page import details_html
from formcheck.session.assessment import Assessment, Plan, Rep
from formcheck.web.pages.check.after import best_rep, downloads_of, fatigue, holds, why_nothing_counted
from formcheck.web.shared.report_parts import style_in_shadow
from tests.sample_tracks import sample_track
from tests.web.finished import sample_assessment


def a_finding(rep: int | None, band: Band, name: str = "knee over toe") -> Finding:
    return Finding("WS-F3", name, rep, "left", "kmf_pct", 3.0, 1.0, band, "", None, 3)


def with_findings(*findings: Finding) -> Assessment:
    return dataclasses.replace(sample_assessment("wall_squat_front"), findings=findings)


def with_reps(values: list[dict[str, float]], leg: str = "left") -> Assessment:
    """Return a set whose reps have these values, each known to 1."""
    reps = tuple(
        Rep(
            i + 1,
            "both",
            True,
            3.0 * i,
            3.0 * i + 1,
            3.0 * i + 2,
            3.0 * i + 2.5,
            {name: {("both" if name.endswith("_s") else leg): Estimate(value, 1.0)} for name, value in each.items()},
        )
        for i, each in enumerate(values)
    )
    return dataclasses.replace(sample_assessment("wall_squat_front"), reps=reps)


def test_the_rep_with_nothing_off_is_the_best() -> None:
    assessment = with_findings(a_finding(1, Band.CAUTION), a_finding(2, Band.GOOD), a_finding(3, Band.FAULT))
    assert best_rep(assessment) == "Rep 2 was the best: nothing was off."


def test_a_fault_weighs_more_than_cautions() -> None:
    cautions = [a_finding(1, Band.CAUTION, name) for name in ("depth", "pelvis level", "time down")]
    assert best_rep(with_findings(a_finding(2, Band.FAULT), *cautions)) == "Rep 1 was the best: the least was off."


def test_reps_that_are_equally_good_are_named_together() -> None:
    assessment = with_findings(*(a_finding(rep, Band.CAUTION) for rep in (1, 2)), a_finding(3, Band.FAULT))
    assert best_rep(assessment) == "Reps 1 and 2 were the best: only “Knee over toe” was off."


def test_all_reps_good_is_said_in_one_sentence() -> None:
    every = [a_finding(rep, Band.GOOD) for rep in (1, 2, 3)]
    assert best_rep(with_findings(*every)) == "Every rep was good."
    assert best_rep(with_findings(*every[:2])) == "Every rep that was judged was good."


def test_reps_off_in_like_measure_have_no_best_one() -> None:
    assert (
        best_rep(with_findings(a_finding(1, Band.FAULT), a_finding(2, Band.FAULT)))
        == "No rep stood out: they were all alike."
    )


def test_no_rep_is_best_where_none_was_judged() -> None:
    assert best_rep(with_findings(a_finding(None, Band.GOOD))) == ""


def test_holds_are_told_where_they_were_prescribed_or_long() -> None:
    asked = with_reps([{"hold_s": 1.2}, {"hold_s": 2.0}], "both")
    free = Plan()
    assert holds(dataclasses.replace(asked, plan=free)) == ""
    assert holds(asked) == "Held at the bottom for 1.2 to 2.0 s, prescribed 3 s."
    assert (
        holds(dataclasses.replace(with_reps([{"hold_s": 31.4}], "both"), plan=free)) == "Held at the bottom for 31 s."
    )


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        (Cut.CLIP, "The set ended before"),
        (Cut.SIGHT, "went out of sight before"),
        (Cut.HOLE, "Pictures were missing before"),
    ],
)
def test_what_cut_a_rep_off_is_what_is_said(cut: Cut, said: str) -> None:
    sitting = with_reps([{"hold_s": 31.4}], "both")
    reps = tuple(dataclasses.replace(rep, complete=False, cut_by=cut.value) for rep in sitting.reps)
    text = why_nothing_counted(dataclasses.replace(sitting, reps=reps))
    assert text.startswith("You held at the bottom for 31 s. ")
    assert said in text
    assert text.count("before you were standing again") == 1
    assert why_nothing_counted(dataclasses.replace(sitting, reps=())) == ""


def test_too_few_reps_tell_nothing_of_tiredness() -> None:
    (sentence,) = fatigue(sample_assessment("wall_squat_front"))
    assert "six" in sentence


def test_a_knee_that_comes_inward_over_the_set_is_named_once() -> None:
    values = [{"kmf_pct": 1.0, "fppa_deg": 2.0}] * 3 + [{"kmf_pct": 9.0, "fppa_deg": 14.0}] * 3
    (sentence,) = fatigue(with_reps(values))
    assert sentence.startswith("The left knee fell further inward, by 12 ±")


def test_a_knee_that_comes_inward_over_the_foot_alone_is_named_by_that() -> None:
    (sentence,) = fatigue(with_reps([{"kmf_pct": 1.0, "fppa_deg": 2.0}] * 3 + [{"kmf_pct": 9.0, "fppa_deg": 2.0}] * 3))
    assert sentence.startswith("The left knee came further inward over the foot, by 8.0 ±")


def test_less_depth_and_a_faster_way_down_are_named() -> None:
    values = [{"knee_flexion_max_deg": 60.0, "descent_s": 2.5}] * 3 + [
        {"knee_flexion_max_deg": 45.0, "descent_s": 1.0}
    ] * 3
    assert [each.split(",")[0] for each in fatigue(with_reps(values))] == [
        "The left knee bent less",
        "The way down got faster",
    ]


def test_what_got_better_is_not_called_worse() -> None:
    values = [{"kmf_pct": 9.0, "knee_flexion_max_deg": 45.0}] * 3 + [{"kmf_pct": 1.0, "knee_flexion_max_deg": 60.0}] * 3
    assert fatigue(with_reps(values)) == ("Nothing got worse from the first three reps to the last three.",)


def test_a_change_within_its_uncertainty_is_not_spoken_of() -> None:
    assert "Nothing got worse" in fatigue(with_reps([{"kmf_pct": 1.0}] * 3 + [{"kmf_pct": 1.1}] * 3))[0]


def test_nothing_is_claimed_of_what_was_not_measured() -> None:
    assert fatigue(with_reps([{}] * 6)) == ()


@pytest.mark.parametrize("name", ["wall_squat_side", "step_down_front_valgus"])
def test_the_details_hold_a_row_for_each_rep_and_a_plot(name: str) -> None:
    html = details_html(sample_assessment(name))
    assert html.count("<tbody>") == 3
    assert "<svg" in html
    assert "<script" not in html


def test_the_files_of_a_set_are_whole_and_nothing_is_left_behind(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    name = "step_down_front_valgus"
    at = datetime.datetime(2026, 3, 1, 9, 30, tzinfo=datetime.UTC)
    files = {each.name: each.data for each in downloads_of(sample_assessment(name), sample_track(name), None, at)}
    assert set(files) == {f"step-down-2026-03-01-0930.{end}" for end in ("html", "json", "csv", "track.parquet")}
    assert json.loads(files["step-down-2026-03-01-0930.json"])["exercise"] == "step-down"
    assert files["step-down-2026-03-01-0930.html"].startswith(b"<!DOCTYPE html>")
    table = pyarrow.parquet.read_table(io.BytesIO(files["step-down-2026-03-01-0930.track.parquet"]))
    assert table.num_rows == len(sample_track(name))
    assert not list(folder.iterdir())


def test_a_kept_video_is_offered_and_gives_the_report_its_pictures() -> None:
    name = "step_down_front_valgus"
    video = sample_path(sample_named(name))
    at = datetime.datetime(2026, 3, 1, 9, 30, tzinfo=datetime.UTC)
    files = {each.label: each.data for each in downloads_of(sample_assessment(name), sample_track(name), video, at)}
    assert files["Video"] == video.read_bytes()
    assert files["One rep to share (GIF)"].startswith(b"GIF89a")
    assert len(set(re.findall(rb"data:image/jpeg[^\"]+", files["Report"]))) == 3


def test_the_report_says_what_changed_since_the_last_time() -> None:
    name, at = "step_down_front_valgus", datetime.datetime(2026, 3, 1, 9, 30, tzinfo=datetime.UTC)
    told = "No change since 1 February 2026 that a camera can tell."
    files = downloads_of(sample_assessment(name), sample_track(name), None, at, last_time=told)
    assert told in next(each.data for each in files if each.label == "Report").decode()


def test_the_details_follow_the_light_and_dark_of_the_app() -> None:
    style = style_in_shadow()
    assert "prefers-color-scheme" not in style
    assert ":host(.dark) {" in style
    assert ":root" not in style
    assert "\nbody {" not in style
