"""The one registry of live sets of this process, shared by the socket and the pages."""

from __future__ import annotations

import atexit
from functools import cache

from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.registry import LiveRegistry


@cache
def live_service() -> LiveRegistry:
    """Return the registry, made at the first call with the limits of the environment.

    Raises
    ------
    LiveSettingError
        If an environment variable of the live server means nothing.
    """
    registry = LiveRegistry(limits=LiveLimits.from_environment())
    # The sets' threads are daemons so that they hold up nobody's exit; MediaPipe wants to be closed all the same.
    atexit.register(registry.close)
    return registry
