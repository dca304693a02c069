"""The charts of one exercise, in groups: depth, alignment, symmetry, tempo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from types import MappingProxyType
from typing import Final

import streamlit as st
from markupsafe import Markup

from formcheck.history.progress import Trend, symmetry, trends
from formcheck.history.summary import SetSummary
from formcheck.kinematics.measures.record import Followed
from formcheck.kinematics.measures.registry import MEASURES, key_measures
from formcheck.pose.landmarks import Side
from formcheck.web.pages.progress.charts import symmetry_html, trend_html
from formcheck.web.shared.plot_parts import show_plots


def show_measures(sets: Sequence[SetSummary], symptoms: Side | None, zone: tzinfo) -> None:
    """Show every measure that was followed, in groups; a group without a value says what it needs.

    Parameters
    ----------
    sets
        Of one person and one exercise.
    symptoms
        The side with symptoms; None where it is not known or both are.
    zone
        For the days.
    """
    found = trends(sets, zone)
    for group in Followed:
        st.header(group.value, anchor=False)
        figures = _symmetry(sets, symptoms, zone) if group is Followed.SYMMETRY else _figures(found, group)
        if figures:
            show_plots(Markup('<div class="fc-grid">{}</div>').format(Markup("").join(figures)))
        else:
            st.caption(_NEEDS[group])


_NEEDS: Final = MappingProxyType(
    {
        Followed.DEPTH: "Not measured yet: it takes a set that is filmed from the side.",
        Followed.ALIGNMENT: "Not measured yet: it takes a set that is filmed from the front.",
        Followed.SYMMETRY: "Not measured yet: it takes both legs on the same day.",
        Followed.TEMPO: "Not measured yet.",
    }
)


def _figures(found: Sequence[Trend], group: Followed) -> list[Markup]:
    return [trend_html(trend) for trend in found if MEASURES[trend.measure].followed is group]


def _symmetry(sets: Sequence[SetSummary], symptoms: Side | None, zone: tzinfo) -> list[Markup]:
    days = {measure.name: symmetry(sets, measure.name, symptoms, zone) for measure in key_measures()}
    return [symmetry_html(measure, found) for measure, found in days.items() if found]
