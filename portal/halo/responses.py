"""Classifies and describes unexpected responses."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import msgspec

from portal import clock
from portal.halo.diagnosis.messages import WAIT, Message
from portal.json_errors import JSON_ERRORS
from portal.outbound import Response

# Halo's rate-limit window is a few minutes long, so longer waits are capped.
LONGEST_WAIT_SECONDS: Final = 3600.0
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


def wait_seconds(response: Response) -> float | None:
    """Parse Retry-After, given in seconds or as a date (RFC 9110); None if it is missing or invalid."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT_SECONDS)
    until = _moment(text)
    if until is None:
        return None
    # Compare with Halo's clock, which may be minutes off, rather than with ours.
    now = _moment(response.headers.get("date", "")) or clock.now()
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT_SECONDS)


def _moment(text: str) -> datetime | None:
    """Parse an HTTP date."""
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


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
