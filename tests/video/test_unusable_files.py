"""Files that cannot be used: each is refused with one sentence and a remedy, and without noise."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from formcheck.errors import VideoError
from formcheck.video.digest import file_sha256
from formcheck.video.keyframes import frames_at
from formcheck.video.reader import open_video, probe

from .clips import H264, Coding, cut_to, spoil, steady, write_clip, write_sound

NOBODY = 65534


@contextmanager
def without_privileges() -> Iterator[None]:
    """Stop being the superuser, to whom no file is closed, for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def refusal(path: Path, capfd: pytest.CaptureFixture[str]) -> VideoError:
    """Read a file to the end and return the error it ends with."""
    with pytest.raises(VideoError) as caught, open_video(path) as video:
        for _ in video:
            pass
    error = caught.value
    assert error.remedy
    assert "\n" not in str(error)
    assert error.reason.endswith(".")
    assert capfd.readouterr() == ("", "")
    return error


def picture(path: Path) -> Path:
    Image.fromarray(np.zeros((48, 64, 3), dtype=np.uint8)).save(path)
    return path


def test_a_missing_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "There is no file" in refusal(tmp_path / "none.mp4", capfd).reason


def test_a_folder(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert "is a folder" in refusal(tmp_path, capfd).reason


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions work otherwise on this system")
def test_a_file_one_may_not_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_clip(tmp_path / "closed.mp4", steady(20, 30))
    path.chmod(0)
    with without_privileges():
        assert "no permission" in refusal(path, capfd).reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names on this system")
def test_a_pipe_is_not_waited_for(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "not a file that can be read" in refusal(tmp_path / "pipe.mp4", capfd).reason


def test_an_empty_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.mp4").touch()
    assert "is empty" in refusal(tmp_path / "empty.mp4", capfd).reason


@pytest.mark.parametrize("name", ["notes.txt", "notes.mp4"])
def test_a_text(tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str) -> None:
    (tmp_path / name).write_text("Squats: three sets of ten.\n" * 40, encoding="utf-8")
    assert "is not a video file" in refusal(tmp_path / name, capfd).reason


def test_noise(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(3).bytes(50_000))
    assert "is not a video file" in refusal(tmp_path / "noise.mp4", capfd).reason


def test_a_playlist_does_not_open_what_it_names(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_clip(tmp_path / "clip.mp4", steady(20, 30))
    playlist = tmp_path / "list.mp4"
    playlist.write_text("ffconcat version 1.0\nfile clip.mp4\n", encoding="utf-8")
    assert "is not a video file" in refusal(playlist, capfd).reason


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "bmp", "tiff", "webp"])
def test_a_picture(tmp_path: Path, capfd: pytest.CaptureFixture[str], suffix: str) -> None:
    assert "is a picture, not a video" in refusal(picture(tmp_path / f"photo.{suffix}"), capfd).reason


def test_a_picture_called_a_video(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = picture(tmp_path / "photo.jpg").rename(tmp_path / "photo.mp4")
    assert "is a picture, not a video" in refusal(path, capfd).reason


def test_a_video_of_one_frame(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_clip(tmp_path / "one.mp4", [0.0])
    assert "is a picture, not a video" in refusal(path, capfd).reason


@pytest.mark.parametrize("name", ["sound.m4a", "sound.mp4", "sound.wav"])
def test_sound_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str) -> None:
    assert "has sound but no pictures" in refusal(write_sound(tmp_path / name, 1.0), capfd).reason


def test_a_format_that_cannot_be_decoded(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_clip(tmp_path / "locked.mp4", steady(20, 30), H264)
    path.write_bytes(path.read_bytes().replace(b"avc1", b"drmi").replace(b"avcC", b"none"))
    assert "cannot be decoded here" in refusal(path, capfd).reason


def test_zero_frames(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    options = {"movflags": "frag_keyframe+empty_moov"}
    path = write_clip(tmp_path / "fragments.mp4", steady(20, 30), Coding("mpeg4", container_options=options))
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moof") - 4])
    assert "zero frames" in refusal(path, capfd).reason


def test_a_recording_that_was_not_finished(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = cut_to(write_clip(tmp_path / "clip.mp4", steady(60, 30)), 0.7)
    assert "was cut off or not finished recording" in refusal(path, capfd).reason


def test_a_copy_that_ends_within_its_index(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_clip(tmp_path / "clip.mp4", steady(60, 30))
    path.write_bytes(path.read_bytes()[:-200])
    assert "was cut off or not finished recording" in refusal(path, capfd).reason


def test_a_damaged_beginning(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = spoil(write_clip(tmp_path / "clip.mkv", steady(30, 30)), 0.0, 600)
    assert "its beginning is damaged" in refusal(path, capfd).reason


def test_pictures_that_are_all_damaged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_clip(tmp_path / "clip.mp4", steady(60, 30), H264)
    data = path.read_bytes()
    begin, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    path.write_bytes(data[:begin] + b"\xff" * (end - begin) + data[end:])
    assert "is damaged" in refusal(path, capfd).reason


def test_less_than_half_a_second(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_clip(tmp_path / "blink.mp4", steady(9, 30))
    assert "has only 0.3 s of video" in refusal(path, capfd).reason


def test_probing_and_single_frames_refuse_alike(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(VideoError, match="is empty"):
        probe(tmp_path / "empty.mp4")
    with pytest.raises(VideoError, match="is empty"):
        next(frames_at(tmp_path / "empty.mp4", [0.0]))


def test_names_with_colons_and_percent_signs_are_names(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "plain.mp4", steady(20, 30)).rename(tmp_path / "set 10:30 %03d?.mp4")
    assert probe(path).frames == 20


def test_the_fingerprint_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert file_sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(VideoError, match="cannot be read"):
        file_sha256(tmp_path / "none")


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "avif"])
@pytest.mark.parametrize("name", ["squat.{}", "squat.mp4"])
def test_an_animation_is_called_one(tmp_path: Path, capfd: pytest.CaptureFixture[str], suffix: str, name: str) -> None:
    if suffix == "avif" and not features.check("avif"):
        pytest.skip("this Pillow writes no AVIF")
    made = tmp_path / f"made.{suffix}"
    first, *others = [Image.new("RGB", (64, 48), (20 * i, 0, 0)) for i in range(6)]
    first.save(made, save_all=True, append_images=others, duration=100)
    error = refusal(made.rename(tmp_path / name.format(suffix)), capfd)
    assert "is an animation, not a video" in error.reason
    assert "MP4" in error.remedy


@pytest.mark.parametrize("suffix", ["avif", "gif"])
def test_a_still_picture_of_a_kind_that_may_move(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], suffix: str
) -> None:
    if suffix == "avif" and not features.check("avif"):
        pytest.skip("this Pillow writes no AVIF")
    noise = np.random.default_rng(5).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / f"photo.{suffix}")
    assert "is a picture, not a video" in refusal(tmp_path / f"photo.{suffix}", capfd).reason
