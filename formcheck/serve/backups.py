"""Backups of a server: made each night, let go of in turn, and tried out by restoring one."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from formcheck.atomic import atomic_path
from formcheck.errors import FormcheckError, OutputError
from formcheck.records.access import SYSTEM
from formcheck.records.archive import archive_name, back_up
from formcheck.records.archive_manifest import Manifest
from formcheck.records.integrity import check
from formcheck.records.records import Records
from formcheck.records.restore import restore
from formcheck.records.settings import RecordsSettings

DRILL_FILE: Final = "drill.json"
"""Beside the backups: what came of the newest restore drill."""
_WORD: Final = "backup"
_NAME: Final = re.compile(r"formcheck-backup-(\d{4}-\d\d-\d\d-\d{4})\.zip")


@dataclass(frozen=True)
class MadeBackup:
    """A backup that was just made."""

    path: Path
    manifest: Manifest
    let_go: tuple[Path, ...]
    """Older ones that were removed after it."""


@dataclass(frozen=True)
class Drill:
    """What came of restoring a backup beside the records."""

    backup: str
    """Name of the archive."""
    at: str
    """When, ISO 8601 with the zone."""
    ok: bool
    says: str
    """A sentence."""


def make_backup(records: Records, folder: Path, now: datetime, *, keep_days: int, keep_months: int) -> MadeBackup:
    """Write a backup into a folder, then let go of those that are no longer to be kept.

    Nothing is let go of when something was missing in the new one: the older ones may be the only ones that have it.

    Parameters
    ----------
    records
        What to back up.
    folder
        Where backups lie.
    now
        Local time.
    keep_days
        Days of which the newest backup is kept.
    keep_months
        Months of which the first backup is kept.

    Raises
    ------
    RecordsError
        If it cannot be written; all older ones stay then.
    """
    _need_folder(folder)
    target = folder / archive_name(_WORD, now)
    manifest = back_up(records, SYSTEM, target)
    gone = () if manifest.missing else past_keeping(backups_in(folder), keep_days=keep_days, keep_months=keep_months)
    for path in gone:
        path.unlink(missing_ok=True)
    return MadeBackup(target, manifest, gone)


def backups_in(folder: Path) -> list[Path]:
    """Return the backups of a folder, the oldest first; only what is named as one."""
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted((path for path in found if _NAME.fullmatch(path.name)), key=lambda path: path.name)


def made_at(backup: Path) -> datetime:
    """Return when a backup was made, in local time, as its name says."""
    found = _NAME.fullmatch(backup.name)
    assert found is not None
    return datetime.strptime(found[1], "%Y-%m-%d-%H%M").astimezone()


def past_keeping(backups: Iterable[Path], *, keep_days: int, keep_months: int) -> tuple[Path, ...]:
    """Return which backups go: all but the newest of each of the last days, and the first of each of the last months.

    Days and months without a backup do not count, so that a computer that was off for a year loses none by that.
    """
    ordered = sorted(backups, key=made_at)
    of_day: dict[date, Path] = {made_at(each).date(): each for each in ordered}
    of_month: dict[tuple[int, int], Path] = {}
    for each in ordered:
        of_month.setdefault((made_at(each).year, made_at(each).month), each)
    months = list(of_month.values())
    kept = {*list(of_day.values())[-keep_days:], *(months[-keep_months:] if keep_months else ())}
    return tuple(each for each in ordered if each not in kept)


def restore_drill(folder: Path, now: datetime) -> Drill:
    """Restore the newest backup into records of its own beside the backups, look through them, and let them go.

    Parameters
    ----------
    folder
        Where backups lie; what came of it is kept there.
    now
        Local time.

    Returns
    -------
    Drill
        What came of it.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    _need_folder(folder)
    backups = backups_in(folder)
    if not backups:
        drill = Drill("", now.isoformat(), False, "There is no backup to restore.")
    else:
        drill = Drill(backups[-1].name, now.isoformat(), *_tried(backups[-1], folder))
    with atomic_path(folder / DRILL_FILE) as passing:
        passing.write_text(json.dumps(asdict(drill)), encoding="utf-8")
    return drill


def newest_drill(folder: Path) -> Drill | None:
    """Return what came of the newest drill; None where none is known."""
    try:
        return Drill(**json.loads((folder / DRILL_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _tried(backup: Path, folder: Path) -> tuple[bool, str]:
    home = Path(tempfile.mkdtemp(prefix=".drill-", dir=folder))
    try:
        # Whatever the records are kept in: a backup suits both kinds of database, and this one goes right away.
        settings = RecordsSettings(home=home, database_url=None)
        restored = restore(settings, backup)
        with closing(Records(settings)) as records:
            found = check(records)
    except FormcheckError as error:
        return False, f"{error.reason} {error.remedy}".strip()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    counted = {table.name: table.rows for table in restored.manifest.tables}
    if restored.manifest.missing:
        return False, f"{len(restored.manifest.missing)} files were missing when it was made."
    if found.problems:
        return False, f"Restored, but not whole: {found.problems[0]}"
    if (found.people, found.sets) != (counted.get("person", 0), counted.get("exercise_set", 0)):
        return False, "Restored, but not everybody is there."
    return True, f"Restored and looked through: people {found.people}, sets {found.sets}, files {found.files}."


def _need_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder of backups, {folder}, cannot be used: {error.strerror or error}.",
            "Make it, and give it to the account that formcheck runs as.",
        ) from error
