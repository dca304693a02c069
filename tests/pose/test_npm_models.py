"""Layer: processes. Pose models out of a package of npm, without a network."""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import tarfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from formcheck.errors import PoseModelError
from formcheck.pose.bundle import build_bundle, content_sha256
from formcheck.pose.models import PoseModel, install_release, verify_model
from formcheck.pose.releases import RELEASES, ModelRelease, NpmPackage, NpmSource, PackageMember, WheelSource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "models"
    made.mkdir()
    return made


@pytest.fixture
def release(folder: Path, detector: bytes, landmarks: bytes) -> ModelRelease:
    """Describe a release whose package lies in the models folder, as a person lays it in."""
    networks = {"package/assets.data": detector, "package/landmarks.tflite": landmarks}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, data in networks.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    tarball = out.getvalue()
    package = NpmPackage("@tiny/pose", "1.0.0", hashlib.sha512(tarball).hexdigest(), len(tarball))
    (folder / package.file_name).write_bytes(tarball)
    members = [PackageMember(path, hashlib.sha256(data).hexdigest()) for path, data in networks.items()]
    return ModelRelease(
        "tiny", NpmSource(package, *members), content_sha256=(content_sha256(detector), content_sha256(landmarks))
    )


def laid_in(release: ModelRelease, folder: Path) -> Path:
    assert isinstance(release.source, NpmSource)
    return folder / release.source.package.file_name


def install(release: ModelRelease, folder: Path) -> PoseModel:
    return install_release(release, folder=folder)


def test_a_model_comes_out_of_a_package(release: ModelRelease, folder: Path, detector: bytes, landmarks: bytes) -> None:
    model = install(release, folder)
    assert model.path == folder / "pose_landmarker_tiny.task"
    assert model.path.read_bytes() == build_bundle(detector, landmarks)
    assert verify_model(model.path).sha256 == model.sha256
    assert sorted(folder.iterdir()) == sorted([model.path, laid_in(release, folder)])


def test_an_altered_package_is_refused_and_nothing_is_left(release: ModelRelease, folder: Path) -> None:
    tarball = laid_in(release, folder)
    tarball.write_bytes(tarball.read_bytes()[:-1] + b"\1")
    with pytest.raises(PoseModelError, match="refused") as caught:
        install(release, folder)
    assert "npm pack @tiny/pose@1.0.0" in caught.value.remedy
    assert list(folder.iterdir()) == [tarball]


def test_a_package_with_another_network_is_refused(release: ModelRelease, folder: Path) -> None:
    assert isinstance(release.source, NpmSource)
    other = replace(release.source.landmarks, sha256="0" * 64)
    with pytest.raises(PoseModelError, match="not the published one"):
        install(replace(release, source=replace(release.source, landmarks=other)), folder)
    assert list(folder.iterdir()) == [laid_in(release, folder)]


def test_two_processes_may_install_at_once(release: ModelRelease, folder: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        first, second = (job.result() for job in [pool.submit(install, release, folder) for _ in range(2)])
    assert first == second
    assert sorted(folder.iterdir()) == sorted([first.path, laid_in(release, folder)])


def test_all_models_share_a_detector_and_none_a_landmark_network() -> None:
    contents = [release.content_sha256 for release in RELEASES.values()]
    assert all(contents)
    detectors, landmarks = zip(*(each for each in contents if each is not None), strict=True)
    assert len(set(detectors)) == 1
    assert len(set(landmarks)) == 3


def test_no_host_is_named() -> None:
    for release in RELEASES.values():
        assert isinstance(release.source, (WheelSource, NpmSource))
        assert "://" not in repr(release)
