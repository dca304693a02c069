"""An archive of records as a file: a zip of rows as JSON lines, the files they name, and a manifest with every hash.

`manifest.json` says what is in it. `tables/NAME.jsonl` holds a table, a row a line. `files/SHA256.SUFFIX` are the
files, stored as they are. Nothing depends on the kind of database that the rows come from.

A reader trusts nothing: it takes no name from the zip for a path, reads no more of a member than the manifest says, and
compares each with its hash.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

from formcheck import __version__
from formcheck.records.access import RecordsError
from formcheck.records.archive_manifest import FileMember, Kind, Manifest, TableMember, manifest_from
from formcheck.records.tables import Json

Progress = Callable[[float], None]
"""Told the share that is done, 0 to 1."""

_MANIFEST: Final = "manifest.json"
_CHUNK: Final = 1 << 20
_LARGEST_MANIFEST: Final = 1 << 26
"""Bytes: some 400 000 files."""
_LARGEST_LINE: Final = 1 << 25
"""Bytes of one row; a set of an hour is less than half of it."""
_DEFLATES_TO: Final = 200
"""Rows shrink to a tenth or so; what claims to shrink further than this is made to fill disks."""
_ALWAYS_ALLOWED: Final = 1 << 20
"""Bytes of rows that need no such look."""
_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, ValueError, RuntimeError)
"""What zipfile raises on files that are cut short, altered, encrypted or of another kind (NotImplementedError too)."""


@dataclass
class ArchiveWriter:
    """Writes an archive member by member; nothing but one chunk is held at a time."""

    packed: zipfile.ZipFile
    _tables: list[TableMember] = field(default_factory=list)
    _files: list[FileMember] = field(default_factory=list)
    _missing: list[FileMember] = field(default_factory=list)

    def rows(self, table: str, rows: Iterable[Json]) -> None:
        """Write a table."""
        counted, size, digest = 0, 0, hashlib.sha256()
        info = _info(f"tables/{table}.jsonl", zipfile.ZIP_DEFLATED)
        with self.packed.open(info, "w", force_zip64=True) as member:
            for row in rows:
                line = json.dumps(row, separators=(",", ":")).encode() + b"\n"
                member.write(line)
                digest.update(line)
                counted, size = counted + 1, size + len(line)
        self._tables.append(TableMember(name=table, rows=counted, size=size, sha256=digest.hexdigest()))

    def file(self, wanted: FileMember, path: Path) -> bool:
        """Write a file, unless it is gone or its content is no longer what its name says; say whether it is in.

        A damaged file is found out only once it is written: it stays in the zip unnamed by the manifest's files, and
        readers pass over it.
        """
        digest = hashlib.sha256()
        try:
            source = path.open("rb")
        except OSError:
            self._missing.append(wanted)
            return False
        info = _info(wanted.member, zipfile.ZIP_STORED)
        with source, self.packed.open(info, "w", force_zip64=True) as member:
            for chunk in _as_far_as_readable(source):
                digest.update(chunk)
                member.write(chunk)
        whole = digest.hexdigest() == wanted.sha256
        (self._files if whole else self._missing).append(wanted)
        return whole

    def manifest(self, kind: Kind, made_at: datetime, revision: str) -> Manifest:
        """Write the manifest, the last member, and return it."""
        manifest = Manifest(
            kind=kind,
            made_at=made_at.isoformat(),
            formcheck=__version__,
            revision=revision,
            tables=tuple(self._tables),
            files=tuple(self._files),
            missing=tuple(self._missing),
        )
        text = json.dumps(manifest.document(), indent=1).encode()
        with self.packed.open(_info(_MANIFEST, zipfile.ZIP_DEFLATED), "w", force_zip64=True) as member:
            member.write(text)
        return manifest


def _as_far_as_readable(source: BinaryIO) -> Iterator[bytes]:
    """Give what the disk gives back of a file; that the rest is missing shows in the hash."""
    try:
        while chunk := source.read(_CHUNK):
            yield chunk
    except OSError:
        return


def _info(name: str, compression: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # at the zip format's own beginning of time: the same rows give the same bytes
    info.compress_type = compression
    info.external_attr = 0o600 << 16
    return info


class ArchiveReader:
    """Reads an archive that may be damaged, cut short or made to harm.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    RecordsError
        If it is no archive, one of a newer formcheck, or its manifest does not fit what is in it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._readable():
            self._file = path.open("rb")
        try:
            with self._readable():
                self._packed = zipfile.ZipFile(self._file)
                self.manifest = self._read_manifest()
                self._check_members()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        """Use the archive while the block runs."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file."""
        self._packed.close()
        self._file.close()  # the zip would keep it open for rows that somebody has begun to read

    @property
    def size(self) -> int:
        """Bytes of all members once they are unpacked."""
        return sum(each.size for each in self.manifest.members)

    def verify(self, progress: Progress | None = None) -> None:
        """Compare everything with its hash.

        Raises
        ------
        RecordsError
            If anything differs; the first that does.
        """
        read, total = 0, max(1, self.size)
        with self._readable():
            for each in self.manifest.members:
                digest = hashlib.sha256()
                for chunk in self._chunks(each.member, each.size):
                    digest.update(chunk)
                    read += len(chunk)
                    if progress is not None:
                        progress(read / total)
                if digest.hexdigest() != each.sha256:
                    raise ValueError(f"{each.member} is not what was written")

    def rows(self, table: TableMember) -> Iterator[Any]:
        """Return the rows of a table, as they stand there."""
        counted = 0
        with self._readable(), self._packed.open(table.member) as member:
            while line := member.readline(_LARGEST_LINE):
                if not line.endswith(b"\n"):
                    raise ValueError(f"{table.member} has a row that is too long or not whole")
                counted += 1
                yield _read_json(line)
            if counted != table.rows:
                raise ValueError(f"{table.member} has {counted} rows instead of {table.rows}")

    def copy(self, file: FileMember, target: Path) -> None:
        """Copy a file out, to a path of the caller's choice."""
        with self._readable(), target.open("wb") as out:
            for chunk in self._chunks(file.member, file.size):
                out.write(chunk)

    def damaged(self, why: object) -> RecordsError:
        """Return the error for an archive that cannot be used as it is."""
        return RecordsError(
            f"{self.path.name} is damaged or no archive of records: {str(why).rstrip('.') or 'it cannot be read'}.",
            "Nothing was changed. Use another copy of it, or another archive.",
        )

    def _read_manifest(self) -> Manifest:
        try:
            info = self._packed.getinfo(_MANIFEST)
        except KeyError:
            raise ValueError("it has no manifest") from None
        if info.file_size > _LARGEST_MANIFEST or _swells(info):
            raise ValueError("its manifest is too large")
        return manifest_from(_read_json(b"".join(self._chunks(_MANIFEST, info.file_size))))

    def _check_members(self) -> None:
        infos = {info.filename: info for info in self._packed.infolist()}
        if len(infos) != len(self._packed.infolist()):
            raise ValueError("it holds two members of one name")
        for each in self.manifest.members:
            info = infos.get(each.member)
            if info is None:
                raise ValueError(f"{each.member} is not in it")
            if info.file_size != each.size:
                raise ValueError(f"{each.member} has another size than the manifest says")
            if isinstance(each, FileMember) and info.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{each.member} is packed, which files never are")
            if _swells(info):
                raise ValueError(f"{each.member} would swell beyond all measure")

    def _chunks(self, name: str, size: int) -> Iterator[bytes]:
        left = size
        with self._packed.open(name) as member:
            while chunk := member.read(min(_CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise ValueError(f"{name} is longer than the manifest says")
                yield chunk
        if left:
            raise ValueError(f"{name} is shorter than the manifest says")

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except _UNREADABLE as error:
            raise self.damaged(error) from error
        except OSError as error:
            raise RecordsError(
                f"{self.path.name} cannot be read: {error.strerror or error}.", "Check its name and place."
            ) from error


def _read_json(text: bytes) -> Any:
    return json.loads(text, parse_constant=_no_number)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _swells(info: zipfile.ZipInfo) -> bool:
    return info.file_size > _ALWAYS_ALLOWED + _DEFLATES_TO * info.compress_size
