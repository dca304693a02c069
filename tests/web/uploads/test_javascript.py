"""Layer: the files of the browser side as they are served; what they do is tested by `tests/js/uploads.test.mjs`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "formcheck" / "web" / "uploads" / "client"
MODULES = sorted(FOLDER.glob("*.js"))
IMPORTED = re.compile(r'^(?:import|export)[^;]*?from "([^"]+)";', re.MULTILINE)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_imports_only_its_neighbours(module: Path) -> None:
    for target in IMPORTED.findall(module.read_text(encoding="utf-8")):
        assert target.startswith("./"), f"{target} is not beside the module: there is no build step that would find it"
        assert (FOLDER / target).is_file(), target


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_one_module_alone_speaks_to_the_server_and_none_to_another_host(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert not re.search(r"https?://|fetch\(|sendBeacon|WebSocket", text)
    assert ("XMLHttpRequest" in text) == (module.name == "world.js")


def test_the_door_is_where_the_page_looks_for_it() -> None:
    assert "export function mount(" in (FOLDER / "component.js").read_text(encoding="utf-8")
