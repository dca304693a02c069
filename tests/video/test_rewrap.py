"""Layer: recordings of browsers made whole, on recordings made on the spot."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from formcheck.errors import VideoError
from formcheck.video.rewrap import rewrap

from ..live_webm import live_webm


def test_a_recording_gets_its_length_and_keeps_its_pictures_and_sound(tmp_path: Path) -> None:
    came, whole = tmp_path / "came", tmp_path / "whole"
    came.write_bytes(live_webm(2.0))
    with av.open(came) as given:
        assert given.duration is None
    length_s, suffix = rewrap(came, whole)
    assert suffix == ".webm"
    assert length_s == pytest.approx(2.0, abs=0.1)
    with av.open(whole) as made:
        assert made.duration is not None
        assert made.duration / 1e6 == pytest.approx(2.0, abs=0.1)
        assert [each.type for each in made.streams] == ["video", "audio"]
        assert sum(1 for _ in made.decode(video=0)) == 30


def test_what_breaks_off_is_kept_up_to_there(tmp_path: Path) -> None:
    came, whole = tmp_path / "came", tmp_path / "whole"
    content = live_webm(2.0)
    came.write_bytes(content[: len(content) // 2])
    length_s, _ = rewrap(came, whole)
    assert 0.2 < length_s < 2.0
    with av.open(whole) as made:
        assert sum(1 for _ in made.decode(video=0)) > 2


_LIST = b"ffconcat version 1.0\nfile /etc/hostname\n"


@pytest.mark.parametrize("content", [b"", b"no recording at all", _LIST, live_webm(0.2)[:60]])
def test_what_holds_nothing_is_refused(tmp_path: Path, content: bytes) -> None:
    came = tmp_path / "came"
    came.write_bytes(content)
    with pytest.raises(VideoError, match="nothing in the recording"):
        rewrap(came, tmp_path / "whole")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VideoError):
        rewrap(tmp_path / "none", tmp_path / "whole")
