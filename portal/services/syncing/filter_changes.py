"""Changing what is copied: which record types, and which of their records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from portal import clock
from portal.db import db
from portal.errors import Conflict, Invalid, SyncAlreadyRunning
from portal.models.accounts import User
from portal.models.filters import FilterVersion
from portal.models.integrations import Integration
from portal.models.sync import LIVE_STATES, RemoteList, RunKind, RunTrigger, SyncRun
from portal.services.audit import audit_log
from portal.services.connecting import filter_choices
from portal.services.connecting.wizard import parse_types
from portal.services.syncing import filter_versions, filter_words, sync_runs
from portal.sync import refetch_lease, retirement, store
from portal.sync.filters import Filters, affected, read, write
from portal.sync.record_types import RecordType

NOTHING_TO_UNDO: Final = (
    "There is no change to undo: the last one was more than 30 days ago, or there was none.",
    "The history lists earlier filters. Go back to some of them, or change the filters.",
)


@dataclass(frozen=True)
class Changed:
    """`touched` are the chosen types whose scope may have changed, in sync order. `run` is the sync that applies the
    change, None if there is nothing to apply or another sync is live.
    """

    touched: list[str]
    run: SyncRun | None


def change_and_sync(
    integration: Integration,
    record_types: list[str],
    filters: Filters,
    user: User | None,
    *,
    latest: int,
    why: str = "",
) -> Changed:
    """Change the record types or filters and open the sync that applies them, both or neither.

    While another sync is live, the next one applies them. `why` is for the history. Raises Invalid like `change`, and
    FiltersChanged if there is a later version than `latest`, the one that the person saw, or 0 if there was none.
    """
    chosen = checked(record_types, filters)
    with db.atomic():
        store.lock_records(integration.id)
        # A browser that got no answer sends the form again: what is saved already overwrites nothing.
        if not _is_in_use(integration, chosen, filters):
            filter_versions.check_latest(integration, latest)
        touched = change(integration, record_types, filters, user, why=why)
        return Changed(touched, _open_run(integration, touched, user) if touched else None)


def restore(integration: Integration, version: FilterVersion, user: User | None, *, latest: int, why: str) -> Changed:
    """Change back to an earlier version of the filters, as `change_and_sync` does."""
    return change_and_sync(integration, version.record_types, read(version.filters), user, why=why, latest=latest)


def undo(integration: Integration, user: User | None, *, latest: int) -> Changed:
    """Undo the last change, as `restore` does. Raises Conflict if it was too long ago."""
    target = filter_versions.undo_target(integration)
    if target is None:
        raise Conflict(*NOTHING_TO_UNDO)
    return restore(integration, target, user, latest=latest, why=filter_versions.UNDONE)


def differences(integration: Integration, record_types: list[str], filters: Filters) -> dict[str, tuple[str, str]]:
    """Return what saving these would change about what is in use, in words. Raises Invalid for an unknown type."""
    saved = Integration.get_by_id(integration.id)
    names = filter_choices.known_names(integration, read(saved.filters), filters)
    types = filter_words.type_changes(saved.record_types, parse_types(record_types))
    return types | filter_words.changes(read(saved.filters), filters, names)


def change(
    integration: Integration, record_types: list[str], filters: Filters, user: User | None, *, why: str = ""
) -> list[str]:
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
        changed = filter_words.type_changes(now.record_types, chosen)
        changed |= filter_words.changes(read(now.filters), filters, names)
        if changed:
            filter_versions.note_first(now)
        integration.record_types, integration.filters = chosen, write(filters)
        integration.save(only=[Integration.record_types, Integration.filters])
        if changed:
            _forget_progress(integration, touched)
            refetch_lease.revoke(integration.id)
            filter_versions.note(integration, user, changed, why)
            audit_log.record(integration.account, user, "integration.data_changed", "; ".join(phrases), changed)
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


def _is_in_use(integration: Integration, chosen: list[str], filters: Filters) -> bool:
    saved = Integration.get_by_id(integration.id)
    return bool(saved.record_types == chosen and read(saved.filters) == filters)


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
