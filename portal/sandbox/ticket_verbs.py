"""Control methods for a sandbox's ordinary tickets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.sandbox.caller import Caller, with_query


class TicketVerbs(Caller):
    """Each method is one control request and triggers webhooks. All raise SandboxError if it is refused."""

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
