"""Where pictures go and what is kept of a person, in plain words: the one place of this text.

The guidance shows it, the live page links to it, and README.md repeats it, which a test holds to this.
"""

from __future__ import annotations

from typing import Final

PICTURES: Final = (
    "Where your browser can find your joints itself, your pictures stay on your device. It sends numbers to the "
    "computer that runs formcheck: where your joints are, how bright the picture is, and the name of your browser.",
    "Where it cannot, small pictures go to the computer that runs formcheck, over your network. It finds the joints "
    "and forgets each picture at once: they are in its memory for moments, and on no disk.",
    "Which of the two it was is written in the result, under where the pose was found.",
    "Nobody else gets anything: formcheck asks no other computer, counts no visitors and shows no advertisements.",
)
KEPT: Final = (
    "No video is kept unless you tick “Keep the video of this set”. Where the pictures stay on your device, so does "
    "the video: you download it, give it to the record or delete it, and after seven days it is deleted when you "
    "are here again. Where pictures are sent, the video stays on the computer that runs formcheck for two hours at "
    "most, unless you keep the set.",
    "A set that you keep goes into the records on the computer that runs formcheck: joints over time, results, your "
    "answers about pain, and its video if you gave it. Who runs that computer, and the clinicians with a login "
    "there, can see it. Ask them to show, export or erase what is yours.",
    "While there is no network, a set is kept on your device, and is gone from there as soon as it is measured or "
    "you delete it.",
    "Beside that your browser remembers that you read the safety texts, on which days you did sets, and which way "
    "of finding joints is fast enough on it. That stays in it.",
    "A video that you upload goes to the computer that runs formcheck. There you choose whether the video is kept "
    "or the joints alone.",
)
"""What is kept, where, and for how long."""


def privacy_texts() -> tuple[str, ...]:
    """Return every paragraph, in order."""
    return (*PICTURES, *KEPT)
