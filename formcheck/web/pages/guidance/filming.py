"""How to place the camera, and what it can see."""

from __future__ import annotations

from importlib import resources
from typing import Final

from formcheck.exercises.catalogue.guide import (
    Basis,
    GuideStep,
    GuideTable,
    Origin,
    Pictures,
    Points,
    Text,
    Topic,
    read_figure,
)


def _figure(name: str) -> str:
    return read_figure(resources.files(__package__), name)


FILMING: Final = Topic(
    key="filming",
    name="Filming",
    blocks=(
        Text(
            (
                "One camera cannot measure everything at once. From the front it sees whether your knees stay over "
                "your feet. From the side it sees how deep you go. Film two sets if you want both.",
            )
        ),
        Pictures(
            "Where the camera goes",
            (
                GuideStep(
                    "Height",
                    "Between knee and hip, 50 to 90 cm above the floor, and level. A shelf or a stool will do; a hand "
                    "will not.",
                    _figure("camera-height"),
                ),
                GuideStep(
                    "From the front",
                    "2.5 to 3 m away, straight ahead. Toes point at the camera. For a step-down, line it up with the "
                    "standing knee.",
                    _figure("camera-front"),
                ),
                GuideStep(
                    "From the side",
                    "2.5 to 3 m away, square to you. The leg to be measured is the one nearer to the camera.",
                    _figure("camera-side"),
                ),
            ),
        ),
        Points(
            "For a good recording",
            (
                "Your whole body is in view, with some room above your head and below your feet.",
                "You are alone in the picture, and the camera does not move.",
                "The room is bright. A window behind the camera is good, a window behind you is not.",
                "You wear fitted shorts or leggings. Loose trousers hide the knees.",
                "Stand still for two seconds first: that is what the rest is compared with.",
                "Film at 720p or better, 25 frames a second or more. Every recent phone does.",
                "A selfie camera may store a mirror image, in which left and right change places. Say so when you "
                "upload it.",
            ),
        ),
        GuideTable(
            "What the camera can and cannot see",
            ("", "From the front", "From the side"),
            (
                ("Knee over foot, knee angle inward or outward", "yes", "no"),
                ("Depth: how far the knee bends", "no", "yes, of the near leg"),
                ("Body leaning sideways, pelvis dropping", "yes", "no"),
                ("Body leaning forward, heels lifting", "no", "yes"),
                ("Reps, tempo and holds", "yes", "yes"),
                ("Left compared with right", "yes, with care", "no"),
                ("Kneecap, muscles, pain, how hard you push or squeeze", "no", "no"),
            ),
        ),
        Points(
            "If it stands at an angle",
            (
                "From the side a little is forgiven: 15° off square makes the knee look at most 2° straighter than "
                "it is, 30° makes it 7°.",
                "From the front nothing is: 10° off makes the knee angle wrong by more than 11° in a half-deep squat. "
                "formcheck then leaves it out and says so.",
            ),
        ),
    ),
    origins=(
        Origin("2.5 to 3 m away", (Basis.STUDY, Basis.GEOMETRY), "the pose model was tested at 2 to 4 m"),
        Origin("50 to 90 cm high, level", (Basis.GEOMETRY, Basis.UNCHECKED)),
        Origin("Front and side show different things", (Basis.GEOMETRY,)),
        Origin("Fitted clothes", (Basis.STUDY,), "Cosoli 2026"),
        Origin("Bright room", (Basis.STUDY,), "Thomas: results changed with the light"),
        Origin("720p, 25 frames a second", (Basis.GEOMETRY, Basis.DEFAULT)),
        Origin("What an angled camera does, side and front", (Basis.GEOMETRY,)),
        Origin("Two seconds of standing still", (Basis.DEFAULT,)),
    ),
)
