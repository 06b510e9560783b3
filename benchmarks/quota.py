"""A full pull at Halo's quota: how near it comes to the least time, and whether it ever calls too early."""

from __future__ import annotations

import tempfile
from typing import Any, Final

from benchmarks.contestants import BARE_LOOP, PORTAL, SQLITE, Contestant, Entry
from benchmarks.task import Result, Task
from portal import db
from portal.models.budgets import TenantBudget
from portal.models.integrations import Integration
from portal.sandbox.halo_verbs import HaloVerbs
from portal.sandbox.process import spawned

QUOTA: Final = 700
WINDOW_SECONDS: Final = 300
LATENCY_SECONDS: Final = 0.15
ASSETS_OF_A_PAGE: Final = 50
# With the other lists and the token, a little more than two windows allow: a quick start gains nothing.
WINDOWS: Final = 2


def measure(scale: int) -> None:
    """Print how long the portal takes beside what the quota allows, both `scale` times as quick as in life."""
    quota, window = QUOTA // scale, WINDOW_SECONDS / scale
    assets = str(WINDOWS * quota * ASSETS_OF_A_PAGE)
    knobs = ("--quota", "0", "--quota-window", str(window), "--retry-after", "seconds")
    with spawned("--records", "100", "--assets", assets, *knobs) as halo, tempfile.TemporaryDirectory() as folder:
        needed = _requests_needed(halo, folder)
        portal = _entry(PORTAL, halo, folder)
        portal.connect()
        _agree(portal, quota, window)
        halo.turn(quota=quota, latency=LATENCY_SECONDS)
        halo.reset()
        result = portal.sync()
        calls = halo.journal(limit=100_000)
    _print(f"{quota} requests per {window:g} s", needed, needed / quota * window, result, calls)


def _print(agreed: str, needed: int, least: float, result: Result, calls: list[dict[str, Any]]) -> None:
    took = result.seconds + result.waited
    print(f"\n{agreed}, {LATENCY_SECONDS * 1000:g} ms latency, assets in pages of {ASSETS_OF_A_PAGE}\n")
    print(f"{'requests':36}{len(calls):>8,}      {needed:,} are needed")
    print(f"{'time':36}{took:>8.1f} s    {result.waited:.1f} s of it without a worker")
    print(f"{'theoretical minimum':36}{least:>8.1f} s    {took / least:.3f}x")
    print(f"{'answers 429':36}{sum(call['status'] == 429 for call in calls):>8,}")
    print(f"{'calls before Retry-After had passed':36}{calls_too_early(calls):>8,}")


def _requests_needed(halo: HaloVerbs, folder: str) -> int:
    """Let the bare loop read without a quota, and count."""
    halo.reset()
    _entry(BARE_LOOP, halo, folder).sync()
    return int(halo.counts()["total"])


def _agree(portal: Entry, quota: int, window: float) -> None:
    """Let the portal know this quota, of which nothing is used up, as it knows Halo's usual one."""
    db.bind(portal.task.database)
    with db.connected():
        Integration.update(quota=None).execute()
        TenantBudget.delete().execute()
        tenant = Integration.get().limit_key
        TenantBudget.create(tenant=tenant, quota=quota, window_seconds=round(window))


def _entry(contestant: Contestant, halo: HaloVerbs, folder: str) -> Entry:
    login = halo.credentials()
    database = f"sqlite:///{folder}/{contestant.name}.sqlite3"
    return Entry(contestant, SQLITE, Task.of_halo(halo.url, login.client_id, login.client_secret, database, folder))


def calls_too_early(calls: list[dict[str, Any]]) -> int:
    """Count the calls after a Retry-After was known and before it had passed."""
    early, known_at, blocked_until = 0, 0.0, 0.0
    for call in calls:
        early += known_at < call["time"] < blocked_until
        if call["retry_after"]:
            if call["time"] >= blocked_until:
                # A call that had left before this answer arrived could not know.
                known_at = call["time"] + LATENCY_SECONDS
            blocked_until = max(blocked_until, call["time"] + float(call["retry_after"]))
    return early
