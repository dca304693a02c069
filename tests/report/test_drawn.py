"""Layer: pictures and files. What was drawn in the player, in every document that shows it."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import referencing

from formcheck.report.document import assessment_schema
from formcheck.report.document_kinds import DocumentKind
from formcheck.report.documents import review_document, review_schema, write_document
from formcheck.report.drawn import drawn_frames, of_frames, with_drawings
from formcheck.report.overlay import Overlay
from formcheck.report.render import render_overlay
from formcheck.session.assessment import Assessment
from formcheck.session.drawings import Annotation, Drawing, DrawingKind
from formcheck.session.within import Within, narrowed
from formcheck.video.reader import open_video

from .reviews import DETAILS, as_measured, text_of
from .test_overlay import grey, has

Filmed = tuple[Assessment, Path]
MADE_AT = datetime(2026, 3, 4, 14, 5, tzinfo=UTC)
PAINT = (255, 225, 77)
LEFT_OUT = (250, 3, 200)


def annotation(kind: DrawingKind, t_s: float, *points: tuple[float, float], text: str = "") -> Annotation:
    return Annotation(f"{kind}{t_s}", Drawing(kind, t_s, points, text), "Dr Rivera", MADE_AT)


def three(t_s: float) -> tuple[Annotation, ...]:
    return (
        annotation(DrawingKind.ANGLE, t_s, (300.0, 100.0), (300.0, 300.0), (500.0, 300.0)),
        annotation(DrawingKind.LINE, t_s, (100.0, 100.0), (200.0, 200.0)),
        annotation(DrawingKind.TEXT, t_s, (50.0, 400.0), text="Heel lifts"),
    )


def test_what_a_drawing_says_is_what_the_player_writes() -> None:
    assert [each.drawing.caption for each in three(1.0)] == ["90°", "45° off upright", "Heel lifts"]
    nothing = annotation(DrawingKind.ANGLE, 1.0, (1.0, 1.0), (1.0, 1.0), (2.0, 2.0))
    assert nothing.drawing.caption == ""
    assert nothing.document()["angle_deg"] is None


def test_it_is_drawn_where_it_was_drawn(front_set: Assessment) -> None:
    overlay = Overlay(front_set)
    plain, drawn = overlay.draw(grey(1.0)), with_drawings(overlay, overlay.draw(grey(1.0)), three(1.0))
    assert not has(plain, PAINT)
    for point in ((300.0, 100.0), (300.0, 300.0), (150.0, 150.0)):
        x, y = np.rint(overlay.placed(np.array([point]))[0]).astype(int)
        assert tuple(drawn[y, x]) == PAINT
    assert (plain[overlay.picture_height :] == drawn[overlay.picture_height :]).all()


def test_what_a_drawing_says_covers_no_measure(front_set: Assessment) -> None:
    overlay = Overlay(front_set)
    boxes = overlay.plates_at(1.0)
    assert len(boxes) == 2
    plain = overlay.draw(grey(1.0))
    for box in boxes:
        # The caption would stand to the right of the angle's corner: where the measure is.
        corner = np.array([box.left - 15.0, (box.top + box.bottom) / 2])
        ends = corner + np.array([[-40.0, -60.0], [0.0, 0.0], [-60.0, 40.0]])
        to_source = 100.0 / (overlay.placed(np.array([[100.0, 100.0]])) - overlay.placed(np.zeros((1, 2))))
        points = [(float(x), float(y)) for x, y in (ends - overlay.placed(np.zeros((1, 2)))) * to_source]
        said = annotation(DrawingKind.ANGLE, 1.0, *points)
        drawn = with_drawings(
            overlay, overlay.draw(grey(1.0)), (said, annotation(DrawingKind.TEXT, 1.0, points[1], text="Heel"))
        )
        assert has(drawn, PAINT)
        where = slice(box.top, box.bottom), slice(box.left, box.right)
        assert (plain[where] == drawn[where]).all()


def test_the_video_stands_still_where_something_is_drawn(filmed_set: Filmed, tmp_path: Path) -> None:
    assessment, video = filmed_set
    render_overlay(video, assessment, tmp_path / "plain.mp4")
    render_overlay(video, assessment, tmp_path / "drawn.mp4", drawings=three(1.0))
    with open_video(tmp_path / "plain.mp4") as one, open_video(tmp_path / "drawn.mp4") as other:
        plain, drawn = [frame.t_s for frame in one], [frame.t_s for frame in other]
    assert drawn[-1] - plain[-1] == pytest.approx(2.0, abs=0.01)
    assert len(drawn) - len(plain) == 9
    assert [at_s for at_s in drawn if at_s <= 1.0] == [at_s for at_s in plain if at_s <= 1.0]


def test_drawings_of_one_frame_are_one_picture_and_those_of_another_part_none(filmed_set: Filmed) -> None:
    assessment, video = filmed_set
    drawings = (*three(1.0), annotation(DrawingKind.TEXT, 500.0, (1.0, 1.0), text="elsewhere"))
    assert [[each.drawing.t_s for each in group] for group in of_frames(assessment, drawings)] == [[1.0] * 3]
    (frame,) = drawn_frames(video, assessment, drawings)
    assert frame.said == "angle 90°; 45° off upright; Heel lifts (Dr Rivera)"
    assert frame.frame.jpeg.startswith(b"\xff\xd8")


def test_documents_show_drawings_to_clinicians_and_programs(filmed_set: Filmed, tmp_path: Path) -> None:
    assessment, video = filmed_set
    reviewed = dataclasses.replace(as_measured(assessment), drawings=three(1.0))

    def written(kind: DocumentKind) -> bytes:
        path = tmp_path / kind.value
        write_document(kind, reviewed, DETAILS, path, generated_on="today", video_path=video)
        return path.read_bytes()

    assert "Drawn at 1.0 s: angle 90°; 45° off upright; Heel lifts (Dr Rivera)" in text_of(
        written(DocumentKind.CLINICAL_PDF)
    )
    html = written(DocumentKind.CLINICAL_HTML).decode()
    assert "Drawn at 1.0 s: angle 90°" in html
    drawings = json.loads(written(DocumentKind.REVIEW_JSON))["drawings"]
    assert [(each["kind"], each["t_s"], each["angle_deg"]) for each in drawings] == [
        ("angle", 1.0, 90.0),
        ("line", 1.0, 45.0),
        ("text", 1.0, None),
    ]
    assert "Heel lifts" not in written(DocumentKind.CLIENT_HTML).decode()


def test_the_document_of_a_review_with_drawings_keeps_to_its_schema(front_set: Assessment) -> None:
    document = review_document(dataclasses.replace(as_measured(front_set), drawings=three(1.0)), DETAILS)
    schemas = [(each["$id"], referencing.Resource.from_contents(each)) for each in (assessment_schema(),)]
    validator = jsonschema.Draft202012Validator(
        review_schema(), registry=referencing.Registry().with_resources(schemas)
    )
    validator.validate(document)


def test_the_picture_of_a_part_is_that_part(front_set: Assessment) -> None:
    source = front_set.track.source
    within = Within(None, None, source.width / 4, source.height / 4, source.width * 3 / 4, source.height)
    part = dataclasses.replace(front_set, track=narrowed(front_set.track, within), within=within)
    overlay, whole = Overlay(part), Overlay(front_set)
    assert overlay.width / overlay.picture_height == pytest.approx(0.5 / 0.75 * source.width / source.height, abs=0.01)
    corner = np.array([[source.width / 4, source.height / 4]])
    assert overlay.placed(corner).tolist() == [[0.0, 0.0]]
    frame = grey(1.0, source.width, source.height)
    frame.rgb[: source.height // 4] = LEFT_OUT
    picture = overlay.draw(frame)[: overlay.picture_height]
    assert not has(picture, LEFT_OUT)
    assert has(whole.draw(frame)[: whole.picture_height], LEFT_OUT)


def test_the_video_of_a_part_begins_with_it(filmed_set: Filmed, tmp_path: Path) -> None:
    assessment, video = filmed_set
    within = Within(1.0, 3.0)
    track = narrowed(assessment.track, within)
    inside = (assessment.track.t_s >= 1.0) & (assessment.track.t_s < 3.0)
    series = dataclasses.replace(
        assessment.series,
        t_s=track.t_s,
        per_leg={name: values[inside] for name, values in assessment.series.per_leg.items()},
        whole_body={name: values[inside] for name, values in assessment.series.whole_body.items()},
    )
    part = dataclasses.replace(
        assessment,
        track=track,
        series=series,
        phase=assessment.phase[inside],
        rep_of_frame=assessment.rep_of_frame[inside],
        within=within,
    )
    render_overlay(video, part, tmp_path / "part.mp4")
    with open_video(tmp_path / "part.mp4") as made:
        times_s = [frame.t_s for frame in made]
    assert times_s[0] == 0.0
    assert times_s[-1] == pytest.approx(2.0, abs=0.11)
