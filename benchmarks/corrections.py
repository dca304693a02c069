"""What each correction brings: the error against the truth with all of them, and with each left out in turn.

For clips with exact truth beside them, as `formcheck validate` takes them. The landmarks are found once; the set is
measured again for every line. Mean over clips and worst clip, in degrees; phase times in seconds.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType
from unittest.mock import patch

import numpy as np

from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.kinematics import analysis, frontal, planted_leg, reps, sagittal
from formcheck.pose.models import ensure_model
from formcheck.pose.types import PoseTrack
from formcheck.session.reading import read_track
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.validation.clips import clip_infos, find_clips
from formcheck.validation.comparison import TruthComparison, compare
from formcheck.validation.run import Readied, ready

Change = tuple[object, str, object]
LEFT_OUT: Mapping[str, tuple[Change, ...]] = MappingProxyType(
    {
        "all corrections": (),
        "front: hips where they are drawn": ((frontal, "HIP_SEPARATION_LEG", 1e9),),
        "front: perspective left in": ((frontal, "FOCAL_LONG_SIDES", 1e9),),
        "front: stance reading left in": ((frontal, "STANCE_ERROR_DEG", 0.0),),
        "front: known turn left in": ((analysis, "known_front_turn_deg", lambda _view: 0.0),),
        "front: all four left in": (
            (frontal, "HIP_SEPARATION_LEG", 1e9),
            (frontal, "FOCAL_LONG_SIDES", 1e9),
            (frontal, "STANCE_ERROR_DEG", 0.0),
            (analysis, "known_front_turn_deg", lambda _view: 0.0),
        ),
        "front: starts and ends where 10 % is crossed": ((reps, "_STEEP", ()),),
        "side: three points instead of the planted leg": ((planted_leg, "_FOOT_MOVES_LEG", 0.0),),
        "side: rest decides the lengths": ((planted_leg, "_even_over_ranges", lambda flexion: np.ones(len(flexion))),),
        "side: stance reading left in": ((sagittal, "STANCE_ERROR_DEG", 0.0),),
        "side: three points, stance reading left in": (
            (planted_leg, "_FOOT_MOVES_LEG", 0.0),
            (sagittal, "STANCE_ERROR_DEG", 0.0),
        ),
    }
)
COLUMNS = ("knee_flexion_deg", "fppa_deg")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="full")
    args = parser.parse_args()
    model = ensure_model(args.model)
    infos = clip_infos(args.folder)
    # Landmarks that were saved are not read: every line is of one model.
    videos = [(clip, clip.video) for clip in find_clips(args.folder) if clip.video is not None]
    clips = [ready(clip, infos.get(clip.name), None) for clip, _ in videos]
    tracks = [read_track(video, model) for _, video in videos]
    print("| | side knee flexion | FPPA | phase times |\n|---|---|---|---|")
    for name, changes in LEFT_OUT.items():
        with ExitStack() as stack:
            for owner, attribute, value in changes:
                stack.enter_context(patch.object(owner, attribute, value))
            found = [_compared(each, track) for each, track in zip(clips, tracks, strict=True)]
        cells = [_cell(list(_mae(found, column))) for column in COLUMNS]
        times = [float(np.abs(c.phase_off_s).mean()) for c in found if c.phase_off_s.size]
        print(f"| {name} | {' | '.join(cells)} | {_cell(times, 3)} |")


def _compared(each: Readied, track: PoseTrack) -> TruthComparison:
    assert each.exercise in builtin_names()
    rubric = builtin_rubric(each.exercise)
    phase_of = {check.measure: check.phase.value for check in rubric.checks}
    return compare(assess(track, SetRequest(each.exercise)), each.truth, each.info, phase_of)


def _mae(found: list[TruthComparison], measure: str) -> Iterator[float]:
    for c in found:
        off = [np.abs(pairs.ours - pairs.truth) for pairs in c.frames if pairs.measure == measure]
        if off:
            yield float(np.concatenate(off).mean())


def _cell(errors: list[float], digits: int = 2) -> str:
    return f"{np.mean(errors):.{digits}f} ({np.max(errors):.{digits}f})" if errors else ""


if __name__ == "__main__":
    main()
