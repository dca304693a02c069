"""The records of this process, shared by pages, routes and sockets."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings

_PLACES: Final = 4
"""In a server there is one place for records; tests have a new one each."""


def records_service() -> Records:
    """Return the records that the environment names, opened at the first call.

    Raises
    ------
    RecordsError
        If they cannot be opened; the next call tries again.
    """
    return _opened(RecordsSettings())


@lru_cache(maxsize=_PLACES)
def _opened(settings: RecordsSettings) -> Records:
    return Records(settings)
