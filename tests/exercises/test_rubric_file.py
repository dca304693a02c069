"""Layer: pure functions and one file. Reading rubric files, and what is said of files that are wrong."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from formcheck.errors import RubricError
from formcheck.exercises.finding import SURE, Bands
from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric import Phase, Precedence, Rubric
from formcheck.exercises.rubric_file import load_rubric, parse_rubric
from formcheck.exercises.toml_model import InvalidRubricError
from formcheck.kinematics.measures.record import CheckView, Per, Scope

Edit = Callable[[str, str], str]


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(InvalidRubricError) as caught:
        parse_rubric(text.encode(), "mine.toml")
    return [(each.line, each.message) for each in caught.value.problems]


def line_of(text: str, piece: str) -> int:
    return text[: text.index(piece)].count("\n") + 1


def test_a_check_is_read_with_all_it_says(rubric: Rubric) -> None:
    check = rubric.check("T-1")
    assert check.name == "knee over toe"
    assert (check.measure, check.unit) == ("kmf_pct", "pct")
    assert (check.view, check.phase) == (CheckView.FRONT, Phase.HOLD)
    assert (check.per, check.scope) == (Per.LEG, Scope.REP)
    assert check.bands == Bands((-3, 2), (-6, 4))
    assert check.precedence is Precedence.KNEE_ALIGNMENT
    assert (check.persistence_s, check.hysteresis) == (0.3, 0.0)
    assert check.cue("low") == "Bring your knees in"
    assert check.cue("high") == "Point your kneecap over your second toe"
    assert check.cue(None) == ""


def test_open_ends_are_infinite_and_one_cue_serves_both_sides(rubric: Rubric) -> None:
    assert rubric.check("T-2").bands.good == (-math.inf, 10)
    assert rubric.check("T-5").cue("low") == rubric.check("T-5").cue("high") == "Feet under your hips"


def test_bands_from_the_plan_need_the_plan(rubric: Rubric) -> None:
    depth = rubric.check("T-3")
    assert depth.needs_plan == "target_depth_deg"
    assert depth.bands_for(Plan()) is None
    assert depth.bands_for(Plan(target_depth_deg=45)) == Bands((35, 50), (25, 55))


def test_bands_of_one_sex_serve_only_where_the_plan_names_it(edited: Edit) -> None:
    male = "[check.alternatives.male]\ngood = [-inf, 8]\ncaution = [-inf, 15]\n"
    text = edited('[[check]]\nid = "T-3"', f'{male}\n[[check]]\nid = "T-3"')
    check = parse_rubric(text.encode(), "mine.toml").check("T-2")
    assert check.bands_for(Plan(sex="male")) == Bands((-math.inf, 8), (-math.inf, 15))
    assert check.bands_for(Plan(sex="female")) == check.bands_for(Plan()) == Bands((-math.inf, 10), (-math.inf, 17))


WITH_EVIDENCE = """confirm = ["kmf_pct"]
source = "Made for a test."
fault_sureness = 0.8

[check.evidence]
fppa_change_deg = 3.0
kmf_change_pct = 0
"""


@pytest.fixture
def sure(text: str) -> str:
    """Return the valid file with a sureness and evidence for its check T-2: FPPA of a leg, in a rep, from the front."""
    old = 'confirm = ["kmf_pct"]\nsource = "Made for a test."\n'
    assert text.count(old) == 1
    return text.replace(old, WITH_EVIDENCE)


def test_how_sure_a_fault_must_be_and_what_contradicts_it_are_read(sure: str, rubric: Rubric) -> None:
    check = parse_rubric(sure.encode(), "mine.toml").check("T-2")
    assert check.fault_sureness == 0.8
    assert dict(check.evidence) == {"fppa_change_deg": 3.0, "kmf_change_pct": 0.0}
    assert (rubric.check("T-2").fault_sureness, dict(rubric.check("T-2").evidence)) == (SURE, {})


def test_a_number_of_too_many_digits_is_told_with_its_line(text: str) -> None:
    assert problems(f"schema = 1\nversion = {'9' * 5000}\n{text}") == [(2, "a number has too many digits")]


@pytest.mark.parametrize("sureness", ["0.5", "0.999"])
def test_a_sureness_may_be_anything_from_even_chances_to_below_certain(sure: str, sureness: str) -> None:
    check = parse_rubric(sure.replace("fault_sureness = 0.8", f"fault_sureness = {sureness}").encode(), "mine.toml")
    assert check.check("T-2").fault_sureness == float(sureness)


NO_EVIDENCE = "is no evidence: it is not measured of the same leg, view and scope"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fault_sureness = 0.8", "fault_sureness = 1", "`fault_sureness` is a probability below 1"),
        ("fault_sureness = 0.8", "fault_sureness = 80", "`fault_sureness` is a probability below 1"),
        ("fault_sureness = 0.8", "fault_sureness = inf", "`fault_sureness`"),
        ("fault_sureness = 0.8", "fault_sureness = 0.49", "`fault_sureness` must be a number of at least 0.5"),
        ("fault_sureness = 0.8", 'fault_sureness = "0.8"', "`fault_sureness` must be a number"),
        ("fault_sureness = 0.8", "fault_surenes = 0.8", "unknown key `fault_surenes`; perhaps `fault_sureness` is"),
        (
            "kmf_change_pct = 0",
            "kmf_chang_pct = 0",
            "unknown measure `kmf_chang_pct`; perhaps `kmf_change_pct` is meant",
        ),
        ("kmf_change_pct = 0", 'kmf_change_pct = "0"', "`kmf_change_pct` must be a number"),
    ],
)
def test_each_fault_of_a_sureness_or_of_evidence_is_named_with_its_line(
    sure: str, old: str, new: str, said: str
) -> None:
    assert sure.count(old) == 1
    found = problems(sure.replace(old, new))
    assert any(line == line_of(sure, old) and said in message for line, message in found), found


@pytest.mark.parametrize(
    "measure",
    [
        "knee_flexion_max_deg",  # from the side
        "fppa_common_deg",  # of both legs
        "kmf_drift_pct",  # of the whole set
        "toe_out_deg",  # of the stance
        "fppa_deg",  # the measure itself
    ],
)
def test_a_measure_of_another_view_leg_or_scope_and_the_measure_itself_are_no_evidence(sure: str, measure: str) -> None:
    found = problems(sure.replace("kmf_change_pct = 0", f"{measure} = 0"))
    assert found == [(line_of(sure, "[check.evidence]"), f"`{measure}` {NO_EVIDENCE}")]


def test_the_hash_is_that_of_the_files_bytes(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(text.encode())
    rubric = load_rubric(path)
    assert rubric.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert rubric.file_name == "mine.toml"


def test_a_file_from_windows_is_read(text: str) -> None:
    windows = b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    assert parse_rubric(windows, "mine.toml").checks == parse_rubric(text.encode(), "mine.toml").checks


def test_a_file_from_windows_is_told_the_right_line(edited: Edit) -> None:
    text = edited('view = "side"', 'view = "back"')
    assert problems(text.replace("\n", "\r\n"))[0][0] == line_of(text, 'view = "back"')


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match=r"nowhere\.toml cannot be read"):
        load_rubric(tmp_path / "nowhere.toml")


def test_a_syntax_error_is_named_with_its_line(edited: Edit) -> None:
    text = edited('id = "T-2"', "id = T-2")
    ((line, message),) = problems(text)
    assert line == line_of(text, "id = T-2")
    assert message.startswith("this is not TOML: ")
    assert "at line" not in message


def test_a_file_that_ends_too_early_is_named_with_its_last_line() -> None:
    assert problems('schema = "formcheck.rubric/1"\nnotes = """\nno end')[0][0] == 3


def test_bytes_that_are_not_text_are_named_with_their_line() -> None:
    with pytest.raises(InvalidRubricError, match="line 2: this is not UTF-8 text"):
        parse_rubric(b'schema = "x"\nname = "\xff"\n', "mine.toml")


MISSING = ""
FAULTS = [
    ('phase = "hold"', 'fase = "hold"', "unknown key `fase`; perhaps `phase` is meant"),
    ("hold_min_s = 0.3", "hold_min = 0.3", "unknown key `hold_min`; perhaps `hold_min_s` is meant"),
    ('source = "Made for a test."\n', MISSING, "`source` is missing"),
    ('source = "Made for a test."', 'source = " "', "`source` is empty"),
    ("good = [-3, 2]\n", MISSING, "`good` is missing"),
    ("good = [-3, 2]", "good = -3", "`good` must be an array"),
    ("good = [-3, 2]", "good = [-3]", "`good` must be two numbers, [lowest, highest]"),
    ("good = [-3, 2]", 'good = [-3, "2"]', "`good` must be two numbers, [lowest, highest]"),
    ("good = [-3, 2]", "good = [nan, 2]", "`good` must be two numbers, [lowest, highest]"),
    ("good = [-3, 2]", "good = [false, 2]", "`good` must be two numbers, [lowest, highest]"),
    ("good = [-3, 2]", f"good = [-3, 1{'0' * 400}]", "`good` must be two numbers, [lowest, highest]"),
    ("good = [-3, 2]", "good = [2, -3]", "`good` ends before it starts: 2 is more than -3"),
    ("good = [-3, 2]", "good = [-3, 9]", "`good` [-3, 9] does not lie inside `caution` [-6, 4]"),
    ("persistence_s = 0.3", 'persistence_s = "0.3"', "`persistence_s` must be a number"),
    ("persistence_s = 0.3", "persistence_s = true", "`persistence_s` must be a number"),
    ("persistence_s = 0.3", "persistence_s = -1", "`persistence_s` must be a number of at least 0"),
    ("persistence_s = 0.3", "report_only = 1", "`report_only` must be true or false"),
    ('name = "knee over toe"', "name = 3", "`name` must be text"),
    ('measure = "kmf_pct"', 'measure = "kmf"', "unknown measure `kmf`; perhaps `kmf_pct` is meant"),
    ('view = "front"', 'view = "frnt"', "unknown view `frnt`; perhaps `front` is meant"),
    ('view = "front"', 'view = "side"', "`kmf_pct` can be measured from the front only"),
    ('phase = "hold"', 'phase = "jump"', "unknown phase `jump`; it is one of stand, descent, hold, ascent"),
    ('phase = "hold"', 'phase = "set"', "a check of scope `rep` has no phase `set`"),
    ('unit = "pct"', 'unit = "deg"', "`kmf_pct` is in `pct`, not `deg`"),
    ('per = "leg"', 'per = "body"', "`kmf_pct` has a value per leg, not per body"),
    ('scope = "rep"', 'scope = "set"', "`kmf_pct` has a value per rep, not per set"),
    ('precedence = "knee-alignment"', 'precedence = "urgent"', "unknown precedence `urgent`"),
    ('cue_low = "Bring your knees in"\n', MISSING, "`cue_low` is missing: a value can be too low"),
    ('cue_low = "Bring', 'cue_low = "One two three four five six', "`cue_low` has 9 words; at most 8"),
    ('cue_low = "Bring', 'cue = "Knees"\ncue_low = "Bring', "give `cue` for both sides, or `cue_low`"),
    ('cue_high = "Aim', 'cue_low = "Out"\ncue_high = "Aim', "`cue_low` can never be said"),
    ('cue_low = "Slower"', 'cue_low = "Take {aim} seconds"', "`aim` is missing: the cue asks for"),
    ('cue_low = "Slower"', 'aim = 3\ncue_low = "Slower"', "`aim` is asked for by no cue"),
    ('cue_low = "Slower"', 'aim = 1\ncue_low = "Take {aim} seconds"', "`aim` must be one of the good values"),
    ('id = "T-2"', 'id = "T-1"', "the id `T-1` is already taken on line"),
    ('relative_to = "target_depth_deg"', 'relative_to = "height"', "unknown relative_to `height`"),
    ('relative_to = "target_depth_deg"', 'needs_plan = "bal"', "perhaps `ball` is meant"),
    ('confirm = ["kmf_pct"]', 'confirm = ["kasr"]', "`kasr` cannot confirm: no other check"),
    ('confirm = ["kmf_pct"]', 'confirm = ["fppa_deg"]', "`fppa_deg` cannot confirm"),
    ('confirm = ["kmf_pct"]', "confirm = [3]", "`confirm` must be an array of text"),
    ("min_range_deg = 15", "min_range_deg = -15", "`min_range_deg` must be a number of at least 0"),
    ('kind = "bilateral"', 'kind = "both"', "unknown kind `both`"),
    ("formcheck.rubric/1", "formcheck.rubric/9", "unknown schema `formcheck.rubric/9`"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_each_fault_of_a_file_is_named_with_its_line(text: str, edited: Edit, old: str, new: str, said: str) -> None:
    line = line_of(text, "[[check]]" if new == MISSING else old)  # what is missing is named at its table
    found = problems(edited(old, new))
    assert any(number == line and said in message for number, message in found), found


def test_a_file_without_checks_or_phases_says_so() -> None:
    said = {message for _, message in problems('schema = "formcheck.rubric/1"\n')}
    assert {"`check` is missing", "`phases` is missing", "`exercise` is missing"} <= said


def test_checks_that_are_no_tables_are_refused(text: str) -> None:
    head = text[: text.index("[phases]")]
    assert (line_of(text, "[phases]"), "`check` must be one or more tables, each headed [[check]]") in problems(
        head + "check = [1]\n" + text[text.index("[phases]") : text.index("[[check]]")]
    )


def test_bands_of_one_sex_are_checked_too(edited: Edit) -> None:
    added = "[check.alternatives.male]\ngood = [-inf, 30]\ncaution = [-inf, 15]\n[check.alternatives.males]\n"
    text = edited('[[check]]\nid = "T-3"', f'{added}\n[[check]]\nid = "T-3"')
    found = problems(text)
    assert found[0] == (
        line_of(text, "good = [-inf, 30]"),
        "`good` [-inf, 30] does not lie inside `caution` [-inf, 15]",
    )
    assert found[1] == (line_of(text, "[check.alternatives.males]"), "unknown key `males`; perhaps `male` is meant")


def test_all_problems_are_told_and_the_first_is_said(edited: Edit) -> None:
    text = edited("good = [-3, 2]", "good = [-3, 9]").replace('unit = "deg"', 'unit = "rad"')
    with pytest.raises(InvalidRubricError) as caught:
        parse_rubric(text.encode(), "mine.toml")
    error = caught.value
    assert len(error.problems) == 3
    assert error.reason == (
        f"mine.toml, line {line_of(text, 'good = [-3, 9]')}: `good` [-3, 9] does not lie inside `caution` [-6, 4]"
        " (and 2 more problems)."
    )
    assert [line.split(":")[0] for line in error.lines] == [f"mine.toml, line {each.line}" for each in error.problems]
    assert list(error.problems) == sorted(error.problems)


def test_a_check_that_is_only_reported_needs_no_cue_and_says_none(edited: Edit) -> None:
    silent = edited('cue_low = "Bring your knees in"\n', "report_only = true\n")
    assert parse_rubric(silent.encode(), "mine.toml").check("T-1").cue("high") == ""


def test_bands_that_are_not_nested_are_refused_in_code_too() -> None:
    with pytest.raises(ValueError, match="enclose"):
        Bands((0, 5), (0, 4))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('measure = "kmf_pct"', 'measure = "{}"'),
        ('view = "front"', 'view = "{}"'),
        ('unit = "pct"', 'unit = "{}"'),
        ('confirm = ["kmf_pct"]', 'confirm = ["{}"]'),
        ('phase = "hold"', '{} = "hold"'),
    ],
)
def test_what_is_told_of_a_long_value_is_short(edited: Edit, old: str, new: str) -> None:
    for _, message in problems(edited(old, new.format("x" * 5000))):
        assert len(message) < 200
