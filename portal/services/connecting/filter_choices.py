"""The choices that filters offer: fetched from the PSA, cached for some minutes, or collected from the copy.

One thread of a process asks at a time for each integration; pages that come meanwhile show what is known already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from peewee import ModelSelect, chunked

from portal import outbound_slots
from portal.errors import Busy, PsaError, VaultError
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.outbound import CallLimits
from portal.psa.registry import adapter_of
from portal.services.connecting import connections, named_choices
from portal.services.connecting.request_meter import Meter
from portal.services.connecting.single_flight import SingleFlightCache
from portal.services.records import exclusions
from portal.services.syncing.filter_words import Names
from portal.sync.filters import Filters
from portal.sync.record_types import RecordType

SECONDS: Final = 10.0
LIMITS: Final = CallLimits(seconds=SECONDS)
STILL_ASKING: Final = "They are still loading. Reload this page in a few seconds."
KEPT: Final = timedelta(minutes=5)
KEPT_WITHOUT_ANSWER: Final = timedelta(minutes=1)
MOST_FOUND: Final = 20
BATCH: Final = 500


@dataclass(frozen=True)
class Choices:
    """`lists` maps a filter to its choices: names by id. `problem` explains why some come from the copy."""

    lists: Mapping[str, Mapping[int, str]]
    problem: str = ""


# A changed connection is a new key.
_cache = SingleFlightCache[Choices]()


def of(integration: Integration) -> Choices:
    """Return what the PSA offers, or if it does not answer, what the stored records mention.

    While another thread asks, return at once what was known last.
    """
    key = connections.fingerprint(integration)
    if (fresh := _cache.fresh(key)) is not None:
        return fresh
    with _cache.exclusive(key) as is_alone:
        if not is_alone:
            return _meanwhile(integration, _cache.last(key), STILL_ASKING)
        if (fresh := _cache.fresh(key)) is not None:  # fetched by another thread a moment ago
            return fresh
        try:
            asked, problem = _asked(integration)
        except Busy as error:
            return _meanwhile(integration, _cache.last(key), f"{error.problem} {error.remedy}")
        choices = _gathered(integration, asked, problem)
        _cache.store(key, choices, KEPT_WITHOUT_ANSWER if problem else KEPT)
        return choices


def known_names(integration: Integration, *filters: Filters) -> Names:
    """Return what is known without a request, with the names of the clients in these filters."""
    choices = _cache.last(connections.fingerprint(integration)) or Choices({})
    ids = {each for one in filters for each in one.include_clients | one.exclude_clients}
    clients = client_names(integration, ids)
    return {**choices.lists, "include_clients": clients, "exclude_clients": clients}


def client_names(integration: Integration, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of these clients. A client that was never seen is named by its number."""
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
    text = text.replace("\0", "").strip()
    if not text:
        return {}
    taken, number = set(without), _number(text)
    matches = Record.name.contains(text) | (Record.remote_id == number)
    query = _clients(integration).where(matches, Record.state != RecordState.DELETED)
    found = query.order_by(Record.name, Record.remote_id).limit(MOST_FOUND + len(taken))
    names = {record.remote_id: record.name for record in found}
    unstored = exclusions.page(integration, RecordType.CLIENTS, containing=text).rows
    names |= {each.remote_id: each.name for each in unstored if each.remote_id not in names}
    if number:
        known = exclusions.names(integration, RecordType.CLIENTS, [number]).get(number)
        names = {number: known or f"Client {number} (not in Scopable)", **names}
    return dict([pair for pair in names.items() if pair[0] not in taken][:MOST_FOUND])


def _number(text: str) -> int:
    """Parse the PSA's number of a client. Returns 0, which no client has, for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _clients(integration: Integration) -> ModelSelect[Record]:
    return Record.select(Record.remote_id, Record.name).where(
        Record.integration == integration, Record.record_type == RecordType.CLIENTS
    )


def _meanwhile(integration: Integration, last: Choices | None, problem: str) -> Choices:
    return _gathered(integration, {}, problem) if last is None else Choices(last.lists, problem)


def _gathered(integration: Integration, asked: Mapping[str, dict[int, str]], problem: str) -> Choices:
    names = adapter_of(integration.psa).filter_options.found_in
    gathered = {name: asked.get(name) or named_choices.of(integration, name) for name in names}
    in_order = {
        name: dict(sorted(each.items(), key=lambda pair: pair[1].casefold())) for name, each in gathered.items()
    }
    return Choices(in_order, problem)


def _asked(integration: Integration) -> tuple[dict[str, dict[int, str]], str]:
    """Fetch all lists within one time limit. Also returns the first problem, empty if there was none.

    Raises Busy when there is no place for these calls.
    """
    asked: dict[str, dict[int, str]] = {}
    problems: list[str] = []
    try:
        connection = connections.opened(integration)
    except VaultError as error:
        return {}, error.problem
    adapter, is_proved = adapter_of(integration.psa), connections.is_proved(integration)
    options = adapter.filter_options
    meter = Meter(integration, is_proved=is_proved, proving=1, reading=len(options.lists))
    with outbound_slots.slot(integration.account_id, SECONDS, patience=0):
        try:
            with meter, adapter.open_client(connection, patient=False, before_call=meter.before_call) as client:
                client.log_in()
                meter.token_granted()
                for name in options.lists:
                    try:
                        asked[name] = client.options(name, LIMITS)
                    except PsaError as error:
                        problems.append(error.problem)
        except PsaError as error:  # without a token there is nothing to ask for
            problems.append(error.problem)
    return asked, next(iter(problems), "")
