"""When a video was recorded, as its container says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from formcheck.moments import read_moment
from formcheck.video.source import open_source

_TAGS: Final = ("com.apple.quicktime.creationdate", "creation_time", "date")
"""The first knows the time zone of the place, and stays when a telephone makes a copy of a recording."""


def recorded_at(path: Path) -> datetime | None:
    """Return when a video was recorded; None where it does not say.

    Raises
    ------
    VideoError
        If it cannot be read as a video.
    """
    with open_source(path) as source:
        return recorded_in(dict(source.container.metadata), dict(source.stream.metadata))


def recorded_in(*tags: Mapping[str, str]) -> datetime | None:
    """Return the moment that the first usable tag gives; without a time zone it is UTC, as the formats ask for."""
    for name in _TAGS:
        for known in tags:
            moment = _moment(known.get(name, ""))
            if moment is not None:
                return moment
    return None


def _moment(text: str) -> datetime | None:
    try:
        return read_moment(text.strip())
    except ValueError:
        return None
