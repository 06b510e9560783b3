"""Excluding a record by hand, and including it again."""

from __future__ import annotations

from typing import Final

from peewee import chunked

from portal.db import db
from portal.errors import Conflict, Invalid, NotFound
from portal.models.accounts import User
from portal.models.exclusions import Exclusion
from portal.models.hand_exclusions import HandExclusion
from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.services.audit import audit_log
from portal.services.connecting import connections
from portal.services.records import lookup
from portal.sync import hand_exclusions, store
from portal.sync.filters import CLIENT_OWNED
from portal.sync.hand_exclusions import BY_HAND, CLIENT_BY_HAND, INCLUDED_AGAIN
from portal.sync.record_types import RecordType
from portal.sync.store import ChangeOrigin

LONGEST_REASON: Final = 200
# Syncs read all of them with every page. Filters are for more.
MOST: Final = 500
# A longer transaction would delay the pages of a running sync.
BATCH: Final = 500


def get(integration: Integration, record_type: RecordType, remote_id: int) -> HandExclusion | None:
    found: HandExclusion | None = HandExclusion.get_or_none(
        HandExclusion.integration == integration,
        HandExclusion.record_type == record_type,
        HandExclusion.remote_id == remote_id,
    )
    return found


def exclude(
    integration: Integration,
    record_type: RecordType,
    remote_id: int,
    user: User,
    *,
    why: str,
    with_records: bool = False,
) -> None:
    """Exclude a live record, and if `with_records`, all records of a client. It stays so until it is included again.

    Raises NotFound if it is not stored, Conflict if it is not live, and Invalid without a reason.
    """
    why = " ".join(why.replace("\0", " ").split())[:LONGEST_REASON]
    if not why:
        raise Invalid("why", "Enter why you exclude it.", "Others will read this when they miss the record.")
    with_records = with_records and record_type is RecordType.CLIENTS
    with db.atomic():
        store.lock_records(integration.id)
        record = lookup.find(integration, record_type, remote_id)
        if record is None:
            raise NotFound(f"{record_type.singular.capitalize()} {remote_id} isn't in Scopable.")
        if record.state != RecordState.LIVE:
            raise Conflict("This record isn't synced, so there is nothing to exclude.")
        _refuse_too_many(integration)
        if earlier := get(integration, record_type, remote_id):
            earlier.delete_instance()
        decision = HandExclusion.create(
            integration=integration,
            record_type=record_type,
            remote_id=remote_id,
            with_records=with_records,
            user=user,
            by=user.name or user.email,
            why=why,
        )
        reasons = {remote_id: hand_exclusions.reason(decision)}
        store.set_state(integration.id, record_type, reasons, RecordState.OUT_OF_SCOPE, ChangeOrigin())
        words = (
            f"{record_type.singular} {remote_id} {record.name}{' with its records' if with_records else ''}: {why}"
        )
        audit_log.record(integration.account, user, "record.excluded", words)
    if with_records:
        _exclude_records_of(integration, remote_id)


def include(integration: Integration, record_type: RecordType, remote_id: int, user: User) -> None:
    """Let a record in again, and a client's records that were excluded along with it, as far as the filters do.

    The next sync brings them back. Raises Conflict if the record is not excluded by hand.
    """
    per_client = _listed_per_client(integration)
    with db.atomic():
        store.lock_records(integration.id)
        decision = get(integration, record_type, remote_id)
        if decision is None:
            raise Conflict("This record isn't excluded by hand.", "Reload its page to see what excludes it.")
        decision.delete_instance()
        mine = (Exclusion.integration == integration) & (Exclusion.record_type == record_type)
        _promise(mine & (Exclusion.remote_id == remote_id) & Exclusion.reason.startswith(BY_HAND))
        lists = {record_type}
        if decision.with_records:
            theirs = (Exclusion.integration == integration) & (Exclusion.client_remote_id == remote_id)
            _promise(theirs & (Exclusion.reason == CLIENT_BY_HAND))
            lists |= CLIENT_OWNED
        # They have not changed in the PSA, so only whole lists bring them back. What is listed per client comes with
        # its client.
        store.request_full_read(integration.id, lists - per_client)
        record = lookup.find(integration, record_type, remote_id)
        name = record.name if record is not None else ""
        audit_log.record(
            integration.account, user, "record.included", f"{record_type.singular} {remote_id} {name}".rstrip()
        )


def _refuse_too_many(integration: Integration) -> None:
    if HandExclusion.select().where(HandExclusion.integration == integration).count() >= MOST:
        raise Conflict(
            f"{MOST} records are excluded by hand, which is the most there can be.",
            "Use the sync filters to exclude more.",
        )


def _exclude_records_of(integration: Integration, client: int) -> None:
    """Exclude a client's records, a batch at a time. If this is interrupted, the next sync of clients excludes the
    rest.
    """
    for record_type, ids in store.live_records_of_clients(integration.id, [client]).items():
        for some in chunked(ids, BATCH):
            with db.atomic():
                store.lock_records(integration.id)
                still = store.find_stored(integration.id, record_type, list(some))
                live = [each for each, found in still.items() if found.state == RecordState.LIVE]
                reasons = dict.fromkeys(live, CLIENT_BY_HAND)
                store.set_state(integration.id, record_type, reasons, RecordState.OUT_OF_SCOPE, ChangeOrigin())


def _promise(excluded: object) -> None:
    Exclusion.update(reason=INCLUDED_AGAIN).where(excluded).execute()


def _listed_per_client(integration: Integration) -> set[RecordType]:
    """Return the types that the PSA lists only per client, as the last connection test found."""
    return {RecordType(each) for each, found in connections.lists_of(integration).items() if found.is_per_client}
