"""Layer: files. What is left on the disk when writing ends early."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.atomic import atomic_path


def test_file_appears_only_when_whole(tmp_path: Path) -> None:
    target = tmp_path / "set.json"
    with atomic_path(target) as partial:
        partial.write_text("whole")
        assert not target.exists()
    assert target.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("interruption", [OSError("disk full"), KeyboardInterrupt()])
def test_interrupted_writing_leaves_what_was_there(tmp_path: Path, interruption: BaseException) -> None:
    target = tmp_path / "set.json"
    target.write_text("before")

    def write_half() -> None:
        with atomic_path(target) as partial:
            partial.write_text("half")
            raise interruption

    with pytest.raises(type(interruption)):
        write_half()
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_file_gets_the_permissions_of_an_ordinary_file(tmp_path: Path) -> None:
    ordinary, target = tmp_path / "ordinary.txt", tmp_path / "atomic.txt"
    ordinary.write_text("")
    with atomic_path(target) as partial:
        partial.write_text("")
    assert target.stat().st_mode == ordinary.stat().st_mode
