"""What an archive of records says of itself: its kind, its tables and files with their hashes, and what was missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from formcheck import __version__
from formcheck.records.access import RecordsError
from formcheck.records.tables import Json

ARCHIVE_FORMAT: Final = "formcheck.records/1"
BACKUP: Final = "backup"
"""Kind of an archive of everything."""
PEOPLE: Final = "people"
"""Kind of an archive of some people, for another installation."""

_FAMILY: Final = ARCHIVE_FORMAT.partition("/")[0]
_SUFFIX: Final = re.compile(r"(?:\.[a-z0-9]{1,12})?", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TABLE: Final = re.compile(r"[a-z_]{1,40}", re.ASCII)
_REVISION: Final = re.compile(r"[0-9a-f]{1,12}", re.ASCII)


@dataclass(frozen=True)
class TableMember:
    """A table of an archive."""

    name: str
    rows: int
    size: int
    """Bytes, before packing."""
    sha256: str

    @property
    def member(self) -> str:
        """Return its name in the zip."""
        return f"tables/{self.name}.jsonl"


@dataclass(frozen=True)
class FileMember:
    """A file of an archive."""

    sha256: str
    suffix: str
    size: int

    @property
    def member(self) -> str:
        """Return its name in the zip."""
        return f"files/{self.sha256}{self.suffix}"


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself."""

    kind: str
    """`BACKUP` or `PEOPLE`."""
    made_at: str
    revision: str
    """Of the tables, as the migrations count."""
    tables: tuple[TableMember, ...]
    files: tuple[FileMember, ...]
    missing: tuple[FileMember, ...] = ()
    """Files that rows name, and that were gone or damaged when the archive was made."""
    formcheck: str = __version__

    @property
    def members(self) -> tuple[TableMember | FileMember, ...]:
        """Return everything that is in the archive, the tables first."""
        return (*self.tables, *self.files)

    def document(self) -> Json:
        """Return the JSON form."""
        return {
            "format": ARCHIVE_FORMAT,
            "kind": self.kind,
            "made_at": self.made_at,
            "formcheck": self.formcheck,
            "revision": self.revision,
            "tables": [vars(each) for each in self.tables],
            "files": [vars(each) for each in self.files],
            "missing": [vars(each) for each in self.missing],
        }


def manifest_from(document: Any) -> Manifest:
    """Read the JSON form of a manifest.

    Raises
    ------
    ValueError, KeyError
        If it is none of ours.
    RecordsError
        If it is one of a newer formcheck.
    """
    if not isinstance(document, dict) or not str(document.get("format", "")).startswith(f"{_FAMILY}/"):
        raise ValueError("its manifest is not one of formcheck")
    if document["format"] != ARCHIVE_FORMAT:
        raise RecordsError("This archive was written by a newer version of formcheck.", "Update formcheck.")
    try:
        manifest = Manifest(
            kind=_word(document["kind"], _TABLE),
            made_at=str(document["made_at"]),
            revision=_word(document["revision"], _REVISION),
            formcheck=str(document["formcheck"]),
            tables=tuple(_table_from(each) for each in document["tables"]),
            files=tuple(_file_from(each) for each in document["files"]),
            missing=tuple(_file_from(each) for each in document["missing"]),
        )
    except TypeError as error:
        raise ValueError("its manifest is not one of formcheck") from error
    if manifest.kind not in {BACKUP, PEOPLE}:
        raise ValueError("its manifest is not one of formcheck")
    return manifest


def _table_from(each: Any) -> TableMember:
    return TableMember(
        name=_word(each["name"], _TABLE),
        rows=_number(each["rows"]),
        size=_number(each["size"]),
        sha256=_word(each["sha256"], _SHA256),
    )


def _file_from(each: Any) -> FileMember:
    return FileMember(_word(each["sha256"], _SHA256), _word(each["suffix"], _SUFFIX), _number(each["size"]))


def _word(value: Any, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise ValueError("its manifest names what cannot be")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("its manifest counts what cannot be")
    return value
