"""How the exercises get harder, as information: a clinician sets the pace."""

from __future__ import annotations

from typing import Final

from formcheck.exercises.catalogue.guide import Basis, GuideTable, Origin, Points, Text, Topic

PROGRESS: Final = Topic(
    key="progress",
    name="Moving on",
    blocks=(
        Text(
            (
                "A common order, from easy to hard. formcheck shows it as information and never moves you on by "
                "itself: that is for you and your clinician.",
            )
        ),
        GuideTable(
            "From easy to hard",
            ("Level", "What you do", "Before you go on to it"),
            (
                ("W0", "The ball exercises sitting and lying", "–"),
                ("W1", "Wall squat to 30°, 10 reps, holding 3 s", "W0 is easy"),
                ("W2", "Wall squat to 45°", "the rule below"),
                ("W3", "Wall squat to 60°", "the rule below"),
                ("W4", "Wall squat to 60–75°", "the rule below, and heels down"),
                ("S1", "Step-down, step of 10 cm", "the rule below"),
                ("S2", "Step-down, step of 15 cm", "the rule below"),
                ("S3", "Step-down, step of 20 cm", "the rule below"),
                ("S4", "Step-down against resistance", "the rule below; formcheck cannot judge the load"),
            ),
        ),
        Points(
            "One level up when",
            (
                "in three sessions in a row pain was 2 or less, and gone back to your usual within an hour and by the "
                "next morning, and",
                "all reps were done, at least 8 in 10 of them without a fault.",
            ),
            lead="Change one thing at a time: depth, height of the step or number of reps.",
        ),
        Points(
            "One level down when",
            (
                "pain went above 5, or",
                "it had not settled after an hour or by the next morning, or the knee was swollen.",
            ),
        ),
        Points(
            "What to expect",
            (
                "Nothing happens at once. Give it weeks, and keep a log.",
                "Look back every 4 to 6 weeks, later every few months: same camera place, same clothes.",
                "If nothing is better after a few weeks, see a clinician.",
            ),
        ),
    ),
    origins=(
        Origin("The order, the gates and the way back", (Basis.DEFAULT,), "for a clinician to sign or change"),
        Origin("Ball exercises first; depth grows without more pain", (Basis.GUIDANCE,)),
        Origin("Step-downs later against resistance", (Basis.GUIDANCE,)),
        Origin("Steps of 15 and 20 cm", (Basis.STUDY,), "those of the published tests"),
        Origin("No instant result, keeping a log, looking again every few months", (Basis.GUIDANCE,)),
        Origin("Every 4 to 6 weeks", (Basis.DEFAULT,)),
    ),
)
