"""Layer: files with several sets, from saved landmarks: what is written of each, told of it, and kept in a table."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest

from formcheck.cluster.planning import Outcome
from formcheck.cluster.summary import read_summary, write_summary
from formcheck.cluster.video_job import Job, WantedResults, job_stem, jobs_for
from formcheck.cluster.work import RUNNING_MARK, Measured, Order, measure
from formcheck.commands.batch import Errand, assess_each
from formcheck.commands.outcome import json_line, sentences
from formcheck.commands.terminal import Terminal
from formcheck.pose.models import AUTO_MODEL, PoseModel
from formcheck.pose.store import save_track
from formcheck.session.request import SetRequest
from formcheck.video.digest import file_sha256

from ..sample_sets import left_then_right
from ..sample_tracks import sample_track
from .test_folder import fill, fingerprint, plan

WANTED = WantedResults("5 June 2026", video=False, report=False)


def track_file(folder: Path, name: str = "both legs") -> Path:
    path = folder / f"{name}.parquet"
    save_track(left_then_right(), path)
    return path


def test_each_set_of_a_file_is_written_in_a_folder_and_named(tmp_path: Path) -> None:
    source, out = track_file(tmp_path), tmp_path / "out"
    wanted = WantedResults("5 June 2026", video=False, report=True)
    done = list(
        assess_each(jobs_for([source]), Errand(SetRequest("step-down"), out, wanted, AUTO_MODEL), Terminal(quiet=True))
    )
    assert [each.set_name[:18] for each in done] == ["set 1 of 2, left l", "set 2 of 2, right "]
    folder = out / "both legs-sets"
    names = [f"both legs-{what}.{ending}" for what in ("1-left", "2-right") for ending in ("csv", "html", "json")]
    assert sorted(path.name for path in folder.iterdir()) == names
    together = json.loads((out / "both legs.json").read_text())
    assert {rep["leg"] for rep in together["reps"] if rep["complete"]} == {"left", "right"}
    assert sorted(out.iterdir()) == [folder, out / "both legs.json"]
    documents = [json.loads((folder / f"both legs-{what}.json").read_text()) for what in ("1-left", "2-right")]
    assert [{rep["leg"] for rep in each["reps"] if rep["complete"]} for each in documents] == [{"left"}, {"right"}]
    assert [json.loads(json_line(each))["set"] for each in done] == [each.set_name for each in done]
    assert sentences(done[1])[0].startswith("both legs.parquet, set 2 of 2, right leg")


def test_a_file_with_one_set_is_written_as_ever(tmp_path: Path) -> None:
    source, out = tmp_path / "left.parquet", tmp_path / "out"
    save_track(sample_track("step_down_front_valgus"), source)
    (done,) = assess_each(
        jobs_for([source]), Errand(SetRequest("step-down"), out, WANTED, AUTO_MODEL), Terminal(quiet=True)
    )
    assert done.set_name == ""
    assert "set" not in json.loads(json_line(done))
    assert sorted(path.name for path in out.iterdir()) == ["left.csv", "left.json"]


def measured_here(tmp_path: Path) -> Measured:
    run_folder = tmp_path / "run"
    run_folder.mkdir()
    (run_folder / RUNNING_MARK).touch()
    job = Job(track_file(tmp_path), "both legs")
    model = PoseModel("full", tmp_path / "none", "0" * 64)
    return measure(Order(job, SetRequest("step-down"), "asked", WANTED, model, run_folder), lambda _share: None)


def test_a_worker_tells_of_each_set(tmp_path: Path) -> None:
    done = measured_here(tmp_path)
    assert done.error is None
    one, other = done.sets
    assert [str(each.results) for each in done.sets] == [
        "both legs-sets/both legs-1-left",
        "both legs-sets/both legs-2-right",
    ]
    assert (one.row["leg"], other.row["leg"]) == ("left", "right")
    assert one.row["set"].startswith("set 1 of 2, left leg")
    assert all(path.is_file() for each in done.sets for path in each.files)
    rows = [{"video": "both legs.mp4", "outcome": "assessed", "results": str(e.results), **e.row} for e in done.sets]
    write_summary(rows, tmp_path / "out")
    assert [row["set"] for row in read_summary(tmp_path / "out")] == [one.row["set"], other.row["set"]]


def test_results_of_several_sets_are_kept_if_all_are_there(tmp_path: Path) -> None:
    out = tmp_path / "out"
    fill(tmp_path, steps_dot_mp4="a video")
    (video,) = plan(tmp_path, out, "step-down").assignments
    results = [f"steps-sets/steps-{what}" for what in ("1-left", "2-right")]
    fill(out, **{f"{each.replace('/', '__')}_dot_{ending}": "" for each in results for ending in ("json", "csv")})
    row = {
        "video": "steps.mp4",
        "outcome": "assessed",
        "settings_sha256": fingerprint(video.request),
        "size_bytes": video.found.size_bytes,
        "sha256": file_sha256(tmp_path / "steps.mp4"),
    }
    rows = [row | {"results": each} for each in results]
    kept = plan(tmp_path, out, "step-down", rows)
    assert [each.row["results"] for each in kept.settled if each.outcome is Outcome.ASSESSED] == results
    assert not kept.assignments
    (out / f"{results[1]}.csv").unlink()
    assert [each.found.name for each in plan(tmp_path, out, "step-down", rows).assignments] == ["steps.mp4"]


@pytest.mark.parametrize(
    ("results", "stem"),
    [
        ("clip", "clip"),
        ("anna/clip", "anna/clip"),
        ("clip-sets/clip-1-left", "clip"),
        ("anna/clip-sets/clip-2-side", "anna/clip"),
        ("my-sets/clip", "my-sets/clip"),
    ],
)
def test_the_name_that_results_came_of_is_not_given_again(results: str, stem: str) -> None:
    assert job_stem(PurePosixPath(results)) == PurePosixPath(stem)
