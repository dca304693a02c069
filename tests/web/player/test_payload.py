"""Layer: pure, on saved landmarks of sample clips. What the player is sent of a set."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from formcheck.pose.landmarks import Landmark
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment
from formcheck.session.corrected import review
from formcheck.session.corrections import Correction, ExcludeRep, MoveLandmark, ReviewedSet
from formcheck.session.drawings import Annotation, Drawing, DrawingKind
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.web.player.payload import DRAWN, HEAD, payload_bytes, player_payload
from tests.sample_tracks import sample_track

from .unpacking import unpacked

WHEN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
KNEE = str(int(Landmark.LEFT_KNEE))


def assessed(track: PoseTrack, exercise: str = "wall-squat") -> Assessment:
    return assess(track, SetRequest(exercise))


def sent(reviewed: ReviewedSet, *annotations: Annotation) -> Any:
    """Return what a browser reads."""
    return json.loads(payload_bytes(player_payload(reviewed, annotations)))


@pytest.fixture(scope="module")
def front() -> Assessment:
    return assessed(sample_track("wall_squat_front"))


@pytest.fixture(scope="module")
def reviewed(front: Assessment) -> ReviewedSet:
    """Give a set whose left knee was put 40 px aside for three seconds of the first rep."""
    track = sample_track("wall_squat_front")
    places = track.image_px.copy()
    places[100:190, Landmark.LEFT_KNEE, 0] += 40
    moved = MoveLandmark(Landmark.LEFT_KNEE, 4.0, 700.0, 500.0, 3.4, 6.3)
    return ReviewedSet(front, assessed(replace(track, image_px=places)), (Correction("c1", "R. Viewer", WHEN, moved),))


def plot(document: Any, name: str) -> Any:
    return next(plot for plot in document["plots"] if plot["name"] == name)


def test_each_frame_has_its_own_time(front: Assessment) -> None:
    time = sent(ReviewedSet(front, None))["time"]
    assert np.allclose(unpacked(time["values"], time["step"]), front.track.t_s, atol=1e-6)


def test_landmarks_are_in_pixels_of_the_upright_picture(front: Assessment) -> None:
    document = sent(ReviewedSet(front, None))
    landmarks = document["landmarks"]
    assert set(landmarks["current"]) == {str(int(mark)) for mark in DRAWN}
    assert set(landmarks["head"]) == {str(int(mark)) for mark in HEAD}
    x = np.array(unpacked(landmarks["current"][KNEE]["x"], landmarks["step"]))
    seen = front.track.visibility[:, Landmark.LEFT_KNEE] >= 0.5
    assert np.allclose(x[seen], front.track.image_px[seen, Landmark.LEFT_KNEE, 0], atol=0.051)
    assert document["picture"] == {"width": 1280, "height": 720}


def test_what_is_not_seen_is_null_and_never_zero(front: Assessment) -> None:
    visibility = front.track.visibility.copy()
    visibility[50:60, Landmark.LEFT_KNEE] = 0.1
    hidden = replace(front, track=replace(front.track, visibility=visibility))
    counts = sent(ReviewedSet(hidden, None))["landmarks"]["current"][KNEE]["x"]
    assert [i for i, count in enumerate(counts) if count is None] == list(range(50, 60))


def test_a_value_that_was_not_measured_is_null(front: Assessment) -> None:
    values = front.series.per_leg["fppa_deg"].copy()
    values[10:20, 0] = np.nan
    series = replace(front.series, per_leg={**front.series.per_leg, "fppa_deg": values})
    fppa = plot(sent(ReviewedSet(replace(front, series=series), None)), "fppa_deg")
    left = next(line for line in fppa["lines"] if line["leg"] == "left")
    assert left["values"][10:20] == [None] * 10
    assert left["values"][20] is not None


def test_a_measure_that_this_view_cannot_carry_has_no_plot(front: Assessment) -> None:
    names = [plot["name"] for plot in sent(ReviewedSet(front, None))["plots"]]
    assert "knee_flexion_deg" not in names
    assert {"fppa_deg", "kmf_pct"} <= set(names)


def test_from_the_side_depth_comes_first() -> None:
    document = sent(ReviewedSet(assessed(sample_track("wall_squat_side")), None))
    assert document["plots"][0]["name"] == "knee_flexion_deg"
    assert [line["leg"] for line in document["plots"][0]["lines"]] == document["legs"] == ["left"]
    assert document["columns"][0]["head"] == "Depth L"


def test_the_instants_of_a_rep_are_those_of_its_times(front: Assessment) -> None:
    document = sent(ReviewedSet(front, None))
    for rep, shown in zip(front.reps, document["reps"], strict=True):
        moved = shown["movement"]
        lengths = moved["still_s"] - moved["down_s"], moved["up_s"] - moved["still_s"], moved["done_s"] - moved["up_s"]
        for measure, length in zip(("descent_s", "hold_s", "ascent_s"), lengths, strict=True):
            estimate = rep.measures[measure]["both"]
            assert estimate is not None
            assert length == pytest.approx(estimate.value, abs=1e-6)


def test_plots_carry_bands_and_what_each_rep_was_judged_by(front: Assessment) -> None:
    document, rep = sent(ReviewedSet(front, None)), front.reps[0]
    zones = [(zone["band"], zone["low"]) for zone in plot(document, "fppa_deg")["judged"][0]["zones"]]
    assert [band for band, _ in zones] == ["good", "not_judged", "caution", "fault"]
    assert zones[1] == ("not_judged", 6.0)
    assert not any(each["zones"] for each in plot(document, "kmf_pct")["judged"])  # shown, and no check judges it
    for measure in ("fppa_deg", "kmf_pct"):
        expected = rep.measures[measure]["left"]
        judged = next(j for j in plot(document, measure)["judged"] if j["rep"] == 1 and j["leg"] == "left")
        assert expected is not None
        assert (judged["value"], judged["error"]) == pytest.approx((expected.value, expected.error))
        assert (judged["from_s"], judged["to_s"]) == pytest.approx((rep.bottom_start_s, rep.bottom_end_s))


def test_reps_have_their_moments_and_findings_with_sign_and_word() -> None:
    reps = sent(ReviewedSet(assessed(sample_track("step_down_front_valgus"), "step-down"), None))["reps"]
    assert [rep["index"] for rep in reps] == [1, 2, 3]
    for rep in reps:
        assert rep["start_s"] < rep["bottom_start_s"] <= rep["bottom_s"] <= rep["bottom_end_s"] < rep["end_s"]
    found = reps[0]["findings"]
    assert [(each["sign"], each["word"], each["name"]) for each in found] == [
        ("▲", "fault", "knee alignment"),
        ("◆", "caution", "time down"),
    ]
    assert [each["at_s"] for each in found] == pytest.approx([reps[0]["bottom_s"]] * 2)


def test_phases_follow_each_other_within_a_rep(front: Assessment) -> None:
    first = [phase for phase in sent(ReviewedSet(front, None))["phases"] if phase["rep"] == 1]
    assert [phase["phase"] for phase in first] == ["descent", "hold", "ascent"]
    assert all(one["to_s"] == other["from_s"] for one, other in pairwise(first))


def test_without_a_review_nothing_is_sent_twice(front: Assessment) -> None:
    document = sent(ReviewedSet(front, None))
    assert document["is_corrected"] is False
    assert document["landmarks"]["automatic"] == {}
    assert all(line["automatic"] is None for plot in document["plots"] for line in plot["lines"])
    assert all(rep["automatic"] is None for rep in document["reps"])


def test_both_are_sent_of_what_the_review_changed(reviewed: ReviewedSet) -> None:
    document = sent(reviewed)
    assert document["is_corrected"] is True
    assert KNEE in document["landmarks"]["automatic"]
    assert str(int(Landmark.RIGHT_ANKLE)) not in document["landmarks"]["automatic"]
    fppa = plot(document, "fppa_deg")
    left, right = fppa["lines"]
    assert left["automatic"] is not None
    before, after = (np.array(unpacked(left[name], fppa["step"])) for name in ("automatic", "values"))
    assert np.nanmax(np.abs(after - before)) > 10
    assert (left["leg"], right["leg"]) == ("left", "right")


def test_a_changed_value_says_what_it_was(reviewed: ReviewedSet) -> None:
    document = sent(reviewed)
    column = next(i for i, column in enumerate(document["columns"]) if column["head"] == "FPPA L")
    first, second = (rep["cells"][column] for rep in document["reps"][:2])
    assert first["was"].endswith("°")
    assert first["was"] != first["text"]
    assert second["was"] == ""


def test_changes_and_drawings_say_who_and_when(reviewed: ReviewedSet) -> None:
    drawn = Annotation("a1", Drawing(DrawingKind.TEXT, 4.0, ((10.0, 20.0),), "<b>in</b>"), "R. Viewer", WHEN)
    document = sent(reviewed, drawn)
    correction, annotation = document["corrections"][0], document["annotations"][0]
    assert (correction["id"], correction["made_by"], correction["at_s"]) == ("c1", "R. Viewer", 4.0)
    assert "Left knee" in correction["text"]
    assert annotation["points_px"] == [[10.0, 20.0]]
    assert annotation["text"] == "<b>in</b>"
    assert datetime.fromisoformat(annotation["made_at"]) == WHEN


def test_a_rep_that_was_left_out_is_marked_and_not_judged() -> None:
    track, request = sample_track("wall_squat_front"), SetRequest("wall-squat")
    left_out = Correction("c1", "R. Viewer", WHEN, ExcludeRep(8.6, "lost balance"))
    elsewhere = Correction("c2", "R. Viewer", WHEN, ExcludeRep(6.2))
    document = sent(review(track, request, [left_out, elsewhere]))
    assert [rep["excluded"] for rep in document["reps"]] == [False, True, False]
    assert document["reps"][1]["findings"] == []
    assert {judged["rep"] for judged in plot(document, "kmf_pct")["judged"]} == {1, 3}
    first, second = document["corrections"]
    assert first["not_applied"] is None
    assert second["not_applied"]


def test_a_joint_placed_by_hand_is_sent_where_it_was_put() -> None:
    track, request = sample_track("wall_squat_front"), SetRequest("wall-squat")
    at_s = float(track.t_s[121])
    put = Correction("c1", "R. Viewer", WHEN, MoveLandmark(Landmark.LEFT_KNEE, at_s, 700.5, 510.2, at_s, at_s))
    landmarks = sent(review(track, request, [put]))["landmarks"]
    places = {of: unpacked(landmarks[of][KNEE]["x"], landmarks["step"]) for of in ("current", "automatic")}
    assert places["current"][121] == pytest.approx(700.5)
    assert places["automatic"][121] < 690


def test_a_set_without_a_rep_is_sent_too() -> None:
    track = sample_track("wall_squat_front")
    still = replace(
        track,
        t_s=track.t_s[:50],
        image_px=track.image_px[:50],
        visibility=track.visibility[:50],
        world_m=track.world_m[:50],
    )
    document = sent(ReviewedSet(assessed(still), None))
    assert document["reps"] == []
    assert document["phases"] == []
    assert len(document["time"]["values"]) == 50


def test_five_minutes_are_small_enough_to_send_at_once() -> None:
    track = sample_track("step_down_side")
    times, n = 20, len(track)
    step_s = float(track.t_s[-1]) + 1 / 30
    tremble_px = np.random.default_rng(1).normal(0, 1, (n * times, *track.image_px.shape[1:]))
    long = replace(
        track,
        t_s=np.concatenate([track.t_s + i * step_s for i in range(times)]),
        image_px=np.tile(track.image_px, (times, 1, 1)) + tremble_px,
        visibility=np.tile(track.visibility, (times, 1)),
        world_m=np.tile(track.world_m, (times, 1, 1)),
    )
    content = payload_bytes(player_payload(ReviewedSet(assessed(long, "step-down"), None)))
    assert len(long) > 9000
    assert len(content) < 2_000_000
    assert len(gzip.compress(content, 5)) < 500_000
