"""A desk that takes uploads: records with a clock that is set by hand, and somebody who brings files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from formcheck.intake.claims import Claim, claim_next
from formcheck.intake.queue import Announced, begin, complete, note_received
from formcheck.intake.settings import IntakeSettings
from formcheck.intake.states import get_upload, upload_path
from formcheck.intake.wishes import Wishes
from formcheck.records.access import SYSTEM, Actor, Role, owner
from formcheck.records.accounts import actor_of, add_account
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import Upload

ROBIN = owner("Robin")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FEW = IntakeSettings(workers=1, upload_max_bytes=10_000_000)


@dataclass
class Clock:
    """The time, which stands still until it is put forward."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        """Put the clock forward, as `timedelta` takes it."""
        self.now += timedelta(**time)


@dataclass
class Desk:
    """Where files are brought."""

    settings: RecordsSettings
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.records = Records(self.settings, self.clock)

    def person(self, name: str) -> str:
        """Add somebody to the records; return their id."""
        with self.records.writing(ROBIN) as work:
            return add_person(work, PersonDetails(name)).id

    def client(self, person_id: str) -> Actor:
        """Let a person in as a client."""
        with self.records.writing(ROBIN) as work:
            return actor_of(add_account(work, f"{person_id}@example.org", Role.CLIENT, person_id=person_id))

    def begin(
        self, name: str = "set.mp4", size: int = 100, actor: Actor = ROBIN, *, person_id: str | None = None
    ) -> Upload:
        """Announce a file."""
        with self.records.writing(actor) as work:
            return begin(work, Announced(name, size), Wishes(), FEW, person_id=person_id)

    def send(self, row: Upload, content: bytes, actor: Actor = ROBIN) -> None:
        """Send the next bytes of a file."""
        path = upload_path(self.records.files, row)
        with path.open("ab") as file:
            file.write(content)
        with self.records.writing(actor) as work:
            before = get_upload(work, row.id).received
            note_received(work, row.id, before, before + len(content))

    def bring(
        self, content: bytes, name: str = "set.mp4", actor: Actor = ROBIN, *, person_id: str | None = None
    ) -> Upload:
        """Bring a file whole."""
        row = self.begin(name, len(content), actor, person_id=person_id)
        self.send(row, content, actor)
        return complete(self.records, actor, row.id)

    def claim(self, worker: str = "one") -> Claim | None:
        """Take the next upload."""
        with self.records.writing(SYSTEM) as work:
            return claim_next(work, worker)

    def look(self, upload_id: str, actor: Actor = ROBIN) -> Upload:
        """Look at an upload."""
        with self.records.reading(actor) as work:
            return get_upload(work, upload_id)

    def file_of(self, row: Upload) -> Path:
        """Return where the file of an upload is, or would be."""
        return upload_path(self.records.files, row)
