"""When to stop, when to see somebody, and who should ask first."""

from __future__ import annotations

from typing import Final

from formcheck.exercises.catalogue.guide import Alert, Basis, GuideTable, Origin, Points, Text, Topic
from formcheck.report.safety import NOT_A_DEVICE, SEE_NOW, SEE_SOON, SMALL_CHANGES, STOP_RULE
from formcheck.report.words import sentence_case

SAFETY: Final = Topic(
    key="safety",
    name="Before you start",
    blocks=(
        Text((NOT_A_DEVICE, SMALL_CHANGES)),
        Alert(
            "Do not exercise, and see a clinician now, if",
            tuple(sentence_case(sign) for sign in SEE_NOW),
            urgent=True,
        ),
        Alert("See a clinician soon if", tuple(sentence_case(sign) for sign in SEE_SOON)),
        Points(
            "Ask first if",
            (
                "You had surgery or a broken bone lately.",
                "You are pregnant.",
                "You get dizzy, or your balance is not good.",
                "You have a disease of the nerves or the brain.",
                "You were told not to squat, or nobody has cleared you for it yet.",
                "You are under 16: the numbers here are those of adults.",
            ),
        ),
        GuideTable(
            "Pain, from 0 (none) to 10 (worst)",
            ("When", "How much", "What to do"),
            (
                ("Before", "5 or more", "No session today. Ask your clinician."),
                ("During", "0 to 2", "Go on."),
                (
                    "During",
                    "more than 2, up to 5",
                    "You may go on, but not further than last time. Go 15° less deep or take a lower step.",
                ),
                (
                    "During",
                    "more than 5",
                    "Stop the set. Next time 15° less than the last depth that did not hurt, or a step 5 cm lower, and "
                    "half the reps.",
                ),
                (
                    "After",
                    "still more than 1 above your usual after an hour or the next morning, or a swollen knee",
                    "Do one level less next time. If it happens twice in a row, ask your clinician.",
                ),
            ),
            lead=STOP_RULE,
        ),
        Points(
            "Around you",
            (
                "A clear, dry floor and shoes that grip, or bare feet. Note which: it changes the numbers.",
                "Something firm to hold within reach, for step-downs above all.",
                "Your video is analysed where formcheck runs. It goes nowhere else unless you share it.",
            ),
        ),
    ),
    origins=(
        Origin("Signs to see a clinician now or soon", (Basis.STUDY,), "patient pages of NHS services"),
        Origin("Pain behind the knee is something else", (Basis.GUIDANCE,)),
        Origin("Ask first", (Basis.DEFAULT,)),
        Origin(
            "Up to 2 is comfortable, 5 is the limit",
            (Basis.STUDY, Basis.UNCHECKED),
            "patient education pages; Thomeé 1997",
        ),
        Origin("Stop above 5", (Basis.STUDY,), "rule of a running trial"),
        Origin("Settled within an hour, no worse next morning", (Basis.STUDY,), "patient education pages"),
        Origin("15° less, 5 cm lower, half the reps", (Basis.DEFAULT,)),
        Origin("Small changes mean nothing", (Basis.STUDY,), "Munro 2012"),
    ),
)
