"""Layer: files made on the spot. What is no video is known by its first bytes, and what may be one passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.errors import VideoError
from formcheck.web.uploads.receiver import ENOUGH_BYTES, check_first_bytes
from tests.clips import SAMPLES
from tests.video.clips import steady, write_clip

ZEROS = bytes(ENOUGH_BYTES)


def beginning(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "0123.part"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n" + ZEROS, "is a picture"),
        (b"\xff\xd8\xff\xe0" + ZEROS, "is a picture"),
        (b"\x00\x00\x00\x18ftypheic" + ZEROS, "is a picture"),
        (b"RIFF\x00\x00\x00\x00WEBP" + ZEROS, "is a picture"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02" + ZEROS, "is an animation"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR" + bytes(17) + b"\x00\x00\x00\x08acTL", "is an animation"),
        (b"GIF89a" + bytes(7) + b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00,", "is an animation"),
        (b"\x00\x00\x00\x14ftypavis\x00\x00\x00\x00avif" + ZEROS, "is an animation"),
        (b"%PDF-1.7" + ZEROS, "is not a video file"),
        (b"PK\x03\x04" + ZEROS, "is not a video file"),
        (b"these are words", "is not a video file"),
        (ZEROS, "is not a video file"),
        (b"RIFF\x00\x00\x00\x00WAVE" + ZEROS, "is not a video file"),
    ],
)
def test_what_is_no_video_is_refused_under_its_own_name(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(VideoError, match=reason) as refused:
        check_first_bytes(beginning(tmp_path, content), "set.mp4")
    assert refused.value.reason.startswith('"set.mp4"')
    assert "0123" not in str(refused.value)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x00\x00\x18ftypmp42" + ZEROS,
        b"\x00\x00\x00\x14ftypqt  " + ZEROS,
        b"\x00\x00\x00\x08wide" + ZEROS,
        b"\x1aE\xdf\xa3" + ZEROS,
        b"RIFF\x00\x00\x00\x00AVI " + ZEROS,
        b"\x00\x00\x01\xba" + ZEROS,
        (b"G" + bytes(187)) * 3,
        (bytes(4) + b"G" + bytes(187)) * 3,
    ],
)
def test_what_begins_like_a_video_passes(tmp_path: Path, content: bytes) -> None:
    check_first_bytes(beginning(tmp_path, content), "set.mp4")


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".avi", ".ts", ".3gp"])
def test_the_beginning_of_a_video_of_each_kind_passes(tmp_path: Path, suffix: str) -> None:
    clip = write_clip(tmp_path / f"set{suffix}", steady(10, 30.0))
    check_first_bytes(beginning(tmp_path, clip.read_bytes()[:ENOUGH_BYTES]), "set.mp4")


def test_a_sample_clip_passes(tmp_path: Path) -> None:
    content = (SAMPLES / "wall_squat_side.mp4").read_bytes()[:ENOUGH_BYTES]
    check_first_bytes(beginning(tmp_path, content), "set.mp4")
