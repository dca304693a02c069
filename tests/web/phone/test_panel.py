"""Layer: the part of pages that shows the code, in Streamlit's simulated browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.web.phone.handovers import phone_service
from formcheck.web.phone.place import listening

_TIMEOUT_S = 120.0


def _panel() -> None:
    import streamlit as st

    from formcheck.intake.wishes import Wishes
    from formcheck.session.request import SetRequest
    from formcheck.web.access.guard import require_actor
    from formcheck.web.phone.handovers import Errand
    from formcheck.web.phone.panel import show_phone_camera

    exercise = st.text_input("Exercise", "wall-squat")
    actor = require_actor()
    show_phone_camera(lambda: Errand(actor, None, Wishes(SetRequest(exercise)), exercise, "*Ada*"), key="panel")


@pytest.fixture(autouse=True)
def _own_records(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FORMCHECK_HOME", str(tmp_path))
    monkeypatch.delenv("FORMCHECK_PUBLIC_URL", raising=False)


def shown_code(page: AppTest) -> tuple[str, str]:
    id_and_code = page.session_state["phone_codes"]["panel"]
    assert isinstance(id_and_code, tuple)
    return id_and_code


def test_without_an_address_it_says_how_to_get_one() -> None:
    page = AppTest.from_function(_panel, default_timeout=_TIMEOUT_S).run()
    assert "formcheck app --phone" in page.markdown[0].value
    assert not page.button


def test_a_code_is_for_the_set_as_it_is_chosen_and_is_gone_when_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening(), "address", "http://192.168.1.20:8510")
    page = AppTest.from_function(_panel, default_timeout=_TIMEOUT_S).run()
    page.button(key="panel-show").click().run()
    assert not page.exception
    first, code = shown_code(page)
    said = " ".join(each.value for each in page.markdown)
    assert "<svg" in said
    assert r"\*Ada\*" in said
    assert "The phone goes to 192.168.1.20:8510." in page.caption[-1].value.replace("\\", "")
    page.text_input[0].set_value("step-down").run()
    second, _ = shown_code(page)
    assert phone_service().find(first) is None
    made = phone_service().find(second)
    assert made is not None
    assert made.errand.wishes.request.exercise == "step-down"
    _, code = shown_code(page)
    phone_service().claim(code, "k" * 43)
    page.run()
    assert any("Your phone is connected" in each.value for each in page.markdown)
    assert not any("<svg" in each.value for each in page.markdown)
    # The set of a phone that is at it stays what it was.
    page.text_input[0].set_value("squat").run()
    assert shown_code(page)[0] == second
    page.button(key="panel-close").click().run()
    assert phone_service().find(second) is None
    assert [each.key for each in page.button] == ["panel-show"]
