"""Layer: files. Where pose models are looked for, and what is said of a file that is found."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from formcheck.errors import PoseModelError
from formcheck.pose import models
from formcheck.pose.bundle import build_bundle, read_bundle
from formcheck.pose.models import (
    ModelState,
    PoseModel,
    ensure_model,
    find_model,
    install_model,
    installed_models,
    model_path,
    models_folder,
    verify_model,
)
from formcheck.pose.releases import RELEASES, ModelRelease
from formcheck.pose.source import browser_origin

MakeNetwork = Callable[..., bytes]


@pytest.fixture(autouse=True)
def no_model_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORMCHECK_POSE_MODEL", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "models"
    made.mkdir()
    return made


@pytest.fixture
def full(folder: Path, bundle_file: Path) -> Path:
    return bundle_file.rename(folder / "pose_landmarker_full.task")


def make_package(folder: Path, project: str | None) -> Path:
    (folder / "formcheck").mkdir(parents=True)
    if project is not None:
        (folder / "pyproject.toml").write_text(project)
    return folder / "formcheck"


def test_a_checkout_keeps_models_beside_the_package(tmp_path: Path) -> None:
    package = make_package(tmp_path / "checkout", '[project]\nname = "formcheck"\n')
    assert models_folder(package) == tmp_path / "checkout" / "models"


@pytest.mark.parametrize("project", [None, '[project]\nname = "another"\n', "[tool.black]\n", "not [ TOML"])
def test_an_installed_package_keeps_models_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: str | None
) -> None:
    def cache(name: str, **_: object) -> Path:
        return tmp_path / "cache" / name

    monkeypatch.setattr(models, "user_cache_path", cache)
    package = make_package(tmp_path / "site-packages", project)
    assert models_folder(package) == tmp_path / "cache" / "formcheck" / "models"


def test_the_installed_model_is_found(full: Path, folder: Path) -> None:
    found = find_model("full", folder=folder)
    assert (found.name, found.short_name, found.path) == ("pose_landmarker_full", "full", full)
    assert found.sha256 == verify_model(full).sha256


def test_the_model_named_in_the_environment_goes_first(
    full: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, detector: bytes, landmarks: bytes, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.task"
    mine.write_bytes(build_bundle(landmarks, detector))
    monkeypatch.setenv("FORMCHECK_POSE_MODEL", str(mine))
    assert find_model("full", folder=folder).path == mine
    assert ensure_model("full", folder=folder).path == mine
    assert full.exists()


def test_auto_is_the_heavy_model_where_it_is_installed_and_else_the_default_one(full: Path, folder: Path) -> None:
    assert ensure_model("auto", folder=folder).path == full
    heavy = folder / "pose_landmarker_heavy.task"
    heavy.write_bytes(full.read_bytes())
    assert ensure_model("auto", folder=folder).path == heavy
    assert ensure_model("full", folder=folder).path == full


def test_a_damaged_heavy_model_is_an_error_and_not_passed_over(full: Path, folder: Path) -> None:
    (folder / "pose_landmarker_heavy.task").write_bytes(full.read_bytes()[:1000])
    with pytest.raises(PoseModelError):
        ensure_model("auto", folder=folder)


def test_an_empty_variable_names_no_model(full: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_POSE_MODEL", "")
    assert find_model(folder=folder).path == full


def test_a_variable_that_names_no_file_is_an_error(
    full: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORMCHECK_POSE_MODEL", str(tmp_path / "absent.task"))
    with pytest.raises(PoseModelError, match=r"FORMCHECK_POSE_MODEL names .*absent\.task"):
        find_model(folder=folder)
    assert full.exists()


def test_a_model_that_somebody_put_into_the_folder_is_found_by_its_name(folder: Path, bundle_file: Path) -> None:
    path = bundle_file.rename(folder / "pose_landmarker_clinic-2.task")
    assert find_model("clinic-2", folder=folder).path == path
    assert ensure_model("clinic-2", folder=folder).path == path


@pytest.mark.parametrize("name", ["lite", "full", "heavy"])
def test_without_a_model_the_error_says_which_command_brings_it(folder: Path, name: str) -> None:
    with pytest.raises(PoseModelError) as caught:
        find_model(name, folder=folder)
    assert f"formcheck models install {name}" in caught.value.remedy
    assert "FORMCHECK_POSE_MODEL" in caught.value.remedy


def test_only_the_default_model_is_installed_unasked(folder: Path) -> None:
    with pytest.raises(PoseModelError, match="not installed"):
        ensure_model("heavy", folder=folder)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../full", "a/b", "", ".hidden", "C:full"])
def test_a_name_cannot_lead_out_of_the_folder(folder: Path, name: str) -> None:
    with pytest.raises(PoseModelError, match="cannot be the name"):
        model_path(name, folder=folder)


def test_a_model_nobody_publishes_cannot_be_installed(folder: Path) -> None:
    with pytest.raises(PoseModelError, match="no pose model “gigantic”") as caught:
        install_model("gigantic", folder=folder)
    assert caught.value.remedy == "Choose one of lite, full, heavy."


@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.99])
def test_a_truncated_model_is_damaged_and_the_error_says_how_to_mend_it(full: Path, folder: Path, kept: float) -> None:
    whole = full.read_bytes()
    full.write_bytes(whole[: int(kept * len(whole)) if kept < 1 else int(kept)])
    for find in (find_model, ensure_model):
        with pytest.raises(PoseModelError, match="damaged") as caught:
            find("full", folder=folder)
        assert "formcheck models install full" in caught.value.remedy
    assert verify_model(full).state is ModelState.DAMAGED


def test_a_folder_in_the_place_of_a_model_is_an_error(folder: Path) -> None:
    (folder / "pose_landmarker_full.task").mkdir()
    with pytest.raises(PoseModelError):
        ensure_model(folder=folder)
    assert verify_model(folder / "pose_landmarker_full.task").state is ModelState.DAMAGED


def test_a_sound_bundle_of_other_networks_is_usable_but_not_the_published_model(full: Path) -> None:
    report = verify_model(full)
    assert (report.state, report.ok) == (ModelState.UNKNOWN, False)
    assert "not the published full model" in report.detail


def test_a_bundle_is_the_published_model_whatever_its_layout(
    full: Path, monkeypatch: pytest.MonkeyPatch, wheel_release: ModelRelease
) -> None:
    monkeypatch.setitem(RELEASES, "full", wheel_release)
    assert verify_model(full).ok
    sparse = full.with_name("pose_landmarker_laid-out-otherwise.task")
    with zipfile.ZipFile(sparse, "w") as archive:
        for member, network in reversed(read_bundle(full).items()):
            archive.writestr(member, network)
    assert sparse.read_bytes() != full.read_bytes()
    assert verify_model(sparse).ok


def test_installed_models_are_listed_by_name_damaged_ones_too(full: Path, folder: Path) -> None:
    (folder / "pose_landmarker_broken.task").write_bytes(b"")
    (folder / "README.md").write_text("")
    (folder / "hand_landmarker.task").write_bytes(b"")
    listed = installed_models(folder=folder)
    assert [model.short_name for model in listed] == ["broken", "full"]
    assert listed[1].path == full


def test_no_folder_means_no_models(tmp_path: Path) -> None:
    assert installed_models(folder=tmp_path / "absent") == ()


def test_the_full_model_is_the_published_one(pose_model: PoseModel) -> None:
    report = verify_model(pose_model.path)
    assert report.ok, report.detail


def test_another_build_of_the_full_model_is_the_published_one_too(pose_model: PoseModel, tmp_path: Path) -> None:
    members = read_bundle(pose_model.path)
    path = tmp_path / "pose_landmarker_full.task"
    path.write_bytes(build_bundle(*members.values()))
    assert verify_model(path).ok


def test_what_was_built_here_is_the_published_model_for_browsers_too(
    pose_model: PoseModel, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "pose_landmarker_full.task"
    path.write_bytes(pose_model.path.read_bytes())
    with zipfile.ZipFile(path, "a") as bundle:
        bundle.comment = b"another layout"
    monkeypatch.setattr(models, "models_folder", lambda: folder)
    own = find_model("full", folder=folder).sha256
    assert own not in RELEASES["full"].known_sha256
    assert browser_origin("full", own, runtime="", runtime_sha256="", delegate="CPU").name == "pose_landmarker_full"
    assert not models.is_published("full", "0" * 64)
    assert not models.is_published("lite", own)
    path.write_bytes(b"none")
    assert not models.is_published("full", hashlib.sha256(b"none").hexdigest())


def test_a_build_that_is_known_is_not_taken_apart(folder: Path, full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taking one apart takes 0.3 s and more at each start."""
    full.write_bytes(b"known by its hash alone")
    with pytest.raises(PoseModelError, match="damaged"):
        find_model("full", folder=folder)
    known = hashlib.sha256(full.read_bytes()).hexdigest()
    monkeypatch.setitem(RELEASES, "full", replace(RELEASES["full"], built_sha256=(known,)))
    assert find_model("full", folder=folder).sha256 == known
