"""Layer: words and drawings as pure functions, then the page in Streamlit's simulated browser."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from markupsafe import Markup
from streamlit.testing.v1 import AppTest

from formcheck.history.alignment import PhaseCurves, phase_positions
from formcheck.history.change import Verdict
from formcheck.history.comparison import Comparison, CurvePair, DatedSet, Kind, compare_legs, compare_sets
from formcheck.intake.guesses import RECORDED
from formcheck.pose.landmarks import BODY, Side
from formcheck.pose.types import PoseTrack
from formcheck.records.people import PersonDetails, add_person, get_person
from formcheck.records.records import Records
from formcheck.records.sets import NewSet, add_set, keep_track, keep_video, set_date
from formcheck.records.tables import ExerciseSet, Upload
from formcheck.report.plot_kit import value_range
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.web.access.service import records_service
from formcheck.web.pages.compare.page import curves_html, draw_pair, table_html, under_table, verdicts_html
from formcheck.web.shared.comparison_words import difference_text, headline, verdict_mark
from formcheck.web.shared.plot_parts import NARROW, WIDE
from tests.history.made_up import DAY, assessment, each_leg
from tests.records.kept import DONE_AT, OWNER, client_of, keep_set, measured
from tests.sample_tracks import sample_track

NAMES = ("1 Mar 2026", "1 Apr 2026")
_TIMEOUT_S = 240.0


def compared(first: float, second: float) -> Comparison:
    one, two = (assessment([each_leg("fppa_deg", value, 5)] * 3, exercise="step-down") for value in (first, second))
    return compare_sets(DatedSet(one, DAY), DatedSet(two, DAY + timedelta(days=30)))


def text_of(html: Markup) -> str:
    return " ".join(html.striptags().split())


def test_a_change_is_said_big_with_both_values_and_the_limit() -> None:
    html = verdicts_html(compared(24, 8), NAMES)
    assert "fc-verdict" in html
    assert "Changed: 16° less inward, nearer to what is good." in text_of(html)
    assert "24 ± 2°" in text_of(html)
    assert "−16 ± 3°" in text_of(html)
    assert "Counts past 9°" in text_of(html)


def test_no_change_is_said_as_big() -> None:
    html = verdicts_html(compared(10, 5), NAMES)
    assert "No detectable change" in text_of(html)
    assert "Changed" not in text_of(html)


def test_a_change_and_its_change_from_stance_are_one_card() -> None:
    one, two = (
        assessment([each_leg("fppa_deg", value, None) | each_leg("fppa_change_deg", value, None)] * 3)
        for value in (24.0, 4.0)
    )
    comparison = compare_sets(DatedSet(one, DAY), DatedSet(two, DAY + timedelta(days=9)))
    assert len(comparison.changed) == 2
    assert verdicts_html(comparison, NAMES).count("<li") == 1


def test_the_table_says_once_what_holds_for_every_row() -> None:
    comparison = compared(10, 9)
    assert len(comparison.rows) > 1
    table, under = text_of(table_html(comparison, NAMES)), " ".join(under_table(comparison))
    assert table.count("No detectable change.") == len(comparison.rows)
    assert table.count("Counts past") == len(comparison.rows)
    assert "measuring again" not in table
    assert under.count("measuring again may give as large a one") == 1
    for row in comparison.rows:
        assert row.change.threshold is not None
        assert row.change.threshold.why not in table
        assert under.count(row.change.threshold.why) == 1


def test_two_reasons_of_limits_are_told_apart_under_the_table() -> None:
    found = measured("wall_squat_front")
    comparison = compare_sets(DatedSet(found, DAY), DatedSet(found, DAY + timedelta(days=30)))
    whys = list(dict.fromkeys(row.change.threshold.why for row in comparison.rows if row.change.threshold))
    under = under_table(comparison)
    assert len(whys) > 1
    assert f"(a) Limit: {whys[0]}." in under
    assert f"(b) Limit: {whys[1]}." in under
    table = text_of(table_html(comparison, NAMES))
    assert "(a)." in table
    assert "(b)." in table


def test_why_no_row_can_be_compared_is_said_once() -> None:
    one = assessment([each_leg("fppa_deg", 10.0, 5)] * 3, exercise="step-down")
    two = assessment([each_leg("fppa_deg", 10.0, 5)] * 3, exercise="wall-squat")
    comparison = compare_sets(DatedSet(one, DAY), DatedSet(two, DAY + timedelta(days=30)))
    assert len(comparison.rows) > 1
    table = text_of(table_html(comparison, NAMES)).lower()
    assert table.count("not comparable.") == len(comparison.rows)
    assert "the exercises are not the same" not in table
    assert " ".join(under_table(comparison)).count("the exercises are not the same") == 1


def test_every_measure_has_its_verdict_in_words_in_the_table() -> None:
    html = text_of(table_html(compared(24, 8), NAMES))
    assert html.count("Changed: 16° less inward, nearer to what is good.") == 1
    assert html.count("No detectable change") == 1


def test_names_cannot_write_markup() -> None:
    comparison = compared(24, 8)
    names = ("<script>", "</table>")
    for html in (
        verdicts_html(comparison, names),
        table_html(comparison, names),
        curves_html((), names, Kind.LEFT_RIGHT),
    ):
        assert "<script>" not in html
        assert "&lt;script&gt;" in html.lower()


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("kind", Kind)
def test_each_verdict_has_a_sign_and_a_style(verdict: Verdict, kind: Kind) -> None:
    said = verdict_mark(verdict, kind)
    assert said.sign
    assert said.style


@pytest.mark.parametrize("values", [(24, 8), (8, 24), (5, 6), (-20, -5)])
def test_two_legs_are_never_said_to_have_changed(values: tuple[float, float]) -> None:
    left, right = (
        assessment([each_leg("fppa_deg", *each)] * 3, exercise="step-down", leg=leg)
        for leg, each in (("left", (values[0], None)), ("right", (None, values[1])))
    )
    for row in compare_legs(DatedSet(left, DAY), DatedSet(right, DAY)).rows:
        assert "hange" not in row.words


def test_a_difference_shows_its_sign() -> None:
    changes = [compared(5, value).rows[0] for value in (12, 5, 1)]
    assert [difference_text(row.measure, row.change)[0] for row in changes] == ["+", "0", "−"]


def test_sets_that_cannot_be_compared_are_said_to_be_so() -> None:
    other = assessment([each_leg("fppa_deg", 5, 5)] * 3, exercise="squat")
    one = assessment([each_leg("fppa_deg", 5, 5)] * 3)
    words, why = headline(compare_sets(DatedSet(one, DAY), DatedSet(other, DAY)))
    assert words == "Not comparable"
    assert "exercises are not the same" in why


def test_legs_are_different_and_not_changed() -> None:
    left, right = (
        assessment([each_leg("fppa_deg", *values)] * 3, exercise="step-down", leg=leg)
        for leg, values in (("left", (24.0, None)), ("right", (None, 4.0)))
    )
    html = verdicts_html(compare_legs(DatedSet(left, DAY), DatedSet(right, DAY)), ("left leg", "right leg"))
    assert "Different: right 20° less inward, and good." in text_of(html)
    assert "hanged" not in text_of(html)


def pair(*, gap: bool = False, limit: float | None = 9.0) -> CurvePair:
    position = phase_positions()
    values = np.stack([10 * np.sin(position), 11 * np.sin(position)])
    if gap:
        values[:, 40:60] = np.nan
    curves = PhaseCurves("fppa_deg", "left", position, values, (1, 2))
    return CurvePair("fppa_deg", "left", curves, replace(curves, values=values + 3), limit)


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("gap", [False, True])
@pytest.mark.parametrize("limit", [None, 9.0])
def test_curves_are_drawn_whole_with_gaps_left_open(size: tuple[int, int], gap: bool, limit: float | None) -> None:
    svg = ElementTree.fromstring(str(draw_pair(pair(gap=gap, limit=limit), size, "label")))
    assert "nan" not in ElementTree.tostring(svg, encoding="unicode")
    lines = {each.get("class"): each.get("d", "") for each in svg.iter("path") if "line" in each.get("class", "")}
    assert set(lines) == {"line one", "line two"}
    assert all(d.count("M") == (2 if gap else 1) for d in lines.values())
    bands = [each for each in svg.iter("path") if each.get("class") == "limit"]
    assert bool(bands) is (limit is not None)


def test_both_lines_differ_in_more_than_colour() -> None:
    style = (resources.files("formcheck.web.shared") / "plots.css").read_text(encoding="utf-8")
    rule = next(line for line in style.splitlines() if ".line.two" in line)
    assert "stroke-dasharray" in rule


def test_html_for_markdown_is_on_one_line() -> None:
    comparison = compared(24, 8)
    for html in (
        verdicts_html(comparison, NAMES),
        table_html(comparison, NAMES),
        curves_html((pair(),), NAMES, Kind.BEFORE_AFTER),
    ):
        assert "\n" not in html


@pytest.mark.parametrize("values", [[], [float("nan")], [5.0], [5.0, 5.1], [-40.0, 60.0]])
def test_there_is_always_room_to_draw(values: list[float]) -> None:
    low, high = value_range(values, 10.0)
    assert high - low >= 10.0
    assert all(low < value < high for value in values if np.isfinite(value))


# The page -------------------------------------------------------------------------------------------------------


def _page() -> None:
    from formcheck.web.pages.compare import page as compare

    compare.page()


def opened(**query: str) -> AppTest:
    test = AppTest.from_function(_page, default_timeout=_TIMEOUT_S)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def words(test: AppTest) -> str:
    boxes = [*test.markdown, *test.caption, *test.info, *test.error, *test.title, *test.header]
    return " ".join(Markup(" ".join(str(each.value) for each in boxes)).striptags().replace("\\", "").split())


@pytest.fixture
def records() -> Records:
    return records_service()


@pytest.fixture
def ann(records: Records) -> str:
    with records.writing(OWNER) as work:
        return add_person(work, PersonDetails("Ann <b>", symptom_side="left")).id


def knee_moved(track: PoseTrack, side: Side, by_px: float) -> PoseTrack:
    """Return a track in which a knee lies elsewhere while it is bent: medial of the person's left for negative."""
    image = track.image_px.copy()
    hips = image[:, BODY[side].hip, 1]
    low = np.nanpercentile(hips, 10)
    depth = np.clip((hips - low) / (np.nanmax(hips) - low), 0.0, 1.0)
    image[:, BODY[side].knee, 0] += by_px * depth
    return replace(track, image_px=image)


def keep(records: Records, person_id: str, track: PoseTrack, days: float, exercise: str = "step-down") -> ExerciseSet:
    new = NewSet(
        measured_as=SetRequest(exercise),
        assessment=assess(track, SetRequest(exercise)),
        track=keep_track(records.files, track),
        origin="upload",
        name="set.mp4",
        done_at=DONE_AT + timedelta(days=days),
        person_id=person_id,
    )
    with records.writing(OWNER) as work:
        return add_set(work, new)


def test_without_people_it_says_where_to_begin() -> None:
    assert "Nobody is here yet" in words(opened())


@pytest.mark.usefixtures("ann")
def test_of_several_people_nothing_is_compared_until_somebody_is_chosen(records: Records) -> None:
    with records.writing(OWNER) as work:
        add_person(work, PersonDetails("Ben"))
    test = opened()
    assert test.selectbox(key="compare-person").value is None
    assert "fc-verdict" not in words(test)


def test_the_page_opens_on_the_newest_pair_that_can_be_compared(records: Records, ann: str) -> None:
    first = keep_set(records, ann, "wall_squat_front", actor=OWNER)
    second = keep_set(records, ann, "wall_squat_front", actor=OWNER, done_at=DONE_AT + timedelta(days=9))
    keep_set(records, ann, "wall_squat_side", actor=OWNER, done_at=DONE_AT + timedelta(days=10))
    # The newest exercise of all has one set alone.
    keep_set(records, ann, "step_down_front_valgus", actor=OWNER, done_at=DONE_AT + timedelta(days=11))
    test = opened()
    assert (test.query_params["first"], test.query_params["second"]) == (first.id, second.id)
    assert "Not comparable" not in words(test).partition("Every measure")[0]


def test_a_single_set_of_both_legs_opens_on_left_and_right(records: Records, ann: str) -> None:
    keep_set(records, ann, "wall_squat_front", actor=OWNER)
    test = opened(person=ann)
    assert test.query_params["compare"] == "legs"
    assert "No detectable difference" in words(test)


def test_two_sets_are_shown_in_step_and_drawn_where_no_video_was_kept(records: Records, ann: str) -> None:
    for day in (0, 9):
        keep_set(records, ann, "wall_squat_front", actor=OWNER, done_at=DONE_AT + timedelta(days=day))
    (part,) = [
        each.proto
        for each in opened(person=ann).get("bidi_component")
        if each.proto.component_name == "formcheck_side_by_side"
    ]
    data = json.loads(part.json)
    assert [side["name"] for side in data["sides"]] != ["", ""]
    for side in data["sides"]:
        assert side["video_url"] is None
        assert len(side["figures"]) == len(side["reps"]) > 0
        assert all(edges == sorted(edges) for edges in side["reps"])
        left, top, width, height = side["box"]
        joints = [joint for rep in side["figures"] for moment in rep for joint in moment if joint is not None]
        assert all(left <= x <= left + width and top <= y <= top + height for x, y in joints)


def test_one_set_is_not_enough(records: Records, ann: str) -> None:
    keep_set(records, ann, actor=OWNER)
    shown = opened(person=ann)
    assert "It takes two sets" in words(shown)
    assert "Add a video" in words(shown)


def test_a_kept_video_that_cannot_be_read_is_named_without_its_file(records: Records, ann: str, tmp_path: Path) -> None:
    broken = tmp_path / "set.mp4"
    broken.write_bytes(b"no video")
    video = keep_video(records.files, broken, ".mp4")
    for day in (0, 9):
        done_at = DONE_AT + timedelta(days=day)
        keep_set(records, ann, "wall_squat_front", actor=OWNER, done_at=done_at, video=video if day else None)
    shown = words(opened(person=ann))
    assert "the video that was kept cannot be read, so there is no picture" in shown
    assert f"{video.sha256}.mp4" not in shown


def test_the_same_set_twice_shows_no_detectable_change(records: Records, ann: str) -> None:
    keep_set(records, ann, actor=OWNER)
    keep_set(records, ann, actor=OWNER, done_at=DONE_AT + timedelta(days=30))
    test = opened(person=ann)
    assert "No detectable change" in words(test)
    assert "A rep, phase by phase" in words(test)
    assert any("<svg" in str(each.value) for each in test.markdown)
    assert "so there is no picture" in words(test)


def test_a_knee_that_falls_in_further_is_a_change_for_the_worse(records: Records, ann: str) -> None:
    track = sample_track("step_down_front_valgus")
    keep(records, ann, track, 0)
    keep(records, ann, knee_moved(track, Side.LEFT, -45.0), 30)
    shown = words(opened(person=ann))
    assert "further inward, further from what is good." in shown
    assert "Changed for the better Knee" not in shown


@pytest.mark.parametrize(("reason", "guessed"), [("the date of the file", True), (RECORDED, False)])
def test_sets_whose_day_is_guessed_are_not_taken_for_one_session(
    records: Records, ann: str, reason: str, guessed: bool
) -> None:
    keep_set(records, ann, actor=OWNER)
    row = keep_set(records, ann, actor=OWNER, done_at=DONE_AT + timedelta(hours=1))
    with records.writing(OWNER) as work:
        work.session.add(
            Upload(
                state="done",
                name="set.mp4",
                size=1,
                wishes={},
                guesses={"done_at": {"value": row.done_at.isoformat(), "reason": reason}},
                set_id=row.id,
                created_by=OWNER.name,
                created_by_id=OWNER.id,
                created_at=work.now,
                updated_at=work.now,
            )
        )
    assert ("guessed from its file" in words(opened(person=ann))) is guessed
    with records.writing(OWNER) as work:
        set_date(work, row.id, DONE_AT + timedelta(minutes=30))
    assert "guessed from its file" not in words(opened(person=ann))


def test_exchanging_the_sets_in_the_address_changes_nothing_since_the_earlier_comes_first(
    records: Records, ann: str
) -> None:
    ids = [keep(records, ann, sample_track("step_down_front_valgus"), day).id for day in (0, 30)]
    forth, back = (words(opened(person=ann, first=a, second=b)) for a, b in (ids, ids[::-1]))
    assert forth == back


def test_sets_of_another_side_share_their_tempo_only(records: Records, ann: str) -> None:
    first = keep_set(records, ann, "wall_squat_front", actor=OWNER)
    second = keep_set(records, ann, "wall_squat_side", actor=OWNER, done_at=DONE_AT + timedelta(days=1))
    shown = words(opened(person=ann, first=first.id, second=second.id))
    assert "Not comparable" in shown
    assert shown.index("Not comparable") < shown.index("The camera stood on another side") < shown.index("Side by side")
    assert "No detectable change No change is larger" not in shown
    assert "A rep, phase by phase" not in shown


def test_legs_of_one_set_are_compared(records: Records, ann: str) -> None:
    keep_set(records, ann, "wall_squat_front", actor=OWNER)
    shown = words(opened(person=ann, compare="legs"))
    assert "No detectable difference" in shown
    assert "Left leg" in shown


def test_a_leg_that_no_set_shows_is_named(records: Records, ann: str) -> None:
    keep_set(records, ann, "step_down_front_valgus", actor=OWNER)
    assert "No set of this exercise shows the right leg" in words(opened(person=ann, compare="legs"))


def test_sets_of_another_person_in_the_address_are_not_taken(records: Records, ann: str) -> None:
    with records.writing(OWNER) as work:
        other = add_person(work, PersonDetails("Ben")).id
    theirs = keep_set(records, other, actor=OWNER)
    own = [keep_set(records, ann, actor=OWNER, done_at=DONE_AT + timedelta(days=day)) for day in (0, 9)]
    test = opened(person=ann, first=theirs.id, second=theirs.id)
    assert test.query_params["first"] == own[0].id
    assert test.query_params["second"] == own[1].id


def test_clients_do_not_see_the_page(records: Records, ann: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_set(records, ann, actor=OWNER)
    with records.reading(OWNER) as work:
        client = client_of(get_person(work, ann))
    monkeypatch.setattr("formcheck.web.access.guard.who_sees_page", lambda: client)
    test = opened(person=ann)
    assert not test.selectbox
    assert "fc-verdict" not in words(test)
