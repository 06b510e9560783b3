"""Testing a connection: the entered values, the result, and which test counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from portal import clock, outbound_slots
from portal.db import db
from portal.errors import Invalid, PsaRateLimited
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.outbound import OutboundClient
from portal.psa.adapter import Connection, Tenant
from portal.psa.connect_form import ConnectField, ConnectForm, FieldKind
from portal.psa.diagnosis import Advice, Diagnosis, ListAccess
from portal.psa.registry import adapter_of
from portal.services.audit import audit_log
from portal.services.connecting import connection_tests
from portal.services.connecting.request_meter import Meter, own_policy
from portal.sync import budget, store
from portal.vault import Secret

TEST_SECONDS: Final = 30.0
SUGGESTION_SECONDS: Final = 8.0
NO_SECRETS: Final[Mapping[str, Secret]] = {}


@dataclass(frozen=True)
class ConnectionValues:
    """Connection values by field name, as people entered them. A secret that is not in `secrets` stays as stored."""

    public: Mapping[str, str]
    secrets: Mapping[str, Secret]


def tenant_of(integration: Integration) -> Tenant:
    """Return the tenant that the stored connection values lead to."""
    return adapter_of(integration.psa).tenant_of(integration.connection)


def discover(account_id: int, form: ConnectForm, address: str) -> Mapping[str, str]:
    """Ask the PSA at this address for its other values; without an answer they are guessed.

    Raises Busy while there is no slot for another call.
    """
    with outbound_slots.slot(account_id, SUGGESTION_SECONDS):
        if not budget.take(own_policy(account_id), 1, is_interactive=True).count:
            return form.guess(address)
        with OutboundClient() as client:
            return form.discover(client, address)


def normalized(account_id: int, form: ConnectForm, values: ConnectionValues) -> ConnectionValues:
    """Return the values as they are stored. Raises Invalid naming a field that is empty or holds no address.

    If the first discoverable field is empty, the PSA is asked for all of them; values that people entered win.
    """
    public = {field.name: _normalized(form, field, values.public.get(field.name, "")) for field in form.public}
    if form.discovered and not public[form.discovered[0]]:
        found = discover(account_id, form, public[form.address])
        public |= {name: public[name] or found[name] for name in form.discovered}
    return ConnectionValues(public, values.secrets)


def test(integration: Integration, user: User | None) -> Diagnosis:
    """Test exactly the stored values, and store the result."""
    connection, began = opened(integration), clock.monotonic()
    diagnosis = judge(integration, connection, is_proved=is_proved(integration))
    seconds = clock.monotonic() - began
    with db.atomic():
        store.lock_records(integration.id)  # so that no secret is replaced between reading and writing
        stored = Integration.get_by_id(integration.id)
        # Only if the values are still those that were tested: another tab may have changed them. They are compared
        # themselves, because a new vault key changes how the secrets are stored.
        if opened(stored) == connection:
            integration.__data__["credentials"] = stored.__data__["credentials"]
            store_result(integration, diagnosis)
            connection_tests.record(integration, user, diagnosis, seconds=seconds)
        audit_log.record(
            integration.account, user, "integration.tested", "passed" if diagnosis.ok else diagnosis.problem
        )
    return diagnosis


def store_result(integration: Integration, diagnosis: Diagnosis) -> None:
    """Store the integration's credentials with the result of their test. Call it inside a transaction."""
    tested = fingerprint(integration)
    found = {
        "credentials": integration.__data__["credentials"],
        "tested_fingerprint": tested if diagnosis.ok else None,
        "tested_at": clock.now(),
        "agent_name": diagnosis.agent,
        "findings": _findings(diagnosis, tested),
    }
    Integration.update(found).where(Integration.id == integration.id).execute()
    integration.__data__.update(found)


def judge(integration: Integration, connection: Connection, *, is_proved: bool) -> Diagnosis:
    """Test these values and store nothing. `is_proved` means that the PSA has accepted exactly these before.

    Raises Busy while there is no slot for another test.
    """
    adapter = adapter_of(integration.psa)
    meter = Meter(
        integration, is_proved=is_proved, proving=adapter.proving_requests, reading=adapter.reading_requests
    )
    with outbound_slots.slot(integration.account_id, TEST_SECONDS):
        try:
            with meter:
                return adapter.test(connection, meter)
        except PsaRateLimited as error:
            seconds = round(error.retry_after or 0)
            again = f"{seconds} second{'' if seconds == 1 else 's'}"
            remedy = f"Your values aren't the cause. Test again in {again}."
            return Diagnosis(ok=False, problem=error.problem, remedy=remedy)


def lists_of(integration: Integration) -> dict[str, ListAccess]:
    """Return what the last test found out about each list; empty before the first test."""
    return msgspec.convert((integration.findings or {}).get("lists", {}), dict[str, ListAccess])


def advice_of(integration: Integration) -> list[Advice]:
    """Return the last test's suggestions for the connection."""
    return msgspec.convert((integration.findings or {}).get("advice", []), list[Advice])


def is_offered(integration: Integration, values: ConnectionValues) -> bool:
    """Return whether the last test of exactly the stored values offered these destinations as a fix."""
    findings = integration.findings or {}
    if findings.get("tested") != fingerprint(integration) or not findings.get("fix"):
        return False
    offered = {**integration.connection, **findings["fix"]}
    form = adapter_of(integration.psa).connect_form
    return all(values.public[each.name] == offered.get(each.name, "") for each in form.public if each.is_destination)


def is_tested(integration: Integration) -> bool:
    """Return whether exactly the stored values have passed the test."""
    return integration.tested_fingerprint == fingerprint(integration)


def is_proved(integration: Integration) -> bool:
    """Return whether the PSA has accepted exactly the stored values, and has not refused them since."""
    return is_tested(integration) and not integration.credential_refusals


def fingerprint(integration: Integration) -> str:
    """Return a hash of all connection values, with the secrets in their sealed form."""
    values = [integration.connection, integration.__data__.get("credentials")]
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


@contextmanager
def staying_tested(integration: Integration) -> Iterator[None]:
    """Keep a passed test valid while the unchanged secrets are sealed with another key. Saves nothing."""
    before, findings = fingerprint(integration), integration.findings or {}
    yield
    if integration.tested_fingerprint == before:
        integration.tested_fingerprint = fingerprint(integration)
    if findings.get("tested") == before:
        integration.findings = {**findings, "tested": fingerprint(integration)}


def opened(integration: Integration, secrets: Mapping[str, Secret] = NO_SECRETS) -> Connection:
    """Open the stored secrets for a call, with `secrets` in their places. Raises VaultError if they do not open."""
    blank = {field.name: "" for field in adapter_of(integration.psa).connect_form.fields}
    return Connection({**blank, **integration.connection, **_secrets(integration, secrets)})


def with_secrets(integration: Integration, secrets: Mapping[str, Secret]) -> Secret:
    """Return the credentials to store: the stored ones with `secrets` in their places."""
    return Secret(json.dumps(_secrets(integration, secrets), sort_keys=True))


def _secrets(integration: Integration, entered: Mapping[str, Secret]) -> dict[str, str]:
    revealed = {name: secret.reveal() for name, secret in entered.items()}
    is_complete = all(field.name in entered for field in adapter_of(integration.psa).connect_form.secrets)
    # Stored secrets that are all replaced stay closed: they may be damaged, and entering them again is the way out.
    if is_complete or integration.credentials is None:
        return revealed
    return {**json.loads(integration.credentials.reveal()), **revealed}


def _findings(diagnosis: Diagnosis, tested: str) -> dict[str, Any]:
    """Return the part of a diagnosis that is stored; `tested` is the fingerprint of the tested values."""
    fix = dict(diagnosis.fix.changes) if diagnosis.fix else {}
    found: dict[str, Any] = msgspec.to_builtins(
        {"tested": tested, "fix": fix, "lists": diagnosis.lists, "advice": diagnosis.advice}
    )
    return found


def _normalized(form: ConnectForm, field: ConnectField, typed: str) -> str:
    text = typed.strip()
    if not text and field.requires[0]:
        raise Invalid(field.name, *field.requires)
    if field.kind != FieldKind.ADDRESS or (not text and field.name != form.address):
        return text
    try:
        return form.normalize(field.name, text)
    except ValueError as error:
        raise Invalid(field.name, "This isn't a valid address.", f"It should look like {form.example}.") from error
