"""What is measured must also be right: each contestant's copy equals what Halo has. How quick it was is not asked."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.contestants import BARE_LOOP, PORTAL, POSTGRESQL, SQLITE, Entry
from benchmarks.databases import Databases
from benchmarks.task import Task
from portal.sandbox.halo import HaloSandbox, Knobs, Settings, running
from portal.sandbox.sizes import DEFAULT_RECORDS
from portal.sandbox.truth import digest
from tests.halo_fixtures import is_asked_for

PAYLOADS = {
    BARE_LOOP: "SELECT type, id, body FROM record",
    PORTAL: "SELECT record_type, remote_id, payload FROM record WHERE state = 'live'",
}


@pytest.fixture
def halo() -> Iterator[HaloSandbox]:
    with running(HaloSandbox(Settings(knobs=Knobs(quota=0)))) as sandbox:
        yield sandbox


@pytest.fixture(params=[(BARE_LOOP, SQLITE), (PORTAL, SQLITE), (PORTAL, POSTGRESQL)], ids=lambda pair: pair[0].name)
def entry(request: pytest.FixtureRequest, halo: HaloSandbox, tmp_path: Path) -> Entry:
    """Let each contestant connect to the Halo, with nothing copied yet."""
    contestant, engine = request.param
    server = request.getfixturevalue("postgres_server") if engine == POSTGRESQL else ""
    login = halo.credentials()
    database = Databases(tmp_path, server).new(engine)
    entry = Entry(
        contestant, engine, Task.of_halo(halo.url, login.client_id, login.client_secret, database, str(tmp_path))
    )
    entry.connect()
    return entry


def test_a_contestant_copies_all_that_halo_has(halo: HaloSandbox, entry: Entry) -> None:
    result = entry.sync()
    assert result.records == DEFAULT_RECORDS
    truth = halo.truth(ids=True, digests=True)
    assert entry.live() == {name: {*each["active_ids"], *each["inactive_ids"]} for name, each in truth.items()}
    assert digests(entry) == {name: each["digests"] for name, each in truth.items()}


def digests(entry: Entry) -> dict[str, dict[str, str]]:
    """Digest each copied payload as the sandbox does."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for record_type, remote_id, payload in entry.rows(PAYLOADS[entry.contestant]):
        found[record_type][str(remote_id)] = digest(_as_listed(json.loads(payload)))
    return found


def _as_listed(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out the keys that the portal asks for on top."""
    return {key: value for key, value in row.items() if not is_asked_for(key)}
