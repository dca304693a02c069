"""What a kept set was measured as, read from the records."""

from __future__ import annotations

from formcheck.records.access import RecordsError
from formcheck.records.tables import Json
from formcheck.session.request import SetRequest


def request_of(document: Json) -> SetRequest:
    """Return what a set was measured as, from the form in which it is kept.

    Raises
    ------
    RecordsError
        If it is none, or does not say which exercise.
    """
    try:
        request = SetRequest.from_document(document)
        if request.exercise is None or "plan" not in document:
            raise ValueError("exercise or plan are missing")
    except (AttributeError, TypeError, ValueError) as error:
        raise RecordsError(
            f"What a set was measured as cannot be read: {error}.", "Restore the records from a backup."
        ) from error
    return request
