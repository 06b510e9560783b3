"""Changing what is copied: which record types, and which of their records."""

from __future__ import annotations

from typing import Final

from peewee import Expression, Value

from portal import clock
from portal.db import db
from portal.errors import Invalid
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.records import ChangeKind, Record, RecordChange, RecordState
from portal.models.sync import LIVE_STATES, RemoteList, SyncRun
from portal.services import audit, choices, filter_words
from portal.services.wizard import parse_types
from portal.sync import exclusions, store, turn
from portal.sync.filters import Filters, affected, read, write
from portal.sync.record_types import RecordType
from portal.sync.writer import SWITCHED_OFF

# A long update would keep the pages of running syncs waiting.
BITE: Final = 500


def change(integration: Integration, record_types: list[str], filters: Filters, user: User | None) -> list[str]:
    """Choose other record types or filters, and return the chosen types whose scope may differ, in sync order.

    The filters count from the next sync on: nothing is deleted, what no longer matches goes out of scope then, and
    what matches again returns. The lists concerned will be read whole, since what matches now need not have changed
    in the PSA. Records of a type that is no longer chosen go out of scope at once: nothing would keep them fresh.
    Raises Invalid for an unknown type, and for filters that contradict each other.
    """
    chosen = parse_types(record_types)
    _refuse_contradictions(filters)
    names = choices.known_names(integration, filters, read(integration.filters))
    with db.atomic():
        now = Integration.get_by_id(integration.id)
        touched = affected(read(now.filters), filters) | {RecordType(one) for one in {*now.record_types} ^ {*chosen}}
        phrases = _types_in_words(now.record_types, chosen)
        phrases += filter_words.difference(read(now.filters), filters, names)
        integration.record_types, integration.filters = chosen, write(filters)
        integration.save(only=[Integration.record_types, Integration.filters])
        if phrases:
            _forget_progress(integration, touched)
            turn.take_away(integration.id)
            audit.record(integration.account, user, "halo.data_changed", "; ".join(phrases))
    retire(integration)
    return [one for one in chosen if one in touched]


def is_syncing(integration: Integration) -> bool:
    """Tell whether a sync is live: it keeps the filters that it began with."""
    return bool(SyncRun.select().where(SyncRun.integration == integration, SyncRun.state.in_(LIVE_STATES)).exists())


def retire(integration: Integration) -> None:
    """Put the live records of types that are not chosen out of scope, a bite at a time."""
    for record_type in RecordType:
        while record_type not in integration.record_types and _retire_some(integration, record_type):
            pass


def _retire_some(integration: Integration, record_type: RecordType) -> bool:
    """Put some records out of scope, with a line of history each; tells whether there were any."""
    live = (
        (Record.integration == integration) & (Record.record_type == record_type) & (Record.state == RecordState.LIVE)
    )
    some = Record.select(Record.remote_id).where(live).order_by(Record.remote_id).limit(BITE)
    with db.atomic():
        ids = [record.remote_id for record in some]
        if ids:
            _note_retired(live & (Record.remote_id <= ids[-1]))
            exclusions.note_stored(integration.id, record_type, dict.fromkeys(ids, SWITCHED_OFF))
            store.recount(integration.id, record_type)
    return bool(ids)


def _note_retired(some: Expression) -> None:
    """Do it inside the database: a type may have hundreds of thousands of records."""
    now = clock.now()
    known = (Record.integration, Record.record_type, Record.remote_id)
    values = (Value(RecordChange.at.db_value(now)), Value(ChangeKind.OUT_OF_SCOPE), Value(SWITCHED_OFF))
    columns = ("integration", "record_type", "remote_id", "at", "kind", "why")
    RecordChange.insert_from(
        Record.select(*known, *values).where(some), [getattr(RecordChange, name) for name in columns]
    ).execute()
    Record.update(state=RecordState.OUT_OF_SCOPE, changed_at=now).where(some).execute()


def _refuse_contradictions(filters: Filters) -> None:
    if filters.include_clients & filters.exclude_clients:
        raise Invalid("exclude_clients", "A client is both chosen and excluded.", "Choose one of the two.")
    if filters.opportunities_since and filters.opportunities_since > clock.now().date():
        raise Invalid(
            "opportunities_since",
            "This day has not come yet, so no opportunity would be copied.",
            "Choose a past day.",
        )


def _forget_progress(integration: Integration, record_types: set[RecordType]) -> None:
    RemoteList.update(read_until=None).where(
        RemoteList.integration == integration, RemoteList.record_type.in_(record_types)
    ).execute()


def _types_in_words(before: list[str], after: list[str]) -> list[str]:
    added = [one for one in after if one not in before]
    dropped = [one for one in before if one not in after]
    phrases = [f"{', '.join(added)} switched on"] if added else []
    return phrases + ([f"{', '.join(dropped)} switched off"] if dropped else [])
