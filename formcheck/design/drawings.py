"""Line drawings for places where there is nothing yet, in the colour of what they stand in."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from markupsafe import Markup

_SHAPES: Final = {
    # A person in a squat, from the side, arms forward.
    "squat": '<circle cx="62" cy="22" r="9"/><path d="M60 32 L46 62 M56 40 L86 46 M46 62 L78 66 L70 96 L84 96"/>',
    # A picture that moves.
    "video": '<rect x="22" y="24" width="100" height="62" rx="8"/><path d="M64 42 L64 68 L86 55 Z"/>'
    '<path d="M36 98 L108 98" stroke-dasharray="1 9"/>',
    # Two people.
    "people": '<circle cx="54" cy="36" r="13"/><path d="M30 88 C30 66 78 66 78 88"/>'
    '<circle cx="96" cy="42" r="10"/><path d="M90 64 C104 60 116 70 116 88"/>',
    # A line that goes up, with one point.
    "progress": '<path d="M26 18 L26 92 L122 92"/><path d="M38 78 L62 62 L84 66 L112 34" stroke-dasharray="1 9"/>'
    '<circle cx="38" cy="78" r="5" fill="currentColor"/>',
    # Two pictures side by side.
    "compare": '<rect x="16" y="26" width="50" height="62" rx="7"/><rect x="78" y="26" width="50" height="62" rx="7"/>'
    '<circle cx="41" cy="44" r="6"/><path d="M41 50 L34 64 L46 66 L42 78"/>'
    '<circle cx="103" cy="40" r="6"/><path d="M103 46 L103 64 L98 78 M103 64 L108 78"/>',
    # A calendar with a day that is done.
    "plan": '<rect x="26" y="26" width="92" height="68" rx="8"/><path d="M26 44 L118 44 M46 18 L46 32 M98 18 L98 32"/>'
    '<path d="M56 68 L68 80 L90 56"/>',
    # A magnifying glass over nothing.
    "search": '<circle cx="64" cy="48" r="26"/><path d="M83 67 L108 92"/>'
    '<path d="M54 48 L74 48" stroke-dasharray="1 8"/>',
    # A cable that is not plugged in.
    "offline": '<path d="M18 60 L50 60 M50 46 L50 74 M50 52 L62 52 M50 68 L62 68 M126 60 L94 60 M94 46 L94 74"/>'
    '<path d="M72 40 L68 30 M80 42 L84 32 M72 80 L68 90"/>',
}


class Drawing(StrEnum):
    """A drawing by what it shows."""

    SQUAT = "squat"
    VIDEO = "video"
    PEOPLE = "people"
    PROGRESS = "progress"
    COMPARE = "compare"
    PLAN = "plan"
    SEARCH = "search"
    OFFLINE = "offline"

    @property
    def svg(self) -> Markup:
        """The drawing as an element; the words beside it say what it says."""
        return Markup(
            '<svg viewBox="0 0 144 112" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="4" '
            f'stroke-linecap="round" stroke-linejoin="round">{_SHAPES[self.value]}</svg>'
        )
