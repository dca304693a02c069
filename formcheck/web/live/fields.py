"""Taking checked values out of a JSON object, one field at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from formcheck.web.live.refusal import LiveRefusalError, malformed

_REMEDY = "Choose a value within these bounds."


class Fields:
    """The fields of one message. Each may be taken once; what is left over is refused at the end.

    Parameters
    ----------
    content
        The JSON object; emptied as its fields are taken.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content

    def take(self, name: str) -> Any:
        """Return a field's value and remove it, None where it is missing or null."""
        return self._content.pop(name, None)

    def choice(self, name: str, known: Sequence[str], default: str | None = None) -> str:
        """Return one of the known words.

        Raises
        ------
        LiveRefusalError
            If it is none of them, or is missing and there is no default.
        """
        value = self.take(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or value not in known:
            raise _bad(name, f"must be one of {', '.join(known)}", "Choose one of these.")
        return value

    def flag(self, name: str) -> bool:
        """Return true or false; false where it is missing.

        Raises
        ------
        LiveRefusalError
            If it is anything else.
        """
        value = self.take(name)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise _bad(name, "must be true or false", "Choose one of these.")
        return value

    def whole(self, name: str, lowest: int, highest: int, default: int | None = None) -> int:
        """Return a whole number within bounds.

        Raises
        ------
        LiveRefusalError
            If it is none, or is missing and there is no default.
        """
        value = self.whole_or_none(name, lowest, highest)
        if value is None:
            value = default
        if value is None:
            raise _bad(name, "is missing", "Reload the page.")
        return value

    def whole_or_none(self, name: str, lowest: int, highest: int) -> int | None:
        """Return a whole number within bounds, None where it is missing or null.

        Raises
        ------
        LiveRefusalError
            If it is none.
        """
        value = self.take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise _bad(name, f"must be a whole number from {lowest} to {highest}", _REMEDY)
        return value

    def number_or_none(self, name: str, lowest: float, highest: float) -> float | None:
        """Return a number within bounds, None where it is missing or null.

        Raises
        ------
        LiveRefusalError
            If it is none.
        """
        value = self.take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not lowest <= value <= highest:
            raise _bad(name, f"must be a number from {lowest:g} to {highest:g}", _REMEDY)
        number = float(value)
        if not math.isfinite(number):
            raise _bad(name, f"must be a number from {lowest:g} to {highest:g}", _REMEDY)
        return number

    def refuse_others(self) -> None:
        """Refuse fields that nobody took.

        Raises
        ------
        LiveRefusalError
            If there are any.
        """
        if self._content:
            name = min(self._content)[:40]
            raise malformed(f"A message has an unknown field `{name}`.")


def _bad(name: str, must: str, remedy: str) -> LiveRefusalError:
    return malformed(f"`{name}` {must}.", remedy, code="bad-setting")
