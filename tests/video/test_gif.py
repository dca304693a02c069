"""Layer: files. A few pictures as a GIF, read back by a decoder."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.video import gif
from formcheck.video.gif import write_gif

Picture = NDArray[np.uint8]


def pictures(n: int, height: int = 60, width: int = 40) -> list[Picture]:
    """Return a dark picture with a bright bar that goes down it."""
    made = [np.full((height, width, 3), 30, dtype=np.uint8) for _ in range(n)]
    for i, picture in enumerate(made):
        picture[i * height // n :][: height // n] = (240, 200, 60)
    return made


def read_back(path: Path) -> list[tuple[float, Picture]]:
    with av.open(str(path)) as container:
        shown = [(float(frame.time or 0), frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    return [(t_s, np.asarray(picture, dtype=np.uint8)) for t_s, picture in shown]


def test_every_picture_is_shown_at_its_time(tmp_path: Path) -> None:
    given = pictures(12)
    write_gif(tmp_path / "x.gif", given, fps=10)
    shown = read_back(tmp_path / "x.gif")
    assert [t_s for t_s, _ in shown] == pytest.approx([i / 10 for i in range(12)])
    for before, (_, after) in zip(given, shown, strict=True):
        assert np.abs(before.astype(int) - after).mean() < 6


def test_it_repeats(tmp_path: Path) -> None:
    write_gif(tmp_path / "x.gif", pictures(3), fps=10)
    assert b"NETSCAPE2.0\x03\x01\x00\x00" in (tmp_path / "x.gif").read_bytes()


def test_one_that_would_be_too_large_gets_smaller_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (3, 150, 200, 3), dtype=np.uint8)
    monkeypatch.setattr(gif, "LARGEST_BYTES", 75_000)
    write_gif(tmp_path / "x.gif", list(noise), fps=10)
    assert (tmp_path / "x.gif").stat().st_size <= 75_000
    shown = read_back(tmp_path / "x.gif")
    assert len(shown) == 3
    assert shown[0][1].shape[0] / shown[0][1].shape[1] == pytest.approx(3 / 4, abs=0.02)


def test_nothing_is_no_clip(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        write_gif(tmp_path / "x.gif", [], fps=10)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r'"x\.gif" could not be written'):
        write_gif(tmp_path / "none" / "x.gif", pictures(2), fps=10)
