"""A truth in the columns of `formcheck analyze`: from another system, or its own result corrected by a clinician."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.measures.units import leg_column
from formcheck.kinematics.reps import ASCENT, DESCENT, HOLD, STAND
from formcheck.pose.landmarks import SIDES
from formcheck.validation.tables import CsvTable, TruthError, increasing_times
from formcheck.validation.truth import (
    BOTH,
    FloatArray,
    Key,
    Samples,
    Truth,
    TruthKind,
    TruthRep,
    known_measures,
    legs_of,
)

_PHASES: Final = frozenset({STAND, DESCENT, HOLD, ASCENT})
_TIME_COLUMNS: Final = frozenset({"t_s", "phase", "rep"})
COLUMN_OF: Final[dict[str, Key]] = {
    (name if leg == BOTH else leg_column(name, leg)): (name, leg) for name in known_measures() for leg in legs_of(name)
}
"""Which measure of which leg each column of `formcheck analyze` holds."""
_LEG_WORDS: Final = tuple(f"_{side.value}" for side in SIDES)


def measured_truth(table: CsvTable) -> Truth:
    """Return the truth of a table in the columns of `formcheck analyze`.

    `rep` and `phase` may be missing; then nothing is known of the reps. Columns that are no measure of a frame are left
    out and named in the notes.

    Raises
    ------
    TruthError
        If times do not increase, a phase is unknown, a rep is no whole number or never moves, or no column holds a
        measure.
    """
    t_s = increasing_times(table)
    samples: dict[Key, Samples] = {}
    unused = []
    for column in table.columns:
        if column in _TIME_COLUMNS:
            continue
        if column not in COLUMN_OF:
            unused.append(column)
            continue
        values = np.array([row.number_or_nan(column) for row in table.rows])
        if np.isfinite(values).any():
            samples[COLUMN_OF[column]] = Samples(t_s, values)
    if not samples:
        raise TruthError(
            f"{table.file} has no column with a measure that is known.",
            "Name the columns as formcheck analyze does, such as knee_flexion_left_deg.",
        )
    reps = _reps(table, t_s) if {"rep", "phase"} <= set(table.columns) else None
    return Truth(TruthKind.ANALYSIS, samples, reps=reps, notes=_notes(table, unused))


def _notes(table: CsvTable, unused: list[str]) -> tuple[str, ...]:
    # A column that names a leg is meant as a measure: whoever misspells it must be told.
    meant = [name for name in unused if any(word in name for word in _LEG_WORDS)]
    return (
        (f"{table.file}: not compared, as formcheck gives no such value of a rep: {', '.join(meant)}.",)
        if meant
        else ()
    )


def _reps(table: CsvTable, t_s: FloatArray) -> tuple[TruthRep, ...]:
    """Return the reps that are whole: those that begin after the first line and end before the last."""
    number, phase = np.zeros(len(t_s), dtype=np.int64), np.array([row.text("phase") for row in table.rows])
    for i, row in enumerate(table.rows):
        value = row.number("rep")
        if value != int(value) or value < 0:
            raise row.wrong(f"rep is {value:g}", "Write 1, 2 and so on, and 0 between reps.")
        number[i] = int(value)
        if phase[i] not in _PHASES:
            raise row.wrong(f"the phase is “{phase[i][:40]}”", "Write stand, descent, hold or ascent.")
    found = []
    for each in np.unique(number[number > 0]):
        of_rep = np.flatnonzero(number == each)
        if (phase[of_rep] == STAND).all():
            raise table.rows[of_rep[0]].wrong(
                f"in all of rep {each} the phase is {STAND}", f"Write {DESCENT}, {HOLD} and {ASCENT} where it moves."
            )
        if of_rep[0] > 0 and of_rep[-1] < len(t_s) - 1:
            found.append(_rep(t_s[of_rep], phase[of_rep]))
    return tuple(sorted(found, key=lambda rep: rep.start_s))


def _rep(t_s: FloatArray, phase: NDArray[np.str_]) -> TruthRep:
    bottom = t_s[phase == HOLD]
    if len(bottom) == 0:
        down, up = t_s[phase == DESCENT], t_s[phase == ASCENT]
        turn = float(np.mean([*down[-1:], *up[:1]]))
        bottom = np.array([turn, turn])
    return TruthRep(float(t_s[0]), float(bottom[0]), float(bottom[-1]), float(t_s[-1]))
