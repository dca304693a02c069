"""Where files of sets are had; each address goes on with the set's id and needs a token (see `web.access.links`)."""

from __future__ import annotations

from typing import Final

VIDEO_PATH: Final = "/formcheck-files/video"
PLAYER_PATH: Final = "/formcheck-files/player"
DOCUMENT_PATH: Final = "/formcheck-files/document"
"""Goes on with the document's kind behind the id."""
EXPORT_PATH: Final = "/formcheck-files/export"
"""Of everything about a person; goes on with the person's id."""
