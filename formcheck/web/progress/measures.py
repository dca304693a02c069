"""The charts of one exercise, in groups: depth, alignment, symmetry, tempo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from types import MappingProxyType
from typing import Final

import streamlit as st
from markupsafe import Markup

from formcheck.history.progress import Trend, symmetry, trends
from formcheck.history.summary import SetSummary
from formcheck.pose.landmarks import Side
from formcheck.web.compare.plot_parts import show_plots
from formcheck.web.progress.charts import symmetry_html, trend_html

_GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Depth": ("knee_flexion_max_deg",),
        "Knee alignment": ("fppa_deg", "kmf_pct"),
        "Symmetry": (),
        "Tempo": ("descent_s", "hold_s", "ascent_s"),
    }
)
_COMPARED_LEGS: Final = ("knee_flexion_max_deg", "fppa_deg", "kmf_pct")


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
    for name, measures in _GROUPS.items():
        st.header(name, anchor=False)
        figures = _symmetry(sets, symptoms, zone) if name == "Symmetry" else _figures(found, measures)
        if figures:
            show_plots(Markup('<div class="fc-grid">{}</div>').format(Markup("").join(figures)))
        else:
            st.caption(_NEEDS[name])


_NEEDS: Final = MappingProxyType(
    {
        "Depth": "Not measured yet: it takes a set that is filmed from the side.",
        "Knee alignment": "Not measured yet: it takes a set that is filmed from the front.",
        "Symmetry": "Not measured yet: it takes both legs on the same day.",
        "Tempo": "Not measured yet.",
    }
)


def _figures(found: Sequence[Trend], measures: Sequence[str]) -> list[Markup]:
    return [trend_html(trend) for trend in found if trend.measure in measures]


def _symmetry(sets: Sequence[SetSummary], symptoms: Side | None, zone: tzinfo) -> list[Markup]:
    days = {measure: symmetry(sets, measure, symptoms, zone) for measure in _COMPARED_LEGS}
    return [symmetry_html(measure, found) for measure, found in days.items() if found]
