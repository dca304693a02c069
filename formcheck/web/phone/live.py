"""A set live on the phone: what its camera view is given, who may open its socket, and keeping what came of it."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection

from formcheck.errors import FormcheckError
from formcheck.pose.models import AUTO_MODEL
from formcheck.records.access import Actor, RecordsError
from formcheck.records.records import Records
from formcheck.records.sets import add_set
from formcheck.web.access.service import records_service
from formcheck.web.live.browser_pose import browser_pose
from formcheck.web.live.camera_view import installed_models, shown_measures
from formcheck.web.live.keeping import judged_for, new_set_of
from formcheck.web.live.registry import live_service
from formcheck.web.live.routes import is_actor
from formcheck.web.phone.handovers import Handover, phone_service
from formcheck.web.phone.progress import acting
from formcheck.web.shared.addresses import LIVE_CLIENT_PATH, SOCKET_PATH
from formcheck.web.shared.set_settings import setup_message

_OWNER: Final = "phone "
"""Before the id of a handover: no session and no account is called so."""


def can_be_live(handover: Handover) -> bool:
    """Say whether a set can be done live: only one of which the exercise is known."""
    return handover.errand.wishes.request.exercise is not None


def live_data(handover: Handover) -> dict[str, object]:
    """Return what the camera view on a phone is given, see `web/live/client/component.js`."""
    needed = browser_pose()
    if needed is not None:
        live_service().expect_landmarks()
    owner = _owner(handover)
    setup = setup_message(handover.errand.wishes.request, model=AUTO_MODEL, session_number=1, keep_video=False)
    return {
        "static_base": LIVE_CLIENT_PATH,
        "socket_path": SOCKET_PATH,
        "pose": needed,
        "token": live_service().issue_token(owner, owner),
        "owner": owner,
        "measures": shown_measures(),
        "models": list(installed_models()),
        "setup": setup,
        "voice": True,
        "camera": "user",
        "theme": None,
        "strings": {"not_loaded": ""},
    }


def is_actor_or_phone(connection: HTTPConnection, actor_id: str) -> bool:
    """Return whether a connection is this actor's, or of a phone that is still let do a set. Waits for the records."""
    return is_phone(connection, actor_id) if actor_id.startswith(_OWNER) else is_actor(connection, actor_id)


def is_phone(_: HTTPConnection, actor_id: str) -> bool:
    """Return whether a phone for which a token was made is still let do a set. Waits for the records."""
    if not actor_id.startswith(_OWNER):
        return False
    handover = phone_service().find(actor_id.removeprefix(_OWNER))
    if handover is None or handover.key_sha256 is None:
        return False
    try:
        acting(records_service(), handover.errand.actor)
    except FormcheckError:
        return False
    return True


def keep_live_set(records: Records, actor: Actor, handover: Handover, live_set_id: str) -> None:
    """Keep the live set that a phone has just done, for whom its code was shown.

    Raises
    ------
    RecordsError
        If there is none of this phone, or nothing was seen in it.
    """
    with handover.beginning:
        if handover.set_id is not None:
            return
        finished = live_service().finished_set(live_set_id, _owner(handover))
        if finished is None:
            raise RecordsError("This set is not kept any more.", "Do it again.")
        if not finished.assessment.complete_reps:
            raise RecordsError("No whole rep was seen, so nothing was kept.", "Do the set again.")
        person_id = handover.errand.person_id
        finished = judged_for(records, actor, finished, person_id)
        with records.files.passing_folder() as folder:
            new = new_set_of(records.files, finished, folder, name="Live set", person_id=person_id, with_video=False)
            with records.writing(actor) as work:
                handover.set_id = add_set(work, new).id


def _owner(handover: Handover) -> str:
    return f"{_OWNER}{handover.id}"
