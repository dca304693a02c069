"""The routes that are open, by method; all others of Streamlit's are closed, also those that a later version brings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from starlette.routing import BaseRoute, Match, Route, WebSocketRoute
from starlette.types import Scope

from formcheck.web.access.login import login_set_up
from formcheck.web.shared.addresses import PAGES, UPLOADS_PATH
from formcheck.web.uploads.answers import CHUNK_BYTES

STREAM_PATH: Final = "/_stcore/stream"
"""The socket between a page and Streamlit."""
_READ: Final = ("GET", "HEAD")
_OF_STREAMLIT: Final = (
    "/_stcore/health",  # asked by the page before it opens its socket; sets the cookie against forged requests
    "/_stcore/host-config",  # asked by the page at its start; holds constants
    "/media/{file:path}",  # pictures and downloads of a page
    "/static/{file:path}",  # Streamlit's own scripts, styles and fonts
    "/favicon.png",
    "/",
)
_OF_LOGIN: Final = ("/auth/login", "/auth/logout", "/oauth2callback")
"""There only where a login is set up."""


@dataclass(frozen=True)
class RequestBody:
    """What may come with a request."""

    most_bytes: int = 0
    seconds: float = 0.0
    """From the first byte to the last."""


_BODIES: Final = {
    ("POST", UPLOADS_PATH): RequestBody(65_536, 30.0),
    ("PUT", UPLOADS_PATH + "/{upload_id}"): RequestBody(CHUNK_BYTES, 600.0),
}
"""By method and route; nothing else takes one. Ten minutes for a piece are 14 kB/s."""
NO_BODY: Final = RequestBody()


class Access(Enum):
    """Whether a request may go on to its route."""

    OPEN = "open"
    NO_ROUTE = "no route"
    NO_METHOD = "no method"


class AllowedRoutes:
    """What may be asked for.

    Parameters
    ----------
    own
        The app's own routes, all of which are open to the requests that they name.
    """

    def __init__(self, own: Sequence[BaseRoute]) -> None:
        pages = [f"/{address}" for address in PAGES]
        # With and without a slash at its end; Streamlit sends browsers to the one without.
        pages += [f"{page}/" for page in pages]
        self._always = [*own, *_readable((*_OF_STREAMLIT, *pages)), WebSocketRoute(STREAM_PATH, _nowhere)]
        self._with_login = _readable(_OF_LOGIN)

    def access(self, scope: Scope) -> tuple[Access, RequestBody]:
        """Return whether a request or a socket may go on, and what body it may have."""
        found = Access.NO_ROUTE
        for route in self._open_now():
            match, _ = route.matches(scope)
            if match is Match.FULL:
                path = route.path if isinstance(route, Route) else ""
                return Access.OPEN, _BODIES.get((scope.get("method", ""), path), NO_BODY)
            if match is Match.PARTIAL:
                found = Access.NO_METHOD
        return found, NO_BODY

    def _open_now(self) -> list[BaseRoute]:
        return [*self._always, *self._with_login] if login_set_up().on else self._always


async def _nowhere(*_: object) -> None:
    """Be what a route needs that only tells whether an address is its own."""


def _readable(paths: Iterable[str]) -> list[BaseRoute]:
    return [Route(path, _nowhere, methods=list(_READ)) for path in paths]
