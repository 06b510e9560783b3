"""Which address the key of a callback may be fetched from (connectwise-api.md section 7).

The address is part of a body that nobody has proved yet. Without these rules, a stranger could have any server
called, or sign with the key of another ConnectWise company.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from portal import guard
from portal.connectwise import addresses
from portal.connectwise.webhooks import body

API: Final = "api-"
CLOUD: Final = frozenset(
    {*addresses.CLOUD, *(f"sandbox-{region}.myconnectwise.net" for region in ("na", "eu", "au"))}
)
PORTS: Final = {"https": 443, "http": 80}
LONGEST: Final = 500
MOST_FIELDS: Final = 10
_PATH: Final = re.compile(r"/[A-Za-z0-9._~/-]*/system/callbackkey/[A-Za-z0-9._~/-]*", re.IGNORECASE)


def address_of(connection: Mapping[str, str], text: bytes) -> str | None:
    """Return the address of the key that a callback names; None if it must not be called for this connection."""
    claim, company = body.claim(text), connection.get("company_id", "")
    if claim is None or not company or not _is_same(claim.company_id, company):
        return None
    return _checked(claim.metadata.key_url, connection.get("site", ""), company)


def is_own_host(address: str, site: str) -> bool:
    """Whether an address is on the connection's own host, so that it may get its credentials."""
    try:
        parts, own = urlsplit(address), urlsplit(site)
        return parts.scheme == own.scheme and _place(parts) in _twins(_place(own))
    except ValueError:
        return False


def _checked(key_url: str, site: str, company: str) -> str | None:
    """Return the address in one spelling, so that the server cannot read another one from it than was checked."""
    try:
        parts, own = urlsplit(key_url), urlsplit(site)
        host, port = _place(parts)
        fields = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        own_place = _place(own)
    except ValueError:
        return None
    is_secure = parts.scheme == "https" or (parts.scheme == "http" and guard.is_allowed(host, port))
    is_cloud = port == PORTS["https"] and host.removeprefix(API) in CLOUD
    is_known = is_cloud or (host, port) in _twins(own_place)
    has_plain_path = _PATH.fullmatch(parts.path) and ".." not in parts.path.split("/")
    if "@" in parts.netloc or not (is_secure and is_known and has_plain_path and len(key_url) <= LONGEST):
        return None
    companies = [value for name, value in fields if name.lower() == "companyname"]
    # A server of the cloud has the keys of all companies there.
    if len(companies) > 1 or (is_cloud and not companies) or any(not _is_same(each, company) for each in companies):
        return None
    netloc = host if port == PORTS[parts.scheme] else f"{host}:{port}"
    return f"{parts.scheme}://{netloc}{parts.path}{'?' if fields else ''}{urlencode(fields)}"


def _place(parts: SplitResult) -> tuple[str, int]:
    """Return the host and the port. Raises ValueError for an address that has none."""
    if not parts.hostname or parts.scheme not in PORTS:
        raise ValueError(parts.netloc)
    host = parts.hostname.rstrip(".")
    return (f"[{host}]" if ":" in host else host), parts.port or PORTS[parts.scheme]


def _twins(place: tuple[str, int]) -> frozenset[tuple[str, int]]:
    """Return a host with and without the prefix that the API has in the cloud."""
    bare = place[0].removeprefix(API)
    return frozenset({(bare, place[1]), (f"{API}{bare}", place[1])})


def _is_same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
