"""Changing what is copied: which record types, and which of their records."""

from __future__ import annotations

from dataclasses import dataclass

from portal import clock
from portal.db import db
from portal.errors import Invalid, SyncAlreadyRunning
from portal.models.accounts import User
from portal.models.integrations import Integration
from portal.models.sync import LIVE_STATES, RemoteList, RunKind, RunTrigger, SyncRun
from portal.services.audit import audit_log
from portal.services.connecting import filter_choices
from portal.services.connecting.wizard import parse_types
from portal.services.syncing import filter_words, sync_runs
from portal.sync import refetch_lease, retirement
from portal.sync.filters import Filters, affected, read, write
from portal.sync.record_types import RecordType


@dataclass(frozen=True)
class Changed:
    """`touched` are the chosen types whose scope may have changed, in sync order. `run` is the sync that applies the
    change, None if there is nothing to apply or another sync is live.
    """

    touched: list[str]
    run: SyncRun | None


def change_and_sync(
    integration: Integration, record_types: list[str], filters: Filters, user: User | None
) -> Changed:
    """Change the record types or filters and open the sync that applies them, both or neither.

    While another sync is live, the next one applies them. Raises Invalid like `change`.
    """
    with db.atomic():
        touched = change(integration, record_types, filters, user)
        return Changed(touched, _open_run(integration, touched, user) if touched else None)


def change(integration: Integration, record_types: list[str], filters: Filters, user: User | None) -> list[str]:
    """Change the record types or filters; returns the chosen types whose scope may have changed, in sync order.

    The filters apply from the next sync on. Nothing is deleted: records that no longer match go out of scope then,
    and those that match again return. The affected lists will be read in full, because records that match now may
    not have changed in the PSA. Records of a type that is no longer chosen go out of scope in the background, since
    nothing would keep them fresh. Raises Invalid for an unknown type and for contradictory filters.
    """
    chosen = checked(record_types, filters)
    names = filter_choices.known_names(integration, filters, read(integration.filters))
    with db.atomic():
        now = Integration.get_by_id(integration.id)
        touched = affected(read(now.filters), filters) | {RecordType(one) for one in {*now.record_types} ^ {*chosen}}
        phrases = _types_in_words(now.record_types, chosen)
        phrases += filter_words.difference(read(now.filters), filters, names)
        integration.record_types, integration.filters = chosen, write(filters)
        integration.save(only=[Integration.record_types, Integration.filters])
        if phrases:
            _forget_progress(integration, touched)
            refetch_lease.revoke(integration.id)
            audit_log.record(integration.account, user, "integration.data_changed", "; ".join(phrases))
        if {*now.record_types} - {*chosen}:
            retirement.request(integration.id)
    return [one for one in chosen if one in touched]


def checked(record_types: list[str], filters: Filters) -> list[str]:
    """Return the types in sync order. Raises Invalid for an unknown type and for contradictory filters."""
    chosen = parse_types(record_types)
    _refuse_contradictions(filters)
    return chosen


def touched_types(integration: Integration, chosen: list[str], filters: Filters) -> list[RecordType]:
    """Return the types whose records may leave or come back, in sync order, also those that are turned off."""
    changed = affected(read(integration.filters), filters)
    in_use = {*integration.record_types} | {*chosen}
    toggled = {RecordType(one) for one in {*integration.record_types} ^ {*chosen}}
    return [one for one in RecordType if one in (changed | toggled) and one in in_use]


def is_syncing(integration: Integration) -> bool:
    """Return whether a sync is live. It keeps the filters that it started with."""
    return bool(SyncRun.select().where(SyncRun.integration == integration, SyncRun.state.in_(LIVE_STATES)).exists())


def _open_run(integration: Integration, record_types: list[str], user: User | None) -> SyncRun | None:
    try:
        return sync_runs.open_run(
            integration, kind=RunKind.FULL, trigger=RunTrigger.FILTERS, user=user, record_types=record_types
        )
    except SyncAlreadyRunning:
        return None


def _refuse_contradictions(filters: Filters) -> None:
    if filters.include_clients & filters.exclude_clients:
        raise Invalid("exclude_clients", "A client is both included and excluded.", "Choose one or the other.")
    if filters.opportunities_since and filters.opportunities_since > clock.now().date():
        raise Invalid(
            "opportunities_since",
            "This date is in the future, so no opportunities would be synced.",
            "Choose a past date.",
        )


def _forget_progress(integration: Integration, record_types: set[RecordType]) -> None:
    RemoteList.update(read_until=None).where(
        RemoteList.integration == integration, RemoteList.record_type.in_(record_types)
    ).execute()


def _types_in_words(before: list[str], after: list[str]) -> list[str]:
    added = [one for one in after if one not in before]
    dropped = [one for one in before if one not in after]
    phrases = [f"{', '.join(added)} turned on"] if added else []
    return phrases + ([f"{', '.join(dropped)} turned off"] if dropped else [])
