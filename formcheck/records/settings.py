"""Where the records are: one folder on this computer, and the database in it or elsewhere."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Final

from platformdirs import user_data_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DATABASE_FILE: Final = "records.sqlite3"


class RecordsSettings(BaseSettings):
    """Read from the environment: `FORMCHECK_HOME`, `FORMCHECK_DATABASE_URL`, `FORMCHECK_USER_NAME`."""

    model_config = SettingsConfigDict(env_prefix="FORMCHECK_", env_ignore_empty=True, frozen=True)

    home: Path = Field(default_factory=lambda: user_data_path("formcheck", appauthor=False))
    """The data directory. Files are kept here even where the database is elsewhere."""
    database_url: str | None = None
    """Of PostgreSQL, such as `postgresql://user@host/formcheck`; None for SQLite in `home`."""
    user_name: str | None = None
    """How the one user of an installation without accounts signs; None for the name of the system's account."""

    def url(self) -> str:
        """Return the database's address as SQLAlchemy takes it."""
        if self.database_url is None:
            return f"sqlite:///{self.home.resolve() / DATABASE_FILE}"
        scheme, separator, rest = self.database_url.partition("://")
        # Both short forms mean the one driver that formcheck brings along.
        return f"postgresql+psycopg{separator}{rest}" if scheme in {"postgres", "postgresql"} else self.database_url

    def owner_name(self) -> str:
        """Return the name that the one user signs with."""
        if self.user_name:
            return self.user_name
        try:
            return getpass.getuser()
        except (OSError, KeyError):  # an account without a name, as in some containers
            return "Owner"
