"""Landmarks that a browser finds against those that Python finds in the same pictures, and what measures become.

Every frame of each clip, 640×360, full model on the CPU, headless Chromium. Beside them two yardsticks, both of Python
against Python: after JPEG of quality 0.75, as pictures go to the server, and after one grey level was changed in twenty
pixels of 230,400, since MediaPipe looks for a person where it saw them last and so keeps on to what was different.

With `--keep FOLDER` the landmarks are kept there, and taken from there where they are: clips can be measured one by
one. Measures are of sets as they are recorded, without looks into the mirror in any column.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from playwright.sync_api import Page, sync_playwright

from formcheck.pose.belief import LandmarkBelief
from formcheck.pose.builder import TrackBuilder
from formcheck.pose.covered import WATCHED
from formcheck.pose.estimator import mediapipe_origin
from formcheck.pose.models import PoseModel, find_model
from formcheck.pose.types import Pose, TrackSource, nobody
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.validation.clips import find_clips
from formcheck.validation.comparison import compare
from formcheck.validation.run import ready
from formcheck.web.shared.addresses import HEALTH_PATH
from tests.browser.found_poses import Frames, Picture, Timed, difference, in_browser, in_python, opened, pictures
from tests.browser.starting import started

_QUALITY: Final = 75
_WAYS: Final = ("python", "browser", "jpeg", "grey")
_BARS: Final = {"legs_mean_px": 0.5, "legs_p99_px": 2.0, "presence_max": 0.01}
_MEASURE_BAR: Final = 0.5
"""Degrees or percent, whichever is more."""
_WATCHED: Final = np.array([int(mark) for mark in WATCHED])


@contextmanager
def browser_page() -> Iterator[Page]:
    """Serve the app and open a page of it whose worker is ready."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"

        def start(port: int) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "formcheck", "app", "--port", str(port), "--no-browser"]
            home = {**os.environ, "FORMCHECK_HOME": str(Path(folder) / "records")}
            with log.open("w") as out:
                return subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=home)

        server, port = started(start, HEALTH_PATH, log)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=os.environ.get("FORMCHECK_CHROMIUM") or shutil.which("chromium"),
                    args=["--no-sandbox", "--disable-gpu"],
                )
                page = browser.new_page()
                page.set_default_timeout(180_000)
                page.goto(f"http://127.0.0.1:{port}{HEALTH_PATH}")
                answer = opened(page)
                if answer != {"type": "opened"}:
                    raise RuntimeError(f"the worker does not open: {answer}")
                yield page
                browser.close()
        finally:
            server.terminate()
            server.wait()


def after_jpeg(rgb: Picture) -> Picture:
    """Return a picture as the server gets it."""
    done, jpeg = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert done
    return np.asarray(cv2.cvtColor(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), dtype=np.uint8)


def one_grey_level_off(rgb: Picture) -> Picture:
    """Return a picture with one grey level changed in twenty pixels at its middle."""
    height, width = rgb.shape[:2]
    changed = rgb.copy()
    changed[height // 2, width // 2 - 20 : width // 2] ^= 1
    return changed


def changed(given: Iterable[Timed], change: Callable[[Picture], Picture]) -> Iterator[Timed]:
    """Give pictures with something done to each."""
    for t_s, rgb in given:
        yield t_s, change(rgb)


@dataclass
class ClipFrames:
    """The landmarks of one clip, found in each way."""

    clip: Path
    t_s: list[float]
    ways: dict[str, Frames]


def found(clip: Path, model: PoseModel, keep: Path, limit: int | None) -> ClipFrames:
    """Find the landmarks of a clip in each way, but for what was kept."""
    ways: dict[str, Frames] = {}
    for way in _WAYS:
        kept = keep / f"{clip.stem}-{way}.npz"
        if not kept.exists():
            given = pictures(clip, limit)
            if way == "browser":
                with browser_page() as page:
                    frames = in_browser(page, given)
            elif way == "python":
                frames = in_python(model, given)
            else:
                frames = in_python(model, changed(given, after_jpeg if way == "jpeg" else one_grey_level_off))
            np.savez(kept, **asdict(frames))
        with np.load(kept) as arrays:
            ways[way] = Frames(**{name: arrays[name] for name in arrays.files})
    return ClipFrames(clip, [t_s for t_s, _ in pictures(clip, limit)], ways)


def assessed(frames: Frames, t_s: list[float], exercise: str, model: PoseModel) -> Assessment:
    """Measure and judge a set of landmarks."""
    origin, belief, builder = mediapipe_origin(model), LandmarkBelief(), TrackBuilder(len(t_s))
    for i, at_s in enumerate(t_s):
        if np.isnan(frames.image_px[i, 0, 0]):
            belief.forget()
            builder.add(nobody(at_s))
            continue
        seen = belief(frames.visibility[i], frames.presence[i])
        seen[_WATCHED[frames.covered[i]]] = 0.0
        builder.add(Pose(at_s, frames.image_px[i], seen, frames.world_m[i]))
    fps = (len(t_s) - 1) / (t_s[-1] - t_s[0])
    source = TrackSource(
        name="clip",
        sha256="",
        width=640,
        height=360,
        fps=fps,
        duration_s=t_s[-1],
        frames=len(t_s),
        pose_model=origin.name,
        model_sha256=origin.sha256,
        mediapipe=origin.mediapipe,
    )
    return assess(builder.build(source), SetRequest(exercise))


Values = dict[tuple[int, str, str], float]
"""By rep, measure and leg."""


def values_of(assessment: Assessment) -> Values:
    """Return all values of the complete reps."""
    return {
        (i, measure, leg): estimate.value
        for i, rep in enumerate(assessment.complete_reps)
        for measure, legs in rep.measures.items()
        for leg, estimate in legs.items()
        if estimate is not None
    }


def bands_of(assessment: Assessment) -> dict[tuple[str, int | None, str], str]:
    """Return what was found in each check."""
    return {(each.check, each.rep, each.leg): each.band.value for each in assessment.findings}


def print_landmarks(clips: list[ClipFrames]) -> None:
    """Print by how much landmarks differ from Python's."""
    print("\n| clip | frames | way | legs mean | p99 | max px | bias px | visibility | presence | worker ms p50 |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for each in clips:
        python = each.ways["python"]
        for way in _WAYS[1:]:
            frames = each.ways[way]
            d = difference(frames, python)
            missed = [name for name, bar in _BARS.items() if d[name] > bar] if way == "browser" else []
            said = f"{way} (misses {', '.join(missed)})" if missed else way
            ms = f"{np.median(frames.ms):.0f}" if len(frames.ms) else ""
            print(
                f"| {each.clip.stem} | {len(each.t_s)} | {said} "
                f"| {d['legs_mean_px']:.2f} | {d['legs_p99_px']:.2f} | {d['legs_max_px']:.2f} | {d['bias_px']:.2f} "
                f"| {d['visibility_max']:.4f} | {d['presence_max']:.4f} | {ms} |"
            )


def print_measures(clips: list[ClipFrames], model: PoseModel) -> None:
    """Print what becomes of reps, bands and values, and how far they are from the truth beside the clips."""
    folder = clips[0].clip.parent
    known = {each.name: each for each in find_clips(folder)}
    print(
        f"\nValues within max({_MEASURE_BAR}°, {_MEASURE_BAR} %) of Python's; error against the truth in its own unit"
    )
    print("| clip | way | reps | bands as Python | values within | furthest | mean error to truth | Python's |")
    print("|---|---|---|---|---|---|---|---|")
    totals: dict[str, list[float]] = {way: [] for way in _WAYS}
    for each in clips:
        readied = ready(known[each.clip.stem], None, None)
        results = {way: assessed(frames, each.t_s, readied.exercise, model) for way, frames in each.ways.items()}
        errors = {
            way: {
                (pair.rep, pair.measure, pair.leg): abs(pair.ours - pair.truth)
                for pair in compare(result, readied.truth, readied.info, {}).reps
                if is_angle_or_share(pair.measure)
            }
            for way, result in results.items()
        }
        python, bands = values_of(results["python"]), bands_of(results["python"])
        for way in _WAYS[1:]:
            values, theirs = values_of(results[way]), bands_of(results[way])
            both = [key for key in python if key in values and is_angle_or_share(key[1])]
            off = {key: abs(values[key] - python[key]) for key in both}
            within = [off[key] <= max(_MEASURE_BAR, _MEASURE_BAR / 100 * abs(python[key])) for key in both]
            worst = max(off, key=lambda key: off[key]) if off else None
            same = sum(theirs.get(key) == band for key, band in bands.items())
            common = errors[way].keys() & errors["python"].keys()
            mine, its = (
                float(np.mean([errors[w][key] for key in common])) if common else np.nan for w in (way, "python")
            )
            totals[way] += [errors[way][key] - errors["python"][key] for key in common]
            reps, of_python = (len(results[w].complete_reps) for w in (way, "python"))
            print(
                f"| {each.clip.stem} | {way} | {reps} of {of_python} "
                f"| {same} of {len(bands)} | {sum(within)} of {len(within)} "
                f"| {f'{off[worst]:.2f} {worst[1]} {worst[2]}' if worst else ''} | {mine:.2f} | {its:.2f} |"
            )
    for way in _WAYS[1:]:
        print(f"{way}: error against the truth {np.mean(totals[way]):+.3f} beside Python's, {len(totals[way])} values")


def is_angle_or_share(measure: str) -> bool:
    """Return whether a measure is in degrees or percent."""
    return measure.endswith(("_deg", "_pct"))


def main() -> None:
    """Measure each clip and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--frames", type=int, help="no more than so many of each clip")
    parser.add_argument("--keep", type=Path, help="where landmarks are kept between runs")
    args = parser.parse_args()
    model = find_model("full")
    with tempfile.TemporaryDirectory() as folder:
        keep = args.keep or Path(folder)
        keep.mkdir(parents=True, exist_ok=True)
        clips = [found(clip, model, keep, args.frames) for clip in args.clips]
    print_landmarks(clips)
    print_measures(clips, model)


if __name__ == "__main__":
    main()
