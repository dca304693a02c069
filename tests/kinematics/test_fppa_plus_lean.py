"""Layer: FPPA plus the trunk's lean, from the figure whose angles are known to the value that a set is given."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from formcheck.history.comparison import DatedSet, compare_sets
from formcheck.kinematics.frontal import fppa_plus_lean_deg
from formcheck.kinematics.live_frame import LiveFrame
from formcheck.kinematics.live_measures import LiveCalibration, measure_now
from formcheck.kinematics.rep_measures import measure_rep
from formcheck.pose.landmarks import SIDES, Side
from formcheck.pose.types import PoseTrack
from formcheck.report.content import report_content
from formcheck.report.document import assessment_document
from formcheck.report.page import report_page
from formcheck.report.table import write_csv, write_rep_csv
from formcheck.session.corrections import ReviewedSet
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.web.player.payload import columns_of

from ..sample_tracks import sample_track
from ..skeleton import LEFT, RIGHT, Film, Move, Person, film
from .sets import at_bottom, filmed, measured

NAME = "fppa_plus_lean_deg"
MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SAMPLES = Path(__file__).resolve().parents[2] / "sample_videos"


def stepping_down(stance: int, fppa_deg: float, lean_deg: float) -> Film:
    legs = (fppa_deg, 0.0) if stance == LEFT else (0.0, fppa_deg)
    move = Move(depth_deg=50.0, fppa_deg=legs, lean_deg=lean_deg)
    return filmed(Person("step-down", (move,) * 3, stance))


def test_it_is_the_sum_for_the_leg_that_stands() -> None:
    fppa, lean = np.array([[5.0, -2.0], [5.0, -2.0], [5.0, -2.0]]), np.array([3.0, 3.0, np.nan])
    found = fppa_plus_lean_deg(fppa, lean, np.array([0, 1, -1]))
    np.testing.assert_array_equal(found, [[8.0, np.nan], [np.nan, 1.0], [np.nan, np.nan]])


@pytest.mark.parametrize("stance", [LEFT, RIGHT])
@pytest.mark.parametrize(("fppa", "lean"), [(0.0, 0.0), (10.0, 0.0), (0.0, 8.0), (10.0, 8.0), (-6.0, 5.0), (8.0, -7.0)])
def test_every_rep_reads_the_figures_own_sum(stance: int, fppa: float, lean: float) -> None:
    made = stepping_down(stance, fppa, lean)
    m = measured(made, "step-down")
    truth = made.fppa_deg[:, stance] + made.lean_deg
    assert np.median(truth[at_bottom(made)]) == pytest.approx(fppa + lean, abs=0.1)
    assert len(m.reps) == 3
    for i in range(3):
        found = measure_rep(m, i, {})[NAME]
        value = found[SIDES[stance].value]
        assert value is not None
        assert value.value == pytest.approx(fppa + lean, abs=1.0)
        assert value.error > 1.96 * 1.85, "a sum is no surer than FPPA alone"
        assert found[SIDES[1 - stance].value] is None


def test_both_feet_down_have_none() -> None:
    m = measured(filmed(Person("squat", (Move(fppa_deg=(8.0, 8.0), lean_deg=5.0),) * 3)))
    assert NAME not in m.series.per_leg
    assert NAME not in measure_rep(m, 0, {})
    assert NAME not in measure_now(LiveCalibration.of_set(m, None), frame_of(m.track, len(m.track) // 2)).values


def test_a_frame_is_measured_for_it() -> None:
    made = stepping_down(LEFT, 10.0, 8.0)
    m = measured(made, "step-down")
    deepest = int(np.argmax(made.knee_flexion_deg[:, LEFT]))
    now = measure_now(LiveCalibration.of_set(m, Side.LEFT), frame_of(m.track, deepest)).values[NAME]
    assert now["left"] is not None
    assert now["left"].value == pytest.approx(18.0, abs=1.0)
    assert now["right"] is None


def test_a_body_turned_off_the_front_has_none() -> None:
    turned = Person("step-down", (Move(depth_deg=50.0),) * 3, LEFT, yaw_deg=8.0)
    m = measured(filmed(turned), "step-down")
    assert np.isnan(m.series.per_leg["fppa_deg"]).all()
    assert np.isnan(m.series.per_leg[NAME]).all()


def test_it_is_in_every_export_and_comparison(tmp_path_factory: pytest.TempPathFactory) -> None:
    first, second = (
        assess(film(Person("step-down", (Move(depth_deg=50.0, fppa_deg=(fppa, 0.0), lean_deg=lean),) * 3)).track, asked)
        for fppa, lean, asked in ((0.0, 0.0, request()), (14.0, 10.0, request()))
    )
    document = assessment_document(second)
    assert document["reps"][0]["measures"][NAME]["left"]["value"] == pytest.approx(24.0, abs=4.0)
    assert document["reps"][0]["measures"][NAME]["left"]["error"] > 0
    assert "FPPA + lean" in {str(column["head"]).removesuffix(" L") for column in columns_of(ReviewedSet(second, None))}
    assert "Knee plus trunk" in report_page(report_content(second, [], generated_on="2026-01-01"))
    folder = tmp_path_factory.mktemp("exports")
    write_csv(second, folder / "frames.csv")
    assert "fppa_plus_lean_left_deg" in (folder / "frames.csv").read_text(encoding="utf-8").splitlines()[0]
    write_rep_csv(ReviewedSet(second, None), folder / "reps.csv")
    assert f",{NAME}," in (folder / "reps.csv").read_text(encoding="utf-8")
    days = [DatedSet(each, MOMENT) for each in (first, second)]
    rows = {(row.measure, row.leg): row.change for row in compare_sets(*days).rows}
    change = rows[NAME, "left"]
    assert change.is_change
    assert change.threshold is not None
    assert change.threshold.value >= rows["fppa_deg", "left"].threshold.value  # type: ignore[union-attr]


def test_of_a_rendered_person_the_interval_holds_the_truth() -> None:
    done = assess(sample_track("step_down_front_valgus"), request())
    truth_csv = SAMPLES / "step_down_front_valgus.csv"
    table = np.genfromtxt(truth_csv, delimiter=",", names=True, dtype=None, encoding="utf-8")
    t_s, leg = table["t_s"], done.reps[0].leg
    lean = table["trunk_lat"] - np.median(table["trunk_lat"][(table["rep"] == 0) & (t_s < 1.0)])
    truth = table[f"fppa_{leg[0].upper()}"] + (-lean if leg == "left" else lean)
    assert len(done.complete_reps) == 3
    for rep in done.complete_reps:
        value = rep.measures[NAME][rep.leg]
        assert value is not None
        true = np.median(truth[(t_s >= rep.bottom_start_s) & (t_s <= rep.bottom_end_s)])
        assert abs(value.value - true) <= value.error


def frame_of(track: PoseTrack, i: int) -> LiveFrame:
    return LiveFrame(track[i], track.source)


def request() -> SetRequest:
    return SetRequest("step-down")
