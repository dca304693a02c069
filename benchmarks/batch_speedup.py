"""How much faster several workers measure a set of clips than one.

Each round runs the work of `formcheck batch` on the same clips with one worker and with several, in turn, in fresh
processes: JSON and CSV, with report and overlay video where they are asked for. Copies of a clip get a few bytes of
their own at their ends, which FFmpeg passes over.

*whole* is the time of a process, with Python, imports and the start of the cluster. *work* is from the first word of a
worker to the last result: what grows with the number of videos. *cpu* is the time that the cores spent on all of it:
where other programs take part of the machine, the clock says nothing, and this still tells whether workers hinder one
another. Several workers can be at most as many times as fast as there are cores, times the ratio of these.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def one_run(folder: str, workers: int, with_files: bool) -> dict[str, float]:
    """Measure a folder in this process and its workers; return seconds of work."""
    from formcheck.cluster.batch import Setting, run_batch
    from formcheck.cluster.folder import folder_content
    from formcheck.cluster.planning import prepare
    from formcheck.cluster.pool import local_pool
    from formcheck.cluster.video_job import WantedResults
    from formcheck.pose.models import ensure_model
    from formcheck.session.request import SetRequest

    begun_s: list[float] = []

    def watch(_share: float) -> None:
        if not begun_s:
            begun_s.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as out:
        content = folder_content(Path(folder), recursive=False, out_dir=Path(out))
        preparation = prepare(
            content,
            {},
            Path(folder),
            request=SetRequest(),
            fingerprint=lambda _request: "",
            earlier=[],
            endings=(),
            out_dir=Path(out),
        )
        wanted = WantedResults("today", video=with_files, report=with_files)
        setting = Setting(Path(out), wanted, ensure_model("full"))
        told = list(run_batch(preparation, setting, lambda: local_pool(workers), watch))
        ended_s = time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = sum(each.ru_utime + each.ru_stime for each in used)
    assessed = sum(each.outcome == "assessed" for each in told)
    return {"work_s": ended_s - begun_s[0], "cpu_s": cpu_s, "assessed": assessed}


def run(folder: Path, workers: int, with_files: bool) -> dict[str, float]:
    """Run one side in a process of its own."""
    command = [sys.executable, __file__, "--one", str(workers), str(folder), *(["--files"] if with_files else [])]
    begun_s = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result | {"whole_s": time.perf_counter() - begun_s}


def main() -> None:
    """Compare one worker with several over some rounds and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="+", type=Path, help="clips whose names say the exercise")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--files", action="store_true", help="write overlay video and report too")
    parser.add_argument("--one", type=int)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(one_run(str(args.videos[0]), args.one, args.files)))
        return
    with tempfile.TemporaryDirectory() as place:
        for video in args.videos:
            for i in range(args.copies):
                copy = Path(place) / f"{video.stem}_{i}{video.suffix}"
                shutil.copy(video, copy)
                with copy.open("ab") as file:
                    file.write(b"\x00\x00\x00\x0cfree" + i.to_bytes(4, "big"))
        rows = [[run(Path(place), n, args.files) for n in (1, args.workers)] for _ in range(args.rounds)]
        count = len(args.videos) * args.copies
        done = rows[0][0]["assessed"]
        busy = f", load average {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
        print(f"{count} clips, {done:.0f} assessed, {args.rounds} rounds, {os.cpu_count()} cores{busy}")
        for what in ("work_s", "whole_s", "cpu_s"):
            one, several = (statistics.median(row[i][what] for row in rows) for i in (0, 1))
            ratios = [row[0][what] / row[1][what] for row in rows]
            print(
                f"{what.removesuffix('_s'):6} 1 worker {one:6.1f} s, {args.workers} workers {several:6.1f} s, "
                f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            )


if __name__ == "__main__":
    main()
