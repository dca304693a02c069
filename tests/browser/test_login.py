"""Layer: a real browser, the real server, and a login provider of our own. Who logs in as whom, and what they see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from tests.login_provider import LoginProvider, login_provider
from tests.web.access.clinic import Clinic, Kept, Opening

from .conftest import BARE_FLAGS, chromium, served, window_of
from .waiting import at_rest

KeepPicture = Callable[[Page, str], Path]
ADDRESSES: Final = ("", "start", "check", "videos", "people", "person", "review", "compare", "progress", "self-test")
"""Of every page but the guidance."""
_PATIENT_MS: Final = 60_000


@dataclass(frozen=True)
class Server:
    """The app of a clinic that is being served."""

    address: str
    provider: LoginProvider
    clinic: Clinic
    browser: Browser


@pytest.fixture(scope="module")
def server(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the app of a clinic with a login, and start a browser."""
    folder = tmp_path_factory.mktemp("clinic")
    records = Records(RecordsSettings(home=folder / "records", database_url=None))
    clinic = Opening(records).clinic()
    with login_provider() as provider:
        (folder / ".streamlit").mkdir()
        (folder / ".streamlit" / "secrets.toml").write_text(provider.secrets_toml("http://127.0.0.1:{port}"))
        log = folder / "server.log"
        with served(log, HOME=str(folder), FORMCHECK_HOME=str(folder / "records")) as address:
            started = playwright.chromium.launch(executable_path=chromium(), args=BARE_FLAGS)
            yield Server(address, provider, clinic, started)
            started.close()
    records.close()
    printed = log.read_text()
    assert "Traceback" not in printed, printed


@pytest.fixture
def window(server: Server) -> Iterator[Callable[..., BrowserContext]]:
    """Open browsers that know nothing of each other."""
    opened: list[BrowserContext] = []

    def new(*, width: int = 1280, height: int = 800, dark: bool = False) -> BrowserContext:
        context = window_of(
            server.browser, viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        context.set_default_timeout(_PATIENT_MS)
        opened.append(context)
        return context

    yield new
    for context in opened:
        context.close()


Window = Callable[..., BrowserContext]


def log_in(server: Server, context: BrowserContext, email: str, **claims: object) -> Page:
    """Log in and return the page that comes then."""
    server.provider.user = {"email": email, "email_verified": True, **claims}
    page = context.new_page()
    page.goto(server.address)
    with page.expect_response(lambda answer: "/oauth2callback" in answer.url):
        page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("open to people who were given access")).to_have_count(0, timeout=_PATIENT_MS)
    settled(page)
    return page


def settled(page: Page) -> str:
    """Wait until a page has run, and return all that it says."""
    at_rest(page)
    return page.inner_text("body")


def opened(server: Server, page: Page, address: str) -> str:
    """Open an address of the app and return all that the page says."""
    page.goto(f"{server.address}/{address}")
    return settled(page)


def test_who_is_not_logged_in_sees_nothing_but_the_guidance(
    server: Server, window: Window, keep_picture: KeepPicture
) -> None:
    page = window().new_page()
    for address in ADDRESSES:
        said = opened(server, page, f"{address}?set={server.clinic.ada.set_id}&person={server.clinic.ada.person_id}")
        assert "open to people who were given access" in said, address
        assert page.get_by_role("button", name="Log in").is_visible()
        assert server.clinic.ada.secret not in page.content()
    keep_picture(page, "log-in")
    assert "Guidance" in opened(server, page, "guidance")


def test_a_clinician_sees_everybody(server: Server, window: Window, keep_picture: KeepPicture) -> None:
    for width, dark in ((1280, False), (390, True)):
        page = log_in(server, window(width=width, height=844, dark=dark), "Dr@Clinic.example")
        said = opened(server, page, "people")
        assert server.clinic.ada.secret in said
        assert server.clinic.ben.secret in said
        keep_picture(page, f"people-{width}")
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0
    assert server.clinic.ada.secret in opened(server, page, f"review?set={server.clinic.ada.set_id}")


def test_a_client_sees_their_own_and_nothing_of_others(
    server: Server, window: Window, keep_picture: KeepPicture
) -> None:
    ada, ben = server.clinic.ada, server.clinic.ben
    page = log_in(server, window(), ben.email)
    keep_picture(page, "client")
    assert not page.get_by_role("link", name="People").is_visible()
    assert ben.secret in opened(server, page, f"review?set={ben.set_id}")
    query = f"set={ada.set_id}&person={ada.person_id}&first={ben.set_id}&second={ada.set_id}&upload={ada.upload_id}"
    for address in (*ADDRESSES, "guidance", "welcome"):
        opened(server, page, f"{address}?{query}")
        assert ada.secret not in page.content(), address
    opened(server, page, f"review?set={ben.set_id}&set={ada.set_id}")
    assert ada.secret not in page.content()
    assert ada.secret not in opened(server, page, f"review?set={server.clinic.unassigned_set_id}")


def taken_away(page: Page) -> list[str]:
    """Return the addresses of what belongs to a set, as a page asks for them."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/formcheck-files/" in request.url else None)
    return asked


def test_the_links_of_one_browser_open_nothing_in_another(server: Server, window: Window) -> None:
    ada, ben = server.clinic.ada, server.clinic.ben
    hers, his, nobodys = window(), window(), window()
    page = log_in(server, hers, ada.email)
    asked = taken_away(page)
    opened(server, page, f"review?set={ada.set_id}")
    page.get_by_text("Documents", exact=True).click()
    page.locator("a[href*='/document/']").first.wait_for()
    links = page.eval_on_selector_all("a[href*='/formcheck-files/']", "all => all.map(each => each.href)")
    addresses = sorted({*asked, *links})
    assert any("/video/" in each for each in addresses)
    assert any("/player/" in each for each in addresses)
    assert any("/document/" in each for each in addresses)
    log_in(server, his, ben.email)
    for address in addresses:
        for context in (his, nobodys):
            answer = context.request.get(address)
            assert answer.status == 404, address
            assert ada.secret not in answer.text()
        assert hers.request.head(address).status == 200, address
    everything = [hers.request.get(each).status for each in addresses if "/document/" not in each]
    assert everything == [200] * len(everything)
    cookies = hers.cookies()
    log_out(server, page)
    stolen = window()
    stolen.add_cookies([{"name": each["name"], "value": each["value"], "url": server.address} for each in cookies])
    for address in addresses:
        assert hers.request.get(address).status == 404
        assert stolen.request.get(address).status == 404


def log_out(server: Server, page: Page) -> None:
    """Log out by the address that the menu leads to, and wait for the page that comes then."""
    page.goto(f"{server.address}/log-out")
    expect(page.get_by_role("button", name="Log in")).to_be_visible(timeout=_PATIENT_MS)


def test_logging_out_ends_the_login_in_every_tab(server: Server, window: Window) -> None:
    context, before = window(), server.provider.logged_out
    first = log_in(server, context, server.clinic.ada.email)
    second = context.new_page()
    assert "Check my form" in opened(server, second, "guidance")
    log_out(server, first)
    assert server.provider.logged_out == before + 1
    second.get_by_role("link", name="Self-test").first.click()
    expect(second.get_by_text("open to people who were given access")).to_be_visible(timeout=_PATIENT_MS)
    assert not [each for each in context.cookies() if each["name"].startswith("_streamlit_user")]


def test_who_comes_next_finds_nothing_of_who_was_there(server: Server, window: Window) -> None:
    ada, ben = server.clinic.ada, server.clinic.ben
    context = window()
    page = log_in(server, context, ada.email)
    assert ada.secret in opened(server, page, f"review?set={ada.set_id}")
    log_out(server, page)
    page = log_in(server, context, ben.email)
    assert ada.secret not in page.content()
    page.go_back()
    at_rest(page)
    assert ada.secret not in page.content()


@pytest.mark.parametrize(
    ("email", "claims", "said"),
    [
        ("stranger@example.org", {}, "Nobody has given this address access"),
        ("ada@example.org", {"email_verified": False}, "has not verified"),
        ("$(reboot)*bold*@example.org", {}, "Nobody has given this address access"),
    ],
)
def test_who_may_not_come_in_is_told_why_and_may_leave(
    server: Server, window: Window, keep_picture: KeepPicture, email: str, claims: dict[str, object], said: str
) -> None:
    page = log_in(server, window(width=390, height=844), email, **claims)
    words = page.inner_text("body")
    assert said in words
    assert email.lower() in words
    assert "Check my form" not in words
    keep_picture(page, "no-access")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible(timeout=_PATIENT_MS)


def test_access_that_is_taken_away_ends_at_the_next_click(server: Server, window: Window) -> None:
    kept: Kept = server.clinic.ben
    page = log_in(server, window(), kept.email)
    server.clinic.remove(kept.actor)
    page.get_by_role("link", name="Self-test").first.click()
    expect(page.get_by_text("Nobody has given this address access")).to_be_visible(timeout=_PATIENT_MS)


def test_streamlit_serves_nothing_of_its_own_to_strangers(server: Server, window: Window) -> None:
    context = window()
    for method, path in (
        ("POST", "agent/interact"),
        ("POST", "agent/mcp"),
        ("GET", "metrics"),
        ("GET", "script-health-check"),
    ):
        answer = context.request.fetch(f"{server.address}/_stcore/{path}", method=method, data="{}")
        assert server.clinic.ada.secret not in answer.text()
        assert "agent" not in path or answer.status >= 400


def test_without_a_login_a_name_that_was_pointed_here_opens_nothing(playwright: Playwright, app_address: str) -> None:
    """DNS rebinding: a page of another site whose name now leads to this computer."""
    flags = [*BARE_FLAGS, "--host-resolver-rules=MAP elsewhere.example 127.0.0.1"]
    browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
    page = browser.new_page()
    for address in ("", "people", "videos"):
        page.goto(f"{app_address.replace('127.0.0.1', 'elsewhere.example')}/{address}")
        expect(page.get_by_role("heading", name="Set up login first")).to_be_visible(timeout=_PATIENT_MS)
    page.goto(f"{app_address}/people")
    expect(page.get_by_role("heading", name="People")).to_be_visible(timeout=_PATIENT_MS)
    browser.close()
