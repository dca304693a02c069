"""A clinic under attack: its databases, records that outlive all kills, what is done in its app when a kill comes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from attacked_app import App, Window, until
from live_load import jpegs_of
from sqlalchemy import make_url
from streamlit.proto.Alert_pb2 import Alert

from formcheck.errors import FormcheckError
from formcheck.intake.states import upload_path
from formcheck.records.erasure import ERASING, erase_person
from formcheck.records.exchange import export_people, import_people
from formcheck.records.integrity import check
from formcheck.records.people import list_people
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import ExerciseSet, Upload
from formcheck.web.shared.addresses import LINK_HEADER
from tests.clips import SAMPLES
from tests.records.databases import Cluster, PostgresqlServer
from tests.records.examples import ROBIN, Example, add_example, all_rows, files_holding

NAME: Final = "Zoë Quixx"
_CLIP: Final = SAMPLES / "wall_squat_side.mp4"
_UPLOAD_BYTES: Final = 6_000_000
_PIECE_BYTES: Final = 262_144
_MEASURED_WITHIN_S: Final = 240.0
_TIDY_WITHIN_S: Final = 300.0
"""For what a killed process left to be gone after the start, or after PostgreSQL went on."""


@dataclass
class Databases:
    """Gives places for records on one kind of database."""

    kind: str
    cluster: Cluster | None = None
    programs: Path | None = None

    @property
    def server(self) -> PostgresqlServer:
        """Return the server of the cluster."""
        if self.cluster is None:
            raise RuntimeError("SQLite has no server")
        return PostgresqlServer(make_url(self.cluster.address))

    def place(self, home: Path, like: RecordsSettings | None = None) -> RecordsSettings:
        """Return a place in a folder, empty or as another one is, to which nobody is connected."""
        shutil.rmtree(home, ignore_errors=True)
        if like is None:
            home.mkdir(parents=True)
        else:
            shutil.copytree(like.home, home)
        if self.cluster is None:
            return RecordsSettings(home=home, database_url=None)
        template = None if like is None else make_url(str(like.database_url)).database
        return RecordsSettings(home=home, database_url=self.server.url_of(self.server.new_database(template=template)))

    def forget(self, place: RecordsSettings) -> None:
        """Let go of the database of a place."""
        if place.database_url:
            self.server.drop(str(make_url(place.database_url).database))

    def restart(self) -> None:
        """Kill PostgreSQL and start it again."""
        if self.cluster is not None and self.programs is not None:
            self.cluster.kill()
            self.cluster.go_on(self.programs)


def export_stranger(folder: Path, archive: Path, name: str) -> Example:
    """Write an archive of somebody who is in no records here."""
    shutil.rmtree(folder / "strangers", ignore_errors=True)
    with contextlib.closing(Records(RecordsSettings(home=folder / "strangers", database_url=None))) as strangers:
        example = add_example(strangers, name)
        export_people(strangers, ROBIN, archive, [example.person_id])
    return example


class Clinic:
    """An app with records that outlive all kills, and what it was said to hold.

    Parameters
    ----------
    databases
        The kind of its database.
    folder
        Where its data directory is to be.
    """

    def __init__(self, databases: Databases, folder: Path) -> None:
        self.databases, self.folder = databases, folder
        self.settings = databases.place(folder / "clinic")
        with self.records() as records:
            add_example(records, "Somebody else")
            self._before = all_rows(records)
        url = self.settings.database_url or ""
        self.app = App(self.settings.home, folder / "log", FORMCHECK_WORKERS="1", FORMCHECK_DATABASE_URL=url)
        self.videos: dict[str, str] = {}
        """By the id of an upload that was measured, the hash of what was sent."""

    @contextmanager
    def records(self) -> Iterator[Records]:
        """Open the records beside the app."""
        with contextlib.closing(Records(self.settings)) as records:
            yield records

    def upload(self, upload_id: str) -> Upload | None:
        """Return an upload as it is now."""
        with self.records() as records, records.reading(ROBIN) as work:
            return work.session.get(Upload, upload_id)

    def has(self, person_id: str) -> bool:
        """Return whether a person is in the records."""
        with self.records() as records, records.reading(ROBIN) as work:
            return any(each.id == person_id for each in list_people(work))

    def faults(self) -> list[str]:
        """Return what is not as it should be, once there was time to tidy up."""
        found: list[str] = []

        def clean() -> bool:
            with self.records() as records:
                seen = check(records)
                found[:] = [*seen.problems, *seen.needless]
            return not found

        until(clean, _TIDY_WITHIN_S)
        with self.records() as records:
            found += [f"{path.name} is left with temporary files" for path in self.app.temporary.iterdir()]
            if lost := _lost(self._before, all_rows(records)):
                found.append(f"{lost} rows of somebody else are lost or have changed")
            with records.reading(ROBIN) as work:
                for upload_id, sha256 in self.videos.items():
                    found += self._of_video(records, work.session.get(Upload, upload_id), sha256)
        return found

    def _of_video(self, records: Records, row: Upload | None, sha256: str) -> Iterator[str]:
        if row is None or row.set_id is None:
            yield "a video that was measured is lost"
            return
        with records.reading(ROBIN) as work:
            kept = work.session.get(ExerciseSet, row.set_id)
        path = None if kept is None or not kept.video_sha256 else records.files.path(kept.video_sha256, ".mp4")
        if path is None or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            yield "a video that was kept is not what was sent"


def _lost(before: Mapping[str, list[dict[str, Any]]], now: Mapping[str, list[dict[str, Any]]]) -> int:
    """Return how many rows are not there any more, or others than they were."""
    return sum(row not in now[name] for name, rows in before.items() for row in rows)


class Deed:
    """Something that is done in the app when the kill comes."""

    name: str

    def __init__(self, clinic: Clinic, number: int) -> None:
        self.clinic, self.number = clinic, number
        self.done = False
        """Whether people were told that it is done."""

    def get_ready(self) -> None:
        """Do what comes before it."""

    def do(self) -> None:
        """Do it."""

    def look(self) -> Iterator[str]:
        """Say what is not as people were told, and bring it to its end."""
        raise NotImplementedError


class Uploading(Deed):
    """A video that is sent in pieces. Its kill comes while it is on its way."""

    name = "upload"

    def __init__(self, clinic: Clinic, number: int) -> None:
        super().__init__(clinic, number)
        clip = _CLIP.read_bytes()
        rest = os.urandom(_UPLOAD_BYTES - len(clip) - 8)
        # A box of junk behind the clip: so that each is another video.
        self.content = clip + (len(rest) + 8).to_bytes(4, "big") + b"free" + rest
        self.upload_id = ""
        self.received = 0

    def do(self) -> None:
        """Send it."""
        self.send()
        self.done = True

    def send(self) -> str:
        """Send all that is not there yet, and return the state that the app tells."""
        app = self.clinic.app
        with Window(app) as window:
            window.open("videos")
            link = {LINK_HEADER: str(window.component("formcheck_uploads")["link"]), "Origin": app.origin}
        name = f'{{"name": "set {self.number}.mp4", "size": {len(self.content)}, "last_modified_ms": 1700000000000}}'
        said = app.ask("POST", "/formcheck-uploads", name.encode(), link).json()
        if self.upload_id and said["id"] != self.upload_id:
            raise RuntimeError("the app does not know an upload that it had taken on")
        self.upload_id = str(said["id"])
        while said["state"] == "receiving":
            at = int(str(said["received"]))
            if at < self.received:
                raise RuntimeError(f"{self.received - at} bytes that had been confirmed are lost")
            self.received = at
            piece = self.content[at : at + _PIECE_BYTES]
            span = f"bytes {at}-{at + len(piece) - 1}/{len(self.content)}"
            said = app.ask("PUT", f"/formcheck-uploads/{self.upload_id}", piece, {"Content-Range": span, **link}).json()
        self.received = len(self.content)
        return str(said["state"])

    def look(self) -> Iterator[str]:
        """Go on where it broke off; then every byte is there. It is not measured."""
        known = self.clinic.upload(self.upload_id) if self.upload_id else None
        if self.upload_id and known is None:
            yield "an upload that had been taken on is lost"
            return
        if known is not None and known.state == "receiving":
            yield from self._partly(known)
        if known is None or known.state == "receiving":
            self.send()
        row = self.clinic.upload(self.upload_id)
        with self.clinic.records() as records:
            path = None if row is None else upload_path(records.files, row)
        if row is None or row.sha256 != hashlib.sha256(self.content).hexdigest():
            yield "what has come is not what was sent"
        elif path is not None and row.state in {"waiting", "running"} and path.read_bytes() != self.content:
            yield "the file is not what was sent"
        self.cancel()

    def _partly(self, row: Upload) -> Iterator[str]:
        with self.clinic.records() as records:
            path = upload_path(records.files, row)
        if row.received < self.received:
            yield f"{self.received - row.received} bytes that had been confirmed are lost"
        if row.received and path.read_bytes()[: row.received] != self.content[: row.received]:
            yield "confirmed bytes are others than were sent"

    def cancel(self) -> None:
        """Give the upload up, as on the page of videos."""
        app = self.clinic.app
        with Window(app) as window:
            window.open("videos")
            link = str(window.component("formcheck_uploads")["link"])
        app.ask("DELETE", f"/formcheck-uploads/{self.upload_id}", headers={LINK_HEADER: link, "Origin": app.origin})


class Measuring(Uploading):
    """A video that is measured. Its kill comes once a worker is at it."""

    name = "measurement"

    def get_ready(self) -> None:
        """Send it, and wait for a worker."""
        self.send()
        if not until(lambda: self._state() == "running", _MEASURED_WITHIN_S):
            raise RuntimeError("nobody measures")

    def do(self) -> None:
        """Wait until it is measured."""
        until(lambda: self._state() == "done", _MEASURED_WITHIN_S)
        self.done = True

    def look(self) -> Iterator[str]:
        """Wait for the set."""
        if not until(lambda: self._state() in {"done", "failed"}, _MEASURED_WITHIN_S) or self._state() != "done":
            row = self.clinic.upload(self.upload_id)
            yield f"it is {self._state()}: {'' if row is None else row.reason}"
            return
        self.clinic.videos[self.upload_id] = hashlib.sha256(self.content).hexdigest()
        with self.clinic.records() as records:
            sets = [row for row in all_rows(records)["exercise_set"] if row["name"] == f"set {self.number}.mp4"]
        if len(sets) != 1:
            yield f"{len(sets)} sets came of one video"

    def _state(self) -> str:
        with contextlib.suppress(FormcheckError):  # PostgreSQL is just being started again
            row = self.clinic.upload(self.upload_id)
            return "" if row is None else row.state
        return ""


class Erasing(Deed):
    """Somebody erased on their page. The kill comes after the last click."""

    name = "erasure"

    def get_ready(self) -> None:
        """Add somebody, and go as far as the last click."""
        self._name = f"{NAME} {self.number}"
        with self.clinic.records() as records:
            self._person = add_example(records, self._name).person_id
        self._window = Window(self.clinic.app)
        self._window.open("person", f"person={self._person}")
        self._window.act(self._window.find(f"erase-{self._person}"), trigger_value=True)
        self._window.act(self._window.find(f"erase-name-{self._person}"), string_value=self._name)

    def do(self) -> None:
        """Click."""
        with self._window as window:
            window.act(window.find(f"erase-yes-{self._person}"), trigger_value=True)
            alerts = [part.element.alert for part in window.parts if part.kind == "alert"]
        self.done = not any(each.format == Alert.ERROR for each in alerts)

    def look(self) -> Iterator[str]:
        """Wait until the app has finished what was cut short; then nothing of the person is left."""
        erasing = self.clinic.settings.home / ERASING
        if not until(lambda: not any(erasing.glob("*")), _TIDY_WITHIN_S):
            yield "an erasure that was cut short is not finished"
        there = self.clinic.has(self._person)
        if there and self.done:
            yield "somebody who was said to be erased is still there"
        with self.clinic.records() as records:
            if there:
                sets = [row for row in all_rows(records)["exercise_set"] if row["person_id"] == self._person]
                if len(sets) != 1:
                    yield "half of an erasure"
                erase_person(records, ROBIN, self._person)
        yield from _left_of(self.clinic.settings.home, self._name, self._person)


class Importing(Deed):
    """People imported on the command line beside the app; killed with it."""

    name = "import"

    def get_ready(self) -> None:
        """Make an archive of somebody else."""
        self._archive = self.clinic.folder / "people.zip"
        self._example = export_stranger(self.clinic.folder, self._archive, f"Comes Later {self.number}")
        self._process: subprocess.Popen[bytes] | None = None

    def do(self) -> None:
        """Import it."""
        command = [sys.executable, "-m", "formcheck", "records", "import", str(self._archive)]
        with self.clinic.app.log.open("a") as log:
            self._process = subprocess.Popen(command, env=self.clinic.app.environment, stdout=log, stderr=log)
        self.done = self._process.wait() == 0

    def kill(self) -> None:
        """Kill the command too."""
        if self._process is not None:
            self._process.kill()

    def look(self) -> Iterator[str]:
        """Import again: what is there is recognised, what is not there comes."""
        if self.done and not self.clinic.has(self._example.person_id):
            yield "somebody who was said to be imported is not there"
        yield from self._whole(may_miss=True)
        with self.clinic.records() as records:
            import_people(records, ROBIN, self._archive)
        yield from self._whole(may_miss=False)
        with self.clinic.records() as records:
            erase_person(records, ROBIN, self._example.person_id)
        yield from _left_of(self.clinic.settings.home, f"Comes Later {self.number}", self._example.person_id)

    def _whole(self, *, may_miss: bool) -> Iterator[str]:
        with self.clinic.records() as records:
            rows = all_rows(records)
        counted = {
            name: sum(self._example.person_id in {row.get("id"), row.get("person_id")} for row in rows[name])
            for name in ("person", "exercise_set", "plan")
        }
        if counted["person"] == 0 and may_miss:
            return
        if counted != {"person": 1, "exercise_set": 1, "plan": 2}:
            yield f"half of an import: {counted}"


class LiveSet(Deed):
    """A set before the camera whose video is to be kept. The kill comes while it is being done."""

    name = "live set"

    def get_ready(self) -> None:
        """Open the page and accept its texts."""
        self._window = Window(self.clinic.app)
        self._window.open("check")
        self._window.accept_safety()
        view = self._window.component("formcheck_live")
        setup = {**view["setup"], "type": "setup", "version": 2, "source": "picture", "keep_video": True}  # type: ignore[dict-item]
        self._path, self._setup = f"live?token={view['token']}", {**setup, "width": 640, "height": 360}

    def do(self) -> None:
        """Stand, then squat."""
        with self._window, self.clinic.app.page(self._path) as live:
            live.send(json.dumps(self._setup))
            live.recv()
            for number, picture in enumerate(_pictures()):
                live.send(struct.pack("<Bd", 1, 1000 / 30 * number) + picture)
                live.recv()
                time.sleep(1 / 30)
            live.send('{"type":"finish"}')
            while json.loads(live.recv())["type"] != "finished":
                pass
        self.done = True

    def look(self) -> Iterator[str]:
        """Find nothing: what is not kept is gone, see `Clinic.faults`."""
        yield from ()


@cache
def _pictures() -> list[bytes]:
    return jpegs_of(_CLIP, 640)[:240]


def _left_of(home: Path, *words: str) -> Iterator[str]:
    """Name files that hold traces, once SQLite has had time to let go of what others read just then."""
    for word in words:
        if not until(lambda word=word: not _holding(home, word), _TIDY_WITHIN_S):
            yield f"of an erased person {word!r} is left in {[path.name for path in _holding(home, word)]}"


def _holding(home: Path, word: str) -> list[Path]:
    with contextlib.suppress(FileNotFoundError):
        return files_holding(home, word)
    return [home]
