"""What lies in a folder: videos, files that are no videos by their names, and files with the same content."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from formcheck.errors import FormcheckError, VideoError
from formcheck.names import shown_name
from formcheck.video.digest import file_sha256

VIDEO_SUFFIXES: Final = (
    *(".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".3gp", ".3g2", ".mts", ".m2ts", ".ts", ".mpg", ".mpeg"),
    *(".wmv", ".asf", ".flv", ".ogv", ".mxf", ".dv", ".nut", ".ivf"),
)
"""Endings that videos have, in lower case."""


@dataclass(frozen=True)
class Found:
    """A file in the folder."""

    path: Path
    """Absolute."""
    name: str
    """Path below the folder as it is shown, parts divided by `/`."""
    size_bytes: int
    """-1 where it cannot be told."""


@dataclass(frozen=True)
class Copy:
    """What a file is a copy of."""

    first: Found
    """The first file of its content, in order of name."""
    sha256: str


@dataclass(frozen=True)
class Content:
    """What lies in a folder, in order of name."""

    videos: tuple[Found, ...]
    others: tuple[Found, ...]
    """Files that are not named like videos."""


def folder_content(folder: Path, *, recursive: bool, out_dir: Path) -> Content:
    """List the files of a folder; what begins with a dot is not looked at, nor is the folder of the results.

    Parameters
    ----------
    folder
        Where to look.
    recursive
        Whether to look into its folders too; links to folders are not followed.
    out_dir
        Where the results shall go.

    Raises
    ------
    FormcheckError
        If the folder cannot be read, holds no videos, or is that of the results.
    """
    if not folder.is_dir():
        raise FormcheckError(f'There is no folder "{folder}".', "Check the name; for single files use `analyze`.")
    root, results = folder.resolve(), out_dir.resolve()
    if root == results:
        raise FormcheckError(
            "The results would be mixed with the videos.", "Choose another folder for them with --out."
        )
    found = sorted(_files(root, recursive=recursive, results=results), key=lambda each: each.name)
    videos = tuple(each for each in found if each.path.suffix.lower() in VIDEO_SUFFIXES)
    others = tuple(each for each in found if each.path.suffix.lower() not in VIDEO_SUFFIXES)
    if not videos:
        hint = "" if recursive else ", or look into its folders too with --recursive"
        raise FormcheckError(f'There are no videos in "{folder}".', f"Name the folder that holds them{hint}.")
    return Content(videos, others)


def _files(root: Path, *, recursive: bool, results: Path) -> Iterator[Found]:
    def unreadable(error: OSError) -> None:
        raise FormcheckError(
            f'The folder "{error.filename}" cannot be read ({error.strerror or error}).', "See that you may read it."
        ) from error

    for place, folders, names in os.walk(root, onerror=unreadable):
        here = Path(place)
        folders[:] = [
            each for each in folders if recursive and not each.startswith(".") and (here / each).resolve() != results
        ]
        for name in names:
            path = here / name
            if not name.startswith(".") and (path.is_file() or path.is_symlink()):
                yield Found(path, shown_name(path.relative_to(root).as_posix()), _size(path))


def same_content(videos: tuple[Found, ...], progress: Callable[[float], None]) -> dict[Found, Copy]:
    """Find files with the same content. Files whose size no other has are not read; empty ones are no copies.

    Parameters
    ----------
    videos
        In order of name.
    progress
        Told the share of the reading that is done, from 0 to 1.

    Returns
    -------
    dict
        Every copy, with what it is a copy of.
    """
    by_size: dict[int, list[Found]] = {}
    for each in videos:
        by_size.setdefault(each.size_bytes, []).append(each)
    alike = [each for size, group in by_size.items() if size > 0 and len(group) > 1 for each in group]
    whole, done = sum(each.size_bytes for each in alike), 0
    first: dict[str, Found] = {}
    copies: dict[Found, Copy] = {}
    for each in sorted(alike, key=lambda found: found.name):
        try:
            sha256 = file_sha256(each.path)
        except VideoError:
            continue  # said when it is measured
        if first.setdefault(sha256, each) is not each:
            copies[each] = Copy(first[sha256], sha256)
        done += each.size_bytes
        progress(done / whole)
    return copies


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
