"""Measures ordinary recordings that go wrong, made from the sample clips: right, refused rightly, or wrong.

Each variant is a video file that is made on the spot, measured as a user's file is, and compared with what the clip
truly shows: two people at several sizes, panes of a call, mirrors, slow motion, frozen pictures and gaps in each phase,
pulses, a camera in a hand, and films put together. `right`: the true reps and only those, every number within its own
error, or within 3 degrees and 0.35 s where that is less. `refused`: nothing was measured, and the reason is the true
one. `wrong`: anything else.

    python benchmarks/ordinary_recordings.py [--only KIND] [--out FOLDER]
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.errors import FormcheckError
from formcheck.pose.models import ensure_model
from formcheck.pose.people import SeveralPeopleError
from formcheck.session.assessment import Assessment
from formcheck.session.reading import read_track
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest

SAMPLES = Path(__file__).resolve().parent.parent / "sample_videos"
FPS = 30
TIME_BASE = Fraction(1, 90_000)
TIME_OFF_S = 0.35
LEAST_ANGLE_ERROR_DEG = 3.0
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class TrueRep:
    """What the clip shows, in the time of the variant; None where it must not be given, NaN where either will do."""

    depth_deg: float | None = None
    fppa_deg: float | None = None
    leg: str = "left"
    descent_s: float | None = None
    hold_s: float | None = None
    ascent_s: float | None = None
    pulses: int | None = None


@dataclass(frozen=True)
class Variant:
    """One made file and what is true of it."""

    kind: str
    name: str
    exercise: str
    frames: Callable[[], Iterator[tuple[Picture, float]]]
    reps: tuple[TrueRep, ...] = ()
    may_miss: int = 0
    """So many of the reps may be missing where the recording is said to have a hole."""
    refusal: type[FormcheckError] | None = None
    may_refuse: bool = False
    says: tuple[str, ...] = ()
    """Ids of set-up checks that must be there."""
    silent: tuple[str, ...] = ("SU-19", "SU-20", "SU-21")
    """Those of these that `says` does not name must not be there."""
    tags: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=3)
def pictures(name: str) -> tuple[Picture, ...]:
    """Return every picture of a sample clip."""
    with av.open(str(SAMPLES / f"{name}.mp4")) as container:
        return tuple(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0))


@cache
def truth(name: str) -> dict[str, Any]:
    """Return the truth of a sample clip."""
    read: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return read


def true_reps(name: str, count: int | None = None) -> tuple[TrueRep, ...]:
    """Return the reps of a sample clip as they are."""
    leg = {"L": "left", "R": "right"}.get(truth(name).get("stance_leg") or "", "left")
    side = leg[0].upper()
    is_side, is_front = "side" in truth(name)["view"], "front" in truth(name)["view"]
    if truth(name)["view"] == "side_right":
        leg, side = "right", "R"
    return tuple(
        TrueRep(
            depth_deg=rep[f"peak_knee_flex_{side}"] if is_side else None,
            fppa_deg=rep[f"peak_fppa_{side}"] if is_front else None,
            leg=leg,
            descent_s=rep["ecc"],
            hold_s=rep["hold"],
            ascent_s=rep["con"],
        )
        for rep in truth(name)["reps"][:count]
    )


def changed(rep: TrueRep, **what: Any) -> TrueRep:
    """Return a rep of which something else is true."""
    return replace(rep, **what)


def write(path: Path, frames: Iterator[tuple[Picture, float]], tags: dict[str, str]) -> None:
    """Write pictures with their times (s) as a phone would."""
    container = av.open(str(path), "w", options={"movflags": "use_metadata_tags"})
    with container:
        container.metadata.update(tags)
        stream = None
        for picture, t_s in frames:
            if stream is None:
                stream = container.add_stream("libx264", rate=FPS, options={"crf": "28", "preset": "veryfast"})
                stream.height, stream.width = (size - size % 2 for size in picture.shape[:2])
                stream.pix_fmt, stream.codec_context.time_base = "yuv420p", TIME_BASE
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(picture[: stream.height, : stream.width]), format="rgb24"
            )
            frame.pts, frame.time_base = round(t_s / TIME_BASE), TIME_BASE
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode(None))


def play(name: str, ways: Sequence[tuple[float, float]], slower: float = 1.0) -> Iterator[tuple[Picture, float]]:
    """Play pieces of a clip after one another, backwards where a way goes back in time."""
    shown = 0
    for from_s, to_s in ways:
        fps = truth(name)["fps"]
        a, b = round(from_s * fps), round(to_s * fps)
        for i in range(a, b) if b >= a else range(a, b, -1):
            yield pictures(name)[min(i, len(pictures(name)) - 1)], shown / fps * slower
            shown += 1


def slow_motion(name: str, factor: int, to_s: float) -> Iterator[tuple[Picture, float]]:
    """Show so many times more pictures than the clip has, at its rate."""
    for i, (picture, _) in enumerate(whole(name, to_s)):
        for k in range(factor):
            yield picture, (i * factor + k) / FPS


def whole(name: str, to_s: float = 1e9) -> Iterator[tuple[Picture, float]]:
    """Play a clip from its start."""
    yield from play(name, [(0.0, min(to_s, len(pictures(name)) / truth(name)["fps"]))])


def frozen(name: str, from_s: float, to_s: float, until_s: float) -> Iterator[tuple[Picture, float]]:
    """Repeat one picture for a while."""
    for picture, t_s in whole(name, until_s):
        yield (pictures(name)[round(from_s * FPS)] if from_s <= t_s < to_s else picture), t_s


def with_gap(name: str, from_s: float, to_s: float, until_s: float) -> Iterator[tuple[Picture, float]]:
    """Leave out the pictures of a time."""
    return ((picture, t_s) for picture, t_s in whole(name, until_s) if not from_s < t_s < to_s)


def shaken(name: str, size_px: float, until_s: float) -> Iterator[tuple[Picture, float]]:
    """Move the camera as a hand does."""
    for picture, t in whole(name, until_s):
        dx = size_px * (np.sin(2 * np.pi * 0.7 * t) + 0.3 * np.sin(2 * np.pi * 3.1 * t))
        dy = size_px * (0.6 * np.sin(2 * np.pi * 0.9 * t) + 0.2 * np.sin(2 * np.pi * 2.3 * t))
        height, width = picture.shape[:2]
        edge = int(2 * size_px)
        zoom = np.array([[1.0, 0.0, dx], [0.0, 1.0, dy]])
        moved = cv2.warpAffine(picture, zoom, (width, height), borderMode=cv2.BORDER_REFLECT)
        yield np.ascontiguousarray(moved[edge : height - edge, edge : width - edge]), t


def beside(
    left: Callable[[float], Picture], right: Callable[[float], Picture], heights: tuple[int, int], until_s: float
) -> Iterator[tuple[Picture, float]]:
    """Put two people, cut out of their pictures, beside each other on a grey floor of 1280 by 720."""
    for i in range(round(until_s * FPS)):
        canvas = np.full((720, 1280, 3), 150, dtype=np.uint8)
        for get, height, middle in ((left, heights[0], 360), (right, heights[1], 920)):
            picture = get(i / FPS)
            across = picture.shape[1]
            cut = picture[:, across // 2 - 250 : across // 2 + 250]
            small = cv2.resize(cut, (round(height * 500 / picture.shape[0]), height), interpolation=cv2.INTER_AREA)
            top, from_left = 700 - height, middle - small.shape[1] // 2
            canvas[top : top + height, from_left : from_left + small.shape[1]] = small
        yield canvas, i / FPS


def moving(name: str, mirror: bool = False) -> Callable[[float], Picture]:
    """Return the picture of a clip at a time."""
    return lambda t: pictures(name)[round(t * FPS)][:, :: -1 if mirror else 1]


def standing(name: str) -> Callable[[float], Picture]:
    """Return somebody who stands: the first seconds of a clip to and fro."""
    return lambda t: pictures(name)[round(abs((t + 1.5) % 3.0 - 1.5) * FPS)]


SIDE, FRONT, STEP, STEP_SIDE = "wall_squat_side", "wall_squat_front", "step_down_front_valgus", "step_down_side"


def variants() -> Iterator[Variant]:
    """Yield all variants."""
    side = true_reps(SIDE)
    nan = float("nan")
    for height in (180, 250, 320, 360, 430, 500, 600, 690):
        both = SeveralPeopleError
        yield Variant(
            "two people",
            f"both exercise, {height}",
            "wall-squat",
            partial(beside, moving(SIDE), moving(FRONT), (height, height), 6.4),
            refusal=both,
        )
        yield Variant(
            "two people",
            f"one stands by, {height}",
            "wall-squat",
            partial(beside, moving(SIDE), standing(FRONT), (height, height), 6.4),
            (changed(side[0], depth_deg=nan),),
            may_refuse=True,
        )
    for left, right in ((600, 420), (420, 600), (500, 400), (400, 300)):
        yield Variant(
            "two people",
            f"unlike, {left} and {right}",
            "wall-squat",
            partial(beside, moving(SIDE), moving(FRONT), (left, right), 6.4),
            refusal=SeveralPeopleError,
        )
    for height, other in ((690, 200), (600, 180), (690, 250), (500, 220), (430, 160)):
        yield Variant(
            "panes",
            f"small second pane, {height} and {other}",
            "wall-squat",
            partial(beside, moving(SIDE), moving(FRONT), (height, other), 6.4),
            side[:1],
            may_refuse=True,
        )
    for height in (360, 480, 600):
        yield Variant(
            "panes",
            f"two panes of a call, {height}",
            "wall-squat",
            partial(beside, moving(FRONT), moving(SIDE), (height, height), 6.4),
            refusal=SeveralPeopleError,
        )
    for height, other in ((600, 500), (500, 400), (400, 330), (690, 560)):
        yield Variant(
            "mirror",
            f"a mirror on the wall, {height} and {other}",
            "wall-squat",
            partial(beside, moving(SIDE), moving(SIDE, mirror=True), (height, other), 6.4),
            refusal=SeveralPeopleError,
        )
    for factor in (2, 4, 8):
        for clip in (SIDE, FRONT):
            yield Variant(
                "slow motion",
                f"x{factor}, tagged, {clip}",
                "wall-squat",
                partial(slow_motion, clip, factor, 6.6),
                true_reps(clip, 1),
                tags={"com.android.capture.fps": str(factor * FPS)},
            )
    for factor in (4, 8):
        for clip in (SIDE, FRONT):
            yield Variant(
                "slow motion",
                f"x{factor}, no tag, {clip}",
                "wall-squat",
                partial(slow_motion, clip, factor, 6.6),
                tuple(changed(rep, descent_s=nan, hold_s=nan, ascent_s=nan) for rep in true_reps(clip, 1)),
                says=("SU-22",),
            )
    for phase, from_s in (("stand", 6.1), ("descent", 7.0), ("hold", 8.4), ("ascent", 9.7)):
        for lasts in (0.6, 1.0, 1.6):
            to_s = from_s + lasts
            unseen = changed(side[1], depth_deg=nan, descent_s=nan, hold_s=nan, ascent_s=nan)
            named = ("SU-21",) if phase != "stand" or to_s > 6.9 else ()
            loose = ("SU-19", "SU-20") if phase in ("stand", "hold") else ("SU-19", "SU-20", "SU-21")
            must = named if phase in ("descent", "ascent") else ()
            yield Variant(
                "frozen",
                f"{phase}, {lasts} s",
                "wall-squat",
                partial(frozen, SIDE, from_s, to_s, 16.4),
                (side[0], unseen, side[2]),
                says=must,
                silent=loose,
            )
            yield Variant(
                "gap",
                f"{phase}, {lasts} s",
                "wall-squat",
                partial(with_gap, SIDE, from_s, to_s, 16.4),
                (side[0], unseen, side[2]),
                says=("SU-21",),
            )
    yield Variant(
        "gap", "over a rep", "wall-squat", partial(with_gap, SIDE, 6.4, 10.8, 16.4), (side[0], side[2]), says=("SU-21",)
    )
    yield Variant(
        "gap", "from hold to hold", "wall-squat", partial(with_gap, SIDE, 4.0, 8.6, 16.4), (side[2],), says=("SU-21",)
    )
    for clip in (SIDE, FRONT):
        for back_to_s in (3.03, 2.95, 2.88, 2.8, 2.72, 2.65):
            for count in (1, 3):
                ways = [(0.0, 4.0), *([(4.0, back_to_s), (back_to_s, 4.0)] * count), (4.0, 6.6)]
                yield Variant(
                    "pulses",
                    f"{count} back to {back_to_s}, {clip}",
                    "wall-squat",
                    partial(play, clip, tuple(ways)),
                    (changed(true_reps(clip)[0], hold_s=nan, pulses=count),),
                )
    for size in (8.0, 20.0, 40.0):
        for clip, exercise, until in (
            (SIDE, "wall-squat", 6.6),
            (FRONT, "wall-squat", 6.6),
            (STEP, "step-down", 7.2),
            (STEP_SIDE, "step-down", 7.2),
            ("squat_side_deep", "squat", 5.7),
        ):
            says = ("SU-20",) if size > 10 else ()
            yield Variant(
                "hand",
                f"{size:.0f} px, {clip}",
                exercise,
                partial(shaken, clip, size, until),
                true_reps(clip, 1),
                says=says,
                silent=("SU-19", "SU-21"),
            )
    for first, second in ((SIDE, FRONT), (FRONT, SIDE), (SIDE, "wall_squat_side_right"), (FRONT, "wall_squat_front")):
        ends = [(pictures(name), true_reps(name, 1)) for name in (first, second)]
        same_size = ends[0][0][0].shape == ends[1][0][0].shape
        if same_size and first != second:
            yield Variant(
                "joined",
                f"{first}, {second}",
                "wall-squat",
                partial(both_in_turn, first, second, 6.6),
                ends[0][1] + ends[1][1],
                says=("SU-19",),
            )
    (down,) = true_reps(STEP_SIDE, 1)
    yield Variant(
        "joined",
        "turned round",
        "step-down",
        turned_round,
        (down, changed(down, leg="right")),
        says=("SU-19",),
    )
    yield Variant(
        "joined",
        "step-down, side and front",
        "step-down",
        partial(both_in_turn, STEP_SIDE, STEP, 7.2),
        (down, *true_reps(STEP, 1)),
        says=("SU-19",),
    )
    for path in sorted(SAMPLES.glob("*.mp4")):
        name = path.stem
        exercise = {"wall": "wall-squat", "step": "step-down", "squat": "squat"}[name.split("_")[0]]
        yield Variant("clean", name, exercise, partial(whole, name), true_reps(name))


def after(*films: Iterator[tuple[Picture, float]]) -> Iterator[tuple[Picture, float]]:
    """Play films after one another."""
    start = 0.0
    for film in films:
        last = 0.0
        for picture, t_s in film:
            last = t_s
            yield picture, start + t_s
        start += last + 1 / FPS


def both_in_turn(first: str, second: str, until_s: float) -> Iterator[tuple[Picture, float]]:
    """Play the beginnings of two clips after one another."""
    yield from after(whole(first, until_s), whole(second, until_s))


def turned_round() -> Iterator[tuple[Picture, float]]:
    """Play a step-down from the side, then as if the person had turned round."""
    yield from after(whole(STEP_SIDE, 7.2), flipped(whole(STEP_SIDE, 7.2)))


def flipped(film: Iterator[tuple[Picture, float]]) -> Iterator[tuple[Picture, float]]:
    """Show a film in a mirror."""
    return ((np.ascontiguousarray(picture[:, ::-1]), t_s) for picture, t_s in film)


def verdict(variant: Variant, path: Path) -> tuple[str, str]:
    """Return `right`, `refused` or `wrong`, and why."""
    try:
        found = assess(read_track(path, ensure_model("full")), SetRequest(variant.exercise))
    except FormcheckError as error:
        if variant.refusal is not None and isinstance(error, variant.refusal):
            return "refused", type(error).__name__
        if variant.may_refuse and isinstance(error, SeveralPeopleError):
            return "refused", type(error).__name__
        return "wrong", f"refused: {error}"
    if variant.refusal is not None:
        return "wrong", f"measured {len(found.complete_reps)} reps instead of asking"
    faults = list(_faults(variant, found))
    return ("wrong", "; ".join(faults)) if faults else ("right", "")


def _faults(variant: Variant, found: Assessment) -> Iterator[str]:
    ids = {check.id for check in found.setup}
    yield from (f"{each} is not said" for each in variant.says if each not in ids)
    yield from (f"{each} is said" for each in variant.silent if each in ids and each not in variant.says)
    if len(found.complete_reps) != len(variant.reps):
        yield f"{len(found.complete_reps)} reps for {len(variant.reps)}"
        return
    for number, (rep, true) in enumerate(zip(found.complete_reps, variant.reps, strict=True), start=1):
        for measure, value, leg in (
            ("knee_flexion_max_deg", true.depth_deg, true.leg),
            ("fppa_deg", true.fppa_deg, true.leg),
            ("descent_s", true.descent_s, "both"),
            ("hold_s", true.hold_s, "both"),
            ("ascent_s", true.ascent_s, "both"),
        ):
            got = rep.measures.get(measure, {}).get(leg)
            if got is None or value is None or np.isnan(value):
                continue
            allowed = max(got.error, TIME_OFF_S if measure.endswith("_s") else LEAST_ANGLE_ERROR_DEG)
            if abs(got.value - value) > allowed:
                yield f"rep {number}: {measure} {got.value:.2f} for {value:.2f}"
        if true.pulses is not None and rep.pulses != true.pulses:
            yield f"rep {number}: {rep.pulses} pulses for {true.pulses}"


def main() -> None:
    """Make and measure the variants, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="Kind of variants.")
    parser.add_argument("--out", type=Path, help="Keep the made files here.")
    args = parser.parse_args()
    table: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.out or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for number, variant in enumerate(variants()):
            if args.only and variant.kind != args.only:
                continue
            path = folder / f"{number:03d}.mp4"
            write(path, variant.frames(), variant.tags)
            result, why = verdict(variant, path)
            table.setdefault(variant.kind, Counter())[result] += 1
            print(f"{result:8}{variant.kind}: {variant.name}  {why}", flush=True)
            if args.out is None:
                path.unlink()
    print(f"\n{'kind':14}{'right':>8}{'refused':>9}{'wrong':>8}")
    for kind, counts in table.items():
        print(f"{kind:14}{counts['right']:>8}{counts['refused']:>9}{counts['wrong']:>8}")
    total = sum(table.values(), Counter())
    print(f"{'all':14}{total['right']:>8}{total['refused']:>9}{total['wrong']:>8}")


if __name__ == "__main__":
    main()
