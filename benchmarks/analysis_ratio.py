"""How much longer an analysis takes than MediaPipe alone on the same frames.

Each round runs both in turn on each video, in fresh processes, and compares wall and CPU time:

*bare*: PyAV decodes, MediaPipe's landmarker (VIDEO mode) finds the pose, nothing is kept.
*formcheck*: reading, poses, measures, reps, findings, JSON and CSV; report and overlay video off.

Start-up (imports, model) is left out of both: each process times itself from its first frame on.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def bare(video: Path) -> dict[str, float]:
    """Time MediaPipe alone on every frame that formcheck would look at."""
    import av
    import mediapipe
    import numpy as np
    from mediapipe.tasks.python import BaseOptions, vision

    from formcheck.pose.models import ensure_model
    from formcheck.video.reader import Thinner

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_buffer=ensure_model("full").path.read_bytes()),
        running_mode=vision.RunningMode.VIDEO,
    )
    with vision.PoseLandmarker.create_from_options(options) as landmarker, av.open(str(video)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        thinner = Thinner(0.0245, 1 / 30)
        wall, cpu, n = time.perf_counter(), time.process_time(), 0
        for frame in container.decode(stream):
            if not thinner.keeps(frame.time):
                continue
            picture = np.ascontiguousarray(frame.to_ndarray(format="rgb24"))
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
            landmarker.detect_for_video(image, round(frame.time * 1000))
            n += 1
        return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "frames": n}


def ours(video: Path, exercise: str) -> dict[str, float]:
    """Time formcheck from the first frame to JSON and CSV."""
    from formcheck.pose.models import ensure_model
    from formcheck.report.outputs import write_outputs
    from formcheck.session.reading import read_track
    from formcheck.session.recorded import assess
    from formcheck.session.request import SetRequest

    model, request = ensure_model("full"), SetRequest(exercise)
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        track = read_track(video, model)
        assessment = assess(track, request)
        write_outputs(assessment, video, Path(folder), video.stem, video=False, report=False, generated_on="today")
        return {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu, "frames": len(track)}


def run(kind: str, video: Path, exercise: str) -> dict[str, float]:
    """Run one side in a process of its own."""
    command = [sys.executable, __file__, "--one", kind, "--exercise", exercise, str(video)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Compare both sides over several rounds and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--exercise", default="")
    parser.add_argument("--one", choices=("bare", "ours"))
    args = parser.parse_args()
    if args.one:
        print(json.dumps(bare(args.videos[0]) if args.one == "bare" else ours(args.videos[0], args.exercise)))
        return
    everything: list[float] = []
    print(
        f"{'video':28} {'frames':>6} {'bare ms/frame':>14} {'ours ms/frame':>14} {'wall ratio':>24} {'cpu ratio':>10}"
    )
    for video in args.videos:
        exercise = args.exercise or ("step-down" if "step" in video.stem else "wall-squat")
        rows = [(run("bare", video, exercise), run("ours", video, exercise)) for _ in range(args.rounds)]
        ratios = [b["wall_s"] / a["wall_s"] for a, b in rows]
        cpu = statistics.median(b["cpu_s"] / a["cpu_s"] for a, b in rows)
        everything += ratios
        each = [statistics.median(1000 * r[i]["wall_s"] / r[i]["frames"] for r in rows) for i in (0, 1)]
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"{video.stem:28} {rows[0][1]['frames']:6.0f} {each[0]:14.1f} {each[1]:14.1f} {spread:>24} {cpu:10.2f}")
    print(f"median ratio over all rounds: {statistics.median(everything):.3f}")


if __name__ == "__main__":
    main()
