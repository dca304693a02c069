"""What pages, reports and templates are put together from: functions that return HTML, everything in it escaped.

A level is the value of one of the verdict's levels, and tells colour and sign; words are the caller's. No component
needs its line breaks.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

from markupsafe import Markup

from formcheck.design.drawings import Drawing
from formcheck.design.palette import BAND_STYLES
from formcheck.design.tokens import custom_properties, shadow_properties
from formcheck.exercises.finding import Level

_STYLE: Final = "design.css"
_MOST_LETTERS: Final = 2
_NOTHING: Final = Markup("")


@cache
def css() -> str:
    """Return the tokens as custom properties and the style of all components, for a document."""
    return f"{custom_properties()}\n{_style()}"


@cache
def shadow_css() -> str:
    """Return the same for a shadow tree, which gets no style from the page that it is in."""
    return f"{shadow_properties()}\n{_style()}"


def _style() -> str:
    return resources.files(__package__).joinpath(_STYLE).read_text(encoding="utf-8")


def level_class(level: str) -> str:
    """Return the class that gives an element the colours of a level."""
    return f"fc-{level.replace('_', '-')}"


def badge(level: str, word: str = "") -> Markup:
    """Return a level as a sign and a word; the level's own word where none is given."""
    style = BAND_STYLES[Level(level)]
    return Markup('<span class="fc fc-badge {}"><span aria-hidden="true">{}</span><span>{}</span></span>').format(
        level_class(level), style.sign, word or style.word
    )


def verdict(level: str, title: str, detail: str = "", *, word: str = "") -> Markup:
    """Return the one sentence that is read first.

    Parameters
    ----------
    level
        Of the verdict.
    title
        The sentence.
    detail
        What it goes by, smaller.
    word
        Of the badge, in place of the level's own.
    """
    return Markup('<div class="fc fc-verdict {}">{}<p class="fc-verdict-title">{}</p>{}</div>').format(
        level_class(level), badge(level, word), title, _part("p", "fc-verdict-detail", detail)
    )


def measure(label: str, value: str, good: str, level: str | None, detail: str = "", *, word: str = "") -> Markup:
    """Return a value with what is good beside it.

    Parameters
    ----------
    label
        What was measured, in words that a patient knows.
    value
        With its unit.
    good
        `good is up to 6°`; empty where nothing is known to be good.
    level
        Of the value; None where it would say nothing.
    detail
        Smaller: the clinician's term, how far the value may be off.
    word
        Of the badge, in place of the level's own.
    """
    sign = badge(level, word) if level else _NOTHING
    return Markup('<div class="fc fc-measure"><p class="fc-label">{}</p><p class="fc-value">{}</p>{}{}{}</div>').format(
        label, value, sign, _part("p", "fc-good-is", good), _part("p", "fc-good-is", detail)
    )


def measure_rows(label: str, rows: Iterable[tuple[str, str, str | None, str, str]], detail: str = "") -> Markup:
    """Return values of one thing below each other, such as those of both legs.

    Parameters
    ----------
    label
        What was measured, in words that a patient knows.
    rows
        Name, value, level (None where it would say nothing), word for the level (empty for its own) and what is good.
    detail
        Smaller, below them all.
    """
    lines = (
        Markup('<p class="fc-row">{}<span class="fc-value">{}</span>{}</p>{}').format(
            _part("span", "fc-label", name),
            value,
            badge(level, word) if level else _NOTHING,
            _part("p", "fc-good-is", good),
        )
        for name, value, level, word, good in rows
    )
    return Markup('<div class="fc fc-measure"><p class="fc-label">{}</p>{}{}</div>').format(
        label, _NOTHING.join(lines), _part("p", "fc-good-is", detail)
    )


def criteria(label: str, rows: Iterable[tuple[str, str, str, str, str]], detail: str = "") -> Markup:
    """Return conditions below each other, each in words, with whether it is met.

    Parameters
    ----------
    label
        How they stand together.
    rows
        Condition, what is known of it, level, word for the level (empty for its own) and source.
    detail
        Smaller, below them all.
    """
    lines = (
        Markup(
            '<div class="fc-criterion"><p class="fc-row"><span class="fc-criterion-title">{}</span>{}</p>{}{}</div>'
        ).format(title, badge(level, word), Markup("<p>{}</p>").format(known), _part("p", "fc-good-is", source))
        for title, known, level, word, source in rows
    )
    return Markup('<div class="fc fc-measure"><p class="fc-label">{}</p>{}{}</div>').format(
        label, _NOTHING.join(lines), _part("p", "fc-good-is", detail)
    )


def measures(items: Iterable[Markup]) -> Markup:
    """Return measures beside each other, as many as there is room for."""
    return Markup('<div class="fc fc-measures">{}</div>').format(_NOTHING.join(items))


def rep(number: int, level: str, words: str) -> Markup:
    """Return a rep in one line: its number, what was seen, and its level."""
    return Markup(
        '<div class="fc fc-rep {}"><span class="fc-rep-number">Rep {}</span>'
        '<span class="fc-rep-words">{}</span>{}</div>'
    ).format(level_class(level), number, words, badge(level))


def reps(items: Iterable[Markup]) -> Markup:
    """Return reps below each other."""
    return Markup('<div class="fc fc-reps">{}</div>').format(_NOTHING.join(items))


def person(name: str, number: str = "", born: str = "", detail: str = "") -> Markup:
    """Return a person so that two of one name are told apart.

    Parameters
    ----------
    name
        Name or pseudonym.
    number
        The patient's number, as the clinic writes it.
    born
        Date or year of birth, as it is to be shown.
    detail
        Anything else, such as the side of the symptoms.
    """
    facts = [f"No. {number}" if number else "", f"born {born}" if born else "", detail]
    return Markup(
        '<div class="fc fc-person"><span class="fc-person-letters" aria-hidden="true">{}</span>'
        '<div><p class="fc-person-name"><bdi>{}</bdi></p>{}</div></div>'
    ).format(_initials(name), name, _part("p", "fc-person-facts", " · ".join(fact for fact in facts if fact)))


def empty_state(drawing: Drawing | str, title: str, sentence: str) -> Markup:
    """Return what stands where there is nothing yet; the button that helps follows it.

    Parameters
    ----------
    drawing
        One of `Drawing`, or its value.
    title
        What is not there.
    sentence
        What will be, and what brings it.
    """
    return Markup(
        '<div class="fc fc-empty">{}<p class="fc-empty-title">{}</p><p class="fc-empty-sentence">{}</p></div>'
    ).format(Drawing(drawing).svg, title, sentence)


def form_row(label: str, control_html: Markup | str, help: str = "") -> Markup:
    """Return one line of a form of ours; Streamlit's own widgets bring their label.

    Parameters
    ----------
    label
        What is asked. The control lies inside it, so a press on the words reaches it.
    control_html
        HTML of the control. Escaped unless it is `Markup`.
    help
        One sentence below.
    """
    return Markup('<label class="fc fc-form-row"><span class="fc-form-label">{}</span>{}{}</label>').format(
        label, control_html, _part("span", "fc-form-help", help)
    )


def far_number(number: str, label: str) -> Markup:
    """Return the one number that has to be read from three metres, with what it counts."""
    return Markup('<div class="fc fc-far"><p class="fc-far-number">{}</p><p class="fc-far-label">{}</p></div>').format(
        number, label
    )


def _part(tag: str, name: str, text: str) -> Markup:
    """Return an element with a text, nothing where the text is empty."""
    return Markup(f'<{tag} class="{name}">{{}}</{tag}>').format(text) if text else _NOTHING


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]))[:_MOST_LETTERS]
