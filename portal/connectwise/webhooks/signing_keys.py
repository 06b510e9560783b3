"""Fetches a signing key (connectwise-api.md section 7): {"signing_key": "…"} from the address in a callback.

Two clients fetch it without credentials, a third says that it needs them: so they are sent only if ConnectWise asks
for them, and only to the connection's own host.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from portal.connectwise.credentials import Credentials
from portal.connectwise.webhooks.key_addresses import is_own_host
from portal.errors import PsaError
from portal.json_errors import JSON_ERRORS
from portal.outbound import CallLimits, OutboundClient, OutboundError, Response, TransportFailure
from portal.psa.adapter import Connection

LIMITS: Final = CallLimits(seconds=5.0, size=16 * 1024)
LONGEST_KEY: Final = 4_000
ASKS_FOR_CREDENTIALS: Final = (401, 403)
REMEDY: Final = (
    "Callbacks that are signed with it are refused until then, and syncs find what they were about. If this stays,"
    " check in a browser that {host} answers, and that no firewall refuses the portal."
)
_FAILURES: Final = {
    TransportFailure.TIMED_OUT: "it didn't respond in time",
    TransportFailure.TOO_LARGE: "its response was too large to be a key",
    TransportFailure.NOT_HTTPS: "the address isn't https",
    TransportFailure.TLS: "its certificate isn't valid",
}


class _Answer(msgspec.Struct):
    signing_key: str


def fetch(client: OutboundClient, connection: Mapping[str, str], address: str) -> str:
    """Return the signing key at an address that key_addresses.py has approved. Raises PsaError."""
    try:
        response = client.get(address, limits=LIMITS)
        if response.status in ASKS_FOR_CREDENTIALS and is_own_host(address, connection.get("site", "")):
            response = client.get(address, headers=Credentials.of(Connection(connection)).headers(), limits=LIMITS)
    except OutboundError as error:
        raise _error(address, _FAILURES.get(error.failure, "it can't be reached")) from error
    return _key(address, response)


def _key(address: str, response: Response) -> str:
    if 300 <= response.status < 400:
        raise _error(address, "it redirected to another address, which isn't followed")
    if response.status != 200:
        raise _error(address, f"it answered with status {response.status}")
    try:
        key = msgspec.json.decode(response.body, type=_Answer).signing_key
    except JSON_ERRORS as error:
        raise _error(address, "its response has no key") from error
    if not 0 < len(key) <= LONGEST_KEY:
        raise _error(address, "its response has no key")
    return key


def _error(address: str, why: str) -> PsaError:
    host = urlsplit(address).hostname or ""
    problem = f"ConnectWise's signing key couldn't be fetched from {host}: {why}."
    return PsaError(problem, REMEDY.format(host=host))
