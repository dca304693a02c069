"""The browser side: runs its own tests, which need Node.js and nothing else, and looks at the files served."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from formcheck.web.live.browser_pose import POSE_WORKER

ROOT = Path(__file__).resolve().parents[2]
LIVE = ROOT / "formcheck" / "web" / "live" / "client"
REMOTE = ROOT / "formcheck" / "web" / "remote" / "client"
MODULES = sorted([*LIVE.glob("*.js"), *REMOTE.glob("*.js")])
IMPORTED = re.compile(r'^(?:import|export)[^;]*?from "([^"]+)";', re.MULTILINE)
FETCHES = {
    POSE_WORKER: ('fetch(address, { mode: "same-origin", redirect: "error" })',),
    "device_check.js": ('fetch(address, { method: "POST", body, mode: "same-origin", redirect: "error" })',),
    "recorder.js": (
        'fetch(address, { method, body, mode: "same-origin", redirect: "error", headers: '
        "{ [LINK_HEADER]: this.door.token } })",
        "fetch(...asked)",
    ),
    "join.js": ("fetch(put, { ...STILL_REQUEST, body: still.jpeg, headers })",),
}
"""What modules may ask this server for; all the others nothing."""


OF_THE_PROCESS = re.compile(r"\b(?:globalThis|global|self|process|mock|beforeEach|afterEach)\b")
"""What a file of tests has with its process: such files get one of their own, all the others share one."""
IMPORT_ALL = "for (const file of process.argv.slice(1)) await import(file);"


def test_the_pure_parts_of_the_browser_side_hold() -> None:
    node = shutil.which("node")
    if node is None and os.environ.get("FORMCHECK_TEST_TOOLS") != "required":
        pytest.skip("Node.js is not installed, so the tests of the browser side cannot run")
    files = sorted((ROOT / "tests" / "js").glob("*.test.mjs"))
    assert node is not None, "Node.js is required here and is not installed"
    alone = [file for file in files if OF_THE_PROCESS.search(file.read_text(encoding="utf-8"))]
    together = [file for file in files if file not in alone]
    assert alone
    assert together
    apart = [node, "--test", *map(str, alone)]
    # A process for each file is what most of the time would go to.
    at_once = [node, "--input-type=module", "--eval", IMPORT_ALL, *(file.as_uri() for file in together)]
    for command in (apart, at_once):
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
        assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
        ran = re.search(r"^(?:#|ℹ) tests (\d+)$", run.stdout, re.MULTILINE)
        assert ran is not None
        assert int(ran[1]) > 0


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_imports_only_what_is_served_beside_it(module: Path) -> None:
    for target in IMPORTED.findall(module.read_text(encoding="utf-8")):
        beside = r"\./[^/]+" if module.parent == LIVE else r"\./[^/]+|\.\./\.\./(?:live|player)/client/[^/]+"
        assert re.fullmatch(beside, target), f"{target} is not served beside it: no build step would find it"
        assert (module.parent / target).is_file(), target


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_reaches_for_nothing_on_the_network(module: Path) -> None:
    text = module.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    for call in FETCHES.get(module.name, ()):
        assert call in text
        text = text.replace(call, "")
    assert not re.search(r"https?://|fetch\(|XMLHttpRequest|sendBeacon", text)


def test_the_door_is_where_the_page_looks_for_it() -> None:
    assert "export function mount(" in (LIVE / "component.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "test_id",
    ["start", "finish", "mute", "rep-count", "phase", "cue", "hold", "setup-message", "live-stats"],
)
def test_what_other_programs_look_for_has_its_name(test_id: str) -> None:
    assert any(f'"{test_id}"' in module.read_text(encoding="utf-8") for module in MODULES)
