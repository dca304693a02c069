"""Layer: what the page tells the camera view of the measures, in process."""

from __future__ import annotations

from formcheck.session.live_motion import ALL_SHOWN
from formcheck.web.live.camera_view import shown_measures


def test_the_camera_view_is_told_what_the_server_shows() -> None:
    shown = shown_measures()
    assert {each["name"] for each in shown} == set(ALL_SHOWN)
    assert [(each["name"], each["label"], each["unit"], each["sides"], each["view"]) for each in shown] == [
        ("knee_flexion_deg", "Knee bend", "°", ["left", "right"], "side"),
        ("fppa_deg", "Knee alignment (FPPA)", "°", ["left", "right"], "front"),
        ("kmf_change_pct", "Knee moved inward", " %", ["left", "right"], "front"),
        ("trunk_lean_deg", "Trunk sideways", "°", ["both"], "front"),
        ("trunk_flexion_deg", "Trunk forward", "°", ["both"], "side"),
    ]


def test_the_gauges_find_a_measure_of_the_knee_in_each_view() -> None:
    of_knee = [(each["view"], each["name"]) for each in shown_measures() if each["sides"] == ["left", "right"]]
    assert of_knee[:2] == [("side", "knee_flexion_deg"), ("front", "fppa_deg")]
