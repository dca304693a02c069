"""A recording, whatever it lies in: a video whose pictures are looked at, or a file of landmarks that were found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from formcheck.errors import NotAssessableError, PoseTrackError
from formcheck.pose.file_points import FileFacts
from formcheck.pose.landmark_file import LANDMARK_SUFFIXES, read_landmarks
from formcheck.pose.models import PoseModel
from formcheck.pose.source import OpenPoseSource
from formcheck.pose.store import TRACK_SUFFIXES
from formcheck.pose.types import PoseTrack
from formcheck.session.reading import Progress, no_progress, read_track
from formcheck.session.request import SetRequest


def holds_landmarks(path: Path) -> bool:
    """Whether a file holds landmarks and not pictures, by its name."""
    return path.suffix.lower() in LANDMARK_SUFFIXES


def refuse_for_landmarks(name: str, request: SetRequest, *more: str, times_are_settled: bool = True) -> None:
    """Refuse what can be said of pictures only, where there are landmarks.

    Parameters
    ----------
    name
        Of what holds the landmarks, as the beginning of a sentence.
    request
        What was said.
    more
        What else was said of the kind, by name.
    times_are_settled
        False for landmarks that may need the rate of their frames.

    Raises
    ------
    NotAssessableError
        If there is anything.
    """
    of_pictures: dict[str, object] = {"mirrored": request.mirrored, "person": request.person}
    if times_are_settled:
        of_pictures["capture_fps"] = request.capture_fps
    given = [what for what, value in of_pictures.items() if value is not None and value is not False]
    if given or more:
        raise NotAssessableError(
            f"{name} holds landmarks, in which that is settled: {', '.join([*given, *more])}.",
            "Leave it out, or measure the video itself with it.",
        )


def read_recording(
    path: Path,
    request: SetRequest,
    finder: Callable[[], PoseModel | OpenPoseSource],
    progress: Progress = no_progress,
    *,
    picture_px: tuple[int, int] | None = None,
    finder_said: str = "",
) -> PoseTrack:
    """Return the landmarks of a recording: found in its pictures, or those that the file holds.

    Parameters
    ----------
    path
        A video, a saved pose track or landmarks of another program.
    request
        Says whether it is a mirror image or slow motion, and who is measured.
    finder
        Gives the pose model, or what opens another pose source; asked for a video only.
    progress
        Told the share that is done.
    picture_px
        Size of the picture that landmarks were found in, for a file that does not say it.
    finder_said
        What somebody chose the finder by, such as `model`; empty where nobody did.

    Raises
    ------
    VideoError, PoseTrackError
        If the file cannot be read.
    NotAssessableError
        If two people of like size are in view most of the time, or what only pictures have is said of landmarks.
    PoseModelError
        If there is no pose model, or it cannot be used.
    """
    if not holds_landmarks(path):
        if picture_px is not None:
            raise PoseTrackError(f"{path.name} is no file of landmarks.", "Leave the size of its picture out.")
        return read_track(
            path, finder(), progress, mirrored=request.mirrored, capture_fps=request.capture_fps, person=request.person
        )
    refuse_for_landmarks(
        path.name, request, *filter(None, (finder_said,)), times_are_settled=path.suffix.lower() in TRACK_SUFFIXES
    )
    return read_landmarks(path, FileFacts(picture_px, request.capture_fps))
