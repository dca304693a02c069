"""Layer: pure functions. What a person is told first, and how a set is put into sentences and rows."""

from __future__ import annotations

import dataclasses

import pytest

from formcheck.exercises.finding import Band
from formcheck.kinematics.view import ViewKind, ViewQuality
from formcheck.report.content import report_content
from formcheck.report.rep_table import rep_table
from formcheck.report.summary import check_lines, headline, plan_sentences, tiles, what_was_done
from formcheck.session.assessment import Assessment, Plan
from formcheck.session.verdict import Level

from .synthetic import assess


def test_most_important_change_is_the_headline(front_set: Assessment) -> None:
    told = headline(front_set)
    assert (told.title, told.band) == ("Point your kneecap over your second toe", Level.FAULT)
    assert told.praise.startswith("Good in every rep")
    assert [change.cue for change in told.more] == ["Rest now, restart fresh"]


def test_clean_set_has_nothing_to_change(front_set: Assessment) -> None:
    good = tuple(f for f in front_set.findings if f.band is Band.GOOD and f.name != "knee over toe")
    told = headline(dataclasses.replace(front_set, findings=good))
    assert (told.title, told.band) == ("Nothing to change in what was measured", Level.GOOD)
    assert told.praise


def test_camera_comes_before_form_where_the_view_is_refused(front_set: Assessment) -> None:
    refused = dataclasses.replace(front_set.view, kind=ViewKind.OBLIQUE, verdict=ViewQuality.REFUSED)
    told = headline(dataclasses.replace(front_set, view=refused))
    assert told.title.startswith("Film again")
    assert told.more[0].cue == "Point your kneecap over your second toe"


def test_recording_comes_first_where_no_whole_rep_was_seen(front_set: Assessment) -> None:
    told = headline(dataclasses.replace(front_set, reps=front_set.reps[3:]))
    assert told.title == "Film the whole movement, from standing to standing"


def test_reps_that_the_review_left_out_are_no_fault_of_the_recording(front_set: Assessment) -> None:
    reps = tuple(dataclasses.replace(rep, excluded=True) for rep in front_set.reps)
    left_out = dataclasses.replace(front_set, reps=reps, findings=())
    assert headline(left_out).detail == "Every whole rep was left out in review."
    assert "no whole rep was counted" in report_content(left_out, [], generated_on="today").photos_note


def test_nothing_judged_is_not_called_good(front_set: Assessment) -> None:
    assert headline(dataclasses.replace(front_set, findings=())).band is Level.NOT_JUDGED


def test_long_list_of_reps_is_given_as_a_number() -> None:
    assert headline(assess(ViewKind.SIDE, whole_reps=6)).detail == "Depth, left leg, in 6 reps."


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("front_set", "Wall squat, seen from the front: 3 whole reps in 26 seconds of video."),
        ("side_set", "Wall squat, seen from the left side: 3 whole reps"),
        ("oblique_set", "Wall squat, seen at an angle: 3 whole reps"),
    ],
)
def test_what_was_done_names_view_and_count(name: str, words: str, request: pytest.FixtureRequest) -> None:
    assert what_was_done(request.getfixturevalue(name)).startswith(words)


@pytest.mark.parametrize(("length_s", "words"), [(1.4, "in 1 second of"), (0.3, "in 1 second of"), (2.0, "2 seconds")])
def test_a_second_is_one(length_s: float, words: str, front_set: Assessment) -> None:
    source = dataclasses.replace(front_set.track.source, duration_s=length_s)
    track = dataclasses.replace(front_set.track, source=source)
    assert words in what_was_done(dataclasses.replace(front_set, track=track))


def test_back_to_the_camera_is_said(front_set: Assessment) -> None:
    behind = dataclasses.replace(front_set, view=dataclasses.replace(front_set.view, facing_camera=False))
    assert "seen from behind" in what_was_done(behind)


def test_tiles_are_middle_values_of_the_reps(front_set: Assessment) -> None:
    shown = {tile.label: tile.values for tile in tiles(front_set)}
    assert shown["Reps"] == ("3",)
    assert shown["Knee alignment (FPPA)"] == ("left 9°", "right 0°")
    assert "Depth (knee flexion)" not in shown


def test_tempo_is_left_out_where_it_was_not_measured(front_set: Assessment) -> None:
    reps = tuple(dataclasses.replace(rep, measures={}) for rep in front_set.reps)
    assert [tile.label for tile in tiles(dataclasses.replace(front_set, reps=reps))] == ["Reps"]


def test_full_plan_leaves_nothing_open() -> None:
    sentences = plan_sentences(Plan(target_depth_deg=60, reps=10, hold_s=3, step_height_cm=20))
    assert sentences == ("Prescribed: a depth of 60° knee flexion, 10 reps, a hold of 3 s and a step of 20 cm.",)


def test_checks_are_gathered_by_leg_with_how_often_each_band_came(front_set: Assessment) -> None:
    left = next(line for line in check_lines(front_set.findings) if line.check == "WS-F3" and line.leg == "left")
    assert left.counts == ((Level.GOOD, 1), (Level.CAUTION, 1), (Level.FAULT, 1))
    assert left.values == "0.9 % to 5.3 %"


def test_table_has_a_row_for_each_scored_leg(front_set: Assessment, side_set: Assessment) -> None:
    assert [(row.rep, row.leg) for row in rep_table(front_set).rows[:3]] == [
        ("1", "left"),
        (None, "right"),
        ("2", "left"),
    ]
    assert [(row.rep, row.leg) for row in rep_table(side_set).rows[:2]] == [("1", "left"), ("2", "left")]


def test_table_rows_all_have_the_width_of_the_head(front_set: Assessment) -> None:
    table = rep_table(front_set)
    covered = [0] * len(table.measures)
    for row in table.rows:
        free = [i for i, rows in enumerate(covered) if rows == 0]
        assert len(free) == len(row.cells)
        for i, cell in zip(free, row.cells, strict=True):
            covered[i] = cell.rows
        covered = [rows - 1 for rows in covered]


def test_worst_of_several_checks_of_one_value_is_shown(front_set: Assessment) -> None:
    first = next(f for f in front_set.findings if f.measure == "kmf_pct")
    worse = dataclasses.replace(first, check="X", band=Band.CAUTION)
    table = rep_table(dataclasses.replace(front_set, findings=(worse, first)))
    assert table.rows[0].cells[table.measures.index("kmf_pct")].band is Level.CAUTION


def test_column_that_was_never_measured_is_not_there(front_set: Assessment) -> None:
    assert "knee_flexion_max_deg" not in rep_table(front_set).measures
