"""Layer: pure functions on data files. Scores are held to the worked figures that their authors publish."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.programme.questionnaires import (
    QUESTIONNAIRES_VARIABLE,
    QuestionnaireError,
    checked_answers,
    questionnaires,
    read_questionnaire,
)

HEAD = """schema = "formcheck.questionnaire/1"
place = 90
version = "2012"
title = "Laid in"
about = "Of a clinic."
licence = "Bought."
source = "Somebody."
"""


def laid_in(folder: Path, items: int, most: int, score: str, name: str = "laid-in") -> Path:
    body = "".join(f'[[item]]\nkey = "q{n}"\nwords = "Question {n}"\nmost = {most}\n' for n in range(1, items + 1))
    keys = ", ".join(f'"q{n}"' for n in range(1, items + 1))
    end = f'[[score]]\nkey = "score"\ntitle = "Score"\nitems = [{keys}]\ntopic = "function"\n{score}\n'
    path = folder / f"{name}.toml"
    path.write_text(HEAD + body + end)
    return path


def test_every_built_in_one_says_licence_source_and_only_changes_that_somebody_published() -> None:
    found = questionnaires()
    assert list(found) == ["pain", "patient-specific-function", "global-change", "five-symptoms", "return-to-activity"]
    for each in found.values():
        assert each.licence
        assert each.source
        for score in each.scores.values():
            assert all(limit.source for limit in (*score.important, *score.detectable))
    assert [limit.value for limit in found["pain"].scores["worst"].important] == [2.0]
    assert found["global-change"].scores["change"].important == ()
    assert found["five-symptoms"].scores["count"].important == ()


def test_the_patient_specific_scale_is_the_sum_over_the_number_of_activities() -> None:
    """As its form says: total score = sum of the activity scores / number of activities (Stratford et al. 1995)."""
    scale = questionnaires()["patient-specific-function"]
    assert scale.scored({"activity-1": 3, "activity-2": 4, "activity-3": 8}) == {"mean": 5.0}
    four = {"activity-1": 2, "activity-2": 4, "activity-3": 3, "activity-4": 2}
    assert scale.scored(four) == {"mean": pytest.approx(11 / 4)}
    assert scale.scored({"activity-1": 3, "activity-2": 4}) == {}


@pytest.mark.parametrize(("answered", "percent"), [(10, 32.0), (9, 35.5)])
def test_a_share_of_the_points_is_scored_as_the_disability_index_shows(
    tmp_path: Path, answered: int, percent: float
) -> None:
    """The Oswestry index's own examples: 16 of 50 is 32 %; with a section missed, 16 of 45 is 35.5 %."""
    index = read_questionnaire(laid_in(tmp_path, 10, 5, 'method = "percent"\nfewest = 9\nbetter = "lower"'))
    points = [2] * 7 + [1, 1, 0]
    given = {f"q{n}": points[n - 1] for n in range(1, answered + 1)}
    assert sum(given.values()) == 16
    assert index.scored(given)["score"] == pytest.approx(percent, abs=0.06)


@pytest.mark.parametrize(("items", "needed"), [(9, 5), (7, 4), (17, 9), (5, 3), (4, 2)])
def test_a_turned_share_is_scored_as_the_knee_outcome_score_of_2012(tmp_path: Path, items: int, needed: int) -> None:
    """KOOS scoring 2012: 100 - mean of the answered * 100 / 4, with at least half of the items (5, 4, 9, 3, 2)."""
    score = f'method = "percent"\nturned = true\nfewest = {-(-items // 2)}\nbetter = "higher"'
    scale = read_questionnaire(laid_in(tmp_path, items, 4, score))
    assert scale.scored({f"q{n}": 1 for n in range(1, needed)}) == {}
    answers = {f"q{n}": n % 5 for n in range(1, needed + 1)}
    mean = sum(answers.values()) / needed
    assert scale.scored(answers)["score"] == pytest.approx(100 - mean * 100 / 4)
    assert scale.scored(dict.fromkeys(answers, 0))["score"] == 100
    assert scale.scored(dict.fromkeys(answers, 4))["score"] == 0


def test_the_five_symptoms_are_counted() -> None:
    asked = questionnaires()["five-symptoms"]
    given = dict.fromkeys(asked.items, 0) | {"stairs": 1, "puffy": 1}
    assert asked.scored(given) == {"count": 2.0}
    assert asked.scores["count"].limits(asked.items) == (0.0, 5.0)


def test_a_global_change_goes_both_ways() -> None:
    asked = questionnaires()["global-change"]
    assert asked.scored({"change": -5}) == {"change": -5.0}
    assert asked.scores["change"].limits(asked.items) == (-5.0, 5.0)


@pytest.mark.parametrize(
    "values", [{"usual": 11}, {"usual": -1}, {"usual": True}, {"usual": 2.0}, {"other": 1, "usual": 1}, {}]
)
def test_answers_that_cannot_be_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(QuestionnaireError):
        checked_answers(questionnaires()["pain"], values)


def test_an_activity_needs_its_name() -> None:
    scale = questionnaires()["patient-specific-function"]
    values = {f"activity-{n}": 5 for n in (1, 2, 3)}
    with pytest.raises(QuestionnaireError, match="not said what it is"):
        checked_answers(scale, values, {"activity-1": "Stairs", "activity-2": "Running", "activity-3": " "})
    found = checked_answers(scale, values, dict.fromkeys(values, "  Up   the stairs "))
    assert found.names["activity-1"] == "Up the stairs"


def test_a_clinic_lays_in_what_it_has_a_licence_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_in(tmp_path, 2, 3, 'method = "sum"\nbetter = "lower"')
    monkeypatch.setenv(QUESTIONNAIRES_VARIABLE, str(tmp_path))
    assert list(questionnaires())[-1] == "laid-in"
    assert questionnaires()["laid-in"].scored({"q1": 3, "q2": 2}) == {"score": 5.0}
    monkeypatch.setenv(QUESTIONNAIRES_VARIABLE, str(tmp_path / "none"))
    with pytest.raises(QuestionnaireError, match="no folder"):
        questionnaires()


def test_a_name_that_is_taken_and_a_file_that_is_wrong_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = laid_in(tmp_path, 1, 3, 'method = "sum"\nbetter = "lower"', "pain")
    monkeypatch.setenv(QUESTIONNAIRES_VARIABLE, str(tmp_path))
    with pytest.raises(QuestionnaireError, match="already"):
        questionnaires()
    path.write_text(path.read_text().replace('items = ["q1"]', 'items = ["q7"]'))
    with pytest.raises(QuestionnaireError, match=r"pain\.toml, line \d+: the score `score` asks for `q7`"):
        read_questionnaire(path)
    path.write_text(path.read_text().replace('licence = "Bought."\n', ""))
    with pytest.raises(QuestionnaireError, match="`licence` is missing"):
        read_questionnaire(path)
