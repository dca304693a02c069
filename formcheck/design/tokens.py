"""Sizes, spaces and colours, each said once: custom properties for browsers, constants for typst.

Colours are roles. Every text stands out from its ground by 4.5 or more (WCAG 2.2 AA), and lines of plots by 3: tests
count it. The light and the dark theme of the app (`.streamlit/config.toml`) are held to the same values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from formcheck.design.palette import BAND_STYLES, INK, LEG_STYLES, WHITE, Rgb
from formcheck.exercises.finding import Level
from formcheck.pose.landmarks import Side

Tokens = Mapping[str, str]
"""Values by the names of roles."""

SIZES: Final[Tokens] = {
    "text-small": "0.875rem",
    "text": "1rem",
    "text-lead": "1.1875rem",
    "text-title": "1.375rem",
    "text-headline": "clamp(1.625rem, 1.25rem + 1.8vw, 2.25rem)",
    "text-number": "2.5rem",
    # Read at three metres: somebody with 6/12 eyesight needs letters 9 mm high there, these are some 30 mm.
    "text-far": "clamp(7rem, 26vmin, 15rem)",
    "line": "1.5",
    "line-tight": "1.2",
    "space-1": "0.25rem",
    "space-2": "0.5rem",
    "space-3": "0.75rem",
    "space-4": "1rem",
    "space-5": "1.5rem",
    "space-6": "2.25rem",
    "space-7": "3.5rem",
    "radius-small": "0.375rem",
    "radius": "0.75rem",
    "radius-round": "999px",
    "measure": "44rem",
    "touch": "2.75rem",
}
"""One scale of type, one of spaces. `measure` is the longest line of text, `touch` the least height of what is
pressed."""

LIGHT: Final[Tokens] = {
    "page": "#fbfaf7",
    "panel": "#ffffff",
    "sunken": "#f0efe9",
    "ink": "#11171b",
    "quiet": "#4a5660",
    "rule": "#d6d8d4",
    "edge": "#7d878d",
    "accent": "#17697a",
    "accent-on": "#ffffff",
    "accent-tint": "#e1f0f3",
    "link": "#0b5f73",
    "link-on": "#ffffff",
    "good": "#11795a",
    "good-on": "#ffffff",
    "good-word": "#0c6248",
    "good-tint": "#e0f1ea",
    "good-fill": "#4fbf9d",
    "caution": "#f0d848",
    "caution-on": "#11171b",
    "caution-word": "#655000",
    "caution-tint": "#fbf2cd",
    "caution-fill": "#f0d95a",
    "fault": "#b3401a",
    "fault-on": "#ffffff",
    "fault-word": "#963311",
    "fault-tint": "#fae4dc",
    "fault-fill": "#f0915a",
    "not-judged": "#2f6f80",
    "not-judged-on": "#ffffff",
    "not-judged-word": "#0f5567",
    "not-judged-tint": "#e1f0f3",
    "not-measured": "#5d6870",
    "not-measured-on": "#ffffff",
    "not-measured-word": "#4a5660",
    "not-measured-tint": "#f0efe9",
    "left": "#0072b2",
    "right": "#a8447d",
    "phase": "#e3e4df",
    "phase-hold": "#bfc6c8",
}
DARK: Final[Tokens] = {
    "page": "#15191d",
    "panel": "#1d2328",
    "sunken": "#20272d",
    "ink": "#e8ecee",
    "quiet": "#b0bac1",
    "rule": "#3a444c",
    "edge": "#7f8b94",
    "accent": "#1f7f92",
    "accent-on": "#ffffff",
    "accent-tint": "#17333a",
    "link": "#7cc7d6",
    "link-on": "#0c1518",
    "good": "#3fb68e",
    "good-on": "#0b1512",
    "good-word": "#6ed3b0",
    "good-tint": "#17352b",
    "good-fill": "#1d8a6b",
    "caution": "#efd76a",
    "caution-on": "#15191d",
    "caution-word": "#efd76a",
    "caution-tint": "#393113",
    "caution-fill": "#a88d1d",
    "fault": "#f08b64",
    "fault-on": "#1d0f09",
    "fault-word": "#ff9d7a",
    "fault-tint": "#43241a",
    "fault-fill": "#b85a20",
    "not-judged": "#6db6c6",
    "not-judged-on": "#0c1518",
    "not-judged-word": "#8fd3e0",
    "not-judged-tint": "#17333a",
    "not-measured": "#8d98a0",
    "not-measured-on": "#101417",
    "not-measured-word": "#b0bac1",
    "not-measured-tint": "#20272d",
    "left": "#56b4e9",
    "right": "#e39bc3",
    "phase": "#2e353b",
    "phase-hold": "#4a5660",
}
PAPER: Final[Tokens] = {
    **LIGHT,
    "page": "#ffffff",
    "sunken": "#f3f4f1",
    "ink": "#000000",
    "quiet": "#3d464d",
    "rule": "#c4c8c6",
    "link": "#000000",
}
"""Printed: the light theme on white."""


def _hex(rgb: Rgb) -> str:
    return "#" + bytes(rgb).hex()


PICTURE: Final[Tokens] = {
    "picture": "#0d1318",
    "picture-on": _hex(WHITE),
    "picture-quiet": "#c3d0da",
    "picture-line": "#ffffff99",
    "plate": "#0d1318c7",
    "outline": _hex(INK) + "cc",
    "skeleton": "#ebebebd9",
    "mark": "#ffe14d",
    "picture-left": _hex(LEG_STYLES[Side.LEFT].rgb),
    "picture-right": _hex(LEG_STYLES[Side.RIGHT].rgb),
    "picture-caution": _hex(BAND_STYLES[Level.CAUTION].rgb),
    "picture-fault": "#ff8a3d",
    "figure": "#7f8f9b",
    "figure-trunk": "#6c7c88",
    "floor": "#1b242b",
    "floor-line": "#3a4852",
}
"""On moving pictures and around them, in either theme: what is drawn there lies on anything."""

_FONT_STACK: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif'
_HAS_BOTH: Final = "@supports (color: light-dark(#000, #fff))"


def custom_properties() -> str:
    """Return the tokens as CSS for a document, `--fc-ink` and so on.

    Where a browser knows `light-dark()`, colours go by the `color-scheme` of the element that uses them: by the
    system's in a page of its own, by the app's choice in the app.
    """
    both = {name: f"light-dark({LIGHT[name]}, {DARK[name]})" for name in LIGHT}
    return "\n".join(
        (
            _rule(":root", {**SIZES, "font": _FONT_STACK, **PICTURE, **LIGHT}),
            f"@media (prefers-color-scheme: dark) {{ {_rule(':root', DARK)} }}",
            f"{_HAS_BOTH} {{ {_rule(':root', both)} }}",
            f"@media print {{ {_rule(':root', PAPER)} }}",
        )
    )


def shadow_properties() -> str:
    """Return the tokens as CSS for a shadow tree, whose host has the class `dark` in the dark."""
    return f"{_rule(':host', {**SIZES, 'font': _FONT_STACK, **PICTURE, **LIGHT})}\n{_rule(':host(.dark)', DARK)}"


def script_constants() -> str:
    """Return the colours of pictures as a constant of a JavaScript module: `COLOURS.mark` and so on."""
    entries = "".join(f'  {_camel(name)}: "{value}",\n' for name, value in PICTURE.items())
    return f"export const COLOURS = Object.freeze({{\n{entries}}});\n"


def _camel(name: str) -> str:
    first, *more = name.split("-")
    return first + "".join(each.title() for each in more)


def typst_constants() -> str:
    """Return the colours of paper as a dictionary of typst: `colour.ink` and so on."""
    entries = "".join(f'  "{name}": rgb("{value}"),\n' for name, value in PAPER.items())
    return f"#let colour = (\n{entries})\n"


def _rule(selector: str, tokens: Tokens) -> str:
    return f"{selector} {{ " + " ".join(f"--fc-{name}: {value};" for name, value in tokens.items()) + " }"
