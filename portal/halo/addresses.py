"""What people type as Halo's addresses, and the addresses that are called."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

# Halo's paths are case-insensitive (halo-api.md section 0).
ENDINGS: Final = ("/api", "/auth", "/token", "/authinfo")


def tidy_base_url(text: str) -> str:
    """Return the Resource Server without what people paste around it: blanks, a missing https, /api, /auth, slashes.

    Raises ValueError when no host is left.
    """
    return _tidy(text)


def tidy_auth_server(text: str) -> str:
    """Return the Authorisation Server as Halo shows it, ending in /auth. Raises ValueError when it has no host."""
    return f"{_tidy(text)}/auth"


def auth_server_of(base_url: str) -> str:
    """Guess the Authorisation Server; hosted Halo has it on the same host (halo-api.md section 0)."""
    return f"{base_url}/auth"


def token_url(auth_server: str, tenant: str) -> str:
    """Return where tokens are asked for; the tenant goes into the query (halo-api.md section 1.1)."""
    query = f"?{urlencode({'tenant': tenant})}" if tenant else ""
    return f"{auth_server}/token{query}"


def _tidy(text: str) -> str:
    address = text.strip()
    if "://" not in address:
        address = f"https://{address}"
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or _is_no_place(parts.netloc):
        raise ValueError(text)
    _ = parts.port  # raises ValueError when it is not a number
    path = parts.path.rstrip("/")
    while path.lower().endswith(ENDINGS):
        path = path.rpartition("/")[0].rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc.lower().rstrip(":"), path, "", ""))


def _is_no_place(netloc: str) -> bool:
    """Tell whether this names a user beside the host, or has what no host name has."""
    return any(character.isspace() or character in "@\\" for character in netloc)
