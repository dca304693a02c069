"""Plots on the pages of the app: their style and both sizes of each.

The HTML goes through `st.markdown`, as `st.html` takes drawings out; Markdown ends a piece of HTML at an empty line, so
there is none in it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import Final

import streamlit as st
from markupsafe import Markup

from formcheck.report.plot_kit import Margins, Size

WIDE: Final[Size] = (560, 290)
NARROW: Final[Size] = (344, 270)
"""For telephones, where a shrunken wide drawing could not be read."""
MARGINS: Final = Margins(left=46, right=20, top=16, bottom=40)


def show_plots(body: Markup) -> None:
    """Show HTML of drawings and tables on the page, in the app's light or dark."""
    style = (resources.files(__package__) / "plots.css").read_text(encoding="utf-8")
    st.html(f"<style>{style}</style>")
    theme = "dark" if st.context.theme.type == "dark" else "light"
    st.markdown(str(Markup('<div class="fc-plots {}">{}</div>').format(theme, body)), unsafe_allow_html=True)


def both_sizes(draw: Callable[[Size], Markup]) -> Markup:
    """Return a drawing for screens and one for telephones; the style sheet shows one of them."""
    return Markup('<div class="fc-wide">{}</div><div class="fc-narrow">{}</div>').format(draw(WIDE), draw(NARROW))
