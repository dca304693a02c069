"""What tests of every layer may use."""

from __future__ import annotations

import pytest

from formcheck.pose.models import PoseModel, ensure_model

from .records.databases import (
    database_kind,
    empty_settings,
    other_settings,
    postgresql_server,
    postgresql_template,
    records,
    records_settings,
    sqlite_template,
)

__all__ = [
    "database_kind",
    "empty_settings",
    "other_settings",
    "pose_model",
    "postgresql_server",
    "postgresql_template",
    "records",
    "records_settings",
    "sqlite_template",
]


@pytest.fixture(scope="session")
def pose_model() -> PoseModel:
    """Install the full pose model unless it is there: the one thing that a test run fetches, through pip."""
    return ensure_model("full")
