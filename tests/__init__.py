"""Tests, a package for each package of formcheck, and what they share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.dont_write_bytecode:
    # A run starts hundreds of Python processes, and to compile the libraries in each takes longer than the tests do.
    # Who wants no compiled files beside the sources gets none there.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).resolve().parents[1] / ".pytest_cache" / "d" / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
