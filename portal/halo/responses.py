"""Classifies and describes unexpected responses."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.outbound import Response
from portal.psa.retry_after import wait_seconds
from portal.psa.transport_messages import WAIT, Message

BREAKS_OFF: Final = "incomplete JSON"
_LIMIT: Final = re.compile(r"(\d{1,6}) Requests per rolling (\d{1,4}(?:\.\d{1,3})?) minute", re.IGNORECASE)
EMPTY: Final = "an empty response"


def temporary_problem(response: Response) -> Message | None:
    """Explain a temporary failure: the rate limit, or an error of Halo's own (halo-api.md section 5)."""
    if response.status == 429:
        seconds = wait_seconds(response)
        when = (
            "in a few minutes: Halo counts over five minutes"
            if seconds is None
            else f"in {seconds:.0f} second{'' if round(seconds) == 1 else 's'}"
        )
        return Message("Halo's request limit is used up.", f"Your values aren't the cause. Test again {when}.")
    if response.status >= 500:
        return Message(f"Halo has an internal problem (status {response.status}).", WAIT)
    return None


def is_temporary(response: Response) -> bool:
    return temporary_problem(response) is not None


def allowed(response: Response) -> tuple[int, float] | None:
    """Parse the quota in "700 Requests per rolling 5 minute window" (halo-api.md section 5): requests, seconds."""
    said = _LIMIT.search(error_code(response))
    quota, seconds = (int(said[1]), 60 * float(said[2])) if said else (0, 0.0)
    return (quota, seconds) if quota and seconds else None


def described(response: Response) -> str:
    """Describe the response, to complete "answered with …"."""
    if response.status != 200:
        return f"status {response.status}"
    body = response.body.strip()
    if not body:
        return EMPTY
    if body.startswith(b"<") or "html" in response.headers.get("content-type", "").lower():
        return "a web page"
    try:
        msgspec.json.decode(body)
    except JSON_ERRORS:
        return BREAKS_OFF if body[:1] in b"{[" else "something that isn't JSON"
    return "JSON that isn't Halo's"


def error_code(response: Response) -> str:
    """Return the `error` of a refusal (halo-api.md sections 1.3 and 5), or an empty string."""
    try:
        said: Any = msgspec.json.decode(response.body)
    except JSON_ERRORS:
        return ""
    code = said.get("error") if isinstance(said, dict) else None
    return code if isinstance(code, str) else ""


def is_redirect(response: Response) -> bool:
    return 300 <= response.status < 400
