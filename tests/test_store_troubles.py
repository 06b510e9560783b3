"""A database that refuses to write: real refusals of both engines, and what people are told."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
from peewee import DatabaseError, IntegrityError

from portal.db import db
from portal.models.accounts import Account
from portal.store_troubles import understood


def test_a_full_disk_is_named_although_peewee_stumbles_over_its_rollback(database: None) -> None:
    (pages,) = db.execute_sql("PRAGMA page_count").fetchone()
    db.execute_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseError) as failed, db.atomic():
        Account.insert_many([{"name": f"{number} " + "x" * 5000} for number in range(50)]).execute()
    trouble = understood(failed.value)
    assert trouble is not None
    assert "disk" in trouble.problem
    assert "is full" in trouble.problem
    assert "Free some space" in trouble.remedy


def test_a_lock_that_is_held_for_too_long_is_named(database: None, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "portal.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    db.execute_sql("PRAGMA busy_timeout = 10")
    with pytest.raises(DatabaseError) as failed, db.atomic():
        Account.create(name="Northwind IT")
    other.close()
    trouble = understood(failed.value)
    assert trouble is not None
    assert "locked by another program" in trouble.problem


@pytest.mark.parametrize(
    ("error", "words"), [(psycopg.errors.DiskFull(), "is full"), (psycopg.errors.LockNotAvailable(), "locked")]
)
def test_postgresqls_words_for_it_are_understood(error: Exception, words: str) -> None:
    wrapped = DatabaseError()
    wrapped.__cause__ = error
    trouble = understood(wrapped)
    assert trouble is not None
    assert words in trouble.problem


def test_a_mistake_of_ours_is_no_trouble_of_the_store(database: None) -> None:
    Account.create(name="Northwind IT")
    with pytest.raises(IntegrityError) as failed:
        Account.create(name="Northwind IT")
    assert understood(failed.value) is None
    assert understood(RuntimeError("a bug")) is None
