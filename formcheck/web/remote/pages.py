"""The two pages of a remote session, which are no pages of Streamlit: their text, with what their scripts are to know.

A phone loads one small page and opens one socket; what a page needs from here stands in it as JSON, which no policy of
the page takes for a script.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from formcheck.exercises.plan import LIMITS
from formcheck.exercises.rubric import Rubric
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.web.live.browser_pose import browser_pose
from formcheck.web.live.camera_view import shown_measures
from formcheck.web.live.replies import alignment_band, depth_band
from formcheck.web.shared.addresses import UPLINK_PATH
from formcheck.web.shared.set_settings import EXERCISES, usual_set

_CLIENT: Final = Path(__file__).resolve().parent / "client"
_SERVED: Final = "/formcheck-static/"
_MODULES: Final = "<!-- modules -->"
_DATA: Final = '<script type="application/json" id="page-data">null</script>'
_IMPORTED: Final = re.compile(r'^(?:import|export)[^;]*?from "(\.[^"]+)";', re.MULTILINE)
_POSE_PATIENCE_MS: Final = 8000
"""A set that is started waits no longer for the browser's estimator: then pictures go to the server."""


def join_page(relay_urls: Sequence[str] = ()) -> str:
    """Return the client's page.

    Parameters
    ----------
    relay_urls
        `stun:` addresses of the relay, for the check before joining.
    """
    data = {
        "measures": shown_measures(),
        "pose": browser_pose(),
        "pose_patience_ms": _POSE_PATIENCE_MS,
        "relay_urls": list(relay_urls),
        "uplink": UPLINK_PATH,
    }
    return _page("join", data)


def session_page() -> str:
    """Return the clinician's page."""
    data = {
        "measures": shown_measures(),
        "exercises": [_exercise(name) for name in EXERCISES],
        "limits": {name: {"least": limit.least, "most": limit.most_to_do} for name, limit in LIMITS.items()},
        "home": "/",
    }
    return _page("session", data)


def modules_of(page: str) -> list[Path]:
    """Return all scripts that a page loads before it is shown, its own first.

    Parameters
    ----------
    page
        `join` or `session`.
    """
    found: dict[Path, None] = {}
    ahead = [_CLIENT / f"{page}.js"]
    while ahead:
        module = ahead.pop(0)
        if module not in found:
            found[module] = None
            ahead += list(_imported(module))
    return list(found)


def _imported(module: Path) -> Iterator[Path]:
    for target in _IMPORTED.findall(module.read_text(encoding="utf-8")):
        yield (module.parent / target).resolve()


@cache
def _text(page: str) -> str:
    """Return a page without its data. It names all its scripts: otherwise each would be found by the one before."""
    web = _CLIENT.parents[1]
    links = [f'<link rel="modulepreload" href="{_SERVED}{path.relative_to(web)}">' for path in modules_of(page)[1:]]
    text = (_CLIENT / f"{page}.html").read_text(encoding="utf-8")
    return text.replace(_MODULES, "\n  ".join(links))


def _page(page: str, data: object) -> str:
    # `<` would end the script that the data stands in.
    shown = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return _text(page).replace(_DATA, _DATA.replace("null", shown))


def _exercise(name: str) -> dict[str, object]:
    """Return what the clinician's page is to know of an exercise: what can be asked for, and what to say."""
    choice, rubric, usual = EXERCISES[name], builtin_rubric(name), usual_set(name).plan
    alignment = alignment_band(rubric, usual)
    return {
        "name": name,
        "title": choice.title,
        "legs": list(choice.legs),
        "takes_hold": choice.takes_hold,
        "has_step": choice.step_height_cm is not None,
        "bilateral": rubric.phases.bilateral,
        "usual": {field: getattr(usual, field) for field in LIMITS},
        "depth_band": depth_band(rubric, usual),
        "alignment_band": None
        if alignment is None
        else {"good": alignment.good, "caution": alignment.caution, "measure": alignment.measure},
        "cues": _cues(rubric),
    }


def _cues(rubric: Rubric) -> list[str]:
    """Return what the rubric has to say of each fault, each once, in its order."""
    said = [check.cue(way) for check in rubric.checks for way in ("high", "low")]
    return list(dict.fromkeys(text for text in said if text))
