"""Layer: pure functions. Components: escaped, well-formed, with sign and word, and fit for Markdown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markupsafe import Markup

from formcheck.design import components
from formcheck.design.components import css, form_row, level_class, person, verdict
from formcheck.design.drawings import Drawing
from formcheck.design.gallery import gallery
from formcheck.design.palette import BAND_STYLES
from formcheck.exercises.finding import Level

HOSTILE = '<script>alert("x")</script>'


class Tree(HTMLParser):
    """Reads HTML and refuses tags that do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.classes: set[str] = set()
        self.text = ""
        self._open: list[str] = []
        self.feed(str(html))
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.classes |= set((dict(attrs).get("class") or "").split())
        if tag != "input":
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.classes |= set((dict(attrs).get("class") or "").split())

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    "html",
    [
        components.badge("good", HOSTILE),
        components.verdict("fault", HOSTILE, HOSTILE, word=HOSTILE),
        components.measure(HOSTILE, HOSTILE, HOSTILE, "good", HOSTILE),
        components.rep(1, "caution", HOSTILE),
        components.person(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        components.empty_state(Drawing.VIDEO, HOSTILE, HOSTILE),
        components.form_row(HOSTILE, HOSTILE, HOSTILE),
        components.far_number(HOSTILE, HOSTILE),
    ],
)
def test_what_people_typed_stays_text(html: Markup) -> None:
    tree = Tree(html)
    assert "script" not in tree.tags
    assert HOSTILE in tree.text


@pytest.mark.parametrize("level", BAND_STYLES)
def test_a_level_is_a_sign_and_a_word_and_has_its_colours(level: str) -> None:
    style, tree = BAND_STYLES[Level(level)], Tree(verdict(level, "Title."))
    assert tree.text == f"{style.sign}{style.word}Title."
    assert level_class(level) in tree.classes
    assert f".fc.{level_class(level)} {{ --level:" in css()


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="excellent"):
        verdict("excellent", "Title.")


def test_every_class_has_its_style() -> None:
    named = set(re.findall(r"\.(fc[\w-]*)", css()))
    assert Tree(gallery()).classes - named == set()


def test_two_of_one_name_are_told_apart() -> None:
    one, other = person("Anna Berg", "1042", "1961"), person("Anna Berg", "1043", "1988")
    assert "No. 1042 · born 1961" in one
    assert Tree(one).text != Tree(other).text


def test_a_person_without_a_name_in_letters_is_shown() -> None:
    assert "…" in Tree(person("…")).text


def test_a_control_of_ours_lies_in_its_label() -> None:
    tree = Tree(form_row("Born", Markup('<input type="date">')))
    assert tree.tags[:1] == ["label"]
    assert "input" in tree.tags


def test_colours_come_from_tokens_alone() -> None:
    components_css = css().split("/* Components;")[1]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\(", components_css) == []
    used = set(re.findall(r"var\(--fc-([\w-]+)", components_css))
    known = set(re.findall(r"--fc-([\w-]+):", css()))
    assert used - known == set()
