"""Moving to a new vault key while people and workers replace secrets: what they saved is never lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from peewee import OperationalError

from portal import clock, db, vault
from portal.db import connected
from portal.errors import VaultError
from portal.models.accounts import Account, User
from portal.models.alerts import AlertDestination
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.second_factor import Authenticator
from portal.models.signing_keys import SigningKey
from portal.models.tables import TABLES
from portal.psa.diagnosis import Diagnosis
from portal.services.accounts import two_factor
from portal.services.alerts import destinations
from portal.services.alerts.destinations import SEVERITIES, Wishes
from portal.services.connecting import connections
from portal.services.operations import sealed_values
from portal.vault import EncryptedField, Sealed, Secret, Vault
from tests.postgres import database
from tests.routes.phone import Phone

__all__ = ["database"]

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
COLUMNS = [
    (table, field.name)
    for table in TABLES
    for field in table._meta.sorted_fields
    if isinstance(field, EncryptedField)
]


class Interrupted(Vault):
    """Lets something happen in another thread, on its own connection, whenever a secret has just been sealed."""

    def __init__(self, keys: tuple[bytes, ...], meanwhile: Callable[[], object]) -> None:
        super().__init__(keys)
        self._meanwhile = meanwhile
        self._is_interrupted = False

    def seal(self, secret: Secret, bound_to: str) -> str:
        sealed = super().seal(secret, bound_to)
        if not self._is_interrupted:
            self._is_interrupted = True
            with ThreadPoolExecutor(1) as pool:
                pool.submit(_connected(self._meanwhile)).result()
            self._is_interrupted = False
        return sealed


@pytest.fixture
def sealed(northwind: Account, alice: User) -> Account:
    """Have a secret in each column that holds any, all sealed with the old key."""
    vault.bind((OLD,))
    integration = Integration(account=northwind, psa="halo")
    integration.credentials = Secret('{"client_secret": "old"}')
    integration.webhook_secret = Secret("old")
    integration.webhook_old_secret = Secret("older")
    integration.save()
    Authenticator.create(user=alice, secret=Secret("OLD"))
    key = SigningKey(integration=integration, address="https://keys.example", requested_at=clock.now())
    key.key = Secret("old")
    key.save()
    AlertDestination.create(
        account=northwind, name="On call", service="Webhook", severity="error", address=Secret("a")
    )
    return northwind


def rotate_while(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], object]) -> int:
    monkeypatch.setattr(vault, "_vault", Interrupted((NEW, OLD), meanwhile))
    return sealed_values.rotate()


def put(table: Any, name: str, secret: Secret | None) -> None:
    row = table.get()
    setattr(row, name, secret)
    row.save(only=[name])


def revealed(table: Any, name: str) -> str | None:
    secret = getattr(table.get(), name)
    return secret and str(secret.reveal())


def once(action: Callable[[], object]) -> Callable[[], object]:
    left = [action]
    return lambda: left.pop()() if left else None


def _connected(action: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        with connected():
            action()

    return run


def test_every_table_with_secrets_is_rotated() -> None:
    assert {table for table, _ in COLUMNS} == set(sealed_values.HOLDERS)


@pytest.mark.parametrize(("table", "name"), COLUMNS)
def test_a_secret_replaced_at_the_same_instant_stays_replaced(
    sealed: Account, monkeypatch: pytest.MonkeyPatch, table: Any, name: str
) -> None:
    rotate_while(monkeypatch, once(lambda: put(table, name, Secret("new"))))
    vault.bind((NEW,))
    assert revealed(table, name) == "new"
    assert (sealed_values.examine().ok, sealed_values.examine().sealed) == (True, len(COLUMNS))


def test_a_secret_replaced_by_a_process_with_the_old_key_is_read_again_and_re_encrypted(
    sealed: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = once(lambda: store_with_old_key("webhook_secret", Secret("new")))
    assert rotate_while(monkeypatch, replace) == len(COLUMNS)
    vault.bind((NEW,))
    assert revealed(Integration, "webhook_secret") == "new"


@pytest.mark.parametrize("name", ["webhook_old_secret", "credentials"])
def test_a_secret_removed_at_the_same_instant_stays_removed(
    sealed: Account, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert rotate_while(monkeypatch, lambda: put(Integration, name, None)) == len(COLUMNS) - 1
    assert revealed(Integration, name) is None


def test_a_row_deleted_at_the_same_instant_stays_deleted(sealed: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rotate_while(monkeypatch, lambda: AlertDestination.delete().execute()) == len(COLUMNS) - 1
    assert not AlertDestination.select().exists()


def test_what_is_replaced_by_somebody_else_is_not_counted(sealed: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    rotate_while(monkeypatch, lambda: put(AlertDestination, "address", Secret("new")))
    assert AuditEntry.get().detail == f"{len(COLUMNS) - 1} secrets"


def test_credentials_refused_at_the_same_instant_do_not_become_proved(
    sealed: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration = Integration.get()
    Integration.update(tested_fingerprint=connections.fingerprint(integration), tested_at=clock.now()).execute()
    rotate_while(monkeypatch, once(lambda: Integration.update(tested_fingerprint=None).execute()))
    assert not connections.is_tested(Integration.get())
    vault.bind((NEW,))
    assert sealed_values.examine().ok


def test_findings_of_a_test_that_ends_at_the_same_instant_stay(
    sealed: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    Integration.update(findings={"lists": {}}, tested_at=clock.now()).execute()
    found = {"lists": {"assets": {"access": "refused"}}}
    store = once(lambda: Integration.update(findings=found, tested_at=clock.now()).execute())
    assert rotate_while(monkeypatch, store) == len(COLUMNS)
    assert Integration.get().findings == found


def test_a_secret_that_changes_all_the_time_ends_with_what_to_do(
    sealed: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[str] = []

    def replace() -> None:
        saved.append(f"number {len(saved)}")
        store_with_old_key("webhook_secret", Secret(saved[-1]))

    with pytest.raises(VaultError, match="A secret of Northwind IT changed 10 times") as caught:
        rotate_while(monkeypatch, replace)
    assert "restart every process, then run `portal vault rotate` again" in caught.value.remedy
    assert revealed(Integration, "webhook_secret") == saved[-1]
    # What was done before is kept, and is in the audit log.
    assert vault.vault().is_current(Integration.get().__data__["credentials"])
    assert AuditEntry.get().detail == "1 secret"
    vault.bind((NEW, OLD))
    assert sealed_values.rotate() == len(COLUMNS) - 1


def test_a_secret_that_does_not_open_stops_all_before_anything_is_written(sealed: Account) -> None:
    AlertDestination.update(uid="another").execute()
    vault.bind((NEW, OLD))
    with pytest.raises(VaultError):
        sealed_values.rotate()
    vault.bind((OLD,))
    assert (sealed_values.examine().stale, AuditEntry.select().count()) == (0, 0)


def test_two_threads_at_once(northwind: Account) -> None:
    vault.bind((OLD,))
    wishes, hook = Wishes("On call", next(iter(SEVERITIES)), has_reminders=False), "jsons://alerts.acme.example/"
    ids = [destinations.add(northwind, None, wishes, Secret(f"{hook}old{number}")).id for number in range(20)]
    vault.bind((NEW, OLD))
    start = Barrier(2)

    def replace() -> None:
        start.wait()
        for destination_id in reversed(ids):
            found = AlertDestination.get_by_id(destination_id)
            destinations.replace_address(found, None, Secret(f"{hook}new{destination_id}"))

    def rotate() -> None:
        start.wait()
        sealed_values.rotate()

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(_connected(action)) for action in (replace, rotate)]:
            each.result()
    vault.bind((NEW,))
    assert [AlertDestination.get_by_id(one).address.reveal() for one in ids] == [f"{hook}new{one}" for one in ids]


def test_an_app_that_is_being_set_up_meanwhile_works_with_the_new_key_alone(northwind: Account, alice: User) -> None:
    vault.bind((OLD,))
    setup = two_factor.begin(alice)
    code = Phone(setup.key_for(alice).reveal()).code()
    vault.bind((NEW, OLD))
    sealed_values.rotate()
    two_factor.finish(alice, setup, code)
    vault.bind((NEW,))
    assert sealed_values.examine().ok


def test_no_secret_is_replaced_while_the_result_of_a_connection_test_is_stored(
    sealed: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_result = connections.store_result

    def replace() -> None:
        db.db.execute_sql("PRAGMA busy_timeout = 50" if db.is_sqlite() else "SET lock_timeout = 50")
        put(Integration, "credentials", Secret('{"client_secret": "new"}'))

    def meanwhile(integration: Integration, diagnosis: Diagnosis) -> None:
        with ThreadPoolExecutor(1) as pool, pytest.raises(OperationalError):
            pool.submit(_connected(replace)).result()
        store_result(integration, diagnosis)

    monkeypatch.setattr(connections, "judge", lambda *_, **__: Diagnosis(ok=True))
    monkeypatch.setattr(connections, "store_result", meanwhile)
    connections.test(Integration.get(), None)
    assert connections.is_tested(Integration.get())


def store_with_old_key(name: str, secret: Secret) -> None:
    integration = Integration.get()
    sealed = Sealed(Vault((OLD,)).seal(secret, f"integration/{integration.uid}/{name}"))
    Integration.update({name: sealed}).execute()
