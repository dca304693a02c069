"""What a validation proves and what it does not, in plain words; and how its numbers are written."""

from __future__ import annotations

import math
from typing import Final

from formcheck.exercises.words import NOT_MEASURED, counted
from formcheck.kinematics.measures.units import split_unit, unit_of
from formcheck.validation.study import Study

_FEW_PEOPLE: Final = 10
_FEW_PAIRS: Final = 30

RENDERED_TEXTS: Final = (
    "These clips show rendered people, whose joints and angles are exactly known. They can show whether the geometry, "
    "the counting of reps, the timing, the views and the refusals are right, and how far the pose model's landmarks "
    "are off on a body whose joints are known.",
    "They cannot show how real knees, clothes and rooms look, and they prove no clinical validity: nothing here was "
    "tested on patients. The joint centres of the rendered bodies are anatomical to 1 to 2 cm, and 2 cm at the hip is "
    "about 2.5° of knee flexion, so a bias under 3° from the side proves nothing about real people.",
    "formcheck was developed with these clips at hand. On other people, rooms and cameras expect larger errors, and "
    "intervals that hold less often.",
)
OWN_TEXTS: Final = (
    "These figures hold for this camera, this room and people like those filmed, compared with the truths in the "
    "folder. They are only as good as those truths: joints marked by hand in a picture repeat to about 1 to 2° at "
    "best, and less well from one marker to the next, so differences of that size may be the truth's and not "
    "formcheck's.",
    "A hand-marked angle is an angle in the picture, without what perspective does to it; formcheck takes perspective "
    "and the known lean of its landmarks out, which from the front can be a true difference of 2 to 3° with the knee "
    "bent.",
)
DEPENDENCE_TEXT: Final = (
    "Repeated reps of one person, and still more the frames of one rep, are not independent. The intervals are "
    "computed as if they were, so with few people the true ones are wider. That is why the number of clips and of "
    "people stands beside every n, and the mean over clips and the worst clip beside every error."
)
DEFINITIONS: Final = (
    ("Difference", "formcheck minus truth, of one value of one rep, or of one frame."),
    ("MAE, RMSE", "Mean of the absolute differences; root of the mean of their squares."),
    ("Bias", "Mean difference: what is wrong in the same direction every time."),
    (
        "Limits of agreement",
        "Bias ± 1.96 standard deviations: 95 % of single differences lie between them (Bland and Altman 1986, 1999). "
        "In brackets: how far off each limit itself may be, from so few values (95 % interval).",
    ),
    (
        "ICC(2,1)",
        "Intraclass correlation, two-way random effects, absolute agreement, single measurement (Shrout and Fleiss "
        "1979), with its 95 % interval (McGraw and Wong 1996). It depends on how different the reps are: where all are "
        "alike it is low however small the errors.",
    ),
    (
        "SEM, MDC95",
        "Standard error of measurement, the root of the residual mean square (Weir 2005), and the minimal detectable "
        "change 1.96 × √2 × SEM. This SEM is of formcheck and truth together in one recording; how much a person "
        "changes from day to day comes on top.",
    ),
    (
        "Interval holds",
        "How often the 95 % interval that formcheck states for a rep holds the truth; it should be 95 %. In brackets "
        "the 95 % interval of that share (Wilson 1927).",
    ),
    (
        "Phase times",
        "Start and end of a rep are where knee flexion crosses 10 % of its own range, start and end of its bottom "
        "where it crosses 90 %.",
    ),
    ("Cover", "Share of the frames in reps for which there is a value."),
)


def texts_of(study: Study) -> tuple[str, ...]:
    """Return what this validation can and cannot prove, a paragraph each."""
    texts = [*(RENDERED_TEXTS if study.rendered else OWN_TEXTS), DEPENDENCE_TEXT]
    if not study.rendered:
        texts.append(_how_much_there_is(study))
    return tuple(texts)


def _how_much_there_is(study: Study) -> str:
    clips, people = len(study.compared), study.people
    if people is None:
        who = (
            f"Nobody said how many people these {counted(clips, 'clip')} show: write it into the column person of "
            "clips.csv."
        )
    else:
        who = f"These are {counted(clips, 'clip')} of {_people(people)}."
    most = max((group.agreement.n for group in study.overall), default=0)
    if people is not None and people >= _FEW_PEOPLE and most >= _FEW_PAIRS:
        return who
    return (
        f"{who} With fewer than {_FEW_PEOPLE} people the limits of agreement are loose: a first look at a room, no "
        "more. COSMIN calls fewer than 30 people poor and 50 or more good (Terwee 2012)."
    )


def _people(n: int) -> str:
    return "1 person" if n == 1 else f"{n} people"


def number(measure: str, value: float, *, signed: bool = False) -> str:
    """Write a value without its unit, one place finer than people are shown it; a dash where there is none."""
    if not math.isfinite(value):
        return NOT_MEASURED
    decimals = {"deg": 1, "pct": 1, "s": 2, "count": 1}.get(split_unit(measure)[1], 3)
    text = f"{round(value, decimals) + 0.0:{'+' if signed else ''}.{decimals}f}"
    return text.replace("-", "−")


def with_unit(measure: str, value: float, *, signed: bool = False) -> str:
    """Write a value with its unit: `1.3°`, `+0.4 %`."""
    text = number(measure, value, signed=signed)
    return text if text == NOT_MEASURED else f"{text}{unit_of(measure).symbol}"


def percent(share: float) -> str:
    """Write a share, 0 to 1, in percent; a dash where there is none."""
    return f"{100 * share:.0f} %" if math.isfinite(share) else NOT_MEASURED
