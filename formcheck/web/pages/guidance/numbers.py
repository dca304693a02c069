"""What the measured numbers mean."""

from __future__ import annotations

from typing import Final

from formcheck.exercises.catalogue.guide import Basis, GuideTable, Origin, Points, Text, Topic

NUMBERS: Final = Topic(
    key="numbers",
    name="The numbers",
    blocks=(
        Text(
            (
                "formcheck finds your joints in each picture and measures angles and distances between them. These are "
                "the three that matter most.",
            )
        ),
        GuideTable(
            "The three main numbers",
            ("", "What it is", "How to read it"),
            (
                (
                    "Knee flexion",
                    "How far the knee bends, seen from the side.",
                    "0° is a straight leg, 90° a right angle.",
                ),
                (
                    "Knee over foot (KMF)",
                    "How far the knee is inward of the tip of the foot, seen from the front, in percent of the length "
                    "of the leg.",
                    "0 is above the foot. Above 0 is inward. 1 % is a little less than a centimetre.",
                ),
                (
                    "Knee alignment (FPPA)",
                    "The angle between thigh and shin, seen from the front. In full: frontal plane projection angle.",
                    "0° is a straight line. Above 0 the knee points inward, below 0 outward.",
                ),
            ),
        ),
        Points(
            "The ± behind a number",
            (
                "“14 ± 5°” means: with 95 % certainty the angle was between 9° and 19°. It grows when the camera "
                "stands at an angle or a joint is hard to see.",
                "A dash means not measured. It is never a zero, and the report says why.",
                "Compare yourself with yourself, filmed the same way. There is no proven limit between a good and a "
                "bad knee angle.",
                "From one day to another, knee alignment has to change by more than 9° to mean anything; within one "
                "session by more than 6°.",
                "Knees are judged by the knee angle from the front. Natural toe-out puts a straight knee inward of the "
                "tip of the foot too, so knee over foot is shown and not judged.",
                "A knee angle that other numbers contradict is never called a fault: one that the knee had in standing "
                "already, or while the knee moves outward over the foot.",
            ),
        ),
        Points(
            "Good, caution, fault",
            (
                "Good: within the band of this exercise. Nothing to change.",
                "Caution: outside it, by little. Named in the report, and now and then while you move.",
                "Fault: well outside, and more than the measurement is likely to be wrong by. Then you hear one cue.",
            ),
        ),
        Text(
            (
                "Straighter knees are not the aim for their own sake. Studies disagree on whether correcting alignment "
                "eases pain, and there is advice against looking at it too much. So pain and load come first, and the "
                "cues get fewer from session to session.",
            )
        ),
    ),
    origins=(
        Origin("FPPA: how it is drawn and signed", (Basis.STUDY,), "Willson & Davis 2008; Munro 2012"),
        Origin("Knee over foot", (Basis.STUDY,), "Ageberg 2010"),
        Origin("1 % of leg length in centimetres", (Basis.GEOMETRY,), "a leg of 80 to 90 cm"),
        Origin("More than 9° between days", (Basis.STUDY,), "smallest real change 7.5 to 8.9°: Munro 2012"),
        Origin("More than 6° within a session", (Basis.STUDY, Basis.DEFAULT), "twice the error of measurement"),
        Origin("No proven limit", (Basis.STUDY,), "Straub & Powers 2022"),
        Origin("Knees are judged by FPPA", (Basis.STUDY,), "Ageberg 2010; knee over foot measured on rendered people"),
        Origin("What contradicts a knee angle", (Basis.GEOMETRY, Basis.DEFAULT), "the camera's angle; the own stance"),
        Origin("Correcting alignment and pain", (Basis.STUDY,), "Ferlito 2024 for; Salsich 2012 against"),
        Origin("Advice against watching alignment", (Basis.UNCHECKED,), "Willy 2019, a guideline for knee pain"),
    ),
)
