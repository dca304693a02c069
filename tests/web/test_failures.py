"""Layer: a page that fails, in Streamlit's simulated browser."""

from __future__ import annotations

import logging

import pytest
from streamlit.testing.v1 import AppTest


def _broken() -> None:
    from formcheck.web.server.failures import show_failure

    assert show_failure(ZeroDivisionError("division by zero in some file"))


def test_a_page_that_fails_says_so_in_a_sentence_and_logs_the_cause(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        test = AppTest.from_function(_broken, default_timeout=240).run()
    (said,) = [each.value for each in test.error]
    assert "Reload it" in said
    assert "division" not in said
    assert not test.exception
    assert any(record.exc_info and record.exc_info[0] is ZeroDivisionError for record in caplog.records)


def _away() -> None:
    from formcheck.records.access import RecordsError
    from formcheck.web.server.failures import show_failure

    assert show_failure(RecordsError("The database cannot be reached.", "Check that it runs."))


def test_what_can_be_foreseen_is_logged_in_a_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        AppTest.from_function(_away, default_timeout=240).run()
    [record] = [each for each in caplog.records if each.name == "formcheck.web.server.failures"]
    assert "cannot be reached" in record.getMessage()
    assert record.exc_info is None
