"""The part of a report about the remote session in which a set was done: who was there, what was said, stills."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from formcheck.report.keyframes import KeyFrame
from formcheck.session.drawings import angle_deg

_LONG_SIDE_PX: Final = 900
_JPEG_QUALITY: Final = 85
_LINE_PX: Final = 3
_INK: Final = (30, 220, 255)
"""Blue, green, red: yellow, with a dark rim, is seen on skin, cloth and walls."""
_RIM: Final = (20, 20, 20)
_ANGLE_POINTS: Final = 3

MOMENTS: Final = {
    "set": "A set was done",
    "cue": "Cue: {}",
    "stop": "Stop",
    "mark": "Mark: {}",
    "good": "Good: {}",
    "pain": "Pain: {}",
    "look_again": "To look at again: {}",
}
"""How each kind of moment is said, with its text."""
ROLES: Final = {"owner": "clinician", "clinician": "clinician", "client": "client", "guest": "guest"}
"""What people in a session are called."""

Point = tuple[float, float]


@dataclass(frozen=True)
class StillDrawing:
    """An angle, a line or a text on a still, in its pixels."""

    kind: str
    points_px: tuple[Point, ...]
    text: str = ""


@dataclass(frozen=True)
class RemoteLine:
    """Something that was said or marked."""

    when: str
    """From the beginning of the set, such as `12.5 s`; empty where it is not known."""
    what: str
    by: str


@dataclass(frozen=True)
class RemoteStillPicture:
    """A still picture, with what is drawn on it."""

    caption: str
    alt: str
    frame: KeyFrame


@dataclass(frozen=True)
class RemotePart:
    """What a report says of the session."""

    facts: tuple[tuple[str, str], ...]
    """Each with its name."""
    lines: tuple[RemoteLine, ...]
    stills: tuple[RemoteStillPicture, ...]


def still_picture(jpeg: bytes, drawings: Sequence[StillDrawing], *, taken: str) -> RemoteStillPicture | None:
    """Return a still as a report shows it; None where the picture cannot be read.

    Parameters
    ----------
    jpeg
        The picture.
    drawings
        On it.
    taken
        When, and by whom.
    """
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        return None
    scale = min(1.0, _LONG_SIDE_PX / max(picture.shape[:2]))
    if scale < 1.0:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for drawing in drawings:
        points = np.rint(np.array(drawing.points_px) * scale).clip(-1e6, 1e6).astype(np.int32)
        if len(points) > 1:
            for colour, width in ((_RIM, _LINE_PX + 2), (_INK, _LINE_PX)):
                cv2.polylines(picture, [points.reshape(-1, 1, 2)], False, colour, width, cv2.LINE_AA)
        else:
            cv2.circle(picture, (int(points[0][0]), int(points[0][1])), _LINE_PX + 2, _INK, -1, cv2.LINE_AA)
    said = "; ".join(filter(None, (_in_words(each) for each in drawings)))
    caption = f"{taken}. {said}." if said else f"{taken}."
    height, width = picture.shape[:2]
    encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1].tobytes()
    return RemoteStillPicture(caption, f"Still picture. {caption}", KeyFrame(0, 0.0, encoded, width, height))


def _in_words(drawing: StillDrawing) -> str:
    if len(drawing.points_px) == _ANGLE_POINTS:
        angle = angle_deg(drawing.points_px)
        return "" if math.isnan(angle) else f"Angle {angle:.1f}°"
    return drawing.text
