"""All components with made-up content, in the light and in the dark theme: what the page *Design* shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from markupsafe import Markup

from formcheck.design.components import (
    badge,
    criteria,
    empty_state,
    far_number,
    form_row,
    measure,
    measure_rows,
    measures,
    person,
    rep,
    reps,
    verdict,
)
from formcheck.design.drawings import Drawing
from formcheck.design.palette import BAND_STYLES

_HEADING: Final = Markup('<p class="fc" style="font-weight:700;margin:1.5rem 0 .5rem">{}</p>')
_THEME: Final = Markup('<div class="fc fc-theme fc-{}" style="margin-bottom:1.5rem">{}</div>')
_VERDICTS: Final = (
    ("good", "Good knees in all 8 reps.", "Both knees stayed over the feet."),
    ("caution", "Take 3 seconds down.", "5 of 8 reps went down in about 1 second."),
    ("fault", "Keep your left knee over your foot.", "Reps 2, 3 and 5: up to 4 cm inward."),
    ("not_judged", "Depth is shown, not judged.", "No plan says how deep you should go."),
    ("not_measured", "Film again, straight from the front.", "The camera stood at an angle."),
)


def gallery() -> Markup:
    """Return every component, once in each theme."""
    return Markup("").join(_THEME.format(theme, Markup("").join(_parts())) for theme in ("light", "dark"))


def _parts() -> Iterator[Markup]:
    yield _HEADING.format("Verdict")
    yield from (verdict(level, title, detail) for level, title, detail in _VERDICTS)
    yield _HEADING.format("Badge")
    yield Markup(" ").join(badge(level) for level in BAND_STYLES)
    yield _HEADING.format("Measure")
    yield measures(
        (
            measure("Left knee over foot", "2 cm inward", "good is up to 1 cm", "caution", "KMF 5.3 ± 1.4 %"),
            measure("Time down", "3.1 s", "good is 2 s or more", "good"),
            measure("Depth", "62°", "", "not_judged", "knee flexion"),
            measure_rows(
                "Knee alignment",
                (
                    ("Left", "9° inward", "caution", "", ""),
                    ("Right", "1° inward", "good", "", "good is up to 6° inward"),
                ),
                "FPPA 9 ± 3° / 1 ± 3°",
            ),
        )
    )
    yield criteria(
        "1 of 2 hold today",
        (
            ("Worst pain of the last week is 2 at most", "Worst answer: 1.", "good", "yes", "Pain rules."),
            ("Both ankles bend alike", "Not tested on both legs yet.", "not_measured", "not known", "Past its error."),
        ),
        "A clinician decides.",
    )
    yield _HEADING.format("Rep")
    yield reps(
        (
            rep(1, "good", "Good."),
            rep(2, "caution", "Went down in 1 second."),
            rep(3, "fault", "Left knee 4 cm inward."),
        )
    )
    yield _HEADING.format("Person")
    yield person("Anna Berg", "1042", "12 Mar 1961", "right knee")
    yield person("Anna Berg", "1043", "3 Sep 1988")
    yield _HEADING.format("Form row")
    yield form_row("Date of birth", Markup('<input type="date">'), "Tells people of one name apart.")
    yield _HEADING.format("Empty state")
    yield from (empty_state(drawing, drawing.value.capitalize(), "Nothing is here yet.") for drawing in Drawing)
    yield _HEADING.format("The number that is read from three metres")
    yield far_number("7", "of 12")
