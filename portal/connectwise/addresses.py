"""Turns what people type or paste as ConnectWise's site into the address to call (connectwise-api.md section 1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

from portal.psa import hosts, pasted
from portal.psa.connect_form import ParsedAddress

# The hosts where people use the cloud, each with the host of its API. No other host has such a twin.
CLOUD: Final[Mapping[str, str]] = {
    "na.myconnectwise.net": "api-na.myconnectwise.net",
    "eu.myconnectwise.net": "api-eu.myconnectwise.net",
    "au.myconnectwise.net": "api-au.myconnectwise.net",
    "aus.myconnectwise.net": "api-aus.myconnectwise.net",
    "za.myconnectwise.net": "api-za.myconnectwise.net",
    "staging.connectwisedev.com": "api-staging.connectwisedev.com",
}
_REGIONS: Final[Mapping[str, str]] = {
    "na": "na.myconnectwise.net",
    "us": "na.myconnectwise.net",
    "usa": "na.myconnectwise.net",
    "northamerica": "na.myconnectwise.net",
    "unitedstates": "na.myconnectwise.net",
    "canada": "na.myconnectwise.net",
    "eu": "eu.myconnectwise.net",
    "uk": "eu.myconnectwise.net",
    "europe": "eu.myconnectwise.net",
    "unitedkingdom": "eu.myconnectwise.net",
    "au": "au.myconnectwise.net",
    "australia": "au.myconnectwise.net",
    "aus": "aus.myconnectwise.net",
    "za": "za.myconnectwise.net",
    "southafrica": "za.myconnectwise.net",
    "staging": "staging.connectwisedev.com",
}
# A region, as people say it: "NA", "api-eu", "North America (cloud)", "EU region".
_REGION: Final = re.compile(r"(?:api-)?([a-z]+?)(?:cloud|region|server|instance)?", re.IGNORECASE)
# A sandbox of the cloud, which has no host of its own for the API.
_SANDBOX: Final = re.compile(r"sandbox-(na|eu|au)", re.IGNORECASE)
TIDIED: Final = "the format was normalized"


def parse_address(text: str) -> ParsedAddress:
    """Return the address of the API in the pasted text, and the corrections made.

    Raises ValueError if the text contains no host, more than one, or a user name.
    """
    if region := _region(text):
        host = CLOUD.get(region, region)
        return ParsedAddress(f"https://{host}", (f"this region's address is {host}",))
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
    notes += host_notes
    port = hosts.port(parts, scheme)
    if (twin := CLOUD.get(host)) is not None:
        notes.append(f"{host} was changed to {twin}, the host of its API")
        host, port = twin, ""
    notes += _removed(parts, port)
    address = f"{scheme}://{host}{port}"
    return ParsedAddress(address, tuple(notes) if notes or address == text else (TIDIED,))


def normalize_site(text: str) -> str:
    """Return the address of the API. Raises ValueError like `parse_address`."""
    return parse_address(text).address


def api_url(site: str, path: str) -> str:
    """Return the URL of an API call. v4_6_release works on the cloud and on premises, before and after upgrades."""
    return f"{site}/v4_6_release/apis/3.0/{path}"


def _region(text: str) -> str:
    """Return the host that a region's name stands for; empty for any other text."""
    word = re.sub(r"[\s._()-]+", "", pasted.visible(text))
    if found := _SANDBOX.fullmatch(pasted.visible(text)):
        return f"sandbox-{found[1].lower()}.myconnectwise.net"
    if word.lower().startswith("api") and word.lower()[3:] in _REGIONS:
        word = word[3:]
    found = _REGION.fullmatch(word)
    return _REGIONS.get(word.lower()) or (_REGIONS.get(found[1].lower(), "") if found else "")


def _removed(parts: SplitResult, port: str) -> list[str]:
    """Describe what was removed after the host."""
    typed = re.search(r":\d*$", parts.netloc)
    removed = [f"{typed[0]} was removed"] if typed and not port else []
    if parts.path.strip("/") or parts.query or parts.fragment:
        return [*removed, "the path after the address was removed"]
    return [*removed, "the trailing slash was removed"] if parts.path else removed
