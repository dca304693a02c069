"""Layer: what formcheck 0.1.0 wrote, opened today on each kind of database.

The archives in `data` were made by it, at revision 0003 of the tables: a person with three plans (whose numbers lie
beyond what a plan may say today), a set of step-downs that was corrected to squats, an accepted suggestion, and in the
backup an upload on its way.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from formcheck.intake.queue import list_uploads
from formcheck.intake.wishes import wishes_of
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.records.exchange import import_people
from formcheck.records.integrity import check
from formcheck.records.records import Records
from formcheck.records.restore import restore
from formcheck.records.reviewing import reviewed_set
from formcheck.records.settings import RecordsSettings

from .examples import ROBIN, all_rows

_DATA: Final = Path(__file__).with_name("data")
_SET_ID: Final = "8d61dd5f2c0240ef82afb432d5afb5f0"
_PLANS: Final = [
    ("step-down", "left", None, 8, None, 90.0, False),
    ("step-down", "right", 45.0, 3, None, 10.0, False),
    ("wall-squat", None, 155.0, 150, 500.0, None, True),
]
"""By exercise and leg: depth (deg), reps, hold (s), step (cm), ball. The right leg's ended the left's then."""


def _opens(records: Records) -> None:
    rows = all_rows(records)
    plans = sorted(rows["plan"], key=lambda row: (row["exercise"], row["leg"] or ""))
    names = ("exercise", "leg", "target_depth_deg", "reps", "hold_s", "step_height_cm", "ball")
    assert [tuple(row[name] for name in names) for row in plans] == _PLANS
    assert [row["until_at"] is None for row in plans] == [False, True, True]
    with records.reading(ROBIN) as work:
        reviewed = reviewed_set(work, _SET_ID)
    assert (reviewed.automatic.exercise, len(reviewed.automatic.complete_reps)) == ("step-down", 3)
    assert reviewed.automatic.plan.target_depth_deg == 155.0
    assert reviewed.automatic.plan.sex == "female"
    assert reviewed.current.exercise == "squat"
    assert reviewed.not_applied == ()
    (kept,) = rows["exercise_set"]
    assert len(kept["automatic"]["reps"]) == len(reviewed.automatic.reps)
    assert kept["corrected"]["exercise"] == "squat"


def test_an_archive_of_people_is_imported(records: Records) -> None:
    told = import_people(records, ROBIN, _DATA / "people-0003.zip")
    assert told.added["exercise_set"] == 1
    assert check(records).problems == ()
    _opens(records)


def test_a_backup_is_restored_with_its_upload(empty_settings: RecordsSettings) -> None:
    restore(empty_settings, _DATA / "backup-0003.zip")
    records = Records(empty_settings)
    _opens(records)
    with records.reading(ROBIN) as work:
        (said,) = [wishes_of(row) for row in list_uploads(work)]
    records.close()
    document = said.document()
    assert document["person"] == [0.0, 0.0, 0.5, 1.0]
    assert document["plan"]["target_depth_deg"] == 100.0
    assert document["done_at"] == "2026-02-01T00:00:00+00:00"
    assert (document["exercise"], document["mirrored"], document["capture_fps"]) == ("step-down", True, 120.0)
    assert (Side(document["leg"]), ViewKind(document["view"])) == (Side.LEFT, ViewKind.SIDE)
