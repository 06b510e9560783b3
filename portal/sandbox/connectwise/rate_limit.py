"""ConnectWise's refusal of too many requests (connectwise-api.md sections 2 and 6)."""

from __future__ import annotations

from math import ceil

from portal.sandbox.connectwise.settings import Knobs
from portal.sandbox.http import Response, json_response
from portal.sandbox.quota import retry_after


def throttled(knobs: Knobs, wait: float, now: float) -> Response:
    """Return 429. Unlike all other refusals it has the key `error`, not `code`."""
    text = f"Too many requests. Please try again in {max(ceil(wait), 1)} seconds."
    headers = retry_after(knobs.retry_after, wait, now)
    return json_response({"error": "ConnectWiseAPI", "message": text}, status=429, headers=headers)
