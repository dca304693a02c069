"""Containers and codecs that people send: each is written here and read back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from formcheck.video.reader import open_video

from .clips import Coding, has_encoder, square_centre, square_x_px, steady, write_clip

X265 = {"preset": "ultrafast", "crf": "14", "x265-params": "log-level=none"}
X264 = {"preset": "ultrafast", "crf": "12"}
VPX = {"deadline": "realtime", "cpu-used": "8"}

FORMATS = [
    ("clip.mp4", Coding("libx264", options=X264), "h264"),
    ("clip.m4v", Coding("libx264", options=X264), "h264"),
    ("clip.mov", Coding("libx264", options=X264), "h264"),
    ("clip.mp4", Coding("libx264", "yuv420p10le", X264), "h264"),
    ("clip.mp4", Coding("libx264", "yuv444p", X264), "h264"),
    ("clip.mp4", Coding("libx265", options=X265), "hevc"),
    ("clip.mov", Coding("libx265", "yuv420p10le", X265), "hevc"),
    ("clip.webm", Coding("libvpx", options=VPX), "vp8"),
    ("clip.webm", Coding("libvpx-vp9", options=VPX), "vp9"),
    ("clip.webm", Coding("libsvtav1", options={"preset": "10", "crf": "20"}), "av1"),
    ("clip.avi", Coding("mjpeg", "yuvj420p", {"q:v": "2"}), "mjpeg"),
    ("clip.mov", Coding("mjpeg", "yuvj422p", {"q:v": "2"}), "mjpeg"),
    ("clip.avi", Coding("mpeg4", options={"bf": "2"}), "mpeg4"),
    ("clip.avi", Coding("libx264", options={"preset": "veryfast", "crf": "12", "bf": "2"}), "h264"),
    ("clip.mkv", Coding("libx264", options=X264), "h264"),
    ("clip.mkv", Coding("ffv1"), "ffv1"),
    ("clip.ts", Coding("libx264", options=X264), "h264"),
    ("clip.mov", Coding("prores_ks", "yuv422p10le"), "prores"),
    ("clip.mp4", Coding("libx264", options=X264, container_options={"movflags": "frag_keyframe+empty_moov"}), "h264"),
]


@pytest.mark.parametrize(
    ("name", "coding", "codec"),
    FORMATS,
    ids=[f"{name[5:]}-{c.codec}-{c.pix_fmt}-{i}" for i, (name, c, _) in enumerate(FORMATS)],
)
def test_a_format_is_read_with_its_pictures_and_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, coding: Coding, codec: str
) -> None:
    if not has_encoder(coding.codec):
        pytest.skip(f"this FFmpeg cannot write {coding.codec}")
    monkeypatch.setenv("SVT_LOG", "0")
    # Codecs of constant rate take only a frame as their unit of time.
    coding = replace(coding, time_base=Fraction(1, 30)) if coding.codec in {"prores_ks", "libsvtav1"} else coding
    path = write_clip(tmp_path / name, steady(40, 30), coding)
    with open_video(path) as video:
        frames = list(video)
    assert video.damaged is None
    assert video.info.codec == codec
    assert (video.info.width, video.info.height) == (160, 120)
    assert video.info.fps == pytest.approx(30, rel=0.02)
    assert [frame.t_s for frame in frames] == pytest.approx(steady(40, 30), abs=0.0011)
    for frame in frames:
        x, y = square_centre(frame.rgb)
        assert x * 160 == pytest.approx(square_x_px(frame.t_s), abs=0.7)
        assert y * 120 == pytest.approx(40, abs=0.7)
    assert frames[0].rgb[40, 20].tolist() == pytest.approx([235] * 3, abs=8)
    assert frames[0].rgb[100, 100].tolist() == pytest.approx([20] * 3, abs=8)
