"""A folder that lasts as long as somebody holds on to it."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path


class WorkFolder:
    """A temporary folder that is gone, with all that is in it, when nobody refers to it any more.

    A session's state and a running analysis each hold one; when the session ends, or another video takes its place, the
    last of them lets go. A program that ends removes it too.
    """

    def __init__(self) -> None:
        self._path = Path(tempfile.mkdtemp(prefix="formcheck-review-"))
        self._remove = weakref.finalize(self, shutil.rmtree, self._path, ignore_errors=True)
        self.uploads.mkdir()

    @property
    def uploads(self) -> Path:
        """Where the video that was uploaded lies."""
        return self._path / "upload"

    @property
    def results(self) -> Path:
        """Where the results go."""
        return self._path / "results"

    def remove(self) -> None:
        """Remove the folder now. Nothing happens the second time."""
        self._remove()
