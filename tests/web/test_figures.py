"""Layer: pure functions. The drawings: well-formed, described, fit for light and dark pages, and of a whole person."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest

from tools.figures import side
from tools.figures.__main__ import FIGURES, ROOT
from tools.figures.body import SHANK_CM, THIGH_CM
from tools.figures.drawing import Drawing, Mark, Picture
from tools.figures.marks import verdict
from tools.figures.shapes import Node, Point, bent_joint, limb_path, polar, smooth_path

SVG = "{http://www.w3.org/2000/svg}"
NAMES = sorted(FIGURES)


def figure(name: str) -> Picture:
    return FIGURES[name]()


@pytest.mark.parametrize("name", NAMES)
def test_the_file_that_is_shown_is_what_is_drawn(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == f"{figure(name).svg}\n"


def test_every_drawing_of_the_program_is_drawn_here() -> None:
    folders = [ROOT / "exercises" / "catalogue", ROOT / "web" / "pages" / "guidance"]
    assert {each.relative_to(ROOT).as_posix() for folder in folders for each in folder.rglob("*.svg")} == set(FIGURES)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_valid_xml_with_a_title_for_those_who_do_not_see_it(name: str) -> None:
    picture = figure(name)
    root = ElementTree.fromstring(picture.svg)
    title = root.find(f"{SVG}title")
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert title is not None
    assert title.text == picture.title == root.get("aria-label")
    assert picture.title.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_refers_to_nothing_outside_itself(name: str) -> None:
    svg = figure(name).svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
    for word in ("href", "url(", "http", "<script", "<style", "<image", "<use", "@import", " on"):
        assert word not in svg.replace(figure(name).title, "")


@pytest.mark.parametrize("name", NAMES)
def test_lines_and_letters_take_the_colour_of_the_page(name: str) -> None:
    root = ElementTree.fromstring(figure(name).svg)
    words = list(root.iter(f"{SVG}text"))
    assert "currentColor" in figure(name).svg
    assert all(text.get("fill") == "currentColor" for text in words)


@pytest.mark.parametrize("name", NAMES)
def test_every_mark_lies_in_the_picture(name: str) -> None:
    root = ElementTree.fromstring(figure(name).svg)
    left, top, width, height = (float(number) for number in root.attrib["viewBox"].split())
    for text in root.iter(f"{SVG}text"):
        # A letter is about half as wide as the text is high.
        room = 0.56 * float(text.attrib["font-size"]) * len(text.text or "")
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[text.attrib["text-anchor"]]
        start = float(text.attrib["x"]) - share * room
        assert left <= start
        assert start + room <= left + width
        assert top <= float(text.attrib["y"]) <= top + height


@pytest.mark.parametrize("name", NAMES)
def test_no_coordinate_is_undefined(name: str) -> None:
    assert "nan" not in figure(name).svg.replace(figure(name).title, "")
    assert "inf" not in figure(name).svg.replace(figure(name).title, "")


def test_right_and_wrong_differ_by_more_than_colour() -> None:
    drawings = {}
    for mark in Mark:
        drawing = Drawing("A mark.", 0, 0, 100, 20)
        verdict(drawing, Point(10, 10), mark, mark.value)
        root = ElementTree.fromstring(drawing.finished().svg)
        drawings[mark] = [path.get("d") for path in root.iter(f"{SVG}path")]
    assert drawings[Mark.GOOD] != drawings[Mark.WRONG]


@pytest.mark.parametrize("knee_flexion_deg", [5.0, 45.0, 60.0, 90.0])
def test_the_drawn_knee_bends_as_far_as_asked(knee_flexion_deg: float) -> None:
    ankle = Point(16.5, -7.0)
    hip = side.hip_at(ankle, 10.5, knee_flexion_deg)
    knee = side.knee_of(hip, ankle)
    thigh = math.atan2(knee.x - hip.x, knee.y - hip.y)
    shank = math.atan2(ankle.x - knee.x, ankle.y - knee.y)
    assert math.degrees(thigh - shank) == pytest.approx(knee_flexion_deg, abs=0.1)


def test_the_knee_lies_in_front_of_the_leg_and_segments_keep_their_length() -> None:
    hip, ankle = Point(0.0, -80.0), Point(0.0, -7.0)
    knee = bent_joint(hip, ankle, THIGH_CM, SHANK_CM, forward=True)
    assert knee.x > 0
    assert math.dist(hip, knee) == pytest.approx(THIGH_CM)
    assert math.dist(knee, ankle) == pytest.approx(SHANK_CM)


def test_ends_too_far_apart_give_a_straight_limb() -> None:
    joint = bent_joint(Point(0.0, 0.0), Point(0.0, 200.0), 40.0, 40.0, forward=True)
    assert joint.y == pytest.approx(40.0, abs=0.1)
    assert abs(joint.x) < 1.0


def test_angles_of_a_limb_count_from_straight_down() -> None:
    assert polar(Point(0, 0), 0.0, 10.0) == pytest.approx((0.0, 10.0))
    assert polar(Point(0, 0), 90.0, 10.0) == pytest.approx((10.0, 0.0))


def test_outlines_are_closed() -> None:
    assert smooth_path([Point(0, 0), Point(10, 0), Point(5, 8)]).endswith("Z")
    assert limb_path([Node(Point(0, 0), 3.0), Node(Point(0, 20), 2.0)]).endswith("Z")


def test_a_limb_is_as_thick_as_its_nodes_say() -> None:
    path = limb_path([Node(Point(0, 0), 3.0), Node(Point(0, 20), 3.0)])
    numbers = [float(number) for number in path.strip("MZ").replace("L", " ").split()]
    assert max(numbers[0::2]) == pytest.approx(3.0, abs=0.2)
    assert min(numbers[0::2]) == pytest.approx(-3.0, abs=0.2)
