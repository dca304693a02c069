"""Layer: a page in Streamlit's simulated browser. The components on it, as one block of HTML."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from formcheck.design.components import badge
from formcheck.design.drawings import Drawing


def _design() -> None:
    from formcheck.web.pages.design import page as design

    design.page()


def test_every_component_is_shown_in_both_themes() -> None:
    test = AppTest.from_function(_design, default_timeout=240).run()
    assert not test.exception
    (shown,) = test.markdown
    assert shown.value.startswith("<div><div")
    assert "\n" not in shown.value
    assert shown.value.count(badge("not_measured")) >= 2
    assert all(shown.value.count(drawing.svg) == 2 for drawing in Drawing)
