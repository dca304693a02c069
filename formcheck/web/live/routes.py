"""The routes of live sets: the socket, the files of the camera view, and a sign of life."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from formcheck.records.access import Actor
from formcheck.web.access.identity import who_asks
from formcheck.web.live.browser_pose import POSE_WORKER, WORKER_POLICY, pose_answer
from formcheck.web.live.registry import LiveRegistry, live_service
from formcheck.web.live.socket import Admission, serve_live_socket
from formcheck.web.shared.addresses import HEALTH_PATH, LIVE_CLIENT_PATH, POSE_PATH, SOCKET_PATH
from formcheck.web.shared.browser_parts import StaticFolder

_CLIENT: Final = Path(__file__).resolve().parent / "client"


def is_actor(connection: HTTPConnection, actor_id: str) -> bool:
    """Return whether a connection is this actor's, by the login as it is now. Waits for the records."""
    found = who_asks(connection)
    return isinstance(found, Actor) and found.id == actor_id


def live_routes(
    service: Callable[[], LiveRegistry] = live_service,
    static_folder: Path = _CLIENT,
    admits: Admission = is_actor,
) -> list[BaseRoute]:
    """Return the routes for `streamlit.App`.

    Parameters
    ----------
    service
        Gives the registry; asked at each request, so that importing the app starts nothing.
    static_folder
        With the files of the camera component.
    admits
        Whether a socket may be opened with a token that was made for an actor.
    """
    files = StaticFolder(static_folder)

    async def live(websocket: WebSocket) -> None:
        await serve_live_socket(websocket, service(), admits)

    def static(request: Request) -> Response:
        name = request.path_params["file"]
        answer = files.answer(name, request.headers.get("if-none-match"))
        if name == POSE_WORKER:
            answer.headers["Content-Security-Policy"] = WORKER_POLICY
        return answer

    def pose_file(request: Request) -> Response:
        asked = request.path_params
        return pose_answer(asked["sha256"], asked["name"], request.headers.get("accept-encoding", ""))

    def health(_: Request) -> Response:
        registry = service()
        content = {"ok": True, "sessions": registry.active_count, "ceiling": registry.limits.max_sets}
        return JSONResponse(content, headers={"Cache-Control": "no-store"})

    return [
        WebSocketRoute(SOCKET_PATH, live),
        Route(LIVE_CLIENT_PATH + "/{file}", static),
        Route(POSE_PATH + "/{sha256}/{name}", pose_file),
        Route(HEALTH_PATH, health),
    ]
