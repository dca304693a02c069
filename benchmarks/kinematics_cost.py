"""What everything after the pose costs, a frame: kinematics, phases, rubric and advice of a recorded and a live set.

Of a live set the frames of the set itself are timed, those in which reps are measured and judged included.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from formcheck.exercises.advice import first_change
from formcheck.pose.models import PoseModel, ensure_model
from formcheck.pose.types import PoseTrack
from formcheck.session.live import LiveSet
from formcheck.session.live_state import PictureFacts, Stage
from formcheck.session.reading import read_track
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest

_STAND_S = 3.0
_LIVE_ROUNDS = 5


def live_ms(track: PoseTrack, request: SetRequest, model: PoseModel) -> tuple[float, float]:
    """Return mean and 99th percentile of what a live frame costs (ms), once the set runs."""
    live = LiveSet(request, width_px=track.source.width, height_px=track.source.height, model=model)
    facts = PictureFacts(track.source.width, track.source.height, mean_luma=120.0, people=1)
    interval_s = float(np.median(np.diff(track.t_s)))
    standing = round(_STAND_S / interval_s)
    times = []
    for k in range(standing + len(track)):
        pose = replace(track[max(0, k - standing)], t_s=(k + 1) * interval_s)
        start = time.thread_time()
        state = live.add(pose, facts)
        if state.stage is Stage.SET:
            times.append(1000 * (time.thread_time() - start))
    return statistics.fmean(times), float(np.percentile(times, 99))


def main() -> None:
    """Measure each video's track again and again and print milliseconds a frame."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    model = ensure_model("full")
    for video in args.videos:
        request = SetRequest("step-down" if "step" in video.stem else "wall-squat")
        track = read_track(video, model)
        times = []
        for _ in range(args.rounds):
            start = time.thread_time()
            first_change(assess(track, request).findings)
            times.append(1000 * (time.thread_time() - start) / len(track))
        runs = [live_ms(track, request, model) for _ in range(_LIVE_ROUNDS)]
        mean, late = (statistics.median(each) for each in zip(*runs, strict=True))
        print(
            f"{video.stem:28} {len(track):5} frames  recorded {statistics.median(times):.3f} ms a frame "
            f"(best {min(times):.3f})  live {mean:.3f} ms, 99 % within {late:.2f} ms"
        )


if __name__ == "__main__":
    main()
