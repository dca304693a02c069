"""Workers as processes, and videos for them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from formcheck.intake.queue import Announced, begin, complete, note_received
from formcheck.intake.settings import IntakeSettings
from formcheck.intake.states import get_upload, upload_path
from formcheck.intake.wishes import Wishes
from formcheck.intake.workers import Workers
from formcheck.records.records import Records
from formcheck.records.tables import Upload

from .desk import ROBIN

BOUNDS = IntakeSettings(workers=1, upload_max_bytes=1_000_000_000)
_SERVER = """
import time
from formcheck.intake.workers import Workers
Workers(1).start()
while True:
    time.sleep(1)
"""


def bring(
    records: Records, path: Path, name: str, wishes: Wishes | None = None, *, person_id: str | None = None
) -> Upload:
    """Bring a file whole."""
    content = path.read_bytes()
    with records.writing(ROBIN) as work:
        row = begin(work, Announced(name, len(content)), wishes or Wishes(), BOUNDS, person_id=person_id)
        upload_path(records.files, row).write_bytes(content)
        note_received(work, row.id, 0, len(content))
    return complete(records, ROBIN, row.id)


def look(records: Records, row: Upload) -> Upload:
    """Look at an upload."""
    with records.reading(ROBIN) as work:
        return get_upload(work, row.id)


@contextmanager
def crew(records: Records, monkeypatch: pytest.MonkeyPatch, count: int = 1) -> Iterator[Workers]:
    """Run workers on records while the block does."""
    monkeypatch.setenv("FORMCHECK_HOME", str(records.settings.home))
    workers = Workers(count)
    workers.start()
    try:
        yield workers
    finally:
        workers.close()


def server_of_workers(records: Records) -> subprocess.Popen[bytes]:
    """Start a process that has a worker, as the app's server does, so that it can be killed."""
    return subprocess.Popen(
        [sys.executable, "-c", _SERVER], env={**os.environ, "FORMCHECK_HOME": str(records.settings.home)}
    )
