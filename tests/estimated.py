"""The pose estimator's landmarks of clips, estimated once and kept on disk for all processes and for later runs.

They are kept by what they are made of: the pictures, the pose model, the code that leads from one to the other, and the
versions of the libraries that it calls. Whatever of that changes, the landmarks are estimated anew; so are all of them
after `pytest --cache-clear`. This is for tests of what is done with landmarks; tests of how they come about estimate.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

from filelock import FileLock

import formcheck
from formcheck.errors import PoseTrackError
from formcheck.names import shown_name
from formcheck.pose.models import PoseModel, ensure_model
from formcheck.pose.people import Region
from formcheck.pose.source import OpenPoseSource
from formcheck.pose.store import load_track, save_track
from formcheck.pose.types import PoseTrack
from formcheck.session.reading import Progress, read_track
from formcheck.video.digest import file_sha256

FOLDER: Final = Path(__file__).resolve().parents[1] / ".pytest_cache" / "d" / "pose-tracks"
CLIPS: Final = FOLDER.with_name("clips")
"""Where clips are kept that are pieces of sample clips; see `tests/clips.py`."""
_CODE: Final = ("pose", "video", "session/reading.py", "kinematics/camera.py", "kinematics/holes.py")
"""What leads from a file to landmarks, in the package."""
_Asked = tuple[bool, float | None, int | Region | None]
_PLAIN: Final[_Asked] = (False, None, None)
"""What `read_track` is asked for unless it is told otherwise: whether mirrored, frames/s of the camera, who."""
_LIBRARIES: Final = ("av", "mediapipe", "numpy", "opencv-python-headless")


def full_model() -> PoseModel:
    """Return the full pose model, which is installed by one process while the others wait."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(FOLDER / "model.lock"):
        return ensure_model("full")


def estimated_track(path: Path) -> PoseTrack:
    """Return what `read_track` gives with the full model; without looking at the pictures where it is known."""
    return read_track_or_kept(path, full_model())


def estimated_file(path: Path) -> Path:
    """Return where the landmarks of `estimated_track` are saved, maybe under the name of another file that is alike."""
    model = full_model()
    return _kept_reading(path, model, _PLAIN, lambda: read_track(path, model))


class _ChosenByMovementError(Exception):
    """The landmarks depend on more code than they are kept by: on what tells who of several people exercises."""

    def __init__(self, track: PoseTrack) -> None:
        self.track = track


def read_track_or_kept(
    path: Path,
    model: PoseModel | OpenPoseSource,
    progress: Progress = lambda _share: None,
    *,
    mirrored: bool = False,
    capture_fps: float | None = None,
    person: int | Region | None = None,
) -> PoseTrack:
    """Do what `read_track` does; without looking at the pictures where the same ones were read in the same way before.

    For what is done with landmarks after them. A video that cannot be read, one that another pose source looks at, or
    in which it takes more than pictures to tell who is meant, is looked at each time.
    """
    if not path.is_file() or not isinstance(model, PoseModel):
        return read_track(path, model, progress, mirrored=mirrored, capture_fps=capture_fps, person=person)

    def estimate() -> PoseTrack:
        track = read_track(path, model, progress, mirrored=mirrored, capture_fps=capture_fps, person=person)
        if track.source.person == "exercising":
            raise _ChosenByMovementError(track)
        return track

    try:
        track = load_track(_kept_reading(path, model, (mirrored, capture_fps, person), estimate))
    except _ChosenByMovementError as chosen:
        return chosen.track
    progress(1.0)
    return replace(track, source=replace(track.source, name=shown_name(path.name)))


def _kept_reading(path: Path, model: PoseModel, asked: _Asked, estimate: Callable[[], PoseTrack]) -> Path:
    return kept_file(("reading", file_sha256(path), model.sha256, repr(asked)), estimate)


def kept_file(parts: Iterable[str], estimate: Callable[[], PoseTrack], folder: Path = FOLDER) -> Path:
    """Return the file of landmarks that are kept under a name; they are estimated where there is none.

    Parameters
    ----------
    parts
        All that the landmarks depend on beside our code and the libraries.
    estimate
        Finds the landmarks. Whoever wants the same in another process waits for it.
    folder
        Where they are kept.
    """
    key = hashlib.sha256("\0".join((*parts, *made_by())).encode()).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{key}.npz"
    with FileLock(folder / f"{key}.lock"):
        if kept.exists():
            try:
                load_track(kept)
            except PoseTrackError:
                kept.unlink()
            else:
                return kept
        save_track(estimate(), kept)
    return kept


@functools.cache
def made_by() -> tuple[str, ...]:
    """Return what pictures and landmarks are made by: a hash of our code, and the libraries with their versions."""
    package = Path(formcheck.__file__).parent
    places = [package / name for name in _CODE]
    files = sorted(file for place in places for file in ([place] if place.is_file() else place.rglob("*.py")))
    code = hashlib.sha256()
    for file in files:
        code.update(f"{file.relative_to(package).as_posix()}\0{file_sha256(file)}\n".encode())
    return (code.hexdigest(), *(f"{name} {version(name)}" for name in _LIBRARIES))
