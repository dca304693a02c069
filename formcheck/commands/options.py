"""Arguments that several commands take, and what they are turned into."""

from __future__ import annotations

import datetime
import math
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from formcheck.commands.arguments import WrongArgument
from formcheck.errors import RubricError
from formcheck.exercises.plan import LIMITS
from formcheck.moments import day_text
from formcheck.report.csv_file import CsvDialect

if TYPE_CHECKING:
    from formcheck.cluster.video_job import WantedResults
    from formcheck.exercises.plan import Plan
    from formcheck.exercises.rubric import Rubric
    from formcheck.kinematics.view import ViewKind
    from formcheck.pose.landmarks import Side
    from formcheck.pose.people import Region
    from formcheck.session.request import SetRequest


class LegChoice(StrEnum):
    """Which leg does the exercise; `auto` finds it."""

    LEFT = "left"
    RIGHT = "right"
    AUTO = "auto"

    @property
    def side(self) -> Side | None:
        """The leg; None to find it."""
        from formcheck.pose.landmarks import Side

        return None if self is LegChoice.AUTO else Side(self.value)


class ViewChoice(StrEnum):
    """Where the camera stands; `auto` finds it."""

    FRONT = "front"
    SIDE = "side"
    AUTO = "auto"

    @property
    def kind(self) -> ViewKind | None:
        """The view; None to find it."""
        from formcheck.kinematics.view import ViewKind

        return None if self is ViewChoice.AUTO else ViewKind(self.value)


class Sex(StrEnum):
    """Whose bands to use where studies give them for each sex."""

    FEMALE = "female"
    MALE = "male"


def _finite(value: float | None) -> float | None:
    """Refuse `nan` and `inf`, which Python takes for numbers."""
    if value is not None and not math.isfinite(value):
        raise WrongArgument("give a number.")
    return value


def _within(field: str) -> dict[str, Any]:
    """Return the limits of a number of a plan, as an option takes them."""
    limit = LIMITS[field]
    return {"min": limit.least, "max": limit.most, "callback": _finite}


OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the results.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
NoVideoOption = Annotated[bool, typer.Option("--no-video", help="Leave the overlay video out.")]
LetterOption = Annotated[bool, typer.Option("--letter", help="Have the report printed on Letter instead of A4.")]
NoReportOption = Annotated[bool, typer.Option("--no-report", help="Leave the HTML report out.")]
LegOption = Annotated[LegChoice, typer.Option(help="The leg that stands alone, as in a step-down.")]
ViewOption = Annotated[ViewChoice, typer.Option(help="Where the camera stood.")]
RubricOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Judge by this rubric; see docs/rubrics.md.")]
DepthOption = Annotated[
    float | None,
    typer.Option(metavar="DEG", **_within("target_depth_deg"), help="Prescribed knee flexion, degrees."),
]
HoldOption = Annotated[
    float | None, typer.Option(metavar="S", **_within("hold_s"), help="Prescribed hold at the bottom, seconds.")
]
RepsOption = Annotated[int | None, typer.Option(metavar="N", **_within("reps"), help="Prescribed number of reps.")]
StepHeightOption = Annotated[
    float | None, typer.Option(metavar="CM", **_within("step_height_cm"), help="Height of the step, cm.")
]
BallOption = Annotated[bool, typer.Option("--ball", help="A ball is held between the knees.")]
SexOption = Annotated[Sex | None, typer.Option(help="Use the bands that studies give for this sex.")]
MirroredOption = Annotated[
    bool, typer.Option("--mirrored", help="The recording is a mirror image, as selfie cameras make them.")
]
CaptureFpsOption = Annotated[
    float | None,
    typer.Option(
        "--capture-fps",
        metavar="N",
        min=1,
        max=1000,
        callback=_finite,
        help="Frames a second at which slow motion was filmed; the rate at which it is shown for none.",
    ),
]
CsvOption = Annotated[
    CsvDialect,
    typer.Option("--csv-dialect", help="How CSV is written; excel-semicolon where the comma is the decimal sign."),
]
SaveTrackOption = Annotated[
    bool, typer.Option(help="Keep the landmarks as STEM.track.parquet, to measure again without the video.")
]
ModelOption = Annotated[str, typer.Option(metavar="NAME", help="Pose model: auto, full, lite or heavy.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object a line for each video.")]


PersonOption = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, max=9, help="Where several people are in view: the Nth from the left."),
]
RegionOption = Annotated[
    str | None,
    typer.Option(
        metavar="L,T,R,B",
        help="Where the person is: left, top, right and bottom in percent of the picture, such as 0,0,50,100.",
    ),
]


PictureOption = Annotated[
    str | None,
    typer.Option(
        "--picture",
        metavar="WxH",
        help="For landmarks of another program: pixels of the picture they were found in, such as 1920x1080.",
    ),
]


def picture_size(text: str | None) -> tuple[int, int] | None:
    """Return the width and height that were said; wrong arguments where they are none."""
    if text is None:
        return None
    width, _, height = text.lower().replace("×", "x").partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise WrongArgument("give width and height in pixels, such as 1920x1080.", param_hint="'--picture'")
    return int(width), int(height)


def chosen_person(person: int | None, region: str | None) -> int | Region | None:
    """Return who is to be measured; wrong arguments where both are given or the region is none."""
    from formcheck.pose.people import Region

    if region is None:
        return person
    if person is not None:
        raise WrongArgument("give --person or --region, not both.", param_hint="'--region'")
    try:
        return Region.from_document([float(edge) / 100 for edge in region.split(",")])
    except ValueError as error:
        raise WrongArgument(
            "give left, top, right and bottom in percent of the picture, such as 0,0,50,100.", param_hint="'--region'"
        ) from error


def given_request(
    exercise: str | None,
    rubric: Path | None,
    *,
    leg: LegChoice,
    view: ViewChoice,
    mirrored: bool,
    capture_fps: float | None,
    person: int | None,
    region: str | None,
    plan: Plan,
) -> SetRequest:
    """Return what files are to be measured as, as the options of a command say; wrong arguments where they disagree.

    Without exercise and rubric, it is to be found.
    """
    from formcheck.session.request import SetRequest

    known = None if exercise is None and rubric is None else chosen_rubric(exercise, rubric)
    return SetRequest(
        exercise=None if known is None else known.exercise,
        leg=leg.side,
        view=view.kind,
        plan=plan,
        mirrored=mirrored,
        capture_fps=capture_fps,
        person=chosen_person(person, region),
        own_rubric=None if rubric is None else known,
    )


def given_plan(
    target_depth: float | None,
    reps: int | None,
    hold: float | None,
    step_height: float | None,
    ball: bool,
    sex: Sex | None,
) -> Plan:
    """Return what was prescribed, as the options of a command say."""
    from formcheck.exercises.plan import Plan

    return Plan(
        target_depth_deg=target_depth,
        reps=reps,
        hold_s=hold,
        step_height_cm=step_height,
        ball=ball,
        sex=None if sex is None else sex.value,
    )


def wanted_results(
    *,
    no_video: bool,
    no_report: bool = False,
    save_track: bool = False,
    csv: CsvDialect = CsvDialect.COMMA,
    letter: bool = False,
) -> WantedResults:
    """Return which results are wanted, as the options of a command say."""
    from formcheck.cluster.video_job import WantedResults
    from formcheck.report.letterhead import Paper

    paper = Paper.LETTER if letter else Paper.A4
    return WantedResults(today(), video=not no_video, report=not no_report, save_track=save_track, csv=csv, paper=paper)


def chosen_rubric(exercise: str | None, file: Path | None) -> Rubric:
    """Return the rubric of a file, else that of an exercise; wrong arguments when they disagree."""
    from formcheck.exercises.rubric_file import rubric_of

    try:
        rubric = rubric_of(exercise, file)
    except RubricError as error:
        hint = "'--exercise'" if file is None else "'--rubric'"
        raise WrongArgument(str(error), param_hint=hint) from error
    if rubric is None:
        raise exercise_missing()
    return rubric


def exercise_missing() -> WrongArgument:
    """Return what to raise where an exercise must be named."""
    from formcheck.exercises.rubric_file import builtin_names

    return WrongArgument(f"name one of {', '.join(builtin_names())}.", param_hint="'--exercise'")


def today() -> str:
    """Return today's date here, as documents write it."""
    return day_text(datetime.datetime.now().astimezone().date())
