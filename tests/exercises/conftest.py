"""A small valid rubric to take apart, and short ways to judge."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from formcheck.exercises.rubric import Rubric
from formcheck.exercises.rubric_file import parse_rubric

HEAD = """\
schema = "formcheck.rubric/1"
exercise = "wall-squat"
name = "Wall squat"
version = "1"
description = "Slide down a wall."
notes = "Made for a test."

[phases]
kind = "bilateral"
min_range_deg = 15
min_duration_s = 0.8
hold_min_s = 0.3
"""

KNEE = """
[[check]]
id = "T-1"
name = "knee over toe"
measure = "kmf_pct"
view = "front"
phase = "hold"
unit = "pct"
per = "leg"
scope = "rep"
good = [-3, 2]
caution = [-6, 4]
persistence_s = 0.3
cue_low = "Bring your knees in"
cue_high = "Point your kneecap over your second toe"
precedence = "knee-alignment"
source = "Made for a test."
"""

FPPA = """
[[check]]
id = "T-2"
name = "knee inward"
measure = "fppa_deg"
view = "front"
phase = "hold"
unit = "deg"
per = "leg"
scope = "rep"
good = [-inf, 10]
caution = [-inf, 17]
cue_high = "Aim your knee at the cone"
precedence = "knee-alignment"
confirm = ["kmf_pct"]
source = "Made for a test."
"""

DEPTH = """
[[check]]
id = "T-3"
name = "depth"
measure = "knee_flexion_max_deg"
view = "side"
phase = "hold"
unit = "deg"
per = "leg"
scope = "rep"
good = [-10, 5]
caution = [-20, 10]
relative_to = "target_depth_deg"
cue_low = "A little lower"
cue_high = "Only to your mark"
precedence = "depth"
source = "Made for a test."
"""

TEMPO = """
[[check]]
id = "T-4"
name = "time down"
measure = "descent_s"
view = "any"
phase = "descent"
unit = "s"
per = "body"
scope = "rep"
good = [2, inf]
caution = [1.2, inf]
cue_low = "Slower"
precedence = "tempo"
source = "Made for a test."
"""

SETUP = """
[[check]]
id = "T-5"
name = "stance width"
measure = "stance_width_ratio"
view = "front"
phase = "stand"
unit = "ratio"
per = "body"
scope = "setup"
good = [0.9, 1.5]
caution = [0.7, 1.9]
cue = "Feet under your hips"
precedence = "placement"
source = "Made for a test."
"""


@pytest.fixture
def text() -> str:
    """Return a valid rubric file of five checks: knee, FPPA confirmed by knee, depth, tempo, stance."""
    return HEAD + KNEE + FPPA + DEPTH + TEMPO + SETUP


@pytest.fixture
def rubric(text: str) -> Rubric:
    return parse_rubric(text.encode(), "mine.toml")


@pytest.fixture
def edited(text: str) -> Callable[[str, str], str]:
    """Replace the first occurrence of a piece of the valid file, which must be there."""

    def edit(old: str, new: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit
