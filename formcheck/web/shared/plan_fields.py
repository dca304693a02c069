"""A field of a page for one number of a plan, within its limits."""

from __future__ import annotations

from typing import Final

from streamlit.delta_generator import DeltaGenerator

from formcheck.exercises.plan import LIMITS

NOT_PRESCRIBED: Final = "not prescribed"


def ask_limited(
    place: DeltaGenerator,
    field: str,
    label: str,
    step: float,
    before: float | None,
    key: str,
    *,
    placeholder: str = NOT_PRESCRIBED,
    of_a_recording: bool = False,
) -> float | None:
    """Ask for a number of a plan.

    Parameters
    ----------
    place
        Where the field goes.
    field
        Which number, by its name in `LIMITS`.
    label, placeholder, key
        Of the field.
    step
        Of its two buttons.
    before
        The number that is there; None for none. One that was kept when other limits held is not shown.
    of_a_recording
        Whether a recording is judged by it; else somebody is asked to do it.
    """
    limit = LIMITS[field]
    most = limit.most if of_a_recording else limit.most_to_do
    value = before if before is not None and limit.least <= before <= most else None
    if limit.whole:
        whole = None if value is None else int(value)
        return place.number_input(
            label, int(limit.least), int(most), value=whole, step=int(step), placeholder=placeholder, key=key
        )
    return place.number_input(
        label, limit.least, most, value=value, step=step, format="%g", placeholder=placeholder, key=key
    )
