"""Fifty clients of a clinic at once, each after the others' records, and what strangers and huge files do meanwhile.

    python benchmarks/attack_clients.py --clients 50 --seed 1

Starts the app with a login and a worker. Each client, from an address of its own, opens pages, uploads, does a live
set, fetches what is theirs, and asks for others' videos, curves, documents, exports, uploads and sets, by their ids and
by their very links. Then come a hundred strangers at once, pictures of 15 000 x 15 000 pixels in many forms, and 2 GB
of junk from somebody who is logged in. Memory of server and worker is watched all the time. Prints tables for
`docs/security.md`; ends with status 1 if anything is otherwise than expected.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import struct
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import psutil
from attack_files import filmed
from attacked_app import PATIENCE_S, App, Browser, Window, free_port, running, until
from live_load import jpegs_of
from websockets.exceptions import ConnectionClosed, InvalidStatus

from formcheck.records.access import SYSTEM, Role
from formcheck.records.accounts import add_account
from formcheck.records.integrity import check
from formcheck.records.notes import write_note
from formcheck.records.records import Records
from formcheck.records.sets import keep_video
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import Upload
from formcheck.web.live.refusal import CloseCode
from formcheck.web.shared.addresses import (
    DOCUMENT_PATH,
    EXPORT_PATH,
    LINK_HEADER,
    PLAYER_PATH,
    UPLOADS_PATH,
    VIDEO_PATH,
)
from formcheck.web.uploads.answers import CHUNK_BYTES
from tests.clips import SAMPLES
from tests.records.kept import CLINICIAN, add_somebody, keep_set
from tests.web.access.clinic import COOKIE_SECRET, SECRETS, cookies_of

LIVE_SETS: Final = 4
"""At once, as on two processors; each takes some 250 MB for the time it lasts: the pose model and the encoder."""
SERVER_CEILING_MB: Final = 800.0 + 300.0 * LIVE_SETS
"""Of the server with fifty people in it, all places for live sets taken, whatever is sent."""
WORKER_CEILING_MB: Final = 3 * 1024.0
"""The ceiling that a worker has by itself."""
_SERVED_WITHIN_S: Final = 60.0
"""For each page of each client, on a machine that does nothing but this; more is being starved."""
_FRAMES: Final = 30
_STRANGERS: Final = 100
_SIDE_PX: Final = 15_000
_JUNK_BYTES: Final = 2 * 1024**3
_LINKS: Final = re.compile(rb"/formcheck-files/[a-z]+/[0-9a-f]{32}[^\"\\\s)<>]*")
_MEASURED_WITHIN_S: Final = 300.0


@dataclass
class Client:
    """Somebody with a login, and what is kept of them."""

    number: int
    browser: Browser
    person_id: str
    set_id: str
    secret: str
    """A word that stands in what is kept of them and nowhere else."""
    links: list[str] = field(default_factory=list)
    """Addresses of their files, as their own pages have them."""
    upload_link: str = ""
    upload_id: str = ""
    live_token: str = ""
    slowest_s: float = 0.0


class Clinic:
    """The records of as many clients, and what was found."""

    def __init__(self, app: App, clients: int) -> None:
        self.app = app
        self.counted: Counter[str] = Counter()
        self.faults: list[str] = []
        self._lock = threading.Lock()
        self.records = Records(RecordsSettings(home=app.home, database_url=None))
        self.clients = [self._client(number) for number in range(clients)]

    def _client(self, number: int) -> Client:
        secret = f"waxwing{number:03}x"
        person = add_somebody(self.records, f"Ada {secret}")
        email = f"client{number}@example.org"
        path = self.records.files.passing_name(".mp4")
        path.write_bytes(secret.encode() + os.urandom(100_000))
        kept = keep_set(self.records, person.id, video=keep_video(self.records.files, path, ".mp4"))
        with self.records.writing(SYSTEM) as work:
            add_account(work, email, Role.CLIENT, person_id=person.id)
        with self.records.writing(CLINICIAN) as work:
            write_note(work, f"Well done, {secret}.", set_id=kept.id, for_client=True)
        cookies = cookies_of(email, secret=COOKIE_SECRET, origin=self.app.origin)
        return Client(number, Browser(cookies, f"127.0.1.{number + 1}"), person.id, kept.id, secret)

    def count(self, what: str) -> None:
        """Count something that came as expected."""
        with self._lock:
            self.counted[what] += 1

    def fault(self, what: str) -> None:
        """Note something that did not."""
        with self._lock:
            self.faults.append(what)

    def need(self, sound: bool, what: str) -> None:
        """Count it, or note that it is not so."""
        if sound:
            self.count(what)
        else:
            self.fault(f"not so: {what}")

    def need_silence(self, said: bytes, client: Client, others: Sequence[Client], where: str) -> None:
        """Note where somebody is told anything of others."""
        told = [each.number for each in others if each.secret.encode() in said]
        if told:
            self.fault(f"client {client.number} was told of {told} by {where}")


def everything(clinic: Clinic, client: Client, dice: random.Random) -> None:
    """Do all that a client does, in the order of a visit."""
    others = [each for each in clinic.clients if each is not client]
    for step in (_pages, _upload, _live, _own_files):
        step(clinic, client, others)
    for _ in range(3):
        _others_records(clinic, client, dice.choice(others), others)


def _pages(clinic: Clinic, client: Client, others: Sequence[Client]) -> None:
    with Window(clinic.app, client.browser) as window:
        for page, query in (("start", ""), ("person", ""), ("progress", ""), ("review", f"set={client.set_id}")):
            began_s = time.monotonic()
            said = window.open(page, query)
            client.slowest_s = max(client.slowest_s, time.monotonic() - began_s)
            clinic.need_silence(said, client, others, page)
            clinic.count("pages opened")
            client.links += [each.decode().replace("\\u0026", "&") for each in _LINKS.findall(said)]
        clinic.need(client.secret.encode() in said, "own sets seen")
        window.open("videos")
        client.upload_link = str(window.component("formcheck_uploads")["link"])
        window.open("check")
        window.accept_safety()
        client.live_token = str(window.component("formcheck_live")["token"])


def _upload(clinic: Clinic, client: Client, _: Sequence[Client]) -> None:
    content = (SAMPLES / "wall_squat_side.mp4").read_bytes()[:20_000] + os.urandom(2_000)
    sent = send(clinic.app, client, f"{client.secret}.mp4", content)
    client.upload_id = str(sent["id"])
    clinic.need(sent["state"] == "waiting", "uploads that came whole")


def send(app: App, client: Client, name: str, content: bytes) -> dict[str, Any]:
    """Upload a file as a page does, and return what the app says."""
    link = {LINK_HEADER: client.upload_link, "Origin": app.origin}
    announced = json.dumps({"name": name, "size": len(content)}).encode()
    said = app.ask("POST", UPLOADS_PATH, announced, link, client.browser).json()
    while said.get("state") == "receiving":
        at = int(str(said["received"]))
        piece = content[at : at + CHUNK_BYTES]
        span = {"Content-Range": f"bytes {at}-{at + len(piece) - 1}/{len(content)}"}
        said = app.ask("PUT", f"{UPLOADS_PATH}/{said['id']}", piece, {**link, **span}, client.browser).json()
    return said


def _live(clinic: Clinic, client: Client, _: Sequence[Client]) -> None:
    is_ready = False
    try:
        with clinic.app.page(f"live?token={client.live_token}", browser=client.browser) as live:
            live.send(json.dumps(_SETUP))
            said = json.loads(live.recv(timeout=PATIENCE_S))
            if said["type"] != "ready":
                clinic.need(bool(said.get("reason")), "live sets refused in words: all places are taken")
                return
            is_ready = True
            for number, picture in enumerate(_PICTURES):
                live.send(struct.pack("<Bd", 1, 1000 / 30 * number) + picture)
                live.recv(timeout=PATIENCE_S)
                time.sleep(1 / 30)
            clinic.count("live sets with all pictures answered")
            live.send('{"type":"cancel"}')
    except (ConnectionClosed, InvalidStatus) as error:
        is_full = isinstance(error, ConnectionClosed) and error.rcvd is not None and error.rcvd.code == CloseCode.BUSY
        if is_full and not is_ready:  # it was told before it had said anything
            clinic.count("live sets refused in words: all places are taken")
        else:
            clinic.fault(f"client {client.number}: a live set broke off: {error}")
    except TimeoutError:
        clinic.fault(f"client {client.number}: a live set is starved")


_SETUP: Final = {
    "type": "setup", "version": 2, "source": "picture", "exercise": "wall-squat", "leg": "both",
    "reps": 10, "hold_s": None, "target_depth_deg": None, "step_height_cm": None, "ball": False, "model": "full",
    "session_number": 1, "keep_video": True, "width": 320, "height": 180,
}  # fmt: skip
_PICTURES: Final = jpegs_of(SAMPLES / "wall_squat_side.mp4", 320)[60 : 60 + _FRAMES]


def _own_files(clinic: Clinic, client: Client, others: Sequence[Client]) -> None:
    for path in sorted(set(client.links)):
        if DOCUMENT_PATH in path:
            continue  # each keeps a processor busy for seconds
        answer = clinic.app.ask("GET", path, browser=client.browser)
        clinic.need(answer.status == 200, "own files fetched")
        clinic.need_silence(answer.body, client, others, path)


def _others_records(clinic: Clinic, client: Client, other: Client, others: Sequence[Client]) -> None:
    app, me = clinic.app, client.browser
    with Window(app, me) as window:
        queries = (("review", f"set={other.set_id}"), ("person", f"person={other.person_id}"))
        more = (("progress", f"person={other.person_id}"), ("compare", f"first={client.set_id}&second={other.set_id}"))
        for page, query in (*queries, *more, ("videos", f"upload={other.upload_id}")):
            clinic.need_silence(window.open(page, query), client, others, f"{page}?{query}")
            clinic.count("pages of others asked for")
    own = sorted(set(client.links))
    stolen = [*set(other.links), *(each.replace(client.set_id, other.set_id) for each in own)]
    stolen += [f"{path}/{other.set_id}" for path in (VIDEO_PATH, PLAYER_PATH, f"{DOCUMENT_PATH}")]
    stolen += [f"{EXPORT_PATH}/{other.person_id}", f"{EXPORT_PATH}/{client.person_id}"]
    for path in stolen:
        answer = app.ask("GET", path, browser=me)
        clinic.need(answer.status in {400, 401, 404}, "files of others refused")
        clinic.need_silence(answer.body, client, others, path)
    link = {"Origin": app.origin}
    for upload_id, token in ((other.upload_id, client.upload_link), (client.upload_id, other.upload_link)):
        for method in ("GET", "DELETE", "PUT"):
            if not upload_id or not token:
                continue
            given = {**link, LINK_HEADER: token, "Content-Range": "bytes 0-0/1"}
            answer = app.ask(method, f"{UPLOADS_PATH}/{upload_id}", b"x" if method == "PUT" else None, given, me)
            clinic.need(answer.status in {401, 404}, "uploads of others refused")
    if other.live_token:
        _stolen_live(clinic, client, other)


def _stolen_live(clinic: Clinic, client: Client, other: Client) -> None:
    try:
        with clinic.app.page(f"live?token={other.live_token}", browser=client.browser) as live:
            live.send(json.dumps(_SETUP))
            while json.loads(live.recv(timeout=PATIENCE_S))["type"] != "ready":
                pass
    except (ConnectionClosed, InvalidStatus) as error:
        refused = isinstance(error, InvalidStatus) or (error.rcvd is not None and error.rcvd.code == 4401)
        clinic.need(refused, "live tokens of others refused")
    else:
        clinic.fault("a live token of somebody else opened a set")


# Memory ---------------------------------------------------------------------------------------------------------------


@dataclass
class Peaks:
    """Most memory of server and workers (MB)."""

    server: float = 0.0
    worker: float = 0.0


@contextmanager
def _watched(app: App) -> Iterator[Peaks]:
    peaks, done = Peaks(), threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            with contextlib.suppress(psutil.Error):
                peaks.server = max(peaks.server, app.memory_mb())
                sizes = [each.memory_info().rss / 2**20 for each in app.workers()]
                peaks.worker = max(peaks.worker, *sizes, 0.0)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peaks
    finally:
        done.set()
        watching.join()


def all_clients(clinic: Clinic, seed: int) -> str:
    """Have all clients at work at once."""
    with ThreadPoolExecutor(len(clinic.clients)) as pool:
        done = {
            pool.submit(everything, clinic, each, random.Random(f"{seed} {each.number}")): each
            for each in clinic.clients
        }
        for task, client in done.items():
            error = task.exception()
            if error is not None:
                clinic.fault(f"client {client.number}: {type(error).__name__}: {error}")
    slowest = [each.slowest_s for each in clinic.clients]
    clinic.need(max(slowest) < _SERVED_WITHIN_S, "nobody waits a minute for a page")
    return f"slowest page of each client: {np.median(slowest):.1f} s in the middle, {max(slowest):.1f} s at most"


def strangers(clinic: Clinic) -> str:
    """Have strangers without a login open pages, sockets and requests at once."""

    def stranger(number: int) -> None:
        browser = Browser(address=f"127.0.2.{number + 1}")
        with Window(clinic.app, browser) as window:
            said = window.open("review", f"set={clinic.clients[number % len(clinic.clients)].set_id}")
        clinic.need_silence(said, clinic.clients[0], clinic.clients, "a page without a login")
        clinic.need(b"open to people who were given access" in said, "strangers told to log in")
        answer = clinic.app.ask("POST", UPLOADS_PATH, b"{}", {"Origin": clinic.app.origin}, browser)
        clinic.need(answer.status == 401, "uploads of strangers refused")

    with ThreadPoolExecutor(_STRANGERS) as pool:
        for task in [pool.submit(stranger, number) for number in range(_STRANGERS)]:
            error = task.exception()
            if error is not None:
                clinic.fault(f"a stranger: {type(error).__name__}: {error}")
    return f"a page for a client afterwards in {clinic.app.served_in_s():.2f} s"


def huge_pictures(clinic: Clinic) -> str:
    """Upload pictures of huge size in every form that can be written here, under names of videos."""
    client, ids, left_out = clinic.clients[0], [], []
    for kind in (".png", ".jpg", ".webp", ".tiff", ".avif", ".jp2", ".bmp"):
        content = _picture(kind)
        if content is None:
            left_out.append(kind)
            continue
        for name in (f"huge{kind}.mp4", f"huge{kind}.avi"):
            said = send(clinic.app, client, name, content)
            if "id" in said:
                ids.append(str(said["id"]))
            clinic.need(bool(said.get("reason")) or said.get("state") == "waiting", "huge pictures answered in words")
    for codec, ending in (("mjpeg", ".avi"), ("png", ".mov"), ("ffv1", ".mkv"), ("mjpeg", ".mov"), ("png", ".avi")):
        film = clinic.app.home.parent / f"huge {codec}{ending}"
        if filmed(film, _SIDE_PX, _SIDE_PX, codec):
            content = film.read_bytes()
            for size in (_SIDE_PX, 640):  # what the container says
                lie = content.replace(_SIDE_PX.to_bytes(4, "little"), size.to_bytes(4, "little"))
                lie = lie.replace(_SIDE_PX.to_bytes(2, "big") * 2, size.to_bytes(2, "big") * 2)
                ids.append(str(send(clinic.app, client, f"{size} {film.name}", lie)["id"]))
        film.unlink(missing_ok=True)
    if left_out:
        print(f"no encoder here for {', '.join(left_out)}", flush=True)
    ended = until(lambda: all(_ended(clinic, each) for each in ids), _MEASURED_WITHIN_S)
    clinic.need(ended, "huge pictures refused or failed in words")
    return f"{len(ids)} reached a worker"


def _picture(kind: str) -> bytes | None:
    reader, writer = os.pipe()
    child = os.fork()  # its memory is not ours
    if child == 0:
        with contextlib.suppress(Exception), os.fdopen(writer, "wb") as out:
            done, data = cv2.imencode(kind, np.zeros((_SIDE_PX, _SIDE_PX, 3), np.uint8))
            if done and len(data) < 100_000_000:
                out.write(data.tobytes())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as came:
        content = came.read()
    os.waitpid(child, 0)
    return content or None


def _ended(clinic: Clinic, upload_id: str) -> bool:
    with clinic.records.reading(CLINICIAN) as work:
        row = work.session.get(Upload, upload_id)
        return row is not None and row.state in {"failed", "duplicate"} and (bool(row.reason) or row.state != "failed")


def junk(clinic: Clinic) -> str:
    """Have somebody with a login upload 2 GB that begin like a video, and give it up."""
    client = clinic.clients[1]
    head = (SAMPLES / "wall_squat_side.mp4").read_bytes()[:100_000]
    link = {LINK_HEADER: client.upload_link, "Origin": clinic.app.origin}
    announced = json.dumps({"name": "junk.mp4", "size": _JUNK_BYTES}).encode()
    said = clinic.app.ask("POST", UPLOADS_PATH, announced, link, client.browser).json()
    sent = 0
    while said.get("state") == "receiving" and sent < _JUNK_BYTES:
        piece = head if not sent else os.urandom(min(CHUNK_BYTES, _JUNK_BYTES - sent))
        span = {"Content-Range": f"bytes {sent}-{sent + len(piece) - 1}/{_JUNK_BYTES}"}
        said = clinic.app.ask("PUT", f"{UPLOADS_PATH}/{said['id']}", piece, {**link, **span}, client.browser).json()
        sent += len(piece)
    until(lambda: "id" not in said or _ended(clinic, str(said["id"])), _MEASURED_WITHIN_S)
    answer = clinic.app.ask("DELETE", f"{UPLOADS_PATH}/{said.get('id')}", None, link, client.browser)
    clinic.need(answer.status in {200, 404, 409}, "junk given up")
    return f"{sent // 2**20} MB sent, {said.get('state') or said.get('reason')}"


def nothing_left(clinic: Clinic) -> str:
    """Look at the records afterwards."""
    found: list[str] = []

    def clean() -> bool:
        seen = check(clinic.records)
        found[:] = [*seen.problems, *seen.needless]
        return not found

    until(clean, PATIENCE_S)
    clinic.faults += found
    return "records check finds nothing" if not found else f"{len(found)} sentences"


@contextmanager
def _served(folder: Path) -> Iterator[App]:
    port = free_port()
    secrets = folder / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text(SECRETS.replace("https://clinic.example", f"http://127.0.0.1:{port}"))
    app = App(
        folder / "records",
        folder / "log",
        port=port,
        HOME=str(folder),
        FORMCHECK_WORKERS="1",
        FORMCHECK_LIVE_SESSIONS=str(LIVE_SETS),
    )
    with running(app):
        yield app


def main() -> int:
    """Attack, and say what became of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="formcheck-attack-") as name, _served(Path(name)) as app:
        clinic = Clinic(app, asked.clients)
        with Window(app, clinic.clients[0].browser) as window:
            window.open("videos")
        print(
            f"with one page open: {app.memory_mb():.0f} MB\n\n| what | what came of it | server | worker |", flush=True
        )
        print("|---|---|---|---|", flush=True)
        attacks: tuple[tuple[str, Callable[[], str]], ...] = (
            (f"{asked.clients} clients at once", lambda: all_clients(clinic, asked.seed)),
            (f"{_STRANGERS} strangers at once", lambda: strangers(clinic)),
            (f"pictures of {_SIDE_PX} x {_SIDE_PX}", lambda: huge_pictures(clinic)),
            ("2 GB of junk by a client", lambda: junk(clinic)),
            ("afterwards", lambda: nothing_left(clinic)),
        )
        for what, attack in attacks:
            with _watched(app) as peaks:
                said = attack()
            print(f"| {what} | {said} | {peaks.server:.0f} MB | {peaks.worker:.0f} MB |", flush=True)
            clinic.need(peaks.server < SERVER_CEILING_MB, "the server stays under its ceiling")
            clinic.need(peaks.worker < WORKER_CEILING_MB, "workers stay under theirs")
        clinic.records.close()
        if "Traceback" in app.log.read_text():
            clinic.fault("a stack trace in the log")
            print(app.log.read_text()[-4000:])
    for counted, number in sorted(clinic.counted.items()):
        print(f"{number} {counted}")
    for fault in clinic.faults[:40]:
        print(f"FAULT: {fault}")
    return 1 if clinic.faults else 0


if __name__ == "__main__":
    sys.exit(main())
