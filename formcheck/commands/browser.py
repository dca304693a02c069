"""Showing a report to whoever ran the command, where there is somebody to show it to."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path


def has_browser(platform: str = sys.platform, environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether this computer has a screen with a browser.

    Without a screen Python would start a browser inside the terminal, which a report is not made for.

    Parameters
    ----------
    platform
        As `sys.platform` names it.
    environment
        Environment variables.
    """
    on_screen = bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
    if platform not in {"darwin", "win32"} and not on_screen:
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def open_page(path: Path) -> bool:
    """Open a page in the browser; return whether one was there and took it."""
    return has_browser() and webbrowser.open(path.resolve().as_uri())
