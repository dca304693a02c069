"""Layer: pure functions. The report as a person, a screen reader and a hostile file name meet it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise

import pytest

from formcheck.design.tokens import LIGHT, SIZES
from formcheck.kinematics.view import ViewKind
from formcheck.report import safety
from formcheck.report.content import report_content
from formcheck.report.document import assessment_document
from formcheck.report.keyframes import KeyFrame
from formcheck.report.page import report_page
from formcheck.session.assessment import Assessment, NotMeasured, Plan, SetupCheck

VOID = {"meta", "br", "img", "link", "input", "hr"}
HOSTILE = '<script>alert("x")</script>.mp4'
PICTURE = KeyFrame(2, 12.0, b"\xff\xd8\xff", 400, 500)


class Page(HTMLParser):
    """A parsed page: its elements in order with their attributes and texts; refuses tags that do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))

    def of(self, *tags: str) -> Iterator[tuple[str, dict[str, str]]]:
        return ((tag, attrs) for tag, attrs in self.elements if tag in tags)


def html_of(assessment: Assessment, frames: tuple[KeyFrame, ...] = (PICTURE,), overlay: str | None = "set.mp4") -> str:
    return report_page(report_content(assessment, frames, generated_on="3 March 2025"), overlay_name=overlay)


@pytest.fixture(params=["front_set", "side_set", "oblique_set"])
def any_set(request: pytest.FixtureRequest) -> Assessment:
    assessment: Assessment = request.getfixturevalue(request.param)
    return assessment


def test_page_is_well_formed_and_says_its_language(any_set: Assessment) -> None:
    page = Page(html_of(any_set))
    assert dict(page.of("html"))["html"]["lang"] == "en"
    assert len(list(page.of("h1"))) == 1


def test_what_no_recording_can_show_is_not_ticked(front_set: Assessment) -> None:
    said = SetupCheck("SU-13", "mirror", None, None, "No picture shows it.")
    one = dataclasses.replace(front_set, setup=(said,))
    assert "– not checked Mirror. No picture shows it." in " ".join(Page(html_of(one)).text.split())
    assert assessment_document(one)["setup"][0]["passed"] is None


def test_headings_never_skip_a_level(any_set: Assessment) -> None:
    levels = [int(tag[1]) for tag, _ in Page(html_of(any_set)).of("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_pictures_and_drawings_have_words(front_set: Assessment) -> None:
    page = Page(html_of(front_set))
    assert all(attrs["alt"] for _, attrs in page.of("img"))
    drawings = [attrs for _, attrs in page.of("svg")]
    assert all(attrs.get("aria-label") or attrs.get("aria-hidden") == "true" for attrs in drawings)
    assert any("rep 2 left 14 ± 3°" in attrs.get("aria-label", "") for attrs in drawings)


def test_table_heads_say_what_they_head(front_set: Assessment) -> None:
    scopes = [attrs.get("scope") for _, attrs in Page(html_of(front_set)).of("th")]
    assert {"col", "row", "rowgroup"} >= set(scopes) >= {"col", "rowgroup"}


def test_ids_are_unique_and_labels_point_to_them(any_set: Assessment) -> None:
    elements = Page(html_of(any_set)).elements
    ids = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["aria-labelledby"] for _, attrs in elements if "aria-labelledby" in attrs} <= set(ids)


def test_page_runs_nothing_and_asks_nobody(any_set: Assessment) -> None:
    html = html_of(any_set)
    page = Page(html)
    assert list(page.of("script", "link", "iframe", "object", "embed")) == []
    assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
    addresses = [attrs[name] for _, attrs in page.elements for name in ("src", "href") if name in attrs]
    assert all(address.startswith("data:image/jpeg") or address == "set.mp4" for address in addresses)
    assert not re.search(r"url\(|@import|https?:", html)


def test_browser_is_told_to_refuse_scripts_and_requests(front_set: Assessment) -> None:
    policies = [a["content"] for _, a in Page(html_of(front_set)).of("meta") if "http-equiv" in a]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_hostile_names_are_shown_and_never_run(front_set: Assessment) -> None:
    source = dataclasses.replace(front_set.track.source, name=HOSTILE)
    finding = dataclasses.replace(front_set.findings[2], name=HOSTILE, cue=HOSTILE, note=HOSTILE)
    hostile = dataclasses.replace(
        front_set,
        track=dataclasses.replace(front_set.track, source=source),
        findings=(*front_set.findings, finding),
        not_measured=(NotMeasured(HOSTILE, HOSTILE, HOSTILE),),
        provenance=dataclasses.replace(front_set.provenance, rubric=HOSTILE),
    )
    page = Page(html_of(hostile, overlay=HOSTILE))
    assert list(page.of("script")) == []
    assert HOSTILE in page.text
    assert all("<" not in attrs["href"] for _, attrs in page.of("a"))


def test_the_first_screen_is_verdict_pictures_target_next_and_safety(front_set: Assessment) -> None:
    text = Page(html_of(front_set, (PICTURE, dataclasses.replace(PICTURE, rep=1)))).text
    parts = (
        "▲ fault Point your kneecap over your second toe Knee over toe, left leg, in reps 2 and 3.",
        "▲ fault Rep 2: change this Knee over toe, left: about 4 cm inward",
        "● good Rep 1: more like this",
        "What comes next In the next set, think of this one thing only.",
        safety.IN_ONE_LINE,
        "Your set in short 3 reps Rep 1 ● good Rep 2 ▲ fault Rep 3 ◆ caution Rep 4 ○ cut off",
        "Every rep and every number",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_what_is_for_clinicians_is_folded_and_hashes_come_last(front_set: Assessment) -> None:
    content = report_content(front_set, (), generated_on="today")
    folded = [attrs for _, attrs in Page(report_page(content)).of("details")]
    assert len(folded) == 5
    assert not any("open" in attrs for attrs in folded)
    opened = [attrs for _, attrs in Page(report_page(content, for_clinician=True)).of("details")]
    assert all("open" in attrs for attrs in opened)
    html = report_page(content)
    assert html.index("<code>") > html.rindex("<details")


def test_every_value_of_a_table_has_its_head_with_it(any_set: Assessment) -> None:
    tables = re.findall(r'<table class="cards">(.*?)</table>', html_of(any_set), flags=re.DOTALL)
    assert tables
    for table in tables:
        heads = set(re.findall(r'<th scope="col">(.*?)</th>', table))
        cells = re.findall(r"<td([^>]*)>(.*?)</td>", table, flags=re.DOTALL)
        named = [re.search(r'data-head="(.*?)"', attrs) for attrs, text in cells if text.strip()]
        assert all(name is not None and name[1] in heads for name in named)


def test_the_last_time_is_told_where_there_was_one(front_set: Assessment) -> None:
    said = "Knee over foot: 2 cm nearer to the foot than on 3 March."
    content = report_content(front_set, (), generated_on="today", last_time=said)
    assert f"Compared with last time {said}" in Page(report_page(content)).text
    assert "Compared with last time" not in Page(html_of(front_set)).text


def test_what_to_change_first_comes_before_any_number(front_set: Assessment) -> None:
    text = Page(html_of(front_set)).text
    assert text.index("Point your kneecap over your second toe") < text.index("At a glance")
    assert "Knee over toe, left leg, in reps 2 and 3." in text


def test_bands_are_words_and_shapes(front_set: Assessment) -> None:
    text = Page(html_of(front_set)).text
    assert re.search(r"5\.3 ± 1\.4 % ▲ fault", text)
    assert re.search(r"3\.5 ± 1\.4 % ◆ caution", text)
    assert re.search(r"0\.9 ± 1\.4 % ● good", text)


def test_cut_off_rep_is_shown_and_not_counted(front_set: Assessment) -> None:
    text = Page(html_of(front_set)).text
    assert "3 whole reps in 26 seconds of video. 1 rep cut off" in text
    assert "4 cut off, not counted" in text


def test_safety_comes_with_every_report(any_set: Assessment) -> None:
    text = Page(html_of(any_set)).text
    for sentence in (*safety.safety_texts(any_set.exercise), *safety.SEE_NOW, *safety.SEE_SOON):
        assert sentence in text
    assert "under about 9° in knee alignment) mean nothing" in text


def test_step_down_asks_for_a_hand_hold() -> None:
    assert any("hand-hold" in text for text in safety.safety_texts("step-down"))
    assert not any("hand-hold" in text for text in safety.safety_texts("wall-squat"))


def test_missing_plan_is_said(front_set: Assessment) -> None:
    assert "No plan was given: depth, hold and number of reps are shown, not judged." in Page(html_of(front_set)).text


def test_plan_is_told_with_what_it_leaves_open(front_set: Assessment) -> None:
    plan = Plan(target_depth_deg=45, reps=10, ball=True, sex="female")
    text = Page(html_of(dataclasses.replace(front_set, plan=plan))).text
    assert "Prescribed: a depth of 45° knee flexion, 10 reps and a ball held between the knees." in text
    assert "Not prescribed, so shown but not judged: hold." in text
    assert "those for female adults" in text


def test_what_was_not_measured_has_its_reason_and_remedy(front_set: Assessment) -> None:
    text = Page(html_of(front_set)).text
    assert re.search(r"Depth \(knee flexion\) : this view cannot carry it\. Film a second set", text)


def test_refused_view_gives_reps_and_says_why(oblique_set: Assessment) -> None:
    text = Page(html_of(oblique_set, ())).text
    assert "Reps were counted, but form could not be judged." in text
    assert oblique_set.view.reason in text
    assert "Tempo" in text


def test_set_without_a_whole_rep_says_so(make_assessment: Callable[..., Assessment]) -> None:
    text = Page(html_of(make_assessment(ViewKind.FRONT, whole_reps=0), ())).text
    assert "No whole rep was seen" in text
    assert "0 whole reps" in text


def test_saved_landmarks_have_no_pictures_and_the_report_says_why(front_set: Assessment) -> None:
    page = Page(html_of(front_set, (), None))
    assert list(page.of("img", "a")) == []
    assert "from saved landmarks, without its video" in page.text


def test_origin_of_the_numbers_is_complete(front_set: Assessment) -> None:
    text = Page(html_of(front_set)).text
    facts = dataclasses.asdict(front_set.provenance)
    assert facts.pop("finders") == ()  # of live sets
    for fact in facts.values():
        assert fact in text
    assert front_set.track.source.sha256 in text


def test_every_colour_is_a_token() -> None:
    css = resources.files("formcheck.report").joinpath("templates/report.css").read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", css) == []
    used = set(re.findall(r"var\(--fc-([\w-]+)\)", css))
    assert used <= {*LIGHT, *SIZES, "font"}


@pytest.mark.parametrize("name", ["set.trc", "set.CSV"])
def test_a_set_of_landmarks_is_no_video(name: str, front_set: Assessment) -> None:
    source = dataclasses.replace(front_set.track.source, name=name, width=431, height=431)
    assessment = dataclasses.replace(front_set, track=dataclasses.replace(front_set.track, source=source))
    text = Page(html_of(assessment, frames=(), overlay=None)).text
    assert f"Landmarks {name}" in text
    assert "measured from landmarks of another program" in text
    for made_up in ("431", "Video", "of video", "its video"):
        assert made_up not in text
