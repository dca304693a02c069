"""Layer: routes in process. The player's files, and its data as a browser asks for them."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from formcheck.web.player.routes import data_response, player_routes
from formcheck.web.shared.addresses import PLAYER_CLIENT_PATH

FOLDER = Path(__file__).resolve().parents[3] / "formcheck" / "web" / "player" / "client"
MODULES = sorted(FOLDER.glob("*.js"))
IMPORTED = re.compile(r'^(?:import|export)[^;]*?from "([^"]+)";', re.MULTILINE)


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(Starlette(routes=player_routes()))


@pytest.mark.parametrize("name", [module.name for module in MODULES] + ["review.css"])
def test_every_file_of_the_player_is_served(client: TestClient, name: str) -> None:
    answer = client.get(f"{PLAYER_CLIENT_PATH}/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css" if name.endswith(".css") else "text/javascript")


@pytest.mark.parametrize("name", ["../live/live.js", "%2e%2e%2fmain.py", "component.py", "none.js", ""])
def test_nothing_else_is(client: TestClient, name: str) -> None:
    assert client.get(f"{PLAYER_CLIENT_PATH}/{name}").status_code == 404


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_imports_only_its_neighbours(module: Path) -> None:
    for target in IMPORTED.findall(module.read_text(encoding="utf-8")):
        assert target.startswith("./"), f"{target} is not beside the module: there is no build step that would find it"
        assert (FOLDER / target).is_file(), target


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_reaches_for_no_other_host(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert not re.search(r"https?://|XMLHttpRequest|sendBeacon|innerHTML", text)
    assert ("fetch(" in text) == (module.name == "source.js"), "only the set's own data are fetched"


def test_the_door_is_where_the_page_looks_for_it() -> None:
    assert "export function mount(" in (FOLDER / "component.js").read_text(encoding="utf-8")


def test_data_are_compressed_where_the_browser_takes_that() -> None:
    content = b'{"a":' + b"1," * 500 + b"1}"
    packed, plain = data_response(content, "gzip, br"), data_response(content, None)
    assert gzip.decompress(bytes(packed.body)) == content
    assert packed.headers["content-encoding"] == "gzip"
    assert bytes(plain.body) == content
    assert "content-encoding" not in plain.headers
    for answer in (packed, plain):
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["content-type"] == "application/json"
