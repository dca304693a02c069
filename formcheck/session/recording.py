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


def read_recording(
    path: Path,
    request: SetRequest,
    finder: Callable[[], PoseModel | OpenPoseSource],
    progress: Progress = no_progress,
    *,
    picture_px: tuple[int, int] | None = None,
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

    Raises
    ------
    VideoError, PoseTrackError
        If the file cannot be read.
    NotAssessableError
        If two people of like size are in view most of the time, or saved landmarks are said to be mirrored or slow.
    PoseModelError
        If there is no pose model, or it cannot be used.
    """
    if not holds_landmarks(path):
        if picture_px is not None:
            raise PoseTrackError(f"{path.name} is no file of landmarks.", "Leave the size of its picture out.")
        return read_track(
            path, finder(), progress, mirrored=request.mirrored, capture_fps=request.capture_fps, person=request.person
        )
    if request.mirrored:
        raise NotAssessableError(
            f"{path.name} holds landmarks, in which left and right are settled.",
            "Measure the video itself with --mirrored.",
        )
    if request.capture_fps is not None and path.suffix.lower() in TRACK_SUFFIXES:
        raise NotAssessableError(
            f"{path.name} holds landmarks, whose times are settled.",
            "Measure the video itself with --capture-fps.",
        )
    return read_landmarks(path, FileFacts(picture_px, request.capture_fps))
