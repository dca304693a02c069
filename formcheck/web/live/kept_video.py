"""The recording of a live set, for who asked for it: H.264 in a folder of its own that goes with the set."""

from __future__ import annotations

import contextlib
import math
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.records.access import RecordsError
from formcheck.records.files import PRIVATE_FOLDER, FileStore
from formcheck.records.settings import RecordsSettings
from formcheck.video.writer import VideoWriter

_CLOSEST_S: Final = 0.001
"""Pictures nearer in time than this are left out: no camera makes them."""
_PLACES: Final = 4
"""In a server there is one place for records; tests have a new one each."""


class KeptVideo:
    """Takes pictures one by one; the file is there once `finish` has returned.

    Parameters
    ----------
    width_px, height_px
        Of the video; smaller pictures are enlarged to it.

    Raises
    ------
    OutputError
        If there is no room, or no encoder.
    """

    def __init__(self, width_px: int, height_px: int) -> None:
        self._size = (width_px, height_px)
        self._last_t_s = -math.inf
        self._folder = _new_folder()
        self._path = self._folder / "set.mp4"
        self._open = contextlib.ExitStack()
        try:
            self._writer = self._open.enter_context(VideoWriter(self._path, width_px, height_px))
        except OutputError:
            self._remove()
            raise

    def add(self, rgb: NDArray[np.uint8], t_s: float) -> None:
        """Append a picture taken at `t_s` (s from the start of the set).

        Raises
        ------
        OutputError
            If the disk is full or fails.
        """
        if t_s < self._last_t_s + _CLOSEST_S:
            return
        height, width = rgb.shape[:2]
        if (width, height) != self._size:
            rgb = np.asarray(cv2.resize(rgb, self._size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        self._writer.write(rgb, t_s)
        self._last_t_s = t_s

    def finish(self) -> Path:
        """Complete the file and return where it is.

        Raises
        ------
        OutputError
            If no picture was added, or the disk is full or fails.
        """
        self._open.close()
        return self._path

    def delete(self) -> None:
        """Remove the video, finished or not; may be called again."""
        # An error told to the writer makes it leave its file incomplete and remove it.
        abandoned = OutputError("The video was given up.")
        try:
            self._open.__exit__(type(abandoned), abandoned, None)
        finally:
            self._remove()

    def _remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _new_folder() -> Path:
    """Make a folder among what passes through this process: with a process that is killed it goes, too."""
    try:
        folder = _files_in(RecordsSettings().home).passing_name()
        folder.mkdir(mode=PRIVATE_FOLDER)
    except RecordsError as error:
        raise OutputError(f"There is no folder for the video: {error.reason}", error.remedy) from error
    except OSError as error:
        raise OutputError(
            f"There is no folder for the video: {error.strerror or error}.", "Free some space on the disk."
        ) from error
    return folder


@lru_cache(maxsize=_PLACES)
def _files_in(home: Path) -> FileStore:
    # Live sets do without a database that cannot be opened.
    return FileStore(home)
