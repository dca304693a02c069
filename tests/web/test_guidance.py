"""Layer: data, then the page as Streamlit runs it (AppTest, no browser)."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from html.parser import HTMLParser

import pytest
from markupsafe import escape
from streamlit.testing.v1 import AppTest

from formcheck.exercises.catalogue.basis import EXPLAINED, Basis
from formcheck.exercises.catalogue.exercise import exercises
from formcheck.exercises.catalogue.guide import (
    GuideStep,
    GuideTable,
    Pictures,
    Points,
    Steps,
    Topic,
    read_figure,
)
from formcheck.exercises.catalogue.guided import NOT_MEASURED, guided_exercises
from formcheck.exercises.rubric_file import builtin_names
from formcheck.report.safety import NOT_A_DEVICE, SEE_NOW, SEE_SOON, STOP_RULE
from formcheck.session import pain
from formcheck.web.pages.guidance.page import blocks_html, check_blocks, origin_blocks
from formcheck.web.pages.guidance.topics import SAFETY, groups, topic_named, topics
from tools.figures.__main__ import FIGURES, ROOT

TOPICS = topics()
KEYS = [topic.key for topic in TOPICS]
SCRIPT = "from formcheck.web.pages.guidance.page import page\npage()"


def run(topic: str = "") -> AppTest:
    app = AppTest.from_string(SCRIPT, default_timeout=240)
    if topic:
        app.query_params["topic"] = topic
    return app.run()


@cache
def opened(topic: str) -> AppTest:
    """Return a page that is only looked at."""
    return run(topic)


def shown(app: AppTest) -> str:
    return " ".join(each.value for each in app.markdown)


class Tags(HTMLParser):
    """Which tags are open, to tell whether all are closed again."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def steps_of(topic: Topic) -> list[GuideStep]:
    steps: list[GuideStep] = []
    for block in topic.blocks:
        if isinstance(block, Steps):
            steps += block.steps
        if isinstance(block, Pictures):
            steps += block.pictures
    return steps


@pytest.mark.parametrize("key", KEYS)
def test_every_topic_opens_by_its_address(key: str) -> None:
    app = opened(key)
    topic = topic_named(key)
    assert topic is not None
    assert not app.exception
    assert app.header[0].value == topic.name


def test_safety_comes_first() -> None:
    app = run()
    assert app.header[0].value == SAFETY.name
    text = shown(app)
    assert all(sign[1:] in text for sign in (*SEE_NOW, *SEE_SOON))


def test_an_unknown_address_opens_the_first_topic() -> None:
    app = run("<script>")
    assert not app.exception
    assert app.header[0].value == TOPICS[0].name


@pytest.mark.parametrize("key", [key for key in KEYS if key != "safety"])
def test_the_stop_rule_is_on_every_page(key: str) -> None:
    assert STOP_RULE in opened(key).info[0].value
    assert NOT_A_DEVICE in opened(key).info[0].value


def test_the_address_follows_the_choice() -> None:
    app = run()
    app.selectbox[0].set_value("Camera and numbers").run()
    app.button_group[0].set_value("filming").run()
    assert app.header[0].value == "Filming"
    assert app.query_params["topic"] == "filming"


@pytest.mark.parametrize("topic", TOPICS, ids=KEYS)
def test_html_is_whole_and_on_one_line(topic: Topic) -> None:
    html = blocks_html(topic.blocks)
    parser = Tags()
    parser.feed(html)
    assert parser.open == []
    assert "\n\n" not in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")


def test_words_are_escaped() -> None:
    html = blocks_html([Points("<b>", ("a & b", "<script>"))])
    assert "&lt;b&gt;" in html
    assert "a &amp; b" in html
    assert "<script>" not in html


def test_the_wall_squat_is_told_in_five_drawn_steps_with_right_and_wrong() -> None:
    topic = topic_named("wall-squat")
    assert topic is not None
    figures = {step.figure for step in steps_of(topic)}
    assert len(figures) == 7
    assert {read_figure(exercises()["wall-squat"].folder, f"knees-{name}") for name in ("good", "wrong")} < figures
    assert blocks_html(topic.blocks).count("<svg") == 7


@pytest.mark.parametrize("topic", TOPICS, ids=KEYS)
def test_every_step_has_its_drawing(topic: Topic) -> None:
    assert all(step.figure.startswith("<svg") for step in steps_of(topic))


def test_every_topic_stands_under_one_heading() -> None:
    assert [topic for part in groups().values() for topic in part] == list(TOPICS)
    assert all(groups().values())


def test_another_part_opens_with_its_first_topic() -> None:
    app = run("calf-stretch")
    assert app.selectbox[0].value == "Rolling and stretching"
    app.selectbox[0].set_value("Hips and buttocks").run()
    assert app.header[0].value == "Clamshell"
    assert app.query_params["topic"] == "clamshell"


def test_what_one_goes_on_with_is_there_and_opens() -> None:
    assert {key for topic in TOPICS for key in topic.see} <= set(KEYS)
    app = run("ball-squeeze")
    (further,) = [button for button in app.button if button.label == "The inner thigh muscle"]
    further.click().run()
    assert not app.exception
    assert (app.header[0].value, app.selectbox[0].value) == ("The inner thigh muscle", "Muscles and joints")
    assert app.query_params["topic"] == "inner-thigh"


@pytest.mark.parametrize("exercise", [*guided_exercises()])
def test_the_page_of_a_guided_exercise_says_its_dose_and_that_no_camera_judges_it(exercise: str) -> None:
    topic = topic_named(exercise)
    assert topic is not None
    known = guided_exercises()[exercise]
    text = unescape(blocks_html(topic.blocks))
    assert NOT_MEASURED in text
    assert known.dose.in_words[1:] in text
    assert all(said in text for said in (*known.feel, *known.safety, *known.progression))
    assert set(known.dose.origins) <= set(topic.origins)


def test_every_page_that_is_a_file_is_shown() -> None:
    texts = ROOT / "web" / "pages" / "guidance" / "texts"
    assert {file.stem for file in texts.iterdir()} <= set(KEYS)


def test_every_drawing_is_used() -> None:
    shown = {step.figure for topic in TOPICS for step in steps_of(topic)}
    assert shown == {" ".join(draw().svg.split()) for draw in FIGURES.values()}


@pytest.mark.parametrize("topic", TOPICS, ids=KEYS)
def test_every_topic_says_where_its_facts_come_from(topic: Topic) -> None:
    assert topic.origins
    assert all(origin.bases for origin in topic.origins)
    html = blocks_html(origin_blocks(topic))
    assert all(escape(basis.value) in html for origin in topic.origins for basis in origin.bases)


def test_every_basis_is_explained() -> None:
    assert set(EXPLAINED) == set(Basis)


@pytest.mark.parametrize("exercise", builtin_names())
def test_each_exercise_has_a_topic_with_the_checks_of_its_rubric(exercise: str) -> None:
    assert any(topic.exercise == exercise for topic in TOPICS)
    (table,) = check_blocks(exercise)
    assert isinstance(table, GuideTable)
    assert len(table.rows) > 3


def test_the_pain_table_has_the_limits_that_the_app_goes_by() -> None:
    (table,) = (block for block in SAFETY.blocks if isinstance(block, GuideTable))
    amounts = [row[1] for row in table.rows]
    assert amounts[0].startswith(f"{pain.NO_SESSION_FROM} or more")
    assert amounts[1] == f"0 to {pain.COMFORT_LIMIT}"
    assert amounts[3] == f"more than {pain.STOP_ABOVE}"


@pytest.mark.parametrize("topic", TOPICS, ids=KEYS)
def test_nothing_claims_to_see_what_a_camera_cannot(topic: Topic) -> None:
    parser = Tags()
    parser.feed(blocks_html(topic.blocks))
    text = " ".join(parser.text).lower()
    assert not re.search(r"(measures|sees|checks|tracks) (your |the )?(kneecap|muscle|pain|patella)", text)


def test_a_table_with_a_cell_missing_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 2 cells"):
        GuideTable("Heads", ("a", "b"), (("only one",),))
