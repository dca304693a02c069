"""Faults put into the worker that finds poses."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page, Route

from formcheck.web.live.browser_pose import POSE_WORKER

_KEEPS_CONTEXTS: Final = """
self.contexts = [];
const given = OffscreenCanvas.prototype.getContext;
OffscreenCanvas.prototype.getContext = function (kind, ...more) {
  const context = given.call(this, kind, ...more);
  if (kind.startsWith("webgl")) self.contexts.push(context);
  return context;
};
"""
LOSE_CONTEXTS: Final = "for (const each of self.contexts) each.getExtension('WEBGL_lose_context')?.loseContext()"
"""To be evaluated in a worker of a page that keeps its contexts."""


def keep_contexts(page: Page) -> None:
    """Let workers from now on keep their WebGL contexts where a test can lose them."""

    def kept(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text() + _KEEPS_CONTEXTS)

    page.route(f"**/{POSE_WORKER}", kept)
