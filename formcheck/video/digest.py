"""The fingerprint of a file, by which a result names the video it was measured on."""

from __future__ import annotations

import hashlib
from os import PathLike
from pathlib import Path

from formcheck.errors import VideoError


def file_sha256(path: str | PathLike[str]) -> str:
    """Compute the SHA-256 of a file, read in small pieces.

    Parameters
    ----------
    path
        The file; it need not be a video.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    VideoError
        The file is missing or cannot be read.
    """
    file = Path(path)
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        why = error.strerror or "unknown fault"
        raise VideoError(
            f'"{file.name}" cannot be read ({why}).', "Check the path and that you may read the file."
        ) from error
