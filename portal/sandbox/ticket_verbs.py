"""What can be done with the ordinary tickets of a sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.sandbox.caller import Caller, with_query


class TicketVerbs(Caller):
    """Each is one control request, and tells webhooks; all raise SandboxError when it is refused."""

    def tickets(self, *, tenant: str | None = None) -> list[int]:
        """List the ids of the ordinary tickets: /Opportunities/{id} answers them, its list has none of them."""
        return list(self.call("GET", with_query("/tickets", {"tenant": tenant or ""})))

    def create_tickets(self, count: int = 1, **rest: Any) -> list[int]:
        return self._on_tickets("create", count=count, **rest)

    def change_tickets(self, ids: Sequence[int], **rest: Any) -> list[int]:
        """Edit tickets, which tells "ticket status changed": `change_tickets([812], fields={"status_id": 2})`."""
        return self._on_tickets("change", ids=list(ids), **rest)

    def convert_tickets(self, ids: Sequence[int], **rest: Any) -> list[int]:
        """Make opportunities of tickets."""
        return self._on_tickets("convert", ids=list(ids), **rest)

    def revert_to_tickets(self, ids: Sequence[int], **rest: Any) -> list[int]:
        """Make ordinary tickets of opportunities."""
        return self._on_tickets("revert", ids=list(ids), **rest)

    def delete_tickets(self, ids: Sequence[int], **rest: Any) -> list[int]:
        return self._on_tickets("delete", ids=list(ids), **rest)

    def _on_tickets(self, verb: str, *, tenant: str | None = None, **change: Any) -> list[int]:
        path = with_query("/tickets", {"tenant": tenant or ""})
        return list(self.call("POST", path, {"do": verb, **change})["ids"])
