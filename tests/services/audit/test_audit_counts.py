"""What strangers can repeat as fast as they like is counted: few rows, few writes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from portal import clock
from portal.db import db
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.services.accounts import users
from portal.services.audit import audit_counts
from portal.services.audit.audit_counts import MOST_GROUPS
from tests.postgres import database

__all__ = ["database"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def guess(account: Account, person: User | None = None, address: str = "192.0.2.1", at: datetime = NOON) -> None:
    with clock.using(lambda: at):
        audit_counts.count(account.id, person, "login.failed", address=address)


def rows() -> list[tuple[str, str, int]]:
    audit_counts.flush()
    return [(each.actor, each.address, each.count) for each in AuditEntry.select().order_by(AuditEntry.id)]


def test_what_is_alike_in_an_hour_is_one_entry(northwind: Account, alice: User) -> None:
    for minute in (0, 1, 59.9):
        guess(northwind, alice, at=NOON + minute * MINUTE)
    assert rows() == [(alice.email, "192.0.2.1", 3)]
    guess(northwind, alice, at=NOON + 60 * MINUTE)
    assert [count for _, _, count in rows()] == [3, 1]
    first = AuditEntry.select().order_by(AuditEntry.id).get()
    assert (first.at, first.last_at) == (NOON, NOON + 59.9 * MINUTE)


def test_people_and_addresses_have_separate_counts(northwind: Account, alice: User, sam: User) -> None:
    for person in (alice, sam, alice):
        guess(northwind, person)
    guess(northwind, alice, "192.0.2.2")
    assert sorted(rows()) == [
        (alice.email, "192.0.2.1", 2),
        (alice.email, "192.0.2.2", 1),
        (sam.email, "192.0.2.1", 1),
    ]


def test_a_network_of_ipv6_is_one_address(northwind: Account) -> None:
    for host in range(50):
        guess(northwind, address=f"2001:db8:0:7::{host:x}")
    guess(northwind, address="::ffff:192.0.2.1")
    assert rows() == [("", "2001:db8:0:7::/64", 50), ("", "192.0.2.1", 1)]


def test_addresses_without_end_fill_no_disk(northwind: Account) -> None:
    for number in range(5 * MOST_GROUPS):
        guess(northwind, address=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    found = rows()
    assert len(found) == MOST_GROUPS + 1
    assert found[-1] == ("", audit_counts.MANY, 4 * MOST_GROUPS)


def test_counting_writes_nothing_itself(northwind: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []
    monkeypatch.setattr(db.obj, "execute_sql", lambda sql, *_, **__: statements.append(sql))
    for _ in range(1000):
        guess(northwind)
    assert statements == []


def test_a_thousand_counts_are_one_write(northwind: Account) -> None:
    guess(northwind)
    audit_counts.flush()
    for _ in range(1000):
        guess(northwind)
    assert rows() == [("", "192.0.2.1", 1001)]


def test_threads_lose_no_count(northwind: Account) -> None:
    def refuse() -> None:
        for _ in range(200):
            audit_counts.count(northwind.id, None, "webhook.refused")

    threads = [threading.Thread(target=refuse) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    audit_counts.flush()
    assert sum(each.count for each in AuditEntry.select()) == 1600


def test_two_processes_share_an_entry(northwind: Account) -> None:
    guess(northwind)
    audit_counts.flush()
    audit_counts.forget()  # as another process, which has seen nothing of it
    guess(northwind, at=NOON + MINUTE)
    assert rows() == [("", "192.0.2.1", 2)]


def test_a_person_who_is_removed_meanwhile_keeps_the_count_by_name(northwind: Account, alice: User) -> None:
    guess(northwind, alice)
    users.remove(alice)
    audit_counts.flush()
    entry = AuditEntry.get(AuditEntry.action == "login.failed")
    assert (entry.user, entry.actor) == (None, alice.email)


def test_what_the_database_does_not_take_is_written_later(
    northwind: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    guess(northwind)
    with monkeypatch.context() as broken:
        broken.setattr(audit_counts, "_write", _fail)
        audit_counts.flush()
    guess(northwind)
    assert rows() == [("", "192.0.2.1", 2)]


def _fail(*_: object) -> None:
    from peewee import OperationalError

    raise OperationalError("database is locked")


def test_a_thread_of_its_own_writes_until_nothing_waits(northwind: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_counts, "FLUSH_SECONDS", 0.01)
    for _ in range(3):
        guess(northwind)
    thread = threading.Thread(target=audit_counts._flush_on)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert [each.count for each in AuditEntry.select()] == [3]
