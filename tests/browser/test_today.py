"""Layer: a real browser and the real server. A day of a programme is done by the keyboard to its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from formcheck.programme.plan import Item, Phase, Programme
from formcheck.records.access import owner
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.programmes import done_of, put_programme
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings

from .conftest import OpenPage, served
from .test_pages import KeepPicture
from .waiting import accept_safety, at_rest

_OWNER = owner("Owner")
_MOST_MS = 60_000.0


@dataclass(frozen=True)
class Place:
    """A server, its records, and somebody with a programme in them."""

    address: str
    records: Records
    person_id: str


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("today")
    records = Records(RecordsSettings(home=folder / "records"))
    items = (Item(exercise="ball-squeeze", reps=1, hold_s=1.0), Item(exercise="clamshell", leg="left", reps=1))
    with records.writing(_OWNER) as work:
        person = add_person(work, PersonDetails("Ann")).id
        put_programme(work, person, Programme(title="Short", phases=(Phase(title="One", items=items),)))
    try:
        with served(folder / "server.log") as address:
            yield Place(address, records, person)
    finally:
        records.close()


def test_today_is_done_by_the_keyboard_to_the_end(
    place: Place, camera_page: OpenPage, keep_picture: KeepPicture
) -> None:
    page = camera_page(None)
    page.goto(place.address)
    accept_safety(page)
    at_rest(page)
    page.goto(f"{place.address}/today?person={place.person_id}")
    page.locator(".st-key-red-flags button").click(timeout=_MOST_MS)
    expect(page.get_by_test_id("guided-start")).to_be_visible(timeout=_MOST_MS)
    at_rest(page)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(" ")
    expect(page.get_by_test_id("guided-title")).to_have_text("Ball squeeze, sitting")
    expect(page.get_by_test_id("not-measured")).to_be_visible()
    # The page around it is out of the way.
    expect(page.get_by_role("heading", name="Today")).to_be_hidden()
    page.keyboard.press("Enter")  # past the wait
    expect(page.get_by_test_id("guided")).to_have_attribute("data-kind", "hold", timeout=_MOST_MS)
    keep_picture(page, "hold")
    expect(page.get_by_test_id("guided-question")).to_be_visible(timeout=_MOST_MS)
    page.keyboard.press("1")
    expect(page.get_by_test_id("guided-title")).to_have_text("Clamshell")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("guided-question")).to_be_visible(timeout=_MOST_MS)
    page.keyboard.press("0")
    expect(page.get_by_text("Done for today. Well done.")).to_be_visible(timeout=_MOST_MS)
    page.get_by_text("Home sheet and reminders").click()
    for label, name in (("Home sheet", "home-sheet.pdf"), ("Reminders", "exercises.ics")):
        with page.expect_download(timeout=_MOST_MS) as download:
            page.get_by_test_id("stDownloadButton").filter(has_text=label).get_by_role("button").click()
        assert download.value.suggested_filename == name
    with place.records.reading(_OWNER) as work:
        kept = done_of(work, place.person_id, work.now - timedelta(days=1))
    assert [(each.exercise, each.sets, each.reps, each.pain_during) for each in kept] == [
        ("ball-squeeze", 1, (1,), 1),
        ("clamshell", 1, (1,), 0),
    ]
