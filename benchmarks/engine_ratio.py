"""What a frame of a live set costs the engine, beside what it costs in another checkout, by landmarks of sample clips.

Rounds of both take turns, each in a process of its own; of each frame the least CPU time of all rounds counts, so that
other work of the machine weighs on neither. Frames of the running set are counted, those in which reps are measured and
judged included; the dearest of them is the longest time that other sets on the same core wait. `--other` names the
folder of the other checkout.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

_HERE = Path(__file__).resolve()
_CLIPS = ("wall_squat_front", "wall_squat_side", "step_down_front_valgus", "step_down_side")
_STAND_FRAMES = 90
_WARM_UP = 2
"""Sets before the one that counts: modules are imported and what is worked out once is known."""


def set_ms(clip: str) -> list[float]:
    """Return what each frame of a running set costs (ms of CPU), with the engine that this process imports."""
    from formcheck.pose.models import PoseModel
    from formcheck.session.live import LiveSet
    from formcheck.session.live_state import PictureFacts, Stage
    from formcheck.session.request import SetRequest
    from tests.sample_tracks import sample_track

    track = sample_track(clip)
    width, height = track.source.width, track.source.height
    model = PoseModel("pose_landmarker_full", Path("pose_landmarker_full.task"), "0" * 64)
    facts = PictureFacts(width, height, mean_luma=120.0, people=1)
    request = SetRequest("step-down" if "step" in clip else "wall-squat")
    times: list[float] = []
    for _ in range(_WARM_UP + 1):
        live = LiveSet(request, width_px=width, height_px=height, model=model)
        times.clear()
        for k in range(_STAND_FRAMES + len(track)):
            pose = replace(track[max(0, k - _STAND_FRAMES)], t_s=(k + 1) / 30)
            start = time.thread_time_ns()
            state = live.add(pose, facts)
            if state.stage is Stage.SET:
                times.append((time.thread_time_ns() - start) / 1e6)
    return times


def round_ms(checkout: Path, clip: str) -> list[float]:
    """Return what each frame costs with the engine of a checkout, measured in a process of its own."""
    told = subprocess.run(
        [sys.executable, str(_HERE), "--round", clip],
        env=os.environ | {"PYTHONPATH": str(checkout)},
        cwd=checkout,
        check=True,
        capture_output=True,
        text=True,
    )
    return list(json.loads(told.stdout))


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--other", type=Path, help="folder of the checkout that is compared with")
    parser.add_argument("--clips", nargs="+", choices=_CLIPS, default=_CLIPS)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--round", choices=_CLIPS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.round:
        print(json.dumps(set_ms(args.round)))
        return
    checkouts = [each.resolve() for each in (_HERE.parents[1], args.other) if each is not None]
    for clip in args.clips:
        rounds = [[round_ms(checkout, clip) for checkout in checkouts] for _ in range(args.rounds)]
        least = [np.min(runs, axis=0) for runs in zip(*rounds, strict=True)]
        this = least[0]
        line = f"{clip:24} {len(this)} frames  mean {this.mean():.3f} ms  median {np.median(this):.3f}"
        line += f"  most {this.max():.1f}"
        if len(least) > 1:
            other = least[1]
            shares = (of(this) / of(other) for of in (np.mean, np.median, np.max))
            line += f"  the other {other.mean():.3f} {np.median(other):.3f} {other.max():.1f}  ratios "
            line += " ".join(f"{share:.2f}" for share in shares)
        print(line, flush=True)


if __name__ == "__main__":
    main()
