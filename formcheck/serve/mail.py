"""Mail to whoever runs the server: that something has failed, and where to look. Nothing of anybody stands in it."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import closing
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit

from formcheck.serve.choices import Choices, ServeError, host_and_port

_TIMEOUT_S: Final = 8.0


def open_mail(url: str) -> smtplib.SMTP:
    """Return a connection to a mail server, logged in where the address has a name; encrypted where it offers that.

    Raises
    ------
    OSError, smtplib.SMTPException
        If it cannot be had.
    """
    parts = urlsplit(url)
    host, port = host_and_port(url, {"smtp": 587, "smtps": 465})
    trusted = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=trusted)
    else:
        server = smtplib.SMTP(host, port, timeout=_TIMEOUT_S)
    try:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=trusted)
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def tell_of_failure(choices: Choices, mail_url: str, what: str) -> None:
    """Send the mail.

    Parameters
    ----------
    choices
        Of the server.
    mail_url
        Of the mail server.
    what
        Has failed, such as the name of a unit.

    Raises
    ------
    ServeError
        If it could not be sent.
    """
    message = EmailMessage()
    message["From"] = message["To"] = choices.mail
    message["Subject"] = f"formcheck on {choices.domain}: {what} has failed"
    message.set_content(
        f"{what} has failed on {choices.domain}.\n\nSee: journalctl --namespace=formcheck -u {what}\n"
        "And: formcheck-server serve check\n"
    )
    try:
        with closing(open_mail(mail_url)) as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise ServeError(f"The mail could not be sent: {error}.", "See `formcheck serve check`.") from error
