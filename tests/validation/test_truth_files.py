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
        (ANGLES + "3,knee_flexion_deg,left,1e308\n", "line 4: value is “1e308”, which nothing measures"),
        ("t_s," + "x" * 131_073 + "\n1,2\n", "line 1: a cell is longer than"),
        ("t_s,knee_flexion_left_deg,rep,phase\n1,3,1e30,hold\n", "line 2: rep is “1e30”"),
        ("t_s,knee_flexion_left_deg,rep,phase\n1,3,0,stand\n2,3,1,stand\n3,3,0,stand\n", "line 3: in all of rep 1"),
        (POINTS.replace("00", "00e-3"), "points must be in pixels of the upright picture"),
        (POINTS.replace("300,300", "300,400"), "at 1 s two of the left hip, knee and ankle are at the same place"),
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
        ({"reps": 10**400}, "reps is “1000"),
        ({"reps": float("nan")}, "reps is “nan”, not a whole number"),
        ({"bottoms_s": "3,4"}, "bottoms_s is not a list of seconds"),
        ({"bottoms_s": [10**400]}, "bottoms_s is not a list of seconds"),
        ({"bottoms_s": [float("nan")]}, "bottoms_s is not a list of seconds"),
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
    (tmp_path / "set.mp4").touch()
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"reps": 1e999}', "reps is “inf”, not a whole number"),
        ("[" * 200_000, "cannot be read as JSON"),
        ('{"reps": 1' + "0" * 5000 + "}", "cannot be read as JSON"),
    ],
    ids=["infinite", "nested", "thousands of digits"],
)
def test_a_json_that_no_program_can_take_is_named(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "set.json").write_text(text)
    with pytest.raises(TruthError, match=said) as caught:
        truth_of(tmp_path, ANGLES)
    assert caught.value.reason.startswith("set.json")


def rendered(folder: Path, column: str, cell: str, span: tuple[float, float] | None = None) -> Truth:
    """Read a sample clip's truth with another cell in all lines of a column, or a rep said to be elsewhere."""
    source = SAMPLES / "wall_squat_side"
    lines = [line.split(",") for line in source.with_suffix(".csv").read_text().splitlines()]
    if column:
        at = lines[0].index(column)
        for cells in lines[1:]:
            cells[at] = cell
    document = json.loads(source.with_suffix(".json").read_text())
    if span is not None:
        document["reps"][0] |= {"start": span[0], "end": span[1]}
    return truth_of(folder, "\n".join(map(",".join, lines)), document)[0]


@pytest.mark.parametrize(
    ("column", "cell", "span", "said"),
    [
        ("knee_flex_L", "", None, "has lines without knee flexion"),
        ("", "", (0.3, 0.5), "does not bend the knee"),
        ("", "", (900.0, 905.0), "the rep from 900 to 905 s is not in the file"),
        ("t_s", "1.0", None, "line 3: t_s is 1, the same as the line above"),
    ],
)
def test_a_rendered_truth_without_the_rep_it_speaks_of_is_refused(
    column: str, cell: str, span: tuple[float, float] | None, said: str, tmp_path: Path
) -> None:
    with pytest.raises(TruthError, match=said) as caught:
        rendered(tmp_path, column, cell, span)
    assert caught.value.reason.startswith("set.csv")


def test_joints_of_a_rendered_person_on_one_another_give_no_value(tmp_path: Path) -> None:
    truth = rendered(tmp_path, "ankle_L_x", "0.0")
    assert all(np.isfinite(each.values).any() for each in truth.samples.values())
    assert not any(np.isinf(each.values).any() for each in truth.samples.values())


@pytest.mark.parametrize(
    ("separator", "cell", "bottoms"),
    [
        (";", '"4,1;8,5;13,1"', (4.1, 8.5, 13.1)),
        (";", '"4.1;8.5"', (4.1, 8.5)),
        (";", "4.1,8.5", (4.1, 8.5)),
        (",", '"4.1,8.5"', (4.1, 8.5)),
        (",", "4.1;8.5", (4.1, 8.5)),
    ],
)
def test_bottoms_are_read_with_the_decimal_sign_of_the_file(
    separator: str, cell: str, bottoms: tuple[float, ...], tmp_path: Path
) -> None:
    (tmp_path / "clips.csv").write_text(f"file{separator}bottoms_s\nset.mp4{separator}{cell}\n")
    assert truth_of(tmp_path, ANGLES)[1].bottoms_s == bottoms


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,reps\nsett.mp4,3\n", "line 2: there is no clip “sett.mp4” in the folder"),
        ("file,reps\nset.mp4,3\nset.mp4,4\n", "line 3: set.mp4 has two lines"),
        ("file,reps\nset.mp4,3\nset,4\n", "line 3: set has two lines"),
        ("file,rep\nset.mp4,3\n", "line 1: there is no column “rep”"),
        ("file,\nset.mp4,3\n", "line 1: there is no column “”"),
        ("file,bottoms_s\nset.mp4,late\n", "line 2: bottoms_s has “late”, which is no number of seconds"),
        ("file,bottoms_s\nset.mp4,nan\n", "line 2: bottoms_s is not a list of seconds"),
    ],
)
def test_clips_csv_that_cannot_be_meant_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "clips.csv").write_text(text)
    with pytest.raises(TruthError, match=said):
        truth_of(tmp_path, ANGLES)


def test_clips_csv_may_name_saved_landmarks_and_have_an_empty_column(tmp_path: Path) -> None:
    (tmp_path / "set.track.parquet").touch()
    (tmp_path / "clips.csv").write_text("file,reps,\nset.track.parquet,3,\n")
    assert clip_infos(tmp_path) == {"set": ClipInfo(reps=3)}


def test_reps_taken_from_our_own_json_are_told(tmp_path: Path) -> None:
    truth, info = truth_of(tmp_path, ANGLES, {"schema": "formcheck.assessment/1", "reps_counted": 3})
    assert info.reps == 3
    assert len(truth.notes) == 1
    assert "set.json is formcheck's own result" in truth.notes[0]
