"""What a person sees when a page fails in a way nobody foresaw: one sentence, and no stack trace."""

from __future__ import annotations

import logging

import streamlit as st

from formcheck.errors import FormcheckError

_LOG = logging.getLogger(__name__)
_SORRY = "Something went wrong on this page. Reload it; if it happens again, open Self-test to see what is broken."


def show_failure(error: Exception) -> bool:
    """Say that something went wrong, and write the cause to the server's log.

    Returns
    -------
    bool
        True: Streamlit shall not show the error itself.
    """
    # What can be foreseen, such as a database that is away, needs no stack trace.
    _LOG.error("a page failed: %s", error, exc_info=None if isinstance(error, FormcheckError) else error)
    st.error(_SORRY, icon=":material/error:")
    return True
