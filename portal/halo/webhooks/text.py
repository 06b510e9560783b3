"""Extracts the JSON from a body in any wrapping or encoding, and abridges it for storage."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

from portal.halo import passwords
from portal.halo.webhooks.json_slices import NOT_JSON, STRING

FORM: Final = "application/x-www-form-urlencoded"
MOST_FIELDS: Final = 100
LONGEST_FIELD: Final = 1_000
# Form fields in which some programs send a whole delivery.
PAYLOADS: Final = (b"payload", b"body", b"data", b"json")
# If a body exceeds SMALL, strings above LONGEST_KEPT_TEXT (such as logos) are dropped, and MOST_KEPT bytes are kept.
SMALL: Final = 16 * 1024
LONGEST_KEPT_TEXT: Final = 2_000
MOST_KEPT: Final = 256 * 1024

_BEGINNING: Final = re.compile(rb'\s*+[{\["]')
_FIELD: Final = re.compile(rb"\s*+[\w.%+-]{1,60}=")
_SINGLE_BYTES: Final = frozenset({"iso-8859-1", "iso-8859-15", "latin1", "latin-1", "windows-1252", "cp1252"})
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w-]+)")
_TEXT: Final = re.compile(STRING, re.DOTALL)
_CHUNK: Final = 64 * 1024


def is_readable(body: bytes, content_type: str) -> bool:
    """Whether the content type is JSON or a form, or the body looks like JSON."""
    kind, _ = _kind(content_type)
    return kind.endswith("json") or kind == FORM or bool(_BEGINNING.match(_in_utf8(body, "") or b""))


def extract_json(body: bytes, content_type: str = "") -> bytes:
    """Return the JSON in a body as UTF-8. Raises ValueError with a message for people if there is none."""
    if not body.strip():
        raise ValueError("It's empty.")
    if body.startswith((b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd")):
        raise ValueError("It's compressed. Turn off compression at the sender.")
    kind, charset = _kind(content_type)
    text = _in_utf8(body, charset)
    if text is None:
        raise ValueError(NOT_JSON)
    if _BEGINNING.match(text) or not (kind == FORM or _FIELD.match(text)):
        return text
    return _in_form(text)


def abridge(text: bytes) -> bytes:
    """Return a JSON text without passwords and, if it is long, without long strings and cut to a maximum size."""
    try:
        text = passwords.without_passwords(text)
    except ValueError as error:
        return f"({error})".encode()
    if len(text) <= SMALL:
        return text
    pieces, position = list[bytes](), 0
    for start, end in _long_texts(text):
        pieces += [text[position:start], b'"(%d characters, not kept)"' % (end - start - 2)]
        position = end
    pieces.append(text[position:])
    kept = b"".join(pieces)
    left = len(kept) - MOST_KEPT
    return kept if left <= 0 else kept[:MOST_KEPT] + b"\n(%d more bytes, not kept)" % left


def _long_texts(text: bytes) -> Iterator[tuple[int, int]]:
    return (found.span() for found in _TEXT.finditer(text) if found.end() - found.start() > LONGEST_KEPT_TEXT)


def _kind(content_type: str) -> tuple[str, str]:
    """Return the content type and the character set, in lower case."""
    kind, _, rest = content_type.lower().partition(";")
    charset = _CHARSET.search(rest)
    return kind.strip(), charset[1] if charset else ""


def _in_utf8(body: bytes, charset: str) -> bytes | None:
    """Return a body as UTF-8 without a byte-order mark; None if it is not in its declared encoding."""
    found = json.detect_encoding(body)
    try:
        if found == "utf-8-sig":
            return body[3:]
        if found != "utf-8":
            return body.decode(found).encode()
        if charset in _SINGLE_BYTES:
            return body.decode(charset).encode()
    except UnicodeError:
        return None
    return body


def _in_form(text: bytes) -> bytes:
    """Return the JSON in a form: the content of a known field, or else an object of all fields."""
    fields: dict[bytes, bytes] = {}
    for each in text.strip().split(b"&", MOST_FIELDS)[:MOST_FIELDS]:
        key, _, value = each.partition(b"=")
        fields[_unquoted(key)[:LONGEST_FIELD]] = value
    for name in PAYLOADS:
        if _BEGINNING.match(found := _unquoted(fields.get(name, b""))):
            return found
    short = {key: value for key, value in fields.items() if len(value) <= LONGEST_FIELD}
    if not short:
        raise ValueError(NOT_JSON)
    return json.dumps({_shown(key): _shown(_unquoted(value)) for key, value in short.items()}).encode()


def _unquoted(value: bytes) -> bytes:
    """Decode form encoding in chunks: `unquote_to_bytes` takes many times the length of its input in memory."""
    value, found, start = value.replace(b"+", b" "), bytearray(), 0
    while start < len(value):
        end = start + _CHUNK
        cut = value.rfind(b"%", end - 2, end) if end < len(value) else -1
        end = cut if cut > start else end
        found += unquote_to_bytes(value[start:end])
        start = end
    return bytes(found)


def _shown(value: bytes) -> str:
    return value.decode("utf-8", "replace")
