"""Syncs the same records from six Halos that behave differently: each copy and history must be exact.

`python -m tests.chaos.characters [--records 45000]`, or `make characters`. Prints each sync's requests beside the
fewest that its lists need.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from portal import db, guard, log, outbound_slots, vault
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.records import ChangeKind, RecordChange
from portal.models.sync import RunKind
from portal.sandbox.halo import HaloSandbox, Knobs, Settings, TenantSettings, running
from portal.sandbox.sizes import sizes_for
from portal.services.webhooks import refetches
from tests.halo_fixtures import Copy, connected
from tests.telling import about, tell

CAPS: Final = dict.fromkeys(sizes_for(0), 50)
CHARACTERS: Final[dict[str, dict[str, Any]]] = {
    "echo": {"stated_page_size": "asked", "caps": CAPS, "stated_record_count": "nothing"},
    "count": {"stated_page_size": "asked", "caps": CAPS, "stated_record_count": "page", "past_end": "repeat"},
    "cap": {"stated_page_size": "asked", "caps": dict.fromkeys(CAPS, 100)},
    "zone": {"local_dates": dict.fromkeys(CAPS, -5.0)},
    "flicker": {"flickers": ["computed", "numbers", "order", "nulls"]},
    "details": {"flickers": ["computed"], "thin_lists": True},
}
CHANGED_PERCENT: Final = 2
READ_BY_WEBHOOK: Final = 40
RECORDS: Final = 45_000
# The request limit must not influence the result.
NO_QUOTA: Final = 1_000_000


@dataclass(frozen=True)
class SyncStats:
    """One sync: its state, its page requests, the fewest possible, and its other requests."""

    name: str
    state: str
    pages: int
    fewest: int
    most_extra: int
    others: int


@dataclass(frozen=True)
class Result:
    """`wrong` lists differences from Halo. `changed` records were edited; `history` changes were recorded."""

    character: str
    syncs: list[SyncStats]
    wrong: list[str]
    history: int
    changed: int

    @property
    def is_exact(self) -> bool:
        return (
            not self.wrong and self.history == self.changed and all(each.state == "succeeded" for each in self.syncs)
        )


def play(character: str, records: int) -> Result:
    """Connect to such a Halo; run a first, a full and an incremental sync, refetches, and another full sync."""
    knobs = Knobs(quota=0, **CHARACTERS[character])
    tenant = TenantSettings(sizes=sizes_for(records))
    with _portal_database(), running(HaloSandbox(Settings(tenants=[tenant], knobs=knobs))) as halo:
        copy = connected(Account.create(name="Northwind IT", enabled_psas=["halo"]), halo)
        Integration.update(quota=NO_QUOTA).execute()
        syncs = [_sync(copy, "first", RunKind.INITIAL), _sync(copy, "unchanged", RunKind.FULL)]
        changed = 0
        for record_type, count in sizes_for(records * CHANGED_PERCENT // 100).items():
            changed += len(halo.change(record_type, count=count, stamped_ago=120))
        syncs.append(_sync(copy, "changes", RunKind.INCREMENTAL))
        for record_type in CAPS:
            for number in sorted(copy.ids(record_type))[: READ_BY_WEBHOOK // len(CAPS)]:
                tell(copy.integration, about(record_type, number))
        refetches.execute(copy.integration.id)
        syncs.append(_sync(copy, "everything", RunKind.FULL))
        history = RecordChange.select().where(RecordChange.kind == ChangeKind.UPDATED).count()
        ignored = ("notes", "customfields", "fields") if knobs.thin_lists else ()
        wrong = [each for each in copy.differences() if not each.endswith(ignored or ("\0",))]
        return Result(character, syncs, wrong, history, changed)


def _sync(copy: Copy, name: str, kind: RunKind) -> SyncStats:
    report = copy.sync(kind=kind)
    entries = [entry for entry in copy.halo.journal(limit=200_000) if entry["kind"] in CAPS]
    pages = [entry["kind"] for entry in entries if "page_size=1000" in entry["query"]]
    fewest, extra = 0, [0]
    for record_type, step in report["steps"].items():
        granted = copy.halo.settings()["caps"].get(record_type) or _usual_cap(record_type)
        needed = max(1, -(-step["fetched"] // granted))
        fewest += needed
        extra.append(pages.count(record_type) - needed)
    return SyncStats(name, report["state"], len(pages), fewest, max(extra), report["requests"] - len(pages))


def _usual_cap(record_type: str) -> int:
    return {"assets": 50, "opportunities": 100, "contracts": 100}.get(record_type, 1000)


@contextmanager
def _portal_database() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        db.bind(f"sqlite:///{Path(folder) / 'portal.sqlite3'}")
        vault.bind((bytes(range(32)),))
        guard.bind(frozenset({"127.0.0.1"}))
        outbound_slots.bind()
        with db.connected():
            db.upgrade()
            yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--only", choices=CHARACTERS)
    options = parser.parse_args()
    log.configure(as_json=True, level="ERROR")
    print("| Halo | sync | state | pages | fewest | most per type beyond | other requests | history | truth |")  # noqa: T201
    print("|---|---|---|---|---|---|---|---|---|")  # noqa: T201
    outcomes = []
    for character in [options.only] if options.only else CHARACTERS:
        outcome = play(character, options.records)
        outcomes.append(outcome)
        for sync in outcome.syncs:
            figures = f"{sync.pages} | {sync.fewest} | {sync.most_extra} | {sync.others}"
            print(f"| {character} | {sync.name} | {sync.state} | {figures} | | |")  # noqa: T201
        truth = "exact" if outcome.is_exact else f"{len(outcome.wrong)} differ: {outcome.wrong[:3]}"
        print(f"| {character} | | | | | | | {outcome.history} of {outcome.changed} | {truth} |", flush=True)  # noqa: T201
    sys.exit(0 if all(outcome.is_exact for outcome in outcomes) else 1)


if __name__ == "__main__":
    main()
