"""One call from a recording to its assessment: formcheck as a library (`from formcheck import analyze`)."""

from __future__ import annotations

import reprlib
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from numbers import Integral, Real
from os import PathLike, fspath
from pathlib import Path
from types import NoneType
from typing import TypeVar

from formcheck.errors import FormcheckError
from formcheck.exercises.plan import LIMITS, Plan
from formcheck.exercises.rubric import Rubric
from formcheck.exercises.rubric_file import builtin_names, rubric_of
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.pose.models import AUTO_MODEL, PoseModel, find_model, installed_name
from formcheck.pose.people import Region
from formcheck.pose.source import OpenPoseSource
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment
from formcheck.session.guess import sure_guess
from formcheck.session.reading import no_progress
from formcheck.session.recorded import assess
from formcheck.session.recording import read_recording, refuse_for_landmarks
from formcheck.session.request import SetRequest
from formcheck.video.slow_motion import CAPTURE_FPS_RANGE

_Choice = TypeVar("_Choice", bound=StrEnum)
_VIEWS = (ViewKind.FRONT, ViewKind.SIDE)


def analyze(
    video: str | PathLike[str] | PoseTrack,
    *,
    exercise: str | None = None,
    plan: Plan | None = None,
    leg: Side | str | None = None,
    view: ViewKind | str | None = None,
    rubric: Rubric | str | PathLike[str] | None = None,
    mirrored: bool = False,
    capture_fps: float | None = None,
    person: int | Region | None = None,
    picture_px: tuple[int, int] | None = None,
    model: str = AUTO_MODEL,
    pose_source: OpenPoseSource | None = None,
    progress: Callable[[float], None] = no_progress,
) -> Assessment:
    """Measure and judge one recorded set, as `formcheck analyze` does, without printing or writing anything.

    Parameters
    ----------
    video
        The path of a video, of a saved pose track (`.parquet`, `.npz`) or of landmarks that another program found
        (`.trc`, `.csv`); or a pose track itself, such as `find_poses` and `load_track` give.
    exercise
        Such as `wall-squat`, see `formcheck exercises list`. None to go by the movement; an unsure guess is refused.
    plan
        What was prescribed. What was not is measured and not judged.
    leg
        The leg that stands in a step-down, `left` or `right`. None to find it.
    view
        Where the camera stood, `front` or `side`. None to find it, which takes landmarks with depth.
    rubric
        To judge by instead of the exercise's own: a file, or a rubric that was read.
    mirrored
        Whether the video is a mirror image, as selfie cameras make them.
    capture_fps
        Frames a second at which slow motion was filmed, or of a table of landmarks that numbers its frames.
    person
        Who is measured where several people are in view: their number from the left, from 1, or where they are.
    picture_px
        Width and height of the picture that landmarks were found in, for a file that does not say it.
    model
        The pose model: `auto`, `full`, `lite` or `heavy`. It has to be installed (`formcheck models install full`).
    pose_source
        What finds the poses in a video instead of MediaPipe: called once for each reading of the video, it gives a
        `PoseSource`. The class of one is such a thing.
    progress
        Told the share of the reading that is done, from 0 to 1.

    Returns
    -------
    Assessment
        View, reps with their measures and 95 % intervals, findings, and what could not be measured and why.

    Raises
    ------
    FormcheckError
        If the set cannot be measured as it was asked for; it has a `reason` and a `remedy`, a sentence each.

    Examples
    --------
    >>> from formcheck import analyze
    >>> found = analyze("sample_videos/wall_squat_front.mp4", exercise="wall-squat")
    >>> len(found.complete_reps)
    3
    >>> fppa = found.complete_reps[0].measures["fppa_deg"]["left"]
    >>> abs(fppa.value) < 4 and fppa.error < 8
    True
    """
    _need(exercise, (str, NoneType), "exercise", f"Give one of {', '.join(builtin_names())}.")
    judged_by = rubric if isinstance(rubric, Rubric) else rubric_of(exercise, None if rubric is None else _path(rubric))
    request = replace(
        _request(mirrored, capture_fps, person),
        exercise=exercise if judged_by is None else judged_by.exercise,
        leg=_chosen(Side, leg, tuple(Side), "leg"),
        view=_chosen(ViewKind, view, _VIEWS, "view"),
        plan=_held(Plan() if plan is None else plan),
        own_rubric=None if rubric is None else judged_by,
    )
    if exercise is not None and request.exercise != exercise:
        raise FormcheckError(f"The rubric is for {request.exercise}, not {exercise}.", "Leave the exercise out.")

    if isinstance(video, PoseTrack):
        size_said = () if picture_px is None else ("picture_px",)
        refuse_for_landmarks("A pose track", request, *_finder_said(model, pose_source), *size_said)
        track = video
    else:
        track = _read(video, request, picture_px, model, pose_source, progress)
    if request.exercise is None:
        guess = sure_guess(track, f"Name it: {', '.join(builtin_names())}.")
        request = replace(request, exercise=guess.exercise)
    return assess(track, request)


def find_poses(
    video: str | PathLike[str],
    *,
    mirrored: bool = False,
    capture_fps: float | None = None,
    person: int | Region | None = None,
    picture_px: tuple[int, int] | None = None,
    model: str = AUTO_MODEL,
    pose_source: OpenPoseSource | None = None,
    progress: Callable[[float], None] = no_progress,
) -> PoseTrack:
    """Find the landmarks of a recording: what takes time in `analyze`, to be kept and measured again and again.

    Parameters
    ----------
    video, mirrored, capture_fps, person, picture_px, model, pose_source, progress
        As for `analyze`.

    Returns
    -------
    PoseTrack
        As the pose source gave it: `analyze` of it gives what `analyze` of the video gives.

    Raises
    ------
    FormcheckError
        If the file cannot be read.
    """
    request = _request(mirrored, capture_fps, person)
    return _read(video, request, picture_px, model, pose_source, progress)


def _read(
    video: str | PathLike[str],
    request: SetRequest,
    picture_px: tuple[int, int] | None,
    model: str,
    pose_source: OpenPoseSource | None,
    progress: Callable[[float], None],
) -> PoseTrack:
    def finder() -> PoseModel | OpenPoseSource:
        return find_model(installed_name(model)) if pose_source is None else pose_source

    said = " and ".join(_finder_said(model, pose_source))
    return read_recording(_path(video), request, finder, progress, picture_px=_size(picture_px), finder_said=said)


def _finder_said(model: str, pose_source: OpenPoseSource | None) -> list[str]:
    """Return what the finder of poses was chosen by, by name."""
    _need(model, str, "model", "Give auto, full, lite or heavy.")
    if pose_source is not None and not callable(pose_source):
        raise FormcheckError(
            f"{reprlib.repr(pose_source)} opens no pose source.", "Give the class of one, or a function that makes one."
        )
    return ["model"] * (model != AUTO_MODEL) + ["pose_source"] * (pose_source is not None)


def _need(value: object, kinds: type | tuple[type, ...], what: str, remedy: str) -> None:
    """Refuse an argument of another type."""
    if not isinstance(value, kinds):
        raise FormcheckError(f"`{what}` cannot be {reprlib.repr(value)}.", remedy)


def _path(said: object) -> Path:
    """Return a path that a file can have."""
    if not isinstance(said, str | PathLike) or not isinstance(path := fspath(said), str) or "\0" in path:
        raise FormcheckError(f"{reprlib.repr(said)} is no path of a file.", "Give the path as text or as a `Path`.")
    return Path(path)


def _size(picture_px: object) -> tuple[int, int] | None:
    if picture_px is None:
        return None
    match picture_px:
        case (Integral() as width, Integral() as height):
            return int(width), int(height)
    raise FormcheckError(
        f"`picture_px` cannot be {reprlib.repr(picture_px)}.", "Give width and height, such as (1920, 1080)."
    )


def _request(mirrored: bool, capture_fps: float | None, person: int | Region | None) -> SetRequest:
    """Return what is said of the pictures."""
    _need(mirrored, bool, "mirrored", "Give True or False.")
    if isinstance(person, bool) or not isinstance(person, Integral | Region | None):
        raise FormcheckError(f"`person` cannot be {reprlib.repr(person)}.", "Give their number from the left, from 1.")
    return SetRequest(mirrored=mirrored, capture_fps=_rate(capture_fps), person=person)


def _chosen(kind: type[_Choice], value: _Choice | str | None, among: tuple[_Choice, ...], what: str) -> _Choice | None:
    if value is None:
        return None
    if value not in among:
        raise FormcheckError(f"“{value}” is no {what}.", f"Give {' or '.join(among)}, or leave it out.")
    return kind(value)


def _held(plan: Plan) -> Plan:
    """Return a plan whose numbers a recording may be judged by."""
    _need(plan, Plan, "plan", "Give a `Plan`, such as Plan(reps=3).")
    for name, limit in LIMITS.items():
        value = getattr(plan, name)
        if value is None:
            continue
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not (number and limit.allows(value) and not (limit.whole and value % 1)):
            shown = f"{value:g}" if number else reprlib.repr(value)
            raise FormcheckError(
                f"{limit.title} cannot be {shown} {limit.unit}".rstrip() + ".",
                f"Give {'a whole number ' if limit.whole else ''}from {limit.least:g} to {limit.most:g}.",
            )
    _need(plan.ball, bool, "ball", "Give True or False.")
    if plan.sex not in (None, "female", "male"):
        raise FormcheckError(f"`sex` cannot be {reprlib.repr(plan.sex)}.", "Give female or male, or leave it out.")
    return plan


def _rate(capture_fps: float | None) -> float | None:
    _need(capture_fps, (Real, NoneType), "capture_fps", "Give a number, such as 240.")
    lowest, highest = CAPTURE_FPS_RANGE
    if capture_fps is not None and not lowest <= capture_fps <= highest:
        raise FormcheckError(
            f"Nothing is filmed at {capture_fps:g} frames a second.", f"Give from {lowest:g} to {highest:g}."
        )
    return capture_fps
