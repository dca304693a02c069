"""A network between browser and server that can be cut."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Network:
    """Passes connections on to a server; those of the live socket, or all, can be cut as a pulled cable cuts them.

    Parameters
    ----------
    server_port
        Where the server is, on this computer.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._live: list[socket.socket] = []
        self._others: list[socket.socket] = []
        self._servers: set[socket.socket] = set()
        """The far ends, of those that stand."""
        self._unheard: set[socket.socket] = set()
        """Far ends that nobody told of a cut."""
        self.cuts = 0
        self._down, self._all_down = threading.Event(), threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections, and let go of those that nobody was told of."""
        self._listener.close()
        for far in self._unheard:
            far.close()

    def cut(self, *, everything: bool = False, unheard: bool = False) -> None:
        """Reset every live connection, or all there are, and refuse new ones until `mend`.

        Unheard, the server learns nothing of it, as when a phone leaves the Wi-Fi: its ends stay open, nothing comes.
        """
        self._down.set()
        if unheard:
            self._unheard |= self._servers
        if everything:
            self._all_down.set()
        for link in [*self._live, *(self._others if everything else ())]:
            if link in self._unheard:
                continue
            with contextlib.suppress(OSError):
                # Lingering for no time makes closing a reset: nothing that was on its way arrives.
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                link.shutdown(socket.SHUT_RDWR)
                link.close()
                self.cuts += 1
        self._live.clear()
        if everything:
            self._others.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self._down.clear()
        self._all_down.clear()

    def _accept(self) -> None:
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(browser,), daemon=True).start()

    def _pass_on(self, browser: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._all_down.is_set():
                browser.close()
                return
            first = browser.recv(65536)
            if first.startswith(b"GET /live?"):
                if self._down.is_set():
                    browser.close()
                    return
                self._live.append(browser)
            server = socket.create_connection(("127.0.0.1", self._server_port))
            self._servers.add(server)
            if browser in self._live:
                self._live.append(server)
            else:
                self._others += [browser, server]
            server.sendall(first)
            threading.Thread(target=self._pump, args=(server, browser), daemon=True).start()
            self._pump(browser, server)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in {source, sink} - self._unheard:
            # Closing alone tells the other side nothing while the other thread waits for its bytes.
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                end.close()
        self._servers -= {source, sink}


@contextmanager
def network_to(server_port: int) -> Iterator[Network]:
    """Run a network to a server."""
    network = Network(server_port)
    try:
        yield network
    finally:
        network.close()
