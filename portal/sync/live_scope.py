"""The scope of one record type while a sync goes on: refetches may move clients, and their records with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from portal import clock
from portal.sync import exclusions, newer_answers, store
from portal.sync.filters import FOLLOWERS, Filters
from portal.sync.newer_answers import CLIENT_CAME, CLIENT_LEFT
from portal.sync.record_types import RecordType
from portal.sync.scope import Scope

# A refetch that was about to be committed while the clients were read has an earlier time than the reading.
LONGEST_COMMIT: Final = timedelta(seconds=30)


class LiveScope:
    """`now` is exact inside a transaction that holds the integration's records (store.hold)."""

    def __init__(self, integration_id: int, record_type: str, filters: Filters) -> None:
        self._integration_id = integration_id
        self._filters = filters
        self._scope = Scope(filters)
        self._is_follower = record_type in FOLLOWERS and self._scope.follows_clients
        self._read_at: datetime | None = None

    @property
    def follows_clients(self) -> bool:
        """Tell whether any client may be excluded, and with it what belongs to it."""
        return self._scope.follows_clients

    def now(self) -> Scope:
        """Return the scope by the clients that are live now."""
        if self._is_follower and self._is_outdated():
            self._read_at = clock.now()
            live = store.live_ids(self._integration_id, RecordType.CLIENTS)
            self._scope = Scope(self._filters, live, exclusions.of_clients(self._integration_id))
        return self._scope

    def may_miss_since(self, moment: datetime) -> bool:
        """Tell whether a refetch has brought a client since then, whose records this sync may have excluded."""
        return self._is_follower and newer_answers.have_clients_moved(self._integration_id, moment, CLIENT_CAME)

    def _is_outdated(self) -> bool:
        if self._read_at is None:
            return True
        since = self._read_at - LONGEST_COMMIT
        return newer_answers.have_clients_moved(self._integration_id, since, (*CLIENT_CAME, *CLIENT_LEFT))
