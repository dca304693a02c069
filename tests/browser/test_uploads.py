"""Layer: a real browser and the real server: videos on their way, broken off, gone on with, measured."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from formcheck.intake.ending import cancel, drop_file, remove_entry
from formcheck.intake.queue import list_uploads
from formcheck.intake.states import UNDER_WAY, UploadState, get_upload
from formcheck.records.access import owner
from formcheck.records.records import Records
from formcheck.records.sets import delete_set
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import ExerciseSet, Upload
from tests.clips import SAMPLES, remake
from tests.estimated import full_model

from ..waiting import until
from .conftest import OpenPage
from .starting import answers, started
from .waiting import at_rest

KeepPicture = Callable[[Page, str], Path]
ROOT = Path(__file__).resolve().parents[2]
_READY = "/formcheck-health"
MEASURED_WITHIN_S = 240.0
AGAIN_MS = 20_000.0
"""A dialog that is still there then was not told what was pressed."""
LARGE_BYTES = 300_000_000
MEDIUM_BYTES = 100_000_000
AS_FAST_AS_IT_GOES = -1
MAY_GROW_BYTES = 80_000_000


class Server:
    """A server of the app on a port of its own, with records of its own; it can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        full_model()
        self.home = folder / "home"
        self._log = folder / "server.log"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.records = Records(RecordsSettings(home=self.home, user_name="Robin"))

    @property
    def process(self) -> psutil.Process:
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def start(self) -> None:
        if self.port:  # a page that is open looks for it where it was
            self._process = self._on(self.port)
            assert answers(self._process, f"http://127.0.0.1:{self.port}{_READY}", self._log)
        else:
            self._process, self.port = started(self._on, _READY, self._log)

    def _on(self, port: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "formcheck", "app", "--port", str(port), "--no-browser"]
        environment = {**os.environ, "FORMCHECK_HOME": str(self.home), "FORMCHECK_WORKERS": "1"}
        with self._log.open("a") as out:
            return subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT, env=environment)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self._process.wait(30)
        self.records.close()
        # Streamlit's own socket may complain of a browser that leaves midway; a trace through our code is a fault.
        assert str(ROOT / "formcheck") not in self._log.read_text(), self._log.read_text()

    def uploads(self) -> list[Upload]:
        with self.records.reading(owner("Robin")) as work:
            return list(list_uploads(work))

    def upload(self, name: str) -> Upload | None:
        return next((row for row in self.uploads() if row.name == name), None)

    def sets(self) -> int:
        with self.records.reading(owner("Robin")) as work:
            return work.session.query(ExerciseSet).count()

    def open(self, page: Page) -> Page:
        page.goto(f"http://127.0.0.1:{self.port}/videos")
        expect(page.get_by_test_id("upload-zone")).to_be_visible(timeout=60_000)
        return page

    def empty(self) -> None:
        """Take all uploads and sets away, whatever is being done with them."""
        robin = owner("Robin")
        for row in self.uploads():
            with self.records.writing(robin) as work:
                if get_upload(work, row.id).state in UNDER_WAY:
                    cancel(work, row.id)
                gone = remove_entry(work, row.id)
            drop_file(work, gone)
        with self.records.writing(robin) as work:
            for (set_id,) in work.session.query(ExerciseSet.id):
                delete_set(work, set_id)
        assert (self.uploads(), self.sets()) == ([], 0)


def served(folder: Path) -> Iterator[Server]:
    """Serve while a fixture lasts."""
    server = Server(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve for all tests here that are about uploads and not about the server."""
    yield from served(tmp_path_factory.mktemp("server"))


@pytest.fixture
def server(shared_server: Server) -> Iterator[Server]:
    """Give the server with nothing in its records."""
    yield shared_server
    shared_server.empty()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """Serve for one test: what a server has done before shows in its memory, and one that is killed is gone."""
    yield from served(tmp_path)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with files of all kinds."""
    folder = tmp_path_factory.mktemp("clips")
    remake("step_down_side", folder / "anna_step-down.mp4", 5.0, start_s=2.3)
    (folder / "the_same.mp4").write_bytes((folder / "anna_step-down.mp4").read_bytes())
    (folder / "words.mp4").write_bytes(b"these are words and not a video" * 100)
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "notes.txt").write_bytes(b"words")
    return folder


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_much_behind_it(tmp_path_factory.mktemp("large") / "large.mp4", LARGE_BYTES)


@pytest.fixture(scope="module")
def medium(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_much_behind_it(tmp_path_factory.mktemp("medium") / "medium.mp4", MEDIUM_BYTES)


def with_much_behind_it(path: Path, size: int) -> Path:
    """Make a video of some size that takes no room on this disk."""
    path.write_bytes((SAMPLES / "wall_squat_front.mp4").read_bytes())
    with path.open("r+b") as file:
        file.truncate(size)
    return path


def slowed(page: Page, bytes_per_s: int) -> None:
    """Let the browser's network be slow from now on."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": bytes_per_s},
    )


def test_several_files_at_once_each_come_to_their_own_end(
    server: Server, camera_page: OpenPage, clips: Path, keep_picture: KeepPicture
) -> None:
    page = server.open(camera_page(None))
    names = ["anna_step-down.mp4", "the_same.mp4", "words.mp4", "empty.mp4", "notes.txt"]
    page.get_by_test_id("upload-input").set_input_files([clips / name for name in names])
    expect(page.get_by_test_id("upload-row").filter(has_text="empty.mp4")).to_contain_text("is empty")
    expect(page.get_by_test_id("upload-row").filter(has_text="notes.txt")).to_contain_text("name of a video file")
    until(lambda: len(server.uploads()) == 3)
    keep_picture(page, "on-their-way")
    expect(page.get_by_text("Open review").first).to_be_visible(timeout=MEASURED_WITHIN_S * 1000)
    states = {row.name: row.state for row in server.uploads()}
    assert sorted((states["anna_step-down.mp4"], states["the_same.mp4"])) == ["done", "duplicate"]
    assert states["words.mp4"] == "failed"
    assert server.sets() == 1
    expect(page.get_by_test_id("upload-row")).to_have_count(2)
    for width, height, dark in ((1280, 800, False), (390, 844, True)):
        other = server.open(camera_page(None, width=width, height=height, dark=dark, phone=width < 600))
        expect(other.get_by_text("Open review").first).to_be_visible()
        at_rest(other)
        keep_picture(other, f"done-{width}")
        assert other.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_large_file_is_cancelled_and_grows_the_server_little(
    own_server: Server, camera_page: OpenPage, large: Path
) -> None:
    server = own_server
    page = server.open(camera_page(None))
    before = server.process.memory_info().rss
    most = before
    page.get_by_test_id("upload-input").set_input_files(large)
    end = time.monotonic() + MEASURED_WITHIN_S
    while time.monotonic() < end:
        row = server.upload("large.mp4")
        if row is not None and row.received > 0.9 * LARGE_BYTES:
            break
        most = max(most, server.process.memory_info().rss)
        time.sleep(0.05)
    assert row is not None
    assert row.received > 0.9 * LARGE_BYTES
    assert most - before < MAY_GROW_BYTES, f"the server grew by {(most - before) / 1e6:.0f} MB"


def test_a_transfer_shows_how_far_it_is_and_can_be_cancelled(
    server: Server, camera_page: OpenPage, large: Path
) -> None:
    page = server.open(camera_page(None))
    slowed(page, 4_000_000)
    page.get_by_test_id("upload-input").set_input_files(large)
    row = page.get_by_test_id("upload-row")
    expect(row).to_contain_text("MB/s", timeout=60_000)
    expect(row).to_contain_text("left")
    until(lambda: (found := server.upload("large.mp4")) is not None and found.received > 0)
    row.get_by_role("button", name="Cancel").click()
    expect(row).to_have_count(0)
    until(lambda: (found := server.upload("large.mp4")) is not None and found.state == UploadState.CANCELLED)
    until(lambda: not list((server.home / "incoming").glob("*.mp4")))


def test_a_transfer_goes_on_by_itself_after_the_server_was_killed(
    own_server: Server, camera_page: OpenPage, medium: Path, keep_picture: KeepPicture
) -> None:
    server = own_server
    page = server.open(camera_page(None))
    slowed(page, 4_000_000)
    page.get_by_test_id("upload-input").set_input_files(medium)
    until(lambda: (found := server.upload("medium.mp4")) is not None and found.received > 8_000_000)
    workers = server.process.children(recursive=True)
    server.kill()
    expect(page.get_by_test_id("upload-row")).to_contain_text("connection is lost", timeout=60_000)
    keep_picture(page, "lost")
    until(lambda: not any(worker.is_running() for worker in workers))
    row = server.upload("medium.mp4")
    assert row is not None
    before = row.received
    server.start()
    until(lambda: (found := server.upload("medium.mp4")) is not None and found.received > before)
    slowed(page, AS_FAST_AS_IT_GOES)
    until(
        lambda: (found := server.upload("medium.mp4")) is not None and found.state != UploadState.RECEIVING,
    )
    row = server.upload("medium.mp4")
    assert row is not None
    assert row.state in (UploadState.WAITING, UploadState.RUNNING, UploadState.DONE)
    assert len(server.uploads()) == 1


def test_a_file_chosen_again_after_the_page_was_closed_goes_on_where_it_was(
    server: Server, camera_page: OpenPage, large: Path
) -> None:
    page = server.open(camera_page(None))
    slowed(page, 12_000_000)
    page.get_by_test_id("upload-input").set_input_files(large)
    until(lambda: (found := server.upload("large.mp4")) is not None and found.received > 20_000_000)
    page.close()
    first = server.upload("large.mp4")
    assert first is not None
    again = server.open(camera_page(None))
    again.get_by_test_id("upload-input").set_input_files(large)
    until(lambda: (found := server.upload("large.mp4")) is not None and found.received > first.received)
    assert len(server.uploads()) == 1


def test_guesses_are_put_right_on_the_page(
    server: Server, camera_page: OpenPage, clips: Path, keep_picture: KeepPicture
) -> None:
    page = server.open(camera_page(None))
    page.get_by_test_id("upload-input").set_input_files(clips / "anna_step-down.mp4")
    page.get_by_role("button", name="Say whose it is").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Whose is it?").fill("Anna Berg")
    dialog.get_by_role("combobox", name="Whose is it?").press("Enter")
    dialog.get_by_role("radio", name="Step-down").or_(dialog.get_by_role("button", name="Step-down")).first.click()
    keep_picture(page, "dialog")
    save = dialog.get_by_role("button", name="Save")
    save.click()
    try:
        expect(dialog).to_have_count(0, timeout=AGAIN_MS)
    except AssertionError:  # pressed while the page was still taking in the choice before it: people press again
        save.click()
        expect(dialog).to_have_count(0)
    expect(page.get_by_text("Anna Berg").first).to_be_visible()
    until(lambda: server.sets() == 1)
    row = server.upload("anna_step-down.mp4")
    assert row is not None
    assert row.person_id is not None
    assert row.wishes["exercise"] == "step-down"
