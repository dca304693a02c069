"""MediaPipe and its pose models for the pages of this server: what a page is told of them, and the files themselves.

All come from here and from nowhere else. An address has the file's hash in it, so a browser asks once and never again.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Final

from starlette.responses import FileResponse, PlainTextResponse, Response

from formcheck.errors import PoseModelError
from formcheck.pose.browser_bundle import (
    BROWSER_PACKAGE,
    BUNDLE,
    LOADER,
    MEMBERS,
    WASM,
    browser_file,
    browser_state,
)
from formcheck.pose.models import PoseModel, find_model
from formcheck.pose.releases import PackageMember
from formcheck.web.shared.addresses import POSE_PATH

POSE_WORKER: Final = "pose_worker.js"
WORKER_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of the worker that runs MediaPipe: it alone may compile WebAssembly, and it reaches nobody
but this server."""
MODELS: Final = ("full", "lite")
"""That a browser may run, by their short names; the heavy one is too slow there."""
_TYPES: Final = {".wasm": "application/wasm", ".js": "text/javascript", ".mjs": "text/javascript"}
_UNKNOWN_TYPE: Final = "application/octet-stream"
_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


def browser_pose() -> dict[str, object] | None:
    """Return what a page needs to find poses by itself; None where that is not installed.

    Returns
    -------
    dict or None
        Package, version, hash and size of the WebAssembly, the addresses of MediaPipe's files, and of each model that
        is here its address, hash and size.
    """
    if not browser_state().ok:
        return None
    models = {name: model for name in MODELS if (model := _model(name)) is not None}
    if not models:
        return None
    return {
        "package": BROWSER_PACKAGE.name,
        "version": BROWSER_PACKAGE.version,
        "wasm_sha256": WASM.sha256,
        "wasm_bytes": _bytes(browser_file(WASM)),
        "assets": {name: _address(each) for name, each in (("bundle", BUNDLE), ("loader", LOADER), ("wasm", WASM))},
        "models": {
            name: {
                "address": _address(PackageMember(model.path.name, model.sha256)),
                "sha256": model.sha256,
                "bytes": _bytes(model.path),
            }
            for name, model in models.items()
        },
    }


def pose_answer(sha256: str, name: str, accepted: str) -> Response:
    """Return a file of MediaPipe or a pose model.

    Parameters
    ----------
    sha256
        Of the file, hexadecimal: another one of that name is not given.
    name
        Of the file.
    accepted
        The Accept-Encoding header.
    """
    path = _found(sha256, name)
    if path is None:
        return PlainTextResponse("There is no such file.\n", status_code=404)
    kind = _TYPES.get(path.suffix, _UNKNOWN_TYPE)
    headers = {**_FOR_EVER, "Vary": "Accept-Encoding"}
    if path.suffix in _TYPES and "gzip" in accepted:
        return Response(_zipped(path, sha256), media_type=kind, headers={**headers, "Content-Encoding": "gzip"})
    return FileResponse(path, media_type=kind, headers=headers)


def _bytes(path: Path | None) -> int:
    return 0 if path is None else path.stat().st_size


def _address(member: PackageMember) -> str:
    return f"{POSE_PATH}/{member.sha256}/{member.name}"


def _found(sha256: str, name: str) -> Path | None:
    for member in MEMBERS:
        if (member.sha256, member.name) == (sha256, name):
            return browser_file(member)
    models = (_model(model) for model in MODELS)
    return next((each.path for each in models if each and (each.sha256, each.path.name) == (sha256, name)), None)


def _model(name: str) -> PoseModel | None:
    """Return a model; None where there is none that is sound, or where the server was told to use another one."""
    try:
        model = find_model(name)
    except PoseModelError:
        return None
    return model if model.short_name == name else None


_one_at_a_time: Final = Lock()


def _zipped(path: Path, sha256: str) -> bytes:
    """Return a file of MediaPipe compressed; whoever asks while that is done waits for it."""
    with _one_at_a_time:
        return _compressed(path, sha256)


@lru_cache(maxsize=len(MEMBERS))
def _compressed(path: Path, sha256: str) -> bytes:
    """Return a file compressed, once for each that was asked for; 3.4 MB in all."""
    del sha256
    return gzip.compress(path.read_bytes(), mtime=0)
