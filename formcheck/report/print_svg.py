"""Charts for paper: the report's own drawings with the report's print colours written into them.

On a page the colours come from its style sheet. A PDF has none, so the rules for drawings are taken from that sheet,
with the values that it gives its variables in print.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final
from xml.etree import ElementTree

from formcheck.report.charts import Chart
from formcheck.report.svg import draw_chart

_STYLE: Final = "templates/report.css"
_FONT: Final = "Libertinus Serif"
"""Part of typst, so that a document looks the same everywhere."""
_FONT_RULE: Final = re.compile(r"font: 12px [^;]*;")
_VARIABLE: Final = re.compile(r"var\(--([a-z-]+)\)")


def print_chart(chart: Chart, size: tuple[int, int], label: str) -> str:
    """Draw a chart as an SVG file of its own, in print colours.

    Parameters
    ----------
    chart
        What to show.
    size
        Width and height, px; text is 12 px high at this size.
    label
        What the chart shows, in words.
    """
    svg = ElementTree.fromstring(str(draw_chart(chart, size, label)))
    svg.set("xmlns", "http://www.w3.org/2000/svg")
    style = ElementTree.Element("style")
    style.text = print_style()
    svg.insert(0, style)
    return ElementTree.tostring(svg, encoding="unicode")


@cache
def print_style() -> str:
    """Return the style sheet's rules for drawings, with the values of its variables in print."""
    css = resources.files("formcheck.report").joinpath(_STYLE).read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, flags=re.DOTALL)
    light, _, paper = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in blocks)
    colours = {**light, **paper}
    rules = "\n".join(re.findall(r"^svg .*\}$", css, flags=re.MULTILINE))
    rules = _FONT_RULE.sub(f'font-family: "{_FONT}"; font-size: 12px;', rules)
    return _VARIABLE.sub(lambda name: colours[name.group(1)], rules)
