"""Control methods for a sandbox's webhooks."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from portal.sandbox.caller import Caller, with_query


class WebhookVerbs(Caller):
    """Each method is one control request. All raise SandboxError if it is refused."""

    def add_webhook(self, url: str, *, tenant: str | None = None, **settings: Any) -> dict[str, Any]:
        """Add a webhook, with the PSA's own settings, and return it: `add_webhook(url, form="small")` in Halo."""
        path = with_query("/webhooks", {"tenant": tenant or ""})
        return dict(self.call("POST", path, {"url": url, **settings}))

    def change_webhook(self, webhook_id: str, **changes: Any) -> dict[str, Any]:
        """Change a webhook, which also resets its failures: `change_webhook(id, active=True)`."""
        return dict(self.call("POST", f"/webhooks/{webhook_id}", changes))

    def remove_webhook(self, webhook_id: str) -> None:
        """Remove a webhook; its queued deliveries are discarded."""
        self.call("DELETE", f"/webhooks/{webhook_id}")

    def webhooks(self, *, tenant: str | None = None) -> list[dict[str, Any]]:
        """List a tenant's webhooks: settings, id, failures in a row."""
        return list(self.call("GET", with_query("/webhooks", {"tenant": tenant or ""})))

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
        """Wait until all earlier events are sent or have failed. Raises SandboxError on timeout."""
        self.call("POST", "/flush", {"timeout": timeout})
