"""Waits for a page, as the page counts time: on a busy machine a page is slow, and gets longer."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page, expect

_STILL: Final = """
([quiet_ms, most_ms]) => new Promise((still, never) => {
  const drawn = () => requestAnimationFrame(() => requestAnimationFrame(still));
  const end = (then) => { watch.disconnect(); clearTimeout(quiet); clearTimeout(most); then(); };
  const watch = new MutationObserver(() => {
    clearTimeout(quiet);
    quiet = setTimeout(() => end(drawn), quiet_ms);
  });
  let quiet = setTimeout(() => end(drawn), quiet_ms);
  const most = setTimeout(() => end(() => never(new Error("the page does not come to rest"))), most_ms);
  watch.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
})
"""
_AT_REST: Final = "[data-testid=stApp][data-test-script-state=notRunning]"
_LOOK_AGAIN: Final = """
most_ms => new Promise((true_at_last, never) => {
  let waited_ms = 0;
  const look = () => {
    if (CONDITION) true_at_last();
    else if (waited_ms > most_ms) never(new Error("it does not come true"));
    else setTimeout(look, 50);
    waited_ms += 50;
  };
  look();
})
"""
_MOST_MS: Final = 60_000
_TRUE_WITHIN_MS: Final = 180_000
"""A page looks every 50 ms: on a busy machine that takes longer."""


def settled(page: Page, wait_ms: int) -> None:
    """Let the page draw twice and then be for a while, as it counts time: a busy machine gets longer."""
    page.evaluate(
        "ms => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, ms))))",
        wait_ms,
    )


def until(page: Page, condition: str) -> None:
    """Wait until a condition in JavaScript is true; Playwright's own way makes scripts of text, which our pages bar."""
    page.evaluate(_LOOK_AGAIN.replace("CONDITION", condition), _TRUE_WITHIN_MS)


def still(page: Page, quiet_ms: int = 250) -> None:
    """Wait until nothing of a page has changed for a while and what there is has been drawn."""
    page.evaluate(_STILL, [quiet_ms, _MOST_MS])


def at_rest(page: Page) -> None:
    """Wait until the script of a Streamlit page has run and nothing of the page changes any more."""
    expect(page.locator(_AT_REST)).to_be_attached(timeout=_MOST_MS)
    still(page)
    expect(page.locator(_AT_REST)).to_be_attached(timeout=_MOST_MS)


def accept_safety(page: Page) -> None:
    """Accept the safety texts of a page for live sets, unless another page of this server did: that holds for all."""
    button = page.locator(".st-key-accept-safety button")
    expect(button.or_(page.locator(".st-key-before-set h1")).first).to_be_visible(timeout=_MOST_MS)
    if button.count():
        button.click()
