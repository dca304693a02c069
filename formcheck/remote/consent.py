"""What people in a room are asked to agree to: each item by itself, in words that are kept by their hash.

No answer is no. An answer counts for the words that were shown: when they change, it is asked anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, get_args

Item = Literal["measure", "keep_set", "keep_video", "still", "third_person", "record_call"]
"""What can be agreed to."""
Answer = Literal["yes", "no", "withdrawn"]
ITEMS: Final[tuple[Item, ...]] = get_args(Item)


@dataclass(frozen=True)
class ConsentText:
    """The words of one item: of a session, or another that is kept beside them (`formcheck.records.consents`)."""

    item: str
    version: int
    """Counts changes of the words."""
    title: str
    words: str
    language: str = "en"

    @property
    def sha256(self) -> str:
        """Of the words, in hexadecimal: what an answer is an answer to."""
        whole = "\n".join((self.item, str(self.version), self.language, self.title, self.words))
        return hashlib.sha256(whole.encode()).hexdigest()


_TEXTS: Final = (
    ConsentText(
        "measure",
        1,
        "Measure my movement during this session",
        "The camera picture is looked at on my own device. The positions of my joints, no pictures, go to the clinic's "
        "server while a set is done; my clinician sees what is measured. Where my device cannot do that, the pictures "
        "themselves go to the clinic's server. Without this we can still talk and see each other.",
    ),
    ConsentText(
        "keep_set",
        1,
        "Keep what was measured in my records",
        "The positions of my joints during a set and what was measured of it are kept in my records at the clinic, "
        "until they are erased.",
    ),
    ConsentText(
        "keep_video",
        2,
        "Keep the video of my sets in my records",
        "The pictures of a set are kept in my records at the clinic, where they went to its server. The voice is not.",
    ),
    ConsentText(
        "still",
        1,
        "Take single pictures of me",
        "My clinician may take a still picture from my camera, measure and draw on it, and keep it in my records.",
    ),
    ConsentText(
        "third_person",
        1,
        "Let another person join",
        "Another person whom my clinician names, such as an interpreter, a carer or a second clinician, may see and "
        "hear me during this session.",
    ),
    ConsentText(
        "record_call",
        1,
        "Record this session",
        "Sound and picture of everybody in this session are recorded in the clinician's browser and kept in the "
        "client's records at the clinic, until they are erased. A sign at everybody's shows when. It is done only "
        "while everybody who is there agrees: it rests when somebody joins, until they have answered, and is over at "
        "once when somebody says no. If I take my yes back, during the session or later, all that was recorded of it "
        "is deleted. If somebody who joins later says no, what was recorded before they came, without them, is kept.",
    ),
)
TEXTS: Final[Mapping[Item, ConsentText]] = MappingProxyType(dict(zip(ITEMS, _TEXTS, strict=True)))


@dataclass(frozen=True)
class Given:
    """One answer of one person."""

    person: str
    item: Item
    answer: Answer
    text_sha256: str


def answer_to(given: Iterable[Given], person: str, item: Item) -> Answer | None:
    """Return a person's newest answer to an item; None where they did not answer, or other words than those in force.

    Parameters
    ----------
    given
        All answers, the oldest first.
    person, item
        Whose answer to what.
    """
    newest: Given | None = None
    for each in given:
        if each.person == person and each.item == item:
            newest = each
    return None if newest is None or newest.text_sha256 != TEXTS[item].sha256 else newest.answer


def agreed(given: Iterable[Given], person: str, item: Item) -> bool:
    """Return whether a person agrees to an item; see `answer_to`."""
    return answer_to(given, person, item) == "yes"
