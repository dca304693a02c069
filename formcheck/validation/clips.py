"""The clips of a folder that have a truth beside them, and what is said about each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from formcheck.errors import FormcheckError
from formcheck.exercises.catalogue.exercise import usual_name
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import SIDES, Side
from formcheck.pose.store import TRACK_SUFFIXES
from formcheck.session.assessment import SCHEMA
from formcheck.validation.digitised import ANGLE_COLUMNS, POINT_COLUMNS, angles_truth, points_truth
from formcheck.validation.measured import COLUMN_OF, measured_truth
from formcheck.validation.rendered import MARK, rendered_truth
from formcheck.validation.tables import CsvTable, TableLine, TruthError, read_table
from formcheck.validation.truth import ClipInfo, Truth

CLIPS_FILE: Final = "clips.csv"
_VIDEO_SUFFIXES: Final = frozenset({".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi"})
_TRACK_ENDINGS: Final = tuple(f"{word}{suffix}" for word in (".track", ".pose", "") for suffix in TRACK_SUFFIXES)
_INFO_COLUMNS: Final = ("file", "exercise", "leg", "view", "reps", "bottoms_s", "person")
_MOST_REPS: Final = 10_000
_LONGEST_S: Final = 1e6
_SIDE_WORDS: Final = {"l": Side.LEFT, "left": Side.LEFT, "r": Side.RIGHT, "right": Side.RIGHT}
_KINDS: Final = (
    "t_s, measure, leg, value; or t_s, point, x_px, y_px; or the columns of formcheck analyze, "
    "such as t_s, knee_flexion_left_deg"
)


@dataclass(frozen=True)
class Clip:
    """A clip with a truth, both as they lie in the folder."""

    name: str
    """Stem of its files."""
    video: Path | None
    track: Path | None
    """Landmarks saved from the clip; the video is not read where they are there."""
    truth: Path

    @property
    def source(self) -> Path:
        """The file that is measured."""
        source = self.track or self.video
        assert source is not None  # a clip without either is not made
        return source


def find_clips(folder: Path) -> list[Clip]:
    """Return the clips of a folder that have a truth beside them, in order of their names.

    Parameters
    ----------
    folder
        Each `NAME.csv` is the truth of the video `NAME.mp4` (or .mov, .m4v, .webm, .mkv, .avi), or of the landmarks
        `NAME.track.parquet` that `formcheck analyze --save-track` keeps. Folders inside it are not looked at.

    Raises
    ------
    TruthError
        If there is no such folder, no clip with a truth in it, or two videos of one name.
    """
    if not folder.is_dir():
        raise TruthError(f"There is no folder {folder}.", "Name the folder that holds the clips and their truths.")
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise TruthError(f"{folder} cannot be read.", "Check that you may read it.") from error
    videos: dict[str, Path] = {}
    for path in files:
        if path.suffix.lower() in _VIDEO_SUFFIXES and videos.setdefault(path.stem, path) is not path:
            raise TruthError(
                f"{videos[path.stem].name} and {path.name} have the same name, so it is not clear whose the truth is.",
                "Give one of them another name.",
            )
    tracks = {_stem_of_track(path): path for path in files if path.suffix.lower() in TRACK_SUFFIXES}
    clips = [
        Clip(path.stem, videos.get(path.stem), tracks.get(path.stem), path)
        for path in files
        if path.suffix.lower() == ".csv"
        and path.name.lower() != CLIPS_FILE
        and (path.stem in videos or path.stem in tracks)
    ]
    if not clips:
        raise TruthError(
            f"No clip in {folder} has a truth beside it.",
            "For set.mp4 write set.csv with what you measured in it; docs/formats.md says how.",
        )
    return clips


def _stem_of_track(path: Path) -> str:
    ending = next(ending for ending in _TRACK_ENDINGS if path.name.lower().endswith(ending))
    return path.name[: -len(ending)]


def clip_infos(folder: Path) -> dict[str, ClipInfo]:
    """Return what `clips.csv` in a folder says, by the clips' stems; empty where there is no such file.

    Columns `file`, and as far as they are known `exercise, leg, view, reps, bottoms_s, person`.

    Raises
    ------
    TruthError
        If it cannot be read, names a clip that is not there or one twice, has a column that is not known, or says
        something that cannot be.
    """
    path = next((p for p in sorted(folder.iterdir()) if p.name.lower() == CLIPS_FILE), None)
    if path is None:
        return {}
    table = read_table(path)
    if "file" not in table.columns:
        raise TruthError(f"{path.name}, line 1: there is no column “file”.", "Name the clips in a column of that name.")
    _need_known_columns(table)
    names = _names_in(folder)
    infos: dict[str, ClipInfo] = {}
    for row in table.rows:
        called = Path(row.text("file")).name
        name = names.get(called, called)
        if name not in names.values():
            raise row.wrong(f"there is no clip “{called[:40]}” in the folder", "Put it right, or take the line out.")
        if name in infos:
            raise row.wrong(f"{called[:40]} has two lines", "Take one of them out.")
        infos[name] = _info_of_row(row)
    return infos


def _names_in(folder: Path) -> dict[str, str]:
    """Return the stem of each video and each file of landmarks in a folder, by file name."""
    files = [path for path in folder.iterdir() if path.is_file()]
    videos = {path.name: path.stem for path in files if path.suffix.lower() in _VIDEO_SUFFIXES}
    return videos | {path.name: _stem_of_track(path) for path in files if path.suffix.lower() in TRACK_SUFFIXES}


def _need_known_columns(table: CsvTable) -> None:
    for name in table.columns:
        # A spreadsheet leaves empty columns at the end.
        if name not in _INFO_COLUMNS and (name or any(row.text(name) for row in table.rows)):
            raise TruthError(
                f"{table.file}, line 1: there is no column “{name[:40]}”.",
                f"Choose among {', '.join(_INFO_COLUMNS)}.",
            )


def _info_of_row(row: TableLine) -> ClipInfo:
    said: dict[str, Any] = {key: row.text(key) for key in row.cells if key and row.text(key)}
    if "reps" in said:
        said["reps"] = row.number("reps")
    try:
        if "bottoms_s" in said:
            said["bottoms_s"] = list(_moments_in(said["bottoms_s"], decimal_comma=row.decimal_comma))
        return _info(said)
    except ValueError as error:
        raise row.wrong(str(error), "Put it right, or leave the cell empty.") from error


def _moments_in(text: str, *, decimal_comma: bool) -> Iterator[float]:
    """Yield the moments of a cell: `4.1,8.5`, `4.1;8.5`, or where commas are decimal signs `4,1;8,5`."""
    if decimal_comma and "." not in text:
        each_text = text.replace(",", ".").split(";")
    else:
        each_text = text.replace(";", ",").split(",")
    for each in each_text:
        try:
            yield float(each)
        except ValueError as error:
            raise ValueError(f"bottoms_s has “{each.strip()[:40]}”, which is no number of seconds") from error


def read_truth(clip: Clip, listed: ClipInfo | None) -> tuple[Truth, ClipInfo]:
    """Return the truth of a clip and what is said about it; the header of the CSV tells its kind.

    Parameters
    ----------
    clip
        Which.
    listed
        What `clips.csv` says about it; it goes before the JSON beside the clip.

    Raises
    ------
    TruthError
        If the CSV or the JSON beside it cannot be used; the reason names file and line.
    """
    table = read_table(clip.truth)
    document = _document(clip)
    try:
        info = _together(listed, _info(document))
    except ValueError as error:
        raise TruthError(f"{clip.name}.json: {error}.", "Put it right, or take the file away.") from error
    truth = _of_kind(table, document, info)
    if document.get("schema") == SCHEMA:
        own = (
            f"{clip.name}.json is formcheck's own result: what clips.csv does not say of reps, leg and view was taken "
            "from it and proves nothing."
        )
        truth = replace(truth, notes=(*truth.notes, own))
    return truth, info


def _together(first: ClipInfo | None, second: ClipInfo) -> ClipInfo:
    """Return what either says, the first where both do."""
    if first is None:
        return second
    said = {each.name: getattr(first, each.name) for each in fields(first)}
    return replace(second, **{name: value for name, value in said.items() if value not in (None, ())})


def _of_kind(table: CsvTable, document: Mapping[str, Any], info: ClipInfo) -> Truth:
    columns = set(table.columns)
    if columns >= ANGLE_COLUMNS:
        return angles_truth(table)
    if columns >= POINT_COLUMNS:
        return points_truth(table)
    if columns >= MARK:
        return rendered_truth(table, document, info)
    if "t_s" in columns and columns & set(COLUMN_OF):
        return measured_truth(table)
    raise TruthError(f"{table.file}, line 1: the columns are not those of a truth.", f"Name them {_KINDS}.")


def _document(clip: Clip) -> dict[str, Any]:
    path = clip.truth.with_suffix(".json")
    if not path.is_file():
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise TruthError(f"{path.name}, line {error.lineno}: {error.msg}.", "Put it right, or take it away.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise TruthError(f"{path.name} cannot be read.", "Save it as UTF-8, or take the file away.") from error
    except (RecursionError, ValueError) as error:
        # Brackets nested thousands deep, or a number of thousands of digits.
        raise TruthError(f"{path.name} cannot be read as JSON.", "Put it right, or take the file away.") from error
    if not isinstance(document, dict):
        raise TruthError(f"{path.name} is not a JSON object.", "Put it right, or take the file away.")
    return document


def _info(said: Mapping[str, Any]) -> ClipInfo:
    """Return what a JSON or a line of `clips.csv` says about a clip.

    Raises
    ------
    ValueError
        If something said cannot be; the message is a clause for people.
    """
    view, body = said.get("view"), said.get("body")
    person = said.get("person") or (body.get("name") if isinstance(body, dict) else None)
    kind = view.get("kind") if isinstance(view, dict) else view
    return ClipInfo(
        exercise=_exercise(said.get("exercise")),
        leg=_leg(said.get("leg") or said.get("stance_leg") or _leg_of_reps(said.get("reps"))),
        view=None if kind in (None, "", "auto") else _view(str(kind)),
        reps=_count(said.get("reps_counted", said.get("reps"))),
        bottoms_s=tuple(_seconds(said.get("bottoms_s") or ())),
        person=None if person is None else str(person),
    )


def _exercise(said: object) -> str | None:
    if said in (None, ""):
        return None
    word = str(said).strip().lower().replace("_", "-").replace(" ", "-")
    return usual_name(word)


def _leg(said: object) -> Side | None:
    word = str(said or "both").strip().lower()
    if word in ("both", "auto"):
        return None
    if word not in _SIDE_WORDS:
        raise ValueError(f"leg is “{word[:40]}”, not {', '.join(side.value for side in SIDES)} or both")
    return _SIDE_WORDS[word]


def _leg_of_reps(said: object) -> object:
    """Return the leg that every rep of an assessment names; None where they differ or there are none."""
    reps = [rep for rep in said if isinstance(rep, dict)] if isinstance(said, list) else []
    legs = {str(rep["leg"]) if rep.get("leg") else None for rep in reps}
    return legs.pop() if len(legs) == 1 else None


def _view(said: str) -> ViewKind:
    word = said.strip().lower().partition("_")[0].partition("-")[0]
    if word not in {kind.value for kind in ViewKind}:
        raise ValueError(f"view is “{said[:40]}”, not front, side or oblique")
    return ViewKind(word)


def _count(said: object) -> int | None:
    if said is None or said == "":
        return None
    if isinstance(said, list):
        return len(said)
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said <= _MOST_REPS or said != int(said):
        raise ValueError(f"reps is “{str(said)[:40]}”, not a whole number")
    return int(said)


def _seconds(said: object) -> Iterator[float]:
    if not isinstance(said, list | tuple) or not all(
        isinstance(each, int | float) and 0 <= each <= _LONGEST_S for each in said
    ):
        raise ValueError("bottoms_s is not a list of seconds")
    yield from (float(each) for each in said)


def check_exercise(info: ClipInfo, default: str | None, names: tuple[str, ...], clip: Clip) -> str:
    """Return the exercise of a clip.

    Raises
    ------
    FormcheckError
        If nobody says which it is, or there is no such exercise.
    """
    exercise = info.exercise or default
    remedy = f"Choose one of {', '.join(names)}, in clips.csv, in {clip.name}.json or with --exercise."
    if exercise is None:
        raise FormcheckError("Nothing says which exercise this is.", remedy)
    if exercise not in names:
        raise FormcheckError(f"There is no exercise “{exercise[:40]}”.", remedy)
    return exercise
