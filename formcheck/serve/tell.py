"""A mail to whoever runs the server: that something has failed, and where to look. Nothing of anybody stands in it."""

from __future__ import annotations

import smtplib
from contextlib import closing
from email.message import EmailMessage

from formcheck.serve.checks import open_mail
from formcheck.serve.choices import Choices, ServeError


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
