"""A database that refuses to write: real errors of both engines, and their messages for people."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from peewee import DatabaseError, IntegrityError

from portal.db import db, execute_many, placeholder, storage_problem
from portal.models.accounts import Account


def told(error: BaseException) -> str:
    trouble = storage_problem(error)
    assert trouble is not None, error
    problem, remedy = trouble
    assert remedy
    return problem


def test_a_full_disk_is_recognised_although_the_rollback_fails(database: None) -> None:
    (pages,) = db.execute_sql("PRAGMA page_count").fetchone()
    db.execute_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseError) as failed, db.atomic():
        Account.insert_many([{"name": f"{number} " + "x" * 5000} for number in range(50)]).execute()
    assert told(failed.value) == "The disk of the portal's database is full."


def test_a_statement_for_many_rows_fails_as_every_other_statement_does(database: None) -> None:
    with pytest.raises(IntegrityError):
        execute_many(f"INSERT INTO account (id) VALUES ({placeholder()})", [(1,), (1,)])  # noqa: S608  # a constant


def test_a_lock_timeout_is_recognised(database: None, tmp_path: Path) -> None:
    db.execute_sql("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(tmp_path / "portal.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError) as failed, db.atomic():
            Account.create(name="Northwind IT")
    assert told(failed.value) == "The portal's database was busy for too long."


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('could not extend file "base/5/16": No space left on device', "full"),
        ("canceling statement due to lock timeout", "busy"),
    ],
)
def test_postgresqls_messages_are_recognised(said: str, words: str) -> None:
    wrapped = DatabaseError()
    wrapped.__cause__ = psycopg.OperationalError(said)
    assert words in told(wrapped)


def test_a_bug_is_not_a_storage_problem(database: None) -> None:
    Account.create(name="Northwind IT")
    with pytest.raises(IntegrityError) as failed:
        Account.create(name="Northwind IT")
    assert storage_problem(failed.value) is None
    assert storage_problem(RuntimeError("a bug")) is None
