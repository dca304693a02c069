"""Files that browsers are handed: videos, data of the player, documents, archives."""
