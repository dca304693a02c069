"""When a movement is a rep of an exercise: what finding the phases needs to be told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Begins(StrEnum):
    """The posture that a rep begins in, and ends in again."""

    STANDING = "standing"
    SEATED = "seated"
    """A rep is the way up to standing and back; it counts once somebody stands, sat down again or not."""


class ToldBy(StrEnum):
    """What tells the reps of an exercise."""

    BODY = "body"
    """Trunk and knee: the knee where a camera at the side sees it, else how far hips and shoulders come down."""
    SHANK = "shank"
    """The tilt of the shank that is nearest to a camera at the side; from elsewhere there is nothing to find."""


class Effort(StrEnum):
    """What a set is made of."""

    REPEATED = "repeated"
    """Movements that count whether somebody stays at the bottom or not."""
    HELD = "held"
    """Movements that count only where somebody stays still at the bottom for at least `hold_min_s`."""


@dataclass(frozen=True)
class PhaseRule:
    """The phase rule of one exercise. Angles are knee flexion, or from the front its stand-in."""

    bilateral: bool
    """True where both legs bend together; False where one leg stands and only that one is scored."""
    min_range_deg: float
    """A movement with less knee flexion than this between stand and bottom is not a rep."""
    min_duration_s: float
    """A movement shorter than this from start to end is not a rep."""
    hold_min_s: float
    """A stillness shorter than this is a turning point, not a hold."""
    begins: Begins = Begins.STANDING
    effort: Effort = Effort.REPEATED
    told_by: ToldBy = ToldBy.BODY
    least_share: float = 0.3
    """A movement that goes less far than this share of the usual rep of the set is none: a shift of weight, or a stand
    that stops half-way."""

    @property
    def seated(self) -> bool:
        """Whether a rep begins seated."""
        return self.begins is Begins.SEATED


ANY_BEND = PhaseRule(bilateral=True, min_range_deg=15.0, min_duration_s=0.8, hold_min_s=0.3)
"""Who bends the knees and comes up again, whatever the exercise is: what is looked for before the exercise is known."""
