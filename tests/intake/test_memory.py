"""Layer: a worker that takes too much memory: it ends, its upload has failed in words, and others go on."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

import pytest

from formcheck.intake.memory import ENDED_STATUS, TOO_MUCH_MEMORY, MemoryWatch, resident_bytes
from formcheck.intake.states import UploadState
from formcheck.intake.wishes import Wishes
from formcheck.intake.worker import Worker
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.session.request import SetRequest
from tests.clips import remake

from ..waiting import WITHIN_S
from .crew import bring, look

pytestmark = pytest.mark.skipif(resident_bytes() == 0, reason="this system does not say what memory a process takes")
_ONE_UPLOAD: Final = """
import sys, threading
from pathlib import Path
from formcheck.intake.worker import Worker
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
records = Records(RecordsSettings(home=Path(sys.argv[1]), database_url=None))
Worker(records, "greedy", threading.Event(), ceiling_bytes=150_000_000).work_once()
"""
_LIMITED: Final = """
from formcheck.intake.memory import limit_data
limit_data(400_000_000)
try:
    bytearray(2_000_000_000)
except MemoryError:
    print("refused")
"""


def test_the_watch_speaks_once_memory_is_past_the_ceiling() -> None:
    said, ended = threading.Event(), threading.Event()
    with MemoryWatch(resident_bytes() + 50_000_000, said.set, lambda _status: ended.set()):
        assert not said.is_set()
        taken = bytearray(b"x") * 150_000_000
        assert ended.wait(WITHIN_S)
    assert said.is_set()
    assert taken


def test_the_system_refuses_what_lies_far_past_the_ceiling() -> None:
    done = subprocess.run([sys.executable, "-c", _LIMITED], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"


@pytest.mark.usefixtures("pose_model", "kept_landmarks")
def test_the_death_of_a_worker_is_the_failure_of_one_upload(tmp_path: Path) -> None:
    records = Records(RecordsSettings(home=tmp_path / "home", database_url=None, user_name="Robin"))
    clip = remake("step_down_side", tmp_path / "clip.mp4", 5.0, start_s=2.3)
    greedy = bring(records, clip, "greedy.mp4", Wishes(SetRequest("step-down"), keep_video=False))
    command = [sys.executable, "-c", _ONE_UPLOAD, str(records.settings.home)]
    assert subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == ENDED_STATUS
    failed = look(records, greedy)
    assert (failed.state, failed.reason) == (UploadState.FAILED, TOO_MUCH_MEMORY.reason)
    assert failed.remedy
    clip.write_bytes(clip.read_bytes() + b"\0\0\0\x08free")
    following = bring(records, clip, "next.mp4", Wishes(SetRequest("step-down"), keep_video=False))
    assert Worker(records, "modest", threading.Event()).work_once()
    assert look(records, following).state == UploadState.DONE
    records.close()
