"""Layer: whole assessments of sample clips whose camera is turned about its own centre or whose picture is cropped.

The landmarks of saved clips are moved as an exact homography moves the picture; one clip is also warped and cropped
as pictures and read by the real model. The person faces the camera as before, so the knee is the same knee.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from formcheck.errors import NotAssessableError
from formcheck.exercises.finding import Band
from formcheck.kinematics.estimate import Estimate
from formcheck.pose.models import PoseModel
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.video.reader import open_video
from formcheck.video.writer import VideoWriter

from ..camera import cropped, homography_of_turn, turned_about_centre
from ..clips import SAMPLES, Picture
from ..estimated import read_track_or_kept
from ..sample_tracks import SAMPLE_TRACKS, sample_track

FOCAL_PX = 948.839
"""Of the sample clips, which are 1280 px wide."""
FRONT = ("wall_squat_front", "step_down_front_valgus")
SIDE = ("wall_squat_side", "step_down_side")
PANS = (-10.0, -9.0, -6.0, 6.0, 9.0, 10.0)
CROPS = ((480, 800), (0, 768), (400, 720))
"""First column and number of columns that are kept."""
PLACES: dict[str, Callable[[PoseTrack], PoseTrack]] = {
    **{
        f"panned by {pan:+.0f} deg": functools.partial(turned_about_centre, focal_px=FOCAL_PX, pan_deg=pan)
        for pan in PANS
    },
    **{
        f"columns {left} to {left + width}": functools.partial(cropped, left_px=left, width=width)
        for left, width in CROPS
    },
}
BANDS = (Band.GOOD, Band.CAUTION, Band.FAULT)
OF_THE_KNEE = ("fppa", "kmf", "knee_flexion")


def assessed(track: PoseTrack) -> Assessment | None:
    """Assess a clip; None where it is refused with a reason and a remedy."""
    exercise = "wall-squat" if track.source.name.startswith("wall_squat") else "step-down"
    try:
        return assess(track, SetRequest(exercise))
    except NotAssessableError as refused:
        return None if refused.reason and refused.remedy else pytest.fail("refused without a remedy")


@functools.cache
def in_the_middle(clip: str) -> Assessment:
    result = assessed(sample_track(clip))
    assert result is not None
    return result


@functools.cache
def elsewhere(clip: str, place: str) -> Assessment | None:
    return assessed(PLACES[place](sample_track(clip)))


def reps_of(result: Assessment, measure: str) -> dict[tuple[int, str], Estimate]:
    """Return what is given of a measure, by rep and leg."""
    given = {(rep.index, leg): value for rep in result.reps for leg, value in rep.measures.get(measure, {}).items()}
    return {key: value for key, value in given.items() if value is not None}


def largest_shift(clip: str, place: str, measure: str) -> float:
    """Return how far a value is from that of the same rep in the middle, at most; 0 where none is given."""
    there = elsewhere(clip, place)
    if there is None:
        return 0.0
    here, given = reps_of(in_the_middle(clip), measure), reps_of(there, measure)
    assert len(there.reps) == len(in_the_middle(clip).reps)
    if not given:
        needs_remedy(there, measure)
    return max((abs(value.value - here[key].value) for key, value in given.items()), default=0.0)


def needs_remedy(result: Assessment, measure: str) -> None:
    """Demand that a measure that is not given says why, and what to do about it."""
    family = measure.split("_")[0]
    said = [each for each in result.not_measured if each.measure.startswith(family)]
    assert said
    assert all(each.reason and each.remedy for each in said)


def bands(result: Assessment) -> dict[tuple[str, int | None, str], Band]:
    return {(finding.check, finding.rep, finding.leg): finding.band for finding in result.findings}


def knee_verdicts(result: Assessment) -> dict[tuple[str, str], int]:
    """Return the worst that is said of each leg in the whole set, by measure family."""
    worst: dict[tuple[str, str], int] = {}
    for finding in result.findings:
        family = next((name for name in OF_THE_KNEE if finding.measure.startswith(name)), None)
        if family is not None:
            key = (family, finding.leg)
            worst[key] = max(worst.get(key, 0), BANDS.index(finding.band))
    return worst


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("clip", FRONT)
def test_the_knee_of_a_clip_has_the_same_fppa_wherever_the_camera_points(clip: str, place: str) -> None:
    assert largest_shift(clip, place, "fppa_deg") <= 1.0


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("clip", FRONT)
def test_the_knee_of_a_clip_is_as_far_inside_its_foot_wherever_the_camera_points(clip: str, place: str) -> None:
    assert largest_shift(clip, place, "kmf_pct") <= 1.0


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("clip", SIDE)
def test_the_knee_of_a_clip_bends_as_far_wherever_the_camera_points(clip: str, place: str) -> None:
    assert largest_shift(clip, place, "knee_flexion_max_deg") <= 1.5


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("clip", SAMPLE_TRACKS)
def test_nothing_is_good_that_is_a_fault_in_the_middle(clip: str, place: str) -> None:
    there = elsewhere(clip, place)
    good = [] if there is None else [key for key, band in bands(there).items() if band is Band.GOOD]
    faults = [key for key, band in bands(in_the_middle(clip)).items() if band is Band.FAULT]
    assert set(good).isdisjoint(faults)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("clip", SAMPLE_TRACKS)
def test_the_verdict_of_a_knee_is_never_milder_than_in_the_middle(clip: str, place: str) -> None:
    there = elsewhere(clip, place)
    verdicts = {} if there is None else knee_verdicts(there)
    middle = knee_verdicts(in_the_middle(clip))
    assert {key: band for key, band in verdicts.items() if band < middle.get(key, 0)} == {}


@pytest.mark.parametrize("pan", [-6.0, 6.0])
@pytest.mark.parametrize("clip", FRONT)
def test_a_knee_a_little_off_the_middle_is_not_refused(clip: str, pan: float) -> None:
    there = elsewhere(clip, f"panned by {pan:+.0f} deg")
    assert there is not None
    assert reps_of(there, "fppa_deg").keys() == reps_of(in_the_middle(clip), "fppa_deg").keys()


# Real pixels

TRUE_FPPA_DEG = 13.0
"""Of the first rep of `step_down_front_valgus`."""
ONE_REP_S = 7.2


def panned_picture(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    warped = cv2.warpPerspective(picture, homography_of_turn(width, height, FOCAL_PX, 10.0), (width, height))
    return np.asarray(warped, dtype=np.uint8)


def cropped_picture(picture: Picture) -> Picture:
    return picture[:, 500:1280]


def every_other_picture(out: Path, change: Callable[[Picture], Picture]) -> Path:
    """Write the first rep of the clip at half its rate with every picture changed."""
    with open_video(SAMPLES / "step_down_front_valgus.mp4") as video:
        kept = [(frame.t_s, change(frame.rgb)) for frame in video if frame.index % 2 == 0 and frame.t_s <= ONE_REP_S]
    height, width = kept[0][1].shape[:2]
    with VideoWriter(out, width, height) as writer:
        for t_s, picture in kept:
            writer.write(np.ascontiguousarray(picture), t_s)
    return out


@pytest.mark.parametrize("change", [panned_picture, cropped_picture])
def test_the_valgus_of_a_person_off_the_middle_of_real_pictures_is_read_within_three_degrees_or_refused(
    change: Callable[[Picture], Picture], pose_model: PoseModel, tmp_path: Path
) -> None:
    track = read_track_or_kept(every_other_picture(tmp_path / "step_down.mp4", change), pose_model)
    result = assessed(track)
    if result is None:
        return
    given = reps_of(result, "fppa_deg").get((1, "left"))
    if given is None:
        needs_remedy(result, "fppa_deg")
    else:
        assert given.value == pytest.approx(TRUE_FPPA_DEG, abs=3.0)
        assert abs(given.value - TRUE_FPPA_DEG) <= given.error
