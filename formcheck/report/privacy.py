"""Where pictures go and what is kept of a person, in plain words: the one place of this text.

The guidance shows it, the live page links to it, and README.md repeats it, which a test holds to this.
"""

from __future__ import annotations

from typing import Final

PICTURES: Final = (
    "Where your browser can find your joints itself, your pictures stay on your device. It sends numbers to the "
    "computer that runs formcheck: where your joints are and which of them are covered, how many people are in view, "
    "how bright each picture is and whether it repeats the one before, and once a set the name of your browser, what "
    "finds the joints in it, and how well and how fast that did when it tried itself out.",
    "Where it cannot, small pictures go to the computer that runs formcheck, over your network. It finds the joints "
    "and forgets each picture at once: they are in its memory for moments, and on no disk unless you keep the video.",
    "It may change during a set, from your device to pictures that are sent, and only if you did not forbid it: the "
    "page says so at once, and the result says it under where the pose was found.",
    "In a remote session your clinician sees your camera and hears you. That goes from browser to browser, encrypted, "
    "maybe through a relay, which cannot read it. Still pictures are taken and kept only with your consent, "
    "and the call is recorded only while everybody in it agrees.",
    "Nobody else gets anything: formcheck counts no visitors and shows no advertisements, and it asks no other "
    "computer but those that whoever runs it set up, such as one for logins, and the one from which it installs its "
    "models. Nothing of your pictures goes there.",
)
KEPT: Final = (
    "No video is kept unless you tick “Keep the video of this set”. Where the pictures stay on your device, so does "
    "the video: you download it, give it to the record or delete it, and after seven days it is deleted when you are "
    "here again. Where pictures are sent, the video stays on the computer that runs formcheck for two hours at most, "
    "unless you keep the set.",
    "A set that you keep goes into the records on the computer that runs formcheck: joints over time, results, your "
    "answers about pain, and its video if you gave it. Who runs that computer, and the clinicians with a login there, "
    "can see it. Ask them to show, export or erase what is yours.",
    "Where your browser finds your joints, a set is kept on your device while it is done, without pictures, so that a "
    "lost network costs nothing. It is gone from there as soon as it is measured or you delete it; what you leave "
    "there is deleted after seven days, when you are here again.",
    "Beside that your browser remembers that you read the safety texts, on which days you did sets, and which way of "
    "finding joints is fast enough on it. That stays in it.",
    "A video that you upload goes to the computer that runs formcheck. There you choose whether the video is kept or "
    "the joints alone.",
)
"""What is kept, where, and for how long."""


def privacy_texts() -> tuple[str, ...]:
    """Return every paragraph, in order."""
    return (*PICTURES, *KEPT)
