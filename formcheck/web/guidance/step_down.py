"""The step-down, for people."""

from __future__ import annotations

from typing import Final

from formcheck.web.guidance.content import Basis, Origin, Pictures, Points, Step, Steps, Text, Topic

STEP_DOWN: Final = Topic(
    key="step-down",
    name="Step-down",
    exercise="step-down",
    blocks=(
        Text(
            (
                "You stand on a low step on one leg and lower the other heel to the floor. It is like going down a "
                "stair in slow motion, and harder than a wall squat: one leg carries you.",
                "Use a solid step on a clear floor that is not slippery, with a rail or the back of a heavy chair "
                "within reach.",
            )
        ),
        Steps(
            "Step by step",
            (
                Step(
                    "Stand on the step",
                    "The leg you train stands near the edge, its foot pointing straight ahead. The other foot is free. "
                    "Hands on your hips, a hand-hold close by.",
                    "step-down-stand",
                ),
                Step(
                    "Lower yourself slowly",
                    "Take 2 to 3 seconds. Bend the standing knee and let your hips go back a little. The standing heel "
                    "stays heavy on the step.",
                    "step-down-lower",
                ),
                Step(
                    "Touch, do not land",
                    "The free heel just touches the floor. Put no weight on it and do not push off.",
                    "step-down-touch",
                ),
                Step(
                    "Rise",
                    "Straighten the standing leg steadily, in a second or more, until you stand tall again.",
                    "step-down-rise",
                ),
            ),
        ),
        Pictures(
            "The standing knee from the front",
            (
                Step(
                    "This way",
                    "The knee stays above the second toe and the belt line stays level.",
                    "step-down-knee-good",
                ),
                Step(
                    "Not this way",
                    "The knee falls inward, the free side of the pelvis drops, the body leans over.",
                    "step-down-knee-wrong",
                ),
            ),
        ),
        Points(
            "How much",
            (
                "Start with a step of 10 cm. Later 15 cm, then 20 cm: one change at a time.",
                "About 45° of knee bend is the usual aim at first. On higher steps it comes to 45 to 60°.",
                "The guidance gives no number of reps for step-downs: take the one your clinician gave you.",
            ),
        ),
    ),
    origins=(
        Origin("Step-downs as an exercise, slow and controlled", (Basis.GUIDANCE,)),
        Origin(
            "Hands on hips, heel lightly to the floor and back", (Basis.STUDY,), "the lateral step-down test: Piva 2006"
        ),
        Origin("Hand-hold within reach, clear floor, solid step", (Basis.DEFAULT,)),
        Origin("Steps of 15 and 20 cm", (Basis.STUDY,), "those of the published tests"),
        Origin("Starting at 10 cm", (Basis.DEFAULT,)),
        Origin("About 45° of knee bend", (Basis.STUDY,), "Chinkulprasert 2011"),
        Origin("2 to 3 s down, 1 s or more up", (Basis.DEFAULT,)),
        Origin("Knee above the second toe", (Basis.STUDY,), "Ageberg 2010; the step-down test"),
        Origin("Pelvis level, body upright", (Basis.STUDY,), "Nakagawa 2012"),
    ),
)
