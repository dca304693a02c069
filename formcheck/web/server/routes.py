"""All routes that the app adds to Streamlit's own."""

from __future__ import annotations

from starlette.routing import BaseRoute

from formcheck.web.downloads.routes import file_routes
from formcheck.web.live.routes import live_routes
from formcheck.web.offline.routes import offline_routes
from formcheck.web.player.routes import player_routes
from formcheck.web.remote.routes import remote_routes
from formcheck.web.uploads.routes import upload_routes


def app_routes() -> list[BaseRoute]:
    """Return the routes for `streamlit.App`. What each opens to whom is tested; a new one fails that test."""
    return [
        *live_routes(),
        *offline_routes(),
        *player_routes(),
        *file_routes(),
        *upload_routes(),
        *remote_routes(),
    ]
