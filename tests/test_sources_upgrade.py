"""A database from before migration 0015: whose records are stored is known from then on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import db
from portal.config import Config
from tests.old_database import insert, opened


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, config: Config, tmp_path: Path) -> Iterator[Config]:
    with opened(request, config, tmp_path, last="0010_second_factor") as old:
        yield old


def test_what_is_stored_came_from_the_tenant_that_was_connected(old: Config) -> None:
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
