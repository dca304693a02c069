"""What the set-up coach can ask for: each instruction once, with the words that are spoken and shown.

Blocking instructions stay until they are followed; advice is given for a while and then done without. A message has at
most eight words. Left, right, forwards and backwards are the person's own; the figures `move-left` and `move-right`
show the mirrored picture, as the person sees it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from formcheck.session.live_state import Instruction


@dataclass(frozen=True)
class Ask:
    """Something to be put right, and what of the picture asks for it."""

    instruction: Instruction
    name: str
    """Of the set-up check, for people, as in the checks of a recorded set."""
    value: float | None = None
    """What was measured."""

    def measured(self, value: float | None) -> Ask:
        """Return the same ask with what was measured."""
        return replace(self, value=value)

    def as_advice(self) -> Ask:
        """Return the same ask as advice, which may be done without."""
        return replace(self, instruction=replace(self.instruction, blocking=False))


def _ask(id_: str, name: str, figure: str, message: str, detail: str, *, blocking: bool = True) -> Ask:
    return Ask(Instruction(id_, message, detail, figure, blocking), name)


LOOKING: Final = _ask(
    "SU-0", "Set-up", "ready", "One moment", "Camera, light and the way you stand are being looked at."
)
"""Given for the first half second, before anything can be said."""

STEP_INTO_VIEW: Final = _ask(
    "SU-8", "One person", "step-into-view", "Step into view", "Stand where the camera sees you from head to feet."
)
ONE_PERSON: Final = _ask(
    "SU-8",
    "One person",
    "one-person",
    "Ask others to step aside",
    "Only one person may be in the picture; a mirror or a poster that shows a person counts as one too.",
)

_IN_VIEW: Final = "Whole body in view"
SHOW_ALL: Final = _ask(
    "SU-1",
    _IN_VIEW,
    "step-back",
    "Step back so all of you shows",
    "The camera must see you from head to feet, with a little room around you.",
)
SHOW_FEET: Final = _ask(
    "SU-1",
    _IN_VIEW,
    "show-feet",
    "Step back so your feet show",
    "Both feet and a strip of floor before them must be in the picture; tilting the camera down helps as well.",
)
SHOW_HEAD: Final = _ask(
    "SU-1",
    _IN_VIEW,
    "show-head",
    "Step back so your head shows",
    "Your whole head must be in the picture; tilting the camera up helps as well.",
)
SHOW_LEGS: Final = _ask(
    "SU-1",
    _IN_VIEW,
    "step-back",
    "Let the camera see your whole body",
    "Shoulders, hips or knees are hidden: move away what stands before you, or step back.",
)
_TO_THE_MIDDLE: Final = "You stand too near the edge of the picture; turning the camera helps as well."
MOVE_LEFT: Final = _ask("SU-1", _IN_VIEW, "move-left", "Step to your left", _TO_THE_MIDDLE)
MOVE_RIGHT: Final = _ask("SU-1", _IN_VIEW, "move-right", "Step to your right", _TO_THE_MIDDLE)
_FORWARDS, _BACKWARDS = "Take a small step forwards", "Take a small step backwards"

_DISTANCE: Final = "Distance"
COME_CLOSER: Final = _ask(
    "SU-2",
    _DISTANCE,
    "come-closer",
    "Come closer",
    "You are small in the picture: two and a half to three metres is best.",
)
STEP_BACK: Final = _ask(
    "SU-2",
    _DISTANCE,
    "step-back",
    "Move back to about three metres",
    "You fill the picture; leave some room around you.",
)

_LIGHT: Final = "Light"
MORE_LIGHT: Final = _ask(
    "SU-6", _LIGHT, "more-light", "Turn on more light", "The picture is dark; light from the camera's side is best."
)
LESS_LIGHT: Final = _ask(
    "SU-6",
    _LIGHT,
    "less-light",
    "Turn the camera away from the light",
    "The picture is too bright: no window or lamp should be behind you or shine into the camera.",
)
_FRAME_RATE: Final = "Frame rate"
LIGHT_FOR_CAMERA: Final = _ask(
    "SU-6",
    _FRAME_RATE,
    "more-light",
    "More light would make the picture smoother",
    "In poor light the camera gives fewer than 20 pictures a second.",
    blocking=False,
)
SLOW_CAMERA: Final = _ask(
    "SU-6",
    _FRAME_RATE,
    "ready",
    "The camera gives few pictures a second",
    "The light is good enough: close other programs, or choose another camera.",
    blocking=False,
)
SLOW_COMPUTER: Final = _ask(
    "SU-6",
    _FRAME_RATE,
    "ready",
    "The computer is slow: close other programs",
    "The camera gives enough pictures, but fewer than 20 a second can be looked at.",
    blocking=False,
)
FEW_FRAMES: Final = _ask(
    "SU-6",
    _FRAME_RATE,
    "ready",
    "Few pictures a second arrive",
    "Fewer than 20: close other programs, or turn on more light.",
    blocking=False,
)
"""Where it is not known whether that is the camera."""

_VIEW: Final = "View"
FACE_CAMERA: Final = _ask(
    "SU-5",
    _VIEW,
    "face-camera",
    "Face the camera square on",
    "You stand at an angle: feet, hips and shoulders should point straight at the camera.",
)
TURN_SIDEWAYS: Final = _ask(
    "SU-5",
    _VIEW,
    "turn-sideways",
    "Turn side-on to the camera",
    "You stand at an angle: the camera should see you exactly from the side.",
)
TURN_OTHER_SIDE: Final = _ask(
    "SU-5",
    _VIEW,
    "turn-other-side",
    "Turn your other side to the camera",
    "From the side only the leg near the camera can be measured, so it must be the one you stand on.",
)

_HEIGHT: Final = "Camera height"
_AT_HIPS: Final = "Place camera at hip height"
RAISE_CAMERA: Final = _ask(
    "SU-4", _HEIGHT, "raise-camera", _AT_HIPS, "Your hips are high in the picture: raise the camera.", blocking=False
)
LOWER_CAMERA: Final = _ask(
    "SU-4", _HEIGHT, "lower-camera", _AT_HIPS, "Your hips are low in the picture: lower the camera.", blocking=False
)
LEVEL_CAMERA: Final = _ask(
    "SU-3",
    "Camera level",
    "level-camera",
    "Straighten the camera",
    "Shoulders, hips and feet are tilted in the picture: turn the camera until they are level.",
    blocking=False,
)
CAMERA_STILL: Final = _ask(
    "SU-9",
    "Camera still",
    "keep-camera-still",
    "Keep the camera still",
    "The whole picture shakes: put the camera on something that does not move.",
    blocking=False,
)


def walks(ask: Ask, *, forwards: bool) -> Ask:
    """Return a step to the side in the words of somebody who stands side-on to the camera; the figure stays."""
    return replace(ask, instruction=replace(ask.instruction, message=_FORWARDS if forwards else _BACKWARDS))
