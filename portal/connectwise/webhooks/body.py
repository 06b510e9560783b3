"""The body of a callback: {"Action": "updated", "CompanyId": "Cobalt", "ID": 57961, "Type": "contact", …}.

`Entity` is a summary of the record as JSON in a string. It is never used: the record is fetched instead. It is not
kept either, because it may contain passwords.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from portal.json_errors import JSON_ERRORS

BOM: Final = b"\xef\xbb\xbf"
NOT_JSON: Final = "It isn't JSON."
HIDDEN: Final = "•••"
LONGEST_KEPT: Final = 500
MOST_KEPT: Final = 40


class Metadata(msgspec.Struct):
    """`key_url` is the address of the key that signed the callback."""

    key_url: str = ""


class Claim(msgspec.Struct):
    """Where a callback claims to come from. `company_id` is the login company."""

    company_id: str = msgspec.field(default="", name="CompanyId")
    metadata: Metadata = msgspec.field(default_factory=Metadata, name="Metadata")


class Content(msgspec.Struct):
    """What a callback is about. Values of any type are accepted, and used only if they are what they should be."""

    action: Any = msgspec.field(default=None, name="Action")
    remote_id: Any = msgspec.field(default=None, name="ID")
    message_id: Any = msgspec.field(default=None, name="MessageId")
    kind: Any = msgspec.field(default=None, name="Type")


_claim: Final = msgspec.json.Decoder(Claim).decode
_content: Final = msgspec.json.Decoder(Content).decode


def claim(body: bytes) -> Claim | None:
    """Return what a body claims; None if it is not a callback. Skips all other keys without building them."""
    try:
        return _claim(_text(body))
    except JSON_ERRORS:
        return None


def content(body: bytes) -> Content:
    """Return what a body is about. Raises ValueError with a message for people if it is not a JSON object."""
    try:
        return _content(_text(body))
    except JSON_ERRORS as error:
        raise ValueError(NOT_JSON) from error


def is_readable(body: bytes, _content_type: str) -> bool:
    return _text(body).lstrip().startswith(b"{")


def extract_json(body: bytes, _content_type: str) -> bytes:
    """Return the JSON in a body. Raises ValueError with a message for people if there is none."""
    if not body.strip():
        raise ValueError("It's empty.")
    return _text(body)


def abridge(text: bytes) -> bytes:
    """Return what is kept of a callback: neither the record in it, nor where its signing key is."""
    try:
        sent = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        kept = {key[:LONGEST_KEPT]: _kept(key, value) for key, value in list(sent.items())[:MOST_KEPT]}
    except JSON_ERRORS:
        return f"({NOT_JSON} None of it is kept.)".encode()
    return msgspec.json.encode(kept)


def _kept(key: str, value: msgspec.Raw) -> Any:
    written = bytes(value)
    if key == "Metadata":
        return HIDDEN
    if written.startswith((b"{", b"[")) or len(written) > LONGEST_KEPT or (key == "Entity" and written != b"null"):
        return f"({len(written)} bytes, not kept)"
    return msgspec.json.decode(written)


def _text(body: bytes) -> bytes:
    return body.removeprefix(BOM)
