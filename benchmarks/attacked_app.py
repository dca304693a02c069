"""The app as it is attacked: started as people start it, asked as browsers ask, ended, and killed."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

ROOT: Final = Path(__file__).resolve().parents[1]
PATIENCE_S: Final = 60.0
_STARTS_WITHIN_S: Final = 120.0
_LOOK_EVERY_S: Final = 0.1
_ATTEMPTS: Final = 5
_EVENTS: Final = "$$STREAMLIT_INTERNAL_KEY_{}__events"
"""Id under which Streamlit takes the events of a component."""


@dataclass(frozen=True)
class Answer:
    """What the app answered to a request."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> dict[str, object]:
        """Return the object that came."""
        said: dict[str, object] = json.loads(self.body)
        return said


@dataclass(frozen=True)
class Browser:
    """Who asks: the cookies of a login, and the address that it comes from."""

    cookies: Mapping[str, str] = field(default_factory=dict)
    address: str = "127.0.0.1"

    @property
    def cookie(self) -> str:
        """Return the header of its cookies."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


NOBODY: Final = Browser()


@dataclass(frozen=True)
class Part:
    """Something that stands on a page."""

    element: Element
    fragment_id: str
    """Of the part of the page that is run by itself, as a dialog is; empty for the page."""

    @property
    def kind(self) -> str:
        """Return what it is: `button`, `text_input`, `bidi_component`."""
        return str(self.element.WhichOneof("type"))

    @property
    def widget_id(self) -> str:
        """Return the id that Streamlit gave it; empty for what nobody can act on."""
        return str(getattr(getattr(self.element, self.kind), "id", ""))


class Window:
    """A page of the app that is open; use it in a `with` block.

    Parameters
    ----------
    app
        The app.
    browser
        Whose window it is.
    """

    def __init__(self, app: App, browser: Browser = NOBODY) -> None:
        self._socket = app.page(browser=browser)
        self._page = self._query = ""
        self.parts: list[Part] = []
        """What stands on it since the last run."""

    def __enter__(self) -> Window:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def open(self, page: str, query: str = "") -> bytes:
        """Go to a page and return all that came of it, as bytes."""
        self._page, self._query = page, query
        return self._run({}, "")

    def act(self, part: Part, **values: str | bool) -> bytes:
        """Act on something on the page: `string_value` is typed, `trigger_value` a button that is pressed."""
        return self._run({part.widget_id: values}, part.fragment_id)

    def tell(self, name: str, event: str) -> bytes:
        """Have a component of ours tell the app of an event, as `setTriggerValue` does."""
        part = self._component(name)
        said = json.dumps([{"event": event, "value": True}])
        return self._run({_EVENTS.format(part.widget_id): {"json_trigger_value": said}}, part.fragment_id)

    def accept_safety(self) -> None:
        """Accept the safety texts, unless that was done before."""
        with contextlib.suppress(LookupError):
            self.act(self.find("accept-safety"), trigger_value=True)

    def find(self, ending: str) -> Part:
        """Return what has a key, or a label, that ends so."""
        for part in self.parts:
            label = str(getattr(getattr(part.element, part.kind), "label", ""))
            if part.widget_id and (part.widget_id.endswith(ending) or label == ending):
                return part
        raise LookupError(f"{ending} is not on the page")

    def component(self, name: str) -> dict[str, object]:
        """Return what a component of ours is told."""
        said: dict[str, object] = json.loads(self._component(name).element.bidi_component.json)
        return said

    def _component(self, name: str) -> Part:
        for part in self.parts:
            if part.kind == "bidi_component" and part.element.bidi_component.component_name == name:
                return part
        raise LookupError(f"{name} is not on the page")

    def _run(self, values: Mapping[str, Mapping[str, str | bool]], fragment_id: str) -> bytes:
        message = BackMsg()
        run = message.rerun_script
        run.page_name, run.query_string, run.fragment_id = self._page, self._query, fragment_id
        for widget_id, said in values.items():
            state = run.widget_states.widgets.add(id=widget_id)
            for name, value in said.items():
                setattr(state, name, value)
        self._socket.send(message.SerializeToString())
        self.parts, everything = [], bytearray()
        while True:
            data = self._socket.recv(timeout=PATIENCE_S)
            told = data if isinstance(data, bytes) else data.encode()
            everything += told
            came = ForwardMsg.FromString(told)
            kind = came.WhichOneof("type")
            if kind == "delta" and came.delta.WhichOneof("type") == "new_element":
                self.parts.append(Part(came.delta.new_element, came.delta.fragment_id))
            # A run that makes way for another one is not the end.
            if kind == "script_finished" and came.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return bytes(everything)


class App:
    """The app, which may be started, ended, killed and started again on the same port.

    Parameters
    ----------
    folder
        Its data directory.
    settings
        More of its environment.
    log
        Where what it writes goes; beside the data directory.
    working_folder
        Where it is started; that of the repository unless it needs secrets of its own.
    """

    def __init__(
        self, folder: Path, log: Path, *, working_folder: Path = ROOT, port: int | None = None, **settings: str
    ) -> None:
        self.home, self.log = folder, log
        self.temporary = log.parent / "temporary"
        """Where its processes put what they put with the system's temporary files."""
        self.temporary.mkdir(exist_ok=True)
        self.port = port or 0
        """Another one after each start, unless one was given."""
        self._is_fixed = port is not None
        self._working_folder = working_folder
        self._environment = {
            **os.environ,
            "FORMCHECK_HOME": str(folder),
            "FORMCHECK_DATABASE_URL": "",
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment that the app runs in, for programs beside it."""
        return dict(self._environment)

    def start(self) -> None:
        """Start it and wait until it answers."""
        for _ in range(_ATTEMPTS):
            if not self._is_fixed:
                self.port = free_port()
            if self._try_to_start():
                return
        raise RuntimeError(self.log.read_text())

    def _try_to_start(self) -> bool:
        begin = self.log.stat().st_size if self.log.exists() else 0
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
        command += [f"--server.port={self.port}", "--server.headless=true"]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self._working_folder, env=self._environment
            )
        until_s = time.monotonic() + _STARTS_WITHIN_S
        while self.served_in_s() == float("inf"):
            if time.monotonic() > until_s:
                raise RuntimeError(self.log.read_text())
            if self._process.poll() is not None:
                if "not available" in self.log.read_text()[begin:]:
                    return False  # somebody else took the port between our look and the app's
                raise RuntimeError(self.log.read_text())
            time.sleep(_LOOK_EVERY_S)
        return True

    def end(self) -> None:
        """End it as Ctrl-C does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE_S)
            self._process = None

    def kill(self) -> None:
        """Take its life; its workers find out by themselves."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def process(self) -> psutil.Process:
        """Return its process."""
        if self._process is None:
            raise RuntimeError("it does not run")
        return psutil.Process(self._process.pid)

    def workers(self) -> list[psutil.Process]:
        """Return the processes of its workers."""
        found = []
        for each in self.process.children():
            with contextlib.suppress(psutil.Error):
                if "formcheck.intake.worker" in each.cmdline():
                    found.append(each)
        return found

    @property
    def origin(self) -> str:
        """Of its own pages."""
        return f"http://127.0.0.1:{self.port}"

    def memory_mb(self) -> float:
        """Return the memory of the server; its workers are processes of their own."""
        return float(self.process.memory_info().rss) / 2**20

    def link(self) -> socket.socket:
        """Return a new connection."""
        made = socket.create_connection(("127.0.0.1", self.port))
        made.settimeout(PATIENCE_S)
        return made

    def page(
        self, path: str = "_stcore/stream", origin: str | None = None, browser: Browser = NOBODY
    ) -> ClientConnection:
        """Open the socket of a page. Streamlit believes a login only beside its token against forged requests."""
        protocols, cookie = [Subprotocol("streamlit")], browser.cookie
        if browser.cookies:
            told = self.ask("GET", "/_stcore/health").headers.get("Set-Cookie", "").partition(";")[0]
            protocols.append(Subprotocol(told.partition("=")[2].strip('"')))
            cookie = f"{cookie}; {told}"
        return connect(
            f"ws://127.0.0.1:{self.port}/{path}",
            origin=Origin(self.origin if origin is None else origin),
            subprotocols=protocols,
            additional_headers={"Cookie": cookie} if cookie else {},
            source_address=(browser.address, 0),
            proxy=None,
            max_size=None,
            max_queue=None,
        )

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        browser: Browser = NOBODY,
    ) -> Answer:
        """Ask for something."""
        asked = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=PATIENCE_S, source_address=(browser.address, 0)
        )
        named = dict(headers or {})
        if browser.cookies:
            named["Cookie"] = browser.cookie
        with contextlib.closing(asked):
            asked.request(method, path, body, named)
            came = asked.getresponse()
            return Answer(came.status, came.headers, came.read())

    def status(self, method: str, path: str, **headers: str) -> int:
        """Return the status of an answer."""
        return self.ask(method, path, headers=headers).status

    def served_in_s(self) -> float:
        """Return how long a page takes meanwhile; infinity where none comes."""
        begin = time.perf_counter()
        with contextlib.suppress(OSError, http.client.HTTPException):
            if self.status("GET", "/videos") == 200:
                return time.perf_counter() - begin
        return float("inf")


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def running(app: App) -> Iterator[App]:
    """Run the app while the block does."""
    try:
        app.start()
        yield app
    finally:
        app.end()


def until(true: object, within_s: float = PATIENCE_S) -> bool:
    """Wait until a function says so; return whether it did."""
    end_s = time.monotonic() + within_s
    while callable(true) and not true():
        if time.monotonic() > end_s:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True
