"""Where uploads go; the address of one goes on with its id, and all need a link of the scope `uploads`."""

from __future__ import annotations

from typing import Final

UPLOADS_PATH: Final = "/formcheck-uploads"
STATIC_PATH: Final = "/formcheck-static/uploads"
LINK_HEADER: Final = "x-formcheck-link"
"""A header of our own: no page of another site can make a browser send it without asking first."""
