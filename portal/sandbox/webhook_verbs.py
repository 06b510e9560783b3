"""What can be told to a sandbox of its webhooks, and asked of them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from portal.sandbox.caller import Caller, with_query


class WebhookVerbs(Caller):
    """Each is one control request; all raise SandboxError when it is refused."""

    def add_webhook(self, url: str, *, tenant: str | None = None, **settings: Any) -> dict[str, Any]:
        """Return it with its id: `add_webhook(url, form="small", authentication="hmac", secret="…")`."""
        path = with_query("/webhooks", {"tenant": tenant or ""})
        return dict(self.call("POST", path, {"url": url, **settings}))

    def change_webhook(self, webhook_id: str, **changes: Any) -> dict[str, Any]:
        """Save it anew, which also forgets its failures: `change_webhook(id, active=True)`."""
        return dict(self.call("POST", f"/webhooks/{webhook_id}", changes))

    def remove_webhook(self, webhook_id: str) -> None:
        """Remove it; what waits to be sent to it is not sent any more."""
        self.call("DELETE", f"/webhooks/{webhook_id}")

    def webhooks(self, *, tenant: str | None = None) -> list[dict[str, Any]]:
        """List a tenant's webhooks: settings, id, failures in a row."""
        return list(self.call("GET", with_query("/webhooks", {"tenant": tenant or ""})))

    def send_event(
        self,
        object_ids: Sequence[int],
        *,
        event: str = "new ticket logged",
        word: str = "ticket",
        fields: dict[str, Any] | None = None,
        tenant: str | None = None,
    ) -> None:
        """Tell of objects that are no synced records: `send_event([4242], fields={"client_id": 12})`."""
        told = {"object_ids": list(object_ids), "event": event, "word": word, "fields": fields or {}}
        self.call("POST", with_query("/events", {"tenant": tenant or ""}), told)

    def post_webhook(
        self, webhook_id: str, body: str | bytes, *, content_type: str = "application/json"
    ) -> dict[str, Any]:
        """Send any body with the webhook's authentication. Return its delivery."""
        raw = body.encode() if isinstance(body, str) else body
        sent = {"body": b64encode(raw).decode(), "content_type": content_type}
        return dict(self.call("POST", f"/posts/{webhook_id}", sent))

    def webhook_deliveries(self, *, after: int = 0, limit: int = 1000, **fields: str) -> list[dict[str, Any]]:
        """List deliveries in order: `webhook_deliveries(tenant="acme", status="200")`."""
        asked = {"after": str(after), "limit": str(limit), **fields}
        return list(self.call("GET", with_query("/deliveries", asked)))

    def flush_webhooks(self, timeout: float = 10.0) -> None:
        """Wait until all that happened before is sent, or has failed. SandboxError if that takes longer."""
        self.call("POST", "/flush", {"timeout": timeout})
