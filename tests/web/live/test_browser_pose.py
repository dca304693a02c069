"""In process: MediaPipe and its pose models as this server gives them to pages."""

from __future__ import annotations

import gzip
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from formcheck.pose import browser_bundle, models
from formcheck.pose.releases import PackageMember
from formcheck.web.live import browser_pose as served
from formcheck.web.live.routes import live_routes
from tests.estimated import full_model

from .world import World

WASM, LOADER, BUNDLE = b"\0asm" * 500, b"export default 1;" * 50, b"export const a = 1;" * 50


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a models folder in which made-up files for browsers lie, and the full model."""
    monkeypatch.delenv("FORMCHECK_POSE_MODEL", raising=False)
    full = full_model().path.read_bytes()
    members = []
    here = tmp_path / "browser"
    here.mkdir()
    for attribute, content in (("WASM", WASM), ("LOADER", LOADER), ("BUNDLE", BUNDLE)):
        real = getattr(browser_bundle, attribute)
        member = PackageMember(real.path, hashlib.sha256(content).hexdigest())
        (here / member.name).write_bytes(content)
        monkeypatch.setattr(served, attribute, member)
        members.append(member)
    monkeypatch.setattr(served, "MEMBERS", tuple(members))
    monkeypatch.setattr(browser_bundle, "MEMBERS", tuple(members))
    (tmp_path / "pose_landmarker_full.task").write_bytes(full)
    for module in (models, browser_bundle):
        monkeypatch.setattr(module, "models_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def client(folder: Path) -> TestClient:
    del folder
    return TestClient(Starlette(routes=live_routes()))


def told() -> dict[str, object]:
    pose = served.browser_pose()
    assert pose is not None
    return pose


def addresses() -> dict[str, str]:
    pose = told()
    assert isinstance(pose["assets"], dict)
    assert isinstance(pose["models"], dict)
    return {**pose["assets"], **{name: each["address"] for name, each in pose["models"].items()}}


def test_a_page_is_told_what_is_there_and_what_it_is(folder: Path) -> None:
    pose = told()
    assert (pose["package"], pose["version"]) == ("@mediapipe/tasks-vision", "0.10.35")
    assert pose["wasm_sha256"] == hashlib.sha256(WASM).hexdigest()
    assert pose["wasm_bytes"] == len(WASM)
    model = (folder / "pose_landmarker_full.task").read_bytes()
    full = hashlib.sha256(model).hexdigest()
    address = f"/formcheck-static/pose/{full}/pose_landmarker_full.task"
    assert pose["models"] == {"full": {"address": address, "sha256": full, "bytes": len(model)}}


def test_a_page_is_told_nothing_where_something_is_missing(folder: Path) -> None:
    (folder / "pose_landmarker_full.task").unlink()
    assert served.browser_pose() is None


def test_a_page_is_told_nothing_where_a_file_is_not_the_published_one(folder: Path) -> None:
    (folder / "browser" / "vision_bundle.mjs").write_bytes(b"other")
    assert served.browser_pose() is None


@pytest.mark.parametrize("accepted", ["identity", "gzip, br"])
def test_each_address_gives_its_file_for_ever(client: TestClient, folder: Path, accepted: str) -> None:
    whole = {"wasm": WASM, "loader": LOADER, "bundle": BUNDLE}
    kinds = {"wasm": "application/wasm", "loader": "text/javascript", "bundle": "text/javascript"}
    for name, address in addresses().items():
        answer = client.get(address, headers={"accept-encoding": accepted})
        assert answer.status_code == 200, name
        assert answer.content == whole.get(name, (folder / "pose_landmarker_full.task").read_bytes())
        assert answer.headers["content-type"].partition(";")[0] == kinds.get(name, "application/octet-stream")
        assert "immutable" in answer.headers["cache-control"]
        is_zipped = answer.headers.get("content-encoding") == "gzip"
        assert is_zipped == ("gzip" in accepted and name in whole)
    with client.stream("GET", addresses()["wasm"], headers={"accept-encoding": "gzip"}) as raw:
        sent = b"".join(raw.iter_raw())
    assert gzip.decompress(sent) == WASM
    assert len(sent) < len(WASM)


def test_a_page_is_not_given_a_model_under_the_name_of_another(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.task"
    own.write_bytes((folder / "pose_landmarker_full.task").read_bytes())
    monkeypatch.setenv("FORMCHECK_POSE_MODEL", str(own))
    assert served.browser_pose() is None


def test_files_are_read_once_for_all_pages(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = told()

    def read_again(*_: object) -> None:
        raise AssertionError("a file was read again")

    monkeypatch.setattr(hashlib, "file_digest", read_again)
    assert told() == first
    assert served.pose_answer("0" * 64, "pose_landmarker_full.task", "").status_code == 404
    (folder / "pose_landmarker_full.task").touch()
    with pytest.raises(AssertionError, match="read again"):
        served.browser_pose()


@pytest.mark.usefixtures("folder")
def test_a_file_is_compressed_once_however_many_ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compressed: list[int] = []

    def slowly(data: bytes, *, mtime: int) -> bytes:
        compressed.append(len(data))
        time.sleep(0.1)
        return gzip_compress(data, mtime=mtime)

    gzip_compress = gzip.compress
    monkeypatch.setattr(gzip, "compress", slowly)
    sha256, name = addresses()["wasm"].split("/")[-2:]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: served.pose_answer(sha256, name, "gzip"), range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len(compressed) == 1


def test_another_hash_or_another_name_gives_nothing(client: TestClient, folder: Path) -> None:
    wasm = addresses()["wasm"]
    base, sha256, name = wasm.rsplit("/", 2)
    for address in (
        f"{base}/{'0' * 64}/{name}",
        f"{base}/{sha256}/vision_bundle.mjs",
        f"{base}/{sha256}/..%2f{name}",
        f"{base}/{sha256}/",
        f"{base}/{sha256}/pose_landmarker_full.task",
        f"{base}/{sha256}/pose_landmarker_heavy.task",
    ):
        assert client.get(address).status_code == 404, address
    (folder / "browser" / name).write_bytes(b"other")
    assert client.get(wasm).status_code == 404


def test_the_worker_alone_may_compile_webassembly_and_reaches_this_server_alone(world: World) -> None:
    folder = Path(served.__file__).with_name("client")
    client = TestClient(Starlette(routes=live_routes(static_folder=folder)))
    policy = client.get("/formcheck-static/live/client/pose_worker.js").headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == "'self'"
    assert rules["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert "content-security-policy" not in world.client.get("/formcheck-static/live/client/part.js").headers
