"""Turns what people type or paste as Halo's address into the URLs to call."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit

from portal.psa import hosts, pasted
from portal.psa.connect_form import ParsedAddress

# Halo's paths are case-insensitive (halo-api.md section 0).
API_FOLDERS: Final = frozenset({"api", "auth", "token", "authinfo", "apidoc", "swagger"})
# The first folder in links to Halo's own pages.
PAGE_FOLDERS: Final = frozenset(
    """account admin agent asset assets calendar client clients config configuration customer customers dashboard
    dashboards home invoice invoices item items kb login opportunities opportunity portal project projects quote
    quotes report reporting reports sales self-service site sites supplier suppliers ticket tickets timesheet
    timesheets user users""".split()  # noqa: SIM905  # as a list it would fill forty lines
)
# Hosted by Halo, always at the root of the host (section 0).
HOSTED: Final = (".halopsa.com", ".haloitsm.com", ".haloservicedesk.com")
TIDIED: Final = "the format was normalized"


def parse_address(text: str) -> ParsedAddress:
    """Return the Resource Server's address in the pasted text, and the corrections made.

    Raises ValueError if the text contains no host, more than one, or a user name.
    """
    address, notes = pasted.cleaned(text)
    if "://" not in address:
        address = f"https://{address}"
        notes.append("https:// was added")
    parts = urlsplit(address)
    if parts.scheme not in hosts.DEFAULT_PORTS or pasted.is_invalid_netloc(parts.netloc):
        raise ValueError(text)
    host, host_notes = hosts.normalized(hosts.typed(parts))
    scheme = hosts.scheme(parts, host)
    if scheme != parts.scheme:
        notes.append("http was changed to https")
    port, path = hosts.port(parts, scheme), _folder(parts.path, host)
    removed = [*_removed_port(parts, port), *_removed_path(parts, path)]
    address = f"{scheme}://{host}{port}{path}"
    notes += [*host_notes, *removed]
    return ParsedAddress(address, tuple(notes) if notes or address == text else (TIDIED,))


def normalize_base_url(text: str) -> str:
    """Return the Resource Server's address, cleaned up. Raises ValueError like `parse_address`."""
    return parse_address(text).address


def normalize_auth_server(text: str) -> str:
    """Return the Authorisation Server as Halo shows it, ending in a single /auth. Raises ValueError likewise."""
    return auth_server_of(parse_address(text).address)


def auth_server_of(base_url: str) -> str:
    """Derive the default Authorisation Server, which is right for hosted Halo (halo-api.md section 0)."""
    return f"{base_url}/auth"


def token_url(auth_server: str, tenant: str) -> str:
    """Return the token endpoint, with the tenant in the query (halo-api.md section 1.1)."""
    query = f"?{urlencode({'tenant': tenant})}" if tenant else ""
    return f"{auth_server}/token{query}"


def _folder(path: str, host: str) -> str:
    """Return the folder that an on-premises Halo may be installed in, without Halo's own pages."""
    kept: list[str] = []
    for part in path.split("/"):
        if host.endswith(HOSTED) or part.lower() in API_FOLDERS | PAGE_FOLDERS:
            break
        if part:
            kept.append(part)
    return "".join(f"/{part}" for part in kept)


def _removed_port(parts: SplitResult, port: str) -> list[str]:
    typed = re.search(r":\d*$", parts.netloc)
    return [f"{typed[0]} was removed"] if typed and not port else []


def _removed_path(parts: SplitResult, path: str) -> list[str]:
    """Describe the removed part of the path in the user's own spelling."""
    rest = parts.path.removeprefix(path)
    names = [part for part in rest.split("/") if part]
    if parts.query or parts.fragment or any(name.lower() not in API_FOLDERS for name in names):
        return ["the path after the address was removed"]
    if names:
        return [f"/{'/'.join(names)} was removed"]
    return ["the trailing slash was removed"] if rest else []
