"""What the environment says about access."""

from __future__ import annotations

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from formcheck.errors import FormcheckError

NETWORK_VARIABLE = "FORMCHECK_ALLOW_NETWORK_WITHOUT_LOGIN"


class AccessSettingError(FormcheckError):
    """A setting about access that means nothing; nobody is let in until it does."""


class AccessSettings(BaseSettings):
    """Read from `FORMCHECK_ALLOW_NETWORK_WITHOUT_LOGIN` and `FORMCHECK_LOGIN_HOURS`."""

    model_config = SettingsConfigDict(env_prefix="FORMCHECK_", env_ignore_empty=True, frozen=True)

    allow_network_without_login: bool = False
    """Whether everybody who reaches the server may do everything where no login is set up."""
    login_hours: float = Field(default=12.0, gt=0, le=24 * 30)
    """After so long somebody has to log in again. Streamlit itself would keep a browser logged in for 30 days."""


def access_settings() -> AccessSettings:
    """Return the settings as they are now.

    Raises
    ------
    AccessSettingError
        If one of them means nothing.
    """
    try:
        return AccessSettings()
    except ValidationError as error:
        name = "FORMCHECK_" + "_".join(str(part) for part in error.errors()[0]["loc"]).upper()
        raise AccessSettingError(f"{name} has a value that means nothing.", "Correct it, or leave it out.") from error
