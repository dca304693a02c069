"""What an archive of records says of itself: its kind, its tables and files with their hashes, and what was missing."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from formcheck.doors import Door, Kept, Listed
from formcheck.records.access import RecordsError
from formcheck.records.tables import Json

ARCHIVE_FORMAT: Final = "formcheck.records/1"
BACKUP: Final = "backup"
"""Kind of an archive of everything."""
PEOPLE: Final = "people"
"""Kind of an archive of some people, for another installation."""

Kind = Literal["backup", "people"]
_FAMILY: Final = ARCHIVE_FORMAT.partition("/")[0]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", title="the hash of a file, in hexadecimal")]
Count = Annotated[int, Field(ge=0)]


class TableMember(Kept):
    """A table of an archive."""

    name: str = Field(pattern="^[a-z_]{1,40}$", title="the name of a table")
    rows: Count
    size: Count
    """Bytes, before packing."""
    sha256: Sha256

    @property
    def member(self) -> str:
        """Return its name in the zip."""
        return f"tables/{self.name}.jsonl"


class FileMember(Kept):
    """A file of an archive."""

    sha256: Sha256
    suffix: str = Field(pattern=r"^(\.[a-z0-9]{1,12})?$", title="the ending of a file's name")
    size: Count

    @property
    def member(self) -> str:
        """Return its name in the zip."""
        return f"files/{self.sha256}{self.suffix}"


class Manifest(Kept):
    """What an archive says of itself."""

    kind: Kind
    """`BACKUP` or `PEOPLE`."""
    made_at: str
    formcheck: str
    """The version that wrote it."""
    revision: str = Field(pattern="^[0-9a-f]{1,12}$", title="a revision of the tables")
    """Of the tables, as the migrations count."""
    tables: Annotated[tuple[TableMember, ...], Listed]
    files: Annotated[tuple[FileMember, ...], Listed]
    missing: Annotated[tuple[FileMember, ...], Listed]
    """Files that rows name, and that were gone or damaged when the archive was made."""

    @property
    def members(self) -> tuple[TableMember | FileMember, ...]:
        """Return everything that is in the archive, the tables first."""
        return (*self.tables, *self.files)

    def document(self) -> Json:
        """Return the JSON form."""
        return {"format": ARCHIVE_FORMAT, **self.model_dump(mode="json")}


_NAMED_FILES: Final[Door[FileMember]] = Door(
    FileMember,
    lambda wrong: RecordsError(
        f"The records name a file by what is no name: {wrong[0].clause}.",
        "Somebody changed the database by hand: put that row right, then back up.",
    ),
)


def named_file(sha256: str, suffix: str, size: int) -> FileMember:
    """Return a file that a row names.

    Raises
    ------
    RecordsError
        If no file can be called that.
    """
    return _NAMED_FILES.read({"sha256": sha256, "suffix": suffix, "size": size})


_MANIFESTS: Final[Door[Manifest]] = Door(
    Manifest, lambda wrong: ValueError(f"its manifest names what cannot be: {wrong[0].clause}")
)


def manifest_from(document: Any) -> Manifest:
    """Read the JSON form of a manifest.

    Raises
    ------
    ValueError
        If it is none of ours.
    RecordsError
        If it is one of a newer formcheck.
    """
    if not isinstance(document, dict) or not str(document.get("format", "")).startswith(f"{_FAMILY}/"):
        raise ValueError("its manifest is not one of formcheck")
    if document["format"] != ARCHIVE_FORMAT:
        raise RecordsError("This archive was written by a newer version of formcheck.", "Update formcheck.")
    return _MANIFESTS.read(document)
