"""A dialog to put right what an upload is taken for, and its targets: the list behind it goes on being drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import partial
from typing import Final

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from formcheck.errors import FormcheckError
from formcheck.exercises.plan import Plan
from formcheck.intake.correcting import measured_as_now, put_right, put_set_right
from formcheck.intake.ending import try_again
from formcheck.intake.states import UploadState, get_upload, upload_path
from formcheck.intake.wishes import Wishes, people_seen, wishes_of
from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import Side
from formcheck.pose.people import Region
from formcheck.records.access import Actor
from formcheck.records.records import Records
from formcheck.records.sets import get_set
from formcheck.records.tables import Upload
from formcheck.report.lettering import Lettering
from formcheck.session.request import SetRequest
from formcheck.video.keyframes import frames_at
from formcheck.video.slow_motion import CAPTURE_FPS_RANGE
from formcheck.web.access.guard import require_actor
from formcheck.web.shared.choose_person import ask_person, person_chosen, say_move
from formcheck.web.shared.dates import viewer_zone
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.plan_fields import ask_limited
from formcheck.web.shared.set_settings import EXERCISES


def ask_targets(before: Plan | None, exercise: str | None, key: str) -> Plan | None:
    """Ask for targets.

    Parameters
    ----------
    before
        What was said; None for the person's own plan.
    exercise
        Which targets there are to ask for; None while it is not known: all of them.
    key
        Of the fields.

    Returns
    -------
    Plan or None
        None for what the person is prescribed.
    """
    own = st.checkbox(
        "Judge it by the person’s own plan",
        value=before is None,
        key=f"{key}-own-plan",
        help="What is not prescribed is measured, and not judged.",
    )
    if own:
        return None
    said = before or Plan()
    choices = list(EXERCISES.values()) if exercise is None else [EXERCISES[exercise]]
    left, right = st.columns(2)
    ask = partial(ask_limited, of_a_recording=True)
    reps = ask(left, "reps", "Reps", 1, said.reps, f"{key}-reps")
    depth = hold = step = None
    if any(choice.target_depth_deg is not None for choice in choices):
        depth = ask(right, "target_depth_deg", "Depth (° of knee bend)", 5.0, said.target_depth_deg, f"{key}-depth")
    if any(choice.takes_hold for choice in choices):
        hold = ask(left, "hold_s", "Hold (seconds)", 1.0, said.hold_s, f"{key}-hold")
    if any(choice.step_height_cm is not None for choice in choices):
        step = ask(right, "step_height_cm", "Step height (cm)", 5.0, said.step_height_cm, f"{key}-step")
    ball = any(choice.takes_ball for choice in choices) and st.checkbox(
        "A ball is held between the knees", value=said.ball, key=f"{key}-ball"
    )
    return Plan(
        target_depth_deg=depth,
        reps=None if reps is None else int(reps),
        hold_s=hold,
        step_height_cm=step,
        ball=ball,
        sex=said.sex,
    )


_EDITED: Final = "edited_upload"
_LEGS: Final = {"left": "Left", "right": "Right"}
_VIEWS: Final = {"front": "Front", "side": "Side"}
_NOON: Final = time(12)
_FRAME: Final = (255, 255, 255)


def edit(upload_id: str) -> None:
    """Open the dialog at the next run of the page."""
    st.session_state[_EDITED] = upload_id


def _close() -> None:
    st.session_state.pop(_EDITED, None)


def show_dialog(records: Records, actor: Actor) -> None:
    """Show the dialog if one is open."""
    upload_id = st.session_state.get(_EDITED)
    if upload_id is None:
        return
    try:
        with records.reading(actor) as work:
            row = get_upload(work, upload_id)
    except FormcheckError:  # taken off the list in another window
        _close()
        return
    st.dialog(f"What is {as_typed(row.name)}?", width="medium", on_dismiss=_close)(_dialog)(records, row.id)


def _dialog(records: Records, upload_id: str) -> None:
    # Run again and again without the page around it: who asks is asked here too.
    actor = require_actor()
    try:
        with records.reading(actor) as work:
            row = get_upload(work, upload_id)
        measured = row.state == UploadState.DONE and row.set_id is not None
        saved = _ask_measured(records, actor, row) if measured else _ask_unmeasured(records, actor, row)
    except FormcheckError as error:
        st.error(f"{as_typed(error.reason)} {as_typed(error.remedy)}", icon=":material/error:")
        return
    if saved:
        _close()
        st.rerun()


def _ask_unmeasured(records: Records, actor: Actor, row: Upload) -> bool:
    """Ask what an upload is that is yet to be measured; say whether it was saved."""
    said, key = wishes_of(row), f"edit-{row.id}"
    before = said.request
    chosen = _ask_who(records, row, before, key)
    nobody, person = False, row.person_id
    if actor.sees_everybody:
        person = ask_person(records, actor, "Whose is it?", f"{key}-person", person)
        nobody = st.checkbox(
            "Nobody’s: propose nobody", value=said.person_said and row.person_id is None, key=f"{key}-nobody"
        )
    exercise = _ask_exercise(before.exercise, key)
    leg = None
    if exercise is None or len(EXERCISES[exercise].legs) > 1:
        leg = _ask_one("Standing leg", _LEGS, None if before.leg is None else before.leg.value, f"{key}-leg")
    view = _ask_one("Camera", _VIEWS, None if before.view is None else before.view.value, f"{key}-view")
    done_at = _ask_day(said.done_at, key)
    plan = ask_targets(before.plan if said.plan_said else None, exercise, key)
    mirrored = st.checkbox(
        "The recording is a mirror image",
        value=before.mirrored,
        key=f"{key}-mirrored",
        help="Some selfie cameras store it so: writing in the picture reads backwards.",
    )
    capture_fps = st.number_input(
        "Slow motion: filmed at, frames a second",
        *CAPTURE_FPS_RANGE,
        value=before.capture_fps,
        step=1.0,
        format="%g",
        key=f"{key}-capture-fps",
        help="Left empty, formcheck goes by what the file says. The rate at which it is shown means no slow motion.",
    )
    keep_video = st.checkbox("Keep the video, not landmarks alone", value=said.keep_video, key=f"{key}-keep")
    if not st.button("Save", type="primary", key=f"{key}-save"):
        return False
    with records.writing(actor) as work:
        is_said = actor.sees_everybody and (nobody or bool(person))
        put_right(
            work,
            row.id,
            Wishes(
                SetRequest(
                    exercise=exercise,
                    leg=None if leg is None else Side(leg),
                    view=None if view is None else ViewKind(view),
                    plan=plan or Plan(),
                    mirrored=mirrored,
                    capture_fps=None if capture_fps is None else float(capture_fps),
                    person=chosen,
                ),
                person_said=is_said,
                plan_said=plan is not None,
                done_at=done_at,
                keep_video=keep_video,
            ),
            person_id=person_chosen(work, person) if is_said and person and not nobody else None,
        )
        if chosen is not None and row.state == UploadState.FAILED:
            try_again(work, row.id)
    return True


def _ask_who(records: Records, row: Upload, said: SetRequest, key: str) -> int | Region | None:
    """Ask who of several people is to be measured, with a picture of them; as said before where nobody asks."""
    seen = people_seen(row)
    if seen is None:
        return said.person
    path = upload_path(records.files, row)
    if path.is_file():
        (frame,) = frames_at(path, [seen.at_s], mirrored=said.mirrored)
        st.image(numbered(frame.rgb, seen.regions))
    numbers = range(1, len(seen.regions) + 1)
    now = seen.regions.index(said.person) + 1 if said.person in seen.regions else None
    chosen = st.segmented_control("Who is to be measured?", numbers, default=now, key=f"{key}-person-number")
    return said.person if chosen is None else seen.regions[chosen - 1]


def numbered(rgb: NDArray[np.uint8], regions: Sequence[Region]) -> NDArray[np.uint8]:
    """Return a picture, shape (height, width, 3), with a frame around each person and a number, from 1.

    The number stands below the feet, or over them where the picture ends: faces tell people apart.
    """
    picture, (height, width) = rgb.copy(), rgb.shape[:2]
    line = max(2, height // 200)
    for number, region in enumerate(regions, start=1):
        left, right = (round(min(max(edge, 0.0), 1.0) * width) for edge in (region.left, region.right))
        top, bottom = (round(min(max(edge, 0.0), 1.0) * height) for edge in (region.top, region.bottom))
        cv2.rectangle(picture, (left, top), (right, bottom), _FRAME, line)
        plate = Lettering(max(16, height // 14)).plate(f" {number} ")
        rows, columns = min(plate.shape[0], height), min(plate.shape[1], width)
        top, left = min(bottom, height - rows), min(left, width - columns)
        picture[top : top + rows, left : left + columns] = plate[:rows, :columns]
    return picture


def _ask_measured(records: Records, actor: Actor, row: Upload) -> bool:
    """Ask what a measured set was; say whether it was saved. A new exercise, leg or view measures it anew."""
    assert row.set_id is not None
    key = f"edit-{row.id}-set"
    with records.reading(actor) as work:
        measured = get_set(work, row.set_id)
        now = measured_as_now(work, measured)
    st.caption(
        "It is measured already. A change of exercise, leg or camera is kept as a correction, and measured anew."
    )
    person = ask_person(records, actor, "Whose is it?", f"{key}-person", measured.person_id)
    say_move(records, actor, measured.person_id, person)
    exercise = st.segmented_control(
        "Exercise",
        list(EXERCISES),
        default=now.rubric.exercise,
        format_func=lambda name: EXERCISES[name].title,
        key=f"{key}-exercise",
        required=True,
    )
    leg = None
    if len(EXERCISES[exercise].legs) > 1:
        leg = _ask_one("Standing leg", _LEGS, None if now.leg is None else now.leg.value, f"{key}-leg")
    view = _ask_one("Camera", _VIEWS, None if now.view is None else now.view.value, f"{key}-view")
    done_at = _ask_day(measured.done_at, key)
    if not st.button("Save", type="primary", key=f"{key}-save"):
        return False
    whose = None
    if person and person != measured.person_id:
        with records.writing(actor) as work:
            whose = person_chosen(work, person)
    put_set_right(
        records,
        actor,
        row.id,
        SetRequest(
            exercise=exercise,
            leg=None if leg is None else Side(leg),
            view=None if view is None else ViewKind(view),
        ),
        person_id=whose,
        done_at=done_at,
    )
    return True


def _ask_exercise(before: str | None, key: str) -> str | None:
    return st.segmented_control(
        "Exercise",
        list(EXERCISES),
        default=before,
        format_func=lambda name: EXERCISES[name].title,
        key=f"{key}-exercise",
        help="With none chosen, formcheck finds out.",
    )


def _ask_one(label: str, words: dict[str, str], before: str | None, key: str) -> str | None:
    return st.segmented_control(
        label,
        list(words),
        default=before if before in words else None,
        format_func=lambda name: words[name],
        key=key,
        help="With none chosen, formcheck finds out.",
    )


def _ask_day(before: datetime | None, key: str) -> datetime | None:
    """Ask for a day; the time of day stays what it was, and is noon on another day."""
    zone = viewer_zone()
    known = None if before is None else before.astimezone(zone)
    today = datetime.now(zone).date()
    day = st.date_input(
        "Day of the set",
        value=None if known is None else min(known.date(), today),  # another's clock may have been ahead
        max_value=today,
        key=f"{key}-day",
        help="Left open, it is the day that the video or the file says.",
    )
    if day is None:
        return None
    if known is not None and day == known.date():
        return before
    noon = datetime.combine(day, _NOON, zone)
    return min(noon, datetime.now(UTC))
