"""The pose estimator's landmarks of clips, estimated once and kept on disk for all processes and for later runs.

They are kept by what they are made of: the pictures, the pose model, the code that leads from one to the other, and the
versions of the libraries that it calls. Whatever of that changes, the landmarks are estimated anew; so are all of them
after `pytest --cache-clear`. This is for tests of what is done with landmarks; tests of how they come about estimate.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Final

from filelock import FileLock

import formcheck
from formcheck.errors import PoseTrackError
from formcheck.pose.models import PoseModel, ensure_model
from formcheck.pose.store import load_track, save_track
from formcheck.pose.types import PoseTrack
from formcheck.session.reading import read_track
from formcheck.video.digest import file_sha256

FOLDER: Final = Path(__file__).resolve().parents[1] / ".pytest_cache" / "d" / "pose-tracks"
_CODE: Final = ("pose", "video", "session/reading.py")
"""What leads from a file to landmarks, in the package."""
_LIBRARIES: Final = ("av", "mediapipe", "numpy", "opencv-python-headless")


def full_model() -> PoseModel:
    """Return the full pose model, which is installed by one process while the others wait."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(FOLDER / "model.lock"):
        return ensure_model("full")


def estimated_track(path: Path) -> PoseTrack:
    """Return what `read_track` gives with the full model; without looking at the pictures where it is known."""
    return load_track(estimated_file(path))


def estimated_file(path: Path) -> Path:
    """Return where the landmarks of `estimated_track` are saved."""
    model = full_model()
    return kept_file(("file", path.name, file_sha256(path), model.sha256), lambda: read_track(path, model))


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
    key = hashlib.sha256("\0".join((*parts, *_made_by())).encode()).hexdigest()
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
def _made_by() -> tuple[str, ...]:
    package = Path(formcheck.__file__).parent
    places = [package / name for name in _CODE]
    files = sorted(file for place in places for file in ([place] if place.is_file() else place.rglob("*.py")))
    code = hashlib.sha256()
    for file in files:
        code.update(f"{file.relative_to(package).as_posix()}\0{file_sha256(file)}\n".encode())
    return (code.hexdigest(), *(f"{name} {version(name)}" for name in _LIBRARIES))
