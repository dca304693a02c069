"""A process that does one thing to the records in a child of its own, and has that child killed at its N-th step.

A step is whatever changes a disk or a database: before it happens the child gets SIGKILL, as if the power went. Of
the rows that one transaction writes the first counts, and the commit: what is between is the database's own affair.

Started by `test_crashes.py` as a module. It reads a JSON object a line, with `operation`, `home`, `url`, `kill_at` (0
for never) and what the operation needs, and answers each with `killed`, `done` or `failed`. Forking children from one
process saves the imports. What is never killed is done by that process itself: its children find at hand what
SQLAlchemy made of the statements.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import traceback
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import Engine, event

from formcheck.records import database
from formcheck.records.archive import back_up
from formcheck.records.erasure import erase_person
from formcheck.records.exchange import export_people, import_people
from formcheck.records.notes import write_note
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.records import Records
from formcheck.records.restore import restore
from formcheck.records.retention import RetentionSettings, apply_retention
from formcheck.records.reviewing import correct
from formcheck.records.sets import NewSet, add_set, keep_track, keep_video
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import Upload
from formcheck.session.corrections import ExcludeRep
from formcheck.session.request import SetRequest

from .examples import DONE_AT, ROBIN, add_sample_set, measured

Told = dict[str, Any]
CLIP: Final = ("wall_squat_side", "wall-squat")
ON_DISK: Final = ("fsync", "replace", "rename", "link", "unlink", "remove", "mkdir", "rmdir", "truncate", "utime")
"""What of `os` changes a disk."""


class Steps:
    """Counts steps, and ends this process before one of them."""

    def __init__(self, kill_at: int, *, tables_too: bool) -> None:
        self._left = kill_at
        self._tables_too = tables_too
        self._writing = False

    def step(self, *_: object, **__: object) -> None:
        """Count; no return from the step at which this process is to end."""
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Have everything that changes a disk or a database count."""
        for name in ON_DISK:
            setattr(os, name, self._counted(getattr(os, name)))
        member: Any = zipfile.ZipFile.open
        zipfile.ZipFile.open = self._counted(member)  # type: ignore[method-assign]
        event.listen(Engine, "commit", self._commit)
        event.listen(Engine, "before_cursor_execute", self._statement)

    def _counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:
            self.step()
            return function(*arguments, **named)

        return counted

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_: object) -> None:
        word = statement.lstrip().split(None, 1)[0].upper()
        counts = word in {"CREATE", "INSERT", "UPDATE", "DELETE"} and not self._writing
        if counts or (word == "CREATE" and self._tables_too):
            self._writing = True
            self.step()

    def _commit(self, _: object) -> None:
        self._writing = False
        self.step()


def _add_person(records: Records, _: Told) -> None:
    with records.writing(ROBIN) as work:
        add_person(work, PersonDetails("Came later"))


def _add_set(records: Records, told: Told) -> None:
    add_sample_set(records, told["person_id"], told["clip_name"], b"a new video")


def _correct(records: Records, told: Told) -> None:
    correct(records, ROBIN, told["set_id"], ExcludeRep(at_s=told["at_s"]), told["version"])


def _write_note(records: Records, told: Told) -> None:
    with records.writing(ROBIN) as work:
        write_note(work, "Well done.", set_id=told["set_id"], for_client=True)


def _finish_upload(records: Records, told: Told) -> None:
    """Keep the set that came of an upload, with its files and the upload's end, as a worker does."""
    arrived = records.files.incoming / f"{told['upload_id']}.mp4"
    track, assessment = measured(*CLIP, told["clip_name"])
    kept_track = keep_track(records.files, track)
    video = keep_video(records.files, arrived, ".mp4", leave=True)
    with records.writing(ROBIN) as work:
        added = add_set(
            work,
            NewSet(
                measured_as=SetRequest(CLIP[1]),
                assessment=assessment,
                track=kept_track,
                origin="upload",
                name=told["clip_name"],
                done_at=DONE_AT,
                person_id=told["person_id"],
                video=video,
            ),
        )
        upload = work.session.get(Upload, told["upload_id"])
        assert upload is not None
        upload.state, upload.set_id = "done", added.id
    arrived.unlink()


def _erase(records: Records, told: Told) -> None:
    erase_person(records, ROBIN, told["person_id"])


def _retain(records: Records, _: Told) -> None:
    apply_retention(records, RetentionSettings(keep_videos_days=30, keep_sets_days=None))


def _back_up(records: Records, told: Told) -> None:
    back_up(records, ROBIN, Path(told["archive"]))


def _export(records: Records, told: Told) -> None:
    export_people(records, ROBIN, Path(told["archive"]))


def _import(records: Records, told: Told) -> None:
    import_people(records, ROBIN, Path(told["archive"]))


OPERATIONS: Final[dict[str, Callable[[Records, Told], None]]] = {
    "add a person": _add_person,
    "add a set": _add_set,
    "correct": _correct,
    "write a note": _write_note,
    "finish an upload": _finish_upload,
    "erase": _erase,
    "retention": _retain,
    "back up": _back_up,
    "export": _export,
    "import": _import,
}


def _do(told: Told) -> None:
    settings = RecordsSettings(home=Path(told["home"]), database_url=told["url"])
    steps = Steps(told["kill_at"], tables_too=told["operation"] == "open")
    if told["operation"] in {"restore", "open"}:
        if told["kill_at"]:
            steps.watch()
        if told["operation"] == "open":
            Records(settings).close()
        else:
            restore(settings, Path(told["archive"]), replace=told["replace"])
        return
    later = timedelta(days=told.get("days_later", 0))
    records = Records(settings, lambda: datetime.now(UTC) + later)
    if told["kill_at"]:
        steps.watch()
    OPERATIONS[told["operation"]](records, told)
    records.close()


def _in_child(told: Told) -> str:
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            _do(told)
            ended = 0
        finally:
            if ended:
                traceback.print_exc()
                sys.stderr.flush()
            os._exit(ended)  # whatever happened: nothing of the parent goes on in here
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "killed"
    return "done" if os.WEXITSTATUS(status) == 0 else "failed"


def _here(told: Told) -> str:
    _do(told)
    return "done"


def main() -> None:
    """Answer until there is nothing more to read."""
    database.connect = functools.cache(database.connect)
    for name in ("new.mp4", "arrived.mp4"):
        measured(*CLIP, name)  # once, for all children
    with TemporaryDirectory() as folder:
        Records(RecordsSettings(home=Path(folder), database_url=None)).close()
    for line in sys.stdin:
        told = json.loads(line)
        sys.stdout.write((_in_child(told) if told["kill_at"] else _here(told)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
