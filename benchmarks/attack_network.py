"""What strangers can do to a running app over the network: what is expected, what came of it, and how its memory grew.

Starts the app as `streamlit run app.py` does, with records of its own, attacks it from this computer and prints a table
for `docs/security.md`. Ends with status 1 if anything is not as expected.
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from attacked_app import PATIENCE_S, ROOT, App, running
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

CEILING_MB: Final = 100.0
"""By how much the server may grow over what it holds with one page open."""
_STRANGERS: Final = 100
_GIGABYTES: Final = 2
_FLOOD_S: Final = 20.0


Attack = Callable[[App], tuple[str, bool]]
"""Does something, and returns what came of it and whether that is as expected."""


def _app(folder: Path) -> App:
    return App(folder / "records", folder / "log", FORMCHECK_WORKERS="0")


def _until_closed(link: socket.socket) -> bytes:
    came = b""
    with contextlib.suppress(OSError):
        while piece := link.recv(65_536):
            came += piece
    return came


def slow_headers(app: App) -> tuple[str, bool]:
    """Begin a header on many connections and never end it."""
    links = [app.link() for _ in range(_STRANGERS)]
    for link in links:
        with contextlib.suppress(OSError):
            link.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    begin = time.perf_counter()
    served_s = app.served_in_s()
    for link in links:
        _until_closed(link)
    took_s = time.perf_counter() - begin
    return f"all ended after {took_s:.1f} s; a page meanwhile in {served_s:.2f} s", took_s < 15 and served_s < 5


def junk(method: str, path: str, piece_mb: int, **headers: str) -> Attack:
    """Return what sends so many gigabytes in pieces, each a request."""

    def attack(app: App) -> tuple[str, bool]:
        block, sent, statuses = bytes(2**20), 0, set()
        for _ in range(_GIGABYTES * 1024 // piece_mb):
            with app.link() as link:
                head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\nContent-Length: {piece_mb * 2**20}"
                named = {"Origin": app.origin, "Connection": "close", **headers}
                more = "".join(f"\r\n{name}: {value}" for name, value in named.items())
                with contextlib.suppress(OSError):
                    link.sendall(f"{head}{more}\r\n\r\n".encode())
                    for _ in range(piece_mb):
                        link.sendall(block)
                        sent += 1
                statuses.add(_until_closed(link)[9:12].decode() or "cut off")
        refused = statuses <= {"401", "403", "404", "413", "cut off"}
        return f"{', '.join(sorted(statuses))}; {sent} of {_GIGABYTES * 1024} MB left the sender", refused

    return attack


def endless_body(app: App) -> tuple[str, bool]:
    """Send a body that never says how long it is."""
    with app.link() as link:
        link.sendall(
            f"PUT /formcheck-uploads/x HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\nOrigin: {app.origin}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 512:
                link.sendall(b"100000\r\n" + bytes(2**20) + b"\r\n")
                sent += 1
        answer = _until_closed(link)[9:12].decode() or "cut off"
    return f"{answer} after {sent} MB", sent < 512


def windows(app: App) -> tuple[str, bool]:
    """Open many sockets of pages at once from one address, and have each run its script."""
    run = BackMsg()
    run.rerun_script.query_string = ""
    opened: list[ClientConnection] = []
    refused = 0
    with contextlib.ExitStack() as open_ones:
        for _ in range(_STRANGERS):
            try:
                opened.append(open_ones.enter_context(app.page()))
            except InvalidStatus:
                refused += 1
        for each in opened:
            each.send(run.SerializeToString())
            each.recv(timeout=PATIENCE_S)
        time.sleep(5)
        served_s = app.served_in_s()
    return f"{len(opened)} open, {refused} refused; a page meanwhile in {served_s:.2f} s", len(opened) <= 40


def strangers_windows(app: App) -> tuple[str, bool]:
    """Open many sockets as a page of another port of this computer."""
    refused = 0
    for _ in range(_STRANGERS):
        try:
            with app.page(origin="http://127.0.0.1:1"):
                pass
        except InvalidStatus as error:
            refused += error.response.status_code == 403
    return f"{refused} of {_STRANGERS} refused", refused == _STRANGERS


def large_messages(app: App) -> tuple[str, bool]:
    """Send messages of 50 MB to both sockets, in one piece and in many."""
    codes = set()
    for path in ("_stcore/stream", "live?token=x"):
        for message in (bytes(50 * 2**20), [bytes(2**20)] * 50):
            try:
                with app.page(path) as page:
                    page.send(message)
                    while True:
                        page.recv(timeout=PATIENCE_S)
            except ConnectionClosed as closed:
                codes.add("cut off" if closed.rcvd is None else str(closed.rcvd.code))
    return f"closed: {', '.join(sorted(codes))}", codes <= {"1009", "4401", "cut off"}


def message_flood(app: App) -> tuple[str, bool]:
    """Have a page run its script as often as can be sent, from many windows."""
    small, large = BackMsg(), BackMsg()
    small.rerun_script.query_string, large.rerun_script.query_string = "", "x" * 500_000
    end = time.perf_counter() + _FLOOD_S
    sent = [0]

    def flood(message: BackMsg) -> None:
        data = message.SerializeToString()
        with contextlib.suppress(ConnectionClosed, OSError, TimeoutError), app.page() as page:
            while time.perf_counter() < end:
                page.send(data)
                sent[0] += 1

    threads = [threading.Thread(target=flood, args=(each,), daemon=True) for each in (small, large) * 5]
    for thread in threads:
        thread.start()
    time.sleep(_FLOOD_S / 2)
    served_s = app.served_in_s()
    for thread in threads:
        thread.join(PATIENCE_S)
    return f"a page meanwhile in {served_s:.2f} s", served_s < 10


def deaf(app: App) -> tuple[str, bool]:
    """Ping without end on many sockets and never read what comes back."""
    ping = b"\x89\xfd\x00\x00\x00\x00" + b"p" * 125
    cut = [0]

    def flood() -> None:
        with app.link() as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            link.sendall(
                f"GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\nOrigin: {app.origin}\r\n"
                "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                "Sec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            try:
                while True:
                    link.sendall(ping * 1000)
            except OSError:
                cut[0] += 1

    threads = [threading.Thread(target=flood, daemon=True) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    return f"{cut[0]} of 20 cut off", cut[0] == 20


def pipelines(app: App) -> tuple[str, bool]:
    """Ask for pages without end on many connections and never read them."""
    ask = f"GET /videos HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\n\r\n".encode()
    ended = [0]

    def flood() -> None:
        with app.link() as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            try:
                while True:
                    link.sendall(ask * 1000)
            except OSError:
                ended[0] += 1

    threads = [threading.Thread(target=flood, daemon=True) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    return f"{ended[0]} of 20 cut off", ended[0] == 20


def large_header(app: App) -> tuple[str, bool]:
    """Send a header of 100 MB."""
    with app.link() as link:
        sent = 0
        with contextlib.suppress(OSError):
            link.sendall(b"GET / HTTP/1.1\r\nX: ")
            while sent < 100:
                link.sendall(b"y" * 2**20)
                sent += 1
        return f"{_until_closed(link)[9:12].decode() or 'cut off'} after {sent} MB", sent < 100


def closed_routes(app: App) -> tuple[str, bool]:
    """Ask for what no page needs."""
    paths = ("metrics", "script-health-check", "message", "bidi-components/x/y", "agent/interact", "agent/openapi.json")
    statuses = {app.status("GET", f"/_stcore/{path}") for path in paths} | {app.status("GET", "/component/a/b")}
    return str(sorted(statuses)), statuses == {404}


def told(app: App) -> tuple[str, bool]:
    """Look for the server's folders in what a page is told at its start."""
    run = BackMsg()
    run.rerun_script.query_string = ""
    with app.page() as page:
        page.send(run.SerializeToString())
        messages: list[bytes] = []
        with contextlib.suppress(TimeoutError):
            while len(messages) < 200:
                data = page.recv(timeout=5)
                messages.append(data if isinstance(data, bytes) else data.encode())
    named = sum(str(ROOT).encode() in each for each in messages)
    return f"named in {named} of {len(messages)} messages", bool(messages) and named == 0


def pointed_name(app: App) -> tuple[str, bool]:
    """Ask under a name of another site that was pointed to this computer."""
    statuses = {app.status("GET", path, Host="evil.example") for path in ("/", "/videos", "/_stcore/health")}
    return str(sorted(statuses)), statuses == {403}


def odd_requests(app: App) -> tuple[str, bool]:
    """Ask for other places by tricks with paths, methods, versions and headers, one connection each."""
    host = f"127.0.0.1:{app.port}"
    odd = [("GET", path, "1.1", host, "") for path in _ODD_PATHS]
    odd += [("GET", f"http://{each}/videos", "1.1", host, "") for each in (host, "evil.example")]
    odd += [(method, "/videos", "1.1", host, f"Origin: http://{host}\r\n") for method in _ODD_METHODS]
    odd += [("GET", "/videos", "1.1", each, "") for each in _ODD_HOSTS]
    odd += [("GET", "/_stcore/health", "1.1", host, f"Origin: {each}\r\n") for each in _ODD_ORIGINS]
    odd += [("GET", "/videos", version, host, "") for version in ("2.0x", "9")]
    odd += [("GET", "/videos", "1.1", host, f"{each}\r\n") for each in _ODD_HEADERS]
    statuses: Counter[str] = Counter()
    wrong = []
    for method, path, version, asked, more in odd:
        head = f"{method} {path} HTTP/{version}\r\nHost: {asked}\r\nConnection: close\r\n{more}\r\n"
        with app.link() as link:
            link.sendall(head.encode("latin-1"))
            answer = _until_closed(link)
        said, _, body = answer.partition(b"\r\n\r\n")
        status = said[9:12].decode()
        statuses[status] += 1
        # Streamlit gives its own page, which holds nothing, for addresses below /static/ that are none.
        harmless = status[:1] == "4" or (path.startswith("/static/") and b"Streamlit Inc." in body)
        if not harmless or b"frame-ancestors 'none'" not in said:
            wrong.append(f"{method} {path[:60]} {asked} {more!r}: {status or 'cut off'}")
    for each in wrong:
        print(f"  {each}")
    return f"{len(odd)} tried: {dict(sorted(statuses.items()))}", not wrong


_ODD_PATHS: Final = (
    "//", "//_stcore/metrics", "/_stcore//metrics", "/_STCORE/metrics", "/_stcore/metrics/", "/_stcore/%6detrics",
    "/_stcore%2fmetrics", "/videos/../_stcore/metrics", "/videos/%2e%2e/_stcore/metrics", "/static/..%2f..%2fapp.py",
    "/static/%2e%2e/%2e%2e/app.py", "/static/../../../etc/passwd", "/static/..\\..\\app.py", "/static//etc/passwd",
    "/static/%2fetc%2fpasswd", "/static/%5c..%5capp.py", "/formcheck-static/live/client/..%2fx", "/media/%00", "/%00",
    "/formcheck-static/live/client/%2e%2e%2fmain.py", "/formcheck-static/live//etc/passwd", "/media/../../etc/passwd",
    "/media/..%2f..%2fetc%2fpasswd", "/videos.", "/videos%20", "/videos;x", "/Videos", "/videos//", "/videos/x",
    "/formcheck-files/video/" + "0" * 32, "/formcheck-files/video/%2e%2e", "/formcheck-uploads/" + "0" * 32,
    "/_stcore/stream", "/live", "/%ff%fe", "/\xe9", "*", "videos", "/" + "a" * 9000,
)  # fmt: skip
_ODD_METHODS: Final = ("OPTIONS", "CONNECT", "TRACE", "PUT", "POST", "DELETE", "PATCH", "get", "PROPFIND")
_ODD_HOSTS: Final = (
    "evil.example", "127.0.0.1@evil.example", "127.0.0.1:99999", "127.0.0.1:80, evil.example", "", "0x7f.1",
    "2130706433", "0.0.0.0", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1\r\nHost: evil.example",
)  # fmt: skip
_ODD_ORIGINS: Final = (
    "null", "file://", "", "http://127.0.0.1", "https://127.0.0.1", "http://evil.example", "http://127.0.0.1:1/",
    "http://127.0.0.1:1@evil.example", "http://127.0.0.1:1\r\nOrigin: http://127.0.0.1",
)  # fmt: skip
_ODD_HEADERS: Final = (
    "X-Forwarded-Host: evil.example\r\nX-Forwarded-For: 8.8.8.8", "X: a\0b", "Content-Length: 4, 4", "Host : evil",
    "Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding: xchunked", "Content-Length: -1",
)  # fmt: skip


def compressed(app: App) -> tuple[str, bool]:
    """Offer compression to the socket of a page, and send a gigabyte in a megabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(packer.compress(bytes(2**20)) for _ in range(1000)) + packer.flush(zlib.Z_SYNC_FLUSH)
    payload = packed[:-4]
    frame = b"\xc2\xff" + len(payload).to_bytes(8, "big") + bytes(4) + payload
    with app.link() as link:
        link.sendall(
            f"GET /_stcore/stream HTTP/1.1\r\nHost: 127.0.0.1:{app.port}\r\nOrigin: {app.origin}\r\n"
            "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n".encode()
        )
        with contextlib.suppress(OSError):
            link.sendall(frame)
        came = _until_closed(link)
    agreed = b"permessage-deflate" in came
    return f"compression {'agreed to' if agreed else 'not agreed to'}; closed", not agreed and b"101" in came[:16]


ATTACKS: Final[tuple[tuple[str, str, Attack], ...]] = (
    ("where the app lies on the server", "not told", told),
    ("100 connections whose header never ends", "ended after 10 s", slow_headers),
    (
        "2 GB to Streamlit's upload route, 100 MB at a time",
        "404, nothing kept",
        junk("PUT", "/_stcore/upload_file/a/b", 100),
    ),
    (
        "2 GB to our upload route without a link, 8 MB at a time",
        "401, nothing kept",
        junk("PUT", "/formcheck-uploads/" + "0" * 32, 8, **{"Content-Range": "bytes 0-8388607/8388608"}),
    ),
    ("a body without end", "cut off", endless_body),
    ("a header of 100 MB", "400 or cut off", large_header),
    ("100 windows from one address", "40 at most", windows),
    ("100 sockets of a page at another port", "403 each", strangers_windows),
    ("messages of 50 MB", "closed with 1009", large_messages),
    ("10 windows that run their page without pause", "slowed down, others served", message_flood),
    ("20 sockets that ping and never read", "cut off after 30 s", deaf),
    ("20 connections that ask and never read", "cut off", pipelines),
    ("metrics, agents, components, message cache", "404 each", closed_routes),
    ("a name that was pointed here", "403 each", pointed_name),
    ("tricks with paths, methods, versions, Host and Origin", "4xx each, secured", odd_requests),
    ("a gigabyte in a megabyte", "not unpacked", compressed),
)


def main() -> None:
    """Attack, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="attacks with this in their name")
    wanted = parser.parse_args().only or ""
    with tempfile.TemporaryDirectory() as folder, running(_app(Path(folder))) as app:
        told(app)
        idle_mb = app.memory_mb()
        print(f"with one page open: {idle_mb:.0f} MB\n")
        print("| attack | expected | got | memory at most, MB over that |\n|---|---|---|---|")
        all_right = True
        for name, expected, attack in ATTACKS:
            if wanted in name:
                with _watched(app) as most:
                    got, right = attack(app)
                grown = most[0] - idle_mb
                right &= grown < CEILING_MB
                all_right &= right
                print(
                    f"| {name} | {expected} | {got}{'' if right else ' **NOT AS EXPECTED**'} | {grown:.0f} |",
                    flush=True,
                )
        print(f"\na page afterwards in {app.served_in_s():.2f} s, {app.memory_mb() - idle_mb:.0f} MB over")
    sys.exit(not all_right)


@contextmanager
def _watched(app: App) -> Iterator[list[float]]:
    """Watch the memory while something is done; gives the most of it, in MB."""
    most, done = [app.memory_mb()], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            most[0] = max(most[0], app.memory_mb())

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield most
    finally:
        done.set()
        watching.join()


if __name__ == "__main__":
    main()
