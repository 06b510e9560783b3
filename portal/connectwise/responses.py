"""Classifies and describes what ConnectWise answers (connectwise-api.md section 2)."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Any, Final

import msgspec

from portal.json_errors import JSON_ERRORS
from portal.outbound import Response
from portal.psa.retry_after import wait_seconds

# The wait that ConnectWise asks for in words when it sends no Retry-After.
DEFAULT_WAIT_SECONDS: Final = 30.0
LONGEST_TEXT: Final = 2000
BREAKS_OFF: Final = "incomplete JSON"
EMPTY: Final = "an empty response"
WEB_PAGE: Final = "a web page"
CONDITION: Final = "apifindcondition"
_CLIENT_ID: Final = re.compile(r"client[\s_-]?id\b", re.IGNORECASE)
_CONDITION: Final = re.compile(r"not a recognized name|enum value supplied|conditions?\b", re.IGNORECASE)


class Kind(Enum):
    """What a response means. Only a `RECORD_GONE` proves that a record does not exist."""

    ANSWER = auto()
    RATE_LIMITED = auto()
    INTERNAL_PROBLEM = auto()
    NO_ROUTE = auto()  # the company or the codebase is unknown
    WRONG_KEYS = auto()
    CLIENT_ID = auto()
    WRONG_HOST = auto()  # the host for people, instead of the one for the API
    NO_PERMISSION = auto()
    RECORD_GONE = auto()
    NO_ENDPOINT = auto()
    BAD_CONDITION = auto()
    BAD_REQUEST = auto()
    REDIRECT = auto()
    OTHER = auto()


def kind_of(response: Response) -> Kind:
    status = response.status
    if status == 200:
        return Kind.ANSWER
    if status == 429:
        return Kind.RATE_LIMITED
    if status >= 500:
        return Kind.INTERNAL_PROBLEM
    if 300 <= status < 400:
        return Kind.REDIRECT
    return _refusal(status, *error_of(response))


def _refusal(status: int, code: str, text: str) -> Kind:
    said = text.lower()
    if "ssl is required" in said:
        return Kind.WRONG_HOST
    if "cannot route" in said:
        return Kind.NO_ROUTE
    if code != CONDITION and status in {400, 401, 403} and _CLIENT_ID.search(text):
        return Kind.CLIENT_ID
    match status:
        case 400:
            is_condition = code == CONDITION or _CONDITION.search(text)
            return Kind.BAD_CONDITION if is_condition else Kind.BAD_REQUEST
        case 401:
            return Kind.WRONG_KEYS
        case 403:
            return Kind.NO_PERMISSION
        case 404:
            return Kind.RECORD_GONE if code == "notfound" else Kind.NO_ENDPOINT
        case _:
            return Kind.OTHER


def error_of(response: Response) -> tuple[str, str]:
    """Return the code of a refusal in lower case and its message; for plain text, no code and the text; for a web
    page, neither.
    """
    if response.body.lstrip().startswith(b"<"):
        return "", ""
    try:
        said: Any = msgspec.json.decode(response.body)
    except JSON_ERRORS:
        said = response.body[:LONGEST_TEXT].decode("utf-8", "replace")
    if isinstance(said, dict):
        code, message = said.get("code") or said.get("error"), said.get("message")
        return code.strip().lower() if isinstance(code, str) else "", message if isinstance(message, str) else ""
    return "", said if isinstance(said, str) else ""


def wait_after(response: Response) -> float:
    """Return how many seconds to wait after a 429."""
    seconds = wait_seconds(response)
    return DEFAULT_WAIT_SECONDS if seconds is None else seconds


def described(response: Response) -> str:
    """Describe the response, to complete "answered with …"."""
    if response.status != 200:
        return f"status {response.status}"
    body = response.body.strip()
    if not body:
        return EMPTY
    if body.startswith(b"<") or "html" in response.headers.get("content-type", "").lower():
        return WEB_PAGE
    try:
        msgspec.json.decode(body)
    except JSON_ERRORS:
        return BREAKS_OFF if body[:1] in b"{[" else "something that isn't JSON"
    return "JSON that isn't ConnectWise's"
