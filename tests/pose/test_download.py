"""Layer: a server of this computer. Downloading published bundles over HTTP."""

from __future__ import annotations

import hashlib
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from formcheck.errors import PoseModelError
from formcheck.pose.bundle import build_bundle
from formcheck.pose.models import install_release, verify_model
from formcheck.pose.releases import DownloadSource, ModelRelease


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@dataclass
class Server:
    """A server of this computer and what it has been asked for."""

    url: str
    requests: list[str]


@contextmanager
def serving(respond: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[Server]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            respond(self)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    class Threads(ThreadingHTTPServer):
        daemon_threads = False  # so that closing waits for answers under way

    with Threads(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Server(f"http://127.0.0.1:{server.server_port}/pose.task", asked)
        finally:
            server.shutdown()
            thread.join()


def send(data: bytes, *, claimed_bytes: int | None = None) -> Callable[[BaseHTTPRequestHandler], None]:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data) if claimed_bytes is None else claimed_bytes))
        handler.end_headers()
        handler.wfile.write(data)

    return respond


@pytest.fixture
def bundle(detector: bytes, landmarks: bytes) -> bytes:
    return build_bundle(detector, landmarks)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def published_at(url: str, bundle: bytes) -> ModelRelease:
    sha256 = hashlib.sha256(bundle).hexdigest()
    return ModelRelease("tiny", DownloadSource(url, sha256, len(bundle)), published_sha256=(sha256,))


def test_a_published_bundle_is_downloaded_as_it_is(folder: Path, bundle: bytes) -> None:
    told: list[float | None] = []
    with serving(send(bundle)) as server:
        release = published_at(server.url, bundle)
        model = install_release(release, lambda _, fraction: told.append(fraction), folder=folder)
    assert model.path.read_bytes() == bundle
    assert server.requests == ["/pose.task"]
    assert (told[0], told[-1]) == (None, 1.0)
    assert list(folder.iterdir()) == [model.path]


@pytest.mark.parametrize(
    "alter", [lambda data: data[:-1] + b"\1", lambda data: data + b"more", lambda data: data * 3, lambda _: b""]
)
def test_another_file_than_the_published_one_is_refused(
    folder: Path, bundle: bytes, alter: Callable[[bytes], bytes]
) -> None:
    with serving(send(alter(bundle))) as server, pytest.raises(PoseModelError, match=r"refused|broke off"):
        install_release(published_at(server.url, bundle), folder=folder)
    assert list(folder.iterdir()) == []


def test_a_download_that_breaks_off_leaves_nothing(folder: Path, bundle: bytes) -> None:
    respond = send(bundle[:100], claimed_bytes=len(bundle))
    with serving(respond) as server, pytest.raises(PoseModelError, match=r"broke off|could not be downloaded"):
        install_release(published_at(server.url, bundle), folder=folder)
    assert list(folder.iterdir()) == []


def test_a_missing_page_is_named(folder: Path, bundle: bytes) -> None:
    def not_found(handler: BaseHTTPRequestHandler) -> None:
        handler.send_error(404)

    with serving(not_found) as server, pytest.raises(PoseModelError, match="Not Found") as caught:
        install_release(published_at(server.url, bundle), folder=folder)
    assert server.url in caught.value.reason
    assert "formcheck models install tiny" in caught.value.remedy


def test_a_server_that_is_not_there_is_an_error(folder: Path, bundle: bytes) -> None:
    with serving(send(bundle)) as server:
        pass
    with pytest.raises(PoseModelError, match="could not be downloaded"):
        install_release(published_at(server.url, bundle), folder=folder)


def test_two_processes_may_install_at_once(folder: Path, bundle: bytes) -> None:
    both_are_downloading = threading.Barrier(2, timeout=240)

    def respond(handler: BaseHTTPRequestHandler) -> None:
        both_are_downloading.wait()
        send(bundle)(handler)

    spawn = multiprocessing.get_context("spawn")
    with serving(respond) as server, ProcessPoolExecutor(2, mp_context=spawn) as pool:
        release = published_at(server.url, bundle)
        running = [pool.submit(install_release, release, None, folder=folder) for _ in range(2)]
        first, second = (job.result() for job in running)
    assert first == second
    assert first.path.read_bytes() == bundle
    assert verify_model(first.path).sha256 == first.sha256
    assert list(folder.iterdir()) == [first.path]
