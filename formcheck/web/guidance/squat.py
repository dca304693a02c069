"""The plain squat, for people."""

from __future__ import annotations

from typing import Final

from formcheck.web.guidance.content import Basis, Origin, Pictures, Points, Step, Text, Topic

SQUAT: Final = Topic(
    key="squat",
    name="Squat",
    exercise="squat",
    blocks=(
        Text(
            ("A squat away from the wall. It asks more of your balance and of your ankles than the wall squat does.",)
        ),
        Pictures(
            "What to aim for",
            (
                Step(
                    "From the side",
                    "Feet hip-width apart. Hips go back, chest stays over your feet, heels stay down.",
                    "squat",
                ),
                Step("From the front", "Each knee stands above the middle of its foot.", "wall-squat-knees-good"),
            ),
        ),
        Points(
            "How much",
            (
                "Stay between standing and 45° of knee bend at first: there a squat loads the kneecap least.",
                "Go down slowly, in 2 to 3 seconds, and only as deep as is comfortable.",
            ),
        ),
    ),
    origins=(
        Origin("Least load between 45° and standing", (Basis.STUDY,), "Powers 2014"),
        Origin("Slow, as far as comfortable, feet hip-width", (Basis.GUIDANCE,)),
        Origin("2 to 3 s", (Basis.DEFAULT,)),
        Origin("Heels down, chest over the feet", (Basis.GEOMETRY, Basis.DEFAULT)),
    ),
)
