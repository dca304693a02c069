"""The player of a set, with links to its video and data that only whoever looks at it can use."""

from __future__ import annotations

from formcheck.records.access import Actor
from formcheck.records.records import Records
from formcheck.web.downloads.links import player_link, video_link
from formcheck.web.player.component import show_player
from formcheck.web.player.events import PlayerEvent
from formcheck.web.shared.opened_set import OpenedSet


def show_player_of(_records: Records, actor: Actor, opened: OpenedSet) -> PlayerEvent | None:
    """Show the player of a set; return what the reviewer has just done in it."""
    row = opened.row
    drawn = "-".join(each.id[:8] for each in opened.annotations)
    return show_player(
        f"player-{row.id}",
        video_url=None if row.video_sha256 is None else video_link(actor, row.id),
        data_url=player_link(actor, row.id),
        version=f"{row.version}-{drawn}",
        editable=actor.sees_everybody,
    )
