"""Layer: arithmetic and files. What is written about a validation: page, Markdown, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from formcheck.errors import FormcheckError, OutputError
from formcheck.kinematics.view import ViewKind
from formcheck.validation.comparison import compare
from formcheck.validation.content import sections_of
from formcheck.validation.markdown import markdown_of, read_notes
from formcheck.validation.outputs import StudyOutputs, json_text, pairs_csv, write_validation
from formcheck.validation.page import headlines, validation_page
from formcheck.validation.study import ClipResult, Study, study_of
from formcheck.validation.truth import ClipInfo, TruthKind
from formcheck.validation.words import with_unit

from ..report.synthetic import assess
from .test_comparison import own_truth, shifted

NAMES = ("validation.html", "validation.json", "validation.csv", "validation.md")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Compare a front and a side set with a truth that is 3° off, and fail at a third clip."""
    results = []
    for kind, measure in ((ViewKind.FRONT, "fppa_deg"), (ViewKind.SIDE, "knee_flexion_deg")):
        made = assess(kind)
        truth = shifted(own_truth(made, tmp_path), measure, "left", -3.0)
        results.append(
            ClipResult(
                name=f"{kind.value}-*set*",
                file=f"{kind.value}.mp4",
                exercise="wall-squat",
                person="A",
                kind=TruthKind.ANALYSIS,
                sha256="c" * 64,
                truth_file=f"{kind.value}.csv",
                truth_sha256="d" * 64,
                comparison=compare(made, truth, ClipInfo(view=kind), {}),
                provenance=made.provenance,
            )
        )
    error = FormcheckError("third.csv, line 3: value is “<b>”.", "Write a number.")
    return study_of([*results, ClipResult("third", "third.mp4", error=error)])


class _Addresses(HTMLParser):
    """Everything a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "iframe", "img"):
            self.found.append(tag)
        self.found += [str(value) for name, value in attrs if name in ("src", "href", "onload", "onclick")]


def test_the_page_loads_and_runs_nothing(study: Study) -> None:
    reader = _Addresses()
    page = validation_page(study, "room", "2026-01-01")
    reader.feed(page)
    assert reader.found == []
    assert "url(" not in page


def test_the_page_shows_a_plot_of_each_main_measure_for_screens_and_telephones(study: Study) -> None:
    page = validation_page(study, "room", "2026-01-01")
    assert page.count("<svg") == 2 * 3
    assert page.count('aria-label="Bland-Altman plot of Knee alignment (FPPA). 6 values of 1 clip') == 2


def test_what_others_wrote_is_escaped_on_the_page(study: Study) -> None:
    page = validation_page(study, "<script>", "2026-01-01")
    assert "<script>" not in page
    assert "“&lt;b&gt;”" in page


def test_every_section_of_the_page_is_in_the_markdown(study: Study) -> None:
    text = markdown_of(study, "formcheck validate room", None)
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == [s.title for s in sections_of(study)]


def test_the_markdown_begins_with_the_command_the_versions_and_every_hash(study: Study) -> None:
    comment = markdown_of(study, "formcheck validate a--b-->c", None).partition("-->")[0]
    assert comment.startswith("<!--\n")
    assert "formcheck validate a--b- ->c" in comment
    assert "MediaPipe 0.10.31" in comment
    assert f"{'c' * 64} {'d' * 64} front-*set*" in comment
    assert "third" in comment


def test_tables_in_the_markdown_keep_their_columns(study: Study) -> None:
    lines = markdown_of(study, "x", None).splitlines()
    for i, line in enumerate(lines):
        if line.startswith("|---"):
            columns = line.count("|") - 1
            for row in (lines[i - 1], *lines[i + 1 :]):
                if not row.startswith("|"):
                    break
                assert len(re.findall(r"(?<!\\)\|", row)) - 1 == columns


def test_names_that_look_like_markup_are_escaped(study: Study) -> None:
    assert r"front-\*set\*" in markdown_of(study, "x", None).partition("-->")[2]


def test_notes_stand_at_the_end_as_they_are(study: Study) -> None:
    notes = "## What was tried\n\n* one *thing*, 2 | 3"
    assert markdown_of(study, "x", notes).endswith(f"\n\n{notes}\n")


def test_notes_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"notes\.md cannot be read"):
        read_notes(tmp_path / "notes.md")


def test_the_json_holds_every_group_and_no_nan(study: Study) -> None:
    document = json.loads(json_text(study), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert document["schema"] == "formcheck.validation/1"
    (fppa,) = (g for g in document["overall"] if (g["measure"], g["level"]) == ("fppa_deg", "frame"))
    assert fppa["bias"] == pytest.approx(1.5, abs=0.01)  # the left of two legs is 3 deg off
    assert fppa["interval_stated"] == 0
    assert document["clips"][0]["sha256"] == "c" * 64
    assert document["clips"][2]["error"]["remedy"] == "Write a number."
    assert document["people"] == 1


def test_the_csv_holds_every_pair_and_says_which_intervals_held(study: Study) -> None:
    rows = list(csv.DictReader(io.StringIO(pairs_csv(study))))
    pairs = sum(len(c.comparison.reps) for c in study.compared if c.comparison is not None)
    frames = sum(len(f.t_s) for c in study.compared if c.comparison is not None for f in c.comparison.frames)
    assert len(rows) == pairs + frames
    depth = [row for row in rows if row["measure"] == "knee_flexion_max_deg"]
    assert [row["held"] for row in depth] == ["1", "1", "1"]
    for row in depth:
        assert float(row["formcheck"]) - float(row["truth"]) == pytest.approx(float(row["difference"]), abs=0.0011)


def test_few_people_are_called_few(study: Study) -> None:
    text = markdown_of(study, "x", None)
    assert "These are 2 clips of 1 person. With fewer than 10 people the limits of agreement are loose" in text
    assert "rendered" not in text.partition("## What the words mean")[0]


def test_the_headlines_name_the_main_errors(study: Study) -> None:
    assert any(line.startswith("Depth (knee flexion): 3.0° off") for line in headlines(study))


def test_everything_is_written_and_the_markdown_twice(study: Study, tmp_path: Path) -> None:
    copy = tmp_path / "docs" / "room.md"
    wanted = StudyOutputs(tmp_path / "out", "room", "formcheck validate room", "2026-01-01", markdown=copy)
    written = write_validation(study, wanted)
    assert [path.name for path in written] == [*NAMES, "room.md"]
    assert copy.read_text() == (tmp_path / "out" / "validation.md").read_text()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(NAMES)
    assert [path.name for path in copy.parent.iterdir()] == ["room.md"]


def test_when_one_file_cannot_be_written_none_is(study: Study, tmp_path: Path) -> None:
    copy = tmp_path / "docs" / "room.md"
    copy.mkdir(parents=True)
    wanted = StudyOutputs(tmp_path / "out", "room", "x", "2026-01-01", markdown=copy)
    with pytest.raises(OutputError, match="is a folder"):
        write_validation(study, wanted)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        ("fppa_deg", -0.04, "+0.0°"),
        ("fppa_deg", -1.26, "−1.3°"),
        ("kasr", 0.0234, "+0.023"),
        ("hold_s", float("nan"), "–"),
    ],
)
def test_numbers_have_a_true_minus_and_never_a_minus_zero(measure: str, value: float, text: str) -> None:
    assert with_unit(measure, value, signed=True) == text
