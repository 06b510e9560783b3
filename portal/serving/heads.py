"""Parses the head of a request strictly: any difference to a proxy's interpretation allows request smuggling."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

LONGEST_FIRST_LINE: Final = 4_094
LONGEST_LINE: Final = 8_190
MOST_LINES: Final = 100
LARGEST_HEAD: Final = 64 * 1024
LONGEST_LENGTH: Final = 15  # digits of a Content-Length

_FIRST_LINE: Final = re.compile(rb"([A-Z][A-Z0-9_-]{0,19}) ([\x21-\x7e]+) HTTP/1\.([01])")
_NAME: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_LENGTH: Final = re.compile(rb"[0-9]{1,%d}" % LONGEST_LENGTH)
_BARE_NEWLINE: Final = re.compile(rb"(?<!\r)\n")
# Duplicates of these make the request ambiguous.
_ONCE: Final = (b"host", b"content-type", b"content-length", b"transfer-encoding", b"expect")

Field = tuple[bytes, bytes]


class BadHead(ValueError):
    """The head is invalid; `status` is the response to send."""

    def __init__(self, status: int = 400) -> None:
        super().__init__(status)
        self.status = status


def has_bare_newline(before: bytes, data: bytes) -> bool:
    """Whether a line of an incomplete head ends with a bare LF. Such a head would never end by our rules."""
    seen = before[-3:] + data
    return b"\r\n\r\n" not in seen and _BARE_NEWLINE.search(seen, min(len(before), 3)) is not None


def canonical(head: bytes) -> bytes:
    """Return the head in canonical form. Raises BadHead.

    waitress's own pattern for lines takes quadratic time for many spaces, so surrounding spaces are removed here.
    """
    first, *lines = head.removesuffix(b"\r\n\r\n").removesuffix(b"\r\n").split(b"\r\n")
    if len(first) > LONGEST_FIRST_LINE:
        raise BadHead(414)
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        raise BadHead(431)
    asked = _FIRST_LINE.fullmatch(first)
    if asked is None or not _is_target(asked[1], asked[2]):
        raise BadHead
    fields = [_field(line) for line in lines]
    _check_framing(fields, is_http_1_0=asked[3] == b"0")
    if asked[1] == b"CONNECT":
        fields = [*(field for field in fields if field[0] != b"connection"), (b"connection", b"close")]
    return b"\r\n".join([first, *(name + b":" + value for name, value in fields), b"", b""])


def _is_target(method: bytes, target: bytes) -> bool:
    if target.startswith((b"/", b"http://", b"https://")):
        return True
    return target == b"*" if method == b"OPTIONS" else method == b"CONNECT"


def _field(line: bytes) -> Field:
    name, colon, value = line.partition(b":")
    # A continuation line starts with a space, which no name contains.
    if not colon or _NAME.fullmatch(name) is None or _CONTROL.search(value):
        raise BadHead
    return name.lower(), value.strip(b" \t")


def _check_framing(fields: list[Field], *, is_http_1_0: bool) -> None:
    """Raise BadHead unless the end of the request and its host are unambiguous."""
    counts, values = Counter(name for name, _ in fields), dict(fields)
    if any(counts[name] > 1 for name in _ONCE) or not (is_http_1_0 or counts[b"host"]):
        raise BadHead
    if (coding := values.get(b"transfer-encoding")) is not None:
        if is_http_1_0 or b"content-length" in values:
            raise BadHead
        if coding.lower() != b"chunked":
            raise BadHead(501)
    if (length := values.get(b"content-length")) is not None and _LENGTH.fullmatch(length) is None:
        raise BadHead
    if values.get(b"expect", b"100-continue").lower() != b"100-continue":
        raise BadHead(417)
