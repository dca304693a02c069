"""Who is at the other end: accounts behind pages, downloads and sockets, and what is shown to who has none."""
