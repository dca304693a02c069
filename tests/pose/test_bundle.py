"""Layer: files made in memory. Model bundles from tiny networks, without MediaPipe's own."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mediapipe.tasks.metadata import schema_py_generated as tflite_schema

from formcheck.pose.bundle import (
    DETECTOR_MEMBER,
    LANDMARKS_MEMBER,
    NORMALIZATIONS,
    BundleError,
    Normalization,
    add_normalization,
    build_bundle,
    content_sha256,
    read_bundle,
    read_normalization,
)

MakeNetwork = Callable[..., bytes]


def rewrite(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_same_networks_give_same_bytes(detector: bytes, landmarks: bytes) -> None:
    assert build_bundle(detector, landmarks) == build_bundle(detector, landmarks)


def test_other_weights_give_other_bytes(detector: bytes, landmarks: bytes, make_network: MakeNetwork) -> None:
    assert build_bundle(detector, landmarks) != build_bundle(detector, make_network(0.7500001))


def test_bundle_is_a_stored_zip_of_the_two_networks(bundle_file: Path) -> None:
    with zipfile.ZipFile(bundle_file) as archive:
        infos = archive.infolist()
    assert [info.filename for info in infos] == [DETECTOR_MEMBER, LANDMARKS_MEMBER]
    assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}


def test_networks_lie_aligned_in_the_file(bundle_file: Path) -> None:
    content = bundle_file.read_bytes()
    offsets = [content.index(member) for member in read_bundle(bundle_file).values()]
    assert [offset % 16 for offset in offsets] == [0, 0]


@pytest.mark.parametrize("n_weights", [1, 2, 3, 5, 64])
def test_weights_lie_aligned_in_the_network(make_network: MakeNetwork, n_weights: int) -> None:
    weight = 1.2345
    network = add_normalization(make_network(weight, n_weights=n_weights), Normalization(0.0, 255.0))
    model = tflite_schema.ModelT.InitFromObj(tflite_schema.Model.GetRootAs(network, 0))
    assert network.index(bytes(model.buffers[1].data)) % 16 == 0


def test_detector_and_landmarks_are_scaled_as_they_were_trained(bundle_file: Path) -> None:
    members = read_bundle(bundle_file)
    assert read_normalization(members[DETECTOR_MEMBER]) == Normalization(mean=127.5, std=127.5)
    assert read_normalization(members[LANDMARKS_MEMBER]) == Normalization(mean=0.0, std=255.0)


def test_bare_network_does_not_say_how_to_scale(detector: bytes) -> None:
    assert read_normalization(detector) is None


def test_adding_metadata_again_replaces_them(detector: bytes) -> None:
    once = add_normalization(detector, Normalization(0.0, 255.0))
    other = add_normalization(detector, Normalization(127.5, 127.5))
    assert add_normalization(once, Normalization(0.0, 255.0)) == once
    assert read_normalization(add_normalization(other, Normalization(0.0, 255.0))) == Normalization(0.0, 255.0)
    assert len(add_normalization(other, Normalization(0.0, 255.0))) == len(once)


def test_metadata_leave_what_is_computed_alone(detector: bytes) -> None:
    assert content_sha256(add_normalization(detector, Normalization(0.0, 255.0))) == content_sha256(detector)


@pytest.mark.parametrize("change", [{"weight": 0.2500001}, {"n_weights": 65}, {"description": "another"}])
def test_another_network_has_another_fingerprint(make_network: MakeNetwork, change: dict[str, float]) -> None:
    assert content_sha256(make_network(**{"weight": 0.25, **change})) != content_sha256(make_network(weight=0.25))


@pytest.mark.parametrize("junk", [b"", b"TFL3", b"\0\0\0\0TFL3", b"\x40\0\0\0TFL3" + b"\xff" * 60, b"not a network"])
def test_what_is_no_network_is_refused(junk: bytes, landmarks: bytes) -> None:
    with pytest.raises(BundleError):
        build_bundle(junk, landmarks)


def test_truncated_bundle_is_damaged(bundle_file: Path) -> None:
    bundle_file.write_bytes(bundle_file.read_bytes()[:-200])
    with pytest.raises(BundleError, match="cut short"):
        read_bundle(bundle_file)


def test_empty_file_is_damaged(bundle_file: Path) -> None:
    bundle_file.write_bytes(b"")
    with pytest.raises(BundleError, match="cut short"):
        read_bundle(bundle_file)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_a_changed_byte_of_a_network_is_noticed(bundle_file: Path, data: st.DataObject) -> None:
    whole = bundle_file.read_bytes()
    network = data.draw(st.sampled_from(list(read_bundle(bundle_file).values())))
    position = whole.index(network) + data.draw(st.integers(0, len(network) - 1))
    altered = bytearray(whole)
    altered[position] ^= data.draw(st.integers(1, 255))
    changed = bundle_file.with_name("changed.task")
    changed.write_bytes(altered)
    with pytest.raises(BundleError):
        read_bundle(changed)


def test_compressed_bundle_is_refused(bundle_file: Path) -> None:
    rewrite(bundle_file, read_bundle(bundle_file), zipfile.ZIP_DEFLATED)
    with pytest.raises(BundleError, match="compressed"):
        read_bundle(bundle_file)


def test_bundle_of_other_members_is_refused(bundle_file: Path) -> None:
    members = read_bundle(bundle_file)
    for wrong in ({**members, "more.txt": b"more"}, {DETECTOR_MEMBER: members[DETECTOR_MEMBER]}, {}):
        rewrite(bundle_file, wrong)
        with pytest.raises(BundleError, match="does not hold"):
            read_bundle(bundle_file)


def test_bundle_of_bare_networks_is_refused(bundle_file: Path, detector: bytes, landmarks: bytes) -> None:
    rewrite(bundle_file, {DETECTOR_MEMBER: detector, LANDMARKS_MEMBER: landmarks})
    with pytest.raises(BundleError, match="does not say how to scale"):
        read_bundle(bundle_file)


def test_bundle_with_exchanged_networks_is_refused(bundle_file: Path) -> None:
    members = read_bundle(bundle_file)
    rewrite(bundle_file, dict(zip(NORMALIZATIONS, reversed(list(members.values())), strict=True)))
    with pytest.raises(BundleError, match="scales its input"):
        read_bundle(bundle_file)
