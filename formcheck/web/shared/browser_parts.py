"""Parts for browsers that lie in folders of the program: their text, and serving a folder of them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from starlette.responses import PlainTextResponse, Response

_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?P<ending>\.(?:js|css|svg|png|html|webmanifest))", re.ASCII)
_MEDIA_TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".html": "text/html; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
"""Browsers run a module only under a script's type, and some systems know .js as plain text."""


class StaticFolder:
    """Answers requests for the files in one folder; nothing below or beside it can be had.

    Parameters
    ----------
    folder
        With the files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def answer(self, name: str, known_tag: str | None) -> Response:
        """Return a file, or that the browser has it already, or that there is none.

        Parameters
        ----------
        name
            Of the file, as the address has it.
        known_tag
            The If-None-Match header.
        """
        match = _NAME.fullmatch(name)
        path = self._folder / name
        if match is None or not path.is_file():
            return PlainTextResponse("There is no such file.\n", status_code=404)
        content = path.read_bytes()
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        # Asked for each time and answered in a few bytes: modules of two versions never meet in one page.
        headers = {"ETag": tag, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        if known_tag is not None and tag in known_tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=_MEDIA_TYPES[match["ending"]], headers=headers)


def text_beside(module_file: str, name: str) -> str:
    """Return the text of a file, such as `selftest.js`, in the folder of a module.

    Parameters
    ----------
    module_file
        `__file__` of the module.
    name
        Of the file.
    """
    return Path(module_file).with_name(name).read_text(encoding="utf-8")


MODULE_VIEW: Final = text_beside(__file__, "module_view.js")
"""Loads a part that is served as ES modules, from the address in its data, and hands it the element to live in."""
