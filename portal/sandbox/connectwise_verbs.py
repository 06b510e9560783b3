"""Control methods that only the simulated ConnectWise has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from portal.sandbox.caller import with_query
from portal.sandbox.verbs import Verbs

CALLBACK_TYPES = ("company", "contact", "productcatalog", "configuration", "opportunity", "agreement")


class ApiKeys(NamedTuple):
    company_id: str
    public_key: str
    private_key: str
    client_id: str


class ConnectWiseVerbs(Verbs):
    """Adds the API member's keys, merges, and callbacks, which are the webhooks of ConnectWise."""

    def credentials(self, tenant: str | None = None) -> ApiKeys:
        return ApiKeys(**self.entered(tenant))

    def merge(self, into: int, others: Sequence[int], *, tenant: str | None = None) -> dict[str, list[int]]:
        """Merge companies: what belongs to the others moves. Return the ids that changed, by record type."""
        body = {"into": into, "others": list(others)}
        return dict(self.call("POST", with_query("/merge", {"tenant": tenant or ""}), body))

    def add_callbacks(self, url: str, *, types: Sequence[str] = CALLBACK_TYPES, **rest: Any) -> list[dict[str, Any]]:
        """Add a callback for each type, as an administrator does by hand, and return them."""
        return [self.add_webhook(url, type=each, **rest) for each in types]

    def purge(self, record_type: str, ids: Sequence[int], *, tenant: str | None = None) -> list[int]:
        """Delete for good: a company leaves the recycle bin, too."""
        path = with_query(f"/purge/{record_type}", {"tenant": tenant or ""})
        return list(self.call("POST", path, {"ids": list(ids)})["ids"])
