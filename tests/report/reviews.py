"""Reviews of the made-up person's sets, and a PDF reader that is not the writer."""

from __future__ import annotations

import dataclasses
import datetime
import io
import re

import pypdf

from formcheck.kinematics.estimate import Estimate
from formcheck.pose.landmarks import Landmark, Side
from formcheck.report.client_details import ClientDetails
from formcheck.session.assessment import Assessment, Plan
from formcheck.session.corrections import Correction, ExcludeRep, MoveLandmark, ReviewedSet, SetRepTimes
from formcheck.session.request import SetRequest

from .synthetic import assess

MADE_AT = datetime.datetime(2026, 3, 4, 14, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
CORRECTIONS = (
    Correction("c1", "Dr Rivera", MADE_AT, MoveLandmark(Landmark.LEFT_KNEE, 12.0, 455.25, 300.5, 11.5, 12.5)),
    Correction("c2", "P. Weber", MADE_AT, SetRepTimes(17.0, 16.0, 17.8, 21.15, 22.35)),
    Correction("c3", "Dr Rivera", MADE_AT, ExcludeRep(4.0, "practice rep")),
    Correction("c4", "Dr Rivera", MADE_AT, SetRequest(exercise="wall-squat", leg=Side.LEFT)),
)
DETAILS = ClientDetails(
    name="Anna K.",
    number="17",
    birth_date=datetime.date(1980, 5, 17),
    birth_year=1980,
    symptoms="left",
    recorded_on=datetime.date(2026, 3, 3),
    clinician="Dr Rivera",
    note="You did well today.\n\nKeep the heel down.",
    pain_before=2,
    pain_during=3,
    pain_after=1,
    plan=Plan(reps=10, target_depth_deg=45, hold_s=3),
    sessions_a_day=2,
    next_steps="Use a mirror.",
)


def corrected_set(automatic: Assessment | None = None) -> ReviewedSet:
    """Review a set: rep 1 left out, the left FPPA of rep 2 put at 7° (it was 14°), rep 3 begun 0.2 s earlier."""
    automatic = automatic or assess()
    first, second, third, cut = automatic.reps
    measures = dict(second.measures)
    measures["fppa_deg"] = {**measures["fppa_deg"], "left": Estimate(7.0, 3.1)}
    reps = (
        dataclasses.replace(first, excluded=True),
        dataclasses.replace(second, measures=measures),
        dataclasses.replace(third, start_s=16.0),
        cut,
    )
    corrected = dataclasses.replace(
        automatic, reps=reps, findings=tuple(f for f in automatic.findings if f.rep != first.index)
    )
    return ReviewedSet(automatic, corrected, CORRECTIONS)


def as_measured(assessment: Assessment | None = None) -> ReviewedSet:
    """Return a set that nobody corrected."""
    return ReviewedSet(assessment or assess(), None)


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of each page of a PDF, single spaces between words."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    texts = (page.extract_text().replace("\N{ZERO WIDTH SPACE}", "") for page in reader.pages)
    return [re.sub(r"\s+", " ", text) for text in texts]


def text_of(pdf: bytes) -> str:
    """Return the whole text of a PDF, single spaces between words."""
    return " ".join(pages_of(pdf))
