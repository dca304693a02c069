"""What tests of every layer may use."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from formcheck.pose.models import PoseModel

from .command_line import kept_landmarks, run_here
from .estimated import full_model
from .installed_components import components_are_looked_for_once
from .main_module import own_main_module
from .records.databases import (
    database_kind,
    empty_settings,
    other_settings,
    postgresql_server,
    postgresql_template,
    really_migrated,
    records,
    records_settings,
    sqlite_template,
    tables_of_a_template,
)
from .scheduling import (
    pytest_collection_modifyitems,
    pytest_configure_node,
    pytest_unconfigure,
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
    pytest_xdist_setupnodes,
)
from .timing import pytest_configure

__all__ = [
    "components_are_looked_for_once",
    "database_kind",
    "empty_settings",
    "kept_landmarks",
    "other_settings",
    "own_main_module",
    "pose_model",
    "postgresql_server",
    "postgresql_template",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_configure_node",
    "pytest_unconfigure",
    "pytest_xdist_auto_num_workers",
    "pytest_xdist_make_scheduler",
    "pytest_xdist_setupnodes",
    "really_migrated",
    "records",
    "records_settings",
    "run_here",
    "sqlite_template",
    "tables_of_a_template",
]

# How long an example takes is up to what else the machine does, so no test fails by it. A failure prints what brings
# it back.
settings.register_profile("formcheck", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("formcheck")


@pytest.fixture(scope="session")
def pose_model() -> PoseModel:
    """Install the full pose model unless it is there: the one thing that a test run fetches, through pip."""
    return full_model()
