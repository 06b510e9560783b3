"""However many workers are called, the database lets one of them ask, once an hour."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from portal import clock, db
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.services.connecting import refused_credentials
from tests.postgres import database

__all__ = ["database"]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WORKERS = 8


def test_of_many_workers_one_takes_the_try(database: None, northwind: Account) -> None:
    parked = Integration.create(account=northwind, psa="halo", state="needs_attention")
    together = Barrier(WORKERS)

    def take(_: int) -> bool:
        with db.connected():
            together.wait(10)
            return refused_credentials.take_try(parked.id)

    with ThreadPoolExecutor(WORKERS) as threads:
        for hour in range(3):
            with clock.using(lambda hour=hour: NOON + timedelta(hours=hour)):  # type: ignore[misc]
                assert sum(threads.map(take, range(WORKERS))) == 1
                assert sum(threads.map(take, range(WORKERS))) == 0


def test_the_try_is_taken_only_where_attention_is_needed(database: None, northwind: Account) -> None:
    one = Integration.create(account=northwind, psa="halo", state="active")
    assert not refused_credentials.take_try(one.id)
    Integration.update(state="needs_attention").execute()
    assert refused_credentials.take_try(one.id)
    with clock.using(lambda: clock._system() + timedelta(minutes=59)):
        assert not refused_credentials.take_try(one.id)
