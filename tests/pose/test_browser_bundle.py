"""Layer: processes. MediaPipe for browsers out of a package of npm, without a network."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from formcheck.errors import PoseModelError
from formcheck.pose import browser_bundle, npm
from formcheck.pose.browser_bundle import browser_file, browser_folder, browser_state, install_browser
from formcheck.pose.releases import NpmPackage, PackageMember

CONTENT = {"package/wasm/vision.wasm": b"\0asm", "package/bundle.mjs": b"export const a = 1;"}


def tarball(content: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, data in content.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


PUBLISHED = tarball(CONTENT)
PACKAGE = NpmPackage("@tiny/vision", "1.2.3", hashlib.sha512(PUBLISHED).hexdigest(), len(PUBLISHED))
MEMBERS = tuple(PackageMember(path, hashlib.sha256(data).hexdigest()) for path, data in CONTENT.items())


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish a tiny package in the place of the real one."""
    monkeypatch.setattr(browser_bundle, "BROWSER_PACKAGE", PACKAGE)
    monkeypatch.setattr(browser_bundle, "MEMBERS", MEMBERS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "models"
    made.mkdir()
    return made


def put_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Put a program called npm where programs are looked for, and nothing else."""
    tools = tmp_path / "tools"
    tools.mkdir()
    npm = tools / "npm"
    npm.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\nplace = pathlib.Path(sys.argv[sys.argv.index("
        f"'--pack-destination') + 1])\n{body}\n"
    )
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))


def gives(data: bytes) -> str:
    return f"assert sys.argv[1:3] == ['pack', '@tiny/vision@1.2.3']\n(place / 'any-name.tgz').write_bytes({data!r})"


def assert_installed(folder: Path) -> None:
    assert {path.name: path.read_bytes() for path in browser_folder(folder=folder).iterdir()} == {
        "vision.wasm": b"\0asm",
        "bundle.mjs": b"export const a = 1;",
    }
    assert browser_state(folder=folder).ok


def test_the_tarball_that_npm_names_so_is_the_one_that_a_person_lays_in() -> None:
    assert PACKAGE.file_name == "tiny-vision-1.2.3.tgz"
    assert PACKAGE.spec == "@tiny/vision@1.2.3"


def test_the_package_comes_through_npm(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_npm(tmp_path, monkeypatch, gives(PUBLISHED))
    told: list[str] = []
    assert install_browser(lambda stage, _: told.append(stage), folder=folder) == folder / "browser"
    assert_installed(folder)
    assert list(folder.iterdir()) == [folder / "browser"]
    assert list(dict.fromkeys(told)) == ["Downloading @tiny/vision@1.2.3 (0 MB)", "Unpacking"]


def test_what_is_there_is_not_fetched_again(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_npm(tmp_path, monkeypatch, gives(PUBLISHED))
    install_browser(folder=folder)
    monkeypatch.setenv("PATH", "")
    told: list[str] = []
    install_browser(lambda stage, _: told.append(stage), folder=folder)
    assert told == []


def test_a_tarball_laid_in_by_hand_needs_no_npm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (folder / PACKAGE.file_name).write_bytes(PUBLISHED)
    install_browser(folder=folder)
    assert_installed(folder)
    assert (folder / PACKAGE.file_name).read_bytes() == PUBLISHED


def test_another_tarball_laid_in_by_hand_is_refused(folder: Path) -> None:
    (folder / PACKAGE.file_name).write_bytes(tarball({**CONTENT, "package/bundle.mjs": b"other"}))
    with pytest.raises(PoseModelError, match="refused") as caught:
        install_browser(folder=folder)
    assert PACKAGE.file_name in caught.value.remedy
    assert not browser_folder(folder=folder).exists()


@pytest.mark.parametrize("data", [b"", PUBLISHED + b"\0", tarball({"package/bundle.mjs": b"other"})])
def test_what_npm_gives_is_held_to_its_hash_and_what_was_there_stays(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    older = browser_folder(folder=folder)
    older.mkdir()
    (older / "kept").write_text("older")
    put_npm(tmp_path, monkeypatch, gives(data))
    with pytest.raises(PoseModelError, match="refused"):
        install_browser(folder=folder)
    assert list(folder.iterdir()) == [older]
    assert (older / "kept").read_text() == "older"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"package/bundle.mjs": CONTENT["package/bundle.mjs"]}, "does not hold"),
        ({**CONTENT, "package/bundle.mjs": b"other"}, "not the published one"),
    ],
)
def test_a_package_without_the_right_files_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, content: dict[str, bytes], reason: str
) -> None:
    data = tarball(content)
    monkeypatch.setattr(browser_bundle, "BROWSER_PACKAGE", replace(PACKAGE, sha512=hashlib.sha512(data).hexdigest()))
    (folder / PACKAGE.file_name).write_bytes(data)
    with pytest.raises(PoseModelError, match=reason):
        install_browser(folder=folder)
    assert not browser_folder(folder=folder).exists()


def test_npm_that_fails_is_quoted_in_one_sentence(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "npm error code E404\\nnpm error 404 Not Found.\\nnpm error A complete log of this run: x.log"
    put_npm(tmp_path, monkeypatch, f"print('{said}'); sys.exit(1)")
    with pytest.raises(PoseModelError, match="npm says “404 Not Found”") as caught:
        install_browser(folder=folder)
    assert "npm pack @tiny/vision@1.2.3" in caught.value.remedy
    assert list(folder.iterdir()) == []


def test_without_npm_and_without_an_index_the_error_says_both(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "no-pip.conf"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(PoseModelError, match="there is no npm here, and pip says “No matching distribution found"):
        install_browser(folder=folder)
    assert list(folder.iterdir()) == []


def test_ctrl_c_leaves_nothing_behind(folder: Path) -> None:
    (folder / PACKAGE.file_name).write_bytes(PUBLISHED)

    def interrupt(stage: str, fraction: float | None) -> None:
        del stage, fraction
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install_browser(interrupt, folder=folder)
    assert [path.name for path in folder.iterdir()] == [PACKAGE.file_name]


def test_an_altered_file_is_found_and_mended(folder: Path) -> None:
    (folder / PACKAGE.file_name).write_bytes(PUBLISHED)
    install_browser(folder=folder)
    bundle = browser_folder(folder=folder) / "bundle.mjs"
    assert browser_file(MEMBERS[1], folder=folder) == bundle
    bundle.write_bytes(b"other")
    os.utime(bundle, ns=(1, 1))
    assert browser_file(MEMBERS[1], folder=folder) is None
    assert not browser_state(folder=folder).ok
    install_browser(folder=folder)
    assert_installed(folder)


def test_npm_takes_no_settings_of_a_project_around_its_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = "assert pathlib.Path('package.json').read_text() == '{}'"
    put_npm(tmp_path, monkeypatch, f"{own}\n{gives(PUBLISHED)}")
    install_browser(folder=folder)
    assert_installed(folder)


def test_pip_is_asked_for_wheels_by_their_hashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def told(command: list[str], progress: Callable[[float | None], None]) -> tuple[int, str]:
        del progress
        assert "--require-hashes" in command
        asked.extend(Path(command[-1]).read_text(encoding="utf-8").splitlines())
        return 0, ""

    monkeypatch.setattr(npm, "run_told", told)
    npm._npm_of_wheel(browser_bundle.BROWSER_PACKAGE, tmp_path / "npm", lambda *_: None)
    assert len(asked) == 2
    assert all("==" in line and "--hash=sha256:" in line for line in asked)
