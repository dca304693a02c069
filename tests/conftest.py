"""What tests of every layer may use."""

from __future__ import annotations

import pytest

from formcheck.pose.models import PoseModel, ensure_model


@pytest.fixture(scope="session")
def pose_model() -> PoseModel:
    """Install the full pose model unless it is there: the one thing that a test run fetches, through pip."""
    return ensure_model("full")
