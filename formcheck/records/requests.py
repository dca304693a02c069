"""What a kept set was measured as, read from the records."""

from __future__ import annotations

from typing import Final

from formcheck.doors import Door, Wrong
from formcheck.records.access import RecordsError
from formcheck.records.tables import Json
from formcheck.session.request import SetRequest
from formcheck.session.request_document import KeptPlan, KeptRequest


class _Measured(KeptRequest):
    exercise: str
    plan: KeptPlan


def _refused(wrong: tuple[Wrong, ...]) -> RecordsError:
    return RecordsError(
        f"What a set was measured as cannot be read: {wrong[0].clause}.", "Restore the records from a backup."
    )


REQUESTS: Final[Door[_Measured]] = Door(_Measured, _refused)


def request_of(document: Json) -> SetRequest:
    """Return what a set was measured as, from the form in which it is kept.

    Raises
    ------
    RecordsError
        If it is none, or does not say which exercise.
    """
    return REQUESTS.read(document).request()
