"""Layer: data. The theme: only this computer, nobody is told, nothing from elsewhere, and every text can be read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from streamlit import config

CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
THEMES = ("light", "dark")
FADED = 0.6
"""Streamlit writes captions and place-holders in the text colour, this much of it over the ground."""


@pytest.fixture
def options() -> dict[str, Any]:
    return tomllib.loads(CONFIG.read_text(encoding="utf-8"))


def rgb(colour: str) -> tuple[float, float, float]:
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)


def luminance(colour: tuple[float, float, float]) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: tuple[float, float, float], b: tuple[float, float, float]) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast((0, 0, 0), (1, 1, 1)) == pytest.approx(21.0)


@pytest.mark.parametrize("name", THEMES)
def test_texts_stand_out_from_their_grounds(options: dict[str, Any], name: str) -> None:
    theme = options["theme"][name]
    grounds = [rgb(theme["backgroundColor"]), rgb(theme["secondaryBackgroundColor"])]
    for ground in grounds:
        assert contrast(rgb(theme["textColor"]), ground) >= 7.0
        assert contrast(rgb(theme["linkColor"]), ground) >= 4.5
    for colour in ("green", "yellow", "orange", "red", "blue"):
        assert contrast(rgb(theme[f"{colour}TextColor"]), rgb(theme[f"{colour}BackgroundColor"])) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_faded_texts_can_still_be_read(options: dict[str, Any], name: str) -> None:
    theme = options["theme"][name]
    text, ground = rgb(theme["textColor"]), rgb(theme["backgroundColor"])
    r, g, b = (FADED * t + (1 - FADED) * under for t, under in zip(text, ground, strict=True))
    assert contrast((r, g, b), ground) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_white_can_be_read_on_buttons_and_buttons_be_seen(options: dict[str, Any], name: str) -> None:
    theme = options["theme"][name]
    assert contrast((1, 1, 1), rgb(theme["primaryColor"])) >= 4.5
    assert contrast(rgb(theme["primaryColor"]), rgb(theme["backgroundColor"])) >= 3.0


def test_only_this_computer_is_served_and_nobody_is_told(options: dict[str, Any]) -> None:
    assert options["server"]["address"] == "127.0.0.1"
    assert options["browser"]["gatherUsageStats"] is False


def test_nothing_comes_from_another_host() -> None:
    text = CONFIG.read_text(encoding="utf-8")
    assert "http" not in text
    assert "fontFaces" not in text


def test_streamlit_knows_every_option(options: dict[str, Any]) -> None:
    def names(table: dict[str, Any], prefix: str) -> list[str]:
        found = []
        for key, value in table.items():
            name = f"{prefix}.{key}" if prefix else key
            found += names(value, name) if isinstance(value, dict) else [name]
        return found

    known = set(config.get_config_options())
    assert [name for name in names(options, "") if name not in known] == []
