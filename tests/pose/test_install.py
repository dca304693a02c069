"""Layer: processes. Installing models out of wheels through the real pip, without a network."""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from formcheck.errors import PoseModelError
from formcheck.pose.bundle import build_bundle, read_bundle
from formcheck.pose.models import ensure_model, install_release
from formcheck.pose.releases import RELEASES, ModelRelease, WheelSource

WHEEL = "tinypose-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"


@pytest.fixture(autouse=True)
def no_model_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORMCHECK_POSE_MODEL", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder of wheels that stands for the package index, chosen as a user would: by pip's own settings."""
    path = tmp_path / "shelf"
    path.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "no-pip.conf"))
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(path))
    return path


def write_wheel(path: Path, members: dict[str, bytes]) -> str:
    """Write a wheel of version 1.0 with these files; return its SHA-256."""
    info = "tinypose-1.0.dist-info"
    members = {
        **members,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tinypose\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\n"
        b"Tag: cp311-cp311-manylinux_2_28_x86_64\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip('=')},{len(data)}\n"
        for name, data in members.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def release(shelf: Path, wheel_release: ModelRelease, detector: bytes, landmarks: bytes) -> ModelRelease:
    """Describe a release whose wheel lies on the shelf."""
    members = {"tinypose/detector.tflite": detector, "tinypose/landmarks.tflite": landmarks}
    sha256 = write_wheel(shelf / WHEEL, members)
    assert isinstance(wheel_release.source, WheelSource)
    return replace(wheel_release, source=replace(wheel_release.source, sha256=sha256))


def test_a_model_comes_out_of_a_wheel(release: ModelRelease, folder: Path, detector: bytes, landmarks: bytes) -> None:
    model = install_release(release, folder=folder)
    assert model.path == folder / "pose_landmarker_tiny.task"
    assert model.path.read_bytes() == build_bundle(detector, landmarks)
    assert hashlib.sha256(model.path.read_bytes()).hexdigest() == model.sha256
    assert list(folder.iterdir()) == [model.path]


def test_progress_names_each_stage(release: ModelRelease, folder: Path) -> None:
    told: list[tuple[str, float | None]] = []
    install_release(release, lambda stage, fraction: told.append((stage, fraction)), folder=folder)
    stages = list(dict.fromkeys(stage for stage, _ in told))
    assert stages == ["Downloading the pose model (1 MB)", "Building the pose model"]
    assert all(fraction is None or 0 <= fraction <= 1 for _, fraction in told)


def test_the_default_model_is_installed_on_first_use(
    release: ModelRelease, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RELEASES, "full", replace(release, name="full"))
    first = ensure_model(folder=folder)
    assert first.name == "pose_landmarker_full"
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder / "nothing"))
    assert ensure_model(folder=folder) == first


def test_what_is_installed_already_is_not_fetched_again(release: ModelRelease, folder: Path, shelf: Path) -> None:
    first = install_release(release, folder=folder)
    (shelf / WHEEL).unlink()
    assert install_release(release, folder=folder) == first


def test_installing_mends_a_damaged_model(release: ModelRelease, folder: Path) -> None:
    model = install_release(release, folder=folder)
    model.path.write_bytes(model.path.read_bytes()[:100])
    assert install_release(release, folder=folder) == model
    assert read_bundle(model.path)


def test_without_an_index_the_error_says_what_to_do(release: ModelRelease, folder: Path, shelf: Path) -> None:
    (shelf / WHEEL).unlink()
    with pytest.raises(PoseModelError, match=r"No matching distribution found for tinypose==1\.0") as caught:
        install_release(release, folder=folder)
    assert "formcheck models install tiny" in caught.value.remedy
    assert "FORMCHECK_POSE_MODEL" in caught.value.remedy
    assert list(folder.iterdir()) == []


def test_another_wheel_of_the_same_name_is_refused(
    release: ModelRelease, folder: Path, shelf: Path, landmarks: bytes
) -> None:
    write_wheel(shelf / WHEEL, {"tinypose/detector.tflite": landmarks, "tinypose/landmarks.tflite": landmarks})
    with pytest.raises(PoseModelError, match="refused"):
        install_release(release, folder=folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("members", "reason"),
    [({}, "does not hold the pose model"), ({"tinypose/detector.tflite": b"another"}, "not the published one")],
)
def test_a_wheel_without_the_right_networks_is_refused(
    release: ModelRelease, folder: Path, shelf: Path, members: dict[str, bytes], reason: str
) -> None:
    assert isinstance(release.source, WheelSource)
    sha256 = write_wheel(shelf / WHEEL, members)
    with pytest.raises(PoseModelError, match=reason):
        install_release(replace(release, source=replace(release.source, sha256=sha256)), folder=folder)
    assert list(folder.iterdir()) == []


def test_a_failed_installation_leaves_the_older_file(release: ModelRelease, folder: Path, shelf: Path) -> None:
    path = folder / "pose_landmarker_tiny.task"
    folder.mkdir()
    path.write_bytes(b"older")
    (shelf / WHEEL).unlink()
    with pytest.raises(PoseModelError):
        install_release(release, folder=folder)
    assert path.read_bytes() == b"older"
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize("stage", ["Downloading", "Building"])
def test_ctrl_c_leaves_nothing_behind(release: ModelRelease, folder: Path, stage: str) -> None:
    def interrupt(told: str, fraction: float | None) -> None:
        del fraction
        if told.startswith(stage):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install_release(release, interrupt, folder=folder)
    assert list(folder.iterdir()) == []


def test_a_file_in_the_place_of_the_folder_is_an_error(release: ModelRelease, folder: Path) -> None:
    folder.write_text("")
    with pytest.raises(PoseModelError, match="cannot be written"):
        install_release(release, folder=folder)


def test_a_folder_that_may_not_be_written_is_said_before_anything_is_fetched(
    release: ModelRelease, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Asked of the function and not of the file system, which denies an administrator nothing.
    def deny(path: object, mode: int) -> bool:
        del path, mode
        return False

    monkeypatch.setattr(os, "access", deny)
    told: list[str] = []
    with pytest.raises(PoseModelError, match="cannot be written"):
        install_release(release, lambda stage, _: told.append(stage), folder=folder)
    assert told == []
