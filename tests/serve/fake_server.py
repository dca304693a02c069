"""A server on loopback that is well, or has one thing wrong with it: HTTPS, login provider and mail, by threads."""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DOMAIN = "knee.example.org"


@dataclass
class Well:
    """What the server says; change one thing and it is not well."""

    headers: dict[str, str] = field(
        default_factory=lambda: {
            "Permissions-Policy": "camera=(self), microphone=()",
            "Strict-Transport-Security": "max-age=31536000",
        }
    )
    health: int = 200
    socket: int = 101
    provider: object = field(default_factory=lambda: {"authorization_endpoint": "https://login.example.org/authorize"})
    provider_clock_off: timedelta = timedelta(0)
    mail: dict[str, str] = field(default_factory=dict)
    """By command, what the mail server answers instead of what it should."""
    mails: list[str] = field(default_factory=list)
    """What was sent by it."""


class Authority:
    """Makes certificates."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of a test")])
        builder = self._builder(self._name, self._key.public_key(), timedelta(days=3650))
        self._certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(
            self._key, hashes.SHA256()
        )

    def write(self, path: Path) -> Path:
        """Write what is believed."""
        path.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def issue(self, path: Path, name: str = DOMAIN, lasts: timedelta = timedelta(days=60)) -> Path:
        """Write a certificate with its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = (
            self._builder(subject, key.public_key(), lasts)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
        return path

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, lasts: timedelta) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + lasts)
        )


@contextmanager
def https_server(well: Well, certificate: Path) -> Iterator[int]:
    """Serve what a proxy with the app behind it would, and give the port."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Host", "")
            upgrade = self.headers.get("Upgrade") == "websocket" and self.headers.get("Origin") == f"https://{DOMAIN}"
            status = 421 if asked != DOMAIN else well.health if self.path == "/_stcore/health" else 200
            if self.path == "/_stcore/stream":
                status = well.socket if upgrade else 400
            self.send_response(status)
            for name, value in well.headers.items():
                self.send_header(name, value)
            if status != 101:
                self.send_header("Content-Length", "0")
            self.end_headers()
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            return

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            return  # who does not believe the certificate hangs up

    server = Quiet(("127.0.0.1", 0), Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    with _serving(server):
        yield server.server_address[1]


@contextmanager
def provider_server(well: Well) -> Iterator[int]:
    """Serve a login provider's document, and give the port."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(well.provider).encode()
            self.send_response_only(200)
            self.send_header("Date", format_datetime(datetime.now(UTC) + well.provider_clock_off, usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    with _serving(server):
        yield server.server_address[1]


@contextmanager
def mail_server(well: Well) -> Iterator[int]:
    """Serve as much of SMTP as a mail needs, and give the port."""

    class Answers(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 mail.example.org")
            for line in self.rfile:
                word = line.decode().split(" ")[0].split(":")[0].strip().upper()
                if said := well.mail.get(word):
                    self._say(said)
                elif word == "EHLO":
                    self._say("250-mail.example.org\r\n250 AUTH PLAIN")
                elif word == "AUTH":
                    self._say("235 welcome")
                elif word == "DATA":
                    self._say("354 go on")
                    lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                    well.mails.append("".join(lines))
                    self._say("250 taken")
                else:
                    self._say("250 fine")

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Answers)
    with _serving(server):
        yield int(server.server_address[1])


@contextmanager
def all_servers(well: Well, certificate: Path) -> Iterator[dict[str, int]]:
    """Serve all of it, and give the ports: `https`, `provider`, `mail`, and `nobody`, where nobody listens."""
    with ExitStack() as stack, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield {
            "https": stack.enter_context(https_server(well, certificate)),
            "provider": stack.enter_context(provider_server(well)),
            "mail": stack.enter_context(mail_server(well)),
            "nobody": nobody.getsockname()[1],
        }


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
