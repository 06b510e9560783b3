"""Testing a connection: what was typed, what came of it, and which test counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from portal import clock, places
from portal.db import db
from portal.errors import Invalid, PsaRateLimited
from portal.halo import addresses, discovery
from portal.halo.discovery import AuthInfo
from portal.halo.pasted import Understood
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.outbound import Door
from portal.psa.adapter import Connection
from portal.psa.diagnosis import Advice, Diagnosis, ListAccess
from portal.psa.registry import adapter_of
from portal.services.audit import audit_log
from portal.services.connecting.request_meter import Meter, own_policy
from portal.sync import budget
from portal.vault import Secret

TEST_SECONDS: Final = 30.0
SUGGESTION_SECONDS: Final = 8.0


@dataclass(frozen=True)
class ConnectionValues:
    """The wizard's five fields as typed. `client_secret` None keeps the stored one."""

    base_url: str
    auth_server: str
    tenant: str
    client_id: str
    client_secret: Secret | None


def understand(text: str) -> Understood:
    """Make a Base URL of what was pasted, with notes on what was corrected. Raises ValueError. Calls nobody."""
    return addresses.understand(text)


def suggest_auth_server(base_url: str) -> str:
    """Return the Auth Server that fits this Base URL, empty when there is no address in it. Calls nobody."""
    try:
        return addresses.auth_server_of(addresses.tidy_base_url(base_url))
    except ValueError:
        return ""


def discover(account_id: int, base_url: str) -> AuthInfo:
    """Ask the Halo of this tidy Base URL for its Auth Server and tenant; a Halo that says nothing is guessed.

    Raises Busy while there is no place for another call.
    """
    with places.place(account_id, SUGGESTION_SECONDS):
        if not budget.take(own_policy(account_id), 1, is_interactive=True).count:
            return discovery.guessed(base_url)
        with Door() as door:
            return discovery.discover(door, base_url)


def tidied(account_id: int, values: ConnectionValues) -> ConnectionValues:
    """Return the values as they are stored. Raises Invalid naming the field that is no address or empty.

    An Auth Server that was left blank is asked of Halo itself, and so is the tenant then; what was typed wins.
    """
    base_url = _address("base_url", values.base_url, addresses.tidy_base_url)
    tenant, client_id = values.tenant.strip(), values.client_id.strip()
    if not client_id:
        raise Invalid("client_id", "Client ID is needed.", "Copy it from your HaloPSA API application.")
    if values.auth_server.strip():
        auth_server = _address("auth_server", values.auth_server, addresses.tidy_auth_server)
    else:
        info = discover(account_id, base_url)
        auth_server, tenant = info.auth_server, tenant or info.tenant
    return ConnectionValues(base_url, auth_server, tenant, client_id, values.client_secret)


def test(integration: Integration, user: User | None) -> Diagnosis:
    """Test exactly what is stored, and remember in the row what came of it."""
    connection = opened(integration)
    diagnosis = judge(integration, connection, is_proved=is_proved(integration))
    with db.atomic():
        stored = Integration.get_by_id(integration.id)
        # Only while the values are still those that were tested: another tab may have changed them meanwhile. The
        # values themselves are compared, because a new vault key changes how the secret is stored.
        if opened(stored) == connection:
            tested = fingerprint(stored)
            found = {
                "client_secret": stored.__data__["client_secret"],
                "tested_fingerprint": tested if diagnosis.ok else None,
                "tested_at": clock.now(),
                "agent_name": diagnosis.agent,
                "findings": _findings(diagnosis, tested),
            }
            Integration.update(found).where(Integration.id == integration.id).execute()
            integration.__data__.update(found)
        audit_log.record(integration.account, user, "halo.tested", "passed" if diagnosis.ok else diagnosis.problem)
    return diagnosis


def judge(integration: Integration, connection: Connection, *, is_proved: bool) -> Diagnosis:
    """Test these values and remember nothing. `is_proved` tells that Halo has accepted exactly these before.

    Raises Busy while there is no place for another test.
    """
    adapter = adapter_of(integration.psa)
    meter = Meter(
        integration, is_proved=is_proved, proving=adapter.proving_requests, reading=adapter.reading_requests
    )
    with places.place(integration.account_id, TEST_SECONDS):
        try:
            with meter:
                return adapter.test(connection, meter)
        except PsaRateLimited as error:
            remedy = f"Nothing is wrong with these values. Test again in {error.retry_after or 0:.0f} seconds."
            return Diagnosis(ok=False, problem=error.problem, remedy=remedy)


def lists_of(integration: Integration) -> dict[str, ListAccess]:
    """Return what the last test has seen of each list, empty before the first."""
    return msgspec.convert((integration.findings or {}).get("lists", {}), dict[str, ListAccess])


def advice_of(integration: Integration) -> list[Advice]:
    """Return what could be better about the connection, as the last test has seen it."""
    return msgspec.convert((integration.findings or {}).get("advice", []), list[Advice])


def is_offered(integration: Integration, values: ConnectionValues) -> bool:
    """Tell whether the last test of exactly what is stored has offered to go to these places instead."""
    findings = integration.findings or {}
    if findings.get("tested") != fingerprint(integration) or not findings.get("fix"):
        return False
    places = ("base_url", "auth_server", "tenant")
    return all(getattr(values, name) == findings["fix"].get(name, getattr(integration, name)) for name in places)


def is_tested(integration: Integration) -> bool:
    """Tell whether exactly the stored values have passed the test."""
    return integration.tested_fingerprint == fingerprint(integration)


def is_proved(integration: Integration) -> bool:
    """Tell whether Halo has accepted exactly the stored values, and has not refused them since."""
    return is_tested(integration) and not integration.credential_refusals


def fingerprint(integration: Integration) -> str:
    """Return what changes with each of the connection values; the secret counts in its sealed form."""
    values = [
        integration.base_url,
        integration.auth_server,
        integration.tenant,
        integration.client_id,
        integration.__data__.get("client_secret"),
    ]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()


@contextmanager
def staying_tested(integration: Integration) -> Iterator[None]:
    """Let what was tested count as tested while the secret, which stays the same, is sealed anew. Saves nothing."""
    before, findings = fingerprint(integration), integration.findings or {}
    yield
    if integration.tested_fingerprint == before:
        integration.tested_fingerprint = fingerprint(integration)
    if findings.get("tested") == before:
        integration.findings = {**findings, "tested": fingerprint(integration)}


def opened(integration: Integration) -> Connection:
    """Open the secret for a call. Raises VaultError when it does not open."""
    secret = integration.client_secret
    return Connection(
        {
            "base_url": integration.base_url,
            "auth_server": integration.auth_server,
            "tenant": integration.tenant,
            "client_id": integration.client_id,
            "client_secret": secret.reveal() if secret else "",
        }
    )


def _findings(diagnosis: Diagnosis, tested: str) -> dict[str, Any]:
    """Return what of a diagnosis is kept in the row; `tested` is the fingerprint that it is about."""
    fix = dict(diagnosis.fix.changes) if diagnosis.fix else {}
    found: dict[str, Any] = msgspec.to_builtins(
        {"tested": tested, "fix": fix, "lists": diagnosis.lists, "advice": diagnosis.advice}
    )
    return found


def _address(field: str, text: str, tidy: Callable[[str], str]) -> str:
    try:
        return tidy(text)
    except ValueError as error:
        raise Invalid(field, "This is not an address.", "It looks like https://yourcompany.halopsa.com.") from error
