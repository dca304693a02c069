"""All routes that the app adds to Streamlit's own."""

from __future__ import annotations

from starlette.routing import BaseRoute

from formcheck.records.access import Actor
from formcheck.records.records import Records
from formcheck.web.downloads.made_file import MadeFile
from formcheck.web.downloads.routes import Printing, file_routes
from formcheck.web.live.routes import live_routes
from formcheck.web.offline.routes import offline_routes
from formcheck.web.phone.live import is_actor_or_phone
from formcheck.web.phone.routes import phone_routes
from formcheck.web.player.routes import player_routes
from formcheck.web.remote.routes import remote_routes
from formcheck.web.uploads.routes import upload_routes


def app_routes() -> list[BaseRoute]:
    """Return the routes for `streamlit.App`. What each opens to whom is tested; a new one fails that test."""
    return [
        *live_routes(admits=is_actor_or_phone),
        *offline_routes(),
        *player_routes(),
        *file_routes(make_progress=_make_progress, make_comparison=_make_comparison),
        *upload_routes(),
        *remote_routes(),
        *phone_routes(),
    ]


def _make_progress(records: Records, actor: Actor, person_id: str, exercise: str, printing: Printing) -> MadeFile:
    # Pages, and what writes PDFs, take a second to load: not before somebody wants one.
    from formcheck.web.pages.progress.document import make_progress

    return make_progress(records, actor, person_id, exercise, printing)


def _make_comparison(
    records: Records, actor: Actor, first_id: str, second_id: str, kind: str, printing: Printing
) -> MadeFile:
    from formcheck.web.pages.compare.document import make_comparison

    return make_comparison(records, actor, first_id, second_id, kind, printing)
