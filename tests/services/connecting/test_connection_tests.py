"""The last tests of a connection, each compared with the one before it."""

from __future__ import annotations

from typing import Any

from portal.models.accounts import Account, User
from portal.models.connection_tests import ConnectionTest
from portal.models.integrations import Integration
from portal.psa.diagnosis import Access, Diagnosis, ListAccess
from portal.services.connecting import connection_tests


def integration_of(account: Account, psa: str = "halo") -> Integration:
    made: Integration = Integration.create(account=account, psa=psa, connection={"base_url": "https://one.example"})
    return made


def note(integration: Integration, user: User | None = None, assets: str = "granted", **changes: Any) -> None:
    lists = {"assets": ListAccess(access=Access(assets), total=50, counted=True)}
    diagnosis = Diagnosis(**{"ok": True, "agent": "Scopable API", "lists": lists, **changes})
    connection_tests.record(integration, user, diagnosis, seconds=1.25)


def test_a_test_is_kept_with_what_it_found(northwind: Account, alice: User) -> None:
    integration = integration_of(northwind)
    note(integration, alice)
    (line,) = connection_tests.history(integration)
    assert (line.by, line.readable, line.of) == (alice.name or alice.email, 1, 1)
    assert (line.test.agent_name, line.test.milliseconds, line.changes) == ("Scopable API", 1250, [])


def test_a_permission_that_was_lost_is_named(northwind: Account) -> None:
    integration = integration_of(northwind)
    note(integration)
    note(integration, assets="refused")
    newest, oldest = connection_tests.history(integration)
    assert [(change.record_type, change.is_loss) for change in newest.changes] == [("assets", True)]
    assert newest.before == oldest.test
    assert newest.by == "Operator"


def test_a_failed_test_in_between_is_skipped(northwind: Account) -> None:
    integration = integration_of(northwind)
    note(integration)
    note(integration, ok=False, agent="", lists={}, problem="Halo doesn't answer.")
    note(integration, assets="empty")
    newest, failed, _ = connection_tests.history(integration)
    assert [change.record_type for change in newest.changes] == ["assets"]
    assert (failed.changes, failed.before, failed.of) == ([], None, 0)


def test_another_login_is_named(northwind: Account) -> None:
    integration = integration_of(northwind)
    note(integration)
    note(integration, agent="Somebody else")
    newest, _ = connection_tests.history(integration)
    assert newest.is_other_agent


def test_tests_of_another_address_are_not_compared(northwind: Account) -> None:
    integration = integration_of(northwind)
    note(integration)
    integration.connection = {"base_url": "https://other.example"}
    note(integration, assets="refused")
    assert connection_tests.history(integration)[0].changes == []


def test_only_the_last_ones_are_kept_and_others_stay(northwind: Account) -> None:
    integration, other = integration_of(northwind), integration_of(northwind, "connectwise")
    note(other)
    for _ in range(connection_tests.KEPT + 3):
        note(integration)
    assert len(connection_tests.history(integration)) == connection_tests.KEPT
    assert ConnectionTest.select().count() == connection_tests.KEPT + 1
    assert len(connection_tests.history(other)) == 1
