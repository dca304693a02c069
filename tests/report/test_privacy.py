"""Layer: files and pure. What is said of pictures is one text wherever it stands, with the numbers of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from formcheck.report.privacy import privacy_texts
from formcheck.web.live.limits import LiveLimits
from formcheck.web.pages.guidance.topics import topic_named
from formcheck.web.shared.addresses import PRIVACY_TOPIC

ROOT = Path(__file__).resolve().parents[2]
HOUR_S = 3600


@pytest.mark.parametrize("text", privacy_texts(), ids=lambda text: text[:30])
def test_the_readme_says_the_same(text: str) -> None:
    assert text in re.sub(r"\s+", " ", (ROOT / "README.md").read_text(encoding="utf-8"))


def test_the_guidance_says_it() -> None:
    topic = topic_named(PRIVACY_TOPIC)
    assert topic is not None
    assert set(privacy_texts()) == {item for block in topic.blocks for item in getattr(block, "items", ())}


def test_what_is_kept_is_kept_as_long_as_it_says() -> None:
    said = " ".join(privacy_texts())
    assert "for two hours at most" in said
    assert LiveLimits().finished_keep_s == 2 * HOUR_S
    store = (ROOT / "formcheck/web/live/client/device_store.js").read_text(encoding="utf-8")
    assert "after seven days" in said
    assert "KEPT_DAYS = 7;" in store
