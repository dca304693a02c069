"""How well a fact of the catalogue or of the guidance is founded, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator

from formcheck.doors import Strict, must_be
from formcheck.exercises.toml_model import Said, Words


class Basis(StrEnum):
    """How well a fact is founded."""

    GUIDANCE = "patients' guidance"
    STUDY = "published work"
    GEOMETRY = "geometry"
    DEFAULT = "formcheck's own starting value"
    UNCHECKED = "literature, not yet checked"


EXPLAINED = {
    Basis.GUIDANCE: "Guidance written for patients with this kind of knee pain.",
    Basis.STUDY: "A published study or page that was read for this project, often its abstract only.",
    Basis.GEOMETRY: "Worked out from the positions of camera and leg.",
    Basis.DEFAULT: "No published source. A clinician may set it otherwise.",
    Basis.UNCHECKED: "Remembered from the literature; somebody has yet to look it up.",
}
"""What each basis means, for readers."""


@dataclass(frozen=True)
class Origin:
    """Where a fact comes from."""

    fact: str
    bases: tuple[Basis, ...]
    detail: str = ""
    """Author and year, or what was worked out."""


def _basis(names: tuple[str, ...]) -> tuple[str, ...]:
    known = [basis.name.lower() for basis in Basis]
    if not names or not set(names) <= set(known):
        raise must_be(f"one or more of {', '.join(known)}")
    return names


Bases = Annotated[Words, AfterValidator(_basis)]
"""Names of kinds of origin in a TOML file, in small letters."""


class OriginTable(Strict):
    """An `[[origin]]` of a TOML file."""

    fact: Said
    bases: Bases
    detail: Said = ""

    def origin(self) -> Origin:
        """Return it as typed objects."""
        return Origin(self.fact, tuple(Basis[name.upper()] for name in self.bases), self.detail)
