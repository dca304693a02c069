"""Layer: keeping a live set in the records, in Streamlit's simulated browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.records.records import Records
from formcheck.records.reviewing import reviewed_set
from formcheck.records.sets import list_sets
from formcheck.records.settings import RecordsSettings
from formcheck.report.document import assessment_document
from tests.records.kept import CLINICIAN, add_somebody, client_of


def _offer() -> None:
    import streamlit as st

    from formcheck.web.pages.check.page import offer_to_keep
    from tests.web.finished import finished_sample

    offer_to_keep(finished_sample("wall_squat_front"), 1, st.session_state.get("after"))


def test_a_client_keeps_a_live_set_with_its_pain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    records = Records(RecordsSettings(home=tmp_path))
    ann = add_somebody(records)
    monkeypatch.setattr("formcheck.web.pages.check.page.current_actor", lambda: client_of(ann))
    monkeypatch.setattr("formcheck.web.pages.check.page.records_service", lambda: records)
    test = AppTest.from_function(_offer, default_timeout=240).run()
    test.button(key="keep-set-yes").click().run()
    test.session_state["after"] = 3
    test.run()
    assert not test.exception
    with records.reading(CLINICIAN) as work:
        (row,) = list_sets(work, ann.id)
        again = reviewed_set(work, row.id)
    assert (row.origin, row.pain_before, row.pain_after) == ("live", 1, 3)
    assert row.remarks == ["The light was low."]
    assert assessment_document(again.automatic) == row.automatic
    records.close()


def test_a_set_done_by_a_persons_link_is_in_their_records_without_a_question(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    records = Records(RecordsSettings(home=tmp_path))
    ann, _ = add_somebody(records), add_somebody(records, "Beth")
    monkeypatch.setattr("formcheck.web.pages.check.page.current_actor", lambda: CLINICIAN)
    monkeypatch.setattr("formcheck.web.pages.check.page.records_service", lambda: records)
    test = AppTest.from_function(_offer, default_timeout=240)
    test.session_state["live_sets_linked_person"] = ann.id
    test.run().run()
    assert not test.exception
    assert not test.selectbox
    with records.reading(CLINICIAN) as work:
        assert len(list_sets(work, ann.id)) == 1
    records.close()
