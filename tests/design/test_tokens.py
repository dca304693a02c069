"""Layer: pure functions. Colours that weak eyes can read, said once for browsers, documents and the app's theme."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from formcheck.design.palette import BAND_STYLES
from formcheck.design.tokens import DARK, LIGHT, PAPER, Tokens, custom_properties, shadow_properties, typst_constants

THEMES = {"light": LIGHT, "dark": DARK, "paper": PAPER}
LEVELS = [level.replace("_", "-") for level in BAND_STYLES]
CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"


@pytest.fixture(params=list(THEMES))
def theme(request: pytest.FixtureRequest) -> Tokens:
    return THEMES[request.param]


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_contrast_that_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_themes_have_the_same_roles() -> None:
    assert set(LIGHT) == set(DARK) == set(PAPER)


def test_text_can_be_read_by_weak_eyes(theme: Tokens) -> None:
    grounds = ("page", "panel", "sunken")
    pairs = [(ink, ground) for ink in ("ink", "quiet", "link") for ground in grounds]
    pairs += [(f"{level}-word", ground) for level in LEVELS for ground in (*grounds, f"{level}-tint")]
    pairs += [(f"{level}-on", level) for level in LEVELS] + [
        ("accent-on", "accent"),
        ("link", "accent-tint"),
        ("link-on", "link"),
    ]
    pairs += [("ink", f"{level}-tint") for level in LEVELS] + [("ink", "phase"), ("ink", "phase-hold")]
    assert {pair: ratio for pair in pairs if (ratio := contrast(theme[pair[0]], theme[pair[1]])) < 4.5} == {}


def test_lines_and_edges_stand_out_from_their_grounds(theme: Tokens) -> None:
    grounds = ["page", *(f"{level}-tint" for level in LEVELS)]
    pairs = [(leg, ground) for leg in ("left", "right") for ground in grounds] + [("edge", "panel"), ("edge", "page")]
    assert {pair: ratio for pair in pairs if (ratio := contrast(theme[pair[0]], theme[pair[1]])) < 3} == {}


def test_levels_are_told_apart_without_colours() -> None:
    assert len({style.sign for style in BAND_STYLES.values()}) == len(BAND_STYLES)
    assert len({style.word for style in BAND_STYLES.values()}) == len(BAND_STYLES)


def test_browsers_get_every_role_in_both_themes() -> None:
    css = custom_properties()
    for name in LIGHT:
        assert f"--fc-{name}: {LIGHT[name]};" in css
        assert f"--fc-{name}: light-dark({LIGHT[name]}, {DARK[name]});" in css
    assert all(f"--fc-{name}: {DARK[name]};" in shadow_properties() for name in DARK)
    assert re.search(r"url\(|@import|https?:", css) is None


def test_documents_get_every_colour() -> None:
    assert typst_constants().count("rgb(") == len(PAPER)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_theme_of_the_app_is_the_same(name: str) -> None:
    config = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"][name]
    tokens = THEMES[name]
    roles = {"primaryColor": "accent", "backgroundColor": "page", "secondaryBackgroundColor": "sunken"}
    roles |= {"textColor": "ink", "linkColor": "link", "blueBackgroundColor": "accent-tint"}
    for colour, level in (("green", "good"), ("yellow", "caution"), ("red", "fault")):
        roles |= {f"{colour}TextColor": f"{level}-word", f"{colour}BackgroundColor": f"{level}-tint"}
    assert {key: config[key] for key in roles} == {key: tokens[role] for key, role in roles.items()}


@pytest.mark.parametrize("client", ["live", "player", "remote", "phone"])
def test_pages_of_clients_have_no_colour_of_their_own(client: str) -> None:
    literal = re.compile(r"(?<![\w&])#(?:[0-9a-fA-F]{3,4}){1,2}\b(?!\()|\b(?:rgba?|hsla?)\(")
    folder = CONFIG.parents[1] / "formcheck" / "web" / client / "client"
    made = {"tokens.css", "colours.js"}
    files = [each for ending in ("css", "js", "html") for each in folder.glob(f"*.{ending}") if each.name not in made]
    assert files
    found = {
        f"{each.name}: {line.strip()}"
        for each in files
        for line in each.read_text(encoding="utf-8").splitlines()
        if literal.search(line) and "this.#" not in line and not line.lstrip().startswith(("#", "async #"))
    }
    assert found == set()
