"""Bounds of the intake, each with its reason; those that a clinic may want to change come from the environment."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Final

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from formcheck.errors import FormcheckError

MOST_ATTEMPTS: Final = 3
"""A video that ends its worker each time is not tried for ever: past this it is reported as failed."""
LEASE_S: Final = 30.0
"""A worker that has not been heard of for so long is gone. Workers renew every second."""
MOST_RECEIVING: Final = 200
"""Uploads of one account that are on their way at a time; more is a script, not a person."""
PROMISE_LASTS: Final = timedelta(minutes=5)
"""So long without bytes an upload keeps its room; a browser sends some every few seconds. It may go on later."""
FIRST_BYTES_WITHIN: Final = timedelta(minutes=1)
"""The same for an upload that was announced: a browser goes on with its first bytes at once."""
SHARE_OF_ONE: Final = 0.5
"""Of the room for what is on its way, the most that one account or one address is promised."""
FREE_BYTES: Final = 512 * 1024 * 1024
"""Left free on the disk whatever arrives: the database and the copies for browsers need room."""
_GIB: Final = 1024**3
WORKER_MEMORY_BYTES: Final = 3 * _GIB
"""Of one worker process. Measuring takes 0.6 GB whatever the length, 8K pictures 1 GB, and up to 2 GB where a file
makes use of all that H.264 allows."""


def _default_workers() -> int:
    """Return how many videos are analysed at once: each keeps two processors busy, and live sets need the rest."""
    return max(1, (os.cpu_count() or 1) // 2)


class IntakeSettings(BaseSettings):
    """Read from the environment: `FORMCHECK_WORKERS`, `FORMCHECK_UPLOAD_MAX_BYTES`, `FORMCHECK_WORKER_MEMORY_BYTES`."""

    model_config = SettingsConfigDict(env_prefix="FORMCHECK_", env_ignore_empty=True, frozen=True)

    workers: int = Field(default_factory=_default_workers, ge=0, le=64)
    """Worker processes that the app starts; 0 for none, where others take the work."""
    upload_max_bytes: int = Field(default=4 * _GIB, ge=1)
    """Size of one video: 4 GiB are about 40 minutes of a phone's 1080p."""
    worker_memory_bytes: int = Field(default=WORKER_MEMORY_BYTES, ge=_GIB)
    """Past it a worker ends, and its upload has failed."""


class IntakeSettingError(FormcheckError):
    """An environment variable of the intake that means nothing."""


def intake_settings() -> IntakeSettings:
    """Return the settings of the environment.

    Raises
    ------
    IntakeSettingError
        If a variable means nothing.
    """
    try:
        return IntakeSettings()
    except ValidationError as error:
        name = "_".join(str(part) for part in error.errors()[0]["loc"]).upper()
        raise IntakeSettingError(
            f"FORMCHECK_{name.removeprefix('FORMCHECK_')} has a value that is not possible.",
            "FORMCHECK_WORKERS is a number from 0 to 64, FORMCHECK_UPLOAD_MAX_BYTES a number of bytes from 1 on, "
            f"FORMCHECK_WORKER_MEMORY_BYTES one from {_GIB} on.",
        ) from error
