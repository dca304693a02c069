"""Streamlit's server, in this process."""

from __future__ import annotations

from collections.abc import Sequence

from click.exceptions import Abort
from streamlit.web.cli import main


def serve(arguments: Sequence[str]) -> None:
    """Run Streamlit's command line with these arguments, until it is stopped.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, once the server has ended.
    """
    try:
        main(args=list(arguments), prog_name="streamlit", standalone_mode=False)
    except Abort as stopped:
        raise KeyboardInterrupt from stopped
