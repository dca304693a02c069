"""Layer: files and pure. What is said of pictures is one text wherever it stands, with the numbers of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from formcheck.web.live.landmarks import LandmarkFrame
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.messages import BrowserEstimator
from formcheck.web.pages.guidance.topics import privacy_texts, topic_named
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


SENT = {
    LandmarkFrame: {
        "t_ms": "joints over time",
        "luma": "how bright each picture is",
        "people": "how many people are in view",
        "repeats": "whether it repeats the one before",
        "found": "where your joints are and which of them are covered",
        "mirror": "where your joints are",  # in the mirror image of the same picture
    },
    BrowserEstimator: {
        **dict.fromkeys(
            ("package", "version", "wasm_sha256", "model", "model_sha256", "delegate", "balanced"),
            "what finds the joints in it",
        ),
        "user_agent": "the name of your browser",
        "self_test": "how well and how fast that did when it tried itself out",
    },
}


def test_all_that_a_browser_sends_of_a_set_of_landmarks_is_named() -> None:
    said = " ".join(privacy_texts())
    assert set(LandmarkFrame._fields) == set(SENT[LandmarkFrame])
    assert set(BrowserEstimator.model_fields) == set(SENT[BrowserEstimator])
    for words in SENT.values():
        assert [each for each in words.values() if each not in said] == []


@pytest.mark.parametrize("what", ["on no disk unless you keep the video", "may change during a set", "remote session"])
def test_no_promise_is_greater_than_what_is_done(what: str) -> None:
    assert what in " ".join(privacy_texts())
