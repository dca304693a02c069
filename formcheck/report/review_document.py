"""A reviewed set as the JSON document `formcheck.review/1`, and the schema it keeps to."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib import resources
from pathlib import Path
from typing import Final

from formcheck.report.client_details import ClientDetails
from formcheck.report.document import Document, assessment_document
from formcheck.report.files import writing_whole
from formcheck.session.assessment import Plan
from formcheck.session.correction_document import correction_to_document
from formcheck.session.corrections import ReviewedSet

SCHEMA: Final = "formcheck.review/1"
_SCHEMA_FILE: Final = "schema/review-1.json"
_DECIMALS: Final = 3


def review_schema() -> Document:
    """Return the published JSON Schema (draft 2020-12) of `formcheck.review/1`.

    It refers to the schema of `formcheck.assessment/1` by its `$id`.
    """
    text = resources.files("formcheck.report").joinpath(_SCHEMA_FILE).read_text(encoding="utf-8")
    schema: Document = json.loads(text)
    return schema


def review_document(reviewed: ReviewedSet, details: ClientDetails) -> Document:
    """Put a reviewed set into the form of `formcheck.review/1`: measured, corrected, by whom, and of whom.

    Returns
    -------
    dict
        Valid against `review_schema()`. What is not known is None; the document holds no NaN and no infinity.
    """
    return {
        "schema": SCHEMA,
        "automatic": assessment_document(reviewed.automatic),
        "corrected": None if reviewed.corrected is None else assessment_document(reviewed.corrected),
        "corrections": [correction_to_document(correction) for correction in reviewed.corrections],
        "not_applied": [
            {"id": each.correction.id, "reason": each.reason, "remedy": each.remedy} for each in reviewed.not_applied
        ],
        "client": _client(details),
    }


def write_review_json(reviewed: ReviewedSet, details: ClientDetails, path: Path) -> None:
    """Write the JSON document of a reviewed set, whole or not at all.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    text = json.dumps(review_document(reviewed, details), allow_nan=False, ensure_ascii=False, indent=1)
    with writing_whole(path) as staged:
        staged.write_text(text + "\n", encoding="utf-8", errors="replace")


def _client(details: ClientDetails) -> Document:
    document: Document = {field.name: _value(getattr(details, field.name)) for field in fields(details)}
    document["recorded_on"] = None if details.recorded_on is None else details.recorded_on.isoformat()
    return document


def _value(value: object) -> object:
    """Write one field: empty text as None, a plan by its own fields."""
    if isinstance(value, Plan):
        return {field.name: _value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, float):
        return round(value, _DECIMALS) + 0.0
    return value or None if isinstance(value, str) else value
