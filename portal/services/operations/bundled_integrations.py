"""The parts of an account's support bundle about its integrations and their connection tests."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from peewee import fn

from portal.models.integrations import Integration
from portal.models.webhooks import Delivery
from portal.psa.connect_form import FieldKind
from portal.psa.registry import adapter_of
from portal.services.connecting import connection_tests
from portal.services.connecting.connection_tests import TestLine
from portal.services.operations.pseudonyms import Pseudonyms
from portal.services.records import stored_records
from portal.services.syncing import rate_limits
from portal.services.webhooks import webhook_secrets
from portal.sync.filters import read, write

STATES: Final = (
    "state",
    "problem",
    "remedy",
    "wizard_step",
    "record_types",
    "schedule",
    "full_hour",
    "paused_at",
    "next_sync_at",
    "next_full_at",
    "credential_refusals",
    "credentials_retry_at",
    "tested_at",
    "created_at",
    "activated_at",
    "disconnected_at",
    "deletion_requested_at",
)


def integration(one: Integration, people: Pseudonyms) -> dict[str, Any]:
    return {
        "psa": one.psa,
        **{name: getattr(one, name) for name in STATES},
        "addresses": _addresses(one),
        "agent": people.of(one.agent_name),
        "filters": write(read(one.filters)),
        "records": stored_records.counts(one),
        "requests": asdict(rate_limits.current(one)),
        "webhook": {
            "skipped": one.webhook_skipped,
            "authentication": one.webhook_login if webhook_secrets.is_used(one) else "signed by the PSA",
            "two_secrets": webhook_secrets.is_rotating(one),
            "last_delivery_at": one.last_delivery_at,
            "silence_noted_at": one.silence_noted_at,
            "catch_up_at": one.catch_up_at,
            "deliveries": _deliveries(one),
        },
    }


def tests(one: Integration, people: Pseudonyms) -> list[dict[str, Any]]:
    return [_test(line, people) for line in connection_tests.history(one)]


def _test(line: TestLine, people: Pseudonyms) -> dict[str, Any]:
    test = line.test
    return {
        "at": test.at,
        "by": people.of(line.by),
        "passed": test.passed,
        "problem": test.problem,
        "address": test.address,
        "agent": people.of(test.agent_name),
        "psa_version": test.psa_version,
        "milliseconds": test.milliseconds,
        "lists": test.lists,
        "changes": [
            f"{each.record_type}: {each.before.access} {each.before.total} → {each.after.access} {each.after.total}"
            for each in line.changes
        ],
    }


def _addresses(one: Integration) -> dict[str, str]:
    form = adapter_of(one.psa).connect_form
    return {each.name: one.connection.get(each.name, "") for each in form.fields if each.kind == FieldKind.ADDRESS}


def _deliveries(one: Integration) -> dict[str, int]:
    """Count the integration's deliveries by their state."""
    query: Any = Delivery.select(Delivery.state, fn.COUNT(Delivery.id)).where(Delivery.integration == one)
    return dict(query.group_by(Delivery.state).tuples())
