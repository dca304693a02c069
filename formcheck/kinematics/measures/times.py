"""The measures of time: carried by every view, of the whole movement from the first motion to stillness."""

from __future__ import annotations

from typing import Final

from formcheck.kinematics.measures.error_rules import scatter_alone
from formcheck.kinematics.measures.record import (
    CheckView,
    ErrorRule,
    Followed,
    Measure,
    Missing,
    NoErrorOfItsOwn,
    Per,
    Reliability,
    Scope,
    Wording,
)

_ANY, _BODY = CheckView.ANY, Per.BODY
_OF_SET: Final = frozenset({Scope.SET})

TIMES: Final = (
    Measure(
        name="descent_s",
        title="time down",
        unit="s",
        per=_BODY,
        view=_ANY,
        error=ErrorRule(0.13, scatter_alone),
        wording=Wording(
            "Time down",
            "From the first movement to the bottom.",
            short="Down",
            praise="Nice and slow on the way down",
            comparative=("slower", "faster"),
        ),
        place=140,
        compared=True,
        followed=Followed.TEMPO,
    ),
    Measure(
        name="hold_s",
        title="hold time",
        unit="s",
        per=_BODY,
        view=_ANY,
        error=ErrorRule(0.05, scatter_alone),
        wording=Wording(
            "Hold", "How long the bottom was held.", short="Hold", praise="Well held", comparative=("longer", "shorter")
        ),
        place=150,
        compared=True,
        followed=Followed.TEMPO,
        performance=True,
    ),
    Measure(
        name="ascent_s",
        title="time up",
        unit="s",
        per=_BODY,
        view=_ANY,
        error=ErrorRule(0.11, scatter_alone),
        wording=Wording("Time up", "From the bottom to standing.", short="Up", comparative=("slower", "faster")),
        place=160,
        compared=True,
        followed=Followed.TEMPO,
    ),
    Measure(
        name="descent_reversals",
        title="stops and reversals on the way down",
        unit="count",
        per=_BODY,
        view=_ANY,
        error=ErrorRule(0.0, scatter_alone),
    ),
    Measure(
        name="contact_softness_ratio",
        title="speed at the end of the descent over its mean",
        unit="ratio",
        per=_BODY,
        view=_ANY,
        error=ErrorRule(0.1, scatter_alone),
    ),
    Measure(
        name="deceleration_ratio",
        title="peak speed late in the descent over its peak",
        unit="ratio",
        per=_BODY,
        view=_ANY,
        error=ErrorRule(0.1, scatter_alone),
    ),
    Measure(
        name="floor_contact_s",
        title="free heel on the floor",
        unit="s",
        per=_BODY,
        view=_ANY,
        error=NoErrorOfItsOwn("it is never given"),
        missing=Missing(
            "a camera cannot tell a foot on the floor from one just above it",
            "Watch the heel yourself.",
        ),
    ),
    Measure(
        name="five_stands_s",
        title="five stands, until standing",
        unit="s",
        per=_BODY,
        view=_ANY,
        scopes=_OF_SET,
        # As of a time up and of one down, whose far ends it lies between.
        error=ErrorRule(0.12, scatter_alone),
        wording=Wording(
            "Five stands (standing)",
            "From the first movement of hips and knees until standing for the fifth time, as the short physical "
            "performance battery stops the clock. A stopwatch that starts at “go” has the time to react and to lean "
            "forward besides.",
            comparative=("slower", "faster"),
        ),
        place=166,
        followed=Followed.TEST,
        reliability=Reliability(days=2.5, session=2.5, source="Goldberg 2012"),
    ),
    Measure(
        name="five_sit_to_stands_s",
        title="five stands, until seated again",
        unit="s",
        per=_BODY,
        view=_ANY,
        scopes=_OF_SET,
        error=ErrorRule(0.12, scatter_alone),
        wording=Wording(
            "Five stands (seated)",
            "From the first movement of hips and knees until seated again after the fifth stand. A stopwatch that "
            "starts at “go” has the time to react and to lean forward besides.",
            comparative=("slower", "faster"),
        ),
        place=167,
    ),
    Measure(
        name="stands_in_30_s_count",
        title="stands in 30 seconds",
        unit="count",
        per=_BODY,
        view=_ANY,
        scopes=_OF_SET,
        error=NoErrorOfItsOwn("it is a count"),
    ),
    Measure(
        name="arm_push_count",
        title="stands with a push of the arms",
        unit="count",
        per=_BODY,
        view=_ANY,
        error=NoErrorOfItsOwn("it is never given"),
        missing=Missing(
            "a camera cannot tell a hand that rests on a thigh or a chair from one that pushes",
            "Cross the arms over the chest; if that does not work, note it.",
        ),
    ),
)
"""In the order in which columns of them stand. What frames and the signal's noise make unsure of a time comes on top
of its spread, see `error_parts.time_part`."""
