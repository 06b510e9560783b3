"""PORTAL_PUBLIC_URL: where people and Halo reach the portal, written as browsers write an origin."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

import idna

from portal import allowed_hosts

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
EXAMPLE: Final = "must be an address such as https://portal.example.com"


def origin(text: str) -> str:
    """Return scheme, host and port: in lower case, in ASCII, without the scheme's own port.

    Raises ValueError that says how to write it.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = _ascii(parts.hostname or ""), parts.port
    except ValueError as error:
        raise ValueError(EXAMPLE) from error
    if parts.scheme not in DEFAULT_PORTS or parts.username is not None or parts.query or parts.fragment or port == 0:
        raise ValueError(EXAMPLE)
    if parts.path.strip("/"):
        # Static files, redirects and Halo's webhooks all count on being at the top of their host.
        raise ValueError(f"must have no path: give the portal a host name of its own, without {parts.path}")
    return f"{parts.scheme}://{allowed_hosts.name_of(host, None if port == DEFAULT_PORTS[parts.scheme] else port)}"


def _ascii(host: str) -> str:
    """Write a host as browsers do. Raises ValueError for what is none."""
    if allowed_hosts.is_ipv6(host):
        return host
    name = host if host.isascii() else idna.encode(host, uts46=True).decode()
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return name
