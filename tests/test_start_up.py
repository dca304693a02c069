"""Layer: processes. What a program loads before it does anything, and what it does without.

A package counts as loaded when it is in `sys.modules` of a fresh process. Those named here take a tenth of a second and
more each; who needs one imports it in the function that does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from formcheck.pose.store import save_track

from .sample_tracks import sample_track

ROOT = Path(__file__).resolve().parents[1]

EVERYWHERE = {"matplotlib", "pandas", "plotly", "scipy"}
NUMBERS_ONLY = EVERYWHERE | {"alembic", "dask", "ezc3d", "jinja2", "jsonschema", "pyarrow", "sqlalchemy", "typst"}
"""What somebody does without who wants measured numbers and nothing drawn, printed or kept."""
DRAWING = {"av", "cv2", "mediapipe"}

WITHOUT = {
    "formcheck": NUMBERS_ONLY | DRAWING | {"numpy", "pydantic", "rich", "streamlit", "typer"},
    "formcheck.session.analyze": NUMBERS_ONLY | {"mediapipe", "rich", "streamlit", "typer"},
    "formcheck.cli": NUMBERS_ONLY | DRAWING | {"numpy", "pydantic", "rich", "streamlit"},
    "formcheck.commands.batch": NUMBERS_ONLY | {"mediapipe", "rich", "streamlit"},
    "formcheck.cluster.work": (NUMBERS_ONLY - {"pyarrow"}) | {"mediapipe", "rich", "streamlit", "typer"},
    "formcheck.intake.worker": EVERYWHERE | DRAWING | {"alembic", "jinja2", "jsonschema", "pyarrow", "streamlit"},
    "formcheck.intake.analysis": EVERYWHERE | {"alembic", "jinja2", "jsonschema", "mediapipe", "pyarrow", "streamlit"},
    "app": EVERYWHERE | {"alembic", "altair", "dask", "ezc3d", "jinja2", "jsonschema", "mediapipe", "pyarrow", "typst"},
}


def loaded_after(code: str, *arguments: str) -> set[str]:
    """Run code in a fresh process and return the names of all packages that are loaded after it."""
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("module", WITHOUT)
def test_a_program_starts_without(module: str) -> None:
    loaded = loaded_after(f"import {module}")
    assert module.partition(".")[0] in loaded
    assert loaded & WITHOUT[module] == set()


def test_a_set_is_measured_without(tmp_path: Path) -> None:
    """The whole command, from landmarks to JSON and CSV."""
    save_track(sample_track("wall_squat_front"), tmp_path / "set.npz")
    code = (
        "import sys\nfrom formcheck.cli import app\n"
        "app(['analyze', sys.argv[1], '--exercise', 'wall-squat', '--out', sys.argv[2], '--no-report'],"
        " standalone_mode=False)"
    )
    loaded = loaded_after(code, str(tmp_path / "set.npz"), str(tmp_path / "out"))
    assert (tmp_path / "out" / "set.json").exists()
    assert loaded & (NUMBERS_ONLY | {"mediapipe", "rich", "streamlit"}) == set()
