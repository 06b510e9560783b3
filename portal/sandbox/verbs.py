"""Control methods for a sandbox, wherever it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.sandbox.caller import with_query
from portal.sandbox.webhook_verbs import WebhookVerbs


class SandboxError(Exception):
    """The sandbox refused a control request; the message explains why."""


class Verbs(WebhookVerbs):
    """The control API as methods. `tenant` defaults to the first one."""

    url: str

    def about(self) -> dict[str, Any]:
        """Address, time, tenants with their credentials and used quota."""
        return dict(self.call("GET", "/"))

    def entered(self, tenant: str | None = None) -> dict[str, str]:
        """Return what to enter in order to connect, by name. Each PSA's own verbs have it as `credentials`."""
        for each in self.about()["tenants"]:
            if tenant in {None, each["name"]}:
                return dict(each["credentials"])
        raise SandboxError(f"no tenant {tenant!r}")

    def settings(self) -> dict[str, Any]:
        return dict(self.call("GET", "/settings"))

    def turn(self, **knobs: Any) -> dict[str, Any]:
        """Change some knobs: `turn(latency=0.2, caps={"assets": 100})`."""
        return dict(self.call("POST", "/settings", knobs))

    def change_tenant(self, tenant: str | None = None, **changes: Any) -> dict[str, Any]:
        """Credentials and permissions: `change_tenant(refused=["assets"])`."""
        name = tenant or self.about()["tenants"][0]["name"]
        return dict(self.call("POST", f"/tenants/{name}", changes))

    def advance(self, seconds: float) -> None:
        """Advance the clock, so that tokens expire and the rate-limit window moves on."""
        self.call("POST", "/clock", {"advance": seconds})

    def fault(self, what: str, **details: Any) -> None:
        """Plan a fault: `fault("status", status=503, on="clients", page=2, times=3)`."""
        self.call("POST", "/faults", {"what": what, **details})

    def faults(self) -> list[dict[str, Any]]:
        """Return all planned faults, with the numbers of requests that each has matched and affected."""
        return list(self.call("GET", "/faults"))

    def clear_faults(self) -> None:
        self.call("DELETE", "/faults")

    def truth(self, record_type: str | None = None, *, tenant: str | None = None, **wanted: bool) -> dict[str, Any]:
        """Return the record counts of one type, or of all by name; on request with `ids`, `digests` and `rows`."""
        asked = {"tenant": tenant or "", **{name: "1" for name, is_wanted in wanted.items() if is_wanted}}
        found = self.call("GET", with_query("/truth", asked))
        return dict(found[record_type] if record_type else found)

    def record(self, record_type: str, number: int, *, tenant: str | None = None) -> dict[str, Any]:
        """One record: id, active, updated, digest, row, detail."""
        return dict(self.call("GET", with_query(f"/records/{record_type}/{number}", {"tenant": tenant or ""})))

    def create(self, record_type: str, count: int = 1, **rest: Any) -> list[int]:
        return self._do("create", record_type, count=count, **rest)

    def change(self, record_type: str, ids: Sequence[int] | None = None, **rest: Any) -> list[int]:
        """Edit records: `change("clients", [12], fields={"name": "New"})`, or five random ones: `count=5, seed=1`."""
        return self._do("change", record_type, ids=ids, **rest)

    def deactivate(self, record_type: str, ids: Sequence[int] | None = None, **rest: Any) -> list[int]:
        return self._do("deactivate", record_type, ids=ids, **rest)

    def reactivate(self, record_type: str, ids: Sequence[int] | None = None, **rest: Any) -> list[int]:
        return self._do("reactivate", record_type, ids=ids, **rest)

    def delete(self, record_type: str, ids: Sequence[int] | None = None, **rest: Any) -> list[int]:
        return self._do("delete", record_type, ids=ids, **rest)

    def journal(self, *, after: int = 0, limit: int = 1000, **fields: str) -> list[dict[str, Any]]:
        """List requests in order: `journal(kind="clients", status="200")`."""
        asked = {"after": str(after), "limit": str(limit), **fields}
        return list(self.call("GET", with_query("/journal", asked))["entries"])

    def counts(self) -> dict[str, Any]:
        """Count the requests: total, violations, most_at_once, by_path, by_kind, by_status."""
        return dict(self.call("GET", "/journal?limit=0")["counts"])

    def reset(self, **parts: bool) -> None:
        """Forget journal, quota and faults; `tokens=True` ends the tokens too."""
        self.call("POST", "/reset", parts)

    def _do(self, verb: str, record_type: str, *, tenant: str | None = None, **change: Any) -> list[int]:
        path = with_query(f"/records/{record_type}", {"tenant": tenant or ""})
        return list(self.call("POST", path, {"do": verb, **change})["ids"])
