"""Halo's refusal when the rate limit is reached (halo-api.md section 5)."""

from __future__ import annotations

from portal.sandbox.halo.settings import Knobs
from portal.sandbox.http import Response, json_response
from portal.sandbox.quota import retry_after


def refusal(knobs: Knobs, wait: float, now: float) -> Response:
    """Return 429 with a plain string as `error`. It is unknown whether Halo sends Retry-After."""
    minutes = knobs.quota_window / 60
    text = f"Rate Limit Reached - {knobs.quota} Requests per rolling {minutes:g} minute window."
    return json_response({"error": text}, status=429, headers=retry_after(knobs.retry_after, wait, now))
