"""Layer: whole program, without a video. Whatever shows a set shows the one verdict on it.

The sets are chosen so that a surface with a verdict of its own is found out: values that are off without being surely
off, cautions of which nothing is said, a depth past the comfortable one, a view that carries no angle, reps left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import formcheck
from formcheck.cluster.summary import measured_row
from formcheck.cluster.video_job import Job
from formcheck.commands.batch import FileOutcome
from formcheck.commands.outcome import sentences
from formcheck.exercises.finding import LEVEL_WORDS, Band, Finding, Level
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Precedence
from formcheck.exercises.words import label_of, sentence_case
from formcheck.history.comparison import DatedSet, compare_sets
from formcheck.history.summary import summary_of
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import DEPTH, measure_of
from formcheck.kinematics.view import ViewKind
from formcheck.records.readable import _findings
from formcheck.report.charts import charts_of
from formcheck.report.client_details import ClientDetails
from formcheck.report.client_summary import client_summary
from formcheck.report.content import report_content
from formcheck.report.document import assessment_document
from formcheck.report.opening import opening_of
from formcheck.report.page import client_page, details_html, report_page
from formcheck.report.pdf import client_pdf, clinical_pdf
from formcheck.report.rep_table import level_of_value, rep_table
from formcheck.report.soap import objective
from formcheck.report.table import write_rep_csv
from formcheck.report.timeline import Timeline
from formcheck.session.assessment import Assessment, Rep
from formcheck.session.corrections import ReviewedSet
from formcheck.session.recorded import assess as assess_track
from formcheck.session.request import SetRequest
from formcheck.session.verdict import WORST_LAST, level_of, verdict_of_measure, verdict_of_rep, verdict_of_set
from formcheck.web.live.pipeline import FinishedSet
from formcheck.web.pages.check.after import best_rep
from formcheck.web.phone.progress import result_html
from formcheck.web.player.payload import player_payload

from .report.reviews import text_of
from .report.synthetic import assess
from .sample_tracks import sample_track

DAY = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
LEVELS = {"good", "caution", "fault", "not-judged", "not-measured"}
OFF = {Level.CAUTION, Level.FAULT}


def judged(clip: str, exercise: str, plan: Plan | None = None) -> Assessment:
    return assess_track(sample_track(clip), SetRequest(exercise, plan=plan or Plan()))


def unsure() -> Assessment:
    """Leave only what is good and what is too close to tell of a set."""
    made = judged("wall_squat_front", "wall-squat")
    return replace(made, findings=tuple(f for f in made.findings if f.unsure or f.band is Band.GOOD))


def unsaid() -> Assessment:
    """Make a set in which one thing is surely off of which nothing is said."""
    made = unsure()
    return replace(made, findings=tuple(replace(f, unsure=False) if f.unsure else f for f in made.findings))


def all_good() -> Assessment:
    made = judged("wall_squat_front", "wall-squat")
    return replace(made, findings=tuple(f for f in made.findings if f.band is Band.GOOD))


def left_out() -> Assessment:
    made = judged("step_down_front_valgus", "step-down")
    first, *others = made.reps
    findings = tuple(f for f in made.findings if f.rep != first.index)
    return replace(made, reps=(replace(first, excluded=True), *others), findings=findings)


def deep() -> Assessment:
    made = assess(ViewKind.SIDE)
    reps = tuple(replace(r, measures={**r.measures, DEPTH: {"left": Estimate(117, 5)}}) for r in made.reps)
    return replace(made, exercise="squat", reps=reps, findings=tuple(f for f in made.findings if f.band is Band.GOOD))


SETS = {
    "good": (all_good, Level.GOOD),
    "unsure": (unsure, Level.GOOD),
    "a caution of which nothing is said": (unsaid, Level.CAUTION),
    "cautions": (lambda: judged("wall_squat_side", "wall-squat"), Level.CAUTION),
    "fault": (lambda: judged("step_down_front_valgus", "step-down"), Level.FAULT),
    "with a plan": (
        lambda: judged("wall_squat_side", "wall-squat", Plan(target_depth_deg=45, reps=3, hold_s=3)),
        Level.FAULT,
    ),
    "left out": (left_out, Level.FAULT),
    "deep, without a plan": (deep, Level.NOT_JUDGED),
    "no angle": (lambda: judged("squat_real_oblique", "squat"), Level.NOT_JUDGED),
    "no whole rep": (lambda: replace(assess(ViewKind.FRONT, whole_reps=0), findings=()), Level.NOT_MEASURED),
}


@cache
def set_of(name: str) -> Assessment:
    return SETS[name][0]()


@pytest.fixture(params=SETS)
def made(request: pytest.FixtureRequest) -> Assessment:
    return set_of(request.param)


def words_of(html: str) -> str:
    text = re.sub(r"<[^>]+>", " ", re.sub(r"<(style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL))
    return " ".join(text.replace("&#39;", "'").replace("&amp;", "&").split())


def levels_of(html: str) -> list[Level]:
    """Return the levels of all badges of a page, in order; drawings have theirs apart."""
    page = re.sub(r"<(style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    badges = re.findall(r'class="fc fc-badge fc-([a-z-]+)"', page)
    return [Level(each.replace("-", "_")) for each in badges]


def values_of(made: Assessment) -> Iterator[tuple[int, str, str]]:
    for rep in made.reps:
        for measure, legs in rep.measures.items():
            for leg, estimate in legs.items():
                if estimate is not None:
                    yield rep.index, measure, leg


def counted(made: Assessment) -> set[Level]:
    """Return every level that something in a set came to."""
    told = verdict_of_set(made)
    levels = {told.level, *(each.level for each in told.reps), *(level_of(f) for f in made.findings)}
    return levels | {verdict_of_measure(made, measure, leg, rep).level for rep, measure, leg in values_of(made)}


@pytest.mark.parametrize("name", SETS)
def test_each_set_comes_to_what_it_was_made_for(name: str) -> None:
    assert verdict_of_set(set_of(name)).level is SETS[name][1]


def test_the_pages_show_the_verdict_and_no_level_that_nothing_came_to(made: Assessment) -> None:
    told = verdict_of_set(made)
    details = ClientDetails()
    pages = (
        report_page(report_content(made, [], generated_on="3 March 2026")),
        client_page(client_summary(ReviewedSet(made, None), details, (), generated_on="3 March 2026")),
    )
    for page in pages:
        assert told.title in words_of(page)
        shown = levels_of(page)
        assert shown[0] is told.level, "the first badge is the headline's"
        assert set(shown) <= counted(made)
        assert not {level for level in shown if level in OFF} - {told.level, *(level_of(f) for f in made.findings)}
    if told.level in OFF:
        assert max(levels_of(pages[0]), key=WORST_LAST.index) is told.level


@pytest.mark.parametrize("name", ["unsure", "fault", "deep, without a plan", "no whole rep"])
def test_the_documents_on_paper_say_the_same(name: str) -> None:
    made = set_of(name)
    told = verdict_of_set(made)
    client = text_of(client_pdf(client_summary(ReviewedSet(made, None), ClientDetails(), (), generated_on="today")))
    clinical = text_of(clinical_pdf(report_content(made, [], generated_on="today")))
    for text in (client, clinical):
        assert told.title in text
    for change in told.changes[:1]:
        assert change.cue in clinical
    if told.level not in OFF:
        assert "▲" not in client
        assert " caution" not in client


def test_the_json_document_has_the_levels_of_the_verdict(made: Assessment) -> None:
    told, document = verdict_of_set(made), assessment_document(made)
    assert (document["verdict"]["level"], document["verdict"]["title"]) == (told.level, told.title)
    assert [rep["level"] for rep in document["reps"]] == [each.level for each in told.reps]
    assert [finding["level"] for finding in document["findings"]] == [level_of(f) for f in made.findings]
    assert [(each["cue"], each["band"]) for each in document["advice"]] == [(c.cue, c.level) for c in told.changes]


def test_the_csv_of_reps_has_the_levels_of_the_verdict(made: Assessment, tmp_path: Path) -> None:
    path = tmp_path / "reps.csv"
    write_rep_csv(ReviewedSet(made, None), path)
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert rows or not made.reps
    for row in rows:
        level = row["level"]
        if level:
            told = verdict_of_measure(made, row["measure"], row["leg"], int(row["rep"]))
            assert level == told.level


def test_the_table_of_a_folder_counts_what_the_verdict_counts(made: Assessment) -> None:
    told, row = verdict_of_set(made), measured_row(made)
    assert row["verdict"] == told.level
    assert row["faults"] == sum(level_of(f) is Level.FAULT for f in made.findings)
    assert row["cautions"] == sum(level_of(f) is Level.CAUTION for f in made.findings)
    assert row["change_first"] == (told.changes[0].cue if told.changes else None)


def test_the_rep_table_and_the_player_mark_the_same_values(made: Assessment) -> None:
    table, payload = rep_table(made), player_payload(ReviewedSet(made, None))
    marked = {cell.band for row in table.rows for cell in row.cells if cell.band in OFF}
    reps = payload["reps"]
    assert isinstance(reps, list)
    assert {cell["band"] for rep in reps for cell in rep["cells"]} & {"caution", "fault"} == marked
    for rep, sent in zip(made.reps, reps, strict=True):
        assert {f["band"] for f in sent["findings"]} == {level_of(f) for f in verdict_of_rep(made, rep.index).findings}


def test_plots_shade_each_value_as_it_was_judged(made: Assessment) -> None:
    for chart in charts_of(made):
        measure = measure_of(chart.measure)
        assert measure is not None
        for column in chart.columns:
            rep = next(each for each in made.reps if each.index == column.rep)
            estimate = rep.measures[measure.name][column.side.value]
            assert estimate is not None
            own = level_of_value(made, rep, measure.name, column.side.value)
            assert own in {zone.band for zone in column.zones if zone.low <= estimate.value <= zone.high}
            if not any(f.unsure for f in made.findings) and own is Level.GOOD:
                assert rep.counts


def test_the_video_marks_the_reps_that_the_verdict_marks(made: Assessment) -> None:
    timeline = Timeline(made)
    for rep in made.reps:
        told = verdict_of_rep(made, rep.index)
        flag = timeline.flag_at((rep.bottom_start_s + rep.bottom_end_s) / 2)
        said = next((f for f in told.findings if f.cue), None)
        assert flag == said
        assert flag is None or level_of(flag) in OFF


def test_the_live_result_praises_no_rep_that_is_not_good(made: Assessment) -> None:
    said, levels = best_rep(made), [each.level for each in verdict_of_set(made).reps]
    if "was good" in said or "nothing was off" in said or "Every rep was good" in said:
        assert Level.GOOD in levels
    if said == "Every rep was good.":
        assert set(levels) - {Level.NOT_JUDGED} == {Level.GOOD}
    if not set(levels) & {Level.GOOD, *OFF}:
        assert said == ""


def _result(name: str) -> None:
    from formcheck.web.pages.check.after import show_numbers, tell_result
    from tests.test_one_verdict import live_set_of

    tell_result(live_set_of(name), None)
    show_numbers(live_set_of(name))


def live_set_of(name: str) -> FinishedSet:
    made = set_of(name)
    request = SetRequest(made.exercise, plan=made.plan)
    return FinishedSet("of-" + name.replace(" ", "-"), made, request, made.track, None, DAY, ())


@pytest.mark.parametrize("name", SETS)
def test_the_page_after_a_live_set_and_its_report_show_the_verdict(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("formcheck.web.pages.check.after.show_details", lambda *_, **__: None)
    made, test = set_of(name), AppTest.from_function(_result, default_timeout=240, args=(name,)).run()
    assert not test.exception
    told, page = verdict_of_set(made), " ".join(each.value for each in test.markdown)
    if not made.complete_reps:
        assert [each.value for each in test.header] == ["No whole rep was counted"]
        assert levels_of(page) == []
        return
    assert told.title in words_of(page)
    assert levels_of(page) == [told.level, *(each.level for each in told.reps)]
    (_, files) = test.session_state["downloads"]
    report = next(each.data for each in files if each.label == "Report").decode()
    assert levels_of(report)[0] is told.level


def test_what_a_page_shows_of_the_numbers_has_no_level_that_nothing_came_to(made: Assessment) -> None:
    assert set(levels_of(details_html(made))) <= counted(made)


def test_the_telephone_shows_the_verdict(made: Assessment) -> None:
    told, page = verdict_of_set(made), str(result_html(opening_of(made, ())))
    assert told.title in words_of(page)
    assert levels_of(page) == [told.level]


def test_a_clinicians_note_begins_with_the_words_of_the_verdict(made: Assessment) -> None:
    lines = objective(made).splitlines()
    for measure, leg in {(f.measure, f.leg) for f in made.findings}:
        side = f", {leg}" if leg in ("left", "right") else ""
        head = f"{sentence_case(label_of(measure))}{side}: "
        (line,) = (each for each in lines if each.startswith(head))
        assert line.endswith(f": {verdict_of_measure(made, measure, leg).word}.")


def test_what_is_kept_of_a_person_has_the_levels_of_the_verdict(made: Assessment) -> None:
    rows = list(_findings(assessment_document(made)))
    assert [row[-1] for row in rows] == [LEVEL_WORDS[level_of(f)] for f in made.findings]


def _nine_reps(mended: int) -> Assessment:
    """Return the fault three times over, with a knee in line in the first reps."""
    made = set_of("fault")
    reps: list[Rep] = []
    findings: list[Finding] = []
    for k in range(9):
        rep = made.reps[k % len(made.reps)]
        knee = {leg: each and Estimate(0, each.error) for leg, each in rep.measures["fppa_deg"].items()}
        measures = {**rep.measures, "fppa_deg": knee} if k < mended else rep.measures
        reps.append(replace(rep, index=k + 1, measures=measures))
        for each in (f for f in made.findings if f.rep == rep.index):
            is_mended = k < mended and each.measure == "fppa_deg"
            moved = replace(each, rep=k + 1)
            findings.append(replace(moved, value=0.0, band=Band.GOOD) if is_mended else moved)
    return replace(made, reps=tuple(reps), findings=tuple(findings))


@pytest.mark.parametrize(("mended", "said"), [(9, "good now"), (8, "nearer to what is good")])
def test_nothing_is_called_good_since_the_last_time_that_is_off_in_a_rep_now(mended: int, said: str) -> None:
    now = _nine_reps(mended)
    (row,) = compare_sets(DatedSet(set_of("fault"), DAY), DatedSet(now, DAY)).changed
    assert row.words == f"Changed: 12° further outward, {'and ' if mended == 9 else ''}{said}."
    assert (row.levels[1] is Level.GOOD) == (said == "good now")


def test_the_command_says_the_headline(made: Assessment) -> None:
    outcome = FileOutcome(Job(Path("set.mp4"), "set"), assessment=made)
    told = verdict_of_set(made)
    text = "\n".join(sentences(outcome))
    assert told.title in text
    assert ("(fault)" in text, "(caution)" in text) == (
        bool(told.changes) and told.level is Level.FAULT,
        bool(told.changes) and told.level is Level.CAUTION,
    )


def test_a_comparison_shows_what_each_set_came_to(made: Assessment) -> None:
    other = set_of("fault")
    for row in compare_sets(DatedSet(made, DAY), DatedSet(other, DAY)).rows:
        if row.leg:
            assert row.levels[0] is verdict_of_measure(made, row.measure, row.leg).level
            assert row.levels[1] is verdict_of_measure(other, row.measure, row.leg).level


def test_progress_counts_the_reps_without_a_fault_that_concerns_safety(made: Assessment) -> None:
    share = summary_of(made).safe_share
    told = [verdict_of_rep(made, rep.index) for rep in made.complete_reps]
    faulty = [
        each.rep
        for each in told
        if any(level_of(f) is Level.FAULT and f.precedence <= Precedence.DEPTH for f in each.findings)
    ]
    if share is not None:
        assert (share < 1) == bool(faulty)


_JUDGES = {
    "exercises/advice.py",
    "exercises/cues.py",
    "exercises/finding.py",
    "exercises/judge.py",
    "exercises/live_checks.py",
    "exercises/rubric.py",
    "history/summary.py",
    "session/live_state.py",
}
"""Where a band is made, or spoken of while a rep is under way; `history` counts faults, which are the same in both."""


def test_nobody_else_makes_a_verdict_of_a_band() -> None:
    folder = Path(formcheck.__file__).parent
    named = re.compile(r"\bBand\.[A-Z]")
    found = {
        str(path.relative_to(folder)) for path in folder.rglob("*.py") if named.search(path.read_text(encoding="utf-8"))
    }
    assert found <= _JUDGES
