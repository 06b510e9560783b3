"""What filters can choose from: asked of Halo, kept for some minutes, or gathered from the copy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from peewee import ModelSelect, chunked

from portal import clock
from portal.db import db
from portal.errors import PsaError, VaultError
from portal.halo import lookups
from portal.halo.client import HaloClient
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.outbound import Limits
from portal.services import connections, exclusions
from portal.services.filter_words import Names
from portal.sync import budget
from portal.sync.allowance import LIMIT_USED_UP
from portal.sync.budget import Terms
from portal.sync.filters import Filters
from portal.sync.record_types import RecordType

SECONDS: Final = 10.0
SHORTEST: Final = 0.1
KEPT: Final = timedelta(minutes=5)
KEPT_WITHOUT_HALO: Final = timedelta(minutes=1)
MOST_FOUND: Final = 20
BATCH: Final = 500


@dataclass(frozen=True)
class Choices:
    """`lists` maps a filter to what it chooses from: names by id. `problem` says why some are from the copy."""

    lists: Mapping[str, Mapping[int, str]]
    problem: str = ""


# What was asked lately in this process, until when it counts. A connection that changes is another key.
_kept: dict[str, tuple[datetime, Choices]] = {}


def of(integration: Integration) -> Choices:
    """Return what Halo offers; where it does not answer, what the copied records name."""
    key, now = connections.fingerprint(integration), clock.now()
    if key in _kept and _kept[key][0] > now:
        return _kept[key][1]
    choices = _gathered(integration)
    for stale in [each for each, (until, _) in _kept.items() if until <= now]:
        _kept.pop(stale, None)
    _kept[key] = (now + (KEPT_WITHOUT_HALO if choices.problem else KEPT), choices)
    return choices


def known_names(integration: Integration, *filters: Filters) -> Names:
    """Return what is known without asking Halo, with the names of the clients in these filters."""
    _, choices = _kept.get(connections.fingerprint(integration), (None, Choices({})))
    ids = {each for one in filters for each in one.include_clients | one.exclude_clients}
    clients = client_names(integration, ids)
    return {**choices.lists, "include_clients": clients, "exclude_clients": clients}


def client_names(integration: Integration, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of these clients; one that was never seen is called by its number."""
    wanted = sorted(ids)
    found = {number: f"Client {number}" for number in wanted}
    for some in chunked(wanted, BATCH):
        unstored = exclusions.names(integration, RecordType.CLIENTS, some)
        found.update((number, name) for number, name in unstored.items() if name)
        query = _clients(integration).where(Record.remote_id.in_(some))
        found.update((record.remote_id, record.name or found[record.remote_id]) for record in query)
    return found


def find_clients(integration: Integration, text: str, *, without: Iterable[int]) -> dict[int, str]:
    """Find clients by a part of their name or by their number, the excluded ones too.

    A number that was never seen is offered as it is.
    """
    text = text.strip()
    if not text:
        return {}
    taken, number = set(without), _number(text)
    matches = Record.name.contains(text) | (Record.remote_id == number)
    query = _clients(integration).where(matches, Record.state != RecordState.DELETED)
    found = query.order_by(Record.name, Record.remote_id).limit(MOST_FOUND + len(taken))
    names = {record.remote_id: record.name for record in found}
    unstored = exclusions.page(integration, RecordType.CLIENTS, containing=text).records
    names |= {each.remote_id: each.name for each in unstored if each.remote_id not in names}
    if number:
        known = exclusions.names(integration, RecordType.CLIENTS, [number]).get(number)
        names = {number: known or f"Client {number}, not in Scopable", **names}
    return dict([pair for pair in names.items() if pair[0] not in taken][:MOST_FOUND])


def _number(text: str) -> int:
    """Read Halo's number of a client; nought, which none has, for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _clients(integration: Integration) -> ModelSelect[Record]:
    return Record.select(Record.remote_id, Record.name).where(
        Record.integration == integration, Record.record_type == RecordType.CLIENTS
    )


def _gathered(integration: Integration) -> Choices:
    asked, problem = _asked(integration)
    gathered = {name: asked.get(name) or _seen(integration, name) for name in lookups.SEEN_IN}
    in_order = {
        name: dict(sorted(each.items(), key=lambda pair: pair[1].casefold())) for name, each in gathered.items()
    }
    return Choices(in_order, problem)


def _asked(integration: Integration) -> tuple[dict[str, dict[int, str]], str]:
    """Ask Halo for each list, all within one limit of time; returns the first problem, too, empty for none."""
    asked: dict[str, dict[int, str]] = {}
    problems: list[str] = []
    end = clock.monotonic() + SECONDS
    try:
        credentials = connections.credentials_of(integration)
    except VaultError as error:
        return {}, error.problem
    if not budget.take(Terms(budget.tenant_of(integration)), len(lookups.LOOKUPS), for_people=True).count:
        return {}, LIMIT_USED_UP
    with HaloClient(credentials, patient=False) as client:
        for name in lookups.LOOKUPS:
            try:
                asked[name] = lookups.read(client, name, Limits(seconds=max(end - clock.monotonic(), SHORTEST)))
            except PsaError as error:
                problems.append(error.problem)
    return asked, next(iter(problems), "")


def _seen(integration: Integration, name: str) -> dict[int, str]:
    record_type = lookups.SEEN_IN[name]
    query = Record.select(Record.payload).where(Record.integration == integration, Record.record_type == record_type)
    return lookups.seen(name, _payloads(query))


def _payloads(query: ModelSelect[Record]) -> Iterator[str]:
    """Read straight from the driver: there may be tens of thousands, and none is kept."""
    for (payload,) in db.execute(query):
        yield payload
