"""Whether a server is well, asked as a browser would ask, and said in words with a remedy."""

from __future__ import annotations

import base64
import http.client
import json
import os
import secrets
import shutil
import smtplib
import socket
import ssl
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from formcheck.errors import FormcheckError
from formcheck.records.database import connect
from formcheck.records.settings import RecordsSettings
from formcheck.remote.turn import TurnSettings, credential, split_urls
from formcheck.remote.turn_check import check_relay
from formcheck.serve import PUBLIC_VARIABLE
from formcheck.serve.backups import backups_in, made_at, newest_drill
from formcheck.serve.choices import AUTHORITY_FILE, OWN_FILE, Choices, ServeError, host_and_port
from formcheck.serve.mail import open_mail

_TIMEOUT_S: Final = 8.0
_CERTIFICATE_LASTS: Final = timedelta(days=14)
"""Caddy renews a month before the end: with less left, that has failed for weeks."""
_CLOCK_OFF_S: Final = 60.0
"""A login's token and a relay's credential hold for minutes."""
_FREE_SHARE: Final = 0.1
_FREE_BYTES: Final = 5_000_000_000
"""One upload may have 4 GiB."""
_BACKUP_AGE: Final = timedelta(hours=36)
_DRILL_AGE: Final = timedelta(days=15)
_HEALTH_PATH: Final = "/_stcore/health"
_SOCKET_PATH: Final = "/_stcore/stream"
_EXPIRED, _NOT_YET, _OTHER_NAME = 10, 9, 62
"""What OpenSSL calls them."""


@dataclass(frozen=True)
class Finding:
    """What came of one look."""

    name: str
    """What was looked at, such as `certificate`."""
    ok: bool
    says: str
    """A sentence; where something is wrong, with what to do."""


@dataclass(frozen=True)
class Site:
    """The server that is looked at."""

    choices: Choices
    settings: Path
    """Folder of its settings."""
    backups: Path
    now: datetime
    """Local time."""
    connect_to: tuple[str, int] | None = None
    """Where to reach it instead of where its name leads."""
    authorities: Path | None = None
    """Certificates that are believed besides the system's; None for the server's own, where it makes them itself."""
    mail_url: str = ""

    def trust(self) -> ssl.SSLContext:
        """Return what browsers here believe.

        Raises
        ------
        ServeError
            If certificates were named that cannot be read.
        """
        context = ssl.create_default_context()
        authorities = self.authorities or self.settings / AUTHORITY_FILE
        if self.authorities is None and not authorities.exists():
            return context
        try:
            context.load_verify_locations(authorities)
        except OSError as error:
            raise ServeError(
                f"The certificate {authorities} cannot be read: {error.strerror or error}.",
                "Let the account of formcheck read it, or name another with --ca.",
            ) from error
        return context


def look(site: Site) -> Iterator[Finding]:
    """Look at everything in turn; each look says one thing or more, and none keeps another from being done."""
    for name, check in _CHECKS.items():
        try:
            yield from (Finding(name, ok, says) for ok, says in check(site))
        except FormcheckError as error:
            yield Finding(name, False, f"{error.reason} {error.remedy}".strip())
        except OSError as error:
            yield Finding(name, False, f"It could not be looked at: {error.strerror or error}.")


_Said = Iterator[tuple[bool, str]]


def _secrets(site: Site) -> _Said:
    for name in ("secrets.env", "secrets.toml"):
        path = site.settings / name
        if not path.is_file():
            yield False, f"{path} is missing. Put it back with the folder's `install`."
        elif path.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP):
            yield False, f"{path} can be read or changed by others. Say: chmod 640 {path}"
        else:
            yield True, f"{name} is for its account alone."


def _certificate(site: Site) -> _Said:
    try:
        with closing(_tls(site, site.trust())) as stream:
            ends = ssl.cert_time_to_seconds(str((stream.getpeercert() or {})["notAfter"]))
    except ssl.SSLCertVerificationError as error:
        yield False, _unbelieved(site, error)
        return
    except ssl.SSLError as error:
        yield False, f"The server has no certificate for {site.choices.domain} yet ({error.reason}). {_SEE_HTTPS}"
        return
    except OSError as error:
        yield False, f"Nothing answers at {site.choices.address}: {error.strerror or error}. {_SEE_HTTPS}"
        return
    left = datetime.fromtimestamp(ends).astimezone() - site.now
    # Made here, certificates last for hours and are renewed all the time.
    if not site.choices.internal_ca and left < _CERTIFICATE_LASTS:
        yield False, f"The certificate ends in {_words_of(left)} and was not renewed. {_SEE_HTTPS}"
        return
    yield True, f"The certificate is believed, and ends in {_words_of(left)}."


def _words_of(time: timedelta) -> str:
    hours = time // timedelta(hours=1)
    return f"{hours} hours" if hours < 48 else f"{time.days} days"


_SEE_HTTPS: Final = (
    "Check that the name leads to this computer and that ports 80 and 443 are open; "
    "see: journalctl --namespace=formcheck -u formcheck-https"
)


def _unbelieved(site: Site, error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == _EXPIRED:
        return f"The certificate has expired. {_SEE_HTTPS}"
    if error.verify_code == _NOT_YET:
        return "The certificate does not hold yet: this computer's clock is behind. Have it set from the network."
    if error.verify_code == _OTHER_NAME:
        return f"The certificate is for another name than {site.choices.domain}. Correct the domain, or {_SEE_HTTPS}"
    return (
        "Browsers do not believe the certificate: its issuer is not known. See: "
        "journalctl --namespace=formcheck -u formcheck-https"
    )


def _clock(site: Site) -> _Said:
    url = site.choices.login_metadata
    try:
        told = _provider(site)[0]
    except (OSError, http.client.HTTPException):
        yield True, "The clock was not compared: the login provider does not answer."
        return
    if told is None:
        yield True, "The clock was not compared: the login provider does not say the time."
        return
    off_s = abs((site.now - parsedate_to_datetime(told)).total_seconds())
    if off_s > _CLOCK_OFF_S:
        yield (
            False,
            (
                f"The clock differs from that of {urlsplit(url).hostname} by {off_s:.0f} s; logins and the relay will "
                "be refused. Say: timedatectl set-ntp true"
            ),
        )
        return
    yield True, f"The clock agrees with the login provider's within {max(1, round(off_s))} s."


def _login(site: Site) -> _Said:
    remedy = "Correct --login-metadata, or the network of this computer."
    try:
        _, status, body = _provider(site)
        document = json.loads(body)
    except (OSError, http.client.HTTPException) as error:
        yield False, f"The login provider does not answer: {error}. Nobody can log in. {remedy}"
        return
    except ValueError:
        yield False, f"What answers for the login provider is no OpenID Connect (status {status}). {remedy}"
        return
    if status != 200 or not isinstance(document, dict) or "authorization_endpoint" not in document:
        yield False, f"What answers for the login provider is no OpenID Connect (status {status}). {remedy}"
        return
    yield True, f"The login provider answers. It must know {site.choices.redirect_uri} as a redirect URI."


def _address(site: Site) -> _Said:
    """Look at what links begin with that are sent to others, as the app is told it, with a line of `own.env` last."""
    told = os.environ.get(PUBLIC_VARIABLE, "").strip().rstrip("/")
    where = f"Correct {PUBLIC_VARIABLE} in {site.settings / OWN_FILE} or take it out there, and start the app again"
    if not told:
        yield False, f"The app is not told its own address ({PUBLIC_VARIABLE}). {where}."
    elif told.lower() != site.choices.address.lower():
        yield (
            False,
            (
                f"Links that are sent to people lead to {told}, but this server is {site.choices.address}. {where}; "
                "where the other name is right, run `formcheck serve init` with it."
            ),
        )
    else:
        yield True, f"Links that are sent to people lead to {told}."


def _app(site: Site) -> _Said:
    answer = _ask(site, _HEALTH_PATH)
    if answer.status in {502, 503, 504}:
        yield False, "The app does not run. See: journalctl --namespace=formcheck -u formcheck"
    elif answer.status != 200:
        yield False, f"The app refuses its own name (status {answer.status}). Check FORMCHECK_PUBLIC_URL and the proxy."
    else:
        yield True, "The app answers."


def _camera(site: Site) -> _Said:
    said = _ask(site, "/").headers.get_all("Permissions-Policy") or []
    features = [each.strip() for line in said for each in line.split(",")]
    camera = [each.partition("=")[2] for each in features if each.startswith("camera=")]
    if not camera:
        yield False, "Answers lack the header that allows the camera (Permissions-Policy). Use the Caddyfile as made."
    elif any(each not in {"(self)", "*", "self"} for each in camera):
        yield (
            False,
            (
                f"The header Permissions-Policy bars the camera: camera={camera[0]}. Something between the app and "
                "browsers changes it; use the Caddyfile as made."
            ),
        )
    else:
        yield True, "Browsers are told that these pages may use the camera."


def _https(site: Site) -> _Said:
    if not _ask(site, "/").headers.get("Strict-Transport-Security"):
        yield False, "Browsers are not told to stay with HTTPS (Strict-Transport-Security). Use the Caddyfile as made."
    else:
        yield True, "Browsers are told to stay with HTTPS."


def _websocket(site: Site) -> _Said:
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Origin": site.choices.address,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
        "Sec-WebSocket-Protocol": "streamlit",
    }
    status = _ask(site, _SOCKET_PATH, headers).status
    if status == 101:
        yield True, "WebSockets pass."
    elif status == 403:
        yield False, "The app refuses WebSockets from its own pages. Check FORMCHECK_PUBLIC_URL, redirect_uri and Host."
    else:
        yield (
            False,
            (
                f"WebSockets do not pass (status {status}): pages would stay empty. The proxy must hand on Upgrade and "
                "Connection; use the Caddyfile as made."
            ),
        )


def _relay(site: Site) -> _Said:
    settings = TurnSettings()
    if not site.choices.relay:
        yield True, "No relay: remote sessions work within one network."
        return
    if not settings.has_relay:
        yield False, "The app is not told of the relay: FORMCHECK_TURN_URLS and FORMCHECK_TURN_SECRET are missing."
        return
    made = credential(settings.secret, secrets.token_hex(4), int(site.now.timestamp()) + settings.seconds)
    for url in split_urls(settings.urls):
        found = check_relay(url, made, tls=site.trust())
        yield found.ok and not found.lets_in, f"{url}: {found.says}"


def _disk(site: Site) -> _Said:
    for what, folder in (("the records", RecordsSettings().home), ("backups", site.backups)):
        if not folder.is_dir():
            yield False, f"There is no folder for {what}: {folder}. Make it, for the account of formcheck."
            continue
        if not os.access(folder, os.W_OK):
            yield False, f"The folder for {what}, {folder}, cannot be written. Give it to the account of formcheck."
        room = shutil.disk_usage(folder)
        if room.free < max(_FREE_BYTES, _FREE_SHARE * room.total):
            yield (
                False,
                f"The disk of {what} is nearly full: {room.free / 1e9:.1f} of {room.total / 1e9:.0f} GB are free.",
            )
        else:
            yield True, f"There is room for {what}: {room.free / 1e9:.0f} GB."


def _database(_site: Site) -> _Said:
    settings = RecordsSettings()
    engine = connect(settings.url())
    if engine.dialect.name == "postgresql":
        engine.dispose()
        engine = create_engine(settings.url(), connect_args={"connect_timeout": int(_TIMEOUT_S)})
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM alembic_version")
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        yield False, f"The database cannot be read: {why}. Check that it runs and that FORMCHECK_DATABASE_URL is right."
        return
    finally:
        engine.dispose()
    yield True, f"The database answers ({'PostgreSQL' if engine.dialect.name == 'postgresql' else 'SQLite'})."


def _backup(site: Site) -> _Said:
    backups = backups_in(site.backups)
    remedy = "See: journalctl --namespace=formcheck -u formcheck-backup"
    if not backups:
        yield False, f"There is no backup yet. Say: systemctl start formcheck-backup. {remedy}"
        return
    age = site.now - made_at(backups[-1])
    if age > _BACKUP_AGE:
        yield False, f"The newest backup is {_words_of(age)} old. {remedy}"
    else:
        yield True, f"The newest backup is {_words_of(age)} old."
    drill = newest_drill(site.backups)
    if drill is None:
        yield False, "No backup was ever restored for trial. Say: systemctl start formcheck-drill"
    elif not drill.ok:
        yield False, f"The restore drill failed: {drill.says}"
    elif site.now - datetime.fromisoformat(drill.at) > _DRILL_AGE:
        yield False, "The last restore drill is long ago. See: systemctl status formcheck-drill.timer"
    else:
        yield True, f"The restore drill: {drill.says}"


def _mail(site: Site) -> _Said:
    if not site.mail_url:
        yield True, "No mail server is set: nobody is told by mail when a backup fails (--mail-url-file)."
        return
    try:
        with closing(open_mail(site.mail_url)) as server:
            code, answer = server.mail(site.choices.mail)
            if code == 250:
                code, answer = server.rcpt(site.choices.mail)
            with suppress(smtplib.SMTPException):
                server.rset()
        if code not in {250, 251}:
            raise smtplib.SMTPResponseException(code, answer)
    except smtplib.SMTPAuthenticationError:
        yield False, "The mail server refuses the name or password. Run `formcheck serve init` with the right ones."
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        yield False, f"The mail server does not take mail for {site.choices.mail}: {error.smtp_code} {said}."
    except (OSError, smtplib.SMTPException) as error:
        yield False, f"The mail server cannot be used: {error}. Check its address, port and certificate."
    else:
        yield True, f"The mail server takes mail for {site.choices.mail}."


_CHECKS: Final[Mapping[str, Callable[[Site], _Said]]] = {
    "secrets": _secrets,
    "certificate": _certificate,
    "clock": _clock,
    "login": _login,
    "address": _address,
    "app": _app,
    "https": _https,
    "camera": _camera,
    "websocket": _websocket,
    "relay": _relay,
    "disk": _disk,
    "database": _database,
    "backup": _backup,
    "mail": _mail,
}


def _tls(site: Site, context: ssl.SSLContext) -> ssl.SSLSocket:
    choices = site.choices
    plain = socket.create_connection(site.connect_to or (choices.domain, choices.https_port), _TIMEOUT_S)
    try:
        return context.wrap_socket(plain, server_hostname=choices.domain)
    except BaseException:
        plain.close()
        raise


def _ask(site: Site, path: str, headers: Mapping[str, str] | None = None) -> http.client.HTTPResponse:
    """Ask the server for a page; what its certificate is like is said elsewhere."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE
    name = urlsplit(site.choices.address).netloc
    with closing(http.client.HTTPConnection(site.choices.domain, timeout=_TIMEOUT_S)) as connection:
        connection.sock = _tls(site, anybody)
        connection.request("GET", path, headers={"Host": name, **(headers or {})})
        answer = connection.getresponse()
        if answer.status != 101:
            answer.read()
        return answer


def _provider(site: Site) -> tuple[str | None, int, bytes]:
    """Return what the login provider says of the time, its status and its document."""
    parts = urlsplit(site.choices.login_metadata)
    host, port = host_and_port(site.choices.login_metadata, {"https": 443, "http": 80})
    if parts.scheme == "https":
        made: http.client.HTTPConnection = http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S)
    else:
        made = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
    with closing(made) as connection:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.headers.get("Date"), answer.status, answer.read(1_000_000)
