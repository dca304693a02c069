"""What uploads, pages and sets that are kept cost: CPU time, memory and disk, for docs/scale.md.

    PYTHONPATH=. uv run python benchmarks/cost_of_sets.py sample_videos/wall_squat_front.mp4

Videos go into empty records and one worker measures them, one after the other. CPU is user and system of all threads of
the worker, memory its peak (Linux), disk what lies in the data directory for each set. Then the script of each page is
run as the server runs it when somebody opens it, without network and browser; of so many rounds the median counts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psutil
from streamlit.testing.v1 import AppTest

from formcheck.intake.queue import Announced, begin, complete, note_received
from formcheck.intake.settings import intake_settings
from formcheck.intake.states import UNDER_WAY, UploadState, get_upload, upload_path
from formcheck.intake.wishes import Wishes
from formcheck.records.access import owner
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import Upload
from formcheck.web.access.identity import NETWORK_VARIABLE

_SOMEBODY: Final = owner("Benchmark")
_MB: Final = 1_000_000
_PAGE: Final = "from formcheck.web.pages.{name}.page import page\npage()\n"


def main() -> None:
    """Measure the videos, then the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
        os.environ["FORMCHECK_HOME"] = folder
        os.environ[NETWORK_VARIABLE] = "1"  # a session without a browser comes from nowhere
        records = Records(RecordsSettings(home=Path(folder)))
        try:
            with records.writing(_SOMEBODY) as work:
                person = add_person(work, PersonDetails("Anna")).id
            sets = _uploads(records, options.videos, person)
            _disk(records, Path(folder), len(options.videos))
        finally:
            records.close()
        _pages(person, sets, options.rounds)


def _uploads(records: Records, videos: list[Path], person: str) -> list[str]:
    sets = []
    worker = subprocess.Popen(
        [sys.executable, "-m", "formcheck.intake.worker", "--name", "benchmark"], stdin=subprocess.PIPE
    )
    watched = psutil.Process(worker.pid)
    try:
        print("| upload | CPU of the worker, s |\n|---|---|")
        for video in videos:
            before = _cpu_s(watched)
            row = _bring(records, video, person)
            while row.state in UNDER_WAY:
                time.sleep(0.2)
                with records.reading(_SOMEBODY) as work:
                    row = get_upload(work, row.id)
            if row.state != UploadState.DONE or row.set_id is None:
                raise SystemExit(f"{video}: {row.state}, {row.reason}")
            sets.append(row.set_id)
            print(f"| {video.name}, {row.size / _MB:.2f} MB | {_cpu_s(watched) - before:.1f} |")
        peak = Path(f"/proc/{worker.pid}/status").read_text().partition("VmHWM:")[2].split()[0]
        print(f"\nPeak memory of the worker: {int(peak) / 1024:.0f} MiB")
    finally:
        if worker.stdin:
            worker.stdin.close()
        worker.wait(60)
    return sets


def _bring(records: Records, video: Path, person: str) -> Upload:
    content = video.read_bytes()
    with records.writing(_SOMEBODY) as work:
        row = begin(work, Announced(video.name, len(content)), Wishes(), intake_settings(), person_id=person)
        upload_path(records.files, row).write_bytes(content)
        note_received(work, row.id, 0, len(content))
    return complete(records, _SOMEBODY, row.id)


def _disk(records: Records, home: Path, count: int) -> None:
    sizes: dict[str, int] = {}
    for path in records.files.root.rglob("*"):
        if path.is_file():
            sizes[path.suffix] = sizes.get(path.suffix, 0) + path.stat().st_size
    records.close()
    database = sum(path.stat().st_size for path in home.glob("records.sqlite3*"))
    print("\n| on the disk for each set | MB |\n|---|---|")
    for suffix, size in sorted(sizes.items()):
        print(f"| files {suffix} | {size / count / _MB:.2f} |")
    print(f"| database, what it holds when empty included | {database / count / _MB:.2f} |")


def _pages(person: str, sets: list[str], rounds: int) -> None:
    queries: dict[str, Mapping[str, str]] = {
        "home": {},
        "check": {},
        "videos": {},
        "people": {},
        "person": {"person": person},
        "review": {"set": sets[0]},
        "progress": {"person": person},
        "compare": {"person": person},
        "guidance": {},
    }
    print("\n| page | CPU to open it: the first time, s | median of the others, ms |\n|---|---|---|")
    for name, query in queries.items():
        taken = [_opened(name, query) for _ in range(rounds + 1)]
        print(f"| {name} | {taken[0]:.2f} | {statistics.median(taken[1:]) * 1000:.0f} |")


def _opened(name: str, query: Mapping[str, str]) -> float:
    """Run the script of a page in a session of its own; return the CPU time in seconds."""
    test = AppTest.from_string(_PAGE.format(name=name), default_timeout=240)
    for key, value in query.items():
        test.query_params[key] = value
    began = time.process_time()
    test.run()
    taken = time.process_time() - began
    if test.exception:
        raise SystemExit(f"{name}: {test.exception}")
    return taken


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
