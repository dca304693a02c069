"""Pure functions: what is decoded, and what is not even tried."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from formcheck.web.live.decode import decode_jpeg, read_jpeg_header
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.refusal import LiveRefusalError

from .world import jpeg

LIMITS = LiveLimits()


def encoded(picture: Any, *options: int) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, list(options))[1].tobytes())


@pytest.fixture
def nothing_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr(cv2, "imdecode", fail)


@pytest.mark.parametrize("progressive", [0, 1])
def test_colours_come_as_red_green_blue(progressive: int) -> None:
    picture = np.zeros((96, 128, 3), np.uint8)
    picture[..., 2] = 200  # red: OpenCV writes blue, green, red
    rgb = decode_jpeg(encoded(picture, cv2.IMWRITE_JPEG_PROGRESSIVE, progressive), LIMITS)
    assert rgb.shape == (96, 128, 3)
    assert np.abs(rgb.reshape(-1, 3).mean(axis=0) - (200, 0, 0)).max() < 3


def test_grey_pictures_are_taken() -> None:
    assert decode_jpeg(encoded(np.full((96, 128), 77, np.uint8)), LIMITS).shape == (96, 128, 3)


def test_the_header_tells_the_size() -> None:
    header = read_jpeg_header(jpeg(200, 100))
    assert (header.width_px, header.height_px, header.components) == (200, 100, 3)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        b"\x89PNG" + b"\x00" * 100,
        b"\xff\xd8" + b"\x00" * 100 + b"\xff\xd9",
        b"\xff\xd8" + b"\xff" * 5000 + b"\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x00\xff\xd9",
        b"\xff\xd8\xff\xe0\xff\xff\xff\xd9",
        b"\xff\xd8\xff\xc0\x00\x04\x08\x00\xff\xd9",
        b"\xff\xd8\xff\xda\x00\x02\xff\xd9",
    ],
)
@pytest.mark.usefixtures("nothing_is_decoded")
def test_what_is_no_jpeg_is_not_decoded(data: bytes) -> None:
    with pytest.raises(LiveRefusalError) as refused:
        decode_jpeg(data, LIMITS)
    assert refused.value.code == "frame-unreadable"


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.95])
@pytest.mark.parametrize("progressive", [0, 1])
def test_a_picture_whose_middle_is_missing_is_refused_and_nothing_goes_to_the_log(
    kept: float, progressive: int, capfd: pytest.CaptureFixture[str]
) -> None:
    speckled = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    whole = encoded(cv2.GaussianBlur(speckled, (0, 0), 3), cv2.IMWRITE_JPEG_PROGRESSIVE, progressive)
    assert decode_jpeg(whole, LIMITS).shape == (480, 640, 3)
    with pytest.raises(LiveRefusalError, match="a part of it is missing"):
        decode_jpeg(whole[: int(kept * len(whole))] + b"\xff\xd9", LIMITS)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("cut", [2, 3, 100, 500])
@pytest.mark.usefixtures("nothing_is_decoded")
def test_a_picture_that_is_cut_off_is_not_decoded(cut: int) -> None:
    with pytest.raises(LiveRefusalError, match="cut off"):
        decode_jpeg(jpeg()[:-cut], LIMITS)


@pytest.mark.parametrize(("width", "height"), [(65535, 65535), (1281, 64), (64, 1281), (40000, 100)])
@pytest.mark.usefixtures("nothing_is_decoded")
def test_a_bomb_is_not_decoded(width: int, height: int) -> None:
    with pytest.raises(LiveRefusalError) as refused:
        decode_jpeg(_claiming(width, height), LIMITS)
    assert refused.value.close_code == 4413
    assert f"{width} x {height}" in refused.value.reason


@pytest.mark.parametrize(("width", "height"), [(0, 0), (128, 0), (63, 96), (1, 1)])
@pytest.mark.usefixtures("nothing_is_decoded")
def test_a_tiny_picture_is_not_decoded(width: int, height: int) -> None:
    with pytest.raises(LiveRefusalError) as refused:
        decode_jpeg(_claiming(width, height), LIMITS)
    assert refused.value.code == "frame-too-small"


@pytest.mark.usefixtures("nothing_is_decoded")
def test_a_picture_of_thousands_of_layers_is_not_decoded() -> None:
    """Each scan of a progressive JPEG goes over the whole picture, however few bytes it has."""
    layered = encoded(np.full((96, 128, 3), 9, np.uint8), cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    last = layered[layered.rindex(b"\xff\xda") : -2]
    with pytest.raises(LiveRefusalError, match="too many layers"):
        decode_jpeg(layered[:-2] + last * 1000 + b"\xff\xd9", LIMITS)


@pytest.mark.parametrize("kind", [0xC3, 0xC5, 0xC9, 0xCA, 0xCF])
@pytest.mark.usefixtures("nothing_is_decoded")
def test_kinds_that_browsers_do_not_make_are_not_decoded(kind: int) -> None:
    with pytest.raises(LiveRefusalError, match="no camera page makes"):
        decode_jpeg(jpeg().replace(b"\xff\xc0", bytes((0xFF, kind)), 1), LIMITS)


@pytest.mark.usefixtures("nothing_is_decoded")
def test_too_many_bytes_are_not_decoded() -> None:
    with pytest.raises(LiveRefusalError) as refused:
        decode_jpeg(b"\xff\xd8" + bytes(600_000), LIMITS)
    assert refused.value.close_code == 4413


def test_a_picture_without_its_tables_is_refused() -> None:
    data = jpeg()
    start, end = data.index(b"\xff\xdb"), data.index(b"\xff\xc0")
    with pytest.raises(LiveRefusalError, match="damaged"):
        decode_jpeg(data[:start] + data[end:], LIMITS)


def test_a_turn_asked_for_by_a_flag_is_ignored() -> None:
    tiff = b"II*\x00\x08\x00\x00\x00" + b"\x01\x00" + b"\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00" + bytes(4)
    exif = b"Exif\x00\x00" + tiff
    data = jpeg(128, 96)
    turned = data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif + data[2:]
    assert decode_jpeg(turned, LIMITS).shape == (96, 128, 3)


def _claiming(width: int, height: int) -> bytes:
    data = jpeg()
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + height.to_bytes(2) + width.to_bytes(2) + data[at + 4 :]
