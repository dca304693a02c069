"""Parts for browsers that lie beside the module that shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Final


def text_beside(module_file: str, name: str) -> str:
    """Return the text of a file, such as `safety_gate.js`, in the folder of a module.

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
