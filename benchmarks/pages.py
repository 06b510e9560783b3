"""How long the server takes for the dashboard's pages, with 300,000 records and 1,000,000 log rows in SQLite."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from array import array
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from portal import clock, create_app, db
from portal.config import Config
from portal.models.accounts import Account, RoleName, User
from portal.models.held_deletes import HeldDelete
from portal.models.integrations import Integration, IntegrationState
from portal.models.sync import RunKind, RunState, RunTrigger, StepState, SyncRun, SyncStep
from portal.routes.web.login.sessions import TOKEN
from portal.services.accounts import sessions
from portal.services.pages import dashboard
from portal.sync import counting
from portal.sync.record_types import RecordType

RECORDS = 300_000
LOG_ROWS = 1_000_000
ROUNDS = 40
HELD = 40_000
AN_ASSET = 7 * 20_000 + list(RecordType).index(RecordType.ASSETS)
# As many keys as an asset has.
PAYLOAD = json.dumps({f"field {number}": "some words" for number in range(70)})
LEVELS = ("info",) * 97 + ("warning",) * 2 + ("error",)

RECORD = (
    "INSERT INTO record (integration_id, record_type, remote_id, state, name, client_name, reference, status, digest,"
    " payload, first_seen_at, changed_at) VALUES (?, ?, ?, 'live', ?, '', '', '', ?, ?, ?, ?)"
)
LOG_ROW = (
    "INSERT INTO sync_log (integration_id, run_id, at, level, subject, record_type, remote_id, message, remedy)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')"
)


def measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(_config(Path(folder)))
        with db.connected():
            db.upgrade()
            integration, user = _fill()
            hold = _hold(integration)
            stamp = dashboard.stamp(integration)
            token, _ = sessions.start(user, address="127.0.0.1", user_agent="", remembered=False)
        client = app.test_client()
        with client.session_transaction() as session:
            session.update({"_user_id": user.fs_uniquifier, "_fresh": True, TOKEN: token})
        print(f"\n{RECORDS:,} records, {LOG_ROWS:,} log rows, SQLite; {ROUNDS} requests each, in the server\n")
        print(f"{'':38}{'p50':>10}{'p95':>10}")
        for name, path in _pages(stamp, hold):
            took = [_seconds(client, path) for _ in range(ROUNDS + 3)][3:]
            p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[-1]
            print(f"{name:38}{p50 * 1000:>7.1f} ms{p95 * 1000:>7.1f} ms")


def _pages(stamp: str, hold: HeldDelete) -> Iterator[tuple[str, str]]:
    yield "Integrations", "/integrations"
    yield "Data Sync", "/integrations/halo/sync"
    yield "Data Sync, unchanged poll", f"/integrations/halo/sync/progress?stamp={stamp}"
    yield "Sync Filters", "/integrations/halo/filters"
    yield "Sync Logs, newest", "/integrations/halo/logs"
    yield "Sync Logs, errors of assets", "/integrations/halo/logs?level=error&record_type=assets"
    yield "Sync Logs, deep in the middle", f"/integrations/halo/logs?before={LOG_ROWS // 2}"
    yield "Sync Logs, a type's single records", "/integrations/halo/logs?subject=record&record_type=assets"
    yield "Sync Logs, one record", "/integrations/halo/logs?record=123498"
    yield "Sync Logs, a run with its books", "/integrations/halo/logs?run=1"
    records = "/integrations/halo/records/assets"
    yield "Records, newest", records
    yield "Records, deep by name", f"{records}?order=name&after={AN_ASSET}"
    yield "Records, search", f"{records}?q=9876"
    yield "Records, search without a match", f"{records}?q=nothing"
    yield "Records, a number that is not there", f"{records}?q=99999999"
    yield "One record", f"{records}/{AN_ASSET}"
    yield "Held deletes, deep in the list", f"/integrations/halo/held/{hold.id}?page=300"
    yield "Configuration", "/integrations/halo/configuration"


def _seconds(client: FlaskClient, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path, headers={"HX-Request": "true"} if "progress" in path else {})
    took = time.perf_counter() - began
    if answer.status_code not in {200, 204}:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return took


def _config(folder: Path) -> Config:
    return Config(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'portal.sqlite3'}",
        redis_url=None,
        secret_key="a secret key for benchmarks",  # noqa: S106  # protects a folder that is gone in a minute
        vault_keys=(bytes(32),),
    )


def _fill() -> tuple[Integration, User]:
    account: Account = Account.create(name="Benchmark", enabled_psas=["halo"])
    user: User = User.create(account=account, email="a@b.example", role=RoleName.ADMIN, fs_uniquifier="benchmark")
    integration: Integration = Integration.create(
        account=account, psa="halo", state=IntegrationState.ACTIVE, record_types=[each.value for each in RecordType]
    )
    now = clock.now()
    run: SyncRun = SyncRun.create(
        integration=integration,
        kind=RunKind.FULL,
        trigger=RunTrigger.USER,
        state=RunState.SUCCEEDED,
        started_at=now,
        finished_at=now,
    )
    for position, each in enumerate(RecordType):
        SyncStep.create(run=run, position=position, record_type=each, state=StepState.SUCCEEDED)
    with db.db.atomic():
        db.db.cursor().executemany(RECORD, _records(integration.id))
        db.db.cursor().executemany(LOG_ROW, _log_rows(integration.id, run.id))
        for record_type in RecordType:
            counting.recount(integration.id, record_type)
    return integration, user


def _hold(integration: Integration) -> HeldDelete:
    first = list(RecordType).index(RecordType.ASSETS)
    ids = array("q", range(first, HELD * 7, 7))
    hold: HeldDelete = HeldDelete.create(
        integration=integration,
        record_type=RecordType.ASSETS,
        run_id=1,
        remote_ids=ids.tobytes(),
        count=len(ids),
        stored=RECORDS // 7,
        cause="The agent has probably lost the right to see them.",
    )
    return hold


def _records(integration_id: int) -> Iterator[tuple[Any, ...]]:
    types, now = list(RecordType), clock.now().replace(tzinfo=None)
    for number in range(RECORDS):
        record_type, moment = types[number % len(types)].value, str(now - timedelta(seconds=number // 500))
        # Names in another order than the numbers, as in life.
        name = f"Record {number * 7_919 % RECORDS}"
        yield integration_id, record_type, number, name, bytes(16), PAYLOAD, moment, moment


def _log_rows(integration_id: int, run_id: int) -> Iterator[tuple[Any, ...]]:
    types, moment = list(RecordType), str(clock.now().replace(tzinfo=None))
    for number in range(LOG_ROWS):
        record_type, level = types[number % len(types)].value, LEVELS[number % 100]
        subject, remote_id = ("page", None) if level == "info" else ("record", number % RECORDS)
        message = f"Line {number}: 50 assets read."
        yield integration_id, run_id, moment, level, subject, record_type, remote_id, message
