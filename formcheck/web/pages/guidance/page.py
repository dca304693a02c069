"""*Guidance*: the exercises step by step, filming, what the numbers mean, and safety before all.

HTML goes through `st.markdown`, not `st.html`: that one takes drawings out. Markdown ends a piece of HTML at an empty
line, so there is none in it. Every word is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

import streamlit as st
from markupsafe import Markup

from formcheck.exercises.catalogue.basis import EXPLAINED, Basis
from formcheck.exercises.catalogue.guide import (
    Alert,
    Block,
    GuideStep,
    GuideTable,
    Pictures,
    Points,
    Steps,
    Text,
    Topic,
)
from formcheck.exercises.describe import describe
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.exercises.words import sentence_case
from formcheck.report.safety import NOT_A_DEVICE, STOP_RULE
from formcheck.web.pages.guidance.topics import groups, topic_named, topics
from formcheck.web.shared.browser_parts import text_beside

_WIDE_FROM = 3
"""Tables of so many columns stand row under row on telephones."""


def guidance_style() -> str:
    """Return the style sheet of the guidance as an HTML element."""
    return f"<style>{(resources.files(__package__) / 'styles.css').read_text(encoding='utf-8')}</style>"


def blocks_html(blocks: Iterable[Block]) -> str:
    """Return blocks of a topic as one HTML element on one line."""
    body = Markup("").join(_block(block) for block in blocks)
    return str(Markup("<div class='fc-guide'>{}</div>").format(body))


def _block(block: Block) -> Markup:
    match block:
        case Text():
            return Markup("").join(Markup("<p>{}</p>").format(text) for text in block.paragraphs)
        case Points():
            lead = Markup("<p>{}</p>").format(block.lead) if block.lead else Markup("")
            return _heading(block.heading) + lead + _list(block.items)
        case Steps():
            cards = [_card(step, number) for number, step in enumerate(block.steps, start=1)]
            return _heading(block.heading) + Markup("<ol class='fc-cards'>{}</ol>").format(Markup("").join(cards))
        case Pictures():
            cards = [_card(picture, None) for picture in block.pictures]
            return _heading(block.heading) + Markup("<ul class='fc-cards'>{}</ul>").format(Markup("").join(cards))
        case GuideTable():
            return _table(block)
        case Alert():
            kind = "fc-alert fc-urgent" if block.urgent else "fc-alert"
            inside = _heading(block.heading) + _list(block.items)
            return Markup("<section class='{}'>{}</section>").format(kind, inside)


def _heading(text: str) -> Markup:
    return Markup("<h3>{}</h3>").format(text)


def _list(items: tuple[str, ...]) -> Markup:
    rows = Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
    return Markup("<ul class='fc-points'>{}</ul>").format(rows)


def _card(step: GuideStep, number: int | None) -> Markup:
    # The drawing was seen to hold nothing but shapes and words when it was read.
    drawing = Markup(step.figure)
    badge = (
        Markup("") if number is None else Markup("<span class='fc-number' aria-hidden='true'>{}</span>").format(number)
    )
    return Markup(
        "<li><div class='fc-figure'>{}</div><div class='fc-caption'><strong>{}{}</strong>{}</div></li>"
    ).format(drawing, badge, step.title, step.text)


def _table(table: GuideTable) -> Markup:
    head = Markup("").join(Markup("<th scope='col'>{}</th>").format(column) for column in table.columns)
    rows = Markup("").join(_row(table.columns, row) for row in table.rows)
    lead = Markup("<p>{}</p>").format(table.lead) if table.lead else Markup("")
    return (
        _heading(table.heading)
        + lead
        + Markup(
            "<div class='fc-scroll'><table class='{}'><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
        ).format("fc-wide" if len(table.columns) >= _WIDE_FROM else "", head, rows)
    )


def _row(columns: tuple[str, ...], row: tuple[str, ...]) -> Markup:
    name = Markup("<th scope='row'>{}</th>").format(row[0])
    cells = Markup("").join(
        Markup("<td data-head='{}'>{}</td>").format(column, cell)
        for column, cell in zip(columns[1:], row[1:], strict=True)
    )
    return Markup("<tr>{}{}</tr>").format(name, cells)


def origin_blocks(topic: Topic) -> tuple[Block, ...]:
    """Return the facts of a topic with their origin, and what the kinds of origin mean."""
    rows = tuple(
        (origin.fact, "; ".join(basis.value for basis in origin.bases), origin.detail or "–")
        for origin in topic.origins
    )
    used = [basis for basis in Basis if any(basis in origin.bases for origin in topic.origins)]
    kinds = tuple(f"{basis.value[:1].upper()}{basis.value[1:]}: {EXPLAINED[basis]}" for basis in used)
    return (
        GuideTable("Where each fact comes from", ("Fact", "Kind", "Detail"), rows),
        Points("The kinds", kinds),
    )


def check_blocks(exercise: str) -> tuple[Block, ...]:
    """Return what is checked in an exercise, as its rubric has it."""
    rows = tuple(
        (f"{sentence_case(row.name)} ({row.id})", row.view, _signed(row.good), _signed(row.fault), row.source)
        for row in describe(builtin_rubric(exercise))
    )
    return (
        GuideTable(
            "What is checked",
            ("Check", "Camera", "Good", "Fault", "Where it comes from"),
            rows,
            lead="What is neither good nor a fault is a caution.",
        ),
    )


def _signed(band: str) -> str:
    """Write a band with true minus signs."""
    return band.replace("-", "−")


_ADDRESS_KEY = "topic"
_GROUP_KEY = "guidance-group"
_CHOICE_KEY = "guidance-topic"


def page() -> None:
    """Show one topic, which `/guidance?topic=wall-squat` may name."""
    st.title("Guidance")
    topic = _chosen_topic()
    if topic.key != "safety":
        st.info(f"{NOT_A_DEVICE} {STOP_RULE}", icon=":material/health_and_safety:")
    st.header(topic.name)
    st.html(guidance_style())
    st.markdown(blocks_html(topic.blocks), unsafe_allow_html=True)
    if topic.exercise:
        with st.expander("What the camera checks, for the clinician"):
            st.markdown(blocks_html(check_blocks(topic.exercise)), unsafe_allow_html=True)
    with st.expander("Where this comes from"):
        st.markdown(blocks_html(origin_blocks(topic)), unsafe_allow_html=True)
    _show_further(topic)


_to_top = st.components.v2.component(
    "formcheck_guidance_to_top", html="<span></span>", js=text_beside(__file__, "to_top.js"), isolate_styles=False
)


def _show_further(topic: Topic) -> None:
    further = [each for each in map(topic_named, topic.see) if each is not None]
    with st.container(key="guidance-further"):
        if further:
            st.subheader("Go on with")
        with st.container(horizontal=True):
            for each in further:
                st.button(each.name, on_click=_open, args=(each,), key=f"guidance-go-{each.key}")
    _to_top(data={"topic": topic.key}, key="guidance-to-top")


def _open(topic: Topic) -> None:
    """Choose a topic as if it had been by hand: what is chosen outlives the address."""
    st.session_state[_GROUP_KEY] = topic.group
    st.session_state[_choice_key(topic.group)] = topic.key
    st.query_params[_ADDRESS_KEY] = topic.key


def _choice_key(group: str) -> str:
    """Return the key of the choice within a part: what was chosen in one says nothing about another."""
    return f"{_CHOICE_KEY}-{group}"


def _chosen_topic() -> Topic:
    """Let a topic be chosen, part by part; the address follows, so that a topic can be sent as a link."""
    asked = topic_named(st.query_params.get(_ADDRESS_KEY, "")) or topics()[0]
    parts = groups()
    # Not as the widgets' defaults: Streamlit has no default beside what `_open` chose.
    st.session_state.setdefault(_GROUP_KEY, asked.group)
    group = st.selectbox("Part", list(parts), key=_GROUP_KEY)
    names = {topic.key: topic.name for topic in parts[group]}
    choice_key = _choice_key(group)
    st.session_state.setdefault(choice_key, asked.key if asked.key in names else next(iter(names)))
    chosen = st.pills(
        "Topic",
        list(names),
        format_func=lambda key: names[key],
        label_visibility="collapsed",
        key=choice_key,
        required=True,
    )
    key = chosen or asked.key
    if key != st.query_params.get(_ADDRESS_KEY):
        st.query_params[_ADDRESS_KEY] = key
    return topic_named(key) or asked
