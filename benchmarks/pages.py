"""How long the server takes for the pages of a large portal (benchmarks/big_portal.py)."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from flask.testing import FlaskClient

from benchmarks.big_portal import LOG_ROWS, RUNS, BigPortal, copied, filled
from benchmarks.contestants import POSTGRESQL
from benchmarks.databases import postgresql
from portal import create_app, db
from portal.config import Config
from portal.models.sync import LogSubject, SyncLog, SyncStep
from portal.routes.web import answers
from portal.routes.web.login.sessions import TOKEN
from portal.services.accounts import sessions
from portal.services.pages import sync_logs
from portal.services.pages.data_sync import tab
from portal.services.pages.record_lists import Order
from portal.services.pages.sync_logs import LogFilters

ROUNDS: Final = 40
WARM_UP: Final = 3
HALO: Final = "/integrations/halo"
SEARCHES: Final = {
    "a common word": "read",
    "the beginning of a common word": "rea",
    "two words of no line": "sites+assets",
    "a rare word": "stored",
    "a number": "123498",
    "no match": "nothing",
}


def measure(records: int, engines: list[str]) -> None:
    """Measure every page on each engine, and print p50 and p95."""
    for engine in engines:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            server = ""
            if engine == POSTGRESQL:
                server = stack.enter_context(postgresql(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
            database = copied(folder, engine, server, records)
            _measure(folder, engine, database, records)


def _measure(folder: Path, engine: str, database: str, records: int) -> None:
    app = create_app(_config(folder, database))
    with db.connected():
        big = filled(LOG_ROWS)
        token, _ = sessions.start(big.user, address="127.0.0.1", user_agent="", remembered=False)
    client = app.test_client()
    with client.session_transaction() as session:
        session.update({"_user_id": big.user.fs_uniquifier, "_fresh": True, TOKEN: token})
    print(f"\n{engine}: {records:,} records, {LOG_ROWS:,} log lines, {RUNS:,} runs; {ROUNDS} requests of each page\n")
    print(f"{'':44}{'p50':>10}{'p95':>10}")
    # As in the web server.
    gc.freeze()
    for name, path in _pages(big):
        took = [_seconds(client, path) for _ in range(ROUNDS + WARM_UP)][WARM_UP:]
        p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[-1]
        print(f"{name:44}{p50 * 1000:>7.1f} ms{p95 * 1000:>7.1f} ms", flush=True)


def _pages(big: BigPortal) -> Iterator[tuple[str, str]]:
    """Yield each page with its address, which is made just before it is asked for: stamps change with the minute."""
    yield "Integrations", "/integrations"
    yield "Activity", "/activity"
    yield "Data Sync", f"{HALO}/sync"
    with db.connected():
        stamp = tab.stamp(big.integration)
    yield "Data Sync, unchanged poll", f"{HALO}/sync/progress?stamp={stamp}"
    yield "Sync Filters", f"{HALO}/filters"
    yield "Configuration", f"{HALO}/configuration"
    yield from _log_pages(big)
    yield from _record_pages(big)
    yield "Held deletes, deep in the list", f"{HALO}/held/{big.hold.id}?page=50"


def _log_pages(big: BigPortal) -> Iterator[tuple[str, str]]:
    logs = f"{HALO}/logs"
    lines = f"{logs}/lines"
    with db.connected():
        step: SyncStep = SyncStep.select().where(SyncStep.run == big.run).first()
        pages: Any = SyncLog.select(SyncLog.id).where(SyncLog.subject == LogSubject.PAGE)
        a_page = pages.order_by(SyncLog.id.desc()).scalar()
        newest = sync_logs.newest_id(big.integration, LogFilters())
    yield "Sync Logs, newest runs", logs
    yield "Sync Logs, failed runs of a week", f"{logs}?outcome=failed&period=week"
    yield "Sync Logs, a run", f"{logs}/runs/{big.run}"
    yield "Sync Logs, a step of a run", f"{logs}/runs/{big.run}/{step.record_type}"
    yield "Sync Logs, a page of a step", f"{logs}/pages/{a_page}"
    yield "Log lines, newest", lines
    yield "Log lines, unchanged poll", _poll(lines, f"lines {newest}")
    yield "Log lines, errors of assets", f"{lines}?level=error&record_type=assets"
    yield "Log lines, deep in the middle", f"{lines}?before={big.line}"
    yield "Log lines, a type's single records", f"{lines}?subject=record&record_type=assets"
    yield "Log lines, one record", f"{lines}?record=123498"
    yield "Log lines, of a day", f"{lines}?period=day"
    yield "Log lines, a line and its neighbours", f"{lines}/{big.line}"
    yield "Repeated problems", f"{lines}/repeated"
    yield "Repeated problems of a week", f"{lines}/repeated?period=week"
    for name, text in SEARCHES.items():
        yield f"Search the log, {name}", f"{lines}?q={text}"
    yield "Search the log, a common word, deep", f"{lines}?q=read&before={big.line}"
    yield "Search the log, a common word of errors", f"{lines}?q=read&level=error"


def _poll(address: str, version: str) -> str:
    return f"{address}?stamp={answers.stamp_of(version, is_live=False)}"


def _record_pages(big: BigPortal) -> Iterator[tuple[str, str]]:
    assets = f"{HALO}/records/assets"
    yield "Records", f"{HALO}/records"
    yield "Records, newest", assets
    for order in Order:
        yield f"Records by {order}, deep", f"{assets}?sort={order}&after={big.asset}"
    yield "Records, one status by client", f"{assets}?status=Active&sort=client"
    yield "Records, inactive by reference", f"{assets}?active=no&sort=-reference"
    yield "Records, of a client, changed lately", f"{assets}?client={big.client}&changed=7d"
    yield "Records, search", f"{assets}?q=9876"
    yield "Records, search that most match", f"{assets}?q=s&sort=client"
    yield "Records, search and three filters", f"{assets}?q=a&status=Active&active=yes&changed=30d&sort=status"
    yield "Records, search without a match", f"{assets}?q=nothing"
    yield "Records, a number that is not there", f"{assets}?q=99999999"
    yield "Failed records of seven days", f"{HALO}/records/failed"
    yield "Failed records, the whole log, one type", f"{HALO}/records/failed?period=all&record_type=assets"
    yield "Search, a name", "/search?q=smith"
    yield "Search, two words", "/search?q=a+lt"
    yield "Search, one letter", "/search?q=s"
    yield "Search, a number", f"/search?q=%23{big.asset}"
    yield "Search without a match", "/search?q=nothing+at+all"
    yield "Client suggestions", f"{HALO}/records/client-options?client=n"
    yield "One record", f"{assets}/{big.asset}"


def _seconds(client: FlaskClient, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path, headers={"HX-Request": "true"} if "stamp=" in path else {})
    took = time.perf_counter() - began
    if answer.status_code not in {200, 204}:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return took


def _config(folder: Path, database: str) -> Config:
    return Config(
        data_dir=folder,
        database_url=database,
        redis_url=None,
        secret_key="a secret key for benchmarks",  # noqa: S106  # protects a folder that is gone in a minute
        vault_keys=(bytes(32),),
    )
