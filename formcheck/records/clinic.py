"""The clinic whose documents these are: name, address, logo and paper; and how each clinician signs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from formcheck.records.access import RecordsError
from formcheck.records.files import FileStore, KeptFile
from formcheck.records.people import need_storable
from formcheck.records.records import Work
from formcheck.records.tables import Clinic, Signature
from formcheck.report.letterhead import Letterhead, Paper, checked_logo

_THE_ONE: Final = 1
_LOGO_SUFFIX: Final = ".png"
_LONGEST_NAME: Final = 200
_LONGEST_ADDRESS: Final = 1_000


@dataclass(frozen=True)
class ClinicDetails:
    """What is said of the clinic."""

    name: str = ""
    address: str = ""
    """In lines."""
    paper: Paper = Paper.A4


def clinic_details(work: Work) -> ClinicDetails:
    """Return what is said of the clinic; everybody whose documents have it at their head may read it."""
    row = work.session.get(Clinic, _THE_ONE)
    return ClinicDetails() if row is None else ClinicDetails(row.name, row.address, Paper(row.paper))


def change_clinic(work: Work, details: ClinicDetails) -> None:
    """Say what stands at the head of documents.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    RecordsError
        If a text is too long or cannot be kept.
    """
    work.actor.need_clinician("change what is said of the clinic")
    name, address = " ".join(details.name.split()), details.address.strip()
    if len(name) > _LONGEST_NAME or len(address) > _LONGEST_ADDRESS:
        raise RecordsError("The name or the address is too long.", f"Shorten it: {_LONGEST_NAME} letters are a lot.")
    need_storable(name, address)
    row = _row(work)
    row.name, row.address, row.paper = name, address, details.paper.value
    work.log("clinic.changed", subject=None, person=None)


def keep_logo(files: FileStore, data: bytes) -> KeptFile:
    """Make a logo ready for the store, drawn anew, before the transaction that needs it.

    Raises
    ------
    OutputError
        If it is no picture that can be taken; see `checked_logo`.
    """
    png = checked_logo(data)

    def write(path: Path) -> None:
        path.write_bytes(png)

    return files.write(_LOGO_SUFFIX, write)


def change_logo(work: Work, logo: KeptFile | None) -> None:
    """Put a logo at the head of documents, or none. The file of the old one goes with the next `remove_unused`."""
    work.actor.need_clinician("change the logo of the clinic")
    _row(work).logo_sha256 = None if logo is None else work.keep_file(logo)
    work.log("clinic.logo", subject=None, person=None)


def logo_png(work: Work) -> bytes:
    """Return the logo as PNG; empty where there is none, or where its file is gone."""
    row = work.session.get(Clinic, _THE_ONE)
    if row is None or row.logo_sha256 is None:
        return b""
    path = work.files.path(row.logo_sha256, _LOGO_SUFFIX)
    return path.read_bytes() if path.is_file() else b""


@dataclass(frozen=True)
class Signs:
    """How somebody signs."""

    name: str
    title: str = ""
    """Such as a profession and a number of registration."""


def signature_of(work: Work) -> Signs:
    """Return how the actor signs: as they said, else by their name."""
    row = work.session.get(Signature, work.actor.id)
    return Signs(work.actor.name) if row is None else Signs(row.name, row.title)


def change_signature(work: Work, signs: Signs) -> None:
    """Say how the actor signs documents.

    Raises
    ------
    NotAllowedError
        If the actor is a client.
    RecordsError
        If the name is empty, or a text too long.
    """
    work.actor.need_clinician("sign documents")
    name, title = " ".join(signs.name.split()), " ".join(signs.title.split())
    if not name or max(len(name), len(title)) > _LONGEST_NAME:
        raise RecordsError("The name that you sign with is empty or too long.", f"Give 1 to {_LONGEST_NAME} letters.")
    need_storable(name, title)
    row = work.session.get(Signature, work.actor.id)
    if row is None:
        row = Signature(account_id=work.actor.id)
        work.session.add(row)
    row.name, row.title = name, title
    work.log("clinic.signature", subject=None, person=None)


def letterhead(work: Work, *, paper: Paper | None = None, signed: bool = False) -> Letterhead:
    """Return what stands at head and foot of a document.

    Parameters
    ----------
    work
        Who asks for it.
    paper
        Of this document; None for the clinic's own.
    signed
        Whether the actor is to sign it.
    """
    details = clinic_details(work)
    signs = signature_of(work) if signed and work.actor.sees_everybody else Signs("")
    return Letterhead(paper or details.paper, details.name, (details.address,), logo_png(work), signs.name, signs.title)


def _row(work: Work) -> Clinic:
    row = work.session.get(Clinic, _THE_ONE)
    if row is None:
        row = Clinic(id=_THE_ONE, paper=Paper.A4.value)
        work.session.add(row)
    row.changed_by, row.changed_at = work.actor.name, work.now
    return row
