"""Layer: files. What truths may look like, and what is said about those that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from formcheck.errors import FormcheckError
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.report.table import write_csv
from formcheck.validation.clips import Clip, check_exercise, clip_infos, find_clips, read_truth
from formcheck.validation.tables import TruthError, read_table
from formcheck.validation.truth import ClipInfo, Truth, TruthKind

from ..clips import SAMPLES
from ..report.synthetic import assess

ANGLES = "t_s,measure,leg,value\n1.0,knee_flexion_deg,left,12.5\n2.0,knee_flexion_deg,left,80\n"
POINTS = "t_s,point,x_px,y_px\n1,left_hip,300,200\n1,left_knee,300,300\n1,left_ankle,300,400\n"


def truth_of(folder: Path, text: str | bytes, document: object = None, name: str = "set") -> tuple[Truth, ClipInfo]:
    (folder / f"{name}.mp4").touch()
    raw = text if isinstance(text, bytes) else text.encode()
    (folder / f"{name}.csv").write_bytes(raw)
    if document is not None:
        (folder / f"{name}.json").write_text(json.dumps(document))
    (clip,) = (each for each in find_clips(folder) if each.name == name)
    return read_truth(clip, clip_infos(folder).get(name))


def test_angles_read_by_hand_are_kept_in_order_of_time(tmp_path: Path) -> None:
    truth, _ = truth_of(tmp_path, "t_s,measure,leg,value\n2,fppa_deg,left,5\n1,fppa_deg,left,-3\n")
    assert truth.kind is TruthKind.ANGLES
    assert truth.samples["fppa_deg", "left"].t_s.tolist() == [1, 2]
    assert truth.samples["fppa_deg", "left"].values.tolist() == [-3, 5]


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + ANGLES.encode(),
        ANGLES.replace(",", ";").replace(".", ",").encode(),
        ANGLES.replace(",", "\t").encode(),
        ANGLES.replace("\n", "\r\n").encode(),
        ANGLES.encode("utf-16"),
        b"\xef\xbb\xbf" + ANGLES.replace(",", ";").replace(".", ",").replace("\n", "\r\n").encode() + b"\r\n;;;\r\n",
    ],
    ids=[
        "byte order mark",
        "semicolons and decimal commas",
        "tabs",
        "Windows line ends",
        "UTF-16",
        "as Excel saves it",
    ],
)
def test_what_spreadsheets_save_reads_the_same(raw: bytes, tmp_path: Path) -> None:
    truth, _ = truth_of(tmp_path, raw)
    assert truth.samples["knee_flexion_deg", "left"].values.tolist() == [12.5, 80]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: there is no header"),
        ("t_s,measure,leg,value\n", "nothing below it"),
        ("t_s,angle\n1,2\n", "not those of a truth"),
        ("t_s,t_s,measure\n1,2,3\n", "two columns “t_s”"),
        (ANGLES + "3,knee_angle,left,4\n", "line 4: there is no measure “knee_angle”"),
        (ANGLES + "3,knee_flexion_deg,both,4\n", "line 4: knee_flexion_deg has no leg “both”"),
        (ANGLES + "3,trunk_lean_deg,left,4\n", "line 4: trunk_lean_deg has no leg “left”"),
        (ANGLES + "3,knee_flexion_deg,left\n", "line 4: 3 cells stand under 4 columns"),
        (ANGLES + "3,knee_flexion_deg,left,nan\n", "line 4: value is empty"),
        (ANGLES + "3,knee_flexion_deg,left,inf\n", "line 4: value is “inf”"),
        (ANGLES + "3,knee_flexion_deg,left,bent\n", "line 4: value is “bent”, which is not a number"),
        (ANGLES + "2,knee_flexion_deg,left,81\n", "line 4: knee_flexion_deg, left, at 2 s is given twice"),
        (ANGLES + "-1,knee_flexion_deg,left,81\n", "line 4: t_s is -1"),
        (POINTS + "1,left_elbo,3,4\n", "line 5: there is no point “left_elbo”"),
        (POINTS + "1,left_knee,3,4\n", "line 5: left_knee at 1 s is given twice"),
        (POINTS.replace("1,left_knee", "1.1,left_knee"), "no moment has hip, knee and ankle of the same leg"),
        ("t_s,knee_flexion_left_deg\n1,3\n1,4\n", "line 3: t_s is 1, the same as the line above"),
        ("t_s,knee_flexion_left_deg\n1,3\n0.5,4\n", "line 3: t_s is 0.5, before the line above"),
        ("t_s,knee_flexion_left_deg\n1,\n2,\n", "no column with a measure that is known"),
        ("t_s,knee_flexion_left_deg,rep,phase\n1,3,0,sitting\n", "line 2: the phase is “sitting”"),
        ("t_s,knee_flexion_left_deg,rep,phase\n1,3,0.5,hold\n", "line 2: rep is 0.5"),
        ("t_s,hip_L_x,knee_flex_L,knee_flex_R\n1,2,3,4\n", "is missing"),
        (b"t_s,measure\x00,leg,value\n", "is not a text file"),
    ],
)
def test_a_truth_that_cannot_be_used_is_named_with_its_line(text: str | bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(TruthError) as caught:
        truth_of(tmp_path, text)
    assert said in caught.value.reason
    assert caught.value.reason.startswith("set.csv")
    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"leg": "third"}, "leg is “third”"),
        ({"view": "above"}, "view is “above”"),
        ({"reps": "many"}, "reps is “many”"),
        ({"bottoms_s": "3,4"}, "bottoms_s is not a list of seconds"),
        ([1, 2], "not a JSON object"),
    ],
)
def test_what_is_said_beside_a_truth_must_be_possible(document: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(TruthError) as caught:
        truth_of(tmp_path, ANGLES, document)
    assert said in caught.value.reason
    assert "set.json" in caught.value.reason


def test_a_broken_json_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "set.json").write_text('{\n"leg": left}')
    with pytest.raises(TruthError, match=r"set\.json, line 2"):
        truth_of(tmp_path, ANGLES)


def test_clips_csv_says_what_is_known_and_goes_before_the_json(tmp_path: Path) -> None:
    (tmp_path / "clips.csv").write_text(
        'file,exercise,leg,view,reps,bottoms_s,person\nset.mp4,step_down,L,front,2,"1.5,3",A\n'
    )
    _, info = truth_of(tmp_path, ANGLES, {"exercise": "squat"})
    assert info == ClipInfo("step-down", Side.LEFT, ViewKind.FRONT, 2, (1.5, 3.0), "A")


def test_what_clips_csv_leaves_empty_the_json_says(tmp_path: Path) -> None:
    (tmp_path / "clips.csv").write_text("file,exercise,leg,person\nset.mp4,,,A\n")
    _, info = truth_of(tmp_path, ANGLES, {"exercise": "squat", "reps": 4, "person": "B"})
    assert (info.exercise, info.reps, info.person) == ("squat", 4, "A")


def test_two_videos_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "set.mov").touch()
    with pytest.raises(TruthError, match=r"set\.mov and set\.mp4"):
        truth_of(tmp_path, ANGLES)


@pytest.mark.parametrize(("cells", "said"), [("set.mp4,1.5", "line 2: reps"), ("set.mp4,x", "line 2: reps is “x”")])
def test_clips_csv_with_a_wrong_cell_is_named_with_its_line(cells: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "clips.csv").write_text(f"file,reps\n{cells}\n")
    with pytest.raises(TruthError, match=said):
        clip_infos(tmp_path)


def test_nobody_saying_the_exercise_is_told_what_to_do(tmp_path: Path) -> None:
    truth_of(tmp_path, ANGLES)
    (clip,) = find_clips(tmp_path)
    assert check_exercise(ClipInfo(), "squat", ("squat",), clip) == "squat"
    assert check_exercise(ClipInfo(exercise="squat"), None, ("squat",), clip) == "squat"
    for info, default in ((ClipInfo(), None), (ClipInfo(exercise="handstand"), "squat")):
        with pytest.raises(FormcheckError, match="exercise"):
            check_exercise(info, default, ("squat",), clip)


def test_only_clips_with_a_truth_are_found(tmp_path: Path) -> None:
    for name in ("a.mp4", "a.csv", "b.MOV", "b.csv", "c.mp4", "d.csv", "e.track.parquet", "e.csv", ".f.mp4", ".f.csv"):
        (tmp_path / name).touch()
    found = {clip.name: clip.source.name for clip in find_clips(tmp_path)}
    assert found == {"a": "a.mp4", "b": "b.MOV", "e": "e.track.parquet"}


@pytest.mark.parametrize("name", ["", "nothing"])
def test_a_folder_without_clips_with_truth_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "set.mp4").touch()
    with pytest.raises(TruthError):
        find_clips(tmp_path / name)


def test_our_own_csv_is_a_truth(tmp_path: Path) -> None:
    made = assess(ViewKind.SIDE)
    write_csv(made, tmp_path / "own.csv")
    truth, _ = truth_of(tmp_path, (tmp_path / "own.csv").read_text())
    assert truth.kind is TruthKind.ANALYSIS
    assert truth.reps is not None
    assert len(truth.reps) == len(made.complete_reps)  # the rep that the clip cuts off is no truth
    ours = made.series.per_leg["knee_flexion_deg"][:, 0]
    assert np.allclose(truth.samples["knee_flexion_deg", "left"].values, ours, atol=0.01, equal_nan=True)
    assert truth.notes == ()


def test_a_misspelt_column_is_told(tmp_path: Path) -> None:
    truth, _ = truth_of(tmp_path, "t_s,knee_flexion_left_deg,fpa_left_deg,remark\n1,2,3,4\n2,3,4,5\n")
    assert len(truth.notes) == 1
    assert "fpa_left_deg" in truth.notes[0]
    assert "remark" not in truth.notes[0]


def test_a_decimal_comma_is_one_only_where_it_does_not_part_cells(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('t_s,value\n1,"2,5"\n')
    row = read_table(tmp_path / "t.csv").rows[0]
    with pytest.raises(TruthError, match="not a number"):
        row.number("value")


@pytest.mark.parametrize(
    ("name", "yaw_deg", "view"),
    [
        ("wall_squat_front", 0, ViewKind.FRONT),
        ("wall_squat_side", 90, ViewKind.SIDE),
        ("wall_squat_side_right", -90, ViewKind.SIDE),
        ("wall_squat_oblique", 30, ViewKind.OBLIQUE),
    ],
)
def test_the_turn_of_a_rendered_person_comes_from_the_camera(name: str, yaw_deg: float, view: ViewKind) -> None:
    clip = next(each for each in find_clips(SAMPLES) if each.name == name)
    truth, info = read_truth(clip, None)
    assert truth.kind is TruthKind.RENDERED
    assert truth.yaw_deg == pytest.approx(yaw_deg, abs=6)  # the camera does not stand exactly level with the hips
    assert info.view is view


@pytest.mark.parametrize("clip", find_clips(SAMPLES), ids=lambda clip: clip.name)
def test_the_reps_of_a_rendered_person_lie_inside_the_movement_made(clip: Clip) -> None:
    truth, _ = read_truth(clip, None)
    made = json.loads(clip.truth.with_suffix(".json").read_text())["reps"]
    assert truth.reps is not None
    assert len(truth.reps) == len(made)
    for rep, of in zip(truth.reps, made, strict=True):
        assert of["start"] <= rep.start_s < rep.bottom_start_s <= of["bottom_start"] + 0.05
        assert of["bottom_end"] - 0.05 <= rep.bottom_end_s < rep.end_s <= of["end"]
