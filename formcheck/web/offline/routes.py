"""Serving the service worker, what it falls back on, the manifest and the icons."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from formcheck.web.shared.addresses import LIVE_CLIENT_PATH, OFFLINE_PATH, POSE_PATH, SERVICE_WORKER_PATH
from formcheck.web.shared.browser_parts import StaticFolder

_HERE: Final = Path(__file__).resolve().parent
_CLIENT: Final = _HERE / "client"
_LIVE_CLIENT: Final = _HERE.parent / "live" / "client"
_WORKER_NAME: Final = SERVICE_WORKER_PATH.rpartition("/")[2]
_WORKER_POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Content-Security-Policy of the service worker: it reaches nobody but this server."""
_KEPT_ENDINGS: Final = frozenset({".css", ".html", ".js", ".png", ".svg"})


def offline_routes(folder: Path = _CLIENT, live_client: Path = _LIVE_CLIENT) -> list[BaseRoute]:
    """Return the routes.

    Parameters
    ----------
    folder
        With the worker, the page without network, the manifest and the icons.
    live_client
        With the files of the camera view, which the worker keeps.
    """
    files = StaticFolder(folder)

    def static(request: Request) -> Response:
        name = request.path_params["file"]
        if name == _WORKER_NAME:
            return _worker(service_worker(folder, live_client))
        return files.answer(name, request.headers.get("if-none-match"))

    return [Route(OFFLINE_PATH + "/{file}", static)]


@cache
def service_worker(folder: Path = _CLIENT, live_client: Path = _LIVE_CLIENT) -> str:
    """Return the worker's script. It names what it keeps and a version made from that, so a new one keeps all anew.

    Parameters
    ----------
    folder, live_client
        See `offline_routes`.
    """
    files = dict(_kept(folder, live_client))
    digest = hashlib.sha256()
    for address, content in sorted(files.items()):
        digest.update(f"{address} {hashlib.sha256(content).hexdigest()}\n".encode())
    told = {
        "version": digest.hexdigest()[:16],
        "files": sorted(files),
        "static": [f"{LIVE_CLIENT_PATH}/", f"{OFFLINE_PATH}/"],
        "pose": f"{POSE_PATH}/",
        "page": f"{OFFLINE_PATH}/offline.html",
    }
    script = (folder / _WORKER_NAME).read_text(encoding="utf-8")
    return f"const TOLD = Object.freeze({json.dumps(told)});\n{script}"


def _kept(folder: Path, live_client: Path) -> Iterator[tuple[str, bytes]]:
    for base, place in ((OFFLINE_PATH, folder), (LIVE_CLIENT_PATH, live_client)):
        for path in place.iterdir():
            if path.suffix in _KEPT_ENDINGS and path.name != _WORKER_NAME:
                yield f"{base}/{path.name}", path.read_bytes()


def _worker(script: str) -> Response:
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": _WORKER_POLICY,
        # It stands in a folder, and looks after the pages, which do not.
        "Service-Worker-Allowed": "/",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(script, media_type="text/javascript; charset=utf-8", headers=headers)
