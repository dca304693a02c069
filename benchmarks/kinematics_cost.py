"""What everything after the pose costs, a frame: kinematics, phases, rubric and advice of a recorded set.

The work of a live frame is a part of this; the recorded form is timed because it is the one there is.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from formcheck.exercises.advice import first_change
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.pose.models import ensure_model
from formcheck.session.recorded import SetRequest, assess, read_track


def main() -> None:
    """Measure each video's track again and again and print milliseconds a frame."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    model = ensure_model("full")
    for video in args.videos:
        request = SetRequest(builtin_rubric("step-down" if "step" in video.stem else "wall-squat"))
        track = read_track(video, model)
        times = []
        for _ in range(args.rounds):
            start = time.perf_counter()
            first_change(assess(track, request).findings)
            times.append(1000 * (time.perf_counter() - start) / len(track))
        print(
            f"{video.stem:28} {len(track):5} frames  {statistics.median(times):.3f} ms a frame (best {min(times):.3f})"
        )


if __name__ == "__main__":
    main()
