"""Giving up the files that no set needs any more."""

from __future__ import annotations

from formcheck.records.access import SYSTEM
from formcheck.records.records import Records
from formcheck.records.sets import unused_files


def remove_unused(records: Records) -> int:
    """Remove the files that no set needs any more, and their rows; return how many.

    Files go before their rows: what a crash leaves between is a row that nothing refers to, and the next call takes
    that away. While this runs nobody can begin to use one of them, see `Work.keep_file`.
    """
    with records.writing(SYSTEM) as work:
        work.hold_files()
        rows = unused_files(work)
        for row in rows:
            records.files.remove(row.sha256, row.suffix)
            work.session.delete(row)
        return len(rows)
