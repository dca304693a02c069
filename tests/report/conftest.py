"""Sets of the made-up person, and a film of one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from formcheck.kinematics.view import ViewKind
from formcheck.session.assessment import Assessment
from formcheck.video.writer import VideoWriter

from .synthetic import HEIGHT, WIDTH, assess

AssessmentMaker = Callable[..., Assessment]


@pytest.fixture
def make_assessment() -> AssessmentMaker:
    """Make up a set; see `assess`."""
    return assess


@pytest.fixture(scope="session")
def front_set() -> Assessment:
    """Three whole wall squats and a cut one from the front; the left knee caves in during the second."""
    return assess(ViewKind.FRONT)


@pytest.fixture(scope="session")
def side_set() -> Assessment:
    """Three whole wall squats and a cut one from the left."""
    return assess(ViewKind.SIDE)


@pytest.fixture(scope="session")
def oblique_set() -> Assessment:
    """Three whole wall squats and a cut one from a view that carries no angles."""
    return assess(ViewKind.OBLIQUE)


@pytest.fixture(scope="session")
def filmed_set(tmp_path_factory: pytest.TempPathFactory) -> tuple[Assessment, Path]:
    """Film one whole wall squat from the front, and a cut one: a grey picture at 10 frames/s."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    made = assess(ViewKind.FRONT, whole_reps=1, name=path.name)
    with VideoWriter(path, WIDTH // 3, HEIGHT // 3, fps=10) as video:
        for t_s in np.arange(0, made.track.t_s[-1], 0.1):
            video.write(np.full((HEIGHT // 3, WIDTH // 3, 3), 120, dtype=np.uint8), float(t_s))
    return made, path


@pytest.fixture
def out_dir(tmp_path: Path) -> Path:
    """Name a folder for results that does not exist yet."""
    return tmp_path / "out"
