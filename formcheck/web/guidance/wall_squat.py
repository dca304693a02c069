"""The wall squat, for people."""

from __future__ import annotations

from typing import Final

from formcheck.web.guidance.content import Basis, Origin, Pictures, Points, Step, Steps, Text, Topic

WALL_SQUAT: Final = Topic(
    key="wall-squat",
    name="Wall squat",
    exercise="wall-squat",
    blocks=(
        Text(
            (
                "You lean on a wall and slide down a little, with a soft ball between your knees. It trains the front "
                "of the thighs while the wall keeps your back upright.",
                "If you were given two easier exercises with the ball first, one sitting and one lying, be sure of "
                "those before you start this one.",
            )
        ),
        Steps(
            "Step by step",
            (
                Step(
                    "Lean on the wall",
                    "Back against the wall, heels about 10 cm in front of it: the width of a hand. Toes point forward.",
                    "wall-squat-stand",
                ),
                Step(
                    "Feet and ball",
                    "Feet as wide apart as your hips. Hold the ball between your knees and squeeze it gently with "
                    "knees and buttocks, from now until the end of the rep.",
                    "wall-squat-squeeze",
                ),
                Step(
                    "Slide down slowly",
                    "Take 2 to 3 seconds. Your back stays on the wall and your heels stay down. Go as far as is "
                    "comfortable, and no deeper than your target.",
                    "wall-squat-slide-down",
                ),
                Step(
                    "Hold for 3 seconds",
                    "Stay still, the same weight on both feet, knees over your second toes.",
                    "wall-squat-hold",
                ),
                Step(
                    "Slide up",
                    "Push the floor away and rise smoothly until you stand.",
                    "wall-squat-rise",
                ),
            ),
        ),
        Pictures(
            "Knees from the front",
            (
                Step("This way", "Each knee stands above the middle of its foot.", "wall-squat-knees-good"),
                Step("Not this way", "The knees drift together, inside the big toes.", "wall-squat-knees-wrong"),
            ),
        ),
        Points(
            "How much",
            (
                "10 to 20 reps, twice a day, unless your clinician told you otherwise.",
                "Start at 45° of knee bend or less. Later 60°, and 60 to 75° only without pain.",
                "formcheck warns beyond 75° and tells you to stop beyond 90°.",
                "With your feet this near to the wall, your heels want to lift beyond 60 to 75°. Putting the feet "
                "farther out is for your clinician to decide.",
            ),
        ),
        Points(
            "Worth knowing",
            (
                "The ball keeps your knees apart, so knees that come together mostly show that ball or stance do not "
                "fit: try a bigger ball or a narrower stance.",
                "Nobody can see how hard you squeeze, and no camera can either.",
            ),
        ),
    ),
    origins=(
        Origin("Back on the wall, feet hip-width, about 10 cm away, ball squeezed throughout", (Basis.GUIDANCE,)),
        Origin("Hold 3 s, 10 to 20 reps, twice a day, as far as comfortable", (Basis.GUIDANCE,)),
        Origin("The two easier ball exercises first", (Basis.GUIDANCE,)),
        Origin("2 to 3 s on the way down", (Basis.GUIDANCE, Basis.DEFAULT), "slow is the guidance's, the seconds ours"),
        Origin("Start at 45°, then 60°, then 60 to 75°", (Basis.STUDY, Basis.DEFAULT), "after Powers 2014"),
        Origin(
            "Warning beyond 75°, stop beyond 90°", (Basis.STUDY, Basis.DEFAULT), "load rises with depth: Powers 2014"
        ),
        Origin("Heels lift beyond 60 to 75° when the feet are this near", (Basis.GEOMETRY,)),
        Origin("Knee over the second toe", (Basis.STUDY,), "Ageberg 2010"),
        Origin("Ball and stance set how far apart the knees are", (Basis.GEOMETRY,)),
    ),
)
