"""Texts on pages: what people typed, kept from being read as Markdown, and moments as the reader's clock has them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def viewer_zone() -> tzinfo:
    """Return the time zone of the browser; UTC where it does not say, or says one that is not known here."""
    named = st.context.timezone
    if not named:
        return UTC
    try:
        return ZoneInfo(named)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def day_of(moment: datetime) -> str:
    """Return the day of a moment: `3 March 2026`."""
    local = moment.astimezone(viewer_zone())
    return f"{local.day} {local:%B %Y}"


def short_day_of(moment: datetime) -> str:
    """Return the day of a moment in little room: `3 Mar 2026`."""
    local = moment.astimezone(viewer_zone())
    return f"{local.day} {local:%b %Y}"


def time_of(moment: datetime) -> str:
    """Return day and time of a moment: `3 March 2026, 09:30`."""
    return f"{day_of(moment)}, {moment.astimezone(viewer_zone()):%H:%M}"


_SIGNS: Final = frozenset("\\`*_{}[]()#+-.!|<>~:$&^=\"'/@")


def as_typed(text: str) -> str:
    """Return text that Streamlit's Markdown shows as it was typed: no links, pictures, colours, formulas or icons."""
    lines = ("".join(f"\\{sign}" if sign in _SIGNS else sign for sign in line) for line in text.splitlines())
    return "  \n".join(lines)
