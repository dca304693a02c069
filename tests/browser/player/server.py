"""A page with nothing but the review player on it, served with a sample clip's copy and landmarks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from formcheck.web.player.routes import data_response, player_routes
from formcheck.web.shared.addresses import PLAYER_CLIENT_PATH

_PAGE = f"""<!doctype html>
<meta name="viewport" content="width=device-width">
<title>player</title>
<link rel="icon" href="data:,">
<style>body {{ margin: 0; padding: 12px; background: light-dark(#fbfaf7, #15191d); color-scheme: light dark; }}</style>
<div id="place"></div>
<script type="module">
  import {{ mount }} from "{PLAYER_CLIENT_PATH}/component.js";
  const data = {{
    static_base: "{PLAYER_CLIENT_PATH}", video_url: "/video", data_url: "/data/0", version: "0",
    editable: true, answered: 0,
    theme: null, strings: {{}},
  }};
  window.reports = [];
  window.show = (change = {{}}) => {{
    Object.assign(data, change);
    mount({{ parentElement: document.getElementById("place"), data: {{ ...data }}, setTriggerValue }});
  }};
  function setTriggerValue(name, value) {{
    window.reports.push(value.message);
    setTimeout(() => window.show({{ answered: value.number }}), 20);
  }}
  if (!location.search.includes("wait")) window.show();
</script>
"""


class PlayerServer:
    """Serves the page, one video and some states of a set.

    Parameters
    ----------
    video
        The copy that is shown.
    states
        What `/data/0`, `/data/1` and so on give, as `payload_bytes` makes it.
    """

    def __init__(self, video: Path, states: list[bytes]) -> None:
        self.video = video
        self.states = states
        self.address = ""

    def app(self) -> Starlette:
        """Return the application."""

        def data(request: Request) -> Response:
            content = self.states[request.path_params["number"]]
            return data_response(content, request.headers.get("accept-encoding"))

        return Starlette(
            routes=[
                Route("/", lambda _: HTMLResponse(_PAGE)),
                Route("/video", lambda _: FileResponse(self.video, media_type="video/mp4")),
                Route("/data/{number:int}", data),
                *player_routes(),
            ]
        )


@contextmanager
def serving(player: PlayerServer) -> Iterator[PlayerServer]:
    """Serve on a free port of this computer until the block ends."""
    server = uvicorn.Server(uvicorn.Config(player.app(), port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
    player.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield player
    finally:
        server.should_exit = True
        thread.join(10)
