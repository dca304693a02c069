"""Moments as the viewer's clock has them, in the one form in which every page writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from formcheck.moments import day_text, short_day_text, time_text


def viewer_zone() -> tzinfo:
    """Return the time zone of the browser; UTC where it does not say, or says one that is not known here."""
    named = st.context.timezone
    if not named:
        return UTC
    try:
        return ZoneInfo(named)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def today(now: datetime) -> date:
    """Return the day that a moment is on where the viewer is."""
    return now.astimezone(viewer_zone()).date()


def day_of(moment: datetime) -> str:
    """Return the day of a moment: `3 March 2026`."""
    return day_text(moment.astimezone(viewer_zone()))


def short_day_of(moment: datetime) -> str:
    """Return the day of a moment in little room: `3 Mar 2026`."""
    return short_day_text(moment.astimezone(viewer_zone()))


def time_of(moment: datetime) -> str:
    """Return day and time of a moment: `3 March 2026, 09:30`."""
    return time_text(moment.astimezone(viewer_zone()))
