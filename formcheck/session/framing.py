"""Checks of one picture during set-up: whether the whole person is in it, large enough, level and in the light.

Pure functions of one pose or one picture; what lasts and what is said is `formcheck.session.coach`'s.
Limits: measurement specification sections 2.5 and 7.5, where no other source is given.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from formcheck.kinematics.analysis import ROLL_LOW_DEG
from formcheck.kinematics.camera import BESIDE_DEG, FOCAL_LONG_SIDES
from formcheck.kinematics.cleaning import SCORED
from formcheck.kinematics.view import FRONT_LOW_DEG, SIDE_OK_DEG, ViewKind, ViewVerdict, turn_off_view_deg
from formcheck.pose.landmarks import BODY, SIDES, BodySide, Landmark, Side
from formcheck.pose.types import Pose
from formcheck.session.instructions import (
    COME_CLOSER,
    FACE_CAMERA,
    FEW_FRAMES,
    LESS_LIGHT,
    LEVEL_CAMERA,
    LIGHT_FOR_CAMERA,
    LOWER_CAMERA,
    MORE_LIGHT,
    MOVE_LEFT,
    MOVE_RIGHT,
    RAISE_CAMERA,
    SHOW_ALL,
    SHOW_FEET,
    SHOW_HEAD,
    SHOW_LEGS,
    SLOW_CAMERA,
    SLOW_COMPUTER,
    STEP_BACK,
    TURN_OTHER_SIDE,
    TURN_SIDEWAYS,
    Ask,
    walks,
)
from formcheck.session.live_state import CameraFacts

LEAST_FPS: Final = 20.0
"""A knee at 60 deg/s bends by 3 deg from one picture to the next; below this the filter has too little [E]."""

_EDGE_SHARE: Final = 0.02
"""Eyes, soles or toes nearer to the upper or lower edge than this share of the picture's height are as good as cut
off: a landmark is off by about so much."""
_ROOM_HEIGHTS: Final = 0.05
"""Room that a squat needs to the left and right of the standing body, in body heights [E]: from the side the hips go
back and the knees forward by little more than the feet reach anyhow."""
_EYE_HEIGHT: Final = 0.936
"""Of the stature (Drillis & Contini 1966): the eyes are the highest landmarks of a body."""
_FAR_SHARE, _TOO_FAR_SHARE = 0.55, 0.45
_NEAR_SHARE, _TOO_NEAR_SHARE = 0.92, 0.97
"""Stature in picture heights. The specification's 55 to 85 % is for good pixels; people who fill 92 % of the picture
and have head and feet in it are measured as well, so only what cannot go well blocks [E]."""
_HIGHEST_HIPS, _LOWEST_HIPS = 0.35, 0.60
"""Hips in picture heights from the top. The specification ends at 55 %; the sample clips reach 54 %, so 60 % [E]."""
_LEAST_LUMA, _MOST_LUMA = 60.0, 200.0
_DARK_LUMA, _GLARE_LUMA = 25.0, 245.0
"""Beyond these no person can be told from the room [E]."""
_DIM_LUMA: Final = 80.0
"""Darker than this a camera may expose for so long that it gives fewer pictures [E]."""
_EXPOSED_SHARE: Final = 0.7
"""A camera that exposes for this share of the time between two pictures gives no more of them for want of light [E]."""
_HALF_TURNED_DEG: Final = 45.0
_UNDECIDED_DEG: Final = 10.0
"""Who was told to turn one way is told the other way only if turned so much further: nobody is sent to and fro [E]."""

_HEAD: Final = [mark.value for mark in Landmark if mark < Landmark.LEFT_SHOULDER]
_CHAINS: Final = {side: [BODY[side].shoulder, BODY[side].hip, BODY[side].knee, BODY[side].ankle] for side in SIDES}
_LOWEST: Final = {side: [BODY[side].ankle, BODY[side].heel, BODY[side].toe] for side in SIDES}


class Facing(StrEnum):
    """Roughly which way a person faces, as the camera sees it."""

    CAMERA = "camera"
    AWAY = "away"
    PICTURE_LEFT = "picture-left"
    PICTURE_RIGHT = "picture-right"


def facing_of(yaw_deg: float) -> Facing:
    """Return which way somebody faces who is turned by `yaw_deg` (see `ViewVerdict.yaw_deg`); the camera if NaN."""
    if not abs(yaw_deg) > _HALF_TURNED_DEG:
        return Facing.CAMERA
    if abs(yaw_deg) >= 180 - _HALF_TURNED_DEG:
        return Facing.AWAY
    return Facing.PICTURE_LEFT if yaw_deg > 0 else Facing.PICTURE_RIGHT


@dataclass(frozen=True)
class PersonInPicture:
    """Where one found person is in one picture; plain numbers, as all of this is asked of every frame."""

    x: list[float]
    """Of each landmark, px."""
    y: list[float]
    visibility: list[float]
    width_px: int
    height_px: int
    facing: Facing

    @classmethod
    def of(cls, pose: Pose, width_px: int, height_px: int, facing: Facing) -> PersonInPicture:
        """Return where the person of a pose is."""
        x, y = pose.image_px.T.tolist()
        return cls(x, y, pose.visibility.tolist(), width_px, height_px, facing)

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides of the body that must be seen: from the side the near one alone, otherwise both."""
        if self.facing is Facing.PICTURE_LEFT:
            return (Side.LEFT,)
        return (Side.RIGHT,) if self.facing is Facing.PICTURE_RIGHT else SIDES

    @property
    def stature_px(self) -> float:
        """How tall the person is in the picture (px).

        Put together from eyes to shoulders, trunk, thigh, shank and heel, so that somebody who bends does not shrink.
        """
        return max(self._height_px(side, self.top_px) for side in self.sides) / _EYE_HEIGHT

    @property
    def top_px(self) -> float:
        """The height of the eyes, or whatever is highest of the face (px from the top)."""
        return min(y for mark in _HEAD if math.isfinite(y := self.y[mark]))

    def _height_px(self, side: Side, eyes: float) -> float:
        chain = _CHAINS[side]
        rods = sum(math.hypot(self.x[a] - self.x[b], self.y[a] - self.y[b]) for a, b in pairwise(chain))
        return self.y[chain[0]] - eyes + rods + max(0.0, self.y[BODY[side].heel] - self.y[BODY[side].ankle])


def out_of_view(person: PersonInPicture) -> Ask | None:
    """Return what to do so that the whole body is seen (SU-1), None where it is.

    From the side only the near half of the body is needed. Of a foot either heel or toe will do: the camera sees one
    behind the other.
    """
    edge = _EDGE_SHARE * person.height_px
    feet = [person.y[mark] for side in person.sides for mark in _LOWEST[side]]
    feet_in = all(y <= person.height_px - edge for y in feet)
    head_in = person.top_px >= edge
    if not (feet_in or head_in):
        return SHOW_ALL
    if not feet_in:
        return SHOW_FEET
    if not head_in:
        return SHOW_HEAD
    return _off_centre(person) or _hidden(person)


def _off_centre(person: PersonInPicture) -> Ask | None:
    across = [person.x[mark] for side in person.sides for mark in (*_CHAINS[side], *_LOWEST[side])]
    room = _ROOM_HEIGHTS * person.stature_px
    left, right = min(across) >= room, max(across) <= person.width_px - room
    if left and right:
        return None
    if not (left or right):
        return SHOW_ALL
    return _step_aside(person.facing, to_picture_right=not left)


def _step_aside(facing: Facing, *, to_picture_right: bool) -> Ask:
    """Return how to say which way to go in the un-mirrored picture to somebody who faces that way.

    Somebody who faces the camera has their own left on the picture's right; in the mirrored picture that they see, it
    is on the left, so the figure with the arrow and the words agree.
    """
    if facing is Facing.CAMERA:
        return MOVE_LEFT if to_picture_right else MOVE_RIGHT
    if facing is Facing.AWAY:
        return MOVE_RIGHT if to_picture_right else MOVE_LEFT
    seen_mirrored = MOVE_LEFT if to_picture_right else MOVE_RIGHT
    return walks(seen_mirrored, forwards=to_picture_right is (facing is Facing.PICTURE_RIGHT))


def _hidden(person: PersonInPicture) -> Ask | None:
    visibility = person.visibility
    for side in person.sides:
        body: BodySide = BODY[side]
        if not (visibility[body.ankle] >= SCORED and max(visibility[body.heel], visibility[body.toe]) >= SCORED):
            return SHOW_FEET
    if all(visibility[mark] >= SCORED for side in person.sides for mark in _CHAINS[side]):
        return None
    return SHOW_LEGS


def wrong_distance(person: PersonInPicture) -> Ask | None:
    """Return what to do about the distance (SU-2): blocking where nothing good can come of it, otherwise advice.

    The share of the picture's height decides, not the pixels of a thigh: a camera with few pixels makes the error
    larger, which the measures carry themselves, and stepping closer would cut off the feet.
    """
    share = person.stature_px / person.height_px
    if share < _FAR_SHARE:
        ask = COME_CLOSER if share < _TOO_FAR_SHARE else COME_CLOSER.as_advice()
    elif share > _NEAR_SHARE:
        ask = STEP_BACK if share > _TOO_NEAR_SHARE else STEP_BACK.as_advice()
    else:
        return None
    return ask.measured(round(share, 2))


def wrong_light(mean_luma: float) -> Ask | None:
    """Return what to do about the light (SU-6) for a mean brightness of 0 to 255; NaN asks for nothing."""
    if mean_luma < _LEAST_LUMA:
        ask = MORE_LIGHT if mean_luma < _DARK_LUMA else MORE_LIGHT.as_advice()
    elif mean_luma > _MOST_LUMA:
        ask = LESS_LIGHT if mean_luma > _GLARE_LUMA else LESS_LIGHT.as_advice()
    else:
        return None
    return ask.measured(round(mean_luma))


def too_few_frames(camera: CameraFacts | None, mean_luma: float) -> Ask:
    """Return what to do about too few pictures a second: about the light, the camera or the computer.

    Parameters
    ----------
    camera
        How it does; None where that is not known.
    mean_luma
        Mean brightness, 0 to 255. Cameras brighten a dark room by exposing longer, so that the exposure tells more.
    """
    if camera is None:
        return LIGHT_FOR_CAMERA if mean_luma < _DIM_LUMA else FEW_FRAMES
    if camera.fps >= LEAST_FPS:
        return SLOW_COMPUTER
    exposed_share = None if camera.exposure_ms is None else camera.exposure_ms * camera.fps / 1000
    dark = mean_luma < _DIM_LUMA if exposed_share is None else exposed_share >= _EXPOSED_SHARE
    return LIGHT_FOR_CAMERA if dark else SLOW_CAMERA


def beside_the_middle(person: PersonInPicture) -> Ask | None:
    """Return advice on where to stand when the place in the picture costs accuracy, None where it does not."""
    focal_px = FOCAL_LONG_SIDES * max(person.width_px, person.height_px)
    hips = sum(person.x[BODY[side].hip] for side in SIDES) / len(SIDES)
    off = math.degrees(math.atan2(hips - person.width_px / 2, focal_px))
    if not abs(off) > BESIDE_DEG:
        return None
    return _step_aside(person.facing, to_picture_right=off < 0).as_advice().measured(round(off, 1))


def wrong_camera_height(person: PersonInPicture) -> Ask | None:
    """Return advice where the hips are far from the middle of the picture's height (SU-4)."""
    row = sum(person.y[BODY[side].hip] for side in person.sides) / len(person.sides) / person.height_px
    if row < _HIGHEST_HIPS:
        return RAISE_CAMERA.measured(round(row, 2))
    return LOWER_CAMERA.measured(round(row, 2)) if row > _LOWEST_HIPS else None


def tilted(person: PersonInPicture) -> Ask | None:
    """Return advice where shoulders, hips and ankles of a person seen from the front are tilted alike (SU-3).

    The middle of the three tilts counts: one of them alone is a posture. From the side nothing in a person tells a
    tilted camera from a lean.
    """
    tilts = []
    for joint in ("shoulder", "hip", "ankle"):
        left, right = (getattr(BODY[side], joint) for side in SIDES)
        run = abs(person.x[left] - person.x[right])
        tilts.append(math.degrees(math.atan2(person.y[right] - person.y[left], run)))
    roll = sorted(tilts)[1]
    return LEVEL_CAMERA.measured(round(roll, 1)) if abs(roll) > ROLL_LOW_DEG else None


def wanted_view(found: ViewVerdict, told: ViewKind | None, before: ViewKind | None = None) -> ViewKind:
    """Return the view somebody is to turn to: the one that was told, otherwise the nearer one.

    Parameters
    ----------
    found
        The view as it is; its turn must be known.
    told
        The view that was asked for, None if there is none.
    before
        What this returned for the last picture: it is kept near the middle between the two.
    """
    if told in (ViewKind.FRONT, ViewKind.SIDE):
        return told
    limit = {ViewKind.FRONT: _UNDECIDED_DEG, ViewKind.SIDE: -_UNDECIDED_DEG}.get(before, 0.0) if before else 0.0
    return ViewKind.FRONT if _off_front_deg(found) < _HALF_TURNED_DEG + limit else ViewKind.SIDE


def _off_front_deg(view: ViewVerdict) -> float:
    return min(abs(view.yaw_deg), 180 - abs(view.yaw_deg))


def wrong_view(found: ViewVerdict, wanted: ViewKind, stands: Side | None) -> Ask | None:
    """Return what to do about the view (SU-5).

    Parameters
    ----------
    found
        The view over the last second; its turn must be known.
    wanted
        Front or side.
    stands
        The leg that stands in a step-down, which must be the near one from the side; None where it does not matter.
    """
    yaw = round(found.yaw_deg, 1)
    turn = FACE_CAMERA if wanted is ViewKind.FRONT else TURN_SIDEWAYS
    if found.kind is not wanted:
        return turn.measured(yaw)
    if found.kind is ViewKind.SIDE and stands is not None and found.near_leg is not stands:
        return TURN_OTHER_SIDE.measured(yaw)
    limit = FRONT_LOW_DEG if wanted is ViewKind.FRONT else SIDE_OK_DEG
    if turn_off_view_deg(found) > limit or not found.facing_camera:
        return turn.as_advice().measured(yaw)
    return None


def asks_of_picture(person: PersonInPicture, *, from_front: bool) -> Iterator[Ask]:
    """Give what one picture of a person asks for: whole body, distance, place, camera height, and level from the front.

    All but the first are asked for only of somebody who is wholly in view.
    """
    ask = out_of_view(person)
    if ask is not None:
        yield ask
        return
    level = tilted(person) if from_front else None
    checks = (wrong_distance(person), beside_the_middle(person), wrong_camera_height(person), level)
    yield from (each for each in checks if each is not None)
