"""What people typed, kept from being read as Markdown."""

from __future__ import annotations

from typing import Final

_SIGNS: Final = frozenset("\\`*_{}[]()#+-.!|<>~:$&^=\"'/@")


def as_typed(text: str) -> str:
    """Return text that Streamlit's Markdown shows as it was typed: no links, pictures, colours, formulas or icons."""
    lines = ("".join(f"\\{sign}" if sign in _SIGNS else sign for sign in line) for line in text.splitlines())
    return "  \n".join(lines)
