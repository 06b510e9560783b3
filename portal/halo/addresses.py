"""What people type as Halo's addresses, and the addresses that are called."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlencode, urlsplit

from portal import guard
from portal.halo import hosts, pasted
from portal.psa.connect_form import ParsedAddress

# Halo's paths are case-insensitive (halo-api.md section 0).
ENDINGS: Final = frozenset({"api", "auth", "token", "authinfo", "apidoc", "swagger"})
# What the first folder is called in links to Halo's own pages.
PAGES: Final = frozenset(
    """account admin agent asset assets calendar client clients config configuration customer customers dashboard
    dashboards home invoice invoices item items kb login opportunities opportunity portal project projects quote
    quotes report reporting reports sales self-service site sites supplier suppliers ticket tickets timesheet
    timesheets user users""".split()  # noqa: SIM905  # as a list it would fill forty lines
)
# Halo serves these itself, always without a folder (section 0).
HOSTED: Final = (".halopsa.com", ".haloitsm.com", ".haloservicedesk.com")
TIDIED: Final = "it was written in the usual way"
DEFAULT_PORTS: Final = {"https": 443, "http": 80}


def parse_address(text: str) -> ParsedAddress:
    """Make the Resource Server's address of whatever was pasted, and tell what was corrected.

    Raises ValueError when it names no host, more than one, or a user beside it.
    """
    address, notes = pasted.cleaned(text)
    if "://" not in address:
        address = f"https://{address}"
        notes.append("https:// was added")
    parts = urlsplit(address)
    if parts.scheme not in DEFAULT_PORTS or pasted.is_no_place(parts.netloc):
        raise ValueError(text)
    host, host_notes = hosts.understood(_typed_host(parts))
    scheme = _scheme(parts, host)
    if scheme != parts.scheme:
        notes.append("http was changed to https")
    port, path = _port(parts, scheme), _folder(parts.path, host)
    left_off = [*_port_left_off(parts, port), *_path_left_off(parts, path)]
    understood = f"{scheme}://{host}{port}{path}"
    notes += [*host_notes, *left_off]
    return ParsedAddress(understood, tuple(notes) if notes or understood == text else (TIDIED,))


def normalize_base_url(text: str) -> str:
    """Return the Resource Server without what people paste around it. Raises ValueError as `understand` does."""
    return parse_address(text).address


def normalize_auth_server(text: str) -> str:
    """Return the Authorisation Server as Halo shows it, ending in /auth once. Raises ValueError as `understand`."""
    return auth_server_of(parse_address(text).address)


def auth_server_of(base_url: str) -> str:
    """Guess the Authorisation Server; hosted Halo has it on the same host (halo-api.md section 0)."""
    return f"{base_url}/auth"


def token_url(auth_server: str, tenant: str) -> str:
    """Return where tokens are asked for; the tenant goes into the query (halo-api.md section 1.1)."""
    query = f"?{urlencode({'tenant': tenant})}" if tenant else ""
    return f"{auth_server}/token{query}"


def host_of(address: str) -> str:
    """Return the host and its port, if any is named; empty for what is no address."""
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


def _typed_host(parts: SplitResult) -> str:
    """Return the host in the case that was typed, which urlsplit's own `hostname` has changed already."""
    host, start = parts.hostname or "", parts.netloc.lower().find(parts.hostname or "")
    return parts.netloc[start : start + len(host)] if start >= 0 else host


def _scheme(parts: SplitResult, host: str) -> str:
    """Secrets go by https only, but for the hosts that the operator has opened."""
    return parts.scheme if guard.is_allowed(host.strip("[]"), parts.port or 80) else "https"


def _port(parts: SplitResult, scheme: str) -> str:
    is_default = parts.port in {None, DEFAULT_PORTS[scheme], DEFAULT_PORTS[parts.scheme]}
    return "" if is_default else f":{parts.port}"


def _folder(path: str, host: str) -> str:
    """Keep the folder that an on-premises Halo may live in; cut off Halo's own pages and what lies behind them."""
    kept: list[str] = []
    for part in path.split("/"):
        if host.endswith(HOSTED) or part.lower() in ENDINGS | PAGES:
            break
        if part:
            kept.append(part)
    return "".join(f"/{part}" for part in kept)


def _port_left_off(parts: SplitResult, port: str) -> list[str]:
    typed = re.search(r":\d*$", parts.netloc)
    return [f"{typed[0]} was left off"] if typed and not port else []


def _path_left_off(parts: SplitResult, path: str) -> list[str]:
    """Name what stood behind the address; the reader is to recognise what was typed."""
    rest = parts.path.removeprefix(path)
    names = [part for part in rest.split("/") if part]
    if parts.query or parts.fragment or any(name.lower() not in ENDINGS for name in names):
        return ["the page behind the address was left off"]
    if names:
        return [f"/{'/'.join(names)} was left off"]
    return ["the slash at the end was left off"] if rest else []
