"""The audit log in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from formcheck.records.audit import action_in_words
from formcheck.records.tables import AuditEntry
from formcheck.web.shared.dates import time_of
from formcheck.web.shared.plain_text import as_typed


def log_line(entry: AuditEntry, people: Mapping[str, str] = MappingProxyType({})) -> str:
    """Say an entry of the log in one line of Markdown: when, what, by whom.

    Parameters
    ----------
    entry
        Of the audit log; one of an action that has no words here is named as the log names it.
    people
        How people are called, by id: for from whom to whom a set was moved.
    """
    return f"{time_of(entry.at)}: {as_typed(action_in_words(entry, people))}, {as_typed(entry.actor)}"
