"""Layer: pure functions. What a review changed, in words."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from formcheck.kinematics.estimate import Estimate
from formcheck.moments import time_text
from formcheck.pose.landmarks import Side
from formcheck.report.content import rep_times
from formcheck.report.rep_table import rep_table
from formcheck.report.review_words import automatic_of, change_in_words, correction_lines, rep_pairs, was_text
from formcheck.session.corrections import ExcludeRep, NotApplied, ReviewedSet
from formcheck.session.request import SetRequest

from .reviews import CORRECTIONS, as_measured, corrected_set


def test_each_kind_of_correction_has_its_sentence() -> None:
    assert [line.what for line in correction_lines(corrected_set())] == [
        "Left knee moved to x 455, y 300 px (x right, y down) at 12.00 s, and by as much from 11.50 to 12.50 s.",
        "Times of the rep at 17.00 s set: start 16.00, bottom 17.80 to 21.15, end 22.35 s.",
        "Rep at 4.00 s left out: practice rep.",
        "Measured as wall-squat and left leg.",
    ]


def test_each_correction_says_who_and_when() -> None:
    line = correction_lines(corrected_set())[1]
    made_at = datetime.fromisoformat("2026-03-04T14:05+01:00")
    assert (line.made_by, line.made_at) == ("P. Weber", time_text(made_at.astimezone()))


def test_a_correction_without_effect_says_why() -> None:
    idle = NotApplied(CORRECTIONS[2], "No rep is under way at 4.00 s.", "Take it back.")
    reviewed = dataclasses.replace(corrected_set(), not_applied=(idle,))
    assert [line.no_effect for line in correction_lines(reviewed)] == ["", "", "No rep is under way at 4.00 s.", ""]


def test_reason_is_optional() -> None:
    assert change_in_words(ExcludeRep(4.0)) == "Rep at 4.00 s left out."
    assert change_in_words(SetRequest(leg=Side.RIGHT)) == "Measured as right leg."


def test_reps_are_paired_by_time_and_not_by_number() -> None:
    reviewed = corrected_set()
    assert reviewed.corrected is not None
    kept = tuple(dataclasses.replace(rep, index=i + 1) for i, rep in enumerate(reviewed.corrected.reps[1:]))
    fewer = ReviewedSet(reviewed.automatic, dataclasses.replace(reviewed.corrected, reps=kept), CORRECTIONS)
    pairs = [(p.automatic and p.automatic.index, p.current and p.current.index) for p in rep_pairs(fewer)]
    assert pairs == [(1, None), (2, 1), (3, 2), (4, 3)]
    assert {now: before.index for now, before in automatic_of(fewer).items()} == {1: 2, 2: 3, 3: 4}


def test_a_rep_that_only_the_review_found_has_no_automatic_one() -> None:
    reviewed = corrected_set()
    automatic = dataclasses.replace(reviewed.automatic, reps=reviewed.automatic.reps[1:])
    pairs = rep_pairs(dataclasses.replace(reviewed, automatic=automatic))
    assert [p.automatic is None for p in pairs] == [True, False, False, False]


def test_automatic_value_is_told_only_where_it_differs() -> None:
    rep = as_measured().automatic.reps[1]
    assert was_text("fppa_deg", rep, "left", Estimate(7.0, 3.1)) == "14 ± 3°"
    assert was_text("fppa_deg", rep, "left", rep.measures["fppa_deg"]["left"]) == ""
    assert was_text("fppa_deg", None, "left", Estimate(7.0, 3.1)) == ""


def test_a_value_that_was_not_measured_before_is_told_as_a_dash() -> None:
    rep = dataclasses.replace(as_measured().automatic.reps[1], measures={})
    assert was_text("fppa_deg", rep, "left", Estimate(7.0, 3.1)) == "–"


def test_table_shows_the_automatic_value_in_the_corrected_cell_alone() -> None:
    reviewed = corrected_set()
    table = rep_table(reviewed.current, automatic_of(reviewed))
    cells = {(row.rep, row.leg): row.cells for row in table.rows}
    column = table.measures.index("fppa_deg")
    assert (cells["2", "left"][column].text, cells["2", "left"][column].was) == ("7 ± 3°", "14 ± 3°")
    assert sum(bool(cell.was) for row in table.rows for cell in row.cells) == 1


def test_table_names_what_a_reviewer_left_out() -> None:
    assert rep_table(corrected_set().current).rows[0].note == "left out, not counted"


def test_times_show_the_automatic_one_where_it_was_changed() -> None:
    rows = rep_times(corrected_set())
    start = rows[2].moments[0]
    assert (start.text, start.was) == ("16.00", "16.20")
    assert [m.was for m in rows[1].moments] == ["", "", "", ""]
    assert rows[0].note == "left out, not counted"
    assert rows[3].moments[1].text == "–"
