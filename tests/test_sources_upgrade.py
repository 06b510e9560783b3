"""A database from before migration 0015: whose records are stored is known from then on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playhouse.migrations import Runner

from portal import db

BEFORE = "0010_second_factor"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[None]:
    db.bind(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    with db.connected():
        Runner(db.db.obj, str(db.MIGRATIONS)).up(target=BEFORE)
        yield


def insert(table: str, **columns: object) -> None:
    """Write a row, with something in every column that must not be empty."""
    needed = {
        column.name: 0 if column.data_type.upper().startswith(("INT", "BOOL")) else "{}"
        for column in db.db.get_columns(table)
        if not column.null and column.name != "id"
    }
    values = needed | columns
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
    db.db.execute_sql(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(values.values()))  # noqa: S608  # our own names


def test_what_is_stored_came_from_the_tenant_that_was_connected(old: None) -> None:
    for number, (state, source) in enumerate(
        [("active", "u"), ("disconnected", "u"), ("draft", "u"), ("active", "")]
    ):
        insert("account", id=10 + number, name=f"MSP {number}")
        insert(
            "integration",
            account_id=10 + number,
            uid=f"uid {number}",
            webhook_id=f"id {number}",
            psa="halo",
            state=state,
            source_url=source,
            tenant="acme",
        )
    assert "0015_sources_and_counts" in db.upgrade()
    found = db.db.execute_sql("SELECT source_tenant FROM integration ORDER BY id").fetchall()
    assert [row[0] for row in found] == ["acme", "acme", "", ""]
