"""What the guidance says: filming, numbers, safety, moving on; the rest is in `texts/` and with each exercise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from formcheck.exercises.catalogue.basis import Basis, Origin
from formcheck.exercises.catalogue.exercise import exercises
from formcheck.exercises.catalogue.guide import (
    MEASURED_GROUP,
    Alert,
    GuideStep,
    GuideTable,
    Pictures,
    Points,
    Text,
    Topic,
    guide_of,
    read_figure,
    read_topic,
)
from formcheck.exercises.catalogue.guided import Group, guided_exercises
from formcheck.exercises.words import sentence_case
from formcheck.report.safety import NOT_A_DEVICE, SEE_NOW, SEE_SOON, SMALL_CHANGES, STOP_RULE
from formcheck.web.shared.addresses import PRIVACY_TOPIC

_START: Final = "Start here"
_BODY: Final = "Muscles and joints"
_DAY: Final = "Every day and sport"
_APP: Final = "Camera and numbers"
_GROUPS: Final = (_START, MEASURED_GROUP, *Group, _BODY, _DAY, _APP)
"""In the order of the page."""
_TEXTS: Final = (
    "maltracking",
    "expect",
    "myths",
    "inner-thigh",
    "outer-thigh",
    "hips",
    "mobility",
    "balance",
    "daily-life",
    "pacing",
    "flare-up",
    "sport",
    "maintenance",
)
"""The pages that are files in `texts/`, in the order within their groups."""


def _figure(name: str) -> str:
    return read_figure(resources.files(__package__), name)


FILMING: Final = Topic(
    key="filming",
    name="Filming",
    group=_APP,
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


NUMBERS: Final = Topic(
    key="numbers",
    name="The numbers",
    group=_APP,
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


PROGRESS: Final = Topic(
    key="progress",
    name="Moving on",
    group=_DAY,
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


SAFETY: Final = Topic(
    key="safety",
    name="Before you start",
    group=_START,
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


_PICTURES: Final = (
    "Where your browser can find your joints itself, your pictures stay on your device. It sends numbers to the "
    "computer that runs formcheck: where your joints are and which of them are covered, how many people are in view, "
    "how bright each picture is and whether it repeats the one before, and once a set the name of your browser, what "
    "finds the joints in it, and how well and how fast that did when it tried itself out.",
    "Where it cannot, small pictures go to the computer that runs formcheck, over your network. It finds the joints "
    "and forgets each picture at once: they are in its memory for moments, and on no disk unless you keep the video.",
    "It may change during a set, from your device to pictures that are sent, and only if you did not forbid it: the "
    "page says so at once, and the result says it under where the pose was found.",
    "In a remote session your clinician sees your camera and hears you. That goes from browser to browser, encrypted, "
    "maybe through a relay, which cannot read it. Still pictures are taken and kept only with your consent, "
    "and the call is recorded only while everybody in it agrees.",
    "Nobody else gets anything: formcheck counts no visitors and shows no advertisements, and it asks no other "
    "computer but those that whoever runs it set up, such as one for logins, and the one from which it installs its "
    "models. Nothing of your pictures goes there.",
)
_KEPT: Final = (
    "No video is kept unless you tick “Keep the video of this set”. Where the pictures stay on your device, so does "
    "the video: you download it, give it to the record or delete it, and after seven days it is deleted when you are "
    "here again. Where pictures are sent, the video stays on the computer that runs formcheck for two hours at most, "
    "unless you keep the set.",
    "A set that you keep goes into the records on the computer that runs formcheck: joints over time, results, your "
    "answers about pain, and its video if you gave it. Who runs that computer, and the clinicians with a login there, "
    "can see it. Ask them to show, export or erase what is yours.",
    "Where your browser finds your joints, a set is kept on your device while it is done, without pictures, so that a "
    "lost network costs nothing. It is gone from there as soon as it is measured or you delete it; what you leave "
    "there is deleted after seven days, when you are here again.",
    "Beside that your browser remembers that you read the safety texts, on which days you did sets, and which way of "
    "finding joints is fast enough on it. That stays in it.",
    "A video that you upload goes to the computer that runs formcheck. There you choose whether the video is kept or "
    "the joints alone.",
)
"""What is kept, where, and for how long."""


def privacy_texts() -> tuple[str, ...]:
    """Return every paragraph of where pictures go and what is kept, in order; README.md says the same."""
    return (*_PICTURES, *_KEPT)


PRIVACY: Final = Topic(
    key=PRIVACY_TOPIC,
    name="Your pictures",
    group=_APP,
    blocks=(Points("Where they go", _PICTURES), Points("What is kept, and where", _KEPT)),
    origins=(Origin("Where pictures go, and what is kept", (Basis.DEFAULT,), "how formcheck is made"),),
)


@cache
def _read_texts() -> tuple[Topic, ...]:
    here = resources.files(__package__)
    return tuple(read_topic(here, here / "texts" / f"{key}.toml") for key in _TEXTS)


def topics() -> tuple[Topic, ...]:
    """Return every topic in the order of the page, safety before all."""
    told = (*exercises(), *guided_exercises())
    found = (SAFETY, *(guide_of(name) for name in told), *_read_texts(), PROGRESS, FILMING, NUMBERS, PRIVACY)
    return tuple(sorted(found, key=lambda topic: _GROUPS.index(topic.group)))


def groups() -> Mapping[str, tuple[Topic, ...]]:
    """Return the topics by the heading that they stand under."""
    return {group: tuple(topic for topic in topics() if topic.group == group) for group in _GROUPS}


def topic_named(key: str) -> Topic | None:
    """Return the topic of an address, None where there is none."""
    return next((topic for topic in topics() if topic.key == key), None)
