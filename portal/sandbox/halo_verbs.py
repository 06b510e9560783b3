"""Control methods that only the simulated Halo has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from portal.sandbox.caller import with_query
from portal.sandbox.verbs import Verbs


class Credentials(NamedTuple):
    tenant: str
    client_id: str
    client_secret: str


class HaloVerbs(Verbs):
    """Adds Halo's credentials and its ordinary tickets, whose changes trigger webhooks."""

    def credentials(self, tenant: str | None = None) -> Credentials:
        return Credentials(**self.entered(tenant))

    def send_event(
        self,
        object_ids: Sequence[int],
        *,
        event: str = "new ticket logged",
        word: str = "ticket",
        fields: dict[str, Any] | None = None,
        tenant: str | None = None,
    ) -> None:
        """Send events about objects that are not synced records: `send_event([4242], fields={"client_id": 12})`."""
        event_json = {"object_ids": list(object_ids), "event": event, "word": word, "fields": fields or {}}
        self.call("POST", with_query("/events", {"tenant": tenant or ""}), event_json)

    def tickets(self, *, tenant: str | None = None) -> list[int]:
        """Return the ids of ordinary tickets, which /Opportunities/{id} returns, but the list does not include."""
        return list(self.call("GET", with_query("/tickets", {"tenant": tenant or ""})))

    def create_tickets(self, count: int = 1, **rest: Any) -> list[int]:
        return self._on_tickets("create", count=count, **rest)

    def change_tickets(self, ids: Sequence[int], **rest: Any) -> list[int]:
        """Edit tickets, which sends "ticket status changed": `change_tickets([812], fields={"status_id": 2})`."""
        return self._on_tickets("change", ids=list(ids), **rest)

    def convert_tickets(self, ids: Sequence[int], **rest: Any) -> list[int]:
        """Convert tickets to opportunities."""
        return self._on_tickets("convert", ids=list(ids), **rest)

    def revert_to_tickets(self, ids: Sequence[int], **rest: Any) -> list[int]:
        """Convert opportunities to ordinary tickets."""
        return self._on_tickets("revert", ids=list(ids), **rest)

    def delete_tickets(self, ids: Sequence[int], **rest: Any) -> list[int]:
        return self._on_tickets("delete", ids=list(ids), **rest)

    def _on_tickets(self, verb: str, *, tenant: str | None = None, **change: Any) -> list[int]:
        path = with_query("/tickets", {"tenant": tenant or ""})
        return list(self.call("POST", path, {"do": verb, **change})["ids"])
