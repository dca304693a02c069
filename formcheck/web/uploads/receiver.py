"""Writing what comes of an upload: straight to the disk, with little of it in memory, and never two at one file.

What a file is, by its first bytes: so that a picture or a document is refused before all of it has come.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from starlette.requests import ClientDisconnect

from formcheck.errors import VideoError
from formcheck.intake.ending import refuse
from formcheck.intake.queue import WrongOffsetError, complete, expect, note_received
from formcheck.intake.states import UploadState, get_upload, need_state, upload_path
from formcheck.records.access import Actor, RecordsError
from formcheck.records.files import PRIVATE_FILE
from formcheck.records.records import Records
from formcheck.records.tables import Upload
from formcheck.video.unreadable import explain_unreadable, picture_error

ENOUGH_BYTES: Final = 400
"""For every check below: an MPEG transport stream shows itself by two packets of up to 192 bytes."""

_BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""What an MP4 or QuickTime file begins with, after four bytes of length."""
_STARTS: Final = (
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG video
    b"FLV\x01",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF, WMV
    b"OggS",
    b"DKIF",  # IVF
    b"\x06\x0e\x2b\x34",  # MXF
    b"\x1f\x07\x00",  # DV
    b"nut/multimedia container\x00",
)
_SYNC: Final = 0x47
_PACKETS: Final = ((0, 188), (4, 192))
"""Offset of the first sync byte and length of a packet, in transport streams of broadcasts and of camcorders."""


def check_first_bytes(path: Path, name: str) -> None:
    """Refuse a file that does not begin like a video; what cannot be told yet passes.

    Parameters
    ----------
    path
        The beginning of the file, as far as it has come.
    name
        What the file is called where it came from, for the sentence.

    Raises
    ------
    VideoError
        If it begins like a picture or an animation, or like no video at all.
    """
    picture = picture_error(path, name)
    if picture is not None:
        raise picture
    with path.open("rb") as stream:
        start = stream.read(ENOUGH_BYTES)
    if not _begins_like_video(start):
        error = explain_unreadable(path)
        raise VideoError(error.reason.replace(path.name, name), error.remedy)


def _begins_like_video(start: bytes) -> bool:
    if start[4:8] in _BOXES or start.startswith(_STARTS):
        return True
    if start[:4] == b"RIFF" and start[8:12] == b"AVI ":
        return True
    return any(
        len(start) > first + step and start[first] == _SYNC and start[first + step] == _SYNC for first, step in _PACKETS
    )


_PIECE_BYTES: Final = 1024 * 1024
"""Collected before they are written: all of an upload that is in memory."""
_SILENCE_S: Final = 8.0
"""Then nobody sends at the other end of a connection any more, though it was not closed: a Wi-Fi that is left, or a
cable that is pulled, tells the server nothing."""
_PATIENCE_S: Final = _SILENCE_S + 7
"""For the request before, whose connection broke off, to end."""

Body = AsyncIterator[bytes]


class Receiver:
    """Receives uploads; one for a server.

    Parameters
    ----------
    records
        Gives the records; asked at each request.
    """

    def __init__(self, records: Callable[[], Records]) -> None:
        self._records = records
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: Counter[str] = Counter()

    async def receive(self, actor: Actor, upload_id: str, from_byte: int, to_byte: int, body: Body) -> Upload:
        """Write bytes of an upload that begin where those before ended; with the last ones it is complete.

        What has come counts, also when the connection breaks off midway, or nothing comes for a while.

        Parameters
        ----------
        actor
            Who sends them.
        upload_id
            Of the upload.
        from_byte, to_byte
            Offset of the first byte, and of the one behind the last.
        body
            The bytes.

        Raises
        ------
        WrongOffsetError
            If they are not the next ones.
        VideoError
            If it does not begin like a video.
        RecordsError
            If there is no such upload for the actor, it expects nothing more, or the disk is full.
        """
        async with self._alone(upload_id):
            path = await asyncio.to_thread(self._prepare, actor, upload_id, from_byte, to_byte)
            writing = _Writing(path, from_byte, to_byte)
            try:
                await writing.take(body)
            finally:
                row = await asyncio.to_thread(self._note, actor, upload_id, from_byte, writing.to_byte)
            if from_byte < ENOUGH_BYTES <= row.received or row.received == row.size:
                await asyncio.to_thread(self._check, actor, row, path)
            if row.received == row.size:
                return await asyncio.to_thread(complete, self._records(), actor, upload_id)
            return row

    @contextlib.asynccontextmanager
    async def _alone(self, upload_id: str) -> AsyncIterator[None]:
        """Let one request at a time write to an upload."""
        lock = self._locks.setdefault(upload_id, asyncio.Lock())
        self._users[upload_id] += 1
        try:
            try:
                await asyncio.wait_for(lock.acquire(), _PATIENCE_S)
            except TimeoutError as error:
                raise RecordsError(
                    "This video is being sent from another window.", "Wait for it there, or close that window."
                ) from error
            try:
                yield
            finally:
                lock.release()
        finally:
            self._users[upload_id] -= 1
            if self._users[upload_id] == 0:
                del self._users[upload_id], self._locks[upload_id]

    def _prepare(self, actor: Actor, upload_id: str, from_byte: int, to_byte: int) -> Path:
        """Return the file to write to, which holds all bytes before the first that is to come."""
        records = self._records()
        with records.writing(actor) as work:
            row = get_upload(work, upload_id, to_change=True)
            need_state(row, UploadState.RECEIVING, to_do="received")
            path = upload_path(work.files, row)
            on_disk = path.stat().st_size if path.is_file() else 0
            row.received = min(row.received, on_disk)
            wrong = row.received != from_byte or to_byte > row.size
            expected = row.received
            if not wrong:
                expect(work, row)
                # Made while nobody can give the upload up: nothing is written to one that is gone
                path.touch(mode=PRIVATE_FILE)
        if wrong:
            raise WrongOffsetError(expected)
        return path

    def _note(self, actor: Actor, upload_id: str, from_byte: int, to_byte: int) -> Upload:
        with self._records().writing(actor) as work:
            return note_received(work, upload_id, from_byte, to_byte)

    def _check(self, actor: Actor, row: Upload, path: Path) -> None:
        try:
            check_first_bytes(path, row.name)
        except VideoError as error:
            with self._records().writing(actor) as work:
                refuse(work, row.id, error)
            path.unlink(missing_ok=True)
            raise


async def _while_it_comes(body: Body) -> Body:
    """Give what comes, and end where nothing does for too long."""
    pieces = aiter(body)
    while True:
        try:
            async with asyncio.timeout(_SILENCE_S):
                piece = await anext(pieces)
        except (StopAsyncIteration, TimeoutError):
            return
        yield piece


class _Writing:
    """The bytes of one request on their way to the disk."""

    def __init__(self, path: Path, from_byte: int, to_byte: int) -> None:
        self._path = path
        self._end = to_byte
        self._collected = bytearray()
        self.to_byte = from_byte
        """Behind the last byte that lies on the disk."""

    async def take(self, body: Body) -> None:
        """Write what comes until the end, or until the other end is gone."""
        try:
            async for piece in _while_it_comes(body):
                self._collected += piece
                if self.to_byte + len(self._collected) > self._end:
                    del self._collected[self._end - self.to_byte :]
                    break
                if len(self._collected) >= _PIECE_BYTES:
                    await asyncio.to_thread(self._write)
        except ClientDisconnect:
            pass  # what has come is written all the same; the browser goes on from there
        await asyncio.to_thread(self._write, force=True)

    def _write(self, *, force: bool = False) -> None:
        try:
            with self._path.open("r+b") as file:
                file.seek(self.to_byte)
                file.write(self._collected)
                file.flush()
                if force:  # the row that speaks of these bytes is written next, and must not outlive them
                    os.fsync(file.fileno())
        except OSError as error:
            raise RecordsError(
                f"The video cannot be written to the disk: {error.strerror or error}.",
                "Free some space on the computer that runs formcheck, and go on.",
            ) from error
        self.to_byte += len(self._collected)
        self._collected.clear()
