"""The scope of one record type during a sync. Refetches may add or exclude clients meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from portal import clock
from portal.sync import exclusions, hand_exclusions, newer_answers, store
from portal.sync.filters import CLIENT_OWNED, Filters
from portal.sync.newer_answers import CLIENT_ADDED, CLIENT_REMOVED
from portal.sync.record_types import RecordType
from portal.sync.scope import ByHand, Scope

# A refetch that committed just after the clients were read has an earlier time than that reading.
MAX_COMMIT_TIME: Final = timedelta(seconds=30)


class LiveScope:
    """`now` is exact inside a transaction that locked the integration's records (store.lock_records)."""

    def __init__(self, integration_id: int, record_type: str, filters: Filters) -> None:
        self._integration_id = integration_id
        self._record_type = record_type
        self._filters = filters
        self._scope = Scope(filters)
        self._depends_on_clients = record_type in CLIENT_OWNED and self._scope.excludes_clients
        self._read_at: datetime | None = None
        self._clients: set[int] | None = None
        self._client_reasons: dict[int, str] = {}

    @property
    def excludes_clients(self) -> bool:
        """Return whether any client may be excluded, and its records with it."""
        return self._scope.excludes_clients or bool(self._by_hand().clients)

    def now(self) -> Scope:
        """Return the scope, given the clients that are live now."""
        if self._depends_on_clients and self._is_outdated():
            self._read_at = clock.now()
            self._clients = store.live_ids(self._integration_id, RecordType.CLIENTS)
            self._client_reasons = exclusions.client_reasons(self._integration_id)
        return Scope(self._filters, self._clients, self._client_reasons, self._by_hand())

    def may_miss_since(self, moment: datetime) -> bool:
        """Return whether a refetch added a client since then, whose records this sync may have excluded."""
        return self._depends_on_clients and newer_answers.have_clients_moved(
            self._integration_id, moment, CLIENT_ADDED
        )

    def _by_hand(self) -> ByHand:
        return hand_exclusions.rules(self._integration_id, self._record_type)

    def _is_outdated(self) -> bool:
        if self._read_at is None:
            return True
        since = self._read_at - MAX_COMMIT_TIME
        return newer_answers.have_clients_moved(self._integration_id, since, (*CLIENT_ADDED, *CLIENT_REMOVED))
