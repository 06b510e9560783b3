"""Random changes of the filters, and what a sync did with the copy, for comparison with the preview."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from portal import clock
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.models.sync import SyncRun
from portal.psa.registry import adapter_of
from portal.services.syncing import filter_changes, filter_previews
from portal.services.syncing.filter_previews import Preview
from portal.sync.filters import Filters
from portal.sync.record_types import RecordType
from tests.psa_copies import PsaCopy

FOREVER = 3600.0
States = dict[tuple[str, int], str]


def preview(copy: PsaCopy[Any], filters: Filters, types: Iterable[str] = tuple(RecordType)) -> Preview:
    """Preview a change, counted to its end."""
    wanted = filter_previews.request(Integration.get_by_id(copy.integration.id), list(types), filters)
    return filter_previews.count_on(wanted, FOREVER)


def applied(copy: PsaCopy[Any], filters: Filters, types: Iterable[str] = tuple(RecordType)) -> tuple[States, States]:
    """Save a change and sync as the page does; returns the records that left and that came back, with their types."""
    before, copy.integration = states(copy), Integration.get_by_id(copy.integration.id)
    touched = filter_changes.change(copy.integration, list(types), filters, None)
    copy.retire()
    if touched:
        assert copy.sync(*touched)["state"] == "succeeded"
    after = states(copy)
    left = {key: state for key, state in after.items() if before.get(key) == RecordState.LIVE != state}
    back = {key: state for key, state in after.items() if state == RecordState.LIVE != before.get(key)}
    return left, back


def states(copy: PsaCopy[Any]) -> States:
    mine = Record.select().where(Record.integration == copy.integration)
    return {(each.record_type, each.remote_id): RecordState(each.state) for each in mine}


def requests_of_last_run() -> int:
    return int(SyncRun.select().order_by(SyncRun.id.desc()).get().requests)


def counts(found: Preview, what: str) -> dict[str, int]:
    return {each.value: number for each, counted in found.types.items() if (number := getattr(counted, what))}


def by_type(changed: States) -> dict[str, int]:
    found: dict[str, int] = {}
    for record_type, _ in changed:
        found[record_type] = found.get(record_type, 0) + 1
    return found


def random_filters(copy: PsaCopy[Any], dice: random.Random) -> Filters:
    """Draw filters that may match some of the records and not others."""
    groups = {each: _facts(copy, each) for each in ("clients", "products", "assets")}
    clients = [each.remote_id for each in groups["clients"]]
    named = dice.sample(clients, 6)
    kinds = {number for each in groups["clients"] for number in each.relationships or ()}
    missing = adapter_of(copy.integration.psa).filter_options.missing
    drawn: dict[str, Any] = {
        "active_only": dice.random() < 0.5,
        "top_levels": _some({each.group for each in groups["clients"] if each.group}, dice),
        "relationships": _some(kinds, dice),
        "include_clients": frozenset(dice.sample(clients, 12)) - set(named) if dice.random() < 0.2 else frozenset(),
        "exclude_clients": frozenset(named[: dice.randrange(4)]),
        "without_service_accounts": dice.random() < 0.3,
        "without_general_users": dice.random() < 0.3,
        "product_groups": _some({each.group for each in groups["products"] if each.group}, dice),
        "asset_types": _some({each.group for each in groups["assets"] if each.group}, dice),
        "open_opportunities_only": dice.random() < 0.4,
        "opportunities_since": _day(dice) if dice.random() < 0.4 else None,
        "active_contracts_only": dice.random() < 0.4,
    }
    return Filters(**{name: value for name, value in drawn.items() if name not in missing})


def random_types(dice: random.Random) -> list[str]:
    return [each.value for each in RecordType if each == RecordType.CLIENTS or dice.random() < 0.8]


def _facts(copy: PsaCopy[Any], record_type: str) -> list[Any]:
    mine = (Record.integration == copy.integration) & (Record.record_type == record_type)
    read = adapter_of(copy.integration.psa).facts.read
    return [read(record_type, each.payload.encode()) for each in Record.select().where(mine)]


def _some(numbers: set[int], dice: random.Random) -> frozenset[int]:
    chosen = dice.sample(sorted(numbers), len(numbers) - dice.randrange(len(numbers))) if numbers else []
    return frozenset(chosen) if dice.random() < 0.4 else frozenset()


def _day(dice: random.Random) -> date:
    return clock.now().date() - timedelta(days=dice.randrange(1, 700))
