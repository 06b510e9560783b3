"""What clients are compared by: taken from stored records, or from a row of the PSA's list."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.psa.adapter import PsaClient
from portal.psa.registry import adapter_of
from portal.psa.source import Row
from portal.record_fields import RecordFields
from portal.services.switching import names
from portal.services.switching.matching import Client
from portal.sync.filters import read

BATCH: Final = 500
MOST_VALUES: Final = 5
LONGEST_NAME: Final = 250
LONGEST_PHONE: Final = 40
CLIENTS: Final = "clients"
# Records that belong to clients, and say how to reach them.
OF_CLIENTS: Final = ("sites", "contacts")


def stored(integration: Integration) -> Iterator[list[Client]]:
    """Yield the live clients in batches, with what their sites and contacts add."""
    domains, phones = _of_sites_and_contacts(integration)
    for batch in _batches(integration, CLIENTS):
        yield [
            _client(
                record.remote_id,
                record.name,
                _fields(integration, record),
                domains.get(record.remote_id, ()),
                phones.get(record.remote_id, ()),
            )
            for record in batch
        ]


def listed(integration: Integration, client: PsaClient, rows: Sequence[Row]) -> list[Client]:
    """Return the clients of a page of the PSA's list, without those that the setup excludes as inactive."""
    active_only = read(integration.filters).active_only
    found = []
    for row in rows:
        if row.facts is None or (active_only and row.facts.inactive):
            continue
        try:
            name = client.columns(CLIENTS, row.payload).name
        except ValueError:
            continue  # a sync would not store it either
        fields = adapter_of(integration.psa).record_fields(CLIENTS, row.payload.decode(errors="replace"))
        found.append(_client(row.facts.remote_id, name, fields, (), ()))
    return found


def _client(remote_id: int, name: str, fields: RecordFields, domains: Iterable[str], phones: Iterable[str]) -> Client:
    own = [names.domain(str(fields.values[each])) for each in ("email_domain", "website") if each in fields.values]
    phone = str(fields.values.get("phone", ""))
    return Client(remote_id, name[:LONGEST_NAME], _some([*own, *domains]), _some_phones([phone, *phones]))


def _of_sites_and_contacts(integration: Integration) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Return the e-mail domains of each client's contacts and the phones of its sites, the most frequent first."""
    domains: dict[int, Counter[str]] = defaultdict(Counter)
    phones: dict[int, Counter[str]] = defaultdict(Counter)
    for record_type in OF_CLIENTS:
        for batch in _batches(integration, record_type):
            for record in batch:
                if record.client_remote_id is None:
                    continue
                values = _fields(integration, record).values
                if record_type == "contacts":
                    domains[record.client_remote_id][names.domain(str(values.get("email", "")))] += 1
                else:
                    phones[record.client_remote_id][str(values.get("phone", ""))] += 1
    return _most_frequent(domains), _most_frequent(phones)


def _most_frequent(found: dict[int, Counter[str]]) -> dict[int, list[str]]:
    return {number: [each for each, _ in counted.most_common(MOST_VALUES)] for number, counted in found.items()}


def _fields(integration: Integration, record: Record) -> RecordFields:
    return adapter_of(integration.psa).record_fields(record.record_type, record.payload)


def _batches(integration: Integration, record_type: str) -> Iterator[list[Record]]:
    columns = (Record.remote_id, Record.record_type, Record.name, Record.client_remote_id, Record.payload)
    mine = (Record.integration == integration) & (Record.record_type == record_type)
    last = -1
    while True:
        query: Any = Record.select(*columns).where(mine, Record.remote_id > last)
        if not (batch := list(query.where(Record.state == RecordState.LIVE).order_by(Record.remote_id).limit(BATCH))):
            return
        yield batch
        last = batch[-1].remote_id


def _some(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in values if each))[:MOST_VALUES]


def _some_phones(values: Iterable[str]) -> tuple[str, ...]:
    """Keep each number once, as somebody wrote it."""
    found: dict[str, str] = {}
    for each in values:
        if digits := names.phone(each):
            found.setdefault(digits, each[:LONGEST_PHONE])
    return tuple(found.values())[:MOST_VALUES]
