"""A server for a clinic: what it is made of, as files that are written, and whether it is well."""

from typing import Final

PUBLIC_VARIABLE: Final = "FORMCHECK_PUBLIC_URL"
"""Under which address others reach the app, such as `https://knee.example.org`: links that are sent begin with it."""
