"""Pose tracks on disk, so that a set can be measured again without its video.

`.parquet`, for other tools: a row a frame, columns `t_s`, `left_knee_x_px`, `left_knee_y_px`, `left_knee_visibility`,
`left_knee_world_x_m` and so on for each landmark; format and source (JSON) stand in the schema's metadata. `.npz`, for
numpy: the arrays of `PoseTrack` under their own names, with `format` and `source` beside them. Both give back every
number exactly, NaN included.
"""

from __future__ import annotations

import json
import math
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numpy as np

from formcheck.atomic import atomic_path
from formcheck.errors import OutputError, PoseTrackError
from formcheck.pose.landmarks import Landmark
from formcheck.pose.origin import Finder, PoseOrigin, SelfTest
from formcheck.pose.types import CAMERA_AXES, FloatArray, PoseTrack, TrackSource

R = TypeVar("R")

TRACK_FORMAT: Final = "formcheck.pose-track/1"
TRACK_SUFFIXES: Final = (".parquet", ".npz")

MOST_ROWS: Final = 300_000
"""Frames: an hour at 60 a second and more, 0.5 GB."""
_LARGEST_ROW_BYTES: Final = 8 * 3 * len(Landmark)
"""Of the largest array of an `.npz`, a frame."""
_FORMAT_FAMILY: Final = TRACK_FORMAT.partition("/")[0]
_FORMAT_KEY: Final = b"formcheck.format"
_SOURCE_KEY: Final = b"formcheck.source"
_AXES_PX: Final = ("x_px", "y_px")
_AXES_M: Final = ("world_x_m", "world_y_m", "world_z_m")

# What numpy, zipfile and `_read_parquet` raise on files that are cut short, altered or of another kind.
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    TypeError,
    ValueError,
    MemoryError,
    NotImplementedError,
)


def save_track(track: PoseTrack, path: Path) -> None:
    """Write a track; what was at `path` stays until the new file is whole.

    Parameters
    ----------
    track
        What to write.
    path
        Where to; the suffix, `.parquet` or `.npz`, chooses the format.

    Raises
    ------
    PoseTrackError
        If the suffix is another.
    OutputError
        If the file cannot be written.
    """
    _require_suffix(path)
    try:
        with atomic_path(path) as partial:
            if path.suffix.lower() == ".parquet":
                _write_parquet(track, partial)
            else:
                _write_npz(track, partial)
    except OSError as error:
        raise OutputError(
            f"The pose track cannot be written to {path}: {_why(error)}.",
            "Choose a folder that exists, has room, and that you may write to.",
        ) from error


def load_track(path: Path) -> PoseTrack:
    """Read a track that `save_track` wrote.

    Parameters
    ----------
    path
        A `.parquet` or `.npz` file.

    Raises
    ------
    PoseTrackError
        If the file cannot be read, is damaged, is no pose track, or was written by a newer formcheck.
    """
    _require_suffix(path)
    try:
        if path.suffix.lower() == ".parquet":
            return _read_parquet(path)
        return _read_npz(path)
    except OSError as error:
        # pyarrow reports broken pages as OSError too, but only the operating system's errors have a number.
        if error.errno is None:
            raise _damaged(path) from error
        raise PoseTrackError(
            f"{path} cannot be read: {_why(error)}.", "Check the name and that you may read it."
        ) from error
    except _UNREADABLE as error:
        raise _damaged(path) from error


# pyarrow is imported where a parquet file is read or written: 0.1 s that a measurement does not need.


def _write_parquet(track: PoseTrack, path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    metadata = {_FORMAT_KEY: TRACK_FORMAT.encode(), _SOURCE_KEY: _source_to_json(track.source).encode()}
    try:
        table = pyarrow.table(_columns(track)).replace_schema_metadata(metadata)
        pyarrow.parquet.write_table(table, path, compression="zstd", use_dictionary=False)
    except pyarrow.ArrowException as error:
        raise OSError("the table could not be made") from error


def _read_parquet(path: Path) -> PoseTrack:
    import pyarrow

    try:
        return _read_parquet_file(path)
    except pyarrow.ArrowException as error:
        raise ValueError(str(error)) from error


def _read_parquet_file(path: Path) -> PoseTrack:
    import pyarrow
    import pyarrow.parquet

    # Not read_table, which would make a column of a folder called `name=value`.
    with pyarrow.parquet.ParquetFile(path) as file:
        schema = file.schema_arrow  # made anew each time it is asked for
        metadata = schema.metadata or {}
        _require_format(path, metadata.get(_FORMAT_KEY, b"").decode(errors="replace"))
        wanted = _wanted_columns()
        _require_measure(path, file.metadata.num_rows)
        if any(schema.field(name).type != pyarrow.float64() for name in wanted):
            raise TypeError("a column is not of floating-point numbers")
        table = file.read(columns=wanted)
    source = _source_from_json(metadata[_SOURCE_KEY].decode())

    def columns(landmark: Landmark, names: tuple[str, ...]) -> list[FloatArray]:
        return [_floats(table[_column(landmark, name)].to_numpy()) for name in names]

    return PoseTrack(
        t_s=_floats(table["t_s"].to_numpy()),
        image_px=_stack([_stack(columns(landmark, _AXES_PX)) for landmark in Landmark]),
        visibility=_stack([columns(landmark, ("visibility",))[0] for landmark in Landmark]),
        world_m=_stack([_stack(columns(landmark, _AXES_M)) for landmark in Landmark]),
        source=source,
        camera=_stack([_floats(table[f"camera_{axis}"].to_numpy()) for axis in CAMERA_AXES])
        if f"camera_{CAMERA_AXES[0]}" in table.column_names
        else None,
    )


def _write_npz(track: PoseTrack, path: Path) -> None:
    arrays: dict[str, Any] = {
        "format": np.array(TRACK_FORMAT),
        "source": np.array(_source_to_json(track.source)),
        "t_s": _floats(track.t_s),
        "image_px": _floats(track.image_px),
        "visibility": _floats(track.visibility),
        "world_m": _floats(track.world_m),
    }
    if track.camera is not None:
        arrays["camera"] = _floats(track.camera)
    with path.open("wb") as file:  # given a name, numpy would put .npz behind it
        np.savez_compressed(file, **arrays)


def _read_npz(path: Path) -> PoseTrack:
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):  # numpy would take it for a single array or a pickle
            raise zipfile.BadZipFile("not a zip archive")
        with zipfile.ZipFile(file) as packed:
            _require_measure(path, max((each.file_size for each in packed.infolist()), default=0) // _LARGEST_ROW_BYTES)
        file.seek(0)
        with np.load(file, allow_pickle=False) as archive:
            _require_format(path, str(archive["format"]) if "format" in archive else "")
            source = _source_from_json(str(archive["source"]))
            return PoseTrack(
                t_s=_floats(archive["t_s"]),
                image_px=_floats(archive["image_px"]),
                visibility=_floats(archive["visibility"]),
                world_m=_floats(archive["world_m"]),
                source=source,
                camera=_floats(archive["camera"]) if "camera" in archive else None,
            )


def _columns(track: PoseTrack) -> dict[str, FloatArray]:
    columns = {"t_s": _floats(track.t_s)}
    for landmark in Landmark:
        for axis, name in enumerate(_AXES_PX):
            columns[_column(landmark, name)] = _floats(track.image_px[:, landmark, axis])
        columns[_column(landmark, "visibility")] = _floats(track.visibility[:, landmark])
        for axis, name in enumerate(_AXES_M):
            columns[_column(landmark, name)] = _floats(track.world_m[:, landmark, axis])
    if track.camera is not None:
        columns |= {f"camera_{name}": _floats(track.camera[:, axis]) for axis, name in enumerate(CAMERA_AXES)}
    return columns


def _wanted_columns() -> list[str]:
    names = (*_AXES_PX, "visibility", *_AXES_M)
    return ["t_s", *(_column(landmark, name) for landmark in Landmark for name in names)]


def _require_measure(path: Path, rows: int) -> None:
    """Refuse a file that claims more frames than any recording has, before they are laid out in memory."""
    if rows > MOST_ROWS:
        raise PoseTrackError(
            f"{path} holds more than {MOST_ROWS:,} frames, which no recording of a set does.",
            "Make it again from the video of one set.",
        )


def _column(landmark: Landmark, quantity: str) -> str:
    return f"{landmark.name.lower()}_{quantity}"


def _floats(values: Any) -> FloatArray:
    array = np.asarray(values)
    if array.dtype.kind != "f":
        raise TypeError(f"expected floating-point numbers but got {array.dtype}")
    return np.ascontiguousarray(array, dtype=np.float64)


def _stack(arrays: list[FloatArray]) -> FloatArray:
    """Join arrays of frames, each of shape (n, ...), along a new second axis."""
    return np.stack(arrays, axis=1)


def _source_to_json(source: TrackSource) -> str:
    # JSON has no NaN: an unknown number is null.
    known = {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in asdict(source).items()
    }
    return json.dumps(known, allow_nan=False)


def _source_from_json(text: str) -> TrackSource:
    return _record(TrackSource, json.loads(text))


def _record(kind: Callable[..., R], value: Any) -> R:
    """Return a dataclass read from JSON. What a later formcheck of the same format adds is passed over."""
    if not isinstance(value, Mapping):
        raise TypeError(f"expected a JSON object but got {value!r}")
    types = {field.name: str(field.type) for field in fields(cast(Any, kind)) if field.name in value}
    return kind(**{name: _as_type(each, value[name]) for name, each in types.items()})


def _as_type(kind: str, value: Any) -> Any:
    """Return a value read from JSON as the type that a field of `TrackSource`, or in it, is annotated with."""
    if kind == "float":
        return math.nan if value is None else float(value)
    if kind == "tuple[int, ...]":
        return tuple(int(number) for number in value)
    if kind == "tuple[tuple[float, float], ...]":
        return tuple((float(start), float(end)) for start, end in value)
    if kind == "tuple[Finder, ...]":
        return tuple(_record(Finder, each) for each in value)
    if kind == "PoseOrigin":
        return _record(PoseOrigin, value)
    if kind == "SelfTest | None":
        return None if value is None else _record(SelfTest, value)
    if not isinstance(value, {"int": int, "str": str, "bool": bool}[kind]):
        raise TypeError(f"expected {kind} but got {value!r}")
    return value


def _require_suffix(path: Path) -> None:
    if path.suffix.lower() not in TRACK_SUFFIXES:
        raise PoseTrackError(
            f"{path.name} is no name for a pose track.", f"Use a name that ends in {' or '.join(TRACK_SUFFIXES)}."
        )


def _require_format(path: Path, found: str) -> None:
    if found == TRACK_FORMAT:
        return
    if found.startswith(f"{_FORMAT_FAMILY}/"):
        raise PoseTrackError(f"{path} was written by another version of formcheck ({found}).", "Update formcheck.")
    raise PoseTrackError(f"{path} is not a pose track of formcheck.", "Choose a file that formcheck saved.")


def _damaged(path: Path) -> PoseTrackError:
    return PoseTrackError(f"{path} is damaged or not a pose track.", "Make it again from the video.")


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).rstrip(".")
