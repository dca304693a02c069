"""Layer: pure functions. What the plots show, and that the drawing shows it."""

from __future__ import annotations

import dataclasses
import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from formcheck.exercises.finding import Band
from formcheck.kinematics.analysis import MeasureSeries
from formcheck.kinematics.measures.registry import measure_of
from formcheck.pose.landmarks import Side
from formcheck.report.charts import charts_of
from formcheck.report.svg import NARROW, WIDE, draw_chart
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess as assess_track
from formcheck.session.request import SetRequest
from formcheck.session.verdict import Level, verdict_of_measure
from tests.sample_tracks import sample_track


def drawn(assessment: Assessment, measure: str, size: tuple[int, int] = WIDE) -> ElementTree.Element:
    chart = next(chart for chart in charts_of(assessment) if chart.measure == measure)
    return ElementTree.fromstring(str(draw_chart(chart, size, "what it shows")))


def of_class(svg: ElementTree.Element, tag: str, style: str) -> list[ElementTree.Element]:
    return [element for element in svg.iter(tag) if style in element.get("class", "").split()]


def words(svg: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in svg.iter("text")]


def test_each_view_has_the_plots_it_can_carry(
    front_set: Assessment, side_set: Assessment, oblique_set: Assessment
) -> None:
    assert [chart.measure for chart in charts_of(front_set)] == ["fppa_deg", "kmf_pct"]
    assert [chart.measure for chart in charts_of(side_set)] == ["knee_flexion_deg"]
    assert charts_of(oblique_set) == ()


def test_only_the_standing_leg_of_a_step_down_is_plotted(front_set: Assessment) -> None:
    reps = tuple(dataclasses.replace(rep, leg="right") for rep in front_set.reps)
    chart = charts_of(dataclasses.replace(front_set, reps=reps))[0]
    assert [line.side for line in chart.lines] == [Side.RIGHT]
    assert {peak.side for peak in chart.peaks} == {Side.RIGHT}


def test_peaks_are_those_of_whole_reps(front_set: Assessment) -> None:
    peaks = [peak for peak in charts_of(front_set)[0].peaks if peak.side is Side.LEFT]
    assert [peak.rep for peak in peaks] == [1, 2, 3]
    assert max(peaks, key=lambda peak: peak.estimate.value).rep == 2


def test_phases_follow_one_another_in_each_rep(front_set: Assessment) -> None:
    spans = charts_of(front_set)[0].spans
    assert [span.phase for span in spans if span.rep == 2] == ["descent", "hold", "ascent"]
    assert [span.phase for span in spans if span.rep == 4] == ["descent"]
    assert all(span.end_s > span.start_s for span in spans)


def test_open_bands_leave_out_what_cannot_be(front_set: Assessment) -> None:
    column = charts_of(front_set)[1].columns[0]
    assert [(zone.band, round(zone.low, 1), round(zone.high, 1)) for zone in column.zones] == [
        (Level.CAUTION, -math.inf, -4.4),
        (Level.NOT_JUDGED, -4.4, -3.0),
        (Level.GOOD, -3.0, 1.5),
        (Level.NOT_JUDGED, 1.5, 2.9),
        (Level.CAUTION, 2.9, 5.2),
        (Level.FAULT, 5.2, math.inf),
    ]


def test_each_value_lies_in_a_zone_of_its_own_verdict(front_set: Assessment, side_set: Assessment) -> None:
    for assessment in (front_set, side_set):
        for chart in charts_of(assessment):
            for column in chart.columns:
                measure = measure_of(chart.measure)
                assert measure is not None
                told = verdict_of_measure(assessment, measure.name, column.side.value, column.rep)
                peak = next(p for p in chart.peaks if (p.rep, p.side) == (column.rep, column.side))
                assert told.level in {z.band for z in column.zones if z.low <= peak.estimate.value <= z.high}


def test_no_fault_is_shaded_where_something_else_speaks_against_one(front_set: Assessment) -> None:
    findings = tuple(
        dataclasses.replace(f, band=Band.CAUTION, unsure=True, cue="") if f.band is Band.FAULT else f
        for f in front_set.findings
    )
    column = next(c for c in charts_of(dataclasses.replace(front_set, findings=findings))[1].columns if c.rep == 2)
    assert {zone.band for zone in column.zones} == {Level.GOOD, Level.NOT_JUDGED}


def test_phases_are_drawn_between_the_instants_of_the_times() -> None:
    made = assess_track(sample_track("wall_squat_side"), SetRequest("wall-squat"))
    spans = {(s.rep, s.phase): s.end_s - s.start_s for s in charts_of(made)[0].spans}
    for rep in made.complete_reps:
        for phase, measure in (("descent", "descent_s"), ("hold", "hold_s"), ("ascent", "ascent_s")):
            estimate = rep.measures[measure]["both"]
            assert estimate is not None
            assert spans[rep.index, phase] == pytest.approx(estimate.value, abs=0.001)


def test_gap_breaks_the_line(front_set: Assessment) -> None:
    path = of_class(drawn(front_set, "fppa_deg"), "path", "left")[0].get("d", "")
    assert path.count("M") == 2
    assert "nan" not in path.lower()


def test_bar_is_as_long_as_the_uncertainty(side_set: Assessment) -> None:
    svg = drawn(side_set, "knee_flexion_deg")
    first = of_class(svg, "g", "peak")[0]
    bar = max(of_class(first, "line", "whisker"), key=lambda line: float(line.get("y2", 0)) - float(line.get("y1", 0)))
    length_px = float(bar.get("y2", 0)) - float(bar.get("y1", 0))
    ticks = {t.text: float(t.get("y", 0)) for t in of_class(svg, "text", "tick")}
    px_per_deg = (ticks["0°"] - ticks["20°"]) / 20
    assert length_px == pytest.approx(2 * 4.2 * px_per_deg, rel=0.02)


def test_peak_tells_its_value_to_the_pointer(front_set: Assessment) -> None:
    titles = [title.text for title in drawn(front_set, "fppa_deg").iter("title")]
    assert "Rep 2, left: 14 ± 3°" in titles


def test_legs_differ_by_shape_and_not_by_colour_alone(front_set: Assessment) -> None:
    svg = drawn(front_set, "fppa_deg")
    assert all(list(group.iter("circle")) for group in of_class(svg, "g", "left"))
    assert all(list(group.iter("rect")) for group in of_class(svg, "g", "right"))


def test_phases_reps_and_bands_are_named_in_words(front_set: Assessment) -> None:
    said = words(drawn(front_set, "kmf_pct"))
    assert {"Rep 1", "Rep 2", "Rep 3", "Down", "Hold", "Up", "good", "caution", "fault", "seconds"} <= set(said)


def test_bands_are_shaded_only_where_they_apply(side_set: Assessment) -> None:
    svg = drawn(side_set, "knee_flexion_deg")
    good = of_class(svg, "rect", "good")
    assert len(good) == 3
    assert sum(float(rect.get("width", 0)) for rect in good) < WIDE[0] / 2


def test_words_that_do_not_fit_are_left_out(front_set: Assessment) -> None:
    said = words(drawn(front_set, "kmf_pct", NARROW))
    assert "Rep 1" in said
    assert "Hold" not in said


def test_everything_drawn_lies_inside_the_picture(front_set: Assessment) -> None:
    for size in (WIDE, NARROW):
        svg = drawn(front_set, "kmf_pct", size)
        for rect in svg.iter("rect"):
            assert float(rect.get("x", 0)) >= 0
            assert float(rect.get("x", 0)) + float(rect.get("width", 0)) <= size[0]
        path = of_class(svg, "path", "left")[0].get("d", "")
        points = [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]
        assert all(0 <= x <= size[0] and 0 <= y <= size[1] for x, y in points)


def test_long_set_is_thinned_without_losing_its_peak(side_set: Assessment) -> None:
    t_s = np.arange(0, 600, 1 / 30)
    flexion = np.full((len(t_s), 2), np.nan)
    flexion[:, 0] = 10.0
    flexion[9000, 0] = 80.0
    flexion[12000:12030, 0] = np.nan
    series = MeasureSeries(t_s, {"knee_flexion_deg": flexion}, {})
    bare = dataclasses.replace(
        side_set,
        series=series,
        reps=(),
        phase=np.full(len(t_s), "stand"),
        rep_of_frame=np.zeros(len(t_s), dtype=np.int64),
    )
    svg = drawn(bare, "knee_flexion_deg")
    path = of_class(svg, "path", "left")[0].get("d", "")
    ticks = {t.text: float(t.get("y", 0)) - 4 for t in of_class(svg, "text", "tick")}
    highest_y = min(float(y) for _, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path))
    assert len(re.findall("[ML]", path)) < 3 * WIDE[0]
    assert highest_y == pytest.approx(ticks["80°"], abs=0.2)
    assert path.count("M") == 2


def test_label_for_those_who_do_not_see_it_is_escaped(front_set: Assessment) -> None:
    svg = draw_chart(charts_of(front_set)[0], WIDE, '<script>"x"</script>')
    assert "<script>" not in svg
    assert 'role="img"' in svg
