"""The guidance: the exercises step by step, filming, what the numbers mean, and safety before all."""

from __future__ import annotations

import streamlit as st

from formcheck.exercises.catalogue.guide import Topic
from formcheck.report.safety import NOT_A_DEVICE, STOP_RULE
from formcheck.web.pages.guidance.origins import check_blocks, origin_blocks
from formcheck.web.pages.guidance.render import blocks_html, guidance_style
from formcheck.web.pages.guidance.topics import topic_named, topics

_ADDRESS_KEY = "topic"
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


def _chosen_topic() -> Topic:
    """Let a topic be chosen; the address follows, so that a topic can be sent as a link."""
    asked = topic_named(st.query_params.get(_ADDRESS_KEY, "")) or topics()[0]
    names = {topic.key: topic.name for topic in topics()}
    key = st.pills(
        "Topic",
        list(names),
        default=asked.key,
        format_func=lambda key: names[key],
        label_visibility="collapsed",
        key=_CHOICE_KEY,
        required=True,
    )
    topic = topic_named(key or "") or asked
    if topic.key != st.query_params.get(_ADDRESS_KEY):
        st.query_params[_ADDRESS_KEY] = topic.key
    return topic
